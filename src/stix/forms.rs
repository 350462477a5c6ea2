//! Forms of texts, and what ids, times and digests look like.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::rules::Rule;
use crate::{
    error::Code,
    time::{Grammar, WireTime, Zone},
};

/// A form that a text must or should have.
#[derive(Debug)]
pub struct Form {
    /// The rule that says so.
    pub rule: Rule,
    /// Whether a text has it.
    pub test: fn(&str) -> bool,
}

macro_rules! forms {
    ($( $name:ident = $kind:ident $of:literal $section:literal $expected:literal $test:path; )*) => {
        $( #[doc = $expected] pub static $name: Form =
            Form { rule: Rule::$kind($of, Code::ValueInvalid, $section, $expected), test: $test }; )*

        /// All of them.
        pub static FORMS: &[&Form] = &[ $( &$name, )* ];
    };
}

// What was observed is told as it was observed: an address that breaks its form is a warning where it is still clear
// which address is meant.
forms! {
    LANGUAGE = must "language" "3.2" "a language tag (RFC 5646)" is_language;
    KILL_CHAIN = should "kill-chain-phase" "2.11" "lower case, with hyphens between words" is_hyphened;
    RELATIONSHIP_TYPE = must "relationship" "5.1.2" "a name of a-z, 0-9 and hyphen" is_relationship_type;
    SELECTOR = must "granular-marking" "7.2.3" "names and [indices] with points between them" is_selector;
    PROPERTY_NAME = must "extension-definition" "7.3.2" "a property name of 3 to 250 of a-z, 0-9 and underscore" is_property_name;
    DOMAIN_NAME = clear "domain-name" "6.4.1" "a domain name (RFC 1034, RFC 5890)" is_domain_name;
    EMAIL = clear "email-addr" "6.5.1" "an address alone, such as jane.smith@example.com (RFC 5322 §3.4.1)" is_email;
    IPV4 = must "ipv4-addr" "6.8.1" "an IPv4 address or network, such as 192.0.2.0/24" is_ipv4;
    IPV6 = must "ipv6-addr" "6.9.1" "an IPv6 address or network, such as 2001:db8::/32" is_ipv6;
    MAC = clear "mac-addr" "6.10.1" "six pairs of lower-case hexadecimal digits with colons between them" is_mac;
    URL = clear "URL" "6.15.1" "a URL (RFC 3986)" is_url;
    CPE = clear "software" "6.14.1" "a name of CPE 2.3" is_cpe;
    LOWER = may "http-request-ext" "6.12.2" "lower case" is_lower;
}

/// Whether a text is a time of §2.16: RFC 3339 with capital letters and `Z`.
pub(super) fn time(text: &str) -> Option<WireTime> {
    let time = WireTime::parse(text, Grammar::Rfc3339).ok()?;
    (time.zone() == Zone::Utc && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T')).then_some(time)
}

/// The parts of an id: type and UUID, if it has the form of one (§2.9).
pub(super) fn id_parts(id: &str) -> Option<(&str, &str)> {
    let (name, uuid) = id.split_once("--")?;
    let shape = uuid.len() == 36
        && uuid.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    (is_type_name(name) && shape).then_some((name, uuid))
}

/// The version of a UUID of RFC 4122; none if it is another kind of UUID.
pub(super) fn uuid_version(uuid: &str) -> Option<u8> {
    let version = uuid.as_bytes().get(14)?.checked_sub(b'0')?;
    let variant = matches!(uuid.as_bytes().get(19)?, b'8' | b'9' | b'a' | b'b' | b'A' | b'B');
    (variant && (1..=5).contains(&version)).then_some(version)
}

/// Whether a text may be a type's name (§3.1, §11.2.1).
pub(super) fn is_type_name(text: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=250).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(letters)
        && !text.contains("--")
}

/// Whether a text may be the name of a property that the specification does not have (§11.1.1, §7.3.2).
pub(super) fn is_property_name(text: &str) -> bool {
    (3..=250).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a text may be the key of a dictionary (§2.3), or of hashes, which has at least three characters (§2.7).
pub(super) fn is_key(text: &str, shortest: usize) -> bool {
    (shortest..=250).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Whether a text is bytes in hexadecimal (§2.8).
pub(super) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a text is base64 with padding (§2.1). It is looked at and not decoded: it may be megabytes.
pub(super) fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - data.len() <= 2
        && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// Whether a text is a digest of an algorithm; of one that is not in the table, nothing is known (§10.7).
pub(super) fn is_digest(algorithm: &str, text: &str) -> bool {
    const DIGITS: &[(&str, usize)] =
        &[("MD5", 32), ("SHA-1", 40), ("SHA-256", 64), ("SHA-512", 128), ("SHA3-256", 64), ("SHA3-512", 128)];
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match DIGITS.iter().find(|(name, _)| *name == algorithm) {
        Some((_, digits)) => text.len() == *digits && hexadecimal(text),
        None if algorithm == "SSDEEP" => {
            let parts: Vec<&str> = text.splitn(3, ':').collect();
            matches!(parts[..], [size, _, _] if !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit()))
        }
        None if algorithm == "TLSH" => {
            let digits = text.strip_prefix("T1").unwrap_or(text);
            digits.len() == 70 && hexadecimal(digits)
        }
        None => true,
    }
}

/// A language tag as RFC 5646 §2.1 puts it together, without a look into the registry.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let alone = matches!(first, "x" | "X" | "i" | "I");
    let begins = (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    (begins || (alone && text.len() > 2))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_hyphened(text: &str) -> bool {
    !text.chars().any(|c| c.is_uppercase() || c == ' ' || c == '_')
}

fn is_lower(text: &str) -> bool {
    !text.chars().any(char::is_uppercase)
}

fn is_relationship_type(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_selector(text: &str) -> bool {
    text.split('.').enumerate().all(|(at, step)| match step.strip_prefix('[') {
        Some(index) => {
            let digits = index.strip_suffix(']').unwrap_or_default();
            at > 0 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => is_key(step, 1),
    })
}

fn is_domain_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !text.contains(['<', '>']) && !domain.contains(char::is_whitespace)
    })
}

/// An address, and how many bits of it are meant if not all.
fn in_network(text: &str, bits: u8, address: impl Fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        None => address(text),
        Some((start, length)) => {
            let digits = length.bytes().all(|byte| byte.is_ascii_digit());
            address(start) && digits && length.parse::<u8>().is_ok_and(|length| length <= bits)
        }
    }
}

fn is_ipv4(text: &str) -> bool {
    in_network(text, 32, |address| address.parse::<Ipv4Addr>().is_ok())
}

fn is_ipv6(text: &str) -> bool {
    in_network(text, 128, |address| address.parse::<Ipv6Addr>().is_ok())
}

fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(at, byte)| match at % 3 {
            2 => byte == b':',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

fn is_url(text: &str) -> bool {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let begins = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let escapes = rest.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    begins && !rest.is_empty() && rest.bytes().all(allowed) && escapes
}

fn is_cpe(text: &str) -> bool {
    // A colon within a component has a backslash before it.
    let mut colons = 0;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b':' => colons += 1,
            _ => {}
        }
    }
    text.starts_with("cpe:2.3:") && colons == 12 && !text.contains(char::is_whitespace)
}
