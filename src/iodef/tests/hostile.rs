//! What strangers may send: each is refused or told by a finding with its place, and none takes more than its limits.

use super::*;
use crate::{
    error::{Code, Finding, Severity},
    json,
};

const OPEN: &str = r#"<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">"#;

fn xml_refusal(bytes: &[u8]) -> Finding {
    decode_xml(bytes, Limits::default()).map(|decoded| decoded.findings).unwrap_err()
}

fn json_refusal(bytes: &[u8]) -> Finding {
    decode_json(bytes, &json::Limits::default()).map(|decoded| decoded.findings).unwrap_err()
}

#[test]
fn xml_that_ends_the_reading_names_its_place() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(OPEN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let deep = format!("{OPEN}{}", "<Incident>".repeat(100_000));
    let long = format!("{OPEN}<Incident purpose=\"{}\"/></IODEF-Document>", "x".repeat(10_000_000));
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>{OPEN}<Incident>&b;</Incident></IODEF-Document>"
    );
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("text", b"hello".to_vec()),
        ("truncated", format!("{OPEN}\n<Incident").into_bytes()),
        ("not closed", format!("{OPEN}\n<Incident>").into_bytes()),
        ("closed wrongly", format!("{OPEN}\n<Incident></Other>").into_bytes()),
        ("document type", format!("<!DOCTYPE x>{OPEN}</IODEF-Document>").into_bytes()),
        ("entities", bomb.into_bytes()),
        ("unknown entity", format!("{OPEN}\n<Incident>&x;</Incident></IODEF-Document>").into_bytes()),
        ("external", format!("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{OPEN}</IODEF-Document>").into_bytes()),
        ("ten megabytes of attribute", long.into_bytes()),
        ("depth", deep.into_bytes()),
        ("utf-16", utf16),
        ("bad utf-8", [OPEN.as_bytes(), b"\n<Incident>\xc3\x28</Incident></IODEF-Document>"].concat()),
        ("overlong utf-8", [OPEN.as_bytes(), b"\xc0\xbc/IODEF-Document>"].concat()),
        ("nul", [OPEN.as_bytes(), b"\0</IODEF-Document>"].concat()),
        ("forbidden reference", format!("{OPEN}&#0;</IODEF-Document>").into_bytes()),
        ("surrogate reference", format!("{OPEN}&#xD800;</IODEF-Document>").into_bytes()),
        ("two roots", format!("{OPEN}</IODEF-Document>{OPEN}</IODEF-Document>").into_bytes()),
        ("attribute twice", b"<IODEF-Document version=\"1\" version=\"2\"/>".to_vec()),
        ("unbound prefix", b"<x:IODEF-Document/>".to_vec()),
        ("other namespace", b"<IODEF-Document xmlns=\"urn:x\"/>".to_vec()),
        ("no namespace", b"<IODEF-Document/>".to_vec()),
        ("version 1", b"<IODEF-Document xmlns=\"urn:ietf:params:xml:ns:iodef-1.0\"/>".to_vec()),
        ("other encoding", b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><x/>".to_vec()),
    ] {
        let finding = xml_refusal(&bytes);
        assert_eq!(finding.severity, Severity::Error, "{what}");
        assert!(!finding.path.is_empty() && !finding.expected.is_empty(), "{what}: {finding}");
        assert!(finding.found.len() < 1000, "{what}: a finding quotes an excerpt only");
        let empty = matches!(what, "nothing" | "text" | "utf-16");
        assert!(empty || finding.position.line > 0, "{what}: {finding}");
    }
    assert_eq!(xml_refusal(format!("{OPEN}{}", "<a>".repeat(100_000)).as_bytes()).code, Code::LimitExceeded);
}

#[test]
fn a_byte_order_mark_is_no_part_of_xml() {
    let bytes = [b"\xef\xbb\xbf", OPEN.as_bytes(), b"</IODEF-Document>"].concat();
    let decoded = decode_xml(&bytes, Limits::default()).unwrap();
    assert!(decoded.errors().all(|finding| finding.code == Code::ClassMissing), "{:?}", decoded.findings);
}

/// What belongs elsewhere is told and left out, and the reading goes on.
#[test]
fn strange_elements_are_findings() {
    let text = format!(
        "{OPEN}\n<Incident purpose=\"reporting\" x:purpose=\"hidden\" xmlns:x=\"urn:x\">\n\
         <x:IncidentID name=\"a\">1</x:IncidentID><IncidentID name=\"a\"><b/>1</IncidentID>\n\
         <IncidentID name=\"b\">2</IncidentID>stray</Incident></IODEF-Document>"
    );
    let decoded = decode_xml(text.as_bytes(), Limits::default()).unwrap();
    let id = decoded.document.incident[0].incident_id.as_ref().unwrap();
    assert_eq!(id.id.as_deref(), Some("1"));
    let told: Vec<(&str, u64)> = decoded
        .errors()
        .filter(|finding| finding.code != Code::ClassMissing)
        .map(|finding| (finding.code.as_str(), finding.position.line))
        .collect();
    let unknown = "element-unexpected";
    assert_eq!(told, [(unknown, 2), (unknown, 3), (unknown, 3), ("element-repeated", 4), (unknown, 4)]);
}

#[test]
fn json_that_ends_the_reading_names_its_place() {
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = format!("{{\"version\": \"{}\"}}", "x".repeat(17 * 1024 * 1024));
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("truncated", b"{\"Incident\": [".to_vec()),
        ("truncated string", b"{\"version\": \"2.".to_vec()),
        ("depth", b"{\"Incident\":".iter().chain([b'['; 100_000].iter()).copied().collect()),
        ("members twice", b"{\"version\": \"2.00\",\n \"version\": \"2.00\"}".to_vec()),
        ("members twice, escaped", b"{\"version\": \"2.00\",\n \"v\\u0065rsion\": \"1\"}".to_vec()),
        ("lone surrogate", b"{\"version\": \"\\ud800\"}".to_vec()),
        ("lone low surrogate", b"{\"version\": \"\\udc00\\ud800\"}".to_vec()),
        ("byte order mark", b"\xef\xbb\xbf{}".to_vec()),
        ("utf-16", utf16),
        ("bad utf-8", b"{\"version\": \"\xc3\x28\"}".to_vec()),
        ("control character", b"{\"version\": \"\x01\"}".to_vec()),
        ("trailing", b"{} {}".to_vec()),
        ("trailing comma", b"{\"version\": \"2.00\",}".to_vec()),
        ("comment", b"{/* x */}".to_vec()),
        ("not a number", b"{\"version\": NaN}".to_vec()),
        ("a list", b"[]".to_vec()),
        ("long text", long.into_bytes()),
    ] {
        let finding = json_refusal(&bytes);
        assert_eq!(finding.severity, Severity::Error, "{what}");
        assert!(finding.position.line > 0 && !finding.path.is_empty(), "{what}: {finding}");
        assert!(finding.found.len() < 1000, "{what}: a finding quotes an excerpt only");
    }
}

/// Values of the wrong kind and size are told, and what is right around them is read.
#[test]
fn wrong_values_in_json_are_findings() {
    let number = "9".repeat(5000);
    let text = format!(
        r#"{{"version": "2.00", "Incident": [{{
"purpose": {{}}, "IncidentID": [], "GenerationTime": 5, "Description": "one", "__proto__": {{}},
"Contact": [null, {{"role": "creator", "type": "organization"}}],
"EventData": [{{"System": [{{"Node": {{"Address": [{{"value": "x", "vlan-num": {number}}}]}}}}]}}]
}}]}}"#
    );
    let decoded = decode_json(text.as_bytes(), &json::Limits::default()).unwrap();
    let incident = &decoded.document.incident[0];
    assert_eq!((incident.contact.len(), incident.description.len()), (1, 1));
    assert!(incident.purpose.is_none() && incident.incident_id.is_none() && incident.generation_time.is_none());
    let places: Vec<&str> = decoded
        .findings
        .iter()
        .filter(|finding| finding.code != Code::ClassMissing)
        .map(|finding| finding.path.rsplit('.').next().unwrap_or_default())
        .collect();
    for place in ["purpose", "IncidentID", "GenerationTime", "Description", "__proto__", "Contact[0]"] {
        assert!(places.contains(&place), "{place} in {places:?}");
    }
    let System { node: Some(node), .. } = &incident.event_data[0].flow[0].system[0] else { panic!("a node") };
    let NodeAddress::Address(address) = &node.address[0] else { panic!("an address") };
    assert_eq!(address.vlan_num.as_deref().map(str::len), Some(5000), "a number keeps its digits");
}

/// The reader takes no more than its limits say, whatever the document repeats.
#[test]
fn repetition_is_bounded() {
    let wide = format!("{OPEN}{}</IODEF-Document>", "<x/>".repeat(200_000));
    let decoded = decode_xml(wide.as_bytes(), Limits::default());
    let findings = decoded.map_or_else(|finding| vec![finding], |decoded| decoded.findings);
    assert!(findings.iter().all(|finding| finding.found.len() < 1000));
    let attributes: String = (0..100_000).map(|i| format!(" a{i}=\"\"")).collect();
    assert_eq!(xml_refusal(format!("{OPEN}<Incident{attributes}/>").as_bytes()).code, Code::LimitExceeded);
    let total = Limits { total_bytes: 100, ..Limits::default() };
    let finding = decode_xml(wide.as_bytes(), total).map(|decoded| decoded.findings).unwrap_err();
    assert_eq!(finding.code, Code::LimitExceeded);
    let few = json::Limits { values: 10, ..json::Limits::default() };
    let list = format!("{{\"Incident\": [{}1]}}", "1,".repeat(100));
    assert_eq!(decode_json(list.as_bytes(), &few).map(|d| d.findings).unwrap_err().code, Code::LimitExceeded);
}
