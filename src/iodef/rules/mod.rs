//! The rules of RFC 7970 that its schema does not state (§4.3: they "MUST also be considered"), in one table ([`RULES`]).
//!
//! A rule that is broken is an error only where the document cannot be taken as its author meant it: two things of one id, a
//! reference that leads nowhere, alternatives of which there is none or more than one. Everything else is read all the
//! same, and is a warning. `docs/rules.md` is printed from the table.

mod ids;
mod looks;
mod table;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;

use self::ids::{Ids, Kind, Known, Map};
pub use self::table::RULES;
use crate::{
    class::{ClassDef, Fields, Place, Rules},
    error::{Code, Finding, Position, Severity},
};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Which classes it is about.
    of: Of,
    /// How much it matters.
    pub severity: Severity,
    /// The code of its findings.
    pub code: Code,
    /// Where it stands, such as `RFC 7970 §3.6`.
    pub source: &'static str,
    /// What must be there: what findings say was expected.
    pub expected: &'static str,
    /// Whether it is one of the XML form alone.
    pub xml_only: bool,
    check: fn(&dyn Fields, &mut Look<'_>),
}

/// Classes.
#[derive(Debug)]
enum Of {
    /// This one.
    Class(fn() -> &'static ClassDef),
    /// All that have a field of this kind, in words and as a test.
    Having(&'static str, fn(&ClassDef) -> bool),
}

impl Rule {
    /// The class that the rule is about, or what the classes have that it is about.
    pub fn subject(&self) -> &'static str {
        match self.of {
            Of::Class(def) => def().name,
            Of::Having(what, _) => what,
        }
    }

    /// Whether a finding is one of this rule.
    pub fn says(&self, finding: &Finding) -> bool {
        (self.code, self.severity) == (finding.code, finding.severity) && finding.expected == self.told()
    }

    /// What its findings call expected.
    fn told(&self) -> String {
        format!("{} ({})", self.expected, self.source)
    }

    fn is_about(&self, class: &ClassDef) -> bool {
        match self.of {
            Of::Class(def) => (def().name, def().ns) == (class.name, class.ns),
            Of::Having(_, has) => has(class),
        }
    }

    fn finding(&self, position: Position, path: String, found: &str) -> Finding {
        Finding::new(self.severity, self.code, position, path, found, self.told())
    }
}

/// The rules over one document.
#[derive(Default)]
pub(super) struct Checker {
    /// The rules about each class that came, by the address of its table: the same class may have several addresses, which
    /// costs another search and nothing else.
    about: Map<usize, Vec<&'static Rule>>,
    ids: Ids,
    /// Paths of ids that are not there for those who read what is written.
    lost: BTreeSet<String>,
}

impl Checker {
    /// Ids at these paths do not count in what comes next.
    pub(super) fn without(&mut self, lost: BTreeSet<String>) {
        self.lost = lost;
    }
}

impl Rules for Checker {
    fn class(&mut self, class: &dyn Fields, place: &dyn Place, findings: &mut Vec<Finding>) {
        let def = class.def();
        let about = self
            .about
            .entry(std::ptr::from_ref(def).addr())
            .or_insert_with(|| RULES.iter().filter(|rule| rule.is_about(def)).collect());
        for rule in about.iter().filter(|rule| !(rule.xml_only && place.json())) {
            (rule.check)(class, &mut Look { rule, class, place, ids: &mut self.ids, lost: &self.lost, findings });
        }
    }

    fn end(&mut self, tell: &mut dyn FnMut(Finding)) {
        self.ids.end(tell);
    }
}

/// A rule's look at one class.
struct Look<'l> {
    rule: &'static Rule,
    class: &'l dyn Fields,
    place: &'l dyn Place,
    ids: &'l mut Ids,
    lost: &'l BTreeSet<String>,
    findings: &'l mut Vec<Finding>,
}

impl Look<'_> {
    /// The class breaks the rule.
    fn broken(&mut self, found: impl AsRef<str>) {
        self.broken_at("", 0, found);
    }

    /// A field breaks the rule: the attribute or element of this name, the `item`th of them if it is not 0.
    fn broken_at(&mut self, field: &str, item: usize, found: impl AsRef<str>) {
        let (position, path) = self.at(field, item);
        self.findings.push(self.rule.finding(position, path, found.as_ref()));
    }

    fn at(&self, field: &str, item: usize) -> (Position, String) {
        let field = self.class.def().fields.iter().find(|known| !field.is_empty() && known.name == field);
        (self.place.position(field, item), self.place.path(field, item))
    }

    /// The id of this thing, or of the one in a field, comes.
    fn id(&mut self, id: &str, kind: Kind, field: &str, item: usize) {
        if !self.lost.is_empty() && self.lost.contains(&self.at(field, item).1) {
            return;
        }
        let position = self.place.position(None, 0);
        if let Some(known) = self.ids.came(id, kind, position) {
            self.again(id, known, field, item);
        }
    }

    /// The id in a field came before.
    fn again(&mut self, id: &str, known: Known, field: &str, item: usize) {
        self.broken_at(field, item, format!("{id} again, which is {}", known.place()));
    }

    /// A reference to an id, in a field.
    fn refers(&mut self, id: &str, wanted: Option<Kind>, field: &str) {
        let (rule, class, place) = (self.rule, self.class, self.place);
        let tell = |whole: bool| {
            let field = class.def().fields.iter().find(|known| known.name == field);
            let text = || (place.path(field, 0), crate::error::excerpt(id));
            (place.position(field, 0), whole.then(text))
        };
        if !self.ids.refer(rule, id, wanted, tell) {
            self.broken_at(field, 0, id);
        }
    }
}

/// The page of the rules, `docs/rules.md`.
#[cfg(test)]
fn page() -> String {
    let mut page = include_str!("page.md").to_owned();
    page.push_str("| class | rule | severity | code | source |\n| --- | --- | --- | --- | --- |\n");
    for rule in RULES {
        let form = if rule.xml_only { " (XML)" } else { "" };
        let Rule { severity, code, source, expected, .. } = rule;
        page.push_str(&format!("| {} | {expected}{form} | {severity} | `{code}` | {source} |\n", rule.subject()));
    }
    page
}
