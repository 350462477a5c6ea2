//! The two pipelines: what comes in, what goes out. This floor joins the rooms below and holds no rule of its own beyond
//! their order.

mod cards;
mod delivery;
mod dispatch;
mod gateway;
mod health;
mod home;
mod intake;
mod partnership;
mod serve;
#[cfg(test)]
mod tests;

pub use cards::{CardError, add_card, read_card, write_card};
pub use delivery::{Delivery, flush};
pub use dispatch::{DispatchError, Prepared, Sent};
pub use gateway::{FilingError, Gateway};
pub use health::Symptom;
pub use home::{Home, HomeError};
pub use intake::{IntakeError, Message, Sender, media_type_of};
pub use serve::{ServeError, Serving};
