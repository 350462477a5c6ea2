//! The JSON Schema of the `record` format, from the declarations.

use serde_json::Value;

use super::root::RecordDocument;
use crate::config;

#[cfg(test)]
mod tests;

/// The schema as it stands in `schemas/record.schema.json`: draft 2020-12, two blanks of indent, a line feed at the end,
/// members in alphabetical order.
///
/// What it cannot say, the reader checks all the same: days of the month, check characters of tracking numbers.
pub fn schema() -> String {
    config::schema_by::<RecordDocument>("urn:sirex:schema:record:1", "Sirex incident record, version 1", refuse_null)
}

/// An optional member is left out, never null: takes null out of the types that stand for options.
fn refuse_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(refuse_null),
        Value::Object(members) => {
            members.values_mut().for_each(refuse_null);
            let is_null = |kind: &Value| kind == "null" || *kind == serde_json::json!({ "type": "null" });
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|kind| !is_null(kind));
                if let [only] = &types[..] {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| !is_null(choice));
                if let [Value::Object(only)] = &choices[..] {
                    let only = only.clone();
                    members.remove("anyOf");
                    members.extend(only);
                }
            }
            let null_default = members.get("default").is_some_and(Value::is_null);
            if null_default {
                members.remove("default");
            }
        }
        _ => {}
    }
}
