//! One object, looked at by its declaration.

use super::{
    common,
    constraints::{Broken, CONSTRAINTS},
    def::{Def, Family, Property, Targets, Type, Values},
    extension::{Extended, NEW_SDO},
    forms, id, marking, meta,
    relationships::is_defined,
    rules::{self, Rule},
    tables::object,
    versions::Versions,
    vocab,
};
use crate::{
    error::Told,
    json::{Data, Document, Member, Value},
};

/// A look at one object of a document.
pub(super) struct Look<'l, 'd> {
    /// Where the object is read from.
    pub(super) document: &'l Document<'d>,
    /// What is known of the other objects.
    pub(super) versions: &'l Versions,
    pub(super) told: &'l mut Told,
}

/// Names that no property may have (§3.8).
const RESERVED_NAMES: [&str; 4] = ["severity", "username", "phone_number", "action"];

impl Look<'_, '_> {
    /// An element of `objects`, or an object that stands alone.
    pub(super) fn element(&mut self, value: &Value<'_>) {
        let Data::Object(members) = &value.data else {
            return self.tell(&rules::ELEMENT, value.offset, value.kind(), None);
        };
        let Some(kind) = value.get("type") else {
            return self.missing(value, "type");
        };
        let Ok(name) = kind.as_str() else {
            return self.tell(&rules::VALUE, kind.offset, &shown(kind), Some("a string"));
        };
        match object(name) {
            Some(def) if def.family == Family::Bundle => {
                self.tell(&rules::NESTED_BUNDLE, value.offset, "a bundle", None);
            }
            Some(def) => self.object(def, name, value, members),
            None => self.custom(name, value, members),
        }
    }

    /// The bundle around the objects.
    pub(super) fn frame(&mut self, value: &Value<'_>) {
        if let Data::Object(members) = &value.data {
            self.members(&meta::BUNDLE, members, &Extended::default());
            self.required(&meta::BUNDLE, value);
            self.own_id(&meta::BUNDLE, "bundle", value);
        }
    }

    pub(super) fn tell(&mut self, rule: &'static Rule, offset: u64, found: &str, expected: Option<&str>) {
        let (position, path) = (self.document.position(offset), self.document.path(offset));
        self.told.tell(rule.finding(position, path, found, expected));
    }

    fn object(&mut self, def: &'static Def, name: &str, value: &Value<'_>, members: &[Member<'_>]) {
        let extended = self.extended(value);
        self.members(def, members, &extended);
        self.required(def, value);
        self.constraints(def, value);
        self.own_id(def, name, value);
        self.selectors(value);
        match def.family {
            Family::Observable => self.computed_id(def, value),
            Family::Relationship => self.relationship(value),
            Family::Marking => self.marking(value),
            Family::Domain if name == "indicator" => self.pattern(value),
            _ => {}
        }
    }

    /// An object of a type that the specification does not have (§7.3, §11.2).
    fn custom(&mut self, name: &str, value: &Value<'_>, members: &[Member<'_>]) {
        let kind = value.get("type").map_or(value.offset, |kind| kind.offset);
        if !forms::is_type_name(name) {
            // No id begins with such a name.
            return self.tell(&rules::TYPE_NAME, kind, &format!("{name:?}"), None);
        }
        let extended = self.extended(value);
        if extended.new.is_none() {
            self.tell(&rules::UNKNOWN_TYPE, kind, &format!("{name:?}"), None);
        }
        for member in members {
            let property = match extended.new {
                Some(def) => def.property(&member.key),
                None => NEW_SDO.property(&member.key),
            };
            match property {
                Some(property) => self.value(&member.value, &property.ty),
                None => _ = self.name(member),
            }
        }
        match extended.new {
            Some(def) => self.required(def, value),
            None if value.get("id").is_none() => self.missing(value, "id"),
            None => {}
        }
        self.constraints(&NEW_SDO, value);
        self.own_id(&NEW_SDO, name, value);
        self.selectors(value);
    }

    /// Each member by the declaration that it has.
    fn members(&mut self, def: &'static Def, members: &[Member<'_>], extended: &Extended<'_>) {
        for member in members {
            match def.property(&member.key) {
                Some(Property { ty: Type::Reserved, .. }) => {
                    self.tell(&rules::RESERVED, member.offset, &member.key, None);
                }
                Some(Property { ty: Type::Extensions, .. }) => self.extensions(def, &member.value),
                Some(property) => {
                    if property.deprecated && !self.is_tlp(def, members) {
                        self.tell(&rules::DEPRECATED, member.offset, &member.key, None);
                    }
                    self.value(&member.value, &property.ty);
                }
                None => self.unknown(def, member, extended),
            }
        }
    }

    /// The TLP markings of the specification are of the deprecated form, and must be.
    fn is_tlp(&self, def: &Def, members: &[Member<'_>]) -> bool {
        def.family == Family::Marking
            && members.iter().any(|member| member.key == "definition_type" && member.value.as_str() == Ok("tlp"))
    }

    /// A member that the declaration does not have.
    fn unknown(&mut self, def: &'static Def, member: &Member<'_>, extended: &Extended<'_>) {
        let name = &*member.key;
        let object = def.family != Family::Part;
        if object && name == "defanged" {
            self.tell(&rules::DEFANGED, member.offset, name, None);
        } else if object && common::NAMES.contains(&name) {
            self.tell(&rules::NOT_APPLICABLE, member.offset, name, None);
        } else if self.name(member) {
            match &extended.listed {
                _ if !extended.top => self.tell(&rules::UNKNOWN_PROPERTY, member.offset, name, None),
                Some(listed) if !listed.contains(&name) => {
                    self.tell(&rules::UNLISTED_PROPERTY, member.offset, name, None);
                }
                _ => {}
            }
        }
    }

    /// Whether the name of a property may be one that the specification does not have; if not, it is told.
    fn name(&mut self, member: &Member<'_>) -> bool {
        let reserved = RESERVED_NAMES.contains(&&*member.key);
        let good = !reserved && forms::is_property_name(&member.key);
        if !good {
            let rule = if reserved { &rules::RESERVED } else { &rules::PROPERTY_NAME };
            self.tell(rule, member.offset, &format!("{:?}", member.key), None);
        }
        good
    }

    fn required(&mut self, def: &'static Def, value: &Value<'_>) {
        for property in def.properties().filter(|property| property.required) {
            if value.get(property.name).is_none() {
                self.missing(value, property.name);
            }
        }
    }

    fn missing(&mut self, value: &Value<'_>, property: &str) {
        self.tell(&rules::REQUIRED, value.offset, "no such property", Some(&format!("the property {property:?}")));
    }

    fn constraints(&mut self, def: &'static Def, value: &Value<'_>) {
        for constraint in CONSTRAINTS {
            if let Some(Broken { property, found }) = constraint.broken(def.name, def.own, value) {
                let offset = property.and_then(|name| member(value, name)).map_or(value.offset, |member| member.offset);
                self.tell(&constraint.rule, offset, &found, None);
            }
        }
    }

    /// A value by its type.
    pub(super) fn value(&mut self, value: &Value<'_>, ty: &Type) {
        match (ty, &value.data) {
            (Type::String | Type::OwnId, Data::String(_)) | (Type::Boolean, Data::Bool(_)) => {}
            (Type::Form(form), Data::String(text)) => {
                if !(form.test)(text) {
                    self.tell(&form.rule, value.offset, &shown(value), None);
                }
            }
            (Type::Literal(literal), Data::String(text)) => match &**text {
                text if text == *literal => {}
                "2.0" => self.tell(&rules::VERSION_20, value.offset, "STIX 2.0", None),
                _ => self.tell(&rules::SPEC_VERSION, value.offset, &shown(value), None),
            },
            (Type::Integer(from, to), Data::Number(number)) => match integer(number.as_str()) {
                Some(integer) if (*from..=*to).contains(&integer) => {}
                Some(_) => self.outside(value, &format!("an integer from {from} to {to}")),
                None => self.mistyped(value, ty),
            },
            (Type::Float(from, to), Data::Number(number)) => match number.as_str().parse::<f64>() {
                Ok(float) if float.is_finite() && (*from..=*to).contains(&float) => {}
                _ => self.outside(value, &format!("a number from {from} to {to}")),
            },
            (Type::Timestamp | Type::Milliseconds, Data::String(text)) => match forms::time(text) {
                None => self.tell(&rules::TIMESTAMP, value.offset, &shown(value), None),
                Some(time) if matches!(ty, Type::Milliseconds) && time.fraction_digits() < 3 => {
                    self.tell(&rules::MILLISECONDS, value.offset, &shown(value), None);
                }
                Some(_) => {}
            },
            (Type::Binary, Data::String(text)) if !forms::is_base64(text) => {
                self.tell(&rules::BASE64, value.offset, &shown(value), None);
            }
            (Type::Hex, Data::String(text)) if !forms::is_hex(text) => {
                self.tell(&rules::HEX, value.offset, &shown(value), None);
            }
            (Type::Binary | Type::Hex, Data::String(_)) => {}
            (Type::Identifier(targets), Data::String(text)) => self.reference(value, text, *targets),
            (Type::Enum(vocabulary), Data::String(text)) if !vocabulary.has(text) => {
                let expected = format!("a value of {} (§{})", vocabulary.name, vocabulary.section);
                self.tell(&rules::ENUM, value.offset, &shown(value), Some(&expected));
            }
            (Type::OpenVocab(vocabulary), Data::String(text)) if !vocabulary.has(text) => {
                let expected = format!("a value of {} (§{})", vocabulary.name, vocabulary.section);
                self.tell(&rules::OPEN_VOCAB, value.offset, &shown(value), Some(&expected));
            }
            (Type::Enum(_) | Type::OpenVocab(_), Data::String(_)) => {}
            (Type::Hashes, Data::Object(members)) => self.hashes(value, members),
            (Type::Dictionary(values), Data::Object(members)) => self.dictionary(value, members, *values),
            (Type::Part(def), Data::Object(members)) => self.part(def, value, members),
            (Type::List(_), Data::Array(elements)) if elements.is_empty() => {
                self.tell(&rules::LIST_EMPTY, value.offset, "an empty list", None);
            }
            (Type::List(of), Data::Array(elements)) => elements.iter().for_each(|element| self.value(element, of)),
            (Type::Container, Data::Object(members)) => self.container(value, members),
            (Type::Contents, Data::Object(members)) => self.contents(value, members),
            // What it is depends on `definition_type`, at which `marking` looks.
            (Type::Definition, Data::Object(_)) => {}
            // They are read one by one.
            (Type::Objects, Data::Array(_)) => {}
            // Of a type that is not known, the extensions are as those of a domain object.
            (Type::Extensions, _) => self.extensions(&NEW_SDO, value),
            _ => self.mistyped(value, ty),
        }
    }

    pub(super) fn mistyped(&mut self, value: &Value<'_>, ty: &Type) {
        self.tell(&rules::VALUE, value.offset, &shown(value), Some(&words(ty)));
    }

    fn outside(&mut self, value: &Value<'_>, expected: &str) {
        self.tell(&rules::RANGE, value.offset, &shown(value), Some(expected));
    }

    pub(super) fn part(&mut self, def: &'static Def, value: &Value<'_>, members: &[Member<'_>]) {
        self.members(def, members, &Extended::default());
        self.required(def, value);
        self.constraints(def, value);
    }

    /// Keys and values of a dictionary (§2.3).
    fn dictionary(&mut self, value: &Value<'_>, members: &[Member<'_>], values: Values) {
        if members.is_empty() {
            self.tell(&rules::DICTIONARY_EMPTY, value.offset, "an empty dictionary", None);
        }
        for member in members {
            if !forms::is_key(&member.key, 1) {
                self.tell(&rules::DICTIONARY_KEY, member.offset, &format!("{:?}", member.key), None);
            }
            let is_integer =
                |data: &Data<'_>| matches!(data, Data::Number(number) if integer(number.as_str()).is_some());
            let data = &member.value.data;
            let (good, expected) = match values {
                Values::Any => (*data != Data::Null, "a value of a property type"),
                Values::String => (matches!(data, Data::String(_)), "a string"),
                Values::Strings => {
                    let string = |element: &Value<'_>| matches!(element.data, Data::String(_));
                    let good =
                        matches!(data, Data::Array(elements) if !elements.is_empty() && elements.iter().all(string));
                    (good, "a list of strings")
                }
                Values::Integer => (is_integer(data), "an integer"),
                Values::IntegerOrString => {
                    (is_integer(data) || matches!(data, Data::String(_)), "an integer or a string")
                }
            };
            if !good {
                self.tell(&rules::DICTIONARY_VALUE, member.value.offset, &shown(&member.value), Some(expected));
            }
        }
    }

    /// Algorithms and digests (§2.7, §10.7).
    fn hashes(&mut self, value: &Value<'_>, members: &[Member<'_>]) {
        if members.is_empty() {
            self.tell(&rules::DICTIONARY_EMPTY, value.offset, "no hash", None);
        }
        for Member { offset, key, value } in members {
            if !forms::is_key(key, 3) {
                self.tell(&rules::HASH_KEY, *offset, &format!("{key:?}"), None);
            } else if !vocab::HASH_ALGORITHM_OV.has(key) {
                self.tell(&rules::HASH_NAME, *offset, &format!("{key:?}"), None);
            }
            match value.as_str() {
                Ok(digest) if forms::is_digest(key, digest) => {}
                Ok(_) => {
                    self.tell(&rules::HASH_VALUE, value.offset, &shown(value), Some(&format!("a digest of {key}")))
                }
                Err(_) => self.tell(&rules::VALUE, value.offset, &shown(value), Some("a string")),
            }
        }
    }

    /// The deprecated container: each of its objects has a type, and refers to objects in it (§2.13).
    fn container(&mut self, value: &Value<'_>, members: &[Member<'_>]) {
        if members.is_empty() {
            self.tell(&rules::DICTIONARY_EMPTY, value.offset, "no object", None);
        }
        for Member { value: object, .. } in members {
            let Data::Object(properties) = &object.data else {
                self.tell(&rules::ELEMENT, object.offset, object.kind(), None);
                continue;
            };
            if object.get("type").is_none() {
                self.missing(object, "type");
            }
            for Member { key, value: property, .. } in properties {
                let refs = match &property.data {
                    Data::String(_) if key.ends_with("_ref") => std::slice::from_ref(property),
                    Data::Array(elements) if key.ends_with("_refs") => elements,
                    _ => continue,
                };
                for reference in refs {
                    if !reference.as_str().is_ok_and(|key| value.get(key).is_some()) {
                        self.tell(&rules::LOCAL_REFERENCE, reference.offset, &shown(reference), None);
                    }
                }
            }
        }
    }

    /// Translations: by language, the properties that are translated (§7.1.1). `constraints` looks at the languages.
    fn contents(&mut self, value: &Value<'_>, members: &[Member<'_>]) {
        if members.is_empty() {
            self.tell(&rules::DICTIONARY_EMPTY, value.offset, "no language", None);
        }
        for Member { value, .. } in members {
            match &value.data {
                Data::Object(members) => self.dictionary(value, members, Values::Any),
                _ => self.tell(&rules::VALUE, value.offset, &shown(value), Some("an object")),
            }
        }
    }

    fn reference(&mut self, value: &Value<'_>, text: &str, targets: Targets) {
        match forms::id_parts(text) {
            None => self.tell(&rules::ID_FORM, value.offset, &shown(value), None),
            Some((_, uuid)) if forms::uuid_version(uuid).is_none() => {
                self.tell(&rules::ID_UUID, value.offset, &shown(value), None);
            }
            Some((name, _)) if !targets.allows(name) => {
                self.tell(&rules::REFERENCE, value.offset, &shown(value), Some(&targets.words()));
            }
            Some(_) => {}
        }
    }

    /// The object's own id (§2.9).
    fn own_id(&mut self, def: &'static Def, name: &str, value: &Value<'_>) {
        let Some((id, text)) = value.get("id").and_then(|id| Some((id, id.as_str().ok()?))) else { return };
        let Some((of, uuid)) = forms::id_parts(text) else {
            return self.tell(&rules::ID_FORM, id.offset, &shown(id), None);
        };
        if of != name {
            self.tell(&rules::ID_TYPE, id.offset, &shown(id), Some(&format!("an id that begins with {name}--")));
        }
        match forms::uuid_version(uuid) {
            None => self.tell(&rules::ID_UUID, id.offset, &shown(id), None),
            Some(4) => {}
            Some(version) if def.family != Family::Observable && object(name).is_some() => {
                self.tell(&rules::ID_RANDOM, id.offset, &format!("a UUID of version {version}"), None);
            }
            Some(_) => {}
        }
    }

    /// Whether the id of an observable is the one that follows from it (§2.9, §3.4).
    fn computed_id(&mut self, def: &'static Def, value: &Value<'_>) {
        let Some((id, text)) = value.get("id").and_then(|id| Some((id, id.as_str().ok()?))) else { return };
        if forms::id_parts(text).and_then(|(_, uuid)| forms::uuid_version(uuid)) != Some(5) {
            return;
        }
        match id::computed(def, value) {
            id::Computed::Id(computed) if computed.eq_ignore_ascii_case(text) => {}
            id::Computed::Id(computed) => self.tell(&rules::ID_COMPUTED, id.offset, &shown(id), Some(&computed)),
            id::Computed::FromNothing => self.tell(&rules::ID_OF_NOTHING, id.offset, &shown(id), None),
            id::Computed::Unknown => {}
        }
    }

    /// Granular markings select something that is there (§7.2.3).
    fn selectors(&mut self, value: &Value<'_>) {
        let markings = value.get("granular_markings").and_then(|markings| markings.as_array().ok()).unwrap_or_default();
        for marking in markings {
            let selectors = marking.get("selectors").and_then(|list| list.as_array().ok()).unwrap_or_default();
            for selector in selectors {
                let Ok(text) = selector.as_str() else { continue };
                if (forms::SELECTOR.test)(text) && marking::selected(value, text).is_none() {
                    self.tell(&rules::SELECTOR_OF_NOTHING, selector.offset, &shown(selector), None);
                }
            }
        }
    }

    fn relationship(&mut self, value: &Value<'_>) {
        let text = |property| value.get(property).and_then(|value| value.as_str().ok());
        let kind = |property| text(property).and_then(forms::id_parts).map(|(name, _)| name);
        let (Some(name), Some(source), Some(target)) =
            (text("relationship_type"), kind("source_ref"), kind("target_ref"))
        else {
            return;
        };
        let ends = Targets::DomainOrObservable;
        if ends.allows(source) && ends.allows(target) && !is_defined(source, name, target) {
            let offset = member(value, "relationship_type").map_or(value.offset, |member| member.offset);
            self.tell(&rules::RELATIONSHIP, offset, &format!("{source} {name} {target}"), None);
        }
    }

    /// What a marking definition says (§7.2.1).
    fn marking(&mut self, value: &Value<'_>) {
        let text = |property| value.get(property).and_then(|value| value.as_str().ok());
        if let (Some(kind), Some(definition)) = (text("definition_type"), value.get("definition"))
            && let Data::Object(members) = &definition.data
            && let Some(def) = [&meta::STATEMENT, &meta::TLP].into_iter().find(|def| def.name == kind)
        {
            self.part(def, definition, members);
        }
        if let Some((offset, found)) = marking::other_tlp(value) {
            self.tell(&rules::TLP, offset, &found, None);
        }
        let granular = value.get("granular_markings").and_then(|list| list.as_array().ok()).unwrap_or_default();
        let whole = value.get("object_marking_refs").and_then(|list| list.as_array().ok()).unwrap_or_default();
        let refs = whole.iter().chain(granular.iter().filter_map(|marking| marking.get("marking_ref")));
        for reference in refs {
            if reference.as_str().ok().is_some_and(|reference| Some(reference) == text("id")) {
                self.tell(&rules::MARKS_ITSELF, reference.offset, &shown(reference), None);
            }
        }
    }
}

/// The member of this name.
fn member<'v, 'a>(value: &'v Value<'a>, name: &str) -> Option<&'v Member<'a>> {
    value.as_object().ok()?.iter().find(|member| member.key == name)
}

/// A value, as findings show it.
pub(super) fn shown(value: &Value<'_>) -> String {
    value.mismatch("").found
}

/// The integer that a number is; JSON may write it with a fraction of zeros or an exponent (RFC 7493 §2.2).
fn integer(text: &str) -> Option<i64> {
    const EXACT: f64 = (1_i64 << 53) as f64;
    text.parse().ok().or_else(|| {
        let float: f64 = text.parse().ok()?;
        // Within these bounds the cast loses nothing.
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
    })
}

/// A type, in words.
fn words(ty: &Type) -> String {
    match ty {
        Type::Boolean => "true or false",
        Type::Integer(..) => "an integer",
        Type::Float(..) => "a number",
        Type::List(_) | Type::Objects => "a list",
        Type::Hashes | Type::Dictionary(_) | Type::Extensions | Type::Container | Type::Contents => "a dictionary",
        Type::Part(def) => return format!("an object of type {}", def.name),
        Type::Definition => "an object",
        Type::Reserved => "nothing",
        Type::Timestamp | Type::Milliseconds => "a string with a time",
        Type::Identifier(_) | Type::OwnId => "a string with an id",
        _ => "a string",
    }
    .to_owned()
}
