//! The strict entry and exit for JSON.

mod place;

pub(crate) use place::Place;
