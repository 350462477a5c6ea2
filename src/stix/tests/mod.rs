//! Tests of STIX: documents that break a rule each (`fixtures/stix` and its table), what comes back, and the tables.

mod documents;
mod every;
mod ids;
mod pattern;
mod round_trip;
mod tables;
mod upgrade;

use super::*;
