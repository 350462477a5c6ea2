//! As much of CDDL (RFC 8610) as RFC 8727 uses, read and applied strictly. The validators that can be had misjudge it: they
//! lose keys that are named by rules, or choices within lists, and accept texts without the tags that the rules want.

use std::{collections::BTreeMap, iter::Peekable, vec::IntoIter};

use sirex::cbor::{Data, Item, Width};

/// The rules of a schema; the first is the one to begin with.
pub struct Cddl {
    start: String,
    rules: BTreeMap<String, Type>,
    patterns: BTreeMap<String, jsonschema::Validator>,
}

#[derive(Debug)]
enum Type {
    Choice(Vec<Type>),
    Name(String),
    Integer(i128),
    Float(f64),
    Text(String),
    Map(Group),
    List(Group),
    Controlled(Box<Type>, String, Box<Type>),
}

/// Alternatives, each a list of entries.
type Group = Vec<Vec<Entry>>;

#[derive(Debug)]
struct Entry {
    optional: bool,
    of: Part,
}

#[derive(Debug)]
enum Part {
    Member(Type, Type),
    Element(Type),
    Group(Group),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Number(String),
    Text(String),
    Control(String),
    Mark(&'static str),
}

/// Longer marks first.
const MARKS: [&str; 14] = ["=>", "//", "=", "/", "{", "}", "[", "]", "(", ")", "?", "+", "*", ","];

fn tokens(text: &str) -> Vec<Token> {
    let lines: Vec<&str> = text.lines().map(|line| line.split(';').next().unwrap_or_default()).collect();
    let text = lines.join("\n");
    let mut rest = text.trim_start();
    let mut found = Vec::new();
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.@$".contains(c);
    while let Some(first) = rest.chars().next() {
        let taken = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').unwrap();
            found.push(Token::Text(quoted[..end].replace("\\\\", "\\")));
            end + 2
        } else if let Some(mark) = MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
            found.push(Token::Mark(mark));
            mark.len()
        } else {
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            assert!(end > 0, "no CDDL: {rest:.40}");
            found.push(match first {
                '.' => Token::Control(word),
                '-' | '0'..='9' => Token::Number(word),
                _ => Token::Name(word),
            });
            end
        };
        rest = rest[taken..].trim_start();
    }
    found
}

struct Parser(Peekable<IntoIter<Token>>);

impl Parser {
    fn take(&mut self, mark: &'static str) -> bool {
        self.0.next_if_eq(&Token::Mark(mark)).is_some()
    }

    fn choice(&mut self) -> Type {
        let mut of = vec![self.controlled()];
        while self.take("/") {
            of.push(self.controlled());
        }
        if of.len() == 1 { of.remove(0) } else { Type::Choice(of) }
    }

    fn controlled(&mut self) -> Type {
        let of = self.one();
        match self.0.next_if(|token| matches!(token, Token::Control(_))) {
            Some(Token::Control(name)) => Type::Controlled(Box::new(of), name, Box::new(self.one())),
            _ => of,
        }
    }

    fn one(&mut self) -> Type {
        match self.0.next().unwrap() {
            Token::Name(name) => Type::Name(name),
            Token::Text(text) => Type::Text(text),
            Token::Number(number) => match number.parse() {
                Ok(integer) => Type::Integer(integer),
                Err(_) => Type::Float(number.parse().unwrap()),
            },
            Token::Mark("{") => Type::Map(self.group("}")),
            Token::Mark("[") => Type::List(self.group("]")),
            Token::Mark("(") => {
                let of = self.choice();
                assert!(self.take(")"));
                of
            }
            other => panic!("{other:?} is no type"),
        }
    }

    fn group(&mut self, end: &'static str) -> Group {
        let mut alternatives = vec![Vec::new()];
        while !self.take(end) {
            if self.take("//") {
                alternatives.push(Vec::new());
                continue;
            }
            let optional = self.take("?");
            let many = self.take("+");
            let of = if end != "]" && self.take("(") {
                Part::Group(self.group(")"))
            } else {
                let of = self.choice();
                if self.take("=>") { Part::Member(of, self.choice()) } else { Part::Element(of) }
            };
            assert_eq!(many, matches!(of, Part::Element(_)), "a list is of one or more");
            alternatives.last_mut().unwrap().push(Entry { optional, of });
            self.take(",");
        }
        alternatives
    }
}

impl Cddl {
    pub fn read(text: &str) -> Cddl {
        let tokens = tokens(text);
        let patterns = tokens.windows(2).filter_map(|pair| match pair {
            [Token::Control(name), Token::Text(pattern)] if name == ".regexp" => Some(pattern.clone()),
            _ => None,
        });
        // RFC 8610 §3.8.3: the expression matches the whole text.
        let compiled = |pattern: String| {
            let whole = serde_json::json!({ "pattern": format!("^(?:{pattern})$") });
            (pattern, jsonschema::validator_for(&whole).unwrap())
        };
        let patterns = patterns.map(compiled).collect();
        let mut parser = Parser(tokens.into_iter().peekable());
        let (mut start, mut rules) = (None, BTreeMap::new());
        while let Some(token) = parser.0.next() {
            let Token::Name(name) = token else { panic!("{token:?} begins no rule") };
            assert!(parser.take("="), "{name}");
            start.get_or_insert(name.clone());
            let of = parser.choice();
            assert!(rules.insert(name.clone(), of).is_none(), "two rules for {name}");
        }
        Cddl { start: start.unwrap(), rules, patterns }
    }

    pub fn accepts(&self, item: &Item<'_>) -> bool {
        self.named(&self.start, item)
    }

    fn named(&self, name: &str, item: &Item<'_>) -> bool {
        let tagged = |wanted: u64| match &item.data {
            Data::Tag(tag, inner) if *tag == wanted => Some(&inner.data),
            _ => None,
        };
        match name {
            "text" => matches!(item.data, Data::Text(_)),
            "integer" => matches!(item.data, Data::Integer(_)) || tagged(2).is_some() || tagged(3).is_some(),
            "float32" => matches!(&item.data, Data::Float(float) if float.width == Width::Single),
            "float64" => matches!(&item.data, Data::Float(float) if float.width == Width::Double),
            "tdate" => matches!(tagged(0), Some(Data::Text(_))),
            "uri" => matches!(tagged(32), Some(Data::Text(_))),
            "eb64legacy" => tagged(22).is_some(),
            name => self.matches(self.rules.get(name).unwrap_or_else(|| panic!("no rule {name}")), item),
        }
    }

    fn matches(&self, of: &Type, item: &Item<'_>) -> bool {
        match (of, &item.data) {
            (Type::Choice(of), _) => of.iter().any(|of| self.matches(of, item)),
            (Type::Name(name), _) => self.named(name, item),
            (Type::Integer(wanted), Data::Integer(is)) => wanted == is,
            (Type::Float(wanted), Data::Float(is)) => *wanted == is.value,
            (Type::Text(wanted), Data::Text(is)) => wanted == is,
            (Type::Controlled(of, control, by), data) => {
                self.matches(of, item)
                    && match (control.as_str(), &**by, data) {
                        (".default", ..) => true,
                        (".regexp", Type::Text(pattern), Data::Text(text)) => {
                            self.patterns[pattern].is_valid(&serde_json::Value::from(text.as_ref()))
                        }
                        (".gt", Type::Integer(bound), Data::Float(float)) => float.value > *bound as f64,
                        (".gt", Type::Float(bound), Data::Float(float)) => float.value > *bound,
                        other => panic!("{other:?}"),
                    }
            }
            (Type::Map(group), Data::Map(entries)) => {
                let all = (1_u128 << entries.len()) - 1;
                self.group(group, entries, 0).contains(&all)
            }
            (Type::List(group), Data::Array(items)) => match group.as_slice() {
                [alternative] => match alternative.as_slice() {
                    [Entry { of: Part::Element(of), .. }] => {
                        !items.is_empty() && items.iter().all(|item| self.matches(of, item))
                    }
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            },
            _ => false,
        }
    }

    /// The entries of a map that a group can take beside those that are taken, one bit for each: every way it can.
    fn group(&self, group: &Group, entries: &[(Item<'_>, Item<'_>)], taken: u128) -> Vec<u128> {
        let mut ways = Vec::new();
        for alternative in group {
            let mut here = vec![taken];
            for entry in alternative {
                let more = |taken: u128| {
                    let mut ways = match &entry.of {
                        Part::Group(group) => self.group(group, entries, taken),
                        Part::Member(key, of) => {
                            let fits = |(k, v): &(Item<'_>, Item<'_>)| self.matches(key, k) && self.matches(of, v);
                            let found = (0..entries.len()).filter(|at| taken & (1 << at) == 0 && fits(&entries[*at]));
                            found.map(|at| taken | (1 << at)).collect()
                        }
                        Part::Element(of) => panic!("{of:?} in a map"),
                    };
                    // What is optional and there is taken: nothing else in these schemas could take it.
                    if entry.optional && ways.is_empty() {
                        ways.push(taken);
                    }
                    ways
                };
                here = here.into_iter().flat_map(more).collect();
            }
            ways.extend(here);
        }
        ways
    }
}
