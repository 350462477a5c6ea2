//! Wire protocols, both sides. A transport moves bytes that others made: out of it go a [`crate::store::Claimed`]
//! message or a [`crate::gate::Reply`] and fixed headers, nothing else; into the house go the bytes of an identified
//! partner. It never sees a record or an unsealed secret, and it does not know what is done with a message:
//! that is behind a trait which the caller gives ([`push::Intake`]).
//!
//! [`Listener`] is the partner listener: mutual TLS, the limits that hold for everybody, and an orderly end. The
//! protocols are routes that it is given; [`push`] is the first.
//!
//! # Invariants
//!
//! - A request reaches a route only with a [`Caller`]: a partner whom the TLS endpoint trusts *now*.
//! - Everything that a peer can make grow or last has a limit in [`Limits`], and a test that hits it.
//! - Work that was begun for a request is finished also when the peer goes away.
//!
//! docs/transport.md has the protocol and the limits for partners and operators.

mod connection;
mod counters;
mod handshakes;
mod limits;
mod listener;
mod memory;
mod pace;
pub mod push;
mod reply;
mod request;
#[cfg(test)]
mod tests;

pub use counters::{Counters, Counts};
pub use limits::Limits;
pub use listener::{Drained, ListenError, Listener};
pub use request::Caller;
