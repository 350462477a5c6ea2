//! IODEF and the record, both ways. Values are taken ([`taken`]), made others ([`convert`]) and put; classes and groups that say the
//! same are declared once ([`mirror`]).

mod blocks;
mod convert;
mod derived;
mod event;
mod facts;
mod files;
pub(super) mod ids;
mod impact;
mod indicator;
mod inward;
pub(super) mod marking;
mod mirror;
mod outward;
mod parts;
mod party;
pub(super) mod pool;
mod system;
mod taken;
#[cfg(test)]
mod tests;
mod trail;

pub(super) use blocks::FORMAT_ID as RECORD_BLOCKS;
pub use inward::from_iodef;
pub use outward::to_iodef;
pub(super) use outward::{leave_out_hollow, say_states, say_what_is_unsaid};
