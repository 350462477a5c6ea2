//! The one way out of the house. Floor 0: knows neither record nor formats nor policy; it reads final bytes with its own
//! small readers over the strict entry layers, and one checked-in table of paths per format.
//!
//! The gate is the second opinion. Sanitising decides what to leave out; the gate finds out what was not.

mod check;
mod deny;
mod document;
mod order;
mod passage;
mod protocol;
mod refusal;
mod table;
#[cfg(test)]
mod tests;
mod views;

pub use check::check;
pub use deny::{BadEntry, DenyClass, DenyList, Hit};
pub use order::{Format, Order};
pub use passage::{Clearance, Cleared, Outgoing, Plain};
pub use protocol::{Outcome, Problem, Protocol, Receipt, Reply, SignedReceipt, protocol};
pub use refusal::{Reason, Refusal};
pub use table::Exemption;
pub use views::TooMuch;
