//! Generated contents of indicators that a pattern says, in the form in which they are read.

use serde_json::json;

use super::*;

/// The things of one expression have numbers, so that no two are one; values are odd now and then.
fn thing(number: usize) -> impl Strategy<Value = Json> {
    let odd = prop_oneof![3 => "[a-z]{1,6}", 1 => "[ -~é漢]{1,8}"];
    (0..12_u8, odd, any::<u16>()).prop_map(move |(kind, text, port)| {
        let name = format!("{text}{number}");
        let digest = format!("{number:032x}");
        match kind {
            0 => json!({ "address": { "kind": "ipv4-addr", "value": format!("198.51.{}.{}", number / 256 % 256, number % 256) } }),
            1 => json!({ "address": { "kind": "ipv6-addr", "value": format!("2001:db8::{:x}", number + 1) } }),
            2 => json!({ "address": { "kind": "asn", "value": number.to_string() } }),
            3 => json!({ "domain": { "name": format!("{number}.example") } }),
            4 => json!({ "url": format!("https://{number}.example/{text}") }),
            5 => json!({ "mutex": name }),
            6 => json!({ "account": name }),
            7 => json!({ "email": { "from": "a@mail.example", "to": ["b@mail.example"], "subject": name } }),
            8 => json!({ "registry_change": { "keys": [{ "name": format!("HKEY_USERS\\{name}") }] } }),
            9 => json!({ "service": { "ip_protocol": 6, "port": number } }),
            10 => json!({ "files": { "files": [{ "name": name, "size": port, "hashes": { "scope": "file-contents", "hashes": [
                { "alg": "md5", "value": digest }, { "alg": "sha-1", "value": format!("{number:040x}") },
            ] } }] } }),
            _ => json!({ "bulk": { "kind": "mutex", "list": format!("first{number}\nsecond{number}") } }),
        }
    })
}

/// A term whose things have numbers from `first`; `outer` is the operator around it.
fn any_term(first: usize, depth: u32, outer: &'static str) -> BoxedStrategy<Json> {
    let leaf = thing(first).prop_map(|thing| json!({ "observable": thing }));
    if depth == 0 {
        return leaf.boxed();
    }
    let operator = if outer == "and" { "or" } else { "and" };
    let width = 6_usize.pow(depth);
    let nested = (2..4_usize).prop_flat_map(move |count| {
        let terms: Vec<_> = (0..count).map(|n| any_term(first + n * width, depth - 1, operator)).collect();
        terms.prop_map(move |terms| json!({ "expression": { "operator": operator, "terms": terms } }))
    });
    prop_oneof![1 => leaf, 2 => nested].boxed()
}

/// One thing, or expressions of which no two of one operator stand within each other.
pub(super) fn content() -> impl Strategy<Value = Content> {
    prop_oneof![Just("and"), Just("or")]
        .prop_flat_map(|outer| any_term(1, 3, outer))
        .prop_map(|json| term(&json.to_string()))
}
