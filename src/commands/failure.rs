//! Why a command failed, in the terms of the error table.

use std::{fmt, io, path::Path};

use crate::{
    error::{Code, Finding},
    output::{Shown, findings_value},
};

/// A failure: the code that gives the exit code, and what to say.
#[derive(Debug)]
pub struct Failure {
    /// The row of the error table.
    pub code: Code,
    /// One line for people.
    pub message: String,
    /// Findings that belong to it, with the file they are in.
    pub findings: Vec<(String, Finding)>,
}

impl Failure {
    /// A failure with a message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Failure { code, message: message.into(), findings: Vec::new() }
    }

    /// One that findings explain.
    pub fn with(mut self, file: &str, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings.into_iter().map(|finding| (file.to_owned(), finding)));
        self
    }

    /// Writing failed.
    pub fn disk(what: impl fmt::Display, error: &io::Error) -> Self {
        Failure::new(Code::DiskWrite, format!("cannot write {what}: {error}"))
    }

    /// A file that was named cannot be read.
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        Failure::new(Code::FileUnreadable, format!("cannot read {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, finding) in &self.findings {
            writeln!(f, "{file}:{finding}")?;
        }
        write!(f, "sirex: {} ({})", self.message, self.code)
    }
}

impl std::error::Error for Failure {}

/// Errors of the rooms below say their own code.
macro_rules! failures {
    ($($error:ty),* $(,)?) => { $(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self { Failure::new(error.code(), error.to_string()) }
        }
    )* };
}
failures!(
    crate::exchange::CardError,
    crate::exchange::DispatchError,
    crate::exchange::FilingError,
    crate::exchange::HomeError,
    crate::exchange::IntakeError,
    crate::openpgp::KeyError,
    crate::openpgp::OpenError,
    crate::openpgp::SealError,
    crate::exchange::ServeError,
    crate::partner::PartnerError,
    crate::sharing::SharingError,
    crate::store::Error,
);

impl Failure {
    /// The failure as it is shown: for people on standard error, with `--json` on standard output too.
    pub fn shown(&self) -> Shown {
        let mut shown = Shown::said("", self.value());
        shown.note(&self.to_string());
        shown.exit = self.code.exit();
        shown
    }

    fn value(&self) -> serde_json::Value {
        serde_json::json!({
            "error": {
                "code": self.code.as_str(),
                "message": self.message,
                "findings": findings_value(&self.findings),
            },
        })
    }
}
