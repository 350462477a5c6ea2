//! IODEF and the record, both ways.

mod blocks;
mod event;
mod facts;
mod files;
pub(super) mod ids;
mod impact;
mod indicator;
mod inward;
pub(super) mod marking;
mod outward;
mod parts;
mod party;
pub(super) mod pool;
mod system;
#[cfg(test)]
mod tests;

pub use inward::from_iodef;
pub use outward::to_iodef;
pub(super) use outward::{leave_out_hollow, say_what_is_unsaid};
