//! The codec over documents that the tables generate.

use proptest::prelude::*;

use super::*;
use crate::{
    class::{self, Dice, Leaf, Path},
    error::Code,
    world::Seeded,
    xml::Limits,
};

/// A document out of the tables, with related activity named in one way, as the RFC has it.
fn document(seed: u64, depth: usize) -> IodefDocument {
    let entropy = Seeded::new(seed);
    let mut document = IodefDocument::default();
    class::generate(&mut document, &mut Dice::new(&entropy), depth);
    for incident in &mut document.incident {
        if let Some(related) = &mut incident.related_activity {
            match related.incident_id.is_empty() {
                true if related.url.is_empty() => incident.related_activity = None,
                true => {}
                false => related.url.clear(),
            }
        }
    }
    document
}

fn all_leaves(document: &IodefDocument) -> Vec<(String, Leaf)> {
    let mut all = Vec::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| all.push((path.to_string(), leaf)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is written is read back as it was, without a finding.
    #[test]
    fn what_is_written_is_read_as_it_was(seed: u64, depth in 0usize..7) {
        let document = document(seed, depth);
        let bytes = encode_xml(&document).unwrap();
        let back = decode_xml(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(&back.findings, &[], "{}", String::from_utf8_lossy(&bytes));
        let again = encode_xml(&back.document).unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&bytes));
    }

    /// A document is the list of its leaves.
    #[test]
    fn leaves_make_the_document_again(seed: u64, depth in 0usize..7) {
        let document = document(seed, depth);
        let mut built = IodefDocument::default();
        for (path, leaf) in all_leaves(&document) {
            let below = path.strip_prefix("/IODEF-Document").unwrap().trim_start_matches('/');
            class::put(&mut built, below, leaf).unwrap();
        }
        prop_assert_eq!(built, document);
    }

    /// No bytes make the reader panic.
    #[test]
    fn broken_documents_do_not_panic(seed: u64, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let mut bytes = encode_xml(&document(seed, 4)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        fuzz_xml(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        fuzz_xml(&bytes);
    }
}

fn read(incident: &str) -> Decoded {
    let text = format!(
        r#"<IODEF-Document xmlns="{IODEF1}" version="1.00" lang="en"><Incident purpose="reporting">
        <IncidentID name="a.example">1</IncidentID>{incident}</Incident></IODEF-Document>"#
    );
    decode_xml(text.as_bytes(), Limits::default()).unwrap()
}

/// Erratum 3333: one or more; and the schema has a choice between numbers and URLs.
#[test]
fn related_activity_is_named_and_in_one_way() {
    let found = |related: &str| -> Vec<Code> {
        let related = format!("<RelatedActivity>{related}</RelatedActivity>");
        let decoded = read(&related);
        let of = decoded.findings.iter().filter(|finding| finding.path.contains("RelatedActivity"));
        of.map(|finding| finding.code).collect()
    };
    assert_eq!(found(""), [Code::ClassMissing]);
    assert_eq!(found(r#"<IncidentID name="a">1</IncidentID><URL>https://a.example</URL>"#), [Code::ClassRepeated]);
    assert_eq!(found("<URL>https://a.example</URL><URL>https://b.example</URL>"), []);
}

/// What an absent attribute means (erratum 3333, §3.16.2).
#[test]
fn a_number_is_public_and_an_address_is_ipv4_unless_they_say_otherwise() {
    let mut decoded =
        read("<EventData><Flow><System><Node><Address>192.0.2.1</Address></Node></System></Flow></EventData>");
    class::normalise(&mut decoded.document);
    let incident = &decoded.document.incident[0];
    assert_eq!(incident.restriction, Some(vocab::Restriction::Private.into()));
    assert_eq!(incident.incident_id.as_ref().unwrap().restriction, Some(vocab::Restriction::Public.into()));
    let node = incident.event_data[0].flow[0].system[0].node.as_ref().unwrap();
    let NodeAddress::Address(address) = &node.address[0] else { panic!("{node:?}") };
    assert_eq!(address.category, Some(vocab::AddressCategory::Ipv4Addr.into()));
}

/// A reader is lenient: what it cannot keep it names.
#[test]
fn what_does_not_belong_there_is_found_at_its_place() {
    let decoded = read(
        r#"<ReportTime>2026-01-01</ReportTime><Assessment/><Contact role="boss" type="person"><Fax/><Fax/></Contact>"#,
    );
    let mut found: Vec<_> = decoded.findings.iter().map(|finding| (finding.path.as_str(), finding.code)).collect();
    found.sort_unstable_by_key(|(path, code)| (*path, code.as_str()));
    let incident = "/IODEF-Document/Incident[1]";
    let expected = [
        (format!("{incident}/Assessment[1]"), Code::ClassMissing),
        (format!("{incident}/Contact[1]"), Code::ClassRepeated),
        (format!("{incident}/Contact[1]/@role"), Code::ValueUnknown),
        (format!("{incident}/ReportTime"), Code::ValueInvalid),
    ];
    let expected: Vec<_> = expected.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(found, expected);
}

fn fixtures() -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iodef-v1");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Our documents use every class, attribute and extension that the tables have.
#[test]
fn fixtures_use_all_of_the_tables() {
    let mut used = std::collections::BTreeSet::new();
    for (path, bytes) in fixtures() {
        let decoded = decode_xml(&bytes, Limits::default()).unwrap();
        assert_eq!(decoded.findings, [], "{}", path.display());
        class::coverage::used(&decoded.document, &mut used);
    }
    let possible = class::coverage::possible(const { &IodefDocument::DEF });
    assert!(possible.len() > 150, "{} places in the tables", possible.len());
    let unused: Vec<_> = possible.difference(&used).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

/// RFC 5901's example extends a registered value; an extension that says nothing is another matter.
#[test]
fn a_needless_extension_is_a_warning() {
    use crate::error::Severity;
    let severity = |contact: &str| {
        let decoded = read(&format!(r#"<Contact {contact} type="person"/>"#));
        decoded.findings.iter().find(|finding| finding.code == Code::ExtValuePair).map(|finding| finding.severity)
    };
    assert_eq!(severity(r#"role="cc" ext-role="x""#), Some(Severity::Warning));
    assert_eq!(severity(r#"role="ext-value""#), Some(Severity::Error));
    assert_eq!(severity(r#"role="ext-value" ext-role="x""#), None);
}
