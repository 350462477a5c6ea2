//! What of a format's tables a set of documents uses: fixtures are counted with it.

use std::collections::BTreeSet;

use super::{
    Fields, View, children,
    def::{ClassDef, FieldDef, Kind, Shape},
};

/// Everything that a document of this root may have: `Class/@attribute`, `Class/element`, `Class` for its text, and the
/// attributes that extend others.
pub(crate) fn possible(root: &'static ClassDef) -> BTreeSet<String> {
    let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![root]);
    while let Some(class) = open.pop() {
        if !seen.insert(class.name) {
            continue;
        }
        for field in class.fields {
            name(class, field.kind, field, &mut found);
            match (field.shape)() {
                Shape::Class(inner) => open.push(inner),
                Shape::Choice(choice) => {
                    for variant in choice.variants {
                        name(class, Kind::Element, variant, &mut found);
                        if let Shape::Class(inner) = (variant.shape)() {
                            open.push(inner);
                        }
                    }
                }
                Shape::Simple(_) | Shape::Coded(_) | Shape::Foreign => {}
            }
        }
    }
    found
}

fn name(class: &ClassDef, kind: Kind, field: &FieldDef, found: &mut BTreeSet<String>) {
    match kind {
        Kind::Attribute => {
            found.extend([field.name].into_iter().chain(field.ext).map(|name| format!("{}/@{name}", class.name)))
        }
        Kind::Content | Kind::Mixed => _ = found.insert(class.name.to_owned()),
        Kind::Element => _ = found.insert(format!("{}/{}", class.name, field.name)),
        // Neither has a name in a document; what is in them has.
        Kind::Choice | Kind::Group => {}
    }
}

/// Adds what a document uses.
pub(crate) fn used(class: &dyn Fields, found: &mut BTreeSet<String>) {
    let name = class.def().name;
    for child in children(class) {
        match (child.kind, child.node.view()) {
            (Kind::Attribute, View::Coded(coded)) => {
                found.insert(format!("{name}/@{}", child.name));
                found.extend(child.field.ext.filter(|_| coded.ext().is_some()).map(|ext| format!("{name}/@{ext}")));
            }
            (Kind::Attribute, _) => _ = found.insert(format!("{name}/@{}", child.name)),
            (Kind::Content | Kind::Mixed, _) => _ = found.insert(name.to_owned()),
            (Kind::Group, _) => {}
            _ => _ = found.insert(format!("{name}/{}", child.name)),
        }
        if let View::Class(inner) = child.node.view() {
            used(inner, found);
        }
    }
}
