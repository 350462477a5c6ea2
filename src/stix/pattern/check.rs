//! Patterns beside the types and properties of STIX: what a pattern of the grammar may still have wrong.

use std::collections::HashSet;

use super::{
    Compared, Comparison, Constant, Literal, ObjectPath, Observation, Observed, Operand, Operator, Pattern,
    Restriction, Step, Test,
    regex::{self, REGEX_BYTES},
};
use crate::{
    error::excerpt,
    stix::{
        def::{Def, Family, Targets, Type},
        forms,
        rules::{self, Rule},
        tables::{OBJECTS, object},
        vocab::HASH_ALGORITHM_OV,
    },
    time::WireTime,
};

/// From when to when the indicator is valid that has the pattern.
#[derive(Debug, Default)]
pub(in crate::stix) struct Validity {
    pub(in crate::stix) from: Option<WireTime>,
    pub(in crate::stix) until: Option<WireTime>,
}

/// Takes what is wrong: the rule, where in the pattern, what is found there, and what is expected where the rule does not say it.
pub(in crate::stix) type Tell<'t> = dyn FnMut(&'static Rule, usize, String, Option<String>) + 't;

/// Looks at all of a pattern.
pub(in crate::stix) fn check(pattern: &Pattern, validity: &Validity, tell: &mut Tell<'_>) {
    observation(pattern.observation(), validity, tell);
}

fn observation(of: &Observation, validity: &Validity, tell: &mut Tell<'_>) {
    match of.observed() {
        Observed::One(compared) => _ = comparison(compared, tell),
        Observed::All(parts) | Observed::Any(parts) | Observed::InTurn(parts) => {
            parts.iter().for_each(|part| observation(part, validity, tell));
        }
        Observed::Group(inner) => observation(inner, validity, tell),
    }
    for qualifier in of.qualifiers() {
        if let Restriction::StartStop(start, stop) = qualifier.restriction() {
            times(start, stop, validity, tell);
        }
    }
}

fn times(start: &Constant, stop: &Constant, validity: &Validity, tell: &mut Tell<'_>) {
    let before = |first: Option<&WireTime>, second: Option<&WireTime>| {
        first.zip(second).and_then(|(first, second)| first.cmp_instant(second)).is_some_and(|order| order.is_lt())
    };
    if !before(start.as_time(), stop.as_time()) {
        tell(&rules::PATTERN_STOP, stop.at.0, format!("STOP {stop}"), None);
    }
    if before(start.as_time(), validity.from.as_ref()) {
        tell(&rules::PATTERN_VALID_FROM, start.at.0, format!("START {start}"), None);
    }
    if before(validity.until.as_ref(), stop.as_time()) {
        tell(&rules::PATTERN_VALID_UNTIL, stop.at.0, format!("STOP {stop}"), None);
    }
}

/// Looks at comparisons, and gives the types of object that they can be true of. All that AND joins must be of one object (§9.5).
fn comparison<'c>(of: &'c Comparison, tell: &mut Tell<'_>) -> HashSet<&'c str> {
    match of.compared() {
        Compared::Test(one) => {
            test(one, tell);
            HashSet::from([one.path().object()])
        }
        // The larger set takes the smaller one, so that a long chain costs no more than its length.
        Compared::Any(parts) => parts.iter().fold(HashSet::new(), |all, part| {
            let types = comparison(part, tell);
            let (mut large, small) = if all.len() < types.len() { (types, all) } else { (all, types) };
            large.extend(small);
            large
        }),
        Compared::All(parts) => {
            let mut shared: Option<HashSet<&str>> = None;
            for part in parts {
                let types = comparison(part, tell);
                let Some(before) = shared.take() else {
                    shared = Some(types);
                    continue;
                };
                let (small, large) = if before.len() < types.len() { (&before, &types) } else { (&types, &before) };
                let both: HashSet<&str> = small.iter().copied().filter(|name| large.contains(name)).collect();
                if both.is_empty() {
                    let name = |types: &HashSet<&str>| excerpt(types.iter().min().copied().unwrap_or_default());
                    let found = format!("{} AND {}", name(&before), name(&types));
                    tell(&rules::PATTERN_TYPES, part.at().0, found, None);
                }
                // What was told is not told again of the next.
                shared = Some(if both.is_empty() { before } else { both });
            }
            shared.unwrap_or_default()
        }
    }
}

fn test(test: &Test, tell: &mut Tell<'_>) {
    let path = test.path();
    let spots = spots(path, tell);
    let known = !spots.is_empty() && !spots.iter().any(|spot| matches!(spot, Spot::Open));
    // Those of a list are of one kind.
    if let Some(constant) = test.constants().first()
        && known
        && !spots.iter().any(|spot| spot.takes(constant.literal()))
    {
        let found = format!("{} {} beside {path}", constant.literal().kind(), excerpt(&constant.to_string()));
        tell(&rules::PATTERN_CONSTANT, constant.at.0, found, None);
    }
    match test.operand() {
        Operand::Is(Operator::Equal | Operator::NotEqual, _) | Operand::In(_) => digests(&spots, test, tell),
        Operand::Is(Operator::Matches, constant) => {
            let text = constant.as_str().unwrap_or_default();
            let fault = match text.len() > REGEX_BYTES {
                true => Some("more than is looked at (limit pattern_regex_bytes)"),
                false => regex::fault(text),
            };
            if let Some(fault) = fault {
                tell(&rules::PATTERN_REGEX, constant.at.0, format!("{fault}: {}", excerpt(text)), None);
            }
        }
        Operand::Is(Operator::IsSubset | Operator::IsSuperset, constant) => {
            let network = |form: &forms::Form| constant.as_str().is_some_and(form.test);
            if !network(&forms::IPV4) && !network(&forms::IPV6) {
                tell(&rules::PATTERN_NETWORK, constant.at.0, constant.to_string(), None);
            }
            if known && !spots.iter().any(Spot::is_address) {
                tell(&rules::PATTERN_NETWORK_PATH, path.at.0, path.to_string(), None);
            }
        }
        _ => {}
    }
}

/// Hashes have the form of their algorithm (§10.7).
fn digests(spots: &[Spot<'_>], test: &Test, tell: &mut Tell<'_>) {
    let Some(algorithm) = spots.iter().find_map(|spot| match spot {
        Spot::Hash(algorithm) => Some(*algorithm),
        _ => None,
    }) else {
        return;
    };
    for constant in test.constants() {
        if constant.as_str().is_some_and(|digest| !forms::is_digest(algorithm, digest)) {
            let expected = format!("a digest of {algorithm}");
            tell(&rules::HASH_VALUE, constant.at.0, constant.to_string(), Some(expected));
        }
    }
}

/// What a path may lead to.
#[derive(Clone, Copy)]
enum Spot<'p> {
    /// Something of which nothing is known.
    Open,
    /// A value of this type.
    Typed(Type),
    /// The extensions of an object.
    Extensions(&'static Def),
    /// A hash by this algorithm.
    Hash(&'p str),
}

/// What a path leads to: nothing if the tables do not have it, which is told; several where a reference may lead to several types.
fn spots<'p>(path: &'p ObjectPath, tell: &mut Tell<'_>) -> Vec<Spot<'p>> {
    let name = path.object();
    let Some(def) = object(name) else {
        let rule = if forms::is_type_name(name) { &rules::PATTERN_CUSTOM } else { &rules::TYPE_NAME };
        tell(rule, path.at.0, format!("{name:?}"), None);
        return vec![Spot::Open];
    };
    if def.family != Family::Observable {
        tell(&rules::PATTERN_OBJECT, path.at.0, format!("{name:?}"), None);
        return vec![Spot::Open];
    }
    let mut spots = Vec::new();
    for (nth, step) in path.steps().iter().enumerate() {
        spots = match (nth, step) {
            (0, Step::Key(key)) => within(def, key).into_iter().collect(),
            _ => spots.iter().flat_map(|spot| spot.step(step)).collect(),
        };
        if spots.is_empty() {
            tell(&rules::PATTERN_PATH, path.at.0, format!("step {} of {path}", nth + 1), None);
            return spots;
        }
        if let (Step::Key(key), Some(Spot::Hash(_))) = (step, spots.first())
            && !HASH_ALGORITHM_OV.has(key)
        {
            tell(&rules::HASH_NAME, path.at.0, path.to_string(), None);
        }
    }
    spots
}

/// A property of an object.
fn within<'p>(def: &'static Def, key: &str) -> Option<Spot<'p>> {
    def.property(key).map(|property| match property.ty {
        Type::Extensions => Spot::Extensions(def),
        ty => Spot::Typed(ty),
    })
}

impl<'p> Spot<'p> {
    fn step(&self, step: &'p Step) -> Vec<Spot<'p>> {
        match (*self, step) {
            (Spot::Open, _) => vec![Spot::Open],
            (Spot::Typed(Type::List(of)), Step::Index(_) | Step::Every) => vec![Spot::Typed(*of)],
            // Which algorithm is not said: any value may be one of its digests.
            (Spot::Typed(Type::Hashes), Step::Every) => vec![Spot::Open],
            (Spot::Typed(Type::Hashes), Step::Key(key)) => vec![Spot::Hash(key)],
            (Spot::Typed(Type::Dictionary(_)), Step::Key(_)) => vec![Spot::Open],
            (Spot::Typed(Type::Part(def)), Step::Key(key)) => within(def, key).into_iter().collect(),
            (Spot::Typed(Type::Identifier(targets)), Step::Key(key)) => {
                targets_of(targets).filter_map(|def| within(def, key)).collect()
            }
            (Spot::Extensions(def), Step::Key(key)) => {
                let part = def.extensions.iter().find(|part| part.name == key);
                vec![part.map_or(Spot::Open, |part| Spot::Typed(Type::Part(part)))]
            }
            _ => Vec::new(),
        }
    }

    /// Whether a constant can be compared with it (§9.2).
    fn takes(self, literal: &Literal) -> bool {
        let ty = match self {
            Spot::Open => return true,
            Spot::Hash(_) => return is_text(literal),
            Spot::Extensions(_) => return false,
            Spot::Typed(ty) => ty,
        };
        match ty {
            Type::Boolean => matches!(literal, Literal::Boolean(_)),
            Type::Integer(..) | Type::Float(..) => matches!(literal, Literal::Integer(_) | Literal::Float(_)),
            Type::Timestamp | Type::Milliseconds => matches!(literal, Literal::Timestamp(_)),
            Type::String | Type::Form(_) | Type::Literal(_) | Type::Enum(_) | Type::OpenVocab(_) => is_text(literal),
            Type::Binary | Type::Hex => is_text(literal),
            Type::Identifier(_) | Type::OwnId => matches!(literal, Literal::String(_)),
            _ => false,
        }
    }

    fn is_address(&self) -> bool {
        let is = |form: &forms::Form, other: &forms::Form| std::ptr::eq(form, other);
        matches!(self, Spot::Typed(Type::Form(form)) if is(form, &forms::IPV4) || is(form, &forms::IPV6))
    }
}

/// Whether a constant is comparable with text: bytes are, with the code points below 256 (§9.2).
fn is_text(literal: &Literal) -> bool {
    matches!(literal, Literal::String(_) | Literal::Binary(_) | Literal::Hex(_))
}

/// The observables that a reference may lead to.
fn targets_of(targets: Targets) -> impl Iterator<Item = &'static Def> {
    OBJECTS.iter().copied().filter(move |def| def.family == Family::Observable && targets.allows(def.name))
}
