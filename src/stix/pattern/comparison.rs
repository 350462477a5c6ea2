//! Comparison expressions (§9.6).

use super::{At, Constant, Literal, ObjectPath, PatternError, Size};

/// Comparisons joined by AND and OR, all of them about one observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    compared: Compared,
    pub(super) size: Size,
}

/// What a comparison expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
    /// One comparison.
    Test(Test),
    /// AND: two or more, none of which is AND itself.
    All(Vec<Comparison>),
    /// OR: two or more, none of which is OR itself.
    Any(Vec<Comparison>),
}

/// One comparison: a path, and what its value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    path: ObjectPath,
    negated: bool,
    operand: Operand,
}

/// How a value is compared, and with what.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// With one constant.
    Is(Operator, Constant),
    /// IN: with each of these, which are of one kind. There is at least one.
    In(Vec<Constant>),
    /// EXISTS: with nothing.
    Exists,
}

/// The comparison operators that have one constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// LIKE: `%` is any text, `_` any character.
    Like,
    /// MATCHES: a regular expression (PCRE) is found in it.
    Matches,
    /// ISSUBSET: a network is within another, or the same.
    IsSubset,
    /// ISSUPERSET: a network contains another, or is the same.
    IsSuperset,
}

impl Operator {
    /// All of them.
    pub const ALL: [Operator; 10] = [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Like,
        Operator::Matches,
        Operator::IsSubset,
        Operator::IsSuperset,
    ];

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Like => "LIKE",
            Operator::Matches => "MATCHES",
            Operator::IsSubset => "ISSUBSET",
            Operator::IsSuperset => "ISSUPERSET",
        }
    }

    /// The constants that may follow, where not all may.
    fn wants(self, literal: &Literal) -> Option<&'static str> {
        use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        match (self, literal) {
            (Equal | NotEqual, _) => None,
            (Less | LessOrEqual | Greater | GreaterOrEqual, Literal::Boolean(_)) => {
                Some("a constant that has an order, which true and false have not")
            }
            (Less | LessOrEqual | Greater | GreaterOrEqual, _) | (_, Literal::String(_)) => None,
            _ => Some("a string"),
        }
    }
}

impl Test {
    /// `PATH OPERATOR CONSTANT`.
    ///
    /// # Errors
    /// When the operator does not take such a constant: true and false have no order; LIKE, MATCHES, ISSUBSET and ISSUPERSET take
    /// strings.
    pub fn new(path: ObjectPath, operator: Operator, constant: Constant) -> Result<Self, PatternError> {
        match operator.wants(constant.literal()) {
            None => Ok(Test { path, negated: false, operand: Operand::Is(operator, constant) }),
            Some(expected) => {
                let found = format!("{} {constant}", operator.as_str());
                Err(PatternError::new(constant.at.0, found, expected))
            }
        }
    }

    /// `PATH = 'TEXT'`.
    pub fn equals(path: ObjectPath, text: impl Into<String>) -> Self {
        Test { path, negated: false, operand: Operand::Is(Operator::Equal, Constant::string(text)) }
    }

    /// `PATH IN (CONSTANT, ..)`.
    ///
    /// # Errors
    /// When there is no constant, or they are of several kinds (§9.6.1).
    pub fn one_of(path: ObjectPath, constants: Vec<Constant>) -> Result<Self, PatternError> {
        let Some(kind) = constants.first().map(|first| first.literal().kind()) else {
            return Err(PatternError::built("no constant", "at least one constant"));
        };
        match constants.iter().find(|constant| constant.literal().kind() != kind) {
            None => Ok(Test { path, negated: false, operand: Operand::In(constants) }),
            Some(other) => Err(PatternError::new(other.at.0, other.to_string(), format!("a constant of type {kind}"))),
        }
    }

    /// `EXISTS PATH`.
    pub fn exists(path: ObjectPath) -> Self {
        Test { path, negated: false, operand: Operand::Exists }
    }

    /// The opposite: NOT before the operator.
    #[must_use]
    pub fn negate(self) -> Self {
        Test { negated: !self.negated, ..self }
    }

    /// What is compared.
    pub fn path(&self) -> &ObjectPath {
        &self.path
    }

    /// Whether NOT stands before the operator.
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// With what.
    pub fn operand(&self) -> &Operand {
        &self.operand
    }

    /// Its constants: none with EXISTS.
    pub fn constants(&self) -> &[Constant] {
        match &self.operand {
            Operand::Is(_, constant) => std::slice::from_ref(constant),
            Operand::In(constants) => constants,
            Operand::Exists => &[],
        }
    }

    /// Path and constant, if it is `PATH = CONSTANT`.
    pub fn equality(&self) -> Option<(&ObjectPath, &Constant)> {
        match &self.operand {
            Operand::Is(Operator::Equal, constant) if !self.negated => Some((&self.path, constant)),
            _ => None,
        }
    }
}

impl Comparison {
    /// AND of these; of one, that one.
    ///
    /// # Errors
    /// When there is none, or the limits of patterns are passed.
    pub fn all(parts: Vec<Comparison>) -> Result<Self, PatternError> {
        let parts = parts.into_iter().flat_map(|part| match part.compared {
            Compared::All(parts) => parts,
            _ => vec![part],
        });
        Comparison::join(parts.collect(), Compared::All)
    }

    /// OR of these; of one, that one.
    ///
    /// # Errors
    /// As [`all`](Comparison::all).
    pub fn any(parts: Vec<Comparison>) -> Result<Self, PatternError> {
        let parts = parts.into_iter().flat_map(|part| match part.compared {
            Compared::Any(parts) => parts,
            _ => vec![part],
        });
        Comparison::join(parts.collect(), Compared::Any)
    }

    fn join(mut parts: Vec<Comparison>, join: fn(Vec<Comparison>) -> Compared) -> Result<Self, PatternError> {
        match parts.len() {
            0 => Err(PatternError::built("no comparison", "at least one comparison")),
            1 => Ok(parts.remove(0)),
            _ => {
                let size = Size::around(parts.iter().map(|part| part.size))?;
                Ok(Comparison { compared: join(parts), size })
            }
        }
    }

    /// The same of other paths.
    pub(super) fn map_paths(&self, path: &mut dyn FnMut(&ObjectPath) -> ObjectPath) -> Self {
        let mut all = |parts: &[Comparison]| parts.iter().map(|part| part.map_paths(path)).collect();
        let compared = match &self.compared {
            Compared::All(parts) => Compared::All(all(parts)),
            Compared::Any(parts) => Compared::Any(all(parts)),
            Compared::Test(test) => Compared::Test(Test { path: path(&test.path), ..test.clone() }),
        };
        Comparison { compared, size: self.size }
    }

    /// What it is.
    pub fn compared(&self) -> &Compared {
        &self.compared
    }

    /// Where its first path stands.
    pub fn at(&self) -> At {
        match &self.compared {
            Compared::Test(test) => test.path.at,
            Compared::All(parts) | Compared::Any(parts) => parts.first().map(Comparison::at).unwrap_or_default(),
        }
    }
}

impl From<Test> for Comparison {
    fn from(test: Test) -> Self {
        Comparison { compared: Compared::Test(test), size: Size::LEAF }
    }
}
