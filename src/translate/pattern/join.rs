//! What joins comparisons and observations: the same questions for what is written and what is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::stix::pattern::{Compared, Comparison, Observation, Observed, Operand, Operator, Step, Test};

/// The type of object that all comparisons are about, if it is one.
pub(super) fn object(of: &Comparison) -> Option<&str> {
    match of.compared() {
        Compared::Test(test) => Some(test.path().object()),
        Compared::All(parts) | Compared::Any(parts) => {
            let first = object(parts.first()?)?;
            parts.iter().all(|part| object(part) == Some(first)).then_some(first)
        }
    }
}

/// The digests of one content by several algorithms, if alternatives are these: each by its algorithm.
pub(super) fn digests(parts: &[Comparison]) -> Option<Vec<(&str, &str)>> {
    let all: Vec<_> = parts.iter().map(digest).collect::<Option<_>>()?;
    let algorithms: BTreeSet<&str> = all.iter().map(|(algorithm, _)| *algorithm).collect();
    (algorithms.len() == all.len() && !all.is_empty()).then_some(all)
}

fn digest(part: &Comparison) -> Option<(&str, &str)> {
    let Compared::Test(test) = part.compared() else { return None };
    let (path, constant) = test.equality()?;
    match path.keys()?.as_slice() {
        ["hashes", algorithm] if path.object() == "file" => Some((algorithm, constant.as_str()?)),
        _ => None,
    }
}

/// Whether no two of these can be about one object: then it is the same whether they are of one observation or of several.
pub(super) fn are_apart(parts: &[Observation]) -> bool {
    let mut by_object: BTreeMap<&str, Vec<Pinned>> = BTreeMap::new();
    for part in parts {
        let mut things = Vec::new();
        collect(part, &mut things);
        pins(&things).into_iter().for_each(|(object, pinned)| by_object.entry(object).or_default().push(pinned));
    }
    by_object.values().all(|all| {
        let Some((first, others)) = all.split_first() else { return true };
        // A property that all of them have, each by values of its own.
        others.is_empty()
            || first.keys().any(|path| {
                let mut seen = BTreeSet::new();
                all.iter()
                    .all(|pinned| pinned.get(path).is_some_and(|values| values.iter().all(|one| seen.insert(one))))
            })
    })
}

/// The properties that each of some things of one type has by one of these values.
type Pinned = BTreeMap<String, BTreeSet<String>>;

/// The same, by type of object.
type Pins<'t> = BTreeMap<&'t str, Pinned>;

/// The things that an observation may be of: what is joined by AND in each.
fn collect<'t>(of: &'t Observation, things: &mut Vec<Vec<&'t Test>>) {
    match of.observed() {
        Observed::One(comparison) => alternatives(comparison, things),
        Observed::Group(inner) => collect(inner, things),
        Observed::All(parts) | Observed::Any(parts) | Observed::InTurn(parts) => {
            parts.iter().for_each(|part| collect(part, things));
        }
    }
}

fn alternatives<'t>(of: &'t Comparison, things: &mut Vec<Vec<&'t Test>>) {
    match of.compared() {
        Compared::Test(test) => things.push(vec![test]),
        Compared::Any(parts) => parts.iter().for_each(|part| alternatives(part, things)),
        Compared::All(parts) => {
            let tests: Vec<&Test> = parts.iter().filter_map(test).collect();
            match tests.is_empty() {
                true => parts.iter().for_each(|part| alternatives(part, things)),
                // What else is there narrows it further.
                false => things.push(tests),
            }
        }
    }
}

fn test(of: &Comparison) -> Option<&Test> {
    match of.compared() {
        Compared::Test(test) => Some(test),
        _ => None,
    }
}

fn pins<'t>(things: &[Vec<&'t Test>]) -> Pins<'t> {
    let mut all: Pins<'t> = BTreeMap::new();
    for thing in things {
        let Some(object) = thing.first().map(|test| test.path().object()) else { continue };
        let mut own = Pinned::new();
        for test in thing {
            let exact = matches!(test.operand(), Operand::Is(Operator::Equal, _) | Operand::In(_));
            // A list may have both values.
            let single = !test.path().steps().contains(&Step::Every);
            if exact && single && !test.is_negated() {
                let values = test.constants().iter().map(ToString::to_string).collect();
                own.insert(test.path().to_string(), values);
            }
        }
        match all.get_mut(object) {
            None => drop(all.insert(object, own)),
            Some(known) => known.retain(|path, values| match own.remove(path) {
                Some(more) => {
                    values.extend(more);
                    true
                }
                None => false,
            }),
        }
    }
    all
}
