//! The two pipelines: what comes in, what goes out. This floor joins the rooms below and holds no rule of its own beyond
//! their order.

mod intake;
#[cfg(test)]
mod tests;

pub use intake::{Gateway, Intake, IntakeError, Message, Sender};
