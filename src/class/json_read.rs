//! JSON to classes, by the table. As from XML: what the class forbids is a finding, and the reading goes on.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields, Node, Rules, Slot, View, ViewMut, check,
    def::{ClassDef, FieldDef, JsonField, JsonForm, Kind, Shape, Wire},
};
use crate::{
    error::{Code, Finding, Position, Severity, Told},
    json::{self, Data, Document, Member, Mismatch, Value},
    xml::{self, Verbatim},
};

/// The member that says the language of a class, and the language that a bare string is in.
const LANG: &str = "lang";
pub(super) const ENGLISH: &str = "en";

/// The field of a class that says its language.
fn language(def: &ClassDef) -> Option<usize> {
    def.fields.iter().position(|field| field.inherits && field.json == JsonField::Member(LANG))
}

/// Reads a document into `root`; gives the findings, in the order of the document: what is wrong with a class as a whole
/// stands at its end, what is wrong with the document at the end of all.
///
/// # Errors
/// When the document is no object.
pub fn from_json(
    root: &mut dyn Fields,
    document: &Document<'_>,
    rules: &mut dyn Rules,
) -> Result<Vec<Finding>, Finding> {
    let mut context = Context::new(document, rules, Told::default());
    let members = document.root().as_object().map_err(|mismatch| document.finding(mismatch))?;
    context.members(root, members);
    context.complete(root, document.root());
    context.rules.end(&mut |finding| context.findings.tell(finding));
    Ok(context.findings.finish())
}

pub(super) struct Context<'d> {
    document: &'d Document<'d>,
    rules: &'d mut dyn Rules,
    pub(super) findings: Told,
    /// The long lists are not in the document: what has one of its own is not complete yet.
    pub(super) cut: bool,
    /// What is around is in another language than English, which a bare string is in (RFC 8727 §3.2).
    pub(super) foreign: bool,
}

/// Where a class was read from.
struct Here<'h> {
    document: &'h Document<'h>,
    value: &'h Value<'h>,
}

impl Here<'_> {
    /// The value of a field, or of one of several in it.
    fn within(&self, field: &FieldDef, item: usize) -> Option<&Value<'_>> {
        let Data::Object(members) = &self.value.data else { return None };
        let (JsonField::Member(name) | JsonField::Unwrapped(name)) = field.json else { return None };
        let value = &members.iter().find(|member| member.key == name)?.value;
        match &value.data {
            Data::Array(values) if item > 0 => values.get(item - 1),
            _ => Some(value),
        }
    }
}

impl super::Place for Here<'_> {
    fn json(&self) -> bool {
        true
    }
    fn position(&self, field: Option<&FieldDef>, item: usize) -> Position {
        let value = field.and_then(|field| self.within(field, item)).unwrap_or(self.value);
        self.document.position(value.offset)
    }
    fn tried(&self, field: &FieldDef) -> bool {
        self.within(field, 0).is_some_and(|value| !matches!(&value.data, Data::Array(values) if values.is_empty()))
    }
    fn path(&self, field: Option<&FieldDef>, item: usize) -> String {
        if let Some(value) = field.and_then(|field| self.within(field, item)) {
            return self.document.path(value.offset);
        }
        let path = self.document.path(self.value.offset);
        match field.map(|field| field.json) {
            Some(JsonField::Member(name) | JsonField::Unwrapped(name)) if self.value.as_object().is_ok() => {
                json::below(&path, name)
            }
            _ => path,
        }
    }
}

/// Where a member goes.
enum Place {
    /// Into this field.
    Field(usize),
    /// It is the `ext-*` of this field.
    Ext(usize),
    /// Into the wrapper of this field.
    Unwrapped(usize),
    /// Into this variant of the choice in this field.
    Variant(usize, usize),
    /// Into a new group of this field: the group's field, and the variant if that is a choice.
    Group(usize, usize, Option<usize>),
}

impl<'d> Context<'d> {
    /// What is found is added to `findings`.
    pub(super) fn new(document: &'d Document<'d>, rules: &'d mut dyn Rules, findings: Told) -> Self {
        Context { document, rules, findings, cut: false, foreign: false }
    }

    fn report(&mut self, severity: Severity, mismatch: Mismatch) {
        let mut finding = self.document.finding(mismatch);
        finding.severity = severity;
        self.findings.push(finding);
    }

    fn wrong(&mut self, value: &Value<'_>, code: Code, expected: &str) {
        let mismatch = Mismatch { code, ..value.mismatch(expected) };
        self.report(Severity::Error, mismatch);
    }

    /// What is wrong with a class as a whole, which was read from `value`.
    pub(super) fn complete(&mut self, class: &dyn Fields, value: &Value<'_>) {
        let here = Here { document: self.document, value };
        check::complete(class, &here, self.rules, &mut self.findings);
        self.findings.bound();
    }

    pub(super) fn members(&mut self, class: &mut dyn Fields, members: &[Member<'_>]) {
        let def = class.def();
        let around = self.foreign;
        // Texts have a language too, but nothing in them that inherits it.
        if def.json != JsonForm::TextOrObject && language(def).is_some() {
            let lang = members.iter().find(|member| member.key == LANG).and_then(|member| member.value.as_str().ok());
            self.foreign = lang.map_or(around, |lang| lang != ENGLISH);
        }
        for member in members {
            let value = &member.value;
            match place(def.fields, &member.key) {
                None => {
                    let found = format!("the member {:?}", crate::error::excerpt(&member.key));
                    let expected = format!("a member of {}", def.name);
                    let code = Code::ClassUnknownElement;
                    self.report(Severity::Error, Mismatch { code, offset: member.offset, found, expected });
                }
                // Taken together with the field that it extends.
                Some(Place::Ext(index)) => self.ext(class, index, member, members),
                Some(Place::Field(index)) => self.field(class, index, value, members),
                Some(Place::Unwrapped(index)) => {
                    let Some(slot) = class.slot_mut(index) else { continue };
                    if slot.is_empty() {
                        slot.add();
                    }
                    let last = slot.len().saturating_sub(1);
                    let Some(ViewMut::Class(wrapper)) = slot.get_mut(last).map(|node| node.view_mut()) else {
                        continue;
                    };
                    let element = wrapper.def().fields.iter().position(|field| field.kind == Kind::Element);
                    if let Some(element) = element {
                        self.field(wrapper, element, value, &[]);
                    }
                }
                Some(Place::Variant(index, variant)) => {
                    let many = def.fields[index].card.many();
                    let Some(slot) = class.slot_mut(index) else { continue };
                    for value in self.listed(value, many) {
                        if !many && !slot.is_empty() {
                            self.wrong(value, Code::ClassRepeated, "one of the alternatives only");
                            continue;
                        }
                        if let ViewMut::Choice(choice) = slot.add().view_mut()
                            && !self.node(choice.choose(variant), value)
                        {
                            slot.pop();
                        }
                    }
                }
                Some(Place::Group(index, part, variant)) => {
                    if let Some(slot) = class.slot_mut(index) {
                        self.group(slot, part, variant, value);
                    }
                }
            }
        }
        self.foreign = around;
    }

    /// Each value of a leading choice begins a group; what else belongs to a group goes to the last one.
    fn group(&mut self, slot: &mut dyn Slot, part: usize, variant: Option<usize>, value: &Value<'_>) {
        if variant.is_none() {
            if slot.is_empty() {
                slot.add();
            }
            let last = slot.len().saturating_sub(1);
            if let Some(ViewMut::Class(group)) = slot.get_mut(last).map(|node| node.view_mut()) {
                self.field(group, part, value, &[]);
            }
            return;
        }
        for value in self.listed(value, true) {
            // A group that only has what stood before its choice in the object is completed first.
            let last = slot.len().saturating_sub(1);
            let open = matches!(slot.get(last).map(|node| node.view()),
                Some(View::Class(group)) if group.slot(part).is_some_and(|slot| slot.is_empty()));
            let node = if open { slot.get_mut(last) } else { Some(slot.add()) };
            let Some(ViewMut::Class(group)) = node.map(|node| node.view_mut()) else { continue };
            let Some(inner) = group.slot_mut(part) else { continue };
            if let ViewMut::Choice(choice) = inner.add().view_mut()
                && !self.node(choice.choose(variant.unwrap_or_default()), value)
            {
                inner.pop();
            }
        }
    }

    /// The values of a list; a single value where a list should be is one, with a finding.
    fn listed<'v, 'a>(&mut self, value: &'v Value<'a>, many: bool) -> Vec<&'v Value<'a>> {
        match &value.data {
            Data::Array(list) if many => list.iter().collect(),
            Data::Array(_) => {
                self.wrong(value, Code::ValueInvalid, "a single value");
                Vec::new()
            }
            _ => {
                if many {
                    self.report(Severity::Warning, value.mismatch("an array"));
                }
                vec![value]
            }
        }
    }

    fn field(&mut self, class: &mut dyn Fields, index: usize, value: &Value<'_>, around: &[Member<'_>]) {
        let def = class.def();
        let field = &def.fields[index];
        let Some(slot) = class.slot_mut(index) else { return };
        for value in self.listed(value, field.card.many() || field.json_list) {
            // XML has the things of the list in one element, one after the other.
            let before = if field.json_list { slot.get(0).and_then(foreign) } else { None };
            if let ViewMut::Coded(coded) = slot.add().view_mut() {
                let ext = field.ext.and_then(|ext| around.iter().find(|member| member.key == ext));
                // Where JSON has no member for what is meant, an extension is one that is not known.
                let unsaid =
                    (field.json_lacks_ext && value.as_str().is_ok_and(|text| text == "ext-value")).then_some("unknown");
                let ext = ext.and_then(|member| member.value.as_str().ok()).or(unsaid);
                let Ok(text) = value.as_str() else {
                    slot.pop();
                    self.wrong(value, Code::ValueInvalid, "a string");
                    continue;
                };
                coded.set(text, ext);
                let registered = coded.is_registered();
                let values = coded.def().values.join(", ");
                match (text, ext) {
                    ("ext-value", None) => self.wrong(value, Code::ExtValuePair, "its ext- member beside it"),
                    (text, Some(_)) if text != "ext-value" => self.wrong(value, Code::ExtValuePair, "ext-value"),
                    _ if !registered => {
                        let mismatch =
                            Mismatch { code: Code::ValueUnknown, ..value.mismatch(format!("one of {values}")) };
                        self.report(Severity::Warning, mismatch);
                    }
                    _ => {}
                }
                continue;
            }
            let last = slot.len().saturating_sub(1);
            let filled = match slot.get_mut(last) {
                Some(node) if field.base64 => self.base64(node, value),
                Some(node) => self.node(node, value),
                None => false,
            };
            if !filled {
                slot.pop();
            }
            if let (Some(before), Some(node)) = (before, slot.get_mut(0)) {
                prepend(node, &before);
            }
        }
    }

    /// An `ext-*` member: its field has taken it if it is there; alone it stands for the pair.
    fn ext(&mut self, class: &mut dyn Fields, index: usize, member: &Member<'_>, around: &[Member<'_>]) {
        let field = &class.def().fields[index];
        let JsonField::Member(name) = field.json else { return };
        if around.iter().any(|other| other.key == name) {
            return;
        }
        if let (Ok(text), Some(slot)) = (member.value.as_str(), class.slot_mut(index))
            && let ViewMut::Coded(coded) = slot.add().view_mut()
        {
            coded.set("ext-value", Some(text));
        }
        let mismatch = member.value.mismatch(format!("{name:?}: \"ext-value\" beside it"));
        self.report(Severity::Warning, Mismatch { code: Code::ExtValuePair, ..mismatch });
    }

    /// A value into a node; false when it does not fit.
    pub(super) fn node(&mut self, node: &mut dyn Node, value: &Value<'_>) -> bool {
        match node.view_mut() {
            ViewMut::Class(class) => self.class(class, value),
            ViewMut::Choice(choice) => {
                // One object with one member, named by the variant.
                let variants = choice.def().variants;
                let one =
                    value.as_object().ok().filter(|members| members.len() == 1).and_then(|members| members.first());
                let variant = one.and_then(|member| {
                    variants.iter().position(|v| v.json == JsonField::Member(v.name) && v.name == member.key)
                });
                match (one, variant) {
                    (Some(member), Some(variant)) => self.node(choice.choose(variant), &member.value),
                    _ => {
                        let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
                        self.wrong(value, Code::ValueInvalid, &format!("an object with one of {}", names.join(", ")));
                        false
                    }
                }
            }
            ViewMut::Simple(simple) => {
                let text = match (&value.data, simple.def().wire) {
                    (Data::String(text), Wire::String(_)) => Some(text.as_ref()),
                    (Data::Number(number), Wire::Integer) => Some(whole(number.as_str())),
                    (Data::Number(number), Wire::Number) => Some(number.as_str()),
                    _ => None,
                };
                let fits = text.is_some_and(|text| simple.set(text));
                if !fits {
                    let expected = simple.def().expected;
                    self.wrong(value, Code::ValueInvalid, expected);
                }
                fits
            }
            ViewMut::Foreign(place) => match value.as_str() {
                Ok(text) => {
                    *place = Verbatim::Text(text.to_owned());
                    true
                }
                Err(mismatch) => {
                    self.report(Severity::Error, mismatch);
                    false
                }
            },
            ViewMut::Coded(coded) => match value.as_str() {
                Ok(text) => {
                    coded.set(text, None);
                    true
                }
                Err(mismatch) => {
                    self.report(Severity::Error, mismatch);
                    false
                }
            },
        }
    }

    /// Foreign content out of base64. What is no text in there (a certificate's own bytes) stays as it came.
    fn base64(&mut self, node: &mut dyn Node, value: &Value<'_>) -> bool {
        let Ok(text) = value.as_str() else { return self.node(node, value) };
        let Some(bytes) = STANDARD.decode(text).ok() else {
            self.wrong(value, Code::ValueInvalid, "base64");
            return false;
        };
        let decoded = String::from_utf8(bytes).ok();
        let content = match decoded.as_deref().map(|text| Verbatim::parse(text, &xml::Limits::default())) {
            Some(Ok(content)) => content,
            _ => Verbatim::Text(text.to_owned()),
        };
        match node.view_mut() {
            ViewMut::Foreign(place) => *place = content,
            ViewMut::Class(class) => typed(class, content),
            _ => {}
        }
        true
    }

    fn class(&mut self, class: &mut dyn Fields, value: &Value<'_>) -> bool {
        let fits = self.class_fields(class, value);
        let has_list = |def: &ClassDef| def.fields.iter().any(|field| field.long && field.card.many());
        if fits && !(self.cut && has_list(class.def())) {
            self.complete(class, value);
        }
        fits
    }

    fn class_fields(&mut self, class: &mut dyn Fields, value: &Value<'_>) -> bool {
        let def = class.def();
        match (def.json, &value.data) {
            (JsonForm::Transparent, _) => {
                self.field(class, 0, value, &[]);
                true
            }
            (JsonForm::TextOrObject, Data::String(_)) => {
                if let Some(content) = def.fields.iter().position(|field| field.kind == Kind::Content) {
                    self.field(class, content, value, &[]);
                }
                if let Some(slot) = language(def).filter(|_| self.foreign).and_then(|index| class.slot_mut(index))
                    && let ViewMut::Simple(lang) = slot.add().view_mut()
                {
                    lang.set(ENGLISH);
                }
                true
            }
            (_, Data::Object(members)) => {
                self.members(class, members);
                markup(class);
                true
            }
            _ => {
                self.wrong(value, Code::ValueInvalid, &format!("an object of class {}", def.name));
                false
            }
        }
    }
}

/// The integer that a number is: JSON Schema calls `1.0` one too.
fn whole(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => number,
    }
}

/// The foreign content of a node, or of the class with nothing else that it is.
fn foreign(node: &dyn Node) -> Option<Verbatim> {
    match node.view() {
        View::Foreign(content) => Some(content.clone()),
        View::Class(class) => class.slot(0)?.get(0).and_then(foreign),
        _ => None,
    }
}

/// Puts content before that of the node.
fn prepend(node: &mut dyn Node, before: &Verbatim) {
    match node.view_mut() {
        ViewMut::Foreign(place) => {
            let whole = format!("{}{}", before.content(), place.content());
            *place = Verbatim::parse(&whole, &xml::Limits::default()).unwrap_or(Verbatim::Text(whole));
        }
        ViewMut::Class(class) => {
            if let Some(inner) = class.slot_mut(0).and_then(|slot| slot.get_mut(0)) {
                prepend(inner, before);
            }
        }
        _ => {}
    }
}

/// Content whose type JSON does not say: markup is XML, all else a string.
fn typed(class: &mut dyn Fields, content: Verbatim) {
    let dtype = if matches!(content, Verbatim::Markup(_)) { "xml" } else { "string" };
    for (index, field) in class.def().fields.iter().enumerate() {
        let Some(slot) = class.slot_mut(index).filter(|_| field.kind == Kind::Mixed || field.name == "dtype") else {
            continue;
        };
        match slot.add().view_mut() {
            ViewMut::Coded(coded) => coded.set(dtype, None),
            ViewMut::Foreign(place) => *place = content.clone(),
            _ => slot.pop(),
        }
    }
}

/// JSON has foreign markup as text. Where the class says by `dtype` that it is XML, it becomes markup again, if it is some.
fn markup(class: &mut dyn Fields) {
    let def = class.def();
    let says_xml = super::unsayable::says_xml(class);
    let Some(mixed) = def.fields.iter().position(|field| field.kind == Kind::Mixed).filter(|_| says_xml) else {
        return;
    };
    if let Some(ViewMut::Foreign(place)) =
        class.slot_mut(mixed).and_then(|slot| slot.get_mut(0)).map(|node| node.view_mut())
        && let Verbatim::Text(text) = place
        && let Ok(markup @ Verbatim::Markup(_)) = Verbatim::parse(text, &xml::Limits::default())
    {
        *place = markup;
    }
}

fn place(fields: &'static [FieldDef], key: &str) -> Option<Place> {
    fields.iter().enumerate().find_map(|(index, field)| match field.json {
        JsonField::Member(name) if name == key => Some(Place::Field(index)),
        _ if field.ext == Some(key) => Some(Place::Ext(index)),
        JsonField::Unwrapped(name) if name == key => Some(Place::Unwrapped(index)),
        JsonField::Inline => match (field.shape)() {
            Shape::Choice(choice) => variant(choice.variants, key).map(|variant| Place::Variant(index, variant)),
            Shape::Class(group) => group.fields.iter().enumerate().find_map(|(part, inner)| match (inner.shape)() {
                Shape::Choice(choice) => {
                    variant(choice.variants, key).map(|variant| Place::Group(index, part, Some(variant)))
                }
                _ => (inner.json == JsonField::Member(inner.name) && inner.name == key)
                    .then_some(Place::Group(index, part, None)),
            }),
            _ => None,
        },
        _ => None,
    })
}

fn variant(variants: &[FieldDef], key: &str) -> Option<usize> {
    variants.iter().position(|variant| matches!(variant.json, JsonField::Member(name) if name == key))
}
