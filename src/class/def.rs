//! The tables: what a class, a choice, an enumeration and a simple type are made of.

/// A class: an element with attributes, content and children.
#[derive(Debug)]
pub struct ClassDef {
    /// Element name, which is also the RFC's class name.
    pub name: &'static str,
    /// Namespace of the element.
    pub ns: &'static str,
    /// The fields, in the order of the schema: attributes, then content, then elements.
    pub fields: &'static [FieldDef],
    /// How it looks in JSON.
    pub json: JsonForm,
    /// Which of the fields must be there.
    pub(super) required: Marked,
    /// Which may have a value from around or by default.
    pub(super) implied: Marked,
    /// Which must be there in JSON.
    pub(super) json_required: Marked,
    /// Which have fields of their own that stand here: groups, and in JSON what is in a wrapper.
    pub(super) inner: Marked,
    /// Which is the element's own content, if it has some.
    pub(super) own: Option<usize>,
}

impl ClassDef {
    /// A class of these fields, of which there are at most 64.
    pub const fn new(name: &'static str, ns: &'static str, fields: &'static [FieldDef], json: JsonForm) -> ClassDef {
        let (mut required, mut json_required, mut inner) = (Marked::NONE, Marked::NONE, Marked::NONE);
        let (mut implied, mut own) = (Marked::NONE, None);
        let mut at = 0;
        while at < fields.len() {
            let field = &fields[at];
            required.mark(at, field.card.required());
            implied.mark(at, field.inherits || field.default.is_some());
            json_required.mark(at, field.json_required);
            inner.mark(at, matches!(field.kind, Kind::Group) || matches!(field.json, JsonField::Unwrapped(_)));
            if own.is_none() && matches!(field.kind, Kind::Content | Kind::Mixed) {
                own = Some(at);
            }
            at += 1;
        }
        ClassDef { name, ns, fields, json, required, implied, json_required, inner, own }
    }
}

/// Some of the fields of a class, so that a look at each class of a document need not look at each field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked(u64);

impl Marked {
    /// No field.
    pub const NONE: Marked = Marked(0);

    /// Adds the field of this index, if it is `marked`.
    pub const fn mark(&mut self, index: usize, marked: bool) {
        assert!(index < 64, "a class has at most 64 fields");
        if marked {
            self.0 |= 1 << index;
        }
    }

    /// Whether the field of this index is one of them.
    pub const fn has(self, index: usize) -> bool {
        index < 64 && self.0 & 1 << index != 0
    }

    /// How many they are.
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// These and the others.
    pub const fn and(self, others: Marked) -> Marked {
        Marked(self.0 | others.0)
    }

    /// These but for the others.
    pub const fn without(self, others: Marked) -> Marked {
        Marked(self.0 & !others.0)
    }

    /// Their indices, in order.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let next = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (next < u64::BITS).then_some(next as usize)
        })
    }
}

/// One of several children, where the schema has `xs:choice`.
#[derive(Debug)]
pub struct ChoiceDef {
    /// Name of the group, for schemas and for messages; it stands in no document.
    pub name: &'static str,
    /// The variants, each an element.
    pub variants: &'static [FieldDef],
    /// How it looks in JSON.
    pub json: JsonForm,
}

/// An enumeration and its extension.
#[derive(Debug)]
pub struct EnumDef {
    /// Name of the type in the schema.
    pub name: &'static str,
    /// The registered values, without `ext-value`.
    pub values: &'static [&'static str],
    /// Spellings of other copies of the standard, which are read as the registered value.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Whether `ext-value` is in the list.
    pub extensible: bool,
}

/// A simple type.
#[derive(Debug)]
pub struct SimpleDef {
    /// Its own name in the schema; empty for a type that XML Schema has itself.
    pub name: &'static str,
    /// Name of the type in XML Schema that it is or that it narrows, such as `xs:dateTime`.
    pub xsd: &'static str,
    /// How it narrows that type.
    pub facet: Option<Facet>,
    /// How it looks in JSON.
    pub wire: Wire,
    /// What a value must look like, for messages.
    pub expected: &'static str,
    /// Whether white space around the value does not count (`whiteSpace="collapse"`).
    pub collapse: bool,
    /// Whether the (collapsed) text is a value.
    pub accepts: fn(&str) -> bool,
    /// A random value, for [`generate`](super::generate()).
    pub sample: fn(&mut super::Dice<'_>) -> String,
}

/// How a simple type narrows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// To what a regular expression of XML Schema matches, which is anchored without saying so.
    Pattern(&'static str),
    /// To what is more than the number.
    MoreThan(i64),
}

/// The JSON type of a simple value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A string; the pattern is a regular expression of JSON Schema, anchored, or empty.
    String(&'static str),
    /// A number without fraction.
    Integer,
    /// A number.
    Number,
}

/// Which kind of thing a field's type is; needed where there is no value to look at.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A simple type.
    Simple(&'static SimpleDef),
    /// An enumeration.
    Coded(&'static EnumDef),
    /// A class.
    Class(&'static ClassDef),
    /// A choice.
    Choice(&'static ChoiceDef),
    /// Foreign content.
    Foreign,
}

/// Where a field stands in the element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An attribute.
    Attribute,
    /// The element's own text.
    Content,
    /// The element's own mixed content.
    Mixed,
    /// A child element.
    Element,
    /// One of several child elements.
    Choice,
    /// A sequence of child elements that repeats as a whole, without an element around it.
    Group,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// At most once.
    Optional,
    /// Once.
    One,
    /// Any number.
    Many,
    /// Once or more.
    Some,
}

impl Card {
    /// Whether there must be one.
    pub const fn required(self) -> bool {
        matches!(self, Card::One | Card::Some)
    }
    /// Whether there may be more than one.
    pub const fn many(self) -> bool {
        matches!(self, Card::Many | Card::Some)
    }
}

/// How a class or a choice looks in JSON (RFC 8727 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonForm {
    /// An object with a member for each field.
    Object,
    /// A string when only the content is there, else an object (RFC 8727 section 2.2.1, ML_STRING).
    TextOrObject,
    /// The class has one field, and its value stands for the class.
    Transparent,
    /// A choice: an object with one member, named by the variant.
    OneKey,
    /// A choice: the variant is a member of the object around it.
    Spread,
}

/// How a field looks in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonField {
    /// A member of this name.
    Member(&'static str),
    /// The class in the field is a mere wrapper in XML: the values of its only element stand here under this name.
    Unwrapped(&'static str),
    /// The fields of the choice or group stand here under their own names.
    Inline,
    /// JSON cannot say it.
    Absent,
}

/// A field of a class or a variant of a choice.
#[derive(Debug)]
pub struct FieldDef {
    /// Name of the Rust field.
    pub rust: &'static str,
    /// Name of the attribute or element; `xml:lang` is written so.
    pub name: &'static str,
    /// Where it stands.
    pub kind: Kind,
    /// How often.
    pub card: Card,
    /// The `ext-*` attribute that extends a coded attribute.
    pub ext: Option<&'static str>,
    /// Value that an absent attribute has.
    pub default: Option<&'static str>,
    /// Whether an absent attribute has the value of the nearest element around it that has the attribute.
    pub inherits: bool,
    /// How it looks in JSON.
    pub json: JsonField,
    /// Whether JSON requires what XML does not.
    pub json_required: bool,
    /// Whether JSON has the foreign content (of the field, or of the class in it) in base64, and nothing else of it.
    pub base64: bool,
    /// Whether the RFC has BYTE for what is a text: CBOR then marks it so.
    pub cbor_byte: bool,
    /// Whether JSON has a list where XML has one element with several things in it.
    pub json_list: bool,
    /// Whether JSON has the coded value without the member that extends it.
    pub json_lacks_ext: bool,
    /// Another name that the element or attribute is read by.
    pub alias: Option<&'static str>,
    /// Namespace of the child element, where it is not that of the class around it. Of foreign content: that it is
    /// elements of the field's name in this namespace.
    pub ns: Option<&'static str>,
    /// Whether it may hold more than memory should: a list of that kind, or the one class that has such a list.
    pub long: bool,
    /// What it holds.
    pub shape: fn() -> Shape,
}

impl FieldDef {
    /// Whether there can be classes in it.
    pub(super) fn has_classes(&self) -> bool {
        self.kind != Kind::Attribute && matches!((self.shape)(), Shape::Class(_) | Shape::Choice(_))
    }

    /// A field with no particulars.
    pub const fn new(rust: &'static str, name: &'static str, kind: Kind, card: Card, shape: fn() -> Shape) -> FieldDef {
        FieldDef {
            rust,
            name,
            kind,
            card,
            ext: None,
            default: None,
            inherits: false,
            json: JsonField::Member(name),
            json_required: false,
            base64: false,
            cbor_byte: false,
            json_list: false,
            json_lacks_ext: false,
            alias: None,
            ns: None,
            long: false,
            shape,
        }
    }

    /// Must be there (an attribute).
    pub const fn required(mut self) -> Self {
        self.card = Card::One;
        self
    }
    /// The attribute that holds what `ext-value` stands for.
    pub const fn ext(mut self, name: &'static str) -> Self {
        self.ext = Some(name);
        self
    }
    /// Value of the absent attribute.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }
    /// Absent means: as around it.
    pub const fn inherits(mut self) -> Self {
        self.inherits = true;
        self
    }
    /// Another name in JSON.
    pub const fn json(mut self, name: &'static str) -> Self {
        self.json = JsonField::Member(name);
        self
    }
    /// Required in JSON though not in XML.
    pub const fn json_required(mut self) -> Self {
        self.json_required = true;
        self
    }
    /// In base64 in JSON.
    pub const fn base64(mut self) -> Self {
        self.base64 = true;
        self
    }
    /// A text that CBOR marks as BYTE.
    pub const fn cbor_byte(mut self) -> Self {
        self.cbor_byte = true;
        self
    }
    /// In a list in JSON.
    pub const fn json_list(mut self) -> Self {
        self.json_list = true;
        self
    }
    /// JSON has no `ext-*` member for it.
    pub const fn json_lacks_ext(mut self) -> Self {
        self.json_lacks_ext = true;
        self
    }
    /// No wrapper in JSON.
    pub const fn unwrapped(mut self, name: &'static str) -> Self {
        self.json = JsonField::Unwrapped(name);
        self
    }
    /// The parts stand in the JSON object around it.
    pub const fn inline(mut self) -> Self {
        self.json = JsonField::Inline;
        self
    }
    /// JSON cannot say it.
    pub const fn absent_in_json(mut self) -> Self {
        self.json = JsonField::Absent;
        self
    }
    /// It may hold more than memory should.
    pub const fn long(mut self) -> Self {
        self.long = true;
        self
    }
    /// Another name that it is read by.
    pub const fn alias(mut self, name: &'static str) -> Self {
        self.alias = Some(name);
        self
    }
    /// The element is of another namespace.
    pub const fn in_ns(mut self, ns: &'static str) -> Self {
        self.ns = Some(ns);
        self
    }
}
