//! What several rules look at.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    Kind, Look,
    values::{is_domain, ports},
};
use crate::{
    class::{ClassDef, Coded, DateTime, Enumeration, FieldDef, Fields, Kind as Field, Shape, Slot, Text, View, filled},
    iodef::{
        Extension, Flow, HashData, IndicatorId, MlString, System,
        vocab::{Action, HashScope, SystemCategory},
    },
    time::{Grammar, WireTime},
};

/// Whether the coded value is this one.
pub(super) fn is<E: Enumeration>(coded: &Option<Coded<E>>, value: E) -> bool {
    coded.as_ref().and_then(Coded::known) == Some(value)
}

pub(super) fn some_child(class: &dyn Fields, look: &mut Look<'_>) {
    let is_child = |field: &FieldDef| matches!(field.kind, Field::Element | Field::Choice | Field::Group);
    if !filled(class).any(|(_, field, _)| is_child(field)) {
        look.broken("nothing");
    }
}

pub(super) fn one_of(fields: &[&dyn Slot], look: &mut Look<'_>) {
    if fields.iter().all(|field| field.is_empty()) {
        look.broken("none of them");
    }
}

pub(super) fn required<T>(value: &Option<T>, name: &str, look: &mut Look<'_>) {
    if value.is_none() {
        look.broken_at(name, 0, "nothing");
    }
}

/// A team is named by its domain.
pub(super) fn team(name: &Option<Text>, attribute: &str, look: &mut Look<'_>) {
    if let Some(name) = name.as_deref().filter(|name| !is_domain(name)) {
        look.broken_at(attribute, 0, name);
    }
}

/// Times without zone may lie up to 28 hours apart: those are not compared.
pub(super) fn times(start: &Option<DateTime>, end: &Option<DateTime>, look: &mut Look<'_>) {
    let (Some(start), Some(end)) = (start, end) else { return };
    let parse = |time: &str| WireTime::parse(time, Grammar::Xsd).ok();
    if let (Some(from), Some(to)) = (parse(start), parse(end))
        && to.cmp_instant(&from) == Some(Ordering::Less)
    {
        look.broken_at("EndTime", 0, format!("{} for a start at {}", &**end, &**start));
    }
}

/// A course of action that is asked for or was taken has its name.
pub(super) fn course(action: &Option<Coded<Action>>, courses: &[Text], look: &mut Look<'_>) {
    if is(action, Action::DefinedCoa) && courses.is_empty() {
        look.broken_at("DefinedCOA", 0, "nothing");
    }
}

/// Header fields have names.
pub(super) fn named(fields: &[Extension], element: &str, look: &mut Look<'_>) {
    for (i, _) in fields.iter().enumerate().filter(|(_, field)| field.name.is_none()) {
        look.broken_at(element, i + 1, "no name");
    }
}

/// Indicators that are named and not described here. As `xs:ID` an id may stand once, whatever it stands for.
pub(super) fn mentions(ids: &[IndicatorId], look: &mut Look<'_>) {
    for (i, id) in ids.iter().enumerate() {
        if let Some(id) = id.id.as_deref() {
            look.id(id, Kind::Mention, "IndicatorID", i + 1);
        }
    }
}

pub(super) fn hashes_a_part(hashes: &HashData) -> bool {
    let parts = [HashScope::FilePeSection, HashScope::FilePeResource, HashScope::FilePdfObject];
    hashes.scope.as_ref().and_then(Coded::known).is_some_and(|scope| parts.contains(&scope))
}

/// How many ports the list of the source has, and that of the target, where each has one list.
pub(super) fn flow_ports(flow: &Flow) -> (Option<u64>, Option<u64>) {
    let of = |category| {
        let systems = flow.system.iter().filter(|system: &&System| is(&system.category, category));
        let mut lists = systems.flat_map(|system| &system.service).filter_map(|service| service.portlist.as_deref());
        lists.next().filter(|_| lists.next().is_none()).and_then(ports)
    };
    (of(SystemCategory::Source), of(SystemCategory::Target))
}

pub(super) fn has_observable_id(class: &ClassDef) -> bool {
    class.fields.iter().any(|field| field.name == "observable-id")
}

pub(super) fn has_spec_id(class: &ClassDef) -> bool {
    class.fields.iter().any(|field| field.name == "ext-SpecID")
}

fn is_text(shape: Shape) -> bool {
    matches!(shape, Shape::Class(class) if class.name == MlString::DEF.name)
}

pub(super) fn has_texts(class: &ClassDef) -> bool {
    class.fields.iter().any(|field| field.card.many() && is_text((field.shape)()))
}

pub(super) fn observable_id(class: &dyn Fields, look: &mut Look<'_>) {
    if let Some(id) = text(class, "observable-id") {
        look.id(id, Kind::Observable, "observable-id", 0);
    }
}

/// The text of an attribute.
pub(super) fn text<'c>(class: &'c dyn Fields, name: &str) -> Option<&'c str> {
    let index = class.def().fields.iter().position(|field| field.name == name)?;
    match class.slot(index)?.get(0)?.view() {
        View::Simple(simple) => Some(simple.text()),
        _ => None,
    }
}

/// The language and the place of a text that has a translation-id.
type Translated<'c> = (Option<&'c str>, usize);

/// Calls for each translation-id of each field with the texts that have it.
fn translations(class: &dyn Fields, visit: &mut dyn FnMut(&'static str, &str, &[Translated<'_>])) {
    for (_, field, slot) in filled(class).filter(|(_, field, _)| field.card.many() && is_text((field.shape)())) {
        let mut groups: BTreeMap<&str, Vec<Translated<'_>>> = BTreeMap::new();
        for i in 0..slot.len() {
            if let Some(View::Class(class)) = slot.get(i).map(|node| node.view())
                && let Some(text) = class.any().downcast_ref::<MlString>()
                && let Some(id) = text.translation_id.as_deref()
            {
                groups.entry(id).or_default().push((text.lang.as_deref(), i + 1));
            }
        }
        groups.iter().for_each(|(id, texts)| visit(field.name, id, texts));
    }
}

pub(super) fn lonely_translation(class: &dyn Fields, look: &mut Look<'_>) {
    translations(class, &mut |field, id, texts| {
        if let [(_, item)] = texts {
            look.broken_at(field, *item, format!("one text of {id}"));
        }
    });
}

pub(super) fn repeated_translation(class: &dyn Fields, look: &mut Look<'_>) {
    translations(class, &mut |field, id, texts| {
        let mut texts = texts.to_vec();
        texts.sort_unstable();
        for pair in texts.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (language, item) = pair[1];
            let language = language.unwrap_or("the language around them");
            look.broken_at(field, item, format!("a second text of {id} in {language}"));
        }
    });
}
