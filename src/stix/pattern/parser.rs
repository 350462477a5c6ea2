//! The grammar, read from left to right. Chains are lists, so that only parentheses go deeper.

use super::{
    At, Comparison, Constant, Literal, ObjectPath, Observation, Operator, PATTERN_BYTES, PATTERN_COMPARISONS,
    PATTERN_DEPTH, Parsed, Pattern, PatternError, Qualifier, Step, Test,
    lexer::{Kind, Lexer, Token},
};

pub(super) fn parse(text: &str) -> Result<Parsed, PatternError> {
    if text.len() > PATTERN_BYTES {
        return Err(PatternError::limit(0, format!("{} bytes", text.len()), PATTERN_BYTES, "pattern_bytes"));
    }
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser { lexer, token, depth: 0, comparisons: 0 };
    let observation = parser.observations()?;
    match parser.token.kind {
        Kind::End => Ok(Parsed { pattern: Pattern::new(observation), spellings: parser.lexer.spellings }),
        _ => Err(parser.unexpected("AND, OR, FOLLOWEDBY, a qualifier or the end")),
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The piece that is next.
    token: Token<'t>,
    depth: usize,
    comparisons: usize,
}

impl<'t> Parser<'t> {
    fn observations(&mut self) -> Result<Observation, PatternError> {
        let any = |parser: &mut Self| {
            let all = |parser: &mut Self| parser.chain("AND", Self::observation, Observation::all);
            parser.chain("OR", all, Observation::any)
        };
        self.chain("FOLLOWEDBY", any, Observation::in_turn)
    }

    /// One observation, or several in parentheses, and the qualifiers behind it.
    fn observation(&mut self) -> Result<Observation, PatternError> {
        if self.take(&Kind::Sign("["))? {
            let comparison = self.comparisons()?;
            self.want("]", "AND, OR or ]")?;
            let at = self.token.at;
            return self.qualifiers(Observation::one(comparison)).map_err(|error| placed(error, at));
        }
        let at = self.token.at;
        self.enter("[ or (")?;
        let observation = self.observations()?;
        self.leave("AND, OR, FOLLOWEDBY, a qualifier or )")?;
        self.qualifiers(observation).map_err(|error| placed(error, at))
    }

    fn qualifiers(&mut self, observation: Observation) -> Result<Observation, PatternError> {
        let mut qualifiers = Vec::new();
        loop {
            let at = At(self.token.at);
            let qualifier = if self.take(&Kind::Word("WITHIN"))? {
                let seconds = self.constant("a number of seconds above 0")?;
                self.word("SECONDS")?;
                Qualifier::within(seconds)?
            } else if self.take(&Kind::Word("REPEATS"))? {
                let times = self.constant("a number of times, an integer above 0")?;
                self.word("TIMES")?;
                Qualifier::repeats(times)?
            } else if self.take(&Kind::Word("START"))? {
                let start = self.constant("a timestamp")?;
                self.word("STOP")?;
                Qualifier::start_stop(start, self.constant("a timestamp")?)?
            } else {
                return observation.group(qualifiers);
            };
            qualifiers.push(qualifier.placed(at));
        }
    }

    fn comparisons(&mut self) -> Result<Comparison, PatternError> {
        let all = |parser: &mut Self| parser.chain("AND", Self::comparison, Comparison::all);
        self.chain("OR", all, Comparison::any)
    }

    /// One comparison, or several in parentheses.
    fn comparison(&mut self) -> Result<Comparison, PatternError> {
        if self.token.kind == Kind::Sign("(") {
            self.enter("(")?;
            let comparison = self.comparisons()?;
            self.leave("AND, OR or )")?;
            return Ok(comparison);
        }
        let at = self.token.at;
        self.comparisons += 1;
        if self.comparisons > PATTERN_COMPARISONS {
            return Err(PatternError::limit(at, "more comparisons", PATTERN_COMPARISONS, "pattern_comparisons"));
        }
        let negated = self.take(&Kind::Word("NOT"))?;
        if self.take(&Kind::Word("EXISTS"))? {
            let test = Test::exists(self.path()?);
            return Ok(if negated { test.negate() } else { test }.into());
        }
        if negated {
            return Err(self.unexpected("EXISTS: before another operator, NOT stands behind the path"));
        }
        let path = self.path()?;
        let negated = self.take(&Kind::Word("NOT"))?;
        let test = self.operand(path).map_err(|error| placed(error, at))?;
        Ok(if negated { test.negate() } else { test }.into())
    }

    fn operand(&mut self, path: ObjectPath) -> Result<Test, PatternError> {
        if self.take(&Kind::Word("IN"))? {
            self.want("(", "( and constants")?;
            let mut constants = vec![self.constant("a constant")?];
            while self.take(&Kind::Sign(","))? {
                constants.push(self.constant("a constant")?);
            }
            self.want(")", ", or )")?;
            return Test::one_of(path, constants);
        }
        let (Kind::Word(written) | Kind::Sign(written)) = self.token.kind else {
            return Err(self.unexpected("a step of the path or a comparison operator"));
        };
        let Some(operator) = Operator::ALL.into_iter().find(|operator| operator.as_str() == written) else {
            return Err(self.unexpected("a step of the path or a comparison operator"));
        };
        self.advance()?;
        Test::new(path, operator, self.constant("a constant")?)
    }

    fn path(&mut self) -> Result<ObjectPath, PatternError> {
        let at = self.token.at;
        let Kind::Name(object) = self.token.kind else {
            return Err(
                self.unexpected("a comparison: TYPE:PROPERTY, an operator and a constant, or EXISTS TYPE:PROPERTY")
            );
        };
        self.advance()?;
        self.want(":", ": and a property")?;
        let mut path = ObjectPath::new(object, self.key()?).map_err(|error| placed(error, at))?;
        loop {
            if self.take(&Kind::Sign("."))? {
                path = path.key(self.key()?);
            } else if self.take(&Kind::Sign("["))? {
                path = path.step(self.index()?);
                self.want("]", "]")?;
            } else {
                path.at = At(at);
                return Ok(path);
            }
        }
    }

    /// A name, or any text in apostrophes.
    fn key(&mut self) -> Result<String, PatternError> {
        let key = match &mut self.token.kind {
            Kind::Name(name) if !name.contains('-') => (*name).to_owned(),
            Kind::Constant(Literal::String(text)) => std::mem::take(text),
            _ => return Err(self.unexpected("a name without hyphens, or one in apostrophes")),
        };
        self.advance()?;
        Ok(key)
    }

    fn index(&mut self) -> Result<Step, PatternError> {
        if self.take(&Kind::Sign("*"))? {
            return Ok(Step::Every);
        }
        if let Kind::Constant(Literal::Integer(index)) = self.token.kind
            && let Ok(index) = u64::try_from(index)
        {
            self.advance()?;
            return Ok(Step::Index(index));
        }
        Err(self.unexpected("the number of an element, or *"))
    }

    fn constant(&mut self, expected: &str) -> Result<Constant, PatternError> {
        let Kind::Constant(_) = self.token.kind else { return Err(self.unexpected(expected)) };
        let at = At(self.token.at);
        match self.advance()?.kind {
            Kind::Constant(literal) => Ok(literal.into_constant(at)),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Parts with a word between each two.
    fn chain<T>(
        &mut self,
        word: &'static str,
        mut part: impl FnMut(&mut Self) -> Result<T, PatternError>,
        join: fn(Vec<T>) -> Result<T, PatternError>,
    ) -> Result<T, PatternError> {
        let at = self.token.at;
        let mut parts = vec![part(self)?];
        while self.take(&Kind::Word(word))? {
            parts.push(part(self)?);
        }
        join(parts).map_err(|error| placed(error, at))
    }

    fn enter(&mut self, expected: &str) -> Result<(), PatternError> {
        if self.token.kind != Kind::Sign("(") {
            return Err(self.unexpected(expected));
        }
        self.depth += 1;
        if self.depth > PATTERN_DEPTH {
            return Err(PatternError::limit(self.token.at, "a deeper one", PATTERN_DEPTH, "pattern_depth"));
        }
        self.advance().map(drop)
    }

    fn leave(&mut self, expected: &str) -> Result<(), PatternError> {
        self.depth -= 1;
        self.want(")", expected)
    }

    fn want(&mut self, sign: &'static str, expected: &str) -> Result<(), PatternError> {
        match self.take(&Kind::Sign(sign))? {
            true => Ok(()),
            false => Err(self.unexpected(expected)),
        }
    }

    fn word(&mut self, word: &'static str) -> Result<(), PatternError> {
        match self.take(&Kind::Word(word))? {
            true => Ok(()),
            false => Err(self.unexpected(word)),
        }
    }

    /// Takes the next piece if it is this one.
    fn take(&mut self, kind: &Kind<'static>) -> Result<bool, PatternError> {
        let is = self.token.kind == *kind;
        if is {
            self.advance()?;
        }
        Ok(is)
    }

    fn advance(&mut self) -> Result<Token<'t>, PatternError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn unexpected(&self, expected: &str) -> PatternError {
        PatternError::new(self.token.at, self.lexer.shown(&self.token), expected)
    }
}

/// An error of parts that stand here, where they do not know themselves.
fn placed(error: PatternError, at: usize) -> PatternError {
    if error.at == 0 { error.at(at) } else { error }
}
