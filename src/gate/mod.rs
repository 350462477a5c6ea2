//! The one way out of the house. Floor 0: knows neither record nor formats nor policy; reads final bytes.

mod passage;

pub use passage::{Clearance, Cleared, Outgoing, Plain};
