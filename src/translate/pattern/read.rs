//! What the record looks for, by a pattern.

use serde_json::{Value as Json, json};

use super::{
    Group, join, language,
    table::{BULK, By, Row, THINGS, Thing, When},
    value,
};
use crate::{
    record::indicator::{Expression, Observable},
    stix::pattern::{
        Compared, Comparison, Constant, Literal, Observation, Observed, Operand, Operator, Pattern, Step, Test,
    },
    translate::stix::tree::set,
};

/// Most expressions within each other that are made: a document has room for them and for what is around it.
const DEEPEST: usize = 8;

/// What an indicator looks for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::translate) enum Content {
    /// One thing.
    Observable(Box<Observable>),
    /// Several things, joined.
    Expression(Expression),
}

/// What a pattern in this language looks for, if the record says the same.
pub(in crate::translate) fn content(pattern: &str, of: &str) -> Option<Content> {
    let parsed = (of == language::STIX).then(|| Pattern::parse(pattern).ok()).flatten()?;
    if !parsed.pattern.is_sound() {
        return None;
    }
    Some(match observation(parsed.pattern.observation(), DEEPEST)? {
        Term::Observable(group) => Content::Observable(serde_json::from_value(Json::Object(group)).ok()?),
        term @ Term::Expression(..) => {
            Content::Expression(serde_json::from_value(term.json().get("expression")?.clone()).ok()?)
        }
    })
}

/// A term of an expression.
enum Term {
    Observable(Group),
    Expression(&'static str, Vec<Term>),
}

impl Term {
    fn json(&self) -> Json {
        match self {
            Term::Observable(group) => json!({ "observable": group }),
            Term::Expression(operator, terms) => {
                let terms: Vec<Json> = terms.iter().map(Term::json).collect();
                json!({ "expression": { "operator": operator, "terms": terms } })
            }
        }
    }

    /// Several terms; one alone is itself, and a join of the same kind among them says nothing.
    fn join(operator: &'static str, terms: Vec<Term>) -> Option<Term> {
        let flat = terms.into_iter().flat_map(|term| match term {
            Term::Expression(inner, terms) if inner == operator => terms,
            term => vec![term],
        });
        let mut terms: Vec<Term> = flat.collect();
        match terms.len() {
            0 | 1 => terms.pop(),
            _ => Some(Term::Expression(operator, terms)),
        }
    }
}

fn observation(of: &Observation, deepest: usize) -> Option<Term> {
    let deepest = deepest.checked_sub(1)?;
    if !of.qualifiers().is_empty() {
        return None;
    }
    let all = |parts: &[Observation]| parts.iter().map(|part| observation(part, deepest)).collect::<Option<Vec<_>>>();
    match of.observed() {
        Observed::One(comparison) => Term::join("or", alternatives(comparison)?),
        Observed::All(parts) if join::are_apart(parts) => Term::join("and", all(parts)?),
        Observed::Any(parts) => Term::join("or", all(parts)?),
        Observed::All(_) | Observed::InTurn(_) | Observed::Group(_) => None,
    }
}

/// The things of which a comparison is true, each of one object.
fn alternatives(of: &Comparison) -> Option<Vec<Term>> {
    match of.compared() {
        Compared::Any(parts) if join::digests(parts).is_none() => {
            let all = parts.iter().map(alternatives).collect::<Option<Vec<_>>>()?;
            Some(all.into_iter().flatten().collect())
        }
        Compared::Any(_) => Some(vec![thing(&[of])?]),
        Compared::All(parts) => Some(vec![thing(&parts.iter().collect::<Vec<_>>())?]),
        Compared::Test(test) => Some(match list(test) {
            Some(terms) => terms,
            None => vec![thing(&[of])?],
        }),
    }
}

/// A bulk list, or terms for each constant of IN.
fn list(test: &Test) -> Option<Vec<Term>> {
    let constants = match test.operand() {
        Operand::Is(Operator::Equal, constant) => std::slice::from_ref(constant),
        Operand::In(constants) => constants,
        _ => return None,
    };
    let is_one = constants.len() == 1;
    if test.is_negated() {
        return None;
    }
    let fits = |path: &[&str]| is_path(test, path);
    let known = BULK.iter().filter(|bulk| bulk.object == test.path().object() && fits(bulk.path));
    let mut lists = known.filter(|bulk| !is_one || bulk.alone).filter_map(|bulk| {
        let lines: Option<Vec<String>> = constants.iter().map(|constant| line(bulk.by, constant)).collect();
        let list = json!({ "kind": bulk.kind, "list": lines?.join("\n") });
        Some(Term::Observable(Group::from_iter([("bulk".to_owned(), list)])))
    });
    if let Some(list) = lists.next() {
        return Some(vec![list]);
    }
    if is_one || test.path().steps().first() == Some(&Step::Key("dst_port".to_owned())) {
        return None;
    }
    let single = |constant: &Constant| {
        let test = Test::new(test.path().clone(), Operator::Equal, constant.clone()).ok()?;
        thing(&[&test.into()])
    };
    constants.iter().map(single).collect()
}

/// A line of a list, which comes back from one as it is.
fn line(by: By, constant: &Constant) -> Option<String> {
    let value = by.value(constant)?;
    let line = value.as_str()?.to_owned();
    (line.trim() == line && line.lines().count() == 1 && !line.ends_with(['\n', '\r'])).then_some(line)
}

/// One object of which all of these are true.
fn thing(facts: &[&Comparison]) -> Option<Term> {
    THINGS.iter().filter(|thing| thing.when != When::Written).find_map(|one| read(one, facts)).map(Term::Observable)
}

fn read(thing: &Thing, facts: &[&Comparison]) -> Option<Group> {
    if facts.iter().any(|fact| join::object(fact) != Some(thing.object)) {
        return None;
    }
    let mut left = facts.to_vec();
    let mut made = Group::new();
    let mut paths: Vec<&[&str]> = Vec::new();
    for row in thing.rows {
        let Some(value) = take(row, &mut left)? else { continue };
        // Of a property there is one value, unless it is a list.
        if paths.contains(&row.path) && !row.path.contains(&"*") {
            return None;
        }
        paths.push(row.path);
        set(&mut made, row.member, value);
    }
    let lacks = thing.when == When::Whole && paths.len() < thing.rows.len();
    if !left.is_empty() || lacks {
        return None;
    }
    for (member, word) in thing.fixed {
        set(&mut made, member, json!(word));
    }
    if paths.contains(&["hashes"].as_slice()) {
        // STIX hashes contents and nothing else of a file.
        set(&mut made, "/files/files/0/hashes/scope", json!("file-contents"));
    }
    Some(made)
}

/// Takes what a row is about out of what is left: nothing where nothing is, and no thing at all where it cannot say it.
#[expect(clippy::option_option, reason = "not there, and there but not to be said")]
fn take(row: &Row, left: &mut Vec<&Comparison>) -> Option<Option<Json>> {
    let value = match row.by {
        By::Digests => return Some(digests(left)),
        By::Named => return named(row, left),
        By::Ports => return Some(one(row, left, &ports)),
        By::Texts => return Some(some(row, left, &|test| By::Text.value(equality(test)?))),
        By::Addresses => return Some(some(row, left, &|test| address(equality(test)?))),
        by => one(row, left, &|test: &Test| {
            let Operand::Is(operator, constant) = test.operand() else { return None };
            (*operator == by.operator() && !test.is_negated()).then(|| by.value(constant)).flatten()
        }),
    };
    Some(value)
}

/// The value of the one fact that is such.
fn one(row: &Row, left: &mut Vec<&Comparison>, read: &dyn Fn(&Test) -> Option<Json>) -> Option<Json> {
    let fits = |fact: &&Comparison| Some(read(test(fact).filter(|test| is_path(test, row.path))?));
    let at = left.iter().position(|fact| fits(fact).flatten().is_some())?;
    fits(&left.remove(at)).flatten()
}

/// The values of all facts that are such.
fn some(row: &Row, left: &mut Vec<&Comparison>, read: &dyn Fn(&Test) -> Option<Json>) -> Option<Json> {
    let mut all = Vec::new();
    while let Some(value) = one(row, left, read) {
        all.push(value);
    }
    (!all.is_empty()).then_some(Json::Array(all))
}

fn digests(left: &mut Vec<&Comparison>) -> Option<Json> {
    let read = |fact: &Comparison| {
        let parts = match fact.compared() {
            Compared::Any(parts) => parts.as_slice(),
            Compared::Test(_) => std::slice::from_ref(fact),
            Compared::All(_) => return None,
        };
        join::digests(parts)?.into_iter().map(|(name, digits)| value::hash(name, digits)).collect::<Option<Vec<_>>>()
    };
    let at = left.iter().position(|fact| read(fact).is_some())?;
    read(left.remove(at)).map(Json::Array)
}

/// Name and data of a value: both, or it says no more than the table does.
#[expect(clippy::option_option, reason = "not there, and there but not to be said")]
fn named(row: &Row, left: &mut Vec<&Comparison>) -> Option<Option<Json>> {
    let mut part = |key: &'static str| {
        let path: Vec<&str> = row.path.iter().copied().chain([key]).collect();
        let at = left.iter().position(|fact| test(fact).is_some_and(|test| is_path(test, &path)))?;
        equality(test(left.remove(at))?)?.as_str().map(str::to_owned)
    };
    match (part("name"), part("data")) {
        (None, None) => Some(None),
        (Some(name), Some(data)) if !name.is_empty() && !data.is_empty() => {
            Some(Some(json!(value::reg_line(&name, &data))))
        }
        _ => None,
    }
}

fn ports(test: &Test) -> Option<Json> {
    let Operand::In(constants) = test.operand() else { return None };
    let port = |constant: &Constant| match constant.literal() {
        Literal::Integer(port) => u16::try_from(*port).ok().map(|port| port.to_string()),
        _ => None,
    };
    let ports: Vec<String> = constants.iter().map(port).collect::<Option<_>>()?;
    (!test.is_negated() && ports.len() > 1).then(|| json!(ports.join(",")))
}

fn address(constant: &Constant) -> Option<Json> {
    let of = |by: By, kind: &str| Some(json!({ "kind": kind, "value": by.value(constant)? }));
    of(By::Ipv4, "ipv4-addr").or_else(|| of(By::Ipv6, "ipv6-addr"))
}

fn equality(test: &Test) -> Option<&Constant> {
    test.equality().map(|(_, constant)| constant)
}

fn test(of: &Comparison) -> Option<&Test> {
    match of.compared() {
        Compared::Test(test) => Some(test),
        _ => None,
    }
}

/// Whether a path is this one of the table.
fn is_path(test: &Test, path: &[&str]) -> bool {
    let is = |(step, name): (&Step, &&str)| match step {
        Step::Key(key) => key == name && key != "*",
        Step::Every => *name == "*",
        Step::Index(_) => false,
    };
    let steps = test.path().steps();
    steps.len() == path.len() && steps.iter().zip(path).all(is)
}
