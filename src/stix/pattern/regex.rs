//! Whether a regular expression may be one. It is looked at and never run, and that it is one is not proved.

use std::{iter::Peekable, str::Chars};

/// Longest regular expression that is looked at, in bytes (limit `pattern_regex_bytes`).
pub(in crate::stix) const REGEX_BYTES: usize = 16 * 1024;

/// What is wrong with a regular expression of PCRE, as far as its brackets, escapes and quantifiers tell.
pub(super) fn fault(regex: &str) -> Option<&'static str> {
    let mut groups = 0_usize;
    // Whether there is something that a quantifier may be about.
    let mut atom = false;
    let mut rest = regex.chars().peekable();
    while let Some(c) = rest.next() {
        atom = match c {
            '\\' => match rest.next() {
                None => return Some("a backslash at the end"),
                Some('Q') => {
                    quote(&mut rest);
                    true
                }
                // Boundaries are no atoms, but PCRE takes quantifiers behind them.
                Some(_) => true,
            },
            '[' if !class(&mut rest) => return Some("a character class without an end"),
            '[' => true,
            '(' => {
                groups += 1;
                // What begins with a question mark is no quantifier; (*VERB) neither.
                rest.next_if(|next| matches!(next, '?' | '*'));
                false
            }
            ')' if groups == 0 => return Some("a parenthesis that was not opened"),
            ')' => {
                groups -= 1;
                true
            }
            '*' | '+' | '?' if !atom => return Some("a quantifier with nothing before it"),
            '*' | '+' | '?' => {
                // Lazy and possessive ones.
                rest.next_if(|next| matches!(next, '?' | '+'));
                false
            }
            '|' => false,
            _ => true,
        };
    }
    (groups > 0).then_some("a parenthesis without an end")
}

/// Passes over a character class, of which the first bracket was read.
fn class(rest: &mut Peekable<Chars<'_>>) -> bool {
    rest.next_if_eq(&'^');
    // At the beginning, the bracket stands for itself.
    rest.next_if_eq(&']');
    while let Some(c) = rest.next() {
        match c {
            ']' => return true,
            '\\' => _ = rest.next(),
            '[' if rest.peek() == Some(&':') => {
                // [:alpha:] is a class within this one; its names are shorter than what is looked at.
                let within: String = rest.clone().take(16).collect();
                if let Some((name, _)) = within.split_once(":]") {
                    let passed = name.chars().count() + 2;
                    rest.by_ref().take(passed).for_each(drop);
                }
            }
            _ => {}
        }
    }
    false
}

/// Passes over what stands between `\Q` and `\E`.
fn quote(rest: &mut Peekable<Chars<'_>>) {
    let mut last = ' ';
    for c in rest.by_ref() {
        if (last, c) == ('\\', 'E') {
            return;
        }
        last = c;
    }
}
