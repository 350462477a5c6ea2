//! The container of observables: each becomes an object.

use std::collections::{HashMap, HashSet};

use super::{
    End, Leaf, Work, member,
    object::Elsewhere,
    own_id, place,
    rewrite::{At, Rewrite},
};
use crate::{
    json::{Data, Member, Value, below},
    stix::{
        def::Def,
        forms,
        id::{Computed, computed},
        tables::object,
        upgrade::digest,
    },
};

/// What marks an observable: markings of all of it, and of what a selector selects in it.
#[derive(Clone, Default)]
struct Marks {
    whole: Vec<Value<'static>>,
    seen: HashSet<String>,
    parts: Vec<(Value<'static>, String)>,
}

/// Most marks of the objects of one container: each object has a copy of those of all. A container with more stays one, which
/// 2.1 deprecates and allows.
const MARKS: usize = 1_000_000;

/// Selectors into a container, and where their markings are now.
type Moved<'k> = Vec<(String, Marked<'k>)>;

/// Where a marking of observed data is now.
enum Marked<'k> {
    /// At all objects of the container.
    All,
    /// At all of this one.
    Whole(&'k str),
    /// At something in this one.
    Part(&'k str),
}

impl Work {
    /// Makes an object of each element, and gives the references to them and where what was marked in the container is marked now;
    /// nothing if one of the elements is no object with a type.
    pub(super) fn container(
        &mut self,
        observed: &Value<'static>,
        objects: &[Member<'static>],
        path: &str,
    ) -> Option<(Vec<Value<'static>>, Elsewhere)> {
        let typed = objects.iter().all(|one| one.value.get("type").is_some_and(|kind| kind.as_str().is_ok()));
        if objects.is_empty() || !typed {
            return None;
        }
        let own = observed.get("id").and_then(|id| id.as_str().ok()).unwrap_or_default();
        let ids = ids(own, objects);
        let (mut marks, marked) = marks(observed, objects)?;
        let mut refs: Vec<Value<'static>> = Vec::new();
        let mut indices = HashMap::new();
        for Member { key, value, .. } in objects {
            let mut rewrite = Rewrite::within(&ids);
            let kind = value.get("type").and_then(|kind| kind.as_str().ok()).unwrap_or_default();
            let marks = marks.remove(&**key).unwrap_or_default();
            let image = self.image(kind, value, &marks, &mut rewrite);
            let mut made = members(object(kind), value, image.is_some(), &mut rewrite);
            if let Some(image) = image {
                let there = self.objects.get(image).and_then(|file| file.get("id")).cloned();
                made.extend(there.clone().map(|id| member("image_ref", id)));
                refs.extend(there);
            }
            let id = ids.get(&**key).cloned().unwrap_or_default();
            let at = made.iter().position(|member| member.key == "type").map_or(0, |at| at + 1);
            for (name, text) in [("id", id.clone()), ("spec_version", "2.1".to_owned())] {
                if value.get(name).is_none() {
                    made.insert(at, member(name, Value::string(text)));
                }
            }
            marks.add(&mut made, &rewrite.selectors);
            let index = self.observable(Value::new(Data::Object(made)));
            self.take(rewrite.leaves, &format!("{path}{}", below(".objects", key)), index);
            indices.insert(&**key, index);
            refs.push(Value::string(id));
        }
        let mut seen = HashSet::new();
        refs.retain(|id| id.as_str().is_ok_and(|id| seen.insert(id.to_owned())));
        let places = |marked: Marked<'_>| -> Vec<String> {
            let at = |key: &str, list: &str| indices.get(key).map(|index| format!("{}.{list}", place(*index)));
            match marked {
                Marked::All => objects.iter().filter_map(|one| at(&one.key, "object_marking_refs")).collect(),
                Marked::Whole(key) => at(key, "object_marking_refs").into_iter().collect(),
                Marked::Part(key) => at(key, "granular_markings").into_iter().collect(),
            }
        };
        let elsewhere = marked.into_iter().map(|(selector, marked)| (selector, places(marked))).collect();
        Some((refs, elsewhere))
    }

    /// The file that is the image of a process of which 2.0 has the name alone; 2.1 has no names of processes.
    fn image(
        &mut self,
        kind: &str,
        process: &Value<'static>,
        marks: &Marks,
        rewrite: &mut Rewrite<'_>,
    ) -> Option<usize> {
        let name = process.get("name").filter(|name| name.as_str().is_ok())?;
        if kind != "process" || process.get("binary_ref").is_some() || process.get("image_ref").is_some() {
            return None;
        }
        let mut file = Value::object([("type", Value::string("file")), ("name", name.clone())]);
        let id = object("file").map(|def| computed(def, &file));
        if let (Data::Object(members), Some(Computed::Id(id))) = (&mut file.data, id) {
            members.insert(1, member("id", Value::string(id)));
            members.insert(1, member("spec_version", Value::string("2.1")));
            let parts = marks.parts.iter().filter(|(_, selector)| selector == "name").cloned().collect();
            let marks = Marks { parts, ..marks.clone() };
            marks.add(members, &HashMap::new());
        }
        let index = self.observable(file);
        let end =
            End::Coarsened { to: format!("{}.name", place(index)), how: "the name of a process is that of its image" };
        rewrite.leaves.push(Leaf { path: below("", "name"), end });
        rewrite.selected(&At::default().key("name"), &At::default().key("image_ref"));
        Some(index)
    }

    /// Takes an observable, and gives its index: that of one that says the same, if there is one.
    fn observable(&mut self, value: Value<'static>) -> usize {
        let next = self.objects.len();
        let index = *self.observables.entry(digest(&value)).or_insert(next);
        if index == next {
            self.objects.push(value);
        }
        index
    }
}

/// The members of an observable; its name aside where it has become an image.
fn members(
    def: Option<&'static Def>,
    value: &Value<'static>,
    named: bool,
    rewrite: &mut Rewrite<'_>,
) -> Vec<Member<'static>> {
    let all = value.as_object().unwrap_or_default();
    let rest = all.iter().filter(|one| !(named && one.key == "name"));
    rest.map(|one| rewrite.property(def, one, all, &At::default(), &At::default())).collect()
}

/// The ids of the objects of a container, by their keys: those that ids depend on come first. Where they go in a circle, the ids
/// follow from nothing.
fn ids<'k>(observed: &str, objects: &'k [Member<'static>]) -> HashMap<&'k str, String> {
    let keys: HashMap<&str, usize> = objects.iter().enumerate().map(|(nth, one)| (&*one.key, nth)).collect();
    let kind = |one: &'k Member<'static>| one.value.get("type").and_then(|kind| kind.as_str().ok()).unwrap_or_default();
    let mut waiting = vec![0_usize; objects.len()];
    let mut dependent: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for (nth, one) in objects.iter().enumerate() {
        let contributes = object(kind(one)).map_or(&[][..], |def| def.contributes);
        for property in one.value.as_object().unwrap_or_default() {
            if contributes.contains(&&*property.key) {
                references(&property.key, &property.value, &keys, &mut |other| {
                    waiting[nth] += 1;
                    dependent[other].push(nth);
                });
            }
        }
    }
    let mut ids = HashMap::new();
    let mut ready: Vec<usize> = (0..objects.len()).filter(|nth| waiting[*nth] == 0).collect();
    while let Some(nth) = ready.pop() {
        let one = &objects[nth];
        let id = follows(one, kind(one), &ids).unwrap_or_else(|| own_id(kind(one), &[observed, &one.key]));
        ids.insert(&*one.key, id);
        for other in std::mem::take(&mut dependent[nth]) {
            waiting[other] -= 1;
            if waiting[other] == 0 {
                ready.push(other);
            }
        }
    }
    for one in objects {
        ids.entry(&*one.key).or_insert_with(|| own_id(kind(one), &[observed, &one.key]));
    }
    ids
}

/// The id that an observable has, or that follows from it.
fn follows(one: &Member<'static>, kind: &str, ids: &HashMap<&str, String>) -> Option<String> {
    let own = one.value.get("id").and_then(|id| id.as_str().ok());
    if let Some(id) = own.filter(|id| forms::id_parts(id).is_some_and(|(name, _)| name == kind)) {
        return Some(id.to_owned());
    }
    let def = object(kind)?;
    let made = members(Some(def), &one.value, false, &mut Rewrite::within(ids));
    match computed(def, &Value::new(Data::Object(made))) {
        Computed::Id(id) => Some(id),
        _ => None,
    }
}

/// The objects of the container that a value refers to.
fn references(name: &str, value: &Value<'_>, keys: &HashMap<&str, usize>, found: &mut dyn FnMut(usize)) {
    match &value.data {
        Data::String(key) if name.ends_with("_ref") || name.ends_with("_refs") => {
            keys.get(&**key).into_iter().for_each(|other| found(*other));
        }
        Data::Array(elements) => elements.iter().for_each(|element| references(name, element, keys, found)),
        Data::Object(members) => members.iter().for_each(|one| references(&one.key, &one.value, keys, found)),
        _ => {}
    }
}

/// What marks the objects of a container: what marks the observed data, and what selects something in it. The second says of each
/// selector into the container where its marking is now.
fn marks<'k>(
    observed: &Value<'static>,
    objects: &'k [Member<'static>],
) -> Option<(HashMap<&'k str, Marks>, Moved<'k>)> {
    let list = |value: &Value<'static>, name| value.get(name).and_then(|list| list.as_array().ok()).map(<[_]>::to_vec);
    let mut count = 0;
    let mut within = |more: usize| {
        count += more;
        (count <= MARKS).then_some(())
    };
    let mut start = Marks::default();
    list(observed, "object_marking_refs").unwrap_or_default().iter().for_each(|marking| start.mark(marking));
    within(start.whole.len() * objects.len())?;
    let mut marks: HashMap<&str, Marks> = objects.iter().map(|one| (&*one.key, start.clone())).collect();
    let mut marked = Vec::new();
    for marking in list(observed, "granular_markings").unwrap_or_default() {
        let Some(reference) = marking.get("marking_ref") else { continue };
        for selector in list(&marking, "selectors").unwrap_or_default() {
            let Some(steps) = selector.as_str().ok().and_then(|text| text.strip_prefix("objects")) else { continue };
            let selector = selector.as_str().unwrap_or_default().to_owned();
            within(if steps.is_empty() { objects.len() } else { 1 })?;
            if steps.is_empty() {
                marks.values_mut().for_each(|marks| marks.mark(reference));
                marked.push((selector, Marked::All));
                continue;
            }
            let Some(inside) = steps.strip_prefix('.') else { continue };
            let (key, rest) = inside.split_once('.').map_or((inside, None), |(key, rest)| (key, Some(rest)));
            let Some(key) = marks.get_key_value(key).map(|(key, _)| *key) else { continue };
            let Some(marks) = marks.get_mut(key) else { continue };
            match rest {
                Some(rest) => {
                    marks.parts.push((reference.clone(), rest.to_owned()));
                    marked.push((selector, Marked::Part(key)));
                }
                None => {
                    marks.mark(reference);
                    marked.push((selector, Marked::Whole(key)));
                }
            }
        }
    }
    Some((marks, marked))
}

impl Marks {
    fn mark(&mut self, marking: &Value<'static>) {
        if marking.as_str().is_ok_and(|id| self.seen.insert(id.to_owned())) {
            self.whole.push(marking.clone());
        }
    }

    /// Marks an observable; `selectors` says where something in it is now.
    fn add(&self, members: &mut Vec<Member<'static>>, selectors: &HashMap<String, Vec<String>>) {
        if !self.whole.is_empty() {
            members.push(member("object_marking_refs", Value::array(self.whole.clone())));
        }
        let mut markings: Vec<(Value<'static>, Vec<Value<'static>>)> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (marking, selector) in &self.parts {
            let places = selectors.get(selector).cloned().unwrap_or_else(|| vec![selector.clone()]);
            let at = *known.entry(marking.as_str().unwrap_or_default()).or_insert(markings.len());
            if at == markings.len() {
                markings.push((marking.clone(), Vec::new()));
            }
            markings[at].1.extend(places.into_iter().map(Value::string));
        }
        if !markings.is_empty() {
            let markings = markings.into_iter().map(|(marking, selectors)| {
                Value::object([("marking_ref", marking), ("selectors", Value::array(selectors))])
            });
            members.push(member("granular_markings", Value::array(markings)));
        }
    }
}
