//! The JSON Schema of the `record` format, from the declarations.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::root::RecordDocument;

#[cfg(test)]
mod tests;

/// The schema as it stands in `schemas/record.schema.json`: draft 2020-12, two blanks of indent, a line feed at the end,
/// members in alphabetical order.
///
/// What it cannot say, the reader checks all the same: days of the month, check characters of tracking numbers.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<RecordDocument>());
    refuse_null(&mut schema);
    if let Value::Object(members) = &mut schema {
        members.insert("$id".to_owned(), "urn:sirex:schema:record:1".into());
        members.insert("title".to_owned(), "Sirex incident record, version 1".into());
    }
    let mut text = format!("{:#}", sorted(schema));
    text.push('\n');
    text
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
