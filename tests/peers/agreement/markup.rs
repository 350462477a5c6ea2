//! Markup to break: the elements of a document that our writer wrote, changed at random.

use std::fmt::Write as _;

use sirex::class::Dice;

/// An element, or a text that stands as it is in the markup.
#[derive(Clone, Debug)]
pub enum Part {
    Element(Element),
    Text(String),
}

#[derive(Clone, Debug)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    parts: Vec<Part>,
}

/// Values that some list has, in one copy of the standard or another, and some that no type accepts.
const VALUES: &[&str] = &[
    "",
    " ",
    "ext-value",
    "nonsense",
    "unknown",
    "other",
    "json",
    "xml",
    "string",
    "count",
    "counter",
    "rate",
    "peak",
    "vendor-support",
    "vendor-services",
    "training",
    "fqdn",
    "domain-name",
    "low",
    "numeric",
    "private",
    "white",
    "2.0",
    "2.00",
    "en",
    "de-DE",
    "x-y-z-0123456789",
    "1",
    "-1",
    "0",
    "1.5",
    "-0.5",
    "1e3",
    "NaN",
    "INF",
    "80,90-100",
    "80-",
    "+01:00",
    "Z",
    "2026-01-31T10:00:00Z",
    "2026-01-31T10:00:00",
    "2026-02-30T10:00:00Z",
    "2026-01-31",
    "id-1",
    "id-2",
    "1id",
    "a:b",
    "c29tZQ==",
    "https://example.org/",
    "%%",
    "false",
    "caf\u{e9}",
    " unknown ",
    "low\n",
];

/// Elements that some class has, in one copy of the standard or another, and one that none has.
const ELEMENTS: &[&str] = &[
    "Value",
    "KeyValue",
    "URL",
    "Description",
    "AssetID",
    "DetectionConfiguration",
    "BulkObservableList",
    "Confidence",
    "Address",
    "DomainData",
    "AdditionalData",
    "Contact",
    "ProtoType",
    "ProtoCode",
    "Hash",
    "Counter",
    "IncidentID",
    "StartTime",
    "Observable",
    "IndicatorReference",
    "ObservableReference",
    "SameDomainContact",
    "Application",
    "SystemImpact",
    "Nonsense",
    "sci:Platform",
    "ds:DigestValue",
    "enum:ReferenceName",
];

/// Attributes of the same kind.
const ATTRIBUTES: &[&str] = &[
    "restriction",
    "ext-restriction",
    "type",
    "ext-type",
    "rating",
    "version",
    "lang",
    "xml:lang",
    "observable-id",
    "uid-ref",
    "euid-ref",
    "dtype",
    "category",
    "severity",
    "name",
    "nonsense",
    "action",
    "meaning",
];

/// Where a tag ends: quoted values may have the mark in them.
fn end_of_tag(piece: &str) -> usize {
    let mut quoted = false;
    let ends = piece.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '>' && !quoted
    });
    ends.unwrap().0
}

impl Element {
    /// Reads what our writer wrote: no comments, no instructions but the first, texts escaped.
    pub fn read(text: &str) -> Element {
        let mut open: Vec<Element> = Vec::new();
        for piece in text.split('<').skip(1) {
            let (tag, rest) = piece.split_at(end_of_tag(piece));
            let rest = &rest[1..];
            if tag.starts_with('?') {
                continue;
            }
            if tag.starts_with('/') {
                let done = open.pop().unwrap();
                match open.last_mut() {
                    Some(around) => around.parts.push(Part::Element(done)),
                    None => return done,
                }
            } else {
                let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
                let element = Element::open(tag);
                match open.last_mut() {
                    Some(around) if empty => around.parts.push(Part::Element(element)),
                    None if empty => return element,
                    _ => open.push(element),
                }
            }
            if let Some(around) = open.last_mut().filter(|_| !rest.is_empty()) {
                around.parts.push(Part::Text(rest.to_owned()));
            }
        }
        panic!("an element is not closed")
    }

    fn open(tag: &str) -> Element {
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while let Some((name, after)) = rest.split_once("=\"") {
            let (value, more) = after.split_once('"').unwrap();
            attributes.push((name.trim().to_owned(), value.to_owned()));
            rest = more;
        }
        Element { name: name.trim().to_owned(), attributes, parts: Vec::new() }
    }

    pub fn write(&self, out: &mut String) {
        write!(out, "<{}", self.name).unwrap();
        for (name, value) in &self.attributes {
            write!(out, " {name}=\"{value}\"").unwrap();
        }
        out.push('>');
        for part in &self.parts {
            match part {
                Part::Element(element) => element.write(out),
                Part::Text(text) => out.push_str(text),
            }
        }
        write!(out, "</{}>", self.name).unwrap();
    }

    fn count(&self) -> usize {
        1 + self.children().map(Element::count).sum::<usize>()
    }

    fn children(&self) -> impl Iterator<Item = &Element> {
        self.parts.iter().filter_map(|part| match part {
            Part::Element(element) => Some(element),
            Part::Text(_) => None,
        })
    }

    /// The element of this index, in document order.
    fn nth(&mut self, mut index: usize) -> Option<&mut Element> {
        if index == 0 {
            return Some(self);
        }
        index -= 1;
        for part in &mut self.parts {
            let Part::Element(element) = part else { continue };
            let count = element.count();
            if index < count {
                return element.nth(index);
            }
            index -= count;
        }
        None
    }

    /// Takes out the elements of another namespace that no schema here accepts as our generator makes them.
    pub fn without(&mut self, names: &[&str]) {
        self.parts.retain(|part| !matches!(part, Part::Element(element) if names.contains(&element.name.as_str())));
        for part in &mut self.parts {
            if let Part::Element(element) = part {
                element.without(names);
            }
        }
    }

    /// Breaks one thing somewhere below the root, or changes it such that it stays whole.
    pub fn break_one(&mut self, dice: &mut Dice<'_>) {
        let count = self.count();
        let other = self.nth(dice.below(count)).cloned();
        // The root keeps its name and namespaces, so that there is something to judge.
        let Some(at) = self.nth(dice.below(count)) else { return };
        let is_root = at.name == "IODEF-Document";
        let value = dice.pick(VALUES).unwrap_or_default().to_owned();
        let part = dice.below(at.parts.len());
        match dice.below(13) {
            0 if !at.parts.is_empty() => _ = at.parts.remove(part),
            1 if !at.parts.is_empty() => {
                let copy = at.parts[part].clone();
                at.parts.insert(part, copy);
            }
            2 if at.parts.len() > 1 => {
                let with = dice.below(at.parts.len());
                at.parts.swap(part, with);
            }
            3 | 4 => at.attribute(dice, |_, list, index| _ = list.remove(index)),
            5 => at.attribute(dice, |dice, list, index| {
                let name = dice.pick(ATTRIBUTES).unwrap_or_default();
                if !list.iter().any(|(known, _)| known == name) {
                    list[index].0 = name.to_owned();
                }
            }),
            6 | 7 => at.attribute(dice, |_, list, index| list[index].1 = value),
            8 => {
                let name = dice.pick(ATTRIBUTES).unwrap_or_default();
                if !at.attributes.iter().any(|(known, _)| known == name) {
                    at.attributes.push((name.to_owned(), value));
                }
            }
            9 => at.parts = vec![Part::Text(value)],
            10 => {
                let name = dice.pick(ELEMENTS).unwrap_or_default().to_owned();
                at.parts.insert(part, Part::Element(Element { name, attributes: Vec::new(), parts: Vec::new() }));
            }
            11 if !is_root => at.name = dice.pick(ELEMENTS).unwrap_or_default().to_owned(),
            _ => {
                if let Some(other) = other.filter(|other| other.name != "IODEF-Document") {
                    at.parts.insert(part, Part::Element(other));
                }
            }
        }
    }

    /// Does something to an attribute that is no declaration of a namespace.
    fn attribute(&mut self, dice: &mut Dice<'_>, act: impl FnOnce(&mut Dice<'_>, &mut Vec<(String, String)>, usize)) {
        let own = |(name, _): &(String, String)| !name.starts_with("xmlns");
        let places: Vec<usize> = (0..self.attributes.len()).filter(|index| own(&self.attributes[*index])).collect();
        if let Some(place) = places.get(dice.below(places.len())) {
            act(dice, &mut self.attributes, *place);
        }
    }
}
