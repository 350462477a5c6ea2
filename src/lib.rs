//! Sirex, Security Incident Record EXchange: the gateway between an incident response team and the outside.
//!
//! `docs/architecture.md` has the rooms of the house, who may know whom, and the invariants; a test holds them.

pub mod audit;
pub mod cbor;
pub mod class;
pub mod cli;
pub mod commands;
pub mod config;
pub mod digest;
pub mod error;
pub mod exchange;
pub mod format;
pub mod gate;
pub mod iodef;
pub mod iodef1;
pub mod json;
pub mod marking;
pub mod openpgp;
pub mod output;
pub mod partner;
pub mod record;
pub mod rid_message;
pub mod sharing;
pub mod spool;
pub mod stix;
pub mod store;
pub mod time;
pub mod tls;
pub mod translate;
pub mod transport;
pub mod world;
pub mod xml;
