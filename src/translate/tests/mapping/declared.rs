//! The types of the record with their fields, as the declarations have them; names of types are those of the schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::record::{self, Field, Part as _};

/// A type with fields.
#[derive(Debug)]
pub(super) struct Type {
    /// The fields in their order, each with its type, where that has fields.
    pub fields: Vec<(&'static str, Option<String>)>,
    /// What the schema says of it.
    pub about: String,
    /// What the schema says of each field.
    pub abouts: BTreeMap<&'static str, String>,
}

impl Type {
    /// Whether it has a name of its own in the record.
    pub fn is_element(&self) -> bool {
        self.abouts.contains_key("id") && self.abouts.contains_key("origins")
    }
}

/// The types by their names.
pub(super) struct Declared(pub BTreeMap<String, Type>);

/// A step of a path: the type, its field, and where the step ends, with the number in the list.
pub(super) struct Step<'d> {
    pub ty: &'d str,
    pub field: &'static str,
    pub end: usize,
}

impl Declared {
    pub fn new() -> Self {
        let schema: Json = serde_json::from_str(&record::schema()).unwrap();
        let mut types = BTreeMap::new();
        let mut open: Vec<(String, &'static [Field])> =
            vec![("Record".to_owned(), record::Record::fields()), ("Document".to_owned(), record::Document::fields())];
        while let Some((name, fields)) = open.pop() {
            if types.contains_key(&name) {
                continue;
            }
            let def = &schema["$defs"][&name];
            let properties = def["properties"].as_object().unwrap_or_else(|| panic!("{name} is in no schema"));
            let declared: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
            assert_eq!(declared, properties.keys().map(String::as_str).collect(), "{name}");
            let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
            let (mut own, mut abouts) = (Vec::new(), BTreeMap::new());
            for field in fields {
                let property = &properties[field.name];
                let to = property["$ref"].as_str().or_else(|| property["items"]["$ref"].as_str());
                let inner = (field.fields)();
                let to = to.filter(|_| !inner.is_empty()).and_then(|to| to.strip_prefix("#/$defs/"));
                assert_eq!(to.is_none(), inner.is_empty(), "{name}.{}", field.name);
                open.extend(to.map(|to| (to.to_owned(), inner)));
                own.push((field.name, to.map(str::to_owned)));
                abouts.insert(field.name, text(&property["description"]));
            }
            types.insert(name, Type { fields: own, about: text(&def["description"]), abouts });
        }
        Declared(types)
    }

    /// The steps of a path of an account, as far as they are fields.
    pub fn way(&self, path: &str) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        let Some(rest) = path.strip_prefix("$.") else { return steps };
        let (first, rest) = rest.split_once('.').unwrap_or((rest, ""));
        let mut at = path.len() - rest.len();
        let mut ty = Some(if first.starts_with("records") { "Record" } else { "Document" });
        for step in rest.split('.') {
            let name = step.split('[').next().unwrap_or(step);
            let Some((known, own)) = ty.and_then(|ty| self.0.get_key_value(ty)) else { break };
            let Some((field, inner)) = own.fields.iter().find(|(field, _)| *field == name) else { break };
            steps.push(Step { ty: known, field, end: at + step.len() });
            at += step.len() + 1;
            ty = inner.as_deref();
        }
        steps
    }

    /// A place in a record by the nearest thing that has a name: `Party.means.value`, and without the type at the top.
    pub fn short(&self, path: &str) -> String {
        let steps = self.way(path);
        let last = steps.iter().rposition(|step| step.ty != "Record" && self.0[step.ty].is_element());
        let shown = &steps[last.unwrap_or(0)..];
        let Some(first) = shown.first() else {
            return if path.starts_with("$.records") { "the record" } else { "the document" }.to_owned();
        };
        let fields: Vec<&str> = shown.iter().map(|step| step.field).collect();
        match first.ty {
            "Record" => fields.join("."),
            ty => format!("{ty}.{}", fields.join(".")),
        }
    }
}
