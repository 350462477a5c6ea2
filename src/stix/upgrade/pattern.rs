//! Patterns of 2.0: the language is the same, and the properties have the names that 2.1 has for them.

use super::table::{self, Name};
use crate::stix::{
    def::{Def, Family, Targets, Type},
    pattern::{ObjectPath, Pattern, PatternError, Step},
    tables::{OBJECTS, object},
};

/// The pattern with the names of 2.1; nothing if it has them already.
///
/// # Errors
/// When it is no pattern.
pub(super) fn renamed(text: &str) -> Result<Option<String>, PatternError> {
    let pattern = Pattern::parse(text)?.pattern;
    let mut changed = false;
    let renamed = pattern.map_paths(&mut |old| {
        let new = path(old);
        changed |= new != *old;
        new
    });
    Ok(changed.then(|| renamed.to_string()))
}

/// What a step may be about.
enum Spot {
    /// A property of one of these.
    Of(Vec<&'static Def>),
    /// An extension of an object of this type.
    Extensions(&'static Def),
    /// An algorithm.
    Hashes,
    /// Something that is called as it was.
    Other,
}

fn path(old: &ObjectPath) -> ObjectPath {
    let Some(def) = object(old.object()) else { return old.clone() };
    let mut spot = Spot::Of(vec![def]);
    let mut steps: Vec<Step> = Vec::new();
    for step in old.steps() {
        let Step::Key(key) = step else {
            steps.push(step.clone());
            continue;
        };
        spot = match spot {
            Spot::Of(defs) if defs.iter().any(|def| (def.name, &**key) == ("process", "name")) => {
                steps.extend(["image_ref", "name"].map(|key| Step::Key(key.to_owned())));
                Spot::Other
            }
            Spot::Of(defs) => {
                let name = defs.iter().map(|def| table::name(def.name, key)).find(|name| *name != Name::Same);
                let new = match name.unwrap_or(Name::Same) {
                    Name::Same => key.clone(),
                    Name::New(new) => new.to_owned(),
                    Name::Gone => table::custom(key),
                };
                let next = defs.iter().find_map(|def| next(def, &new));
                steps.push(Step::Key(new));
                next.unwrap_or(Spot::Other)
            }
            Spot::Extensions(def) => {
                steps.push(step.clone());
                let part = def.extensions.iter().find(|part| part.name == key);
                part.map_or(Spot::Other, |part| Spot::Of(vec![part]))
            }
            Spot::Hashes => {
                steps.push(Step::Key(table::algorithm(key).to_owned()));
                Spot::Other
            }
            Spot::Other => {
                steps.push(step.clone());
                Spot::Other
            }
        };
    }
    old.with(steps)
}

/// What stands behind a property.
fn next(def: &'static Def, property: &str) -> Option<Spot> {
    let mut ty = &def.property(property)?.ty;
    while let Type::List(of) = ty {
        ty = of;
    }
    Some(match ty {
        Type::Extensions => Spot::Extensions(def),
        Type::Part(part) => Spot::Of(vec![part]),
        Type::Hashes => Spot::Hashes,
        Type::Identifier(targets) => Spot::Of(observables(*targets)),
        _ => Spot::Other,
    })
}

/// The observables that a reference may lead to.
fn observables(targets: Targets) -> Vec<&'static Def> {
    OBJECTS.iter().copied().filter(|def| def.family == Family::Observable && targets.allows(def.name)).collect()
}
