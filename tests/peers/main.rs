//! Sirex against foreign programs and the reference texts. What is missing is skipped and named; in CI it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod agreement;
#[path = "../homes/mod.rs"]
mod homes;
mod iodef;
mod iodef1;
mod openpgp;
mod pairs;
mod partner;
mod peer;
mod signature;
mod stix;
mod stix_pattern;
mod stix_readers;
mod strangers;
mod tls;
