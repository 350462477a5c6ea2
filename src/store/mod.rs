//! The durable store of one home: SQLite in `store.sqlite`, large payloads as files beside it. The only module that
//! names SQL.
//!
//! # Invariants
//!
//! - One act, one transaction ([`Store::act`]): change, outbox row, audit leaf and idempotency key stand or fall
//!   together. When an act has returned a value, all of it is on disk.
//! - Nothing that came in is answered before it is on disk ([`Tx::keep_original`], [`Tx::arrive`]); a message has one
//!   receipt for ever ([`Tx::settle_received`]).
//! - Nothing enters the outbox but what passed the gate ([`Tx::enqueue`]); nothing leaves it but a [`Claimed`] whose
//!   bytes were compared with the digest that was enqueued.
//! - A payload file is complete and on disk before a row names it ([`Store::stage`]).
//! - The audit log's head is read and written inside the transaction, so that several processes share one log.
//!
//! Statements are constants beside the functions that map their rows. The store has its own row types: it knows the
//! gate's and the log's, and none from above.

mod act;
mod answered;
mod claim;
mod commit_point;
mod disclosures;
mod error;
mod inbox;
mod intents;
mod lock;
mod log;
mod object;
mod open;
mod originals;
mod outbox;
mod records;
mod releases;
mod retry;
mod row;

pub use act::Tx;
pub use claim::{Claim, Claimed, Outcome};
pub use commit_point::{Abort, CommitPoint, NoSuchPoint};
pub use disclosures::Disclosure;
pub use error::{Error, Result};
pub use inbox::{Arrival, Decision, Received, Settlement};
pub use intents::{Intent, Recovered};
pub use lock::ServeLock;
pub use log::Head;
pub use object::Body;
pub use open::{Counts, FILE, Settings, Store};
pub use originals::{Opened, Original};
pub use outbox::{Attempt, Message, OutboxState, Ready};
pub use records::{NewRecord, Record, Revision};
pub use releases::{Approval, NewRelease, Release, ReleaseState, Verdict};
pub use retry::{Next, RetryPolicy};

#[cfg(test)]
mod tests;
