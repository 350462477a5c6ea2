//! What declarations are made of.

use super::{forms::Form, vocab::Vocabulary};

/// A type of object, or a type of which properties are (a part).
#[derive(Debug)]
pub struct Def {
    /// The value of `type`; of a predefined extension its key, of another part its type name.
    pub name: &'static str,
    /// Its section of STIX 2.1.
    pub section: &'static str,
    /// Which properties it has beside its own.
    pub family: Family,
    /// Its own properties, in the order of the specification.
    pub own: &'static [Property],
    /// Its predefined extensions.
    pub extensions: &'static [&'static Def],
    /// The properties that its id may be computed from (§3.4).
    pub contributes: &'static [&'static str],
}

/// Kinds of objects, by the common properties that they have (§3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// STIX Domain Objects (§4).
    Domain,
    /// STIX Relationship Objects (§5).
    Relationship,
    /// STIX Cyber-observable Objects (§6).
    Observable,
    /// Language content (§7.1).
    Language,
    /// Marking definitions (§7.2.1).
    Marking,
    /// Extension definitions (§7.3).
    Extension,
    /// Bundles (§8).
    Bundle,
    /// What is no object: extensions and types of properties.
    Part,
}

/// A property.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub ty: Type,
    /// Whether it must be there.
    pub required: bool,
    /// Whether new content should do without it.
    pub deprecated: bool,
}

/// What a value is (§2).
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Text (§2.15).
    String,
    /// Text of a form.
    Form(&'static Form),
    /// This text alone.
    Literal(&'static str),
    /// §2.2.
    Boolean,
    /// §2.10, from the first to the second.
    Integer(i64, i64),
    /// §2.6, from the first to the second.
    Float(f64, f64),
    /// §2.16.
    Timestamp,
    /// A timestamp with at least three digits of a second's fraction (§3.2).
    Milliseconds,
    /// §2.1, as base64.
    Binary,
    /// §2.8.
    Hex,
    /// §2.9: the id of an object of these types.
    Identifier(Targets),
    /// The object's own id.
    OwnId,
    /// §2.4.
    Enum(&'static Vocabulary),
    /// §2.14.
    OpenVocab(&'static Vocabulary),
    /// §2.7.
    Hashes,
    /// §2.3.
    Dictionary(Values),
    /// An object with properties of its own.
    Part(&'static Def),
    /// §2.12: at least one.
    List(&'static Type),
    /// Extensions of an object (§3.2, §7.3).
    Extensions,
    /// The deprecated container of observables (§2.13).
    Container,
    /// What a marking definition of version 2.0 says (§7.2.1).
    Definition,
    /// Translations, by language (§7.1).
    Contents,
    /// The objects of a bundle (§8.1); they are read one by one.
    Objects,
    /// Nothing may stand there (§3.8).
    Reserved,
}

/// Which objects a reference may lead to.
#[derive(Clone, Copy, Debug)]
pub enum Targets {
    /// All.
    Any,
    /// These types.
    Types(&'static [&'static str]),
    /// Domain objects.
    Domain,
    /// Cyber-observable objects.
    Observable,
    /// What a relationship may have as its ends (§5.1).
    DomainOrObservable,
    /// What may have been observed (§4.14).
    Observed,
}

/// What the values of a dictionary are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Any property type.
    Any,
    /// A string.
    String,
    /// A list of strings.
    Strings,
    /// An integer.
    Integer,
    /// An integer or a string.
    IntegerOrString,
}

impl Def {
    /// All its properties, the common ones first.
    pub fn properties(&self) -> impl Iterator<Item = &'static Property> {
        self.family.common().iter().chain(self.own)
    }

    /// Its property of this name. A type's own declaration comes before the common one.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.own.iter().chain(self.family.common()).find(|property| property.name == name)
    }
}

impl Targets {
    /// Whether an object of this type may be meant. Of a type that is not known, nothing is known.
    pub fn allows(self, name: &str) -> bool {
        let Some(family) = super::tables::object(name).map(|def| def.family) else {
            return !matches!(self, Targets::Types(_));
        };
        match self {
            Targets::Any => family != Family::Bundle,
            Targets::Types(types) => types.contains(&name),
            Targets::Domain => family == Family::Domain,
            Targets::Observable => family == Family::Observable,
            Targets::DomainOrObservable => matches!(family, Family::Domain | Family::Observable),
            Targets::Observed => matches!(family, Family::Observable | Family::Relationship),
        }
    }

    /// Them, in words.
    pub fn words(self) -> String {
        match self {
            Targets::Any => "a STIX object".to_owned(),
            Targets::Types(types) => format!("an object of type {}", types.join(" or ")),
            Targets::Domain => "a domain object".to_owned(),
            Targets::Observable => "a cyber-observable object".to_owned(),
            Targets::DomainOrObservable => "a domain or cyber-observable object".to_owned(),
            Targets::Observed => "a cyber-observable or relationship object".to_owned(),
        }
    }
}

/// Integers of 54 bits (§2.10).
pub(super) const LARGEST: i64 = (1 << 53) - 1;

pub(super) const STRING: Type = Type::String;
pub(super) const BOOLEAN: Type = Type::Boolean;
pub(super) const TIMESTAMP: Type = Type::Timestamp;
pub(super) const BINARY: Type = Type::Binary;
pub(super) const HEX: Type = Type::Hex;
pub(super) const HASHES: Type = Type::Hashes;
pub(super) const INTEGER: Type = Type::Integer(-LARGEST, LARGEST);
pub(super) const NATURAL: Type = Type::Integer(0, LARGEST);
pub(super) const FLOAT: Type = Type::Float(f64::MIN, f64::MAX);
pub(super) const ANY_ID: Type = Type::Identifier(Targets::Any);

pub(super) const fn form(form: &'static Form) -> Type {
    Type::Form(form)
}

pub(super) const fn integer(from: i64, to: i64) -> Type {
    Type::Integer(from, to)
}

pub(super) const fn float(from: f64, to: f64) -> Type {
    Type::Float(from, to)
}

pub(super) const fn refs(types: &'static [&'static str]) -> Type {
    Type::Identifier(Targets::Types(types))
}

pub(super) const fn open(vocabulary: &'static Vocabulary) -> Type {
    Type::OpenVocab(vocabulary)
}

pub(super) const fn closed(vocabulary: &'static Vocabulary) -> Type {
    Type::Enum(vocabulary)
}

pub(super) const fn list(of: &'static Type) -> Type {
    Type::List(of)
}

pub(super) const fn part(def: &'static Def) -> Type {
    Type::Part(def)
}

/// A property that must be there.
pub(super) const fn must(name: &'static str, ty: Type) -> Property {
    Property { name, ty, required: true, deprecated: false }
}

/// A property that may be there.
pub(super) const fn may(name: &'static str, ty: Type) -> Property {
    Property { name, ty, required: false, deprecated: false }
}

/// A property that new content should do without.
pub(super) const fn old(name: &'static str, ty: Type) -> Property {
    Property { name, ty, required: false, deprecated: true }
}

const fn def(name: &'static str, section: &'static str, family: Family, own: &'static [Property]) -> Def {
    Def { name, section, family, own, extensions: &[], contributes: &[] }
}

pub(super) const fn sdo(name: &'static str, section: &'static str, own: &'static [Property]) -> Def {
    def(name, section, Family::Domain, own)
}

pub(super) const fn sro(name: &'static str, section: &'static str, own: &'static [Property]) -> Def {
    def(name, section, Family::Relationship, own)
}

pub(super) const fn meta(name: &'static str, section: &'static str, family: Family, own: &'static [Property]) -> Def {
    def(name, section, family, own)
}

pub(super) const fn parted(name: &'static str, section: &'static str, own: &'static [Property]) -> Def {
    def(name, section, Family::Part, own)
}

pub(super) const fn sco(
    name: &'static str,
    section: &'static str,
    contributes: &'static [&'static str],
    extensions: &'static [&'static Def],
    own: &'static [Property],
) -> Def {
    Def { name, section, family: Family::Observable, own, extensions, contributes }
}
