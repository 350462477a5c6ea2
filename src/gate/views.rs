//! The ways in which a text can be written, undone: what a reader of the document could take out of it.

use std::net::IpAddr;

use base64::{Engine as _, alphabet, engine};
use ipnet::IpNet;

/// How many encodings inside each other are undone.
const LAYERS: usize = 4;
/// Bytes that the views of one text may have together.
const BUDGET: usize = 64 * 1024 * 1024;
/// Shortest run of base64 or hexadecimal characters that is tried.
const SHORTEST_RUN: usize = 6;

/// The text is written in so many ways that it cannot be checked within the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much encoded text to check")]
pub struct TooMuch;

/// The text itself, then what decoding it gives, then what decoding that gives: folded, one text for each layer.
pub(super) fn of(text: &str) -> Result<Vec<String>, TooMuch> {
    let mut views = Vec::new();
    let mut layer = text.to_owned();
    let mut spent = 0;
    for _ in 0..LAYERS {
        spent += layer.len();
        if spent > BUDGET {
            return Err(TooMuch);
        }
        let mut next = percent(&layer);
        next.extend(references(&layer));
        next.extend(escapes(&layer));
        next.extend(runs(&layer));
        next.extend(punycode(&layer));
        views.push(fold(&layer));
        if next.is_empty() {
            break;
        }
        layer = next.join("\n");
    }
    Ok(views)
}

/// One letter for all its looks: lower case, full-width and look-alike letters as their Latin ones, invisible characters
/// gone, white space as one space.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}'
            | '\u{300}'..='\u{36f}'
            | '\u{180e}' => {}
            '\u{ff01}'..='\u{ff5e}' => {
                out.extend(char::from_u32(c as u32 - 0xfee0).into_iter().flat_map(char::to_lowercase))
            }
            '\u{3002}' | '\u{ff61}' => out.push('.'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(latin(c)),
        }
    }
    out.trim().to_owned()
}

/// Only letters and digits, so that nothing put between them hides a word.
pub(super) fn squeeze(folded: &str) -> String {
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Cyrillic, Greek and accented letters that look like Latin ones.
fn latin(c: char) -> char {
    const PAIRS: &[(&str, char)] = &[
        ("аα", 'a'),
        ("вβ", 'b'),
        ("сϲ", 'c'),
        ("ԁ", 'd'),
        ("еєε", 'e'),
        ("ɡ", 'g'),
        ("һн", 'h'),
        ("іιı", 'i'),
        ("ј", 'j'),
        ("кκ", 'k'),
        ("ӏ", 'l'),
        ("м", 'm'),
        ("ո", 'n'),
        ("оοօ", 'o'),
        ("рρ", 'p'),
        ("ԛ", 'q'),
        ("ѕ", 's'),
        ("тτ", 't'),
        ("υս", 'u'),
        ("ѵν", 'v'),
        ("ԝ", 'w'),
        ("хχ", 'x'),
        ("уγ", 'y'),
    ];
    if c.is_ascii() { c } else { PAIRS.iter().find(|(looks, _)| looks.contains(c)).map_or(c, |(_, plain)| *plain) }
}

/// `%41` (RFC 3986) and quoted-printable's `=41`.
fn percent(text: &str) -> Vec<String> {
    ['%', '='].iter().filter_map(|mark| decode_pairs(text, *mark)).collect()
}

fn decode_pairs(text: &str, mark: char) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut changed) = (0, false);
    while let Some(byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let value = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (*byte == mark as u8, value) {
            (true, Some(value)) => {
                out.push(value);
                at += 3;
                changed = true;
            }
            // Quoted-printable's soft line break.
            (true, None) if mark == '=' && bytes.get(at + 1) == Some(&b'\n') => {
                at += 2;
                changed = true;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    changed.then(|| String::from_utf8_lossy(&out).into_owned())
}

/// `&#65;`, `&#x41;` and the predefined names, still there when text was escaped twice.
fn references(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end <= 10);
        let decoded = end.and_then(|end| {
            let name = &rest[1..end];
            let number = name.strip_prefix('#').and_then(|n| match n.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => n.parse().ok(),
            });
            let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
            let c = number.and_then(char::from_u32).or_else(|| named.iter().find(|(n, _)| *n == name).map(|(_, c)| *c));
            c.map(|c| (c, end))
        });
        match decoded {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
                changed = true;
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// `\u0041` and `\x41` of JSON and programming languages.
fn escapes(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let digits = match rest[at + 1..].chars().next() {
            Some('u') => 4,
            Some('x') => 2,
            _ => 0,
        };
        let hex = rest.get(at + 2..at + 2 + digits).filter(|_| digits > 0);
        match hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 2 + digits..];
                changed = true;
            }
            None => {
                out.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// Runs of base64 (both alphabets, line breaks allowed) and of hexadecimal digits, decoded as UTF-8 and UTF-16.
fn runs(text: &str) -> Vec<String> {
    const LENIENT: engine::GeneralPurposeConfig = engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let standard = engine::GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    let url_safe = engine::GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
    let mut out = Vec::new();
    let joined: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let broken = joined.len() != text.len();
    for text in [Some(text), broken.then_some(joined.as_str())].into_iter().flatten() {
        let in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
        for run in text.split(|c| !in_run(c)).filter(|run| run.len() >= SHORTEST_RUN) {
            // A word glued to the run's front shifts it: all four alignments are tried.
            for shift in 0..4 {
                let Some(part) = run.get(shift..) else { continue };
                // A last single character is no byte.
                let part = if part.len() % 4 == 1 { &part[..part.len() - 1] } else { part };
                for engine in [&standard, &url_safe] {
                    out.extend(engine.decode(part).into_iter().flat_map(texts));
                }
            }
            if run.bytes().all(|b| b.is_ascii_hexdigit()) {
                let pairs = run.as_bytes().chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
                out.extend(texts(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()));
            }
        }
    }
    out
}

/// What the bytes say as UTF-8 and as UTF-16, if they look like text.
fn texts(bytes: Vec<u8>) -> Vec<String> {
    let mut out = Vec::new();
    if bytes.iter().filter(|byte| **byte == 0).count() * 3 >= bytes.len() && bytes.len() >= 4 {
        let units = |big: bool| {
            let pairs = bytes.chunks_exact(2).map(move |pair| {
                if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) }
            });
            char::decode_utf16(pairs).filter_map(Result::ok).collect::<String>()
        };
        out.extend([units(false), units(true)]);
    }
    let text = String::from_utf8_lossy(&bytes);
    let readable = text.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_graphic() || *c == ' ').count();
    if readable * 4 >= text.chars().count() * 3 {
        out.push(text.into_owned());
    }
    out
}

/// Host names in the ASCII form of IDNA, as written in their own letters.
fn punycode(text: &str) -> Option<String> {
    text.to_ascii_lowercase().contains("xn--").then(|| {
        let host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
        text.split_inclusive(|c: char| !host(c)).map(|word| idna::domain_to_unicode(word).0).collect()
    })
}

/// The addresses and networks in a text, also in the brackets of a URL and with a port.
pub(super) fn addresses(view: &str) -> Vec<IpNet> {
    let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
    let mut found = Vec::new();
    for run in view.split(|c| !part(c)).filter(|run| run.contains(['.', ':'])) {
        let run = run.trim_matches(|c| matches!(c, '.' | '/'));
        found.extend(run.parse::<IpNet>());
        let host = run.split('/').find(|piece| piece.contains(['.', ':'])).unwrap_or(run);
        found.extend(host.trim_matches('.').parse::<IpAddr>().map(IpNet::from));
        found.extend(host.split(':').filter_map(|piece| piece.parse::<IpAddr>().ok()).map(IpNet::from));
    }
    let mapped: Vec<IpNet> = found
        .iter()
        .filter_map(|net| match net.addr() {
            IpAddr::V6(v6) => v6.to_ipv4_mapped().map(|v4| IpNet::from(IpAddr::V4(v4))),
            IpAddr::V4(_) => None,
        })
        .collect();
    found.extend(mapped);
    found
}
