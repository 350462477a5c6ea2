//! Tests of the store as a whole: the conformance suite, crashes, faults.

mod bench;
mod conformance;
mod crash;
mod exchange;
mod faults;
