//! Values of the command line.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::{
    format::Format,
    gate::{DenyClass, Outcome},
    iodef,
    openpgp::Profile,
    translate,
};

/// Largest document that is read from a file or standard input unless told otherwise, in bytes.
pub const MAX_BYTES: u64 = 26_214_400;

/// A file to read, or standard input (`-`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl FromStr for Input {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { Input::Stdin } else { Input::File(text.into()) })
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Stdin => f.write_str("-"),
            Input::File(path) => path.display().fmt(f),
        }
    }
}

/// A record: one of the store by tracking number or id, or one of a file (`./x.json`, `/x.json`, `-`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordName {
    /// In the store.
    Stored(String),
    /// In a file.
    In(Input),
}

impl FromStr for RecordName {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_file = text == "-" || text.starts_with("./") || text.starts_with("../") || text.starts_with('/');
        Ok(if is_file { RecordName::In(text.parse()?) } else { RecordName::Stored(text.to_owned()) })
    }
}

/// Where a message of the inbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxState {
    /// It has its receipt.
    Ended(Outcome),
    /// A crash left it, or its sender cannot be served now.
    Unsettled,
}

/// Who does something, as the audit log names it.
///
/// # Errors
/// When it is not 1 to 64 printable ASCII characters without spaces, or a name under which the log has acts of no person.
pub(super) fn actor(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    // `system` and `partner:DOMAIN` are who acts when nobody here does.
    match (fits, text == "system" || text.contains(':')) {
        (true, false) => Ok(text.to_owned()),
        (true, true) => Err("is a name that the audit log has for what no person does".into()),
        (false, _) => {
            Err("expected 1 to 64 printable ASCII characters without spaces, such as alice or duty-officer".into())
        }
    }
}

/// Why something is done, as its history tells it.
///
/// # Errors
/// When nothing stands there, or more than a line.
pub(super) fn reason(text: &str) -> Result<String, String> {
    match text.trim().is_empty() || text.chars().any(char::is_control) {
        true => Err("expected a reason, on one line".into()),
        false => Ok(text.to_owned()),
    }
}

/// One of these, by its name; another name is a usage error that lists them.
fn one_of<T: Clone + Send + Sync + 'static>(all: Vec<(&'static str, T)>) -> impl TypedValueParser<Value = T> {
    let names = PossibleValuesParser::new(all.iter().map(|(name, _)| *name));
    names.try_map(move |name| {
        let found = all.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).ok_or("no such name")
    })
}

/// An OpenPGP profile.
pub(super) fn profiles() -> impl TypedValueParser<Value = Profile> {
    one_of(Profile::ALL.iter().map(|profile| (profile.as_str(), *profile)).collect())
}

/// A profile of IODEF in XML.
pub(super) fn iodef_profiles() -> impl TypedValueParser<Value = iodef::Profile> {
    one_of(iodef::Profile::ALL.iter().map(|profile| (profile.as_str(), *profile)).collect())
}

/// A shape of the incident core extension.
pub(super) fn incident_shapes() -> impl TypedValueParser<Value = translate::IncidentShape> {
    one_of(translate::IncidentShape::ALL.to_vec())
}

/// A format that is read and written here.
pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    one_of(translate::FORMATS.iter().map(|format| (format.as_str(), *format)).collect())
}

/// A format that is read here.
pub(super) fn formats_read() -> impl TypedValueParser<Value = Format> {
    let all = translate::FORMATS.iter().chain(translate::READ_ONLY);
    one_of(all.map(|format| (format.as_str(), *format)).collect())
}

/// A class of the deny list.
pub(super) fn deny_classes() -> impl TypedValueParser<Value = DenyClass> {
    one_of(DenyClass::ALL.iter().map(|class| (class.as_str(), *class)).collect())
}

/// Where a message of the inbox stands.
pub(super) fn inbox_states() -> impl TypedValueParser<Value = InboxState> {
    let ended = Outcome::ALL.into_iter().map(|outcome| (outcome.as_str(), InboxState::Ended(outcome)));
    one_of(ended.chain([("unsettled", InboxState::Unsettled)]).collect())
}
