//! The canonical text of a pattern: one space where one is needed, parentheses where they say something.

use std::fmt::{self, Display, Formatter, Write as _};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    Compared, Comparison, Constant, Literal, ObjectPath, Observation, Observed, Operand, Pattern, Qualifier,
    Restriction, Step, Test, lexer,
};

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.observation().fmt(f)
    }
}

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let qualified = !self.qualifiers().is_empty();
        match self.observed() {
            Observed::One(comparison) => write!(f, "[{comparison}]")?,
            Observed::Group(inner) => write!(f, "({inner})")?,
            Observed::All(parts) => joined(f, parts, " AND ", qualified, |part| {
                matches!(part.observed(), Observed::Any(_) | Observed::InTurn(_)) && part.qualifiers().is_empty()
            })?,
            Observed::Any(parts) => joined(f, parts, " OR ", qualified, |part| {
                matches!(part.observed(), Observed::InTurn(_)) && part.qualifiers().is_empty()
            })?,
            Observed::InTurn(parts) => joined(f, parts, " FOLLOWEDBY ", qualified, |part| {
                matches!(part.observed(), Observed::InTurn(_)) && part.qualifiers().is_empty()
            })?,
        }
        self.qualifiers().iter().try_for_each(|qualifier| write!(f, " {qualifier}"))
    }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.restriction() {
            Restriction::Within(seconds) => write!(f, "WITHIN {seconds} SECONDS"),
            Restriction::Repeats(times) => write!(f, "REPEATS {times} TIMES"),
            Restriction::StartStop(start, stop) => write!(f, "START {start} STOP {stop}"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.compared() {
            Compared::Test(test) => test.fmt(f),
            Compared::All(parts) => {
                joined(f, parts, " AND ", false, |part| matches!(part.compared(), Compared::Any(_)))
            }
            Compared::Any(parts) => joined(f, parts, " OR ", false, |_| false),
        }
    }
}

/// Parts with a word between them: all of it in parentheses if `around`, and those parts that are `loose`.
fn joined<T: Display>(
    f: &mut Formatter<'_>,
    parts: &[T],
    word: &str,
    around: bool,
    loose: impl Fn(&T) -> bool,
) -> fmt::Result {
    f.write_str(if around { "(" } else { "" })?;
    for (nth, part) in parts.iter().enumerate() {
        f.write_str(if nth > 0 { word } else { "" })?;
        match loose(part) {
            true => write!(f, "({part})")?,
            false => part.fmt(f)?,
        }
    }
    f.write_str(if around { ")" } else { "" })
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.is_negated() { "NOT " } else { "" };
        match self.operand() {
            Operand::Exists => write!(f, "{not}EXISTS {}", self.path()),
            Operand::Is(operator, constant) => write!(f, "{} {not}{} {constant}", self.path(), operator.as_str()),
            Operand::In(constants) => {
                write!(f, "{} {not}IN (", self.path())?;
                for (nth, constant) in constants.iter().enumerate() {
                    write!(f, "{}{constant}", if nth > 0 { ", " } else { "" })?;
                }
                f.write_char(')')
            }
        }
    }
}

impl Display for ObjectPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.object())?;
        for (nth, step) in self.steps().iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Every => f.write_str("[*]")?,
                Step::Key(key) => {
                    f.write_char(if nth == 0 { ':' } else { '.' })?;
                    let bare = lexer::is_name(key) && !key.contains('-') && !lexer::is_reserved(key);
                    if bare { f.write_str(key)? } else { quoted(f, key)? }
                }
            }
        }
        Ok(())
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.literal().fmt(f)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::String(text) => quoted(f, text),
            Literal::Integer(number) => number.fmt(f),
            Literal::Float(number) if number.fract() == 0.0 => write!(f, "{number}.0"),
            Literal::Float(number) => number.fmt(f),
            Literal::Boolean(value) => value.fmt(f),
            Literal::Binary(bytes) => write!(f, "b'{}'", BASE64_STANDARD.encode(bytes)),
            Literal::Hex(bytes) => {
                f.write_str("h'")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_char('\'')
            }
            Literal::Timestamp(time) => write!(f, "t'{}'", time.as_str()),
        }
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('\'')?;
    for c in text.chars() {
        if matches!(c, '\'' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('\'')
}
