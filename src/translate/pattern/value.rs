//! Values of the record and constants of patterns, each way once. What comes of neither way is not said the same.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};

use super::table::{ALGORITHMS, By, HIVES, PROTOCOLS};
use crate::{
    digest::Digest,
    stix::pattern::{Constant, Literal, Operator},
};

impl By {
    /// How the constant is compared.
    pub fn operator(self) -> Operator {
        match self {
            By::Ipv4Net | By::Ipv6Net => Operator::IsSubset,
            _ => Operator::Equal,
        }
    }

    /// The constant for a value of the record, of those that have one.
    pub fn constant(self, value: &Json) -> Option<Constant> {
        let text = || value.as_str().filter(|text| !text.is_empty());
        let same = |fits: bool| text().filter(|_| fits).map(Constant::string);
        match self {
            By::Text => text().map(Constant::string),
            By::Word(words) => same(words.contains(&text()?)),
            By::Number => Constant::integer(value.as_i64()?).ok(),
            By::Figure => Constant::integer(text()?.trim_start_matches("AS").parse::<u32>().ok()?.into()).ok(),
            By::Byte => Some(Constant::hex([u8::try_from(value.as_i64()?).ok()?])),
            By::Ipv4 => same(text()?.parse::<Ipv4Addr>().is_ok()),
            By::Ipv6 => same(text()?.parse::<Ipv6Addr>().is_ok()),
            By::Ipv4Net => same(network::<Ipv4Addr>(text()?, 32)),
            By::Ipv6Net => same(network::<Ipv6Addr>(text()?, 128)),
            By::Mac => mac(text()?).map(Constant::string),
            By::Key => text().map(|key| Constant::string(whole_key(key))),
            By::Protocol => {
                let number = value.as_i64()?;
                PROTOCOLS.iter().find(|(known, _)| *known == number).map(|(_, name)| Constant::string(*name))
            }
            By::Texts | By::Addresses | By::Ports | By::Digests | By::Named => None,
        }
    }

    /// The value of the record for a constant.
    pub fn value(self, constant: &Constant) -> Option<Json> {
        let text = || constant.as_str().filter(|text| !text.is_empty());
        let same = |fits: bool| text().filter(|_| fits).map(Json::from);
        match (self, constant.literal()) {
            (By::Number, Literal::Integer(number)) => Some(json!(number)),
            (By::Figure, Literal::Integer(number)) => {
                u32::try_from(*number).ok().map(|number| json!(number.to_string()))
            }
            (By::Byte, Literal::Hex(bytes)) => <[u8; 1]>::try_from(bytes.as_slice()).ok().map(|[byte]| json!(byte)),
            (By::Text | By::Key, _) => text().map(Json::from),
            (By::Word(words), _) => same(words.contains(&text()?)),
            // One address may be written as the network that has it alone (§6.8, §6.9).
            (By::Ipv4, _) => single::<Ipv4Addr>(text()?, "/32"),
            (By::Ipv6, _) => single::<Ipv6Addr>(text()?, "/128"),
            (By::Ipv4Net, _) => same(network::<Ipv4Addr>(text()?, 32)),
            (By::Ipv6Net, _) => same(network::<Ipv6Addr>(text()?, 128)),
            (By::Mac, _) => same(mac(text()?).as_deref() == text()),
            (By::Protocol, _) => {
                PROTOCOLS.iter().find(|(_, name)| text() == Some(*name)).map(|(number, _)| json!(number))
            }
            _ => None,
        }
    }
}

fn single<A: std::str::FromStr>(text: &str, suffix: &str) -> Option<Json> {
    let text = text.strip_suffix(suffix).unwrap_or(text);
    text.parse::<A>().is_ok().then(|| json!(text))
}

fn network<A: std::str::FromStr>(text: &str, bits: u8) -> bool {
    let both = text.split_once('/');
    both.is_some_and(|(address, prefix)| {
        let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        address.parse::<A>().is_ok() && digits && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= bits)
    })
}

fn mac(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let is_byte = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    (parts.len() == 6 && parts.iter().all(is_byte)).then(|| parts.join(":").to_ascii_lowercase())
}

fn whole_key(key: &str) -> Cow<'_, str> {
    let (hive, rest) = key.split_once('\\').unwrap_or((key, ""));
    match HIVES.iter().find(|(short, _)| short.eq_ignore_ascii_case(hive)) {
        Some((_, whole)) if rest.is_empty() => Cow::Borrowed(whole),
        Some((_, whole)) => Cow::Owned(format!("{whole}\\{rest}")),
        None => Cow::Borrowed(key),
    }
}

/// A digest of the record: the algorithm as STIX calls it, and the digits.
pub(super) fn digest(hash: &Json) -> Option<(&'static str, String)> {
    let members = hash.as_object()?;
    // Which program has computed it is no part of what it is.
    let known = |name: &String| ["alg", "value", "application"].contains(&name.as_str());
    if !members.keys().all(known) {
        return None;
    }
    let (alg, value) = (members.get("alg")?.as_str()?, members.get("value")?.as_str()?);
    if let Some((name, ..)) = ALGORITHMS.iter().find(|(.., uri)| *uri == alg && !uri.is_empty()) {
        // A URI goes with base64, as in XML signature.
        let digits = hex(&STANDARD.decode(value).ok()?);
        return (!digits.is_empty()).then_some((*name, digits));
    }
    let plain = |word: &str| word.replace('-', "").to_ascii_lowercase();
    let (name, ..) = ALGORITHMS.iter().find(|(_, word, _)| plain(word) == plain(alg))?;
    (!value.is_empty()).then(|| (*name, value.to_owned()))
}

/// A digest for the record.
pub(super) fn hash(algorithm: &str, digits: &str) -> Option<Json> {
    let (_, word, _) = ALGORITHMS.iter().find(|(name, ..)| *name == algorithm)?;
    (!digits.is_empty()).then(|| json!({ "alg": word, "value": digits }))
}

/// The SHA-256 of a certificate: PEM of one certificate, or base64 of its DER.
pub(super) fn certificate(x509: &str) -> Option<String> {
    let body = match x509.trim().strip_prefix("-----BEGIN CERTIFICATE-----") {
        Some(rest) => rest.strip_suffix("-----END CERTIFICATE-----")?,
        None => x509,
    };
    let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(base64).ok()?;
    // A SEQUENCE, which is all that a certificate is (RFC 5280 §4.1).
    (der.first() == Some(&0x30)).then(|| Digest::of(&der).hex())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ports of a list such as `22,80-82`; of a list that is long or none, nothing.
pub(super) fn ports(list: &str) -> Option<Vec<u16>> {
    const MOST: usize = 64;
    let mut all = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if first > last || usize::from(last - first) >= MOST {
            return None;
        }
        all.extend(first..=last);
    }
    (all.len() <= MOST).then_some(all)
}

/// The line of a `.reg` file for a name and its data, a string.
pub(super) fn reg_line(name: &str, data: &str) -> String {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    format!("{}={}", quote(name), quote(data))
}

/// Name and data of such a line.
pub(super) fn of_reg_line(line: &str) -> Option<(String, String)> {
    fn quoted(text: &str) -> Option<(String, &str)> {
        let mut said = String::new();
        let mut chars = text.strip_prefix('"')?.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Some((said, text.get(at + 2..)?)),
                '\\' => said.push(chars.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '\\'))?),
                c => said.push(c),
            }
        }
        None
    }
    let (name, rest) = quoted(line)?;
    let (data, rest) = quoted(rest.strip_prefix('=')?)?;
    (rest.is_empty() && !name.is_empty() && !data.is_empty()).then_some((name, data))
}
