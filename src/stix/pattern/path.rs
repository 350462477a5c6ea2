//! Object paths (§9.7).

use super::{At, PatternError, lexer};

/// A property of an object, and how to come to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectPath {
    /// Where it stands.
    pub at: At,
    object: String,
    steps: Vec<Step>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a property, to the value of a key, or to a property of the object that a reference leads to.
    Key(String),
    /// To the element of a list that has this number, the first of which is 0.
    Index(u64),
    /// To each element of a list: `[*]`.
    Every,
}

impl ObjectPath {
    /// A path from an object of a type to one of its properties.
    ///
    /// # Errors
    /// When the type's name is none that a pattern can have: letters, digits, hyphens and underscores that begin with a letter, and no
    /// word of the language.
    pub fn new(object: impl Into<String>, property: impl Into<String>) -> Result<Self, PatternError> {
        let object = object.into();
        if !lexer::is_name(&object) || lexer::is_reserved(&object) {
            return Err(PatternError::built(format!("{object:?}"), "a type of object"));
        }
        Ok(ObjectPath { at: At::default(), object, steps: vec![Step::Key(property.into())] })
    }

    /// The path that goes one step further.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The path that goes on to a property or key.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// The path with other steps; the first of which is a key. Without any, as it is.
    pub(in crate::stix) fn with(&self, steps: Vec<Step>) -> Self {
        match steps.first() {
            Some(Step::Key(_)) => ObjectPath { steps, ..self.clone() },
            _ => self.clone(),
        }
    }

    /// The type of object that it begins at.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Its steps: at least one, of which the first is a key.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Its keys, if it has no other steps.
    pub fn keys(&self) -> Option<Vec<&str>> {
        fn key(step: &Step) -> Option<&str> {
            match step {
                Step::Key(key) => Some(key),
                _ => None,
            }
        }
        self.steps.iter().map(key).collect()
    }
}
