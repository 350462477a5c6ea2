//! Where in a record: `$.events[0].descriptions[1].text`.

use std::fmt;

/// A path from the root, cheap to extend: each step points to the one before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Element(&'a str, usize),
}

impl<'a> Trail<'a> {
    /// The record.
    pub(super) const ROOT: Trail<'static> = Trail { parent: None, step: Step::Root };

    /// A member.
    pub(super) const fn member(&'a self, name: &'a str) -> Trail<'a> {
        Trail { parent: Some(self), step: Step::Member(name) }
    }

    /// An element of a list member, from 0.
    pub(super) const fn element(&'a self, name: &'a str, index: usize) -> Trail<'a> {
        Trail { parent: Some(self), step: Step::Element(name, index) }
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => f.write_str("$"),
            Step::Member(name) => write!(f, ".{}", name.trim_start_matches("r#")),
            Step::Element(name, index) => write!(f, ".{}[{index}]", name.trim_start_matches("r#")),
        }
    }
}
