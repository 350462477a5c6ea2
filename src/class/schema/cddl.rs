//! CDDL (RFC 8610) of the tree in CBOR, whose members are named by numbers.

use std::fmt::{self, Write as _};

use super::{
    super::{
        Dialect, MapKeys,
        def::{ClassDef, Facet, SimpleDef, Wire},
    },
    tree::{Member, Object, Rule, Set, Type, lists, objects},
};

/// What a CDDL is printed from.
#[derive(Clone, Copy, Debug)]
pub struct Cddl {
    /// The class of the document.
    pub root: &'static ClassDef,
    /// What the schema says of itself.
    pub title: &'static str,
    /// Before the names of members, where their numbers are given.
    pub prefix: &'static str,
    /// The numbers.
    pub keys: MapKeys,
    /// What it says otherwise than the tables.
    pub dialect: &'static Dialect,
}

impl Cddl {
    /// The schema: one member to a line, classes in the order in which they name each other.
    pub fn print(&self) -> String {
        let mut out = Out { of: self, text: String::new() };
        // A String takes everything.
        _ = out.all();
        out.text
    }
}

struct Out<'s> {
    of: &'s Cddl,
    text: String,
}

impl Out<'_> {
    fn all(&mut self) -> fmt::Result {
        let Cddl { root, title, prefix, keys, dialect } = *self.of;
        writeln!(self.text, "; {title}\n\nstart = {}\n", root.name)?;
        for (name, number) in keys {
            writeln!(self.text, "{prefix}-{name} = {number}")?;
        }
        let objects = objects(root, dialect);
        objects.iter().try_for_each(|object| self.object(object))?;
        lists(&objects).into_iter().try_for_each(|list| {
            let values = dialect.values(list).into_iter().map(|value| format!("\"{value}\""));
            writeln!(self.text, "\n{} = {}", list.name, values.collect::<Vec<_>>().join(" / "))
        })
    }

    fn object(&mut self, object: &Object) -> fmt::Result {
        writeln!(self.text, "\n{} = {{", object.class.name)?;
        let mut done: Vec<&Set> = Vec::new();
        for member in &object.members {
            let Some(set) = object.sets.iter().find(|set| set.members.contains(&member.name)) else {
                writeln!(self.text, "  {},", self.member(member, member.required))?;
                continue;
            };
            if !done.iter().any(|known| std::ptr::eq(*known, set)) {
                let group = self.group(object, set);
                writeln!(self.text, "  {group},")?;
                done.push(set);
            }
        }
        writeln!(self.text, "}}{}", if object.or_text { " / text" } else { "" })
    }

    fn member(&self, member: &Member, required: bool) -> String {
        let key = match self.of.keys.iter().any(|(name, _)| *name == member.name) {
            true => format!("{}-{}", self.of.prefix, member.name),
            false => format!("\"{}\"", member.name), // without a number the writer names it by its text
        };
        format!("{}{key} => {}", if required { "" } else { "? " }, self.value(&member.of))
    }

    /// Alternatives, each with what else of the set may stand beside it.
    fn group(&self, object: &Object, set: &Set) -> String {
        let of: Vec<&Member> = object.members.iter().filter(|member| set.members.contains(&member.name)).collect();
        let alternative = |(at, member): (usize, &&Member)| {
            let beside = of.iter().skip(at + 1).filter(|_| set.rule == Rule::AtLeastOne);
            let all = std::iter::once(self.member(member, true)).chain(beside.map(|other| self.member(other, false)));
            all.collect::<Vec<_>>().join(", ")
        };
        let alternatives: Vec<_> = of.iter().enumerate().map(alternative).collect();
        let optional = if set.rule == Rule::AtMostOne { "? " } else { "" };
        format!("{optional}({})", alternatives.join(" //\n    "))
    }

    fn value(&self, of: &Type) -> String {
        match of {
            Type::Simple(def) => simple(def),
            Type::Coded(list) => list.name.to_owned(),
            Type::Text => "text".to_owned(),
            Type::Bytes => "eb64legacy".to_owned(),
            Type::Class(class) => class.name.to_owned(),
            Type::OneKey(members) => {
                let one = members.iter().map(|member| format!("{{ {} }}", self.member(member, true)));
                one.collect::<Vec<_>>().join(" / ")
            }
            Type::List(of) if matches!(**of, Type::OneKey(_)) => format!("[+ ({})]", self.value(of)),
            Type::List(of) => format!("[+ {}]", self.value(of)),
        }
    }
}

fn simple(def: &SimpleDef) -> String {
    match (def.wire, def.facet) {
        (Wire::Integer, _) => "integer".to_owned(),
        // Where four bytes do not hold the number, eight are written.
        (Wire::Number, Some(Facet::MoreThan(bound))) => format!("(float32 .gt {bound}.0) / (float64 .gt {bound}.0)"),
        (Wire::Number, _) => "float32 / float64".to_owned(),
        (Wire::String(_), _) if def.xsd == "xs:dateTime" => "tdate".to_owned(),
        (Wire::String(_), _) if def.xsd == "xs:anyURI" => "uri".to_owned(),
        (Wire::String(_), _) if def.xsd == "xs:base64Binary" => "eb64legacy".to_owned(),
        (Wire::String(""), _) => "text".to_owned(),
        (Wire::String(_), Some(Facet::Pattern(regex))) => regexp(regex),
        (Wire::String(pattern), _) => {
            let alternatives =
                alternatives(pattern).into_iter().map(|one| match one.trim_start_matches('^').trim_end_matches('$') {
                    "" => "\"\"".to_owned(),
                    regex => regexp(regex),
                });
            alternatives.collect::<Vec<_>>().join(" / ")
        }
    }
}

fn regexp(regex: &str) -> String {
    format!("text .regexp \"{}\"", regex.replace('\\', "\\\\"))
}

/// The alternatives of a regular expression, where they stand outside of brackets.
fn alternatives(pattern: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in pattern.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                found.extend(pattern.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(pattern.get(start..));
    found
}
