//! What all groups are made of: element ids, origins and residue, texts, times, amounts.

use uuid::Uuid;

use super::{
    declare::{closed, group, lexical, open, value},
    part::{Node, NodeMut, Part, Place},
};
use crate::{
    digest::Digest,
    error::excerpt,
    marking::{Audience, Tlp},
    record::{generate::Generator, letters::Letters},
    time::{Fidelity, WireTime, ZoneState},
};

/// A value that is not of its form.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {expected}")]
pub struct BadForm {
    /// The value, shortened.
    pub found: String,
    /// The form.
    pub expected: &'static str,
}

impl BadForm {
    pub(crate) fn new(found: &str, expected: &'static str) -> Self {
        BadForm { found: excerpt(found), expected }
    }
}

/// The record's own id: a UUID, random (v4) for a record made here, derived (v5) for one made by translation (§0a).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RecordId(pub Uuid);

impl std::str::FromStr for RecordId {
    type Err = BadForm;
    fn from_str(text: &str) -> Result<Self, BadForm> {
        let id = Uuid::try_parse(text).ok().map(RecordId).filter(|id| id.to_string() == text);
        id.ok_or_else(|| BadForm::new(text, "a UUID in lower case with hyphens"))
    }
}

impl TryFrom<String> for RecordId {
    type Error = BadForm;
    fn try_from(text: String) -> Result<Self, BadForm> {
        text.parse()
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> String {
        id.to_string()
    }
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl schemars::JsonSchema for RecordId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RecordId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
        })
    }
}

/// Longest element id, in bytes.
pub const MAX_ELEMENT_ID_BYTES: usize = 128;

fn is_element_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    text.len() <= MAX_ELEMENT_ID_BYTES
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(allowed)
}

lexical! {
    /// The id of an element, unique in its record and never reused there. Empty only until the reader has given one.
    #[derive(Default)]
    pub struct ElementId {
        form: "up to 128 letters, digits and . _ : -, beginning with a letter or digit",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$",
        fits: is_element_id,
        like: ["a"],
    }
}

impl Part for ElementId {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    fn generate(generator: &mut Generator) -> Self {
        generator.sample(Self::SAMPLES, ElementId)
    }
}

lexical! {
    /// A reference to an element of the same record, by its id.
    pub struct ElementRef {
        form: "the id of an element of this record",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$",
        fits: is_element_id,
        like: ["a"],
    }
}

impl From<&ElementId> for ElementRef {
    fn from(id: &ElementId) -> Self {
        ElementRef(id.0.clone())
    }
}

impl Part for ElementRef {
    fn visit<'a>(&'a self, at: &mut Place, visit: &mut dyn FnMut(&Place, Node<'a>)) {
        visit(at, Node::Reference(self));
    }

    fn visit_mut(&mut self, at: &mut Place, visit: &mut dyn FnMut(&Place, NodeMut<'_>)) {
        visit(at, NodeMut::Reference(self));
    }

    fn generate(generator: &mut Generator) -> Self {
        generator.sample(Self::SAMPLES, ElementRef)
    }
}

lexical! {
    /// A currency by its ISO 4217 letters. Whether the code is listed is a rule of `record::check`.
    pub struct Currency {
        form: "three upper-case letters (ISO 4217)",
        pattern: "^[A-Z]{3}$",
        fits: |text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        like: ["EUR", "USD", "CHF", "JPY"],
    }
}

impl Part for Currency {
    fn visit<'a>(&'a self, at: &mut Place, visit: &mut dyn FnMut(&Place, Node<'a>)) {
        visit(at, Node::Currency(self));
    }

    fn generate(generator: &mut Generator) -> Self {
        generator.sample(Self::SAMPLES, Currency)
    }
}

fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let some = mantissa.bytes().any(|byte| byte.is_ascii_digit()) && !exponent.is_empty();
    text.len() <= 64 && some && digits(whole) && digits(fraction) && digits(exponent)
}

lexical! {
    /// A number as it was written, such as `1250000.00` or `1.5E3`; at most 64 bytes. JSON text, because numbers in
    /// JSON lose digits. The forms are those of `xs:decimal` and `xs:float` without `INF` and `NaN`.
    pub struct Decimal {
        form: "a decimal number such as 1250000.00",
        pattern: "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?$",
        fits: is_decimal,
        like: ["0", "1", "250000.00", "-12.5", "0.75", "1.5E3"],
    }
}
value!(Decimal like its samples);

impl Decimal {
    /// The nearest floating point number. For display and statistics, not for adding money.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

lexical! {
    /// A two-letter code of ISO/IEC TR 18044 Annex A. The list stands in `tr18044.tsv`; an unlisted code is kept.
    pub struct Code18044 {
        form: "two upper-case letters (ISO/IEC TR 18044 Annex A)",
        pattern: "^[A-Z]{2}$",
        fits: |text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        like: ["TH", "MC", "HA", "FD", "CE", "PI", "UE"],
    }
}
value!(Code18044 like its samples);

group! {
    /// Where an element came from (§0a).
    pub struct Origin : provenance {
        /// The document: the digest of its bytes, or the id of the message that brought it.
        document: Option<String>;
        /// Path of the element in that document, in the notation of its format.
        path: Option<String>;
        /// Place among its siblings there, from 0; keeps the order for the way back.
        ordinal: Option<u64>;
    }
}

group! {
    /// Residue: one thing of a foreign format that no field holds (§0a). It stays with the element it came with and goes
    /// back to that place when a document of the same format is written.
    pub struct Carried : provenance {
        /// The format, such as `iodef-xml` or `stix`.
        format: Option<String>;
        /// Id of the element that it hangs on; absent when that is the element it stands in.
        anchor: Option<ElementRef>;
        /// Path below the anchor, in the notation of the format.
        path: Option<String>;
        /// The text as it stood: an XML fragment, a JSON text, a plain value.
        value: Option<String>;
        /// Digest of the anchor's own members when it was taken; when it no longer matches, the residue is dropped.
        digest: Option<Digest>;
    }
}

open! {
    /// The sharing scale of IODEF (RFC 7970 §3.3.1 `restriction`), beside TLP (§14).
    pub enum Restriction {
        Private = "private",
        NeedToKnow = "need-to-know",
        Partner = "partner",
        Public = "public",
        Default = "default",
    }
}

impl Restriction {
    /// The label that says the same (RFC 7970 §3.3.1). What was agreed beforehand (`default`) is none; a word that nobody knows is
    /// the narrowest (§14).
    pub fn tlp(&self) -> Option<Tlp> {
        match self {
            Restriction::Default => None,
            Restriction::Public => Some(Tlp::Clear),
            Restriction::Partner => Some(Tlp::Green),
            Restriction::NeedToKnow => Some(Tlp::Amber),
            Restriction::Private | Restriction::Other(_) => Some(Tlp::Red),
        }
    }
}

group! {
    /// A marking of one element (§14).
    pub struct Marking {
        /// Traffic Light Protocol 2.0.
        tlp: Option<Tlp>;
        /// The other scale of the same attribute; where both stand, TLP wins.
        restriction: Option<Restriction>;
    }
}

impl Marking {
    /// What it amounts to, whichever scale says it; none when it leaves that to what is around.
    pub fn level(&self) -> Option<Tlp> {
        self.tlp.or_else(|| self.restriction.as_ref().and_then(Restriction::tlp))
    }
}

open! {
    /// How sure a statement is (RFC 7970 §3.12.5 `rating`).
    pub enum Rating {
        Low = "low",
        Medium = "medium",
        High = "high",
        Numeric = "numeric",
        Unknown = "unknown",
    }
}

group! {
    /// Confidence in a statement (requirement 4; RFC 7970 §3.12.5).
    pub struct Confidence {
        /// The category.
        rating: Option<Rating>;
        /// The number, when the rating is `numeric`; what it means is for the writer to say.
        value: Option<Decimal>;
    }
}

group! {
    /// A text with its language (RFC 7970 §2.4 ML_STRING) and how sure it is (requirement 4).
    pub struct Text {
        /// The text.
        text: Option<String>;
        /// Language, BCP 47; absent means the record's.
        lang: Option<String>;
        /// Texts with the same id are translations of each other.
        translation: Option<String>;
        /// How sure the statement is.
        confidence: Option<Confidence>;
        /// Why an unconfirmed statement is thought true.
        basis: Option<String>;
    }
}

impl Text {
    /// A text in the record's language.
    pub fn new(text: impl Into<String>) -> Self {
        Text { text: Some(text.into()), ..Text::default() }
    }
}

group! {
    /// A point in time as the record knows it: value, how fine it is, what was said, and where the zone comes from
    /// (§3, requirement 82).
    pub struct Dated : dated {
        /// The time; parts below the fidelity are filler.
        at: Option<WireTime>;
        /// How fine it is; absent means as written.
        fidelity: Option<Fidelity>;
        /// The words of the source, such as a log line's stamp or "some day last week".
        text: Option<String>;
        /// Where the offset comes from; absent means stated when there is one.
        zone: Option<ZoneState>;
        /// How sure it is.
        confidence: Option<Confidence>;
        /// Why an unconfirmed time is thought right.
        basis: Option<String>;
    }
}

impl From<WireTime> for Dated {
    fn from(at: WireTime) -> Self {
        Dated { at: Some(at), ..Dated::default() }
    }
}

group! {
    /// A length of time in days, hours and minutes (§3, TR 18044 Annex A).
    pub struct Span {
        /// Days.
        days: Option<u64>;
        /// Hours beside the days.
        hours: Option<u64>;
        /// Minutes beside the hours.
        minutes: Option<u64>;
    }
}

group! {
    /// An amount of money (§12).
    pub struct Money {
        /// The amount; negative for what came back.
        amount: Option<Decimal>;
        /// Its currency.
        currency: Option<Currency>;
    }
}

closed! {
    /// A question that may be open.
    pub enum YesNo {
        Yes = "yes",
        No = "no",
        Unknown = "unknown",
    }
}

closed! {
    /// Whether something happened or is expected (§4.3).
    pub enum Occurrence {
        Actual = "actual",
        Projected = "projected",
    }
}

closed! {
    /// Whether a figure was counted or estimated (§12, §16).
    pub enum Basis {
        Actual = "actual",
        Estimate = "estimate",
    }
}

group! {
    /// A document that the record points to instead of holding it (requirement 33).
    pub struct DocumentRef {
        /// Title.
        title: Option<String>;
        /// Number or version by which people ask for it.
        number: Option<String>;
        /// Where it can be fetched.
        url: Option<String>;
        /// Digest of its bytes.
        digest: Option<Digest>;
        /// Where it is kept, when that is no address.
        location: Option<String>;
    }
}

impl schemars::JsonSchema for Digest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Digest".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" })
    }
}

value!(String, |generator| generator.text());
value!(bool, |generator| generator.below(2) == 0);
value!(u64, |generator| generator.below(100_000));
value!(i64, |generator| generator.below(100_000) as i64 - 100);
value!(RecordId, |generator| RecordId(generator.uuid()));
value!(Digest, |generator| Digest::of(generator.uuid().as_bytes()));
value!(Letters, |generator| *generator.pick(&[Letters::NONE, Letters::ALL, Letters::declared("YCSCSCN")]));
value!(Tlp, |generator| *generator.pick(Tlp::ALL));
value!(Audience, |generator| *generator.pick(Audience::ALL));
value!(Fidelity, |generator| *generator.pick(Fidelity::ALL));
value!(ZoneState, |generator| *generator.pick(ZoneState::ALL));
value!(WireTime, |generator| generator.time());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_their_form_and_others_are_refused() {
        for sample in Decimal::SAMPLES {
            assert!(sample.parse::<Decimal>().is_ok(), "{sample}");
        }
        for bad in ["", "-", ".", "-.", "1e", "e5", ".e5", "1.2.3", "1,5", "0x1", "NaN", "INF", " 1", &"1".repeat(65)] {
            assert!(bad.parse::<Decimal>().is_err(), "{bad}");
        }
        assert!(".5".parse::<Decimal>().is_ok() && "5.".parse::<Decimal>().is_ok());
        assert_eq!("1.5E3".parse::<Decimal>().unwrap().to_f64(), 1500.0);
        for bad in ["", "-a", "a b", "ä", "a/b", &"a".repeat(MAX_ELEMENT_ID_BYTES + 1)] {
            assert!(bad.parse::<ElementId>().is_err(), "{bad}");
        }
        assert!("a".repeat(MAX_ELEMENT_ID_BYTES).parse::<ElementId>().is_ok());
        let id = "3f2a0000-0000-4000-8000-00000000000a";
        assert_eq!(id.parse::<RecordId>().unwrap().to_string(), id);
        for bad in [&id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}"), &format!("urn:uuid:{id}")] {
            assert!(bad.parse::<RecordId>().is_err(), "{bad}");
        }
        assert!("EUr".parse::<Currency>().is_err() && "EURO".parse::<Currency>().is_err());
        for sample in Code18044::SAMPLES {
            assert!(sample.parse::<Code18044>().is_ok(), "{sample}");
        }
    }
}
