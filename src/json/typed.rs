//! Types that serde reads, behind the strict check.

use serde::de::DeserializeOwned;

use super::{
    Base, Limits,
    document::problem_in,
    scan::{Collect, Problem, Scanner, Token},
};
use crate::error::{Code, Finding};

/// Checks that the bytes are one strict JSON document within the limits.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), Finding> {
    check_at(bytes, limits, &Base::default())
}

/// Reads a type from a document that passes [`check`].
///
/// # Errors
/// What [`check`] finds; then what the type refuses: `element-missing`, `element-unexpected` or `value-invalid`, with
/// the path to it.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8], limits: &Limits) -> Result<T, Finding> {
    from_slice_at(bytes, limits, &Base::default())
}

/// As [`from_slice`], for a document that stands in a larger one; findings name the places of the larger one.
///
/// # Errors
/// As [`from_slice`].
pub fn from_slice_at<T: DeserializeOwned>(bytes: &[u8], limits: &Limits, base: &Base) -> Result<T, Finding> {
    check_at(bytes, limits, base)?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => "$".to_owned(),
            path if path.starts_with('[') => format!("${path}"),
            path => format!("$.{path}"),
        };
        let problem = refused(bytes, error.inner());
        problem_in(bytes, base, problem, &path)
    })
}

fn check_at(bytes: &[u8], limits: &Limits, base: &Base) -> Result<(), Finding> {
    let mut scanner = Scanner::new(bytes, *limits, Collect::Keys);
    loop {
        match scanner.next() {
            Ok(lexeme) if lexeme.token == Token::End => return Ok(()),
            Ok(_) => {}
            Err(problem) => return Err(problem_in(bytes, base, problem, &scanner.path())),
        }
    }
}

fn refused(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let (found, expected) = message.split_once(", expected ").unwrap_or((message, "what the type needs"));
    let code = match error.classify() {
        serde_json::error::Category::Data if message.starts_with("missing field") => Code::ClassMissing,
        serde_json::error::Category::Data if message.starts_with("unknown field") => Code::ClassUnknownElement,
        serde_json::error::Category::Data => Code::ValueInvalid,
        _ => Code::JsonSyntax,
    };
    // serde_json tells the line, ended by LF only, and how many bytes of it were read.
    let mut ends = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'\n').map(|(at, _)| at + 1);
    let line_start = error.line().checked_sub(2).map_or(Some(0), |earlier| ends.nth(earlier)).unwrap_or(0);
    let offset = (line_start + error.column().saturating_sub(1)) as u64;
    Problem { code, offset, found: found.to_owned(), expected: expected.to_owned() }
}
