//! Observation expressions and their qualifiers (§9.5).

use super::{At, Comparison, Constant, Literal, ObjectPath, PatternError, Size};

/// One observation, or several joined, with their qualifiers.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    observed: Observed,
    qualifiers: Vec<Qualifier>,
    size: Size,
}

/// What an observation expression is, its qualifiers aside.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// `[COMPARISON]`.
    One(Comparison),
    /// AND: two or more, on different observations.
    All(Vec<Observation>),
    /// OR: two or more.
    Any(Vec<Observation>),
    /// FOLLOWEDBY: two or more, each not before the one before it.
    InTurn(Vec<Observation>),
    /// One that has qualifiers, in parentheses since others follow that are about all of it.
    Group(Box<Observation>),
}

/// What restricts the observations that count.
#[derive(Clone, Debug, PartialEq)]
pub struct Qualifier {
    /// Where it stands.
    pub at: At,
    restriction: Restriction,
}

/// A restriction.
#[derive(Clone, Debug, PartialEq)]
pub enum Restriction {
    /// WITHIN: all of them in less than so many seconds, an integer or a float above 0.
    Within(Literal),
    /// REPEATS: so many times, at least once.
    Repeats(i64),
    /// START and STOP: not before the first time, and before the second.
    StartStop(Constant, Constant),
}

impl Qualifier {
    /// `WITHIN n SECONDS`.
    ///
    /// # Errors
    /// When it is no number above 0.
    pub fn within(seconds: Constant) -> Result<Self, PatternError> {
        let good = match seconds.literal() {
            Literal::Integer(number) => *number > 0,
            Literal::Float(number) => *number > 0.0,
            _ => false,
        };
        match good {
            true => Ok(Restriction::Within(seconds.literal().clone()).into_qualifier()),
            false => Err(PatternError::new(seconds.at.0, seconds.to_string(), "a number of seconds above 0")),
        }
    }

    /// `REPEATS n TIMES`.
    ///
    /// # Errors
    /// When it is no integer above 0.
    pub fn repeats(times: Constant) -> Result<Self, PatternError> {
        match times.literal() {
            Literal::Integer(number) if *number > 0 => Ok(Restriction::Repeats(*number).into_qualifier()),
            _ => Err(PatternError::new(times.at.0, times.to_string(), "a number of times, an integer above 0")),
        }
    }

    /// `START t'..' STOP t'..'`.
    ///
    /// # Errors
    /// When one of them is no timestamp.
    pub fn start_stop(start: Constant, stop: Constant) -> Result<Self, PatternError> {
        if let Some(other) = [&start, &stop].into_iter().find(|constant| constant.as_time().is_none()) {
            return Err(PatternError::new(other.at.0, other.to_string(), "a timestamp"));
        }
        Ok(Restriction::StartStop(start, stop).into_qualifier())
    }

    /// What it restricts.
    pub fn restriction(&self) -> &Restriction {
        &self.restriction
    }

    pub(super) fn placed(self, at: At) -> Self {
        Qualifier { at, ..self }
    }

    fn is_like(&self, other: &Qualifier) -> bool {
        std::mem::discriminant(&self.restriction) == std::mem::discriminant(&other.restriction)
    }
}

impl Restriction {
    fn into_qualifier(self) -> Qualifier {
        Qualifier { at: At::default(), restriction: self }
    }
}

impl Observation {
    /// `[COMPARISON]`.
    pub fn one(comparison: Comparison) -> Self {
        let size = comparison.size;
        Observation { observed: Observed::One(comparison), qualifiers: Vec::new(), size }
    }

    /// AND of these; of one, that one.
    ///
    /// # Errors
    /// When there is none, or the limits of patterns are passed.
    pub fn all(parts: Vec<Observation>) -> Result<Self, PatternError> {
        let parts = parts.into_iter().flat_map(|part| match part.observed {
            Observed::All(parts) if part.qualifiers.is_empty() => parts,
            _ => vec![part],
        });
        Observation::join(parts.collect(), Observed::All)
    }

    /// OR of these; of one, that one.
    ///
    /// # Errors
    /// As [`all`](Observation::all).
    pub fn any(parts: Vec<Observation>) -> Result<Self, PatternError> {
        let parts = parts.into_iter().flat_map(|part| match part.observed {
            Observed::Any(parts) if part.qualifiers.is_empty() => parts,
            _ => vec![part],
        });
        Observation::join(parts.collect(), Observed::Any)
    }

    /// FOLLOWEDBY of these, from left to right; of one, that one.
    ///
    /// # Errors
    /// As [`all`](Observation::all).
    pub fn in_turn(parts: Vec<Observation>) -> Result<Self, PatternError> {
        // It is read from left to right: only where the first is such a row itself do parentheses say nothing.
        let parts = parts.into_iter().enumerate().flat_map(|(nth, part)| match part.observed {
            Observed::InTurn(parts) if nth == 0 && part.qualifiers.is_empty() => parts,
            _ => vec![part],
        });
        Observation::join(parts.collect(), Observed::InTurn)
    }

    fn join(mut parts: Vec<Observation>, join: fn(Vec<Observation>) -> Observed) -> Result<Self, PatternError> {
        match parts.len() {
            0 => Err(PatternError::built("no observation", "at least one observation")),
            1 => Ok(parts.remove(0)),
            _ => {
                let size = Size::around(parts.iter().map(|part| part.size))?;
                Ok(Observation { observed: join(parts), qualifiers: Vec::new(), size })
            }
        }
    }

    /// The same with a further qualifier, which is about what it is with those before.
    ///
    /// # Errors
    /// When it has one of that type already (§9.5.1).
    pub fn qualify(mut self, qualifier: Qualifier) -> Result<Self, PatternError> {
        if self.qualifiers.iter().any(|other| other.is_like(&qualifier)) {
            let expected = "one qualifier of each type, or parentheses around what has one";
            return Err(PatternError::new(qualifier.at.0, qualifier.to_string(), expected));
        }
        self.qualifiers.push(qualifier);
        Ok(self)
    }

    /// In parentheses, with qualifiers that are about all of it; without, as it is.
    ///
    /// # Errors
    /// When two of them are of one type, or the limits of patterns are passed.
    pub fn group(self, qualifiers: Vec<Qualifier>) -> Result<Self, PatternError> {
        let around = if self.qualifiers.is_empty() || qualifiers.is_empty() {
            self
        } else {
            let size = Size::around(std::iter::once(self.size))?;
            Observation { observed: Observed::Group(Box::new(self)), qualifiers: Vec::new(), size }
        };
        qualifiers.into_iter().try_fold(around, Observation::qualify)
    }

    /// The same of other paths.
    pub(super) fn map_paths(&self, path: &mut dyn FnMut(&ObjectPath) -> ObjectPath) -> Self {
        let mut all = |parts: &[Observation]| parts.iter().map(|part| part.map_paths(path)).collect();
        let observed = match &self.observed {
            Observed::All(parts) => Observed::All(all(parts)),
            Observed::Any(parts) => Observed::Any(all(parts)),
            Observed::InTurn(parts) => Observed::InTurn(all(parts)),
            Observed::Group(inner) => Observed::Group(Box::new(inner.map_paths(path))),
            Observed::One(comparison) => Observed::One(comparison.map_paths(path)),
        };
        Observation { observed, qualifiers: self.qualifiers.clone(), size: self.size }
    }

    /// What it is, its qualifiers aside.
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    /// Its qualifiers, in their order: each is about what stands before it.
    pub fn qualifiers(&self) -> &[Qualifier] {
        &self.qualifiers
    }
}
