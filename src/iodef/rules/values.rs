//! Whether a text is what the prose says that it is: the schema has it as a string.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    class::{Base64, DateTime, Integer, Portlist, Real},
    xml::Verbatim,
};

/// Whether foreign content is of the type that `dtype` says (RFC 7970 §2.16, §2.15.1). What the type is not known of is.
pub(super) fn is_of_type(content: &Verbatim, dtype: &str) -> bool {
    let Verbatim::Text(text) = content else { return dtype == "xml" || is_unknown(dtype) };
    let word = text.trim();
    match dtype {
        "xml" => false,
        "boolean" => matches!(word, "true" | "false" | "1" | "0"),
        "byte" | "file" => Base64::new(word).is_ok(),
        "bytes" | "frame" | "packet" | "ipv4-packet" | "ipv6-packet" => is_hex(word),
        // White space is a character too.
        "character" => text.chars().count() == 1 || word.chars().count() == 1,
        "date-time" | "ntpstamp" => DateTime::new(word).is_ok(),
        "integer" => Integer::new(word).is_ok(),
        "portlist" => Portlist::new(word).is_ok(),
        "real" => Real::new(word).is_ok(),
        "url" => !word.contains(char::is_whitespace),
        _ => true,
    }
}

/// Whether it is none of RFC 7970's own types of content.
fn is_unknown(dtype: &str) -> bool {
    use crate::class::Enumeration as _;
    let known = |def: &crate::class::EnumDef| def.values.contains(&dtype);
    !(known(&crate::iodef::vocab::Dtype::DEF) || known(&crate::iodef::vocab::SoftwareDtype::DEF))
}

fn is_hex(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    digits.clone().all(|byte| byte.is_ascii_hexdigit()) && digits.count() % 2 == 0
}

/// Whether a text is an address of the category (RFC 7970 §3.18.1, §3.29.3.1). What has no one written form is.
pub(super) fn is_address(text: &str, category: &str) -> bool {
    let text = text.trim();
    let network = |bits: u8| {
        let (address, prefix) = text.split_once('/')?;
        prefix.parse::<u8>().ok().filter(|prefix| *prefix <= bits)?;
        Some(address)
    };
    match category {
        "asn" => {
            let digits = text.strip_prefix("AS").unwrap_or(text);
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u32>().is_ok()
        }
        "ipv4-addr" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv4-net" => network(32).is_some_and(|address| address.parse::<Ipv4Addr>().is_ok()),
        "ipv4-net-mask" => text
            .split_once('/')
            .is_some_and(|(address, mask)| address.parse::<Ipv4Addr>().is_ok() && mask.parse::<Ipv4Addr>().is_ok()),
        "ipv6-addr" => text.parse::<Ipv6Addr>().is_ok(),
        "ipv6-net" => network(128).is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        "mac" => {
            let mut parts = text.split([':', '-']);
            parts.clone().count() == 6
                && parts.all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
        }
        "e-mail" => text.contains('@') && !text.contains(char::is_whitespace),
        _ => true,
    }
}

/// Whether a text is a fully qualified domain name: labels of letters, digits and hyphens, at least two of them. Letters of
/// other scripts are letters.
pub(super) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// How many ports a list of ports has; `None` when one is no port or a range runs backwards.
pub(super) fn ports(list: &str) -> Option<u64> {
    list.split(',').try_fold(0, |sum, part| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u16, u16) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        Some(sum + 1 + u64::from(to.checked_sub(from)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Verbatim {
        Verbatim::Text(text.to_owned())
    }

    #[test]
    fn content_is_of_its_type_or_not() {
        for (dtype, good, bad) in [
            ("boolean", "true", "yes"),
            ("byte", "AA==", "A"),
            ("file", "c2lyZXg=", "#"),
            ("bytes", "0aFF", "0aF"),
            ("packet", "00 ff", "x0"),
            ("character", "x", "xy"),
            ("date-time", "2026-01-01T00:00:00Z", "yesterday"),
            ("integer", " -7 ", "abc"),
            ("portlist", "1-3,9", "1-"),
            ("real", "1e3", "one"),
            ("url", "https://a.example/", "two words"),
        ] {
            assert!(is_of_type(&text(good), dtype), "{dtype} {good}");
            assert!(!is_of_type(&text(bad), dtype), "{dtype} {bad}");
        }
        let markup = Verbatim::parse("<a xmlns=\"urn:x\"/>", &crate::xml::Limits::default()).unwrap();
        assert!(is_of_type(&markup, "xml") && !is_of_type(&text("<a/>"), "xml") && !is_of_type(&markup, "string"));
        assert!(is_of_type(&markup, "my-type") && is_of_type(&text("x"), "my-type") && is_of_type(&text("x"), "csv"));
    }

    #[test]
    fn addresses_are_of_their_category_or_not() {
        for (category, good, bad) in [
            ("asn", "64500", "64500.1"),
            ("asn", "AS64500", "AS"),
            ("ipv4-addr", " 192.0.2.1\n", "192.0.2.300"),
            ("ipv4-net", "192.0.2.0/24", "192.0.2.0/33"),
            ("ipv4-net-mask", "192.0.2.0/255.255.255.0", "192.0.2.0/24"),
            ("ipv6-addr", "2001:db8::1", "192.0.2.1"),
            ("ipv6-net", "2001:db8::/32", "2001:db8::"),
            ("mac", "00:00:5e:00:53:01", "00:00:5e:00:53"),
            ("e-mail", "a@b.example", "b.example"),
        ] {
            assert!(is_address(good, category), "{category} {good}");
            assert!(!is_address(bad, category), "{category} {bad}");
        }
        assert!(is_address("anything", "site-uri") && is_address("47.0005", "atm"));
    }

    #[test]
    fn names_of_teams_are_domains() {
        for name in ["csirt.example.com", "a.example.", "bücher.example", "xn--bcher-kva.example"] {
            assert!(is_domain(name), "{name}");
        }
        for name in ["", "csirt", "a..example", "a b.example", "-a.example", ".example"] {
            assert!(!is_domain(name), "{name}");
        }
    }

    #[test]
    fn ports_are_counted() {
        assert_eq!(ports("80"), Some(1));
        assert_eq!(ports("2,5-15,30"), Some(13));
        assert_eq!([ports("9-1"), ports("70000"), ports("")], [None; 3]);
    }
}
