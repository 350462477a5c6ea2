//! The rules of STIX 2.1, each once: where it stands, which word it has there, and what a finding of it says.
//!
//! Here are those about values, names, ids and documents; [`forms`] has those about texts, [`constraints`] those about
//! several properties of one object. `docs/stix-rules.md` is printed from all three.

use super::{constraints, forms};
use crate::error::{Code, Finding, Position, Severity};

/// The word that a rule has in the specification (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// MUST or MUST NOT.
    Must,
    /// SHOULD or SHOULD NOT.
    Should,
    /// MAY, or no word at all.
    May,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// What it is about.
    pub of: &'static str,
    /// Its word in the specification.
    pub word: Word,
    /// How much it matters.
    pub severity: Severity,
    /// The code of its findings.
    pub code: Code,
    /// Its section of STIX 2.1.
    pub section: &'static str,
    /// What must be there: what findings say was expected, unless they can say it more closely.
    pub expected: &'static str,
}

impl Rule {
    /// A MUST that, when broken, leaves it open what was meant.
    pub(super) const fn must(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
        Rule { of, word: Word::Must, severity: Severity::Error, code, section, expected }
    }

    /// A MUST that, when broken, leaves it clear what was meant.
    pub(super) const fn clear(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
        Rule { of, word: Word::Must, severity: Severity::Warning, code, section, expected }
    }

    pub(super) const fn should(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
        Rule { of, word: Word::Should, severity: Severity::Warning, code, section, expected }
    }

    /// A SHOULD that many have good reasons not to follow.
    pub(super) const fn advice(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
        Rule { of, word: Word::Should, severity: Severity::Note, code, section, expected }
    }

    /// What no word forbids, and cannot be meant or cannot be read here.
    pub(super) const fn odd(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
        Rule { of, word: Word::May, severity: Severity::Warning, code, section, expected }
    }

    pub(super) const fn may(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
        Rule { of, word: Word::May, severity: Severity::Note, code, section, expected }
    }

    /// A finding of it; `expected` where it can be said more closely than the table does.
    pub(super) fn finding(&self, position: Position, path: String, found: &str, expected: Option<&str>) -> Finding {
        let expected = self.told(expected.unwrap_or(self.expected));
        Finding::new(self.severity, self.code, position, path, found, expected)
    }

    /// What its findings call expected.
    fn told(&self, expected: &str) -> String {
        format!("{expected} (STIX 2.1 §{})", self.section)
    }
}

/// The rules that a finding may be of: the one with its words, or, where none has them, all that could have said it.
#[cfg(test)]
pub(super) fn of(finding: &Finding) -> Vec<&'static Rule> {
    let may = |rule: &&Rule| {
        (rule.code, rule.severity) == (finding.code, finding.severity) && finding.expected.ends_with(&rule.told(""))
    };
    let exact: Vec<_> = all().filter(may).filter(|rule| finding.expected == rule.told(rule.expected)).collect();
    if exact.is_empty() { all().filter(may).collect() } else { exact }
}

macro_rules! rules {
    ($( $name:ident = $kind:ident $of:literal $code:ident $section:literal $expected:literal; )*) => {
        $( #[doc = $expected] pub(super) static $name: Rule = Rule::$kind($of, Code::$code, $section, $expected); )*

        /// The rules of this file.
        static GENERAL: &[&Rule] = &[ $( &$name, )* ];
    };
}

rules! {
    // --- documents ---
    ROOT = must "document" ValueInvalid "8" "a bundle or a STIX object";
    VERSION_20 = must "document" FormatUnknown "3.2" "STIX 2.1; STIX 2.0 is recognised, and not checked";
    ELEMENT = must "bundle" ValueInvalid "8.1" "a STIX object";
    NESTED_BUNDLE = must "bundle" ClassUnknownElement "8" "a STIX object, which a bundle is not";
    DIFFERS = must "version of an object" IdRepeated "3.6" "the same properties and values in every copy of a version";
    AGAIN = may "version of an object" IdRepeated "3.6" "an object that did not come before";
    CREATED_CHANGED = must "version of an object" ValueContradicts "3.2" "the same time of creation in all versions of an object";
    CREATOR_CHANGED = clear "version of an object" ValueContradicts "3.6" "the same creator in all versions of an object";
    AFTER_REVOKED = must "version of an object" ValueContradicts "3.6" "no version after the one that revokes the object";
    UUID_REUSED = clear "identifier" IdRepeated "2.9" "a UUID that no object of another type has";
    TRANSLATED = clear "language-content" IdUnresolved "7.1.1" "the modified time of a version of the object";

    // --- names ---
    TYPE_NAME = must "type" ValueInvalid "3.1" "3 to 250 of a-z, 0-9 and hyphen, beginning with a letter, without two hyphens in a row";
    UNKNOWN_TYPE = should "type" ValueUnknown "11.2" "a type of STIX 2.1, or one that an extension of the object defines";
    PROPERTY_NAME = must "property" ValueInvalid "11.1.1" "a name of 3 to 250 of a-z, 0-9 and underscore";
    UNKNOWN_PROPERTY = should "property" ClassUnknownElement "11.1" "a property of the type, or one that an extension of the object defines";
    UNLISTED_PROPERTY = should "property" ClassUnknownElement "7.3.1" "a property that the extension-definition lists";
    NOT_APPLICABLE = clear "property" ClassUnknownElement "3.2" "a common property that the type has";
    DEFANGED = must "property" ClassUnknownElement "3.2" "defanged on cyber-observable objects only";
    RESERVED = must "property" ClassUnknownElement "3.8" "no property of a reserved name";
    REQUIRED = must "property" ClassMissing "3.1" "the property";
    DEPRECATED = may "property" ClassUnknownElement "3.1" "what has replaced the deprecated property";

    // --- values ---
    VALUE = must "value" ValueInvalid "2" "a value of the property's type";
    SPEC_VERSION = must "spec_version" ValueInvalid "3.2" "2.1";
    RANGE = must "value" ValueInvalid "2.10" "a number within the range of the property";
    TIMESTAMP = must "timestamp" ValueInvalid "2.16.1" "a time in UTC such as 2026-03-01T12:00:00.000Z";
    MILLISECONDS = clear "created, modified" ValueInvalid "3.2" "a time with at least three digits of fraction";
    BASE64 = must "binary" ValueInvalid "2.1" "base64 (RFC 4648 §4)";
    HEX = must "hex" ValueInvalid "2.8" "an even number of the digits 0-9 and a-f";
    ENUM = must "enum" ValueUnknown "2.4" "a value of the enumeration";
    OPEN_VOCAB = advice "open-vocab" ValueUnknown "2.14" "a value of the vocabulary";
    LIST_EMPTY = must "list" ClassEmpty "2.12" "at least one element, or no property";
    DICTIONARY_EMPTY = must "dictionary" ClassEmpty "2.3" "at least one key, or no property";
    DICTIONARY_KEY = must "dictionary" ValueInvalid "2.3" "a key of 1 to 250 of a-z, A-Z, 0-9, hyphen and underscore";
    DICTIONARY_VALUE = must "dictionary" ValueInvalid "2.3" "a value of a property type";
    HASH_KEY = must "hashes" ValueInvalid "2.7" "a key of 3 to 250 of a-z, A-Z, 0-9, hyphen and underscore";
    HASH_NAME = should "hashes" ValueUnknown "2.7" "an algorithm of hash-algorithm-ov";
    HASH_VALUE = must "hashes" ValueInvalid "10.7" "a digest of the algorithm";

    // --- ids and references ---
    ID_FORM = must "identifier" ValueInvalid "2.9" "an id of the form TYPE--UUID";
    ID_UUID = must "identifier" ValueInvalid "2.9" "a UUID of RFC 4122";
    ID_TYPE = must "identifier" ValueContradicts "2.9" "an id that begins with the type of the object";
    ID_RANDOM = advice "identifier" ValueInvalid "2.9" "a UUID of version 4, unless in a namespace of one's own";
    ID_COMPUTED = advice "identifier" ValueContradicts "2.9" "the id that follows from the properties";
    ID_OF_NOTHING = clear "identifier" ValueContradicts "2.9" "a UUID of version 4, since there is nothing to compute one from";
    REFERENCE = must "identifier" ValueInvalid "3.3" "a reference to an object of the right type";
    LOCAL_REFERENCE = must "observable-container" IdUnresolved "2.13" "the key of an object in the same container";
    RELATIONSHIP = advice "relationship" ValueUnknown "5.1.2" "a relationship that is defined between the two types";

    // --- markings ---
    SELECTOR_OF_NOTHING = must "granular-marking" IdUnresolved "7.2.3" "a selector of something that is in the object";
    MARKS_ITSELF = must "marking-definition" ValueContradicts "3.2" "a marking other than this one";
    TLP = must "marking-definition" ValueContradicts "7.2.1" "one of the TLP markings, with its id";

    // --- patterns ---
    PATTERN = must "pattern" ValueInvalid "9.4" "a pattern of the grammar";
    PATTERN_LIMIT = odd "pattern" LimitExceeded "9.4" "a pattern within the limits";
    PATTERN_SPELLING = clear "pattern" ValueInvalid "9.2" "signs and constants as the specification spells them";
    PATTERN_TYPES = must "pattern" ValueContradicts "9.5" "comparisons of one object type on both sides of AND";
    PATTERN_STOP = odd "pattern" ValueContradicts "9.5.1" "STOP after START";
    PATTERN_VALID_FROM = should "pattern" ValueContradicts "9.5.1" "START not before valid_from";
    PATTERN_VALID_UNTIL = should "pattern" ValueContradicts "9.5.1" "STOP not after valid_until";
    PATTERN_OBJECT = must "pattern" ValueUnknown "9.7" "a type of cyber-observable object";
    PATTERN_CUSTOM = may "pattern" ValueUnknown "9.7" "a type of STIX 2.1";
    PATTERN_PATH = clear "pattern" ClassUnknownElement "9.7" "a path that the type has";
    PATTERN_CONSTANT = clear "pattern" ValueInvalid "9.6.1" "a constant of the property's type";
    PATTERN_REGEX = clear "pattern" ValueInvalid "9.6.1" "a regular expression (PCRE)";
    PATTERN_NETWORK = must "pattern" ValueInvalid "9.6.1" "an IPv4 or IPv6 address or network";
    PATTERN_NETWORK_PATH = clear "pattern" ValueContradicts "9.6.1" "the value of an ipv4-addr or ipv6-addr before ISSUBSET and ISSUPERSET";

    // --- extensions ---
    EXTENSION_KEY = should "extensions" ClassUnknownElement "3.2" "the id of an extension-definition, or a predefined extension of the type";
    EXTENSION_TYPE = must "extensions" ClassMissing "3.2" "extension_type";
}

/// Every rule, in the order of the page.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let forms = forms::FORMS.iter().map(|form| &form.rule);
    let constraints = constraints::CONSTRAINTS.iter().map(|constraint| &constraint.rule);
    GENERAL.iter().copied().chain(forms).chain(constraints)
}

/// The page of the rules, `docs/stix-rules.md`.
#[cfg(test)]
pub(super) fn page() -> String {
    let mut page = include_str!("page.md").to_owned();
    page.push_str("| of | rule | word | severity | code | section |\n| --- | --- | --- | --- | --- | --- |\n");
    for Rule { of, word, severity, code, section, expected } in all() {
        let word = match word {
            Word::Must => "MUST",
            Word::Should => "SHOULD",
            Word::May => "-",
        };
        page.push_str(&format!("| {of} | {expected} | {word} | {severity} | `{code}` | {section} |\n"));
    }
    page
}
