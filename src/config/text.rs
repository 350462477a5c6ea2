//! Reading the TOML files of a home: strictly, with the place of what is wrong.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::error::{Code, Finding, Position};

/// Reads a type from a TOML text: members that the type does not have, words outside a closed list and values of another
/// type are refused.
///
/// # Errors
/// The first thing that is wrong, as a [`Code::ConfigInvalid`] with its line and key.
pub fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, Finding> {
    let reader = toml::Deserializer::parse(text).map_err(|error| refusal(text, "", &error))?;
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        refusal(text, &path, error.inner())
    })
}

/// A finding about the value at `path` of a TOML text that was read, such as `out.remove[2]`.
pub fn finding_at(text: &str, path: &str, found: impl AsRef<str>, expected: impl Into<String>) -> Finding {
    let position = position_at(text, offset_of(text, path).unwrap_or_default());
    Finding::error(Code::ConfigInvalid, position, path, found, expected)
}

/// The JSON Schema of a type that is read from a file of the home: draft 2020-12, two blanks of indent, a line feed at
/// the end, members in alphabetical order.
pub fn schema_of<T: JsonSchema>(id: &str, title: &str) -> String {
    schema_by::<T>(id, title, |_| {})
}

/// As [`schema_of`], with what `change` makes of the schema.
pub fn schema_by<T: JsonSchema>(id: &str, title: &str, change: fn(&mut Value)) -> String {
    let generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<T>());
    change(&mut schema);
    if let Value::Object(members) = &mut schema {
        members.insert("$id".to_owned(), id.into());
        members.insert("title".to_owned(), title.into());
    }
    format!("{:#}\n", sorted(schema))
}

fn refusal(text: &str, path: &str, error: &toml::de::Error) -> Finding {
    let message = error.message().lines().next().unwrap_or_default();
    let (found, expected) = message.split_once(", expected ").unwrap_or((message, "what the schema says"));
    let offset = error.span().map(|span| span.start).or_else(|| offset_of(text, path)).unwrap_or_default();
    let path = if path.is_empty() { "(file)" } else { path };
    Finding::error(Code::ConfigInvalid, position_at(text, offset), path, found, expected)
}

/// Where the value at a path begins; when it is not there, where the nearest table around it begins.
fn offset_of(text: &str, path: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']'));
    let mut at = document.as_ref().get(steps.next()?)?;
    for step in steps {
        let inner = match at.as_ref() {
            DeValue::Table(table) => table.get(step),
            DeValue::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        match inner {
            Some(inner) => at = inner,
            None => break,
        }
    }
    Some(at.span().start)
}

fn position_at(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.matches('\n').count() as u64 + 1,
        column: before[line_start..].chars().count() as u64 + 1,
        offset: before.len() as u64,
    }
}

/// The same with members in alphabetical order, whatever order the JSON library keeps in this build.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|left, right| left.0.cmp(&right.0));
            members.into_iter().map(|(name, value)| (name, sorted(value))).collect()
        }
        other => other,
    }
}

/// Compares a checked-in file with what the program prints; `SIREX_BLESS=1` rewrites it.
#[cfg(test)]
pub(crate) fn stale(path: &str, printed: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    #[allow(clippy::disallowed_methods)] // a switch of the test run, not of the program
    if std::env::var("SIREX_BLESS").is_ok() {
        std::fs::write(&file, printed).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), printed, "{path} is stale: SIREX_BLESS=1");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        list: Vec<u8>,
        #[serde(default)]
        inner: Option<Inner>,
    }

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        word: crate::marking::Tlp,
    }

    #[test]
    fn what_is_wrong_has_its_line_and_key() {
        for (text, line, path, found) in [
            ("list = [1, 2, 300]", 1, "list[2]", "300"),
            ("list = []\n\n[inner]\nword = \"WHITE\"", 4, "inner.word", "WHITE"),
            ("list = []\nlost = 1", 2, "lost", "lost"),
            ("list = [", 1, "(file)", "array"),
            ("list = []\nlist = []", 2, "(file)", "duplicate"),
        ] {
            let finding = from_toml::<Sample>(text).unwrap_err();
            assert_eq!((finding.code, finding.position.line), (Code::ConfigInvalid, line), "{finding}");
            assert_eq!(finding.path, path, "{finding}");
            assert!(finding.found.contains(found), "{finding}");
        }
        let missing = from_toml::<Sample>("[inner]\nword = \"RED\"").unwrap_err();
        assert!(missing.found.contains("list"), "{missing}");
    }

    #[test]
    fn a_later_finding_has_the_place_too() {
        let text = "list = [1,\n  2]\n[inner]\nword = \"RED\"\n";
        let finding = finding_at(text, "list[1]", "2", "1");
        assert_eq!((finding.position.line, finding.position.column), (2, 3));
        assert_eq!(finding_at(text, "inner.word", "", "").position.line, 4);
        assert_eq!(finding_at(text, "inner.gone", "", "").position.line, 3);
        assert_eq!(finding_at(text, "gone", "", "").position.line, 1);
    }
}
