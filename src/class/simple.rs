//! Simple values and enumeration values. Both keep their lexical form: `1.50` stays `1.50`, and a value that a
//! registry got after this program was built stays what it was.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use super::{
    Blank, Node, Shape, Shaped, View, ViewMut,
    def::{EnumDef, Facet, SimpleDef, Wire},
    generate::Dice,
};
use crate::xml::is_ncname;

/// A simple value, whatever its type.
pub trait SimpleNode {
    /// Its type.
    fn def(&self) -> &'static SimpleDef;
    /// The lexical form.
    fn text(&self) -> &str;
    /// Takes a text; false (and unchanged) when the type does not accept it.
    fn set(&mut self, text: &str) -> bool;
}

/// A value of an enumeration, whatever the enumeration.
pub trait CodedNode {
    /// Its enumeration.
    fn def(&self) -> &'static EnumDef;
    /// The value as written: a registered one, `ext-value`, or one that is not registered.
    fn text(&self) -> &str;
    /// The text of the `ext-*` attribute.
    fn ext(&self) -> Option<&str>;
    /// Takes what stands in the two attributes.
    fn set(&mut self, value: &str, ext: Option<&str>);
    /// Whether it is registered, or extended by the rule.
    fn is_registered(&self) -> bool;
}

/// The type of a [`Lexical`].
pub trait LexicalKind {
    /// The table entry.
    const DEF: SimpleDef;
}

/// A simple value in its lexical form, checked when it was made.
pub struct Lexical<K> {
    text: String,
    kind: PhantomData<K>,
}

impl<K: LexicalKind> Lexical<K> {
    /// A value.
    ///
    /// # Errors
    /// `BadLexical` when the type does not accept the text.
    pub fn new(text: &str) -> Result<Self, BadLexical> {
        let mut value = Self::blank();
        if value.set(text) { Ok(value) } else { Err(BadLexical { expected: K::DEF.expected }) }
    }

    /// The lexical form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The lexical form, owned.
    pub fn into_string(self) -> String {
        self.text
    }
}

/// The type does not accept the text.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected {expected}")]
pub struct BadLexical {
    /// What it accepts.
    pub expected: &'static str,
}

impl<K> Clone for Lexical<K> {
    fn clone(&self) -> Self {
        Lexical { text: self.text.clone(), kind: PhantomData }
    }
}
impl<K> PartialEq for Lexical<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<K> Eq for Lexical<K> {}
impl<K> fmt::Debug for Lexical<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}
impl<K> fmt::Display for Lexical<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<K> Deref for Lexical<K> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}
impl<K> Blank for Lexical<K> {
    fn blank() -> Self {
        Lexical { text: String::new(), kind: PhantomData }
    }
}
impl<K: LexicalKind + 'static> Shaped for Lexical<K> {
    fn shape() -> Shape {
        Shape::Simple(const { &K::DEF })
    }
}
impl<K: LexicalKind + 'static> Node for Lexical<K> {
    fn view(&self) -> View<'_> {
        View::Simple(self)
    }
    fn view_mut(&mut self) -> ViewMut<'_> {
        ViewMut::Simple(self)
    }
}
impl<K: LexicalKind> SimpleNode for Lexical<K> {
    fn def(&self) -> &'static SimpleDef {
        const { &K::DEF }
    }
    fn text(&self) -> &str {
        &self.text
    }
    fn set(&mut self, text: &str) -> bool {
        let text = if K::DEF.collapse { collapse(text) } else { Cow::Borrowed(text) };
        let fits = (K::DEF.accepts)(&text);
        if fits {
            self.text = text.into_owned();
        }
        fits
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Lexical { text, kind: PhantomData }
    }
}
impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Lexical { text: text.to_owned(), kind: PhantomData }
    }
}

/// XML Schema's `whiteSpace="collapse"`.
fn collapse(text: &str) -> Cow<'_, str> {
    // Almost every value is collapsed as it is: single spaces between words.
    let mut before = b' ';
    let collapsed = text.bytes().all(|byte| {
        let last = std::mem::replace(&mut before, byte);
        !matches!(byte, b'\t' | b'\n' | b'\r') && (byte != b' ' || last != b' ')
    });
    if collapsed && before != b' ' || text.is_empty() {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

macro_rules! lexical {
    ($( $(#[$meta:meta])* $alias:ident = $kind:ident { $name:literal, $xsd:literal, $facet:expr, $wire:expr, $expected:literal, $collapse:literal, $accepts:expr, $sample:expr } )*) => {
        $(
            #[doc(hidden)]
            #[derive(Debug)]
            pub enum $kind {}
            impl LexicalKind for $kind {
                const DEF: SimpleDef = SimpleDef {
                    name: $name, xsd: $xsd, facet: $facet, wire: $wire, expected: $expected, collapse: $collapse, accepts: $accepts, sample: $sample,
                };
            }
            $(#[$meta])*
            pub type $alias = Lexical<$kind>;
        )*
    };
}

lexical! {
    /// `xs:string`.
    Text = TextKind { "", "xs:string", None, Wire::String(""), "text", false, |_| true, |d| d.text() }
    /// `xs:anyURI`: XML Schema accepts every text.
    Uri = UriKind { "", "xs:anyURI", None, Wire::String(""), "a URI", true, |_| true, |d| format!("https://example.org/{}", d.below(1000)) }
    /// `xs:ID`, a name without colon (ASCII part as RFC 8727's `IDtype`, plus XML's other letters).
    Id = IdKind { "", "xs:ID", None, Wire::String(r"^[a-zA-Z_][a-zA-Z0-9_.\-]*$"), "an xs:ID (a name without colon)", true, is_ncname, |d| d.id() }
    /// `xs:NCName`: an id's form, without being unique.
    NcName = NcNameKind { "", "xs:NCName", None, Wire::String(r"^[a-zA-Z_][a-zA-Z0-9_.\-]*$"), "an xs:NCName (a name without colon)", true, is_ncname, |d| d.pick(&["CVE-2026-0001", "CWE-79"]).unwrap_or_default().to_owned() }
    /// `xs:IDREF`.
    IdRef = IdRefKind { "", "xs:IDREF", None, Wire::String(r"^[a-zA-Z_][a-zA-Z0-9_.\-]*$"), "an xs:IDREF (a name without colon)", true, is_ncname, |d| d.known_id() }
    /// `xml:lang`: a BCP 47 tag, or empty for "none".
    Lang = LangKind { "", "xs:language", None, Wire::String(r"^$|^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$"), "a language tag", true, is_language, |d| d.pick(&["en", "de", "zh-Hant", "pt-BR"]).unwrap_or_default().to_owned() }
    /// `xs:dateTime`.
    DateTime = DateTimeKind { "", "xs:dateTime", None, Wire::String(""), "an xs:dateTime such as 2026-01-31T10:00:00Z", true, is_date_time, sample_date_time }
    /// `xs:integer`.
    Integer = IntegerKind { "", "xs:integer", None, Wire::Integer, "an integer", true, is_integer, |d| d.below(70_000).to_string() }
    /// `xs:float`, as a finite number.
    Real = RealKind { "", "xs:float", None, Wire::Number, "a number", true, is_real, |d| format!("{}.{}", d.below(1000), d.below(100)) }
    /// `PositiveFloatType`: greater than zero.
    PositiveReal = PositiveRealKind { "PositiveFloatType", "xs:float", Some(Facet::MoreThan(0)), Wire::Number, "a number greater than 0", true, |t| is_real(t) && t.parse::<f64>().is_ok_and(|v| v > 0.0), |d| format!("{}.{}", 1 + d.below(1000), d.below(100)) }
    /// `TimezoneType`: `Z` or an offset of at most 14 hours.
    Timezone = TimezoneKind { "TimezoneType", "xs:string", Some(Facet::Pattern(r"Z|[\+\-](0[0-9]|1[0-4]):[0-5][0-9]")), Wire::String(r"^(Z|[\+\-](0[0-9]|1[0-4]):[0-5][0-9])$"), "Z or an offset such as +01:00", false, is_timezone, |d| d.pick(&["Z", "+01:00", "-05:30", "+14:00"]).unwrap_or_default().to_owned() }
    /// `PortlistType`: ports and ranges, `80,1024-2048`.
    Portlist = PortlistKind { "PortlistType", "xs:string", Some(Facet::Pattern(r"\d+(\-\d+)?(,\d+(\-\d+)?)*")), Wire::String(r"^[0-9]+(\-[0-9]+)?(,[0-9]+(\-[0-9]+)?)*$"), "ports and ranges such as 80,1024-2048", false, is_portlist, |d| d.pick(&["80", "1-1024", "22,80,8000-8080"]).unwrap_or_default().to_owned() }
    /// `xs:base64Binary`, kept as written save for white space around it.
    Base64 = Base64Kind { "", "xs:base64Binary", None, Wire::String(""), "base64", true, is_base64, |d| d.pick(&["", "AA==", "c2lyZXg=", "U2lyZXhTaXJleA=="]).unwrap_or_default().to_owned() }
}

fn is_language(text: &str) -> bool {
    text.is_empty()
        || text.split('-').enumerate().all(|(i, part)| {
            (1..=8).contains(&part.len())
                && part.bytes().all(|b| if i == 0 { b.is_ascii_alphabetic() } else { b.is_ascii_alphanumeric() })
        })
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The finite values of `xs:float`: the special ones (`INF`, `NaN`) have no JSON form and no use in a report.
fn is_real(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(is_integer)
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_timezone(text: &str) -> bool {
    text == "Z"
        || matches!(text.as_bytes(), [b'+' | b'-', h1, h2, b':', m1, m2]
            if matches!((h1, h2), (b'0', b'0'..=b'9') | (b'1', b'0'..=b'4')) && matches!(m1, b'0'..=b'5') && m2.is_ascii_digit())
}

fn is_portlist(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split(',').all(|item| item.split_once('-').map_or_else(|| number(item), |(a, b)| number(a) && number(b)))
}

fn is_base64(text: &str) -> bool {
    let packed: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    let body = packed.strip_suffix(b"==").or_else(|| packed.strip_suffix(b"=")).unwrap_or(&packed);
    packed.len().is_multiple_of(4) && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// `xs:dateTime`, with the years that four digits can say (XML Schema Part 2 §3.2.7; `24:00:00` is midnight's end).
fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let two = |part: &str| (part.len() == 2).then(|| number(part)).flatten();
    let mut parts = date.splitn(3, '-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next().and_then(two), parts.next().and_then(two), parts.next())
    else {
        return false;
    };
    let Some(year) = (year.len() == 4).then(|| number(year)).flatten().filter(|year| *year > 0) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => return false,
    };
    if !(1..=days).contains(&day) {
        return false;
    }
    let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone);
    if !(zone.is_empty() || zone == "-14:00" || zone == "+14:00" || (is_timezone(zone) && !zone[1..].starts_with("14")))
    {
        return false;
    }
    let (clock, fraction) = time.split_once('.').map_or((time, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.splitn(3, ':');
    let (Some(hour), Some(minute), Some(second), None) =
        (parts.next().and_then(two), parts.next().and_then(two), parts.next().and_then(two), parts.next())
    else {
        return false;
    };
    let digits_ok = fraction.is_none_or(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    let midnight_end =
        hour == 24 && minute == 0 && second == 0 && fraction.is_none_or(|f| f.bytes().all(|b| b == b'0'));
    digits_ok && (midnight_end || (hour < 24 && minute < 60 && second < 60))
}

fn sample_date_time(dice: &mut Dice<'_>) -> String {
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    let (hour, minute, second) = (dice.below(24), dice.below(60), dice.below(60));
    let fraction = dice.pick(&["", ".5", ".123456789"]).unwrap_or_default();
    let zone = dice.pick(&["Z", "+02:00", "-05:30", ""]).unwrap_or_default();
    format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// An enumeration declared by [`enumeration!`](crate::enumeration).
pub trait Enumeration: Copy + Eq + fmt::Debug + 'static {
    /// The table entry.
    const DEF: EnumDef;
    /// The value of this index in the table.
    fn of_index(index: usize) -> Option<Self>;
    /// Its index in the table.
    fn index(self) -> usize;
}

/// A value of the enumeration `E`, or one that the enumeration does not list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coded<E> {
    /// A registered value.
    Known(E),
    /// `ext-value`, and what the `ext-*` attribute says instead.
    Ext(String),
    /// A value that is not in the list, as it came; also `ext-value` without its attribute.
    Other(String),
}

impl<E: Enumeration> Coded<E> {
    /// The value as written in the attribute itself.
    pub fn as_str(&self) -> &str {
        match self {
            Coded::Known(value) => E::DEF.values.get(value.index()).copied().unwrap_or_default(),
            Coded::Ext(_) => "ext-value",
            Coded::Other(text) => text,
        }
    }

    /// What is meant, wherever it is written: the registered value, the extension's text, or the unknown value.
    pub fn meaning(&self) -> &str {
        match self {
            Coded::Ext(text) => text,
            _ => self.as_str(),
        }
    }

    /// The registered value of this text, else an extension (where the enumeration has one).
    pub fn from_meaning(text: &str) -> Self {
        let registered = E::DEF.aliases.iter().find(|(alias, _)| *alias == text).map_or(text, |(_, to)| to);
        let index = E::DEF.values.iter().position(|value| *value == registered);
        match index.and_then(E::of_index) {
            Some(known) => Coded::Known(known),
            None if E::DEF.extensible => Coded::Ext(text.to_owned()),
            None => Coded::Other(text.to_owned()),
        }
    }

    /// The registered value, if it is one.
    pub fn known(&self) -> Option<E> {
        match self {
            Coded::Known(value) => Some(*value),
            _ => None,
        }
    }
}

impl<E> From<E> for Coded<E> {
    fn from(value: E) -> Self {
        Coded::Known(value)
    }
}

impl<E> Blank for Coded<E> {
    fn blank() -> Self {
        Coded::Other(String::new())
    }
}
impl<E: Enumeration> Shaped for Coded<E> {
    fn shape() -> Shape {
        Shape::Coded(const { &E::DEF })
    }
}
impl<E: Enumeration> Node for Coded<E> {
    fn view(&self) -> View<'_> {
        View::Coded(self)
    }
    fn view_mut(&mut self) -> ViewMut<'_> {
        ViewMut::Coded(self)
    }
}
impl<E: Enumeration> CodedNode for Coded<E> {
    fn def(&self) -> &'static EnumDef {
        const { &E::DEF }
    }
    fn text(&self) -> &str {
        self.as_str()
    }
    fn ext(&self) -> Option<&str> {
        match self {
            Coded::Ext(text) => Some(text),
            _ => None,
        }
    }
    fn set(&mut self, value: &str, ext: Option<&str>) {
        let value = value.trim_matches([' ', '\t', '\n', '\r']); // xs:NMTOKEN collapses
        let registered = E::DEF.aliases.iter().find(|(alias, _)| *alias == value).map_or(value, |(_, to)| to);
        let index = E::DEF.values.iter().position(|text| *text == registered);
        *self = match (index.and_then(E::of_index), ext) {
            (Some(known), _) => Coded::Known(known),
            // An extension that says a registered value is that value: schemas lag behind registries.
            (None, Some(ext)) if E::DEF.extensible && value == "ext-value" => Coded::from_meaning(ext),
            (None, _) => Coded::Other(value.to_owned()),
        };
    }
    fn is_registered(&self) -> bool {
        match self {
            Coded::Known(_) => true,
            Coded::Ext(_) => E::DEF.extensible,
            Coded::Other(_) => false,
        }
    }
}
