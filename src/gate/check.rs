//! The check of the final bytes: the only maker of [`Cleared`].

use std::sync::OnceLock;

use super::{
    deny::DenyClass,
    document::{Visit, read_json, read_xml},
    order::{Format, Order},
    passage::{Clearance, Cleared},
    refusal::{Reason, Refusal},
    table::{BadTable, Element, Letter, Table},
};
use crate::{digest::Digest, marking::Tlp};

impl Format {
    fn table(self) -> Result<&'static Table, Reason> {
        static IODEF_XML: OnceLock<Result<Table, BadTable>> = OnceLock::new();
        static IODEF_JSON: OnceLock<Result<Table, BadTable>> = OnceLock::new();
        let (cell, text) = match self {
            Format::IodefXml => (&IODEF_XML, include_str!("paths/iodef-xml.tsv")),
            Format::IodefJson => (&IODEF_JSON, include_str!("paths/iodef-json.tsv")),
        };
        let table = cell.get_or_init(|| Table::parse(text)).as_ref();
        table.map_err(|error| Reason::Unreadable(format!("the path table is broken: {error}")))
    }
}

/// Reads the document as its recipient will, and lets it out if nothing in it is against the order.
///
/// # Errors
/// [`Refusal`] with all reasons.
pub fn check(bytes: Vec<u8>, order: &Order) -> Result<Cleared, Refusal> {
    let digest = Digest::of(&bytes);
    let table = order.format.table().map_err(|reason| Refusal { reasons: vec![reason] })?;
    let mut inspection = Inspection {
        order,
        table,
        approved: order.approved == Some(digest),
        used_approval: false,
        marking: None,
        markings: Vec::new(),
        all_text: String::new(),
        reasons: Vec::new(),
    };
    let read = match order.format {
        Format::IodefXml => read_xml(&bytes, |visit| inspection.visit(visit)),
        Format::IodefJson => read_json(&bytes, |visit| inspection.visit(visit)),
    };
    if let Err(reason) = read {
        inspection.reasons.push(reason);
    }
    inspection.whole();
    let Inspection { mut reasons, marking, used_approval, .. } = inspection;
    if !reasons.is_empty() {
        reasons.truncate(Refusal::REASONS);
        return Err(Refusal { reasons });
    }
    let clearance = Clearance {
        partner: order.partner.clone(),
        audience: order.audience,
        format: order.format.as_str().to_owned(),
        tlp: marking,
        cleartext: digest,
        agreement: order.agreement,
        approved: used_approval.then_some(digest),
    };
    Ok(Cleared::certify(bytes, order.format.media_type(), clearance, order.plain))
}

struct Inspection<'o> {
    order: &'o Order,
    table: &'static Table,
    approved: bool,
    used_approval: bool,
    /// The marking of the incident.
    marking: Option<Tlp>,
    /// Whether each element on the way has set a marking of its own.
    markings: Vec<Option<Tlp>>,
    /// All text run together, so that a word split over several places is whole again.
    all_text: String,
    reasons: Vec<Reason>,
}

impl Inspection<'_> {
    fn visit(&mut self, visit: Visit<'_>) {
        match visit {
            Visit::Begin(way) => self.begin(way),
            Visit::Leaf(way, last, value) => self.leaf(way, last, value),
            Visit::End => {
                self.markings.pop();
            }
        }
    }

    /// An element's marking: its own, else that of what is around it. The incident must have one.
    fn begin(&mut self, way: &[Element]) {
        let Some(element) = way.last() else { return };
        // A name is text too: an element that no line knows could say something without having anything in it.
        if !self.table.reaches(way) {
            self.reasons.push(Reason::Unlisted(path_of(way, "")));
        }
        let written = |name: &str| element.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let around = self.markings.last().copied().flatten();
        let own = match written("restriction") {
            Some(restriction) => {
                let tlp = tlp_of(restriction, written("ext-restriction"));
                self.agreed(way, tlp);
                tlp
            }
            None if element.name == "Incident" && way.len() == 2 => {
                self.agreed(way, None);
                None
            }
            None => around,
        };
        if element.name == "Incident" && way.len() == 2 {
            // Several incidents: the last one's marking does not speak for the others, the widest circle must be agreed
            // for each, which `agreed` has checked.
            self.marking = own;
        }
        self.markings.push(own);
    }

    fn agreed(&mut self, way: &[Element], tlp: Option<Tlp>) {
        if !self.order.tlp.contains(&tlp.unwrap_or(Tlp::Red)) {
            self.reasons.push(Reason::Marking(path_of(way, "@restriction"), tlp));
        }
    }

    fn leaf(&mut self, way: &[Element], last: &str, value: &str) {
        self.all_text.push_str(value);
        let path = || path_of(way, last);
        let Some(verdict) = self.table.verdict(way, last, self.order.audience) else {
            self.reasons.push(Reason::Unlisted(path()));
            return;
        };
        match verdict.letter {
            Letter::Yes | Letter::Sanitised => {}
            Letter::Consent if self.approved => self.used_approval = true,
            Letter::Consent => self.reasons.push(Reason::Approval(path())),
            Letter::No => self.reasons.push(Reason::Audience(path())),
        }
        let exempt = |class| -> Vec<&str> {
            let held = verdict.exemptions.iter().filter(|exemption| exemption.holds_for(class));
            held.filter_map(|exemption| self.order.exemptions.get(exemption)).flatten().map(String::as_str).collect()
        };
        match self.order.deny.find(value, &self.order.deny_classes, exempt) {
            Ok(hits) => {
                self.reasons.extend(hits.into_iter().map(|hit| Reason::Denied(path(), hit.class, hit.tag)));
            }
            Err(too_much) => self.reasons.push(Reason::Unreadable(format!("{}: {too_much}", path()))),
        }
    }

    /// Canaries stand nowhere by chance, so they are looked for across places too, without exemption.
    fn whole(&mut self) {
        let canaries = [DenyClass::Canaries].into();
        let hits = match self.order.deny.find(&self.all_text, &canaries, |_| Vec::new()) {
            Ok(hits) => hits,
            Err(too_much) => return self.reasons.push(Reason::Unreadable(too_much.to_string())),
        };
        for hit in hits {
            let seen = self.reasons.iter().any(|reason| matches!(reason, Reason::Denied(_, _, tag) if *tag == hit.tag));
            if !seen {
                self.reasons.push(Reason::Denied("/ (across places)".to_owned(), hit.class, hit.tag));
            }
        }
    }
}

/// The TLP label that a restriction means (RFC 7970 §3.3.1); all else is unknown, which counts as RED.
fn tlp_of(restriction: &str, ext: Option<&str>) -> Option<Tlp> {
    match (restriction, ext) {
        ("white", None) => Some(Tlp::Clear),
        ("green", None) => Some(Tlp::Green),
        ("amber", None) => Some(Tlp::Amber),
        ("red", None) => Some(Tlp::Red),
        ("ext-value", Some("amber+strict")) => Some(Tlp::AmberStrict),
        _ => None,
    }
}

/// The place as a path, without values of attributes: they are content.
fn path_of(way: &[Element], last: &str) -> String {
    let mut path: String = way.iter().map(|element| format!("/{}", element.name)).collect();
    if !last.is_empty() {
        path.push('/');
        path.push_str(last);
    }
    path
}
