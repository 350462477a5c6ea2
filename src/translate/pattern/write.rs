//! Patterns of what the record looks for.

use serde_json::Value as Json;

use super::{
    Group, Said, join, language,
    table::{BULK, Bulk, By, Row, STRONG, THINGS, Thing, When},
    value,
};
use crate::{
    stix::pattern::{Comparison, Constant, ObjectPath, Observation, Observed, PATTERN_BYTES, Pattern, Step, Test},
    translate::stix::tree::{self, take},
};

/// The pattern of an indicator, by its members, if one says the same.
pub(in crate::translate) fn of(indicator: &Group) -> Option<Said> {
    const CONTENT: [&str; 4] = ["observable", "observable_ref", "expression", "indicator_ref"];
    let mut said = CONTENT.iter().filter_map(|name| Some((*name, indicator.get(*name)?)));
    let (name, content) = said.next()?;
    if said.next().is_some() {
        return None;
    }
    let observation = match name {
        "observable" => {
            let content = content.as_object()?;
            if let Some(said) = language::of(content) {
                return Some(said);
            }
            Observation::one(observable(content)?)
        }
        "expression" => expression(content.as_object()?)?,
        _ => return None,
    };
    let pattern = Pattern::new(observation);
    let text = pattern.to_string();
    let good = text.len() <= PATTERN_BYTES && pattern.is_sound();
    good.then(|| Said { pattern: text, language: language::STIX.to_owned(), version: None })
}

/// RFC 7970 §3.29.5: the operator stands between all terms, `and` where none is given. How sure each term is does not change
/// what is looked for.
fn expression(of: &Group) -> Option<Observation> {
    let terms = of.get("terms")?.as_array()?;
    let operator = of.get("operator").map_or(Some("and"), Json::as_str)?;
    if operator == "not" {
        let [term] = terms.as_slice() else { return None };
        let inner = term.get("expression")?;
        let [twice] = inner.get("terms")?.as_array()?.as_slice() else { return None };
        // Not not is what it was.
        return (inner.get("operator")?.as_str()? == "not").then(|| self::term(twice)).flatten();
    }
    let mut parts = terms.iter().map(term).collect::<Option<Vec<_>>>()?;
    match operator {
        _ if parts.len() == 1 => parts.pop(),
        "and" if join::are_apart(&parts) => Observation::all(parts).ok(),
        "or" => any(parts),
        _ => None,
    }
}

fn term(of: &Json) -> Option<Observation> {
    let mut members = of.as_object()?.iter().filter(|(name, _)| *name != "confidence");
    match (members.next()?, members.next()) {
        ((name, value), None) if name == "observable" => Some(Observation::one(observable(value.as_object()?)?)),
        ((name, value), None) if name == "expression" => expression(value.as_object()?),
        _ => None,
    }
}

/// OR: in one observation where all are of one type, else of observations.
fn any(parts: Vec<Observation>) -> Option<Observation> {
    let comparisons: Option<Vec<Comparison>> = parts.iter().map(alone).collect();
    if let Some(comparisons) = comparisons {
        let object = comparisons.first().and_then(join::object);
        let of_one = object.is_some() && comparisons.iter().all(|one| join::object(one) == object);
        // Digests by several algorithms in one observation are of one file (§9.8).
        let is_one_file = join::digests(&comparisons).is_some();
        if of_one && !is_one_file {
            return Comparison::any(comparisons).ok().map(Observation::one);
        }
    }
    Observation::any(parts).ok()
}

/// The comparison that an observation is, if it is no OR itself.
fn alone(of: &Observation) -> Option<Comparison> {
    use crate::stix::pattern::Compared;
    match of.observed() {
        Observed::One(comparison) if !matches!(comparison.compared(), Compared::Any(_)) => Some(comparison.clone()),
        _ => None,
    }
}

/// What an observable is found by.
pub(super) fn observable(of: &Group) -> Option<Comparison> {
    let mut members = of.iter();
    match (members.next()?, members.next()) {
        ((name, list), None) if name == "bulk" => bulk(list),
        ((name, _), None) => {
            let is_of = |thing: &&Thing| thing.rows.iter().any(|row| row.member.split('/').nth(1) == Some(name));
            THINGS.iter().filter(is_of).find_map(|one| thing(one, of))
        }
        _ => None,
    }
}

fn thing(thing: &Thing, of: &Group) -> Option<Comparison> {
    let mut rest = of.clone();
    let fits = |(member, word): &(&str, &str)| take(&mut rest, member).is_some_and(|value| value == *word);
    if !thing.fixed.iter().all(fits) {
        return None;
    }
    // A file that has another name now, or another type by another program, is still that file.
    let digests = thing.rows.iter().find(|row| row.by == By::Digests).and_then(|row| tree::get(of, row.member));
    let mut digests = digests.and_then(Json::as_array).into_iter().flatten().filter_map(value::digest);
    let is_pinned = digests.any(|(algorithm, _)| STRONG.contains(&algorithm));
    let mut parts: Vec<Comparison> = Vec::new();
    let mut paths: Vec<&[&str]> = Vec::new();
    for row in thing.rows {
        let Some(value) = take(&mut rest, row.member).filter(|value| !value.is_null()) else { continue };
        // Of a property there is one value, unless it is a list.
        if paths.contains(&row.path) && !row.path.contains(&"*") {
            return None;
        }
        paths.push(row.path);
        let compared = compare(thing.object, row, &value)?;
        if row.by == By::Digests || !is_pinned {
            parts.extend(compared);
        }
    }
    if thing.when == When::Whole && paths.len() < thing.rows.len() {
        return None;
    }
    for (member, words) in thing.beside {
        let value = take(&mut rest, member);
        let fits = |value: &Json| words.is_empty() || value.as_str().is_some_and(|word| words.contains(&word));
        if value.is_some_and(|value| !value.is_null() && !fits(&value)) {
            return None;
        }
    }
    let mut rest = Json::Object(rest);
    tree::tidy(&mut rest);
    // What is left says more than the pattern would.
    (is_nothing(&rest) && !parts.is_empty()).then(|| Comparison::all(parts).ok()).flatten()
}

/// Whether nothing is said: no member, and lists of nothing.
fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(list) => list.iter().all(is_nothing),
        Json::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
}

/// The comparisons of a row, joined by AND.
fn compare(object: &str, row: &Row, value: &Json) -> Option<Vec<Comparison>> {
    let path = || path(object, row.path);
    match row.by {
        By::Texts => value.as_array()?.iter().map(|one| equal(path()?, By::Text, one)).collect(),
        By::Addresses => value.as_array()?.iter().map(|one| equal(path()?, host(one)?, one.get("value")?)).collect(),
        By::Ports => {
            let ports = value::ports(value.as_str()?)?;
            let constants = ports.into_iter().map(|port| Constant::integer(port.into()));
            one_of(path()?, constants.collect::<Result<_, _>>().ok()?).map(|one| vec![one])
        }
        By::Digests => {
            let all = match value.as_str() {
                Some(x509) => vec![("SHA-256", value::certificate(x509)?)],
                None => value.as_array()?.iter().map(value::digest).collect::<Option<Vec<_>>>()?,
            };
            let parts: Option<Vec<Comparison>> = all
                .into_iter()
                .map(|(algorithm, digits)| Some(Test::equals(path()?.key(algorithm), digits).into()))
                .collect();
            let parts = parts?;
            // Two digests by one algorithm are of two contents.
            let good = object != "file" || join::digests(&parts).is_some();
            good.then(|| Comparison::any(parts).ok().map(|one| vec![one])).flatten()
        }
        By::Named => {
            let (name, data) = value::of_reg_line(value.as_str()?)?;
            Some(vec![Test::equals(path()?.key("name"), name).into(), Test::equals(path()?.key("data"), data).into()])
        }
        by => Some(vec![equal(path()?, by, value)?]),
    }
}

/// How an address of a system is compared: one host.
fn host(address: &Json) -> Option<By> {
    let members = address.as_object()?;
    match members.get("kind")?.as_str()? {
        _ if members.len() != 2 => None,
        "ipv4-addr" => Some(By::Ipv4),
        "ipv6-addr" => Some(By::Ipv6),
        _ => None,
    }
}

fn bulk(list: &Json) -> Option<Comparison> {
    let members = list.as_object()?;
    let kind = members.get("kind")?.as_str()?;
    let lines = members.get("list")?.as_str()?.lines().map(str::trim).filter(|line| !line.is_empty());
    if kind == "file-hash" {
        let mut all = Vec::new();
        for line in lines {
            let mut hash = members.get("hash")?.clone();
            hash.as_object_mut()?.insert("value".to_owned(), Json::from(line));
            all.push(value::digest(&hash)?);
        }
        let (algorithm, _) = all.first()?;
        let path = path("file", &["hashes", algorithm])?;
        return one_of(path, all.into_iter().map(|(_, digits)| Constant::string(digits)).collect());
    }
    let Bulk { object, path: steps, by, .. } = BULK.iter().find(|known| known.kind == kind)?;
    if members.len() != 2 {
        return None;
    }
    let path = || path(object, steps);
    match by {
        By::Ipv4Net | By::Ipv6Net => {
            Comparison::any(lines.map(|line| equal(path()?, *by, &Json::from(line))).collect::<Option<_>>()?).ok()
        }
        by => one_of(path()?, lines.map(|line| by.constant(&Json::from(line))).collect::<Option<_>>()?),
    }
}

fn equal(path: ObjectPath, by: By, value: &Json) -> Option<Comparison> {
    Some(Test::new(path, by.operator(), by.constant(value)?).ok()?.into())
}

/// One of these constants: IN, or `=` of one.
fn one_of(path: ObjectPath, mut constants: Vec<Constant>) -> Option<Comparison> {
    let test = match constants.len() {
        1 => Test::new(path, crate::stix::pattern::Operator::Equal, constants.pop()?),
        _ => Test::one_of(path, constants),
    };
    test.ok().map(Comparison::from)
}

/// A path of the table.
fn path(object: &str, steps: &[&str]) -> Option<ObjectPath> {
    let (first, rest) = steps.split_first()?;
    let path = ObjectPath::new(object, *first).ok()?;
    Some(rest.iter().fold(path, |path, step| match *step {
        "*" => path.step(Step::Every),
        key => path.key(key),
    }))
}
