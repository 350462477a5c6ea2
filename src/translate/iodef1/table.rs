//! The correspondence of RFC 5070 and RFC 7970 (§4.4): one table for both ways. What is in no row has the same name in
//! both versions. `docs/iodef-v1.md` shows it; a test holds the two together.

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Version 1 to version 2.
    Up,
    /// Version 2 to version 1.
    Down,
}

/// Places of a class of version 1, and where version 2 has them.
pub(super) struct Pair {
    /// The class of version 1, by the name of its table.
    pub v1: &'static str,
    /// The class of version 2.
    pub v2: &'static str,
    /// Values: a path below the class of version 1, and one below the class of version 2. An empty path is the text.
    pub values: &'static [(&'static str, &'static str)],
    /// Elements with parts: the name in version 1 and in version 2.
    pub elements: &'static [(&'static str, &'static str)],
}

const fn values(v1: &'static str, v2: &'static str, values: &'static [(&'static str, &'static str)]) -> Pair {
    Pair { v1, v2, values, elements: &[] }
}

const fn elements(v1: &'static str, v2: &'static str, elements: &'static [(&'static str, &'static str)]) -> Pair {
    Pair { v1, v2, values: &[], elements }
}

/// The rows.
pub(super) const PAIRS: &[Pair] = &[
    values("IODEF-Document", "IODEF-Document", &[("@lang", "@xml:lang"), ("@formatid", "@format-id")]),
    values("Incident", "Incident", &[("@lang", "@xml:lang")]),
    values("MLStringType", "MLStringType", &[("@lang", "@xml:lang")]),
    elements("Contact", "Contact", &[("Fax", "Telephone")]),
    values(
        "PostalAddress",
        "PostalAddress",
        &[("", "PAddress"), ("@lang", "PAddress/@xml:lang"), ("@meaning", "Description[1]")],
    ),
    values("ContactMeansType", "Email", &[("", "EmailTo"), ("@meaning", "Description[1]")]),
    values("ContactMeansType", "Telephone", &[("", "TelephoneNumber"), ("@meaning", "Description[1]")]),
    values(
        "Reference",
        "Reference",
        &[("ReferenceName", "Description[1]"), ("ReferenceName/@lang", "Description[1]/@xml:lang")],
    ),
    elements("Assessment", "Assessment", &[("Impact", "SystemImpact")]),
    values("Impact", "SystemImpact", &[("", "Description[1]"), ("@lang", "Description[1]/@xml:lang")]),
    values("Counter", "Counter", &[("@type", "@unit")]),
    elements("Node", "Node", &[("NodeName", "DomainData")]),
    values("MLStringType", "DomainData", &[("", "Name")]),
    values("NodeRole", "NodeRole", &[("", "Description[1]"), ("@lang", "Description[1]/@xml:lang")]),
    values("Service", "Service", &[("@ip_protocol", "@ip-protocol")]),
    values("SoftwareType", "SoftwareType", &[("@name", "Description[1]")]),
];

/// Values of enumerations that have another word in the other version: the type of version 1, its value, that of version 2.
pub(super) const WORDS: &[(&str, &str, &str)] = &[
    ("impact-type-type", "admin", "takeover-system"),
    ("impact-type-type", "user", "takeover-account"),
    ("impact-type-type", "dos", "availability-service"),
    ("impact-type-type", "file", "integrity-data"),
];

/// Values of version 2 for which version 1 has only a nearest one, never a wider one: the type of version 1, the value of
/// version 2 (none for all others) and what is written.
pub(super) const NEAREST: &[(&str, Option<&str>, &str)] = &[
    ("restriction-type", Some("white"), "public"),
    ("restriction-type", Some("partner"), "need-to-know"),
    ("restriction-type", Some("green"), "need-to-know"),
    ("restriction-type", Some("amber"), "need-to-know"),
    ("restriction-type", None, "private"),
    ("confidence-rating-type", None, "unknown"),
];

/// Kinds of impact that are no effect on a system: version 2 has them as IncidentCategory (§4.4), and the impact keeps
/// them as an extension of its type, so that they are found again.
pub(super) const CATEGORIES: &[&str] = &["extortion", "info-leak", "misconfiguration", "recon", "social-engineering"];

/// Attributes of version 2 that the upgrade fills in: what was carried replaces them, also by their extension.
pub(super) const FILLED: &[(&str, &str)] = &[("Counter", "type"), ("ReferenceName", "specIndex")];

/// The pair of two classes.
pub(super) fn pair(way: Way, source: &str, target: &str) -> Option<&'static Pair> {
    PAIRS.iter().find(|pair| match way {
        Way::Up => pair.v1 == source && pair.v2 == target,
        Way::Down => pair.v2 == source && pair.v1 == target,
    })
}

impl Pair {
    /// The values, source first.
    pub fn values(&self, way: Way) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.values.iter().map(move |(v1, v2)| if way == Way::Up { (*v1, *v2) } else { (*v2, *v1) })
    }

    /// What the element of this name is called on the other side.
    pub fn element(&self, way: Way, name: &str) -> Option<&'static str> {
        let sides = self.elements.iter().map(move |(v1, v2)| if way == Way::Up { (*v1, *v2) } else { (*v2, *v1) });
        sides.into_iter().find(|(source, _)| *source == name).map(|(_, target)| target)
    }
}
