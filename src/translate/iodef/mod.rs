//! IODEF and the record (`docs/record-model.md`, columns "IODEF v2").

mod event;
mod facts;
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
