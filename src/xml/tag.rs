//! What stands between `<` and `>`: names, attributes and references.

use std::ops::Range;

use super::{
    Limits,
    chars::{Holds, is_char, is_name_char, is_space, split_qname},
    scope::{BindingId, Scope, XML_NS, XMLNS_NS},
};
use crate::{
    error::{Code, Position},
    json::Place,
};

/// Something wrong inside one token.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: Code,
    /// Byte offset in the token.
    pub(super) at: usize,
    pub(super) found: String,
    pub(super) expected: String,
}

impl Problem {
    pub(super) fn syntax(at: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Problem { code: Code::XmlSyntax, at, found: found.into(), expected: expected.into() }
    }

    pub(super) fn limit(at: usize, found: impl Into<String>, name: &str, value: usize) -> Self {
        let expected = format!("at most {value} (limit {name})");
        Problem { code: Code::LimitExceeded, at, found: found.into(), expected }
    }
}

/// One attribute of the current start tag.
#[derive(Debug)]
pub(super) struct Item {
    /// The qualified name, in the token.
    name: Range<usize>,
    /// Where in the token the local part begins.
    local_start: usize,
    /// Normalised value, in [`Tag::values`].
    value: Range<usize>,
    pub(super) position: Position,
    pub(super) namespace: BindingId,
}

impl Item {
    pub(super) fn prefix<'a>(&self, token: &'a str) -> &'a str {
        token[self.name.start..self.local_start].trim_end_matches(':')
    }

    pub(super) fn local<'a>(&self, token: &'a str) -> &'a str {
        &token[self.local_start..self.name.end]
    }

    /// The prefix that this attribute declares, if it is a namespace declaration.
    fn declares<'a>(&self, token: &'a str) -> Option<&'a str> {
        match (self.prefix(token), self.local(token)) {
            ("", "xmlns") => Some(""),
            ("xmlns", prefix) => Some(prefix),
            _ => None,
        }
    }
}

/// The current start tag, in buffers that are used again.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Attributes in document order; namespace declarations are moved out by [`Tag::declare`].
    pub(super) items: Vec<Item>,
    values: String,
    /// How many of the attributes declared a namespace.
    declarations: usize,
    /// Namespace of the element.
    pub(super) namespace: BindingId,
    /// Where the local part of the element's name begins in the token, and where it ends.
    pub(super) local_start: usize,
    pub(super) name_end: usize,
}

impl Tag {
    pub(super) fn value(&self, item: &Item) -> &str {
        &self.values[item.value.clone()]
    }

    /// Reads the attributes of a start tag token (`<name ... >` or `<name ... />`) from the end of its name on.
    /// `place` is the place of the token, `holds` what it holds.
    pub(super) fn scan(&mut self, token: &str, holds: Holds, mut place: Place, limits: &Limits) -> Result<(), Problem> {
        self.items.clear();
        self.values.clear();
        let end = token.len() - if token.ends_with("/>") { 2 } else { 1 };
        let mut at = self.name_end;
        let mut told = 0;
        self.declarations = 0;
        loop {
            let start = skip_space(token, at, end);
            if start == end {
                return Ok(());
            }
            if start == at {
                return Err(Problem::syntax(at, rest(token, at), "white space, '>' or '/>'"));
            }
            if holds.plain() {
                place.advance_plain(start - told);
            } else {
                place.advance(&token.as_bytes()[told..start]);
            }
            told = start;
            let raw = raw_attribute(token, start, end)?;
            let Some((prefix, _)) = split_qname(&token[raw.name.clone()]) else {
                return Err(Problem::syntax(start, rest(token, start), "an attribute name"));
            };
            if raw.name.len() > limits.name_bytes {
                return Err(Problem::limit(start, "a longer name", "name_bytes", limits.name_bytes));
            }
            let local_start = start + if prefix.is_empty() { 0 } else { prefix.len() + 1 };
            let value_start = self.values.len();
            push_value(&mut self.values, token, raw.value.clone())?;
            if self.values.len() - value_start > limits.attribute_bytes {
                let found = format!("an attribute value of {} bytes", self.values.len() - value_start);
                return Err(Problem::limit(start, found, "attribute_bytes", limits.attribute_bytes));
            }
            let item = Item {
                name: raw.name,
                local_start,
                value: value_start..self.values.len(),
                position: place.position(),
                namespace: Scope::NONE,
            };
            self.declarations += usize::from(item.declares(token).is_some());
            self.items.push(item);
            if self.declarations > limits.namespaces {
                return Err(Problem::limit(start, "more namespace declarations", "namespaces", limits.namespaces));
            }
            if self.items.len() - self.declarations > limits.attributes {
                return Err(Problem::limit(start, "more attributes", "attributes", limits.attributes));
            }
            at = raw.end;
        }
    }

    /// Takes the namespace declarations out of the attributes and puts them in scope
    /// (Namespaces in XML 1.0 §2.2, §3, §5, §6.3).
    pub(super) fn declare(&mut self, token: &str, scope: &mut Scope, limits: &Limits) -> Result<(), Problem> {
        if self.declarations == 0 {
            return Ok(());
        }
        let before = scope.next_id();
        for item in &self.items {
            let Some(prefix) = item.declares(token) else { continue };
            let uri = &self.values[item.value.clone()];
            let at = item.name.start;
            let wrong = |expected: &str| Err(Problem::syntax(at, rest(token, at), expected));
            match (prefix, uri) {
                ("xmlns", _) => return wrong("no declaration of the prefix xmlns"),
                ("xml", XML_NS) => {}
                ("xml", _) | (_, XML_NS) => return wrong("the prefix xml and its namespace bound to each other only"),
                (_, XMLNS_NS) => return wrong("no declaration of the namespace of xmlns"),
                (prefix, "") if !prefix.is_empty() => return wrong("a namespace name; a prefix cannot be unbound"),
                _ => {}
            }
            if scope.find(prefix).is_some_and(|id| id >= before) {
                return wrong("each prefix declared once in an element");
            }
            if scope.declared() >= limits.namespaces_in_scope {
                let found = "more namespace declarations";
                return Err(Problem::limit(at, found, "namespaces_in_scope", limits.namespaces_in_scope));
            }
            scope.declare(prefix, uri);
        }
        self.items.retain(|item| item.declares(token).is_none());
        Ok(())
    }

    /// Resolves the names of the element and its attributes, and refuses two attributes of one expanded name.
    pub(super) fn resolve(&mut self, token: &str, prefix: &str, scope: &Scope) -> Result<(), Problem> {
        self.namespace = find(scope, prefix, 1)?;
        for index in 0..self.items.len() {
            let (earlier, rest_items) = self.items.split_at_mut(index);
            let item = &mut rest_items[0];
            let prefix = item.prefix(token);
            item.namespace = if prefix.is_empty() { Scope::NONE } else { find(scope, prefix, item.name.start)? };
            let twice = earlier.iter().any(|other| {
                other.local(token) == item.local(token)
                    && (other.namespace == item.namespace || scope.uri(other.namespace) == scope.uri(item.namespace))
            });
            if twice {
                let found = format!("a second {}", &token[item.name.clone()]);
                return Err(Problem::syntax(item.name.start, found, "each attribute once"));
            }
        }
        Ok(())
    }
}

fn find(scope: &Scope, prefix: &str, at: usize) -> Result<BindingId, Problem> {
    scope.find(prefix).ok_or_else(|| Problem::syntax(at, format!("the prefix {prefix}"), "a declared prefix"))
}

/// The bounds of one `name="value"`.
struct RawAttribute {
    name: Range<usize>,
    value: Range<usize>,
    end: usize,
}

/// `Attribute`, XML 1.0 §3.1; the value is not looked into.
fn raw_attribute(token: &str, start: usize, end: usize) -> Result<RawAttribute, Problem> {
    let bytes = &token.as_bytes()[..end];
    let name_len =
        bytes[start..].iter().position(|&b| is_space(b) || matches!(b, b'=' | b'"' | b'\'' | b'<' | b'/' | b'>'));
    let name = start..start + name_len.unwrap_or(end - start);
    let equals = skip_space(token, name.end, end);
    if bytes.get(equals) != Some(&b'=') {
        return Err(Problem::syntax(name.end, rest(token, start), "an attribute as name=\"value\""));
    }
    let open = skip_space(token, equals + 1, end);
    let quote = match bytes.get(open) {
        Some(&quote @ (b'"' | b'\'')) => quote,
        _ => return Err(Problem::syntax(open, rest(token, open), "a value in quotes")),
    };
    match bytes[open + 1..].iter().position(|&b| b == quote) {
        Some(len) => Ok(RawAttribute { name, value: open + 1..open + 1 + len, end: open + len + 2 }),
        None => Err(Problem::syntax(open, rest(token, open), "a closing quote")),
    }
}

/// Appends an attribute value normalised as XML 1.0 §3.3.3 says for CDATA, the only type there is without a DTD.
fn push_value(out: &mut String, token: &str, range: Range<usize>) -> Result<(), Problem> {
    let value = &token[range.clone()];
    let mut at = 0;
    while let Some(len) = value[at..].bytes().position(|b| matches!(b, b'&' | b'<' | b'\t' | b'\n' | b'\r')) {
        out.push_str(&value[at..at + len]);
        at += len;
        let tail = &value[at..];
        at += match tail.as_bytes()[0] {
            b'<' => return Err(Problem::syntax(range.start + at, rest(value, at), "&lt; in an attribute value")),
            b'&' => {
                let (c, len) = reference(tail).map_err(|problem| Problem { at: range.start + at, ..problem })?;
                out.push(c);
                len
            }
            _ => {
                out.push(' ');
                if tail.starts_with("\r\n") { 2 } else { 1 }
            }
        };
    }
    out.push_str(&value[at..]);
    Ok(())
}

/// Reads a reference at the start of `text` (XML 1.0 §4.1, §4.6): its character, and its length in bytes.
pub(super) fn reference(text: &str) -> Result<(char, usize), Problem> {
    let name_len = text[1..].find(|c| c != '#' && !is_name_char(c)).unwrap_or(text.len() - 1);
    let body = &text[1..1 + name_len];
    if body.is_empty() || text.as_bytes().get(1 + name_len) != Some(&b';') {
        return Err(Problem::syntax(0, rest(text, 0), "&amp; or a reference that ends with ';'"));
    }
    let number = match body.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix('x') {
            Some(digits) => Some(code_point(digits, 16)),
            None => Some(code_point(digits, 10)),
        },
        None => None,
    };
    let c = match (number, body) {
        (Some(c), _) => c.filter(|&c| is_char(c)).ok_or_else(|| {
            Problem::syntax(0, rest(text, 0), "a reference to a character that XML 1.0 allows (§2.2, §4.1)")
        })?,
        (None, "amp") => '&',
        (None, "lt") => '<',
        (None, "gt") => '>',
        (None, "quot") => '"',
        (None, "apos") => '\'',
        (None, _) => {
            return Err(Problem {
                code: Code::XmlDtd,
                at: 0,
                found: format!("&{body};"),
                expected: "no entity but amp, lt, gt, quot, apos".to_owned(),
            });
        }
    };
    Ok((c, name_len + 2))
}

fn code_point(digits: &str, radix: u32) -> Option<char> {
    if digits.is_empty() {
        return None;
    }
    let mut value = 0u32;
    for c in digits.chars() {
        value = value.saturating_mul(radix).saturating_add(c.to_digit(radix)?);
    }
    char::from_u32(value)
}

/// Checks an XML declaration token (XML 1.0 §2.8): version 1.0, and no encoding but UTF-8.
pub(super) fn check_declaration(token: &str) -> Result<(), Problem> {
    let end = token.len() - 2;
    let mut at = "<?xml".len();
    let mut allowed: &[&str] = &["version", "encoding", "standalone"];
    loop {
        let start = skip_space(token, at, end);
        if start == end {
            break;
        }
        let raw = raw_attribute(token, start, end)?;
        let (name, value) = (&token[raw.name.clone()], &token[raw.value.clone()]);
        let known = allowed.iter().position(|&known| known == name);
        let Some(index) = known.filter(|&index| start > at && (allowed.len() < 3 || index == 0)) else {
            return Err(Problem::syntax(start, rest(token, start), "version, encoding, standalone, in this order"));
        };
        allowed = &allowed[index + 1..];
        match name {
            "version" if value != "1.0" => return Err(Problem::syntax(start, rest(token, start), "version=\"1.0\"")),
            "encoding" if !value.eq_ignore_ascii_case("UTF-8") => {
                let found = format!("the encoding {value}");
                return Err(Problem {
                    code: Code::XmlEncoding,
                    at: start,
                    found,
                    expected: "the encoding UTF-8".into(),
                });
            }
            "standalone" if value != "yes" && value != "no" => {
                return Err(Problem::syntax(start, rest(token, start), "standalone=\"yes\" or \"no\""));
            }
            _ => {}
        }
        at = raw.end;
    }
    if allowed.len() == 3 {
        return Err(Problem::syntax(at, rest(token, 0), "a version in the XML declaration"));
    }
    Ok(())
}

/// Where the white space that may stand at `at` ends.
fn skip_space(token: &str, at: usize, end: usize) -> usize {
    token.as_bytes()[at.min(end)..end].iter().position(|&b| !is_space(b)).map_or(end, |len| at + len)
}

/// The beginning of what stands at `at`; a finding shortens it further.
pub(super) fn rest(token: &str, at: usize) -> &str {
    let tail = token.get(at..).unwrap_or_default();
    let end = tail.char_indices().nth(100).map_or(tail.len(), |(end, _)| end);
    &tail[..end]
}
