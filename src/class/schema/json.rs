//! JSON Schema, draft 2020-12.

use super::{
    super::{
        Dialect,
        def::{ClassDef, Facet, SimpleDef, Wire},
    },
    tree::{Member, Object, Rule, Set, Type, lists, objects},
};
use crate::json::{self, Layout, Value};

/// What a JSON Schema is printed from.
#[derive(Clone, Copy, Debug)]
pub struct JsonSchema {
    /// The class of the document.
    pub root: &'static ClassDef,
    /// Its identifier.
    pub id: &'static str,
    /// What the schema says of itself.
    pub title: &'static str,
    /// What it says otherwise than the tables.
    pub dialect: &'static Dialect,
}

impl JsonSchema {
    /// The schema: two spaces to a level, classes in the order in which they name each other.
    pub fn print(&self) -> String {
        let objects = objects(self.root, self.dialect);
        let mut members = vec![
            ("$schema", Value::string("https://json-schema.org/draft/2020-12/schema")),
            ("$id", Value::string(self.id)),
            ("title", Value::string(self.title)),
        ];
        let mut rest = objects.iter();
        if let Some(root) = rest.next() {
            members.extend(self.object(root));
        }
        let classes = rest.map(|object| (object.class.name, self.class(object)));
        let lists = lists(&objects).into_iter().map(|list| {
            let values = self.dialect.values(list).into_iter().map(Value::string);
            (list.name, Value::object([("enum", Value::array(values))]))
        });
        members.push(("$defs", Value::object(classes.chain(lists))));
        let mut text = json::to_string(&Value::object(members), Layout::Indented).unwrap_or_default();
        text.push('\n');
        text
    }

    fn class(&self, object: &Object) -> Value<'static> {
        let value = Value::object(self.object(object));
        if object.or_text { Value::object([("oneOf", Value::array([typed("string"), value]))]) } else { value }
    }

    fn object(&self, object: &Object) -> Vec<(&'static str, Value<'static>)> {
        let mut members = vec![("type", Value::string("object"))];
        let properties = object.members.iter().map(|member| (member.name, self.value(&member.of)));
        members.push(("properties", Value::object(properties)));
        let required: Vec<_> = object.members.iter().filter(|member| member.required).collect();
        if !required.is_empty() {
            members.push(("required", Value::array(required.into_iter().map(|member| Value::string(member.name)))));
        }
        match object.sets.as_slice() {
            [] => {}
            [set] => members.push(rule(set)),
            sets => members.push(("allOf", Value::array(sets.iter().map(|set| Value::object([rule(set)]))))),
        }
        members.push(("additionalProperties", Value::from(false)));
        members
    }

    fn value(&self, of: &Type) -> Value<'static> {
        match of {
            Type::Simple(def) => simple(def),
            Type::Coded(list) => defined(list.name),
            // What is meant to be base64 is not always: no `contentEncoding`.
            Type::Text | Type::Bytes => typed("string"),
            Type::Class(class) if class.name == self.root.name => Value::object([("$ref", Value::string("#"))]),
            Type::Class(class) => defined(class.name),
            Type::OneKey(members) => {
                let properties = members.iter().map(|Member { name, of, .. }| (*name, self.value(of)));
                Value::object([
                    ("type", Value::string("object")),
                    ("properties", Value::object(properties)),
                    ("minProperties", Value::from(1_u64)),
                    ("maxProperties", Value::from(1_u64)),
                    ("additionalProperties", Value::from(false)),
                ])
            }
            Type::List(of) => Value::object([
                ("type", Value::string("array")),
                ("items", self.value(of)),
                ("minItems", Value::from(1_u64)),
            ]),
        }
    }
}

fn defined(name: &str) -> Value<'static> {
    Value::object([("$ref", Value::string(format!("#/$defs/{name}")))])
}

fn typed(name: &'static str) -> Value<'static> {
    Value::object([("type", Value::string(name))])
}

fn simple(def: &SimpleDef) -> Value<'static> {
    let name = match def.wire {
        Wire::String(_) => "string",
        Wire::Integer => "integer",
        Wire::Number => "number",
    };
    let mut members = vec![("type", Value::string(name))];
    match (def.wire, def.facet) {
        (Wire::String(""), _) if def.xsd == "xs:dateTime" => members.push(("format", Value::string("date-time"))),
        (Wire::String(""), _) => {}
        (Wire::String(pattern), _) => members.push(("pattern", Value::string(pattern))),
        (_, Some(Facet::MoreThan(bound))) => members.push(("exclusiveMinimum", Value::from(bound))),
        _ => {}
    }
    Value::object(members)
}

/// A set of members, as a rule over which of them are there.
fn rule(set: &Set) -> (&'static str, Value<'static>) {
    let required = |name: &&'static str| Value::object([("required", Value::array([Value::string(*name)]))]);
    let mut choices: Vec<_> = set.members.iter().map(required).collect();
    if set.rule == Rule::AtMostOne {
        let any = Value::array(set.members.iter().map(required));
        choices.push(Value::object([("not", Value::object([("anyOf", any)]))]));
    }
    let name = if set.rule == Rule::AtLeastOne { "anyOf" } else { "oneOf" };
    (name, Value::array(choices))
}
