//! What is found in patterns of the grammar, beside the types and properties; `fixtures/stix` has a document for each rule.

use super::read;
use crate::stix::{
    pattern::{Validity, check},
    rules::{self, Rule},
};

/// The rules that a pattern breaks, with the places.
fn found(text: &str) -> Vec<(&'static Rule, usize)> {
    let mut found = Vec::new();
    check(&read(text), &Validity::default(), &mut |rule, at, _, _| found.push((rule, at)));
    found
}

fn broken(text: &str) -> Vec<&'static Rule> {
    found(text).into_iter().map(|(rule, _)| rule).collect()
}

#[track_caller]
fn breaks(text: &str, rule: &'static Rule) {
    let broken = broken(text);
    assert!(broken.len() == 1 && std::ptr::eq(broken[0], rule), "{text}: {broken:#?}");
}

#[track_caller]
fn is_good(text: &str) {
    assert!(broken(text).is_empty(), "{text}: {:#?}", broken(text));
}

#[test]
fn and_joins_what_one_object_can_be() {
    let (a, b) = ("file:size = 1", "process:pid = 1");
    is_good(&format!("[{a} OR {b}]"));
    is_good(&format!("[{a} AND ({a} OR {b})]"));
    is_good(&format!("[({b} OR {a}) AND ({a} OR {b}) AND {b}]"));
    is_good(&format!("[{a} AND {a} OR {b} AND {b}]"));
    is_good(&format!("[{a}] AND [{b}]"));
    breaks(&format!("[{a} AND {b}]"), &rules::PATTERN_TYPES);
    breaks(&format!("[{a} AND ({b} OR {b} AND {b})]"), &rules::PATTERN_TYPES);
    breaks(&format!("[({a} OR {b}) AND {a} AND {b}]"), &rules::PATTERN_TYPES);
    assert_eq!(found(&format!("[{a} AND {b}]"))[0].1, 19);
}

#[test]
fn paths_are_those_of_the_tables() {
    for path in [
        "file:parent_directory_ref.path = 'a'",
        "file:contains_refs[*].name = 'a'",
        "file:content_ref.payload_bin = b'AQI='",
        "file:extensions.'windows-pebinary-ext'.sections[0].entropy > 7",
        "file:extensions.'windows-pebinary-ext'.optional_header.hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f'",
        "file:extensions.'x-own'.any.thing[3] = 'a'",
        "file:type = 'file'",
        "file:id = 'file--1'",
        "process:environment_variables.PATH = 'a'",
        "process:parent_ref.parent_ref.image_ref.name = 'a'",
        "network-traffic:dst_ref.value ISSUBSET '192.0.2.0/24'",
        "network-traffic:src_ref.resolves_to_refs[*].value = 'a'",
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'a'",
        "email-message:body_multipart[*].body_raw_ref.name = 'a'",
        "file:hashes[*] = 'a'",
        "artifact:payload_bin MATCHES '\\\\xd4\\\\xc3'",
    ] {
        is_good(&format!("[{path}]"));
    }
    for path in [
        "file:filename = 'a'",
        "file:name.first = 'a'",
        "file:name[0] = 'a'",
        "file:hashes[0] = 'a'",
        "file:contains_refs.name = 'a'",
        "file:parent_directory_ref.name = 'a'",
        "file:extensions[*] = 'a'",
        "file:extensions.'ntfs-ext'.sections[0].entropy > 7",
        "network-traffic:src_ref.number = 5",
    ] {
        breaks(&format!("[{path}]"), &rules::PATTERN_PATH);
    }
    breaks("[x-usb-device:usbdrive.serial_number = 'a']", &rules::PATTERN_CUSTOM);
    breaks("[indicator:name = 'a']", &rules::PATTERN_OBJECT);
    breaks("[File:name = 'a']", &rules::TYPE_NAME);
}

#[test]
fn constants_are_of_the_type_of_the_property() {
    for good in [
        "file:size > 1.5",
        "file:name = h'ff'",
        "file:magic_number_hex = 'a'",
        "file:hashes.MD5 = h'cead3f77f6cda6ec00f57d76c9a6879f'",
        "file:ctime < t'2016-06-01T00:00:00Z'",
        "network-traffic:dst_port IN (443, 8443)",
        "network-traffic:is_active = true",
        "network-traffic:dst_ref = 'ipv4-addr--1'",
        "network-traffic:dst_ref.type = 'ipv4-addr'",
        "EXISTS file:extensions",
    ] {
        is_good(&format!("[{good}]"));
    }
    for bad in [
        "file:size = '1'",
        "file:name = 5",
        "file:ctime = '2016-06-01T00:00:00Z'",
        "file:created = 5",
        "file:contains_refs = 'a'",
        "file:extensions = 'a'",
        "file:extensions.'ntfs-ext' = 'a'",
        "file:hashes = 'a'",
        "network-traffic:dst_port IN ('443', '8443')",
        "network-traffic:is_active = 1",
        "network-traffic:protocols = 'tcp'",
    ] {
        let rule = if bad.contains("created") { &rules::PATTERN_PATH } else { &rules::PATTERN_CONSTANT };
        breaks(&format!("[{bad}]"), rule);
    }
}

#[test]
fn hashes_have_the_form_of_their_algorithm() {
    let md5 = "cead3f77f6cda6ec00f57d76c9a6879f";
    breaks("[file:hashes.MD5 = 'f00']", &rules::HASH_VALUE);
    breaks(&format!("[file:hashes.'SHA-256' IN ('{md5}')]"), &rules::HASH_VALUE);
    breaks(&format!("[file:hashes.md5 = '{md5}']"), &rules::HASH_NAME);
    is_good("[file:hashes.MD5 LIKE 'f00%']");
    is_good(&format!("[file:hashes.MD5 != '{md5}']"));
}

#[test]
fn networks_are_networks() {
    is_good("[ipv6-addr:value ISSUPERSET '2001:db8::/32']");
    breaks("[ipv4-addr:value ISSUBSET '198.51.100']", &rules::PATTERN_NETWORK);
    breaks("[ipv4-addr:value ISSUBSET '198.51.100.0/33']", &rules::PATTERN_NETWORK);
    breaks("[domain-name:value ISSUBSET '198.51.100.0/24']", &rules::PATTERN_NETWORK_PATH);
}

#[test]
fn regular_expressions_may_be_ones() {
    let matches = |regex: &str| format!("[x-own:a MATCHES '{}']", regex.replace('\\', "\\\\").replace('\'', "\\'"));
    for regex in [
        "",
        r"^C:\\Windows\w+$",
        r".+\@example\.com$",
        "[]a]*[^]b]+?[[:alpha:][:digit:]_]{2,3}[[]",
        r"(?i)(?:a|b)(?<name>c)*(*UTF8)",
        r"\Q(((\E+",
        r"\(\[",
        "a{,5}",
        "|a|",
    ] {
        assert_eq!(broken(&matches(regex)).len(), 1, "{regex}"); // that the type is not known
    }
    for regex in ["(", "a)", "[a", "[]", "[^]", "*a", "a|*", "(+)", "a**", "a\\", "[[:alpha:]", "[a\\]"] {
        let broken = broken(&matches(regex));
        assert!(std::ptr::eq(broken[1], &rules::PATTERN_REGEX), "{regex}: {broken:#?}");
    }
    let long = matches(&"a".repeat(crate::stix::pattern::REGEX_BYTES + 1));
    assert!(std::ptr::eq(broken(&long)[1], &rules::PATTERN_REGEX));
}

#[test]
fn times_are_in_order_and_within_the_indicator() {
    let text = "[file:size = 1] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00.5Z'";
    is_good(text);
    breaks("[file:size = 1] START t'2016-06-01T00:00:00Z' STOP t'2016-06-01T00:00:00.0Z'", &rules::PATTERN_STOP);
    let time = |text| crate::stix::forms::time(text);
    let within = |from, until| {
        let mut found = Vec::new();
        let validity = Validity { from: time(from), until: time(until) };
        check(&read(text), &validity, &mut |rule, at, _, _| found.push((rule.expected, at)));
        found
    };
    assert_eq!(within("2016-06-01T00:00:00Z", "2016-07-01T00:00:00.50Z"), []);
    assert_eq!(
        within("2016-06-02T00:00:00Z", "2016-07-01T00:00:00Z"),
        [(rules::PATTERN_VALID_FROM.expected, 22), (rules::PATTERN_VALID_UNTIL.expected, 51)]
    );
}
