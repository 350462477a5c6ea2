//! Why the gate refuses. A refusal names places and rules, never content: it is logged and shown.

use std::fmt;

use super::deny::DenyClass;
use crate::{error::Code, marking::Tlp};

/// The document stays in the house.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// At least one, in the order of the document, at most [`Refusal::REASONS`].
    pub reasons: Vec<Reason>,
}

/// One reason, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The gate cannot read it.
    Unreadable(String),
    /// No line of the path table has this place, or this value of a tested attribute.
    Unlisted(String),
    /// The audience may not see this place.
    Audience(String),
    /// This place needs approval of exactly these bytes.
    Approval(String),
    /// The marking is not among those agreed; `None` is no marking or one that is not known, which is RED.
    Marking(String, Option<Tlp>),
    /// A deny entry stands there; the tag is its keyed hash.
    Denied(String, DenyClass, String),
}

impl Refusal {
    /// Most reasons that one refusal names.
    pub const REASONS: usize = 100;

    /// The error code.
    pub fn code(&self) -> Code {
        if self.reasons.iter().all(|reason| matches!(reason, Reason::Approval(_))) {
            Code::GateApproval
        } else {
            Code::GateRefused
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the gate refuses the document")?;
        for reason in &self.reasons {
            write!(f, "; {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unreadable(why) => write!(f, "not readable ({why})"),
            Reason::Unlisted(path) => write!(f, "{path} is in no line of the path table"),
            Reason::Audience(path) => write!(f, "{path} is not for this audience"),
            Reason::Approval(path) => write!(f, "{path} needs approval"),
            Reason::Marking(path, Some(tlp)) => write!(f, "{path} is marked TLP:{tlp}, which is not agreed"),
            Reason::Marking(path, None) => {
                write!(f, "{path} has no known marking and counts as TLP:RED, which is not agreed")
            }
            Reason::Denied(path, class, tag) => {
                write!(f, "{path} has an entry of the deny list ({}, {tag})", format!("{class:?}").to_lowercase())
            }
        }
    }
}
