//! Selectors: JSONPath (RFC 9535) over the JSON form of a record, checked against its fields when an agreement is read.

use std::collections::HashSet;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::model::skeleton;

/// A selector that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    text: String,
    path: JsonPath,
}

/// How much a selector may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectorLimits {
    /// Characters of one selector.
    pub chars: usize,
    /// Descendant steps (`..`) in one selector: each multiplies the work by the size of the record.
    pub descents: usize,
}

impl Default for SelectorLimits {
    fn default() -> Self {
        SelectorLimits { chars: 512, descents: 2 }
    }
}

/// Why a selector cannot be used.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadSelector {
    /// Longer than [`SelectorLimits::chars`].
    #[error("at most chars = {limit} characters")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// More `..` than [`SelectorLimits::descents`].
    #[error("at most descents = {limit} times `..`")]
    TooWide {
        /// The limit.
        limit: usize,
    },
    /// Not JSONPath.
    #[error("JSONPath (RFC 9535): {0}")]
    Syntax(String),
    /// It can select nothing in any record. A misspelt name would else remove nothing, silently.
    #[error("a path to a field that records have")]
    NoSuchField,
    /// A name in a filter is no field of what is filtered.
    #[error("in the filter, a field that stands there, not `{0}`")]
    NoSuchFieldInFilter(String),
}

impl Selector {
    /// Reads a selector and checks that there are fields that it can select.
    ///
    /// # Errors
    /// [`BadSelector`], which says what was expected.
    pub fn parse(text: &str, limits: &SelectorLimits) -> Result<Self, BadSelector> {
        if text.chars().count() > limits.chars {
            return Err(BadSelector::TooLong { limit: limits.chars });
        }
        let general = Generalised::of(text);
        if general.descents > limits.descents {
            return Err(BadSelector::TooWide { limit: limits.descents });
        }
        let path = JsonPath::parse(text).map_err(|error| BadSelector::Syntax(error.to_string()))?;
        let selector = Selector { text: text.to_owned(), path };
        if selector.fields().is_empty() {
            return Err(BadSelector::NoSuchField);
        }
        match general.names.iter().find(|(_, query)| selects_nothing(query)) {
            Some((name, _)) => Err(BadSelector::NoSuchFieldInFilter(name.clone())),
            None => Ok(selector),
        }
    }

    /// The selector as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The JSON pointers of all that it selects.
    pub(super) fn pointers(&self, value: &Value) -> HashSet<String> {
        self.path.query_located(value).locations().map(|location| location.to_json_pointer()).collect()
    }

    /// The JSON pointers, in the skeleton, of the fields that it could select in some record: every filter, index and
    /// slice taken as `*`.
    pub(super) fn fields(&self) -> HashSet<String> {
        let general = Generalised::of(&self.text);
        let path = JsonPath::parse(&general.text);
        path.map(|path| Selector { text: general.text, path }.pointers(skeleton())).unwrap_or_default()
    }
}

fn selects_nothing(query: &str) -> bool {
    JsonPath::parse(query).is_ok_and(|path| path.query(skeleton()).is_empty())
}

/// A selector with `*` in place of what depends on content.
struct Generalised {
    text: String,
    descents: usize,
    /// Members that filters name, each with the query that finds it in the skeleton.
    names: Vec<(String, String)>,
}

impl Generalised {
    fn of(text: &str) -> Self {
        let mut general = Generalised { text: String::new(), descents: 0, names: Vec::new() };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first == '[' {
                let (inside, after) = bracketed(rest);
                general.brackets(inside);
                rest = after;
            } else {
                general.descents += usize::from(rest.starts_with(".."));
                let step = if rest.starts_with("..") { 2 } else { first.len_utf8() };
                general.text.push_str(&rest[..step]);
                rest = &rest[step..];
            }
        }
        general
    }

    fn brackets(&mut self, inside: &str) {
        let before = self.text.clone();
        let selectors: Vec<&str> = split(inside)
            .into_iter()
            .map(|selector| {
                let selector = selector.trim();
                if let Some(filter) = selector.strip_prefix('?') {
                    self.filter(&before, filter);
                }
                if selector.starts_with(['\'', '"']) { selector } else { "*" }
            })
            .collect();
        self.text = format!("{before}[{}]", selectors.join(","));
    }

    /// Notes the members named after `@`; queries inside further brackets are about something else.
    fn filter(&mut self, before: &str, filter: &str) {
        let mut rest = filter;
        while let Some(first) = rest.chars().next() {
            match first {
                '\'' | '"' => rest = &rest[quoted(rest)..],
                '[' => {
                    let (inside, after) = bracketed(rest);
                    self.descents += inside.matches("..").count();
                    rest = after;
                }
                '@' => {
                    let (members, after) = members(&rest[1..]);
                    if let Some(name) = members.last() {
                        let steps: String = members.iter().map(|name| format!("[{name}]")).collect();
                        self.names.push((name.trim_matches(['\'', '"']).to_owned(), format!("{before}[*]{steps}")));
                    }
                    rest = after;
                }
                _ => {
                    self.descents += usize::from(rest.starts_with(".."));
                    rest = &rest[if rest.starts_with("..") { 2 } else { first.len_utf8() }..];
                }
            }
        }
    }
}

/// The members, quoted, that a query names one below the other from its beginning, and the rest of it.
fn members(query: &str) -> (Vec<String>, &str) {
    let (mut names, mut rest) = (Vec::new(), query);
    loop {
        if let Some(after) = rest.strip_prefix('.').filter(|after| !after.starts_with(['.', '*'])) {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
            names.push(format!("'{}'", &after[..end]));
            rest = &after[end..];
        } else if rest.starts_with("['") || rest.starts_with("[\"") {
            let (inside, after) = bracketed(rest);
            if split(inside).len() != 1 {
                return (names, rest);
            }
            names.push(inside.trim().to_owned());
            rest = after;
        } else {
            return (names, rest);
        }
    }
}

/// What stands between the bracket at the beginning and its counterpart, and what comes after.
fn bracketed(text: &str) -> (&str, &str) {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\'' | '"' => {
                at += quoted(&text[at..]);
                continue;
            }
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return (&text[1..at - 1], &text[at..]);
        }
    }
    (text.get(1..).unwrap_or_default(), "")
}

/// Length of the quoted text at the beginning, quotes included.
fn quoted(text: &str) -> usize {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    let mut escaped = false;
    for (at, c) in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if Some(c) == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The parts between commas that are in no quotes, brackets or parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut at, mut depth) = (Vec::new(), 0, 0, 0_i32);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\'' | '"' => {
                at += quoted(&text[at..]);
                continue;
            }
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Selector, BadSelector> {
        Selector::parse(text, &SelectorLimits::default())
    }

    #[test]
    fn selectors_name_fields_that_exist() {
        for good in [
            "$",
            "$.*",
            "$.timeline",
            "$['timeline'][0].text",
            "$.systems[?@.role=='target'].addresses[*].value",
            "$.systems[?@.role == 'a]b\\'' && @.domains[?@.name]].domains[*]['name', \"system_status\"]",
            "$.parties[?match(@.names[0].text, 'x.*')]",
            "$.timeline[-1:]",
            "$..text",
            "$.parties[*].contacts[*].contacts[*].names",
            "$.events[?@['parent']]",
        ] {
            assert!(parse(good).is_ok(), "{good}: {:?}", parse(good));
        }
        for (bad, why) in [
            ("$.timelin", BadSelector::NoSuchField),
            ("$.timeline.text", BadSelector::NoSuchField),
            ("$.timeline[*].txt[0]", BadSelector::NoSuchField),
            ("$.systems[?@.rol=='target']", BadSelector::NoSuchFieldInFilter("rol".into())),
            ("$.systems[?@['rol']]", BadSelector::NoSuchFieldInFilter("rol".into())),
        ] {
            assert_eq!(parse(bad), Err(why), "{bad}");
        }
        for bad in ["", "timeline", "$.", "$[", "$[?]", "$.timeline[", "$.x y", "$['"] {
            assert!(matches!(parse(bad), Err(BadSelector::Syntax(_))), "{bad}: {:?}", parse(bad));
        }
    }

    #[test]
    fn limits_are_reached() {
        let limits = SelectorLimits { chars: 10, descents: 1 };
        assert!(Selector::parse("$.timeline", &limits).is_ok());
        assert_eq!(Selector::parse("$.timeline ", &limits), Err(BadSelector::TooLong { limit: 10 }));
        assert!(Selector::parse("$..text", &limits).is_ok());
        assert_eq!(Selector::parse("$..*..*", &limits), Err(BadSelector::TooWide { limit: 1 }));
        let limits = SelectorLimits { chars: 99, descents: 1 };
        assert_eq!(Selector::parse("$..*[?@..text]", &limits), Err(BadSelector::TooWide { limit: 1 }));
        assert!(Selector::parse("$.systems[?@.role=='....']", &limits).is_ok());
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in
            ["[", "]", "$[[", "$]", "$['\\", "$[?@", "$[?@.", "$[?@['", "$[?'", "é[é", "$[?@.é]", "$[,]", "@", "$[?(]"]
        {
            let _ = parse(text);
        }
    }
}
