//! IODEF documents that are larger than memory should be: checked and translated piece by piece.

use std::io::BufRead;

use super::{
    Counts,
    between::{Between, Tell},
    document::{binding, unable},
};
use crate::{
    class::{List, REST, Sink, Slot, WINDOW, Window},
    error::{Ended, Finding, Severity},
    format::Format,
    iodef::{self, Decoded, Profile},
    json,
    spool::{Source, Whole},
    stix, xml,
};

/// A document that is read piece by piece.
pub enum Long<'i> {
    /// RFC 7970 XML, read once.
    Xml(&'i mut dyn BufRead),
    /// RFC 8727 JSON, read more than once.
    Json(&'i mut dyn Source),
    /// STIX 2.1, read more than once. It is checked; what is translated is read whole.
    Stix(&'i mut dyn Source),
}

/// How much of it is read, and how much is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the document.
    pub total: u64,
    /// Bytes of an incident, of an event and so on, beyond which its long lists are not held.
    pub window: u64,
    /// Bytes that are in no long list, and are held.
    pub rest: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { total: u64::MAX, window: WINDOW, rest: REST }
    }
}

/// What came of a translation.
#[derive(Debug)]
pub struct Translated {
    /// What is wrong with the document that was read.
    pub findings: Vec<Finding>,
    /// The document that was written, or what keeps it from being written. There is none if a finding is an error.
    pub written: Result<Whole, Vec<Finding>>,
    /// How many leaves had which fate.
    pub counts: Counts,
}

/// What is wrong with a document.
///
/// # Errors
/// What ended the reading, so that nothing of the document can be used.
pub fn check(input: Long<'_>, bounds: Bounds) -> Result<Vec<Finding>, Ended> {
    /// Takes what was checked, and keeps nothing of it.
    struct Forget;
    impl Sink for Forget {
        fn take(&mut self, _: &List<'_>, _: &mut dyn Slot) -> Result<(), Finding> {
            Ok(())
        }
    }
    match input {
        Long::Stix(source) => stix::check(source, &json_limits(bounds)),
        input => Ok(decode(input, bounds, &mut Forget)?.findings),
    }
}

/// Writes a document in another binding, or anew in its own, XML by the schema of the profile. Lines of the account go to
/// `tell`, in the order of the work: what is inside a long list before what is around it.
///
/// # Errors
/// As [`check`]; and that there is no way from or to the format.
pub fn translate(
    input: Long<'_>,
    to: Format,
    profile: Profile,
    bounds: Bounds,
    tell: Option<Tell<'_>>,
) -> Result<Translated, Ended> {
    let to = binding(to, profile).ok_or_else(|| unable(to, "written"))?;
    let mut between = Between::new(matches!(input, Long::Xml(_)), to, tell);
    let Decoded { document, findings } = decode(input, bounds, &mut between)?;
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    let (written, counts) = if broken { (Err(Vec::new()), Counts::default()) } else { between.finish(document) };
    Ok(Translated { findings, written, counts })
}

fn decode(input: Long<'_>, bounds: Bounds, sink: &mut dyn Sink) -> Result<Decoded, Ended> {
    let window = Window { bytes: bounds.window, rest: bounds.rest, sink };
    match input {
        Long::Xml(input) => {
            let limits = xml::Limits { total_bytes: bounds.total, ..xml::Limits::default() };
            iodef::stream_xml(input, limits, window)
        }
        Long::Json(source) => {
            // Members and values of the whole document are many; those of a piece are as few as everywhere.
            let limits = json::Limits { values: u64::MAX, ..json_limits(bounds) };
            iodef::stream_json(source, &limits, window)
        }
        Long::Stix(_) => Err(unable(Format::Stix, "translated").into()),
    }
}

fn json_limits(bounds: Bounds) -> json::Limits {
    json::Limits { total_bytes: bounds.total, ..json::Limits::default() }
}
