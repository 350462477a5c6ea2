//! Documents that are larger than memory should be: checked and translated piece by piece.

use std::{cell::RefCell, io::BufRead};

use super::{
    Counts, Options,
    between::{Between, Tell},
    by_incident::{Down, Up},
    by_record,
    document::{binding, unable},
};
use crate::{
    cbor,
    class::{List, REST, Sink, Slot, WINDOW, Window},
    error::{Ended, Finding, Severity},
    format::Format,
    iodef::{self, Decoded, Profile},
    iodef1, json,
    spool::{Source, Whole},
    stix, xml,
};

/// A document that is read piece by piece.
pub enum Long<'i> {
    /// RFC 7970 XML, read once.
    Xml(Box<dyn BufRead + 'i>),
    /// RFC 5070 XML, read once.
    Xml1(Box<dyn BufRead + 'i>),
    /// RFC 8727 JSON, read more than once.
    Json(Box<dyn Source + 'i>),
    /// RFC 8727 CBOR, read more than once.
    Cbor(Box<dyn Source + 'i>),
    /// STIX 2.1, read more than once.
    Stix(Box<dyn Source + 'i>),
}

/// Whether an IODEF document is translated into this format piece by piece; else it is read whole.
pub fn is_by_piece(to: Format) -> bool {
    !matches!(to, Format::Record | Format::Stix)
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
    /// Bytes of STIX objects that make one record, and are held.
    pub record: u64,
}

/// See [`Bounds::record`].
pub const RECORD: u64 = 25 * 1024 * 1024;

impl Default for Bounds {
    fn default() -> Self {
        Bounds { total: u64::MAX, window: WINDOW, rest: REST, record: RECORD }
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
        Long::Stix(mut source) => stix::check(&mut *source, &json_limits(bounds)),
        Long::Xml1(input) => Ok(decode1(input, bounds, &mut Forget)?.findings),
        input => Ok(decode(input, bounds, usize::MAX, &mut Forget)?.findings),
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
    options: Options,
    bounds: Bounds,
    tell: Option<Tell<'_>>,
) -> Result<Translated, Ended> {
    let profile = options.profile;
    let input = match input {
        Long::Xml1(input) => return from_version_1(input, to, profile, bounds, tell),
        Long::Stix(source) => return by_record::from_stix(source, to, options, bounds, tell),
        input => input,
    };
    if to == Format::Iodef1Xml {
        let mut down = Down::new(tell);
        let Decoded { document, findings } = decode(input, bounds, INCIDENTS, &mut down)?;
        return Ok(Translated::of(findings, || down.finish(document)));
    }
    let to = binding(to, profile).ok_or_else(|| unable(to, "written"))?;
    let mut between = Between::new(matches!(input, Long::Xml(_)), to, tell);
    let Decoded { document, findings } = decode(input, bounds, usize::MAX, &mut between)?;
    Ok(Translated::of(findings, || between.finish(document)))
}

/// Of a document that goes from one version to the other, only the incidents are handed on.
const INCIDENTS: usize = 1;

fn from_version_1(
    input: Box<dyn BufRead + '_>,
    to: Format,
    profile: Profile,
    bounds: Bounds,
    tell: Option<Tell<'_>>,
) -> Result<Translated, Ended> {
    if to == Format::Iodef1Xml {
        let mut down = Down::new(tell);
        let iodef1::Decoded { document, findings } = decode1(input, bounds, &mut down)?;
        return Ok(Translated::of(findings, || down.finish_same(document)));
    }
    let binding = binding(to, profile).ok_or_else(|| unable(to, "written"))?;
    let then = RefCell::default();
    let mut line = |entry| RefCell::<Vec<_>>::borrow_mut(&then).push(entry);
    let between = Between::new(true, binding, Some(Tell { all: true, line: &mut line }));
    let mut up = Up::new(between, &then, tell);
    let iodef1::Decoded { document, findings } = decode1(input, bounds, &mut up)?;
    Ok(Translated::of(findings, || up.finish(document)))
}

impl Translated {
    /// A document with an error is not written.
    fn of(findings: Vec<Finding>, finish: impl FnOnce() -> (Result<Whole, Vec<Finding>>, Counts)) -> Self {
        let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
        let (written, counts) = if broken { (Err(Vec::new()), Counts::default()) } else { finish() };
        Translated { findings, written, counts }
    }
}

fn decode(input: Long<'_>, bounds: Bounds, levels: usize, sink: &mut dyn Sink) -> Result<Decoded, Ended> {
    let window = Window { bytes: bounds.window, rest: bounds.rest, levels, sink };
    match input {
        Long::Xml(input) => iodef::stream_xml(input, xml_limits(bounds), window),
        Long::Json(mut source) => {
            // Members and values of the whole document are many; those of a piece are as few as everywhere.
            let limits = json::Limits { values: u64::MAX, ..json_limits(bounds) };
            iodef::stream_json(&mut *source, &limits, window)
        }
        Long::Cbor(mut source) => {
            let limits = cbor::Limits { total_bytes: bounds.total, values: u64::MAX, ..cbor::Limits::default() };
            iodef::stream_cbor(&mut *source, &limits, window)
        }
        Long::Xml1(_) => Err(unable(Format::Iodef1Xml, "read as version 2").into()),
        Long::Stix(_) => Err(unable(Format::Stix, "read as version 2").into()),
    }
}

fn decode1(input: Box<dyn BufRead + '_>, bounds: Bounds, sink: &mut dyn Sink) -> Result<iodef1::Decoded, Ended> {
    let window = Window { bytes: bounds.window, rest: bounds.rest, levels: INCIDENTS, sink };
    iodef1::stream_xml(input, xml_limits(bounds), window)
}

fn xml_limits(bounds: Bounds) -> xml::Limits {
    xml::Limits { total_bytes: bounds.total, ..xml::Limits::default() }
}

fn json_limits(bounds: Bounds) -> json::Limits {
    json::Limits { total_bytes: bounds.total, ..json::Limits::default() }
}
