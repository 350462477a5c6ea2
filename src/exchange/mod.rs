//! The two pipelines: what comes in, what goes out. This floor joins the rooms below and holds no rule of its own beyond
//! their order.

mod cards;
mod dispatch;
mod home;
mod intake;
mod serve;
#[cfg(test)]
mod tests;

pub use cards::{CardError, add_card, read_card, write_card};
pub use dispatch::{Delivery, DispatchError, Prepared, Sent};
pub use home::{Home, HomeConfig, HomeError, Listen, Team};
pub use intake::{Gateway, Intake, IntakeError, Message, Sender};
pub use serve::{ServeError, Serving, flush};
