//! Path tables: which audience may see which place of a document. One file per format, reviewed as data.
//!
//! A line is a path, a tab, seven letters (one per [`Audience`], in its order), and optionally a tab and the
//! exemptions that hold at that place. `#` begins a comment.
//!
//! ```text
//! Incident/Contact[@role='creator']/ContactName   YYYYYYY   team-domain
//! Incident/EventData//Flow/System[@category='target']/AssetID   YYNCNNN
//! ```
//!
//! To say the same of many places, `{a,b}` stands for each of its parts (which may be empty and may nest), and a line
//! `$name`, tab, text defines a shape that `$name` stands for below it.
//!
//! A step may test attributes of its element against a list of values (`@role='irt|cc-irt'`). `EventData//` stands for
//! `EventData` nested in itself to any depth. Where several lines match, the one with the most tests counts; where lines
//! test an attribute of an element, every line to its text or below it must, so that an unlisted value matches none.

use std::collections::{BTreeMap, BTreeSet};

use super::deny::DenyClass;
use crate::marking::Audience;

/// What an audience may do with a place (the letters of the visibility tables).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    /// Passes.
    Yes,
    /// Passes; a rule has made it harmless, which the deny entries check.
    Sanitised,
    /// Passes when exactly these bytes were approved.
    Consent,
    /// Never in a document: aggregate only, or no.
    No,
}

/// A known text that may stand at a place though a deny entry covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exemption {
    /// Our team's domain.
    TeamDomain,
    /// Our published role addresses.
    RoleAddress,
    /// Fingerprints of our own keys.
    Fingerprint,
    /// The tracking number of this record.
    Number,
    /// Numbers that the partner gave the case.
    PartnerNumber,
}

impl Exemption {
    const NAMES: [(&'static str, Exemption); 5] = [
        ("team-domain", Exemption::TeamDomain),
        ("role-address", Exemption::RoleAddress),
        ("fingerprint", Exemption::Fingerprint),
        ("number", Exemption::Number),
        ("partner-number", Exemption::PartnerNumber),
    ];

    /// Whether the exemption holds against entries of this class. A number is what somebody wrote where a number belongs,
    /// also a partner's: it may be one of the cases on the list, never a host or a person.
    pub(super) fn holds_for(self, class: DenyClass) -> bool {
        match self {
            Exemption::Number | Exemption::PartnerNumber => class == DenyClass::Cases,
            Exemption::TeamDomain | Exemption::RoleAddress | Exemption::Fingerprint => true,
        }
    }
}

/// A table that was read.
#[derive(Debug)]
pub(super) struct Table {
    lines: Vec<Line>,
    /// Lines by the name of their last step, since that is known when a leaf is looked up.
    by_last: BTreeMap<String, Vec<usize>>,
    /// Where an attribute is tested, by its name: the steps up to the element that has it.
    tested: BTreeMap<String, Vec<Vec<Step>>>,
}

#[derive(Debug)]
struct Line {
    steps: Vec<Step>,
    letters: [Letter; 7],
    exemptions: Vec<Exemption>,
    tests: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    tests: Vec<(String, Vec<String>)>,
    recursive: bool,
}

/// One element on the way to a leaf.
#[derive(Debug)]
pub(super) struct Element {
    /// Its name as tables write it.
    pub name: String,
    /// Its attributes, names as tables write them.
    pub attributes: Vec<(String, String)>,
}

/// What the table says of one leaf.
#[derive(Debug)]
pub(super) struct Verdict<'t> {
    pub letter: Letter,
    pub exemptions: &'t [Exemption],
}

/// A table does not follow the rules; a defect, since tables are compiled in and tested.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub(super) struct BadTable {
    line: usize,
    what: String,
}

impl Table {
    pub(super) fn parse(text: &str) -> Result<Table, BadTable> {
        let mut lines = Vec::new();
        let mut shapes: Vec<(String, String)> = Vec::new();
        for (number, text) in text.lines().enumerate() {
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let bad = |what: String| BadTable { line: number + 1, what };
            let (head, rest) = text.split_once('\t').ok_or_else(|| bad("no tab".to_owned()))?;
            let is_letters = rest.len() >= 7 && rest.bytes().take(7).all(|b| b"YSCAN".contains(&b));
            match head.strip_prefix('$') {
                Some(name) if !is_letters => shapes.push((name.to_owned(), with_shapes(rest, &shapes).map_err(bad)?)),
                _ => {
                    for path in alternatives(&with_shapes(head, &shapes).map_err(bad)?).map_err(bad)? {
                        lines.push(parse_line(&path, rest).map_err(bad)?);
                    }
                }
            }
        }
        let mut by_last: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut tested: BTreeMap<String, Vec<Vec<Step>>> = BTreeMap::new();
        for (index, line) in lines.iter().enumerate() {
            for (depth, step) in line.steps.iter().enumerate() {
                for (attribute, _) in &step.tests {
                    let places = tested.entry(format!("@{attribute}")).or_default();
                    if !places.iter().any(|place| *place == line.steps[..=depth]) {
                        places.push(line.steps[..=depth].to_vec());
                    }
                }
            }
            let last = line.steps.last().map(|step| step.name.clone()).unwrap_or_default();
            by_last.entry(last).or_default().push(index);
        }
        let table = Table { lines, by_last, tested };
        table.tests_are_complete().map_err(|what| BadTable { line: 0, what })?;
        Ok(table)
    }

    /// The verdict on the leaf `last` (an `@attribute`, or empty for the element's own text) below these elements. No
    /// verdict: the place is in no line, or it is an attribute that lines test and none of them has this value.
    pub(super) fn verdict(&self, elements: &[Element], last: &str, audience: Audience) -> Option<Verdict<'_>> {
        if let Some(places) = self.tested.get(last) {
            let here = |place: &&Vec<Step>| place.len() <= elements.len() && elements_match(place, elements, false);
            let mut places = places.iter().filter(here).peekable();
            if places.peek().is_some() && !places.any(|place| elements_match(place, elements, true)) {
                return None;
            }
        }
        let key = if last.is_empty() { &elements.last()?.name } else { last };
        let matching = self.by_last.get(key)?.iter().map(|index| &self.lines[*index]);
        let best = matching.filter(|line| matches(&line.steps, elements, last)).max_by_key(|line| line.tests)?;
        let column = Audience::ALL.iter().position(|one| *one == audience)?;
        Some(Verdict { letter: best.letters[column], exemptions: &best.exemptions })
    }

    /// Whether a line leads to this element or through it.
    pub(super) fn reaches(&self, elements: &[Element]) -> bool {
        self.lines.iter().any(|line| leads(&line.steps, elements))
    }

    /// Every attribute that one line tests at a place is tested by all lines through that place.
    fn tests_are_complete(&self) -> Result<(), String> {
        let mut tested: BTreeMap<Vec<&str>, BTreeSet<&str>> = BTreeMap::new();
        for line in &self.lines {
            for (depth, step) in line.steps.iter().enumerate() {
                let place = names(&line.steps[..=depth]);
                tested.entry(place).or_default().extend(step.tests.iter().map(|(name, _)| name.as_str()));
            }
        }
        for line in &self.lines {
            for (depth, step) in line.steps.iter().enumerate() {
                let place = names(&line.steps[..=depth]);
                for name in tested.get(&place).into_iter().flatten() {
                    // The element's own attributes stand in lines of their own, for any value.
                    let is_attribute = line.steps.get(depth + 1).is_some_and(|next| next.name.starts_with('@'));
                    if !is_attribute && !step.tests.iter().any(|(tested, _)| tested == name) {
                        return Err(format!("{} is tested elsewhere by @{name}, not in every line", place.join("/")));
                    }
                }
            }
        }
        Ok(())
    }
}

fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.name.as_str()).collect()
}

fn matches(steps: &[Step], elements: &[Element], last: &str) -> bool {
    let (steps, attribute) = match steps.split_last() {
        Some((step, rest)) if step.name.starts_with('@') => (rest, step.name.as_str()),
        _ => (steps, ""),
    };
    attribute == last && elements_match(steps, elements, true)
}

/// Whether the elements are those of the steps; with `tests`, whether they also have the attributes.
fn elements_match(steps: &[Step], elements: &[Element], tests: bool) -> bool {
    match (steps.split_first(), elements.split_first()) {
        (None, None) => true,
        (Some((step, rest)), Some((element, others))) => {
            let fits = step.name == element.name && (!tests || step_tests(step, element));
            // A recursive step may stand for more of the same element, nested, before the rest.
            fits && (elements_match(rest, others, tests) || (step.recursive && elements_match(steps, others, tests)))
        }
        _ => false,
    }
}

/// Whether the steps begin with these elements, whatever their attributes are.
fn leads(steps: &[Step], elements: &[Element]) -> bool {
    let Some((element, rest)) = elements.split_first() else { return true };
    let Some((step, after)) = steps.split_first() else { return false };
    step.name == element.name && (leads(after, rest) || (step.recursive && leads(steps, rest)))
}

fn step_tests(step: &Step, element: &Element) -> bool {
    step.tests.iter().all(|(name, values)| {
        let written = element.attributes.iter().find(|(written, _)| written == name).map(|(_, value)| value);
        written.is_some_and(|written| values.contains(written))
    })
}

/// The text with each `$name` replaced by its shape.
fn with_shapes(text: &str, shapes: &[(String, String)]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
        let name = &after[..end];
        match shapes.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => out.push_str(shape),
            None => return Err(format!("no shape is called {name} so far")),
        }
        rest = &after[end..];
    }
    Ok(out + rest)
}

/// Every path that the braces stand for.
fn alternatives(text: &str) -> Result<Vec<String>, String> {
    let Some(open) = text.find('{') else {
        return if text.contains('}') { Err(format!("a brace too many in {text}")) } else { Ok(vec![text.to_owned()]) };
    };
    let mut depth = 0;
    let mut parts = Vec::new();
    let mut from = open + 1;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 1 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            parts.push(&text[from..at]);
            let ends = alternatives(&text[at + 1..])?;
            let mut out = Vec::new();
            for part in parts {
                for middle in alternatives(part)? {
                    out.extend(ends.iter().map(|end| format!("{}{middle}{end}", &text[..open])));
                }
            }
            return Ok(out);
        }
    }
    Err(format!("a brace too few in {text}"))
}

fn parse_line(path: &str, columns: &str) -> Result<Line, String> {
    let mut columns = columns.split('\t');
    let letters = columns.next().unwrap_or_default();
    let mut exemptions = Vec::new();
    for name in columns.next().unwrap_or_default().split(' ').filter(|name| !name.is_empty()) {
        let found = Exemption::NAMES.iter().find(|(known, _)| *known == name);
        exemptions.push(found.ok_or_else(|| format!("no exemption is called {name}"))?.1);
    }
    let parsed: Vec<Letter> = letters.chars().map(letter).collect::<Result<_, _>>()?;
    let letters = <[Letter; 7]>::try_from(parsed).map_err(|_| "not seven letters".to_owned())?;
    let mut steps: Vec<Step> = Vec::new();
    for part in split_steps(path) {
        if part.is_empty() {
            steps.last_mut().ok_or("a path cannot begin with //")?.recursive = true;
        } else {
            steps.push(parse_step(part)?);
        }
    }
    let tests = steps.iter().map(|step| step.tests.len()).sum();
    Ok(Line { steps, letters, exemptions, tests })
}

fn letter(c: char) -> Result<Letter, String> {
    match c {
        'Y' => Ok(Letter::Yes),
        'S' => Ok(Letter::Sanitised),
        'C' => Ok(Letter::Consent),
        'A' | 'N' => Ok(Letter::No),
        other => Err(format!("no letter {other}")),
    }
}

/// The parts between slashes that are in no brackets.
fn split_steps(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut inside) = (0, false);
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            b'/' if !inside => {
                parts.push(&path[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&path[from..]);
    parts
}

fn parse_step(part: &str) -> Result<Step, String> {
    let (name, tests) = part.split_once('[').map_or((part, ""), |(name, tests)| (name, tests));
    let mut step = Step { name: name.to_owned(), tests: Vec::new(), recursive: false };
    let bad = || format!("{part} is no step");
    for test in tests.split('[').filter(|test| !test.is_empty()) {
        let test = test.strip_suffix(']').and_then(|test| test.strip_prefix('@')).ok_or_else(bad)?;
        let (attribute, values) = test.split_once("='").ok_or_else(bad)?;
        let values = values.strip_suffix('\'').ok_or_else(bad)?;
        step.tests.push((attribute.to_owned(), values.split('|').map(str::to_owned).collect()));
    }
    Ok(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(name: &str, attributes: &[(&str, &str)]) -> Element {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Element { name: name.to_owned(), attributes: attributes.iter().map(own).collect() }
    }

    const TABLE: &str = "# a comment\n\
        I/@purpose\tYYYYYYY\n\
        I/Contact/@role\tYYYYYYY\n\
        I/Contact[@role='reporter']/Name\tYNNCNNN\n\
        I/Contact[@role='irt|creator']/Name\tYYYYYYY\tteam-domain\n\
        I/Event//Text\tYYSYSYN\n";

    fn ask(elements: &[Element], last: &str, audience: Audience) -> Option<Letter> {
        Table::parse(TABLE).unwrap().verdict(elements, last, audience).map(|verdict| verdict.letter)
    }

    #[test]
    fn tests_and_recursion_choose_the_line() {
        let incident = || element("I", &[]);
        let name = |role| [incident(), element("Contact", &[("role", role)]), element("Name", &[])];
        assert_eq!(ask(&name("reporter"), "", Audience::TrustedCert), Some(Letter::No));
        assert_eq!(ask(&name("reporter"), "", Audience::LawEnforcement), Some(Letter::Consent));
        assert_eq!(ask(&name("irt"), "", Audience::Public), Some(Letter::Yes));
        assert_eq!(ask(&name("victim"), "", Audience::Isirt), None, "an unlisted value matches no line");
        assert_eq!(ask(&[incident()], "@purpose", Audience::Public), Some(Letter::Yes));
        assert_eq!(ask(&[incident()], "@status", Audience::Isirt), None);
        let nested = |depth| {
            let mut path = vec![incident()];
            path.extend((0..depth).map(|_| element("Event", &[])));
            path.push(element("Text", &[]));
            path
        };
        assert_eq!(ask(&nested(0), "", Audience::Isirt), None);
        for depth in 1..5 {
            assert_eq!(ask(&nested(depth), "", Audience::TrustedCert), Some(Letter::Sanitised));
        }
    }

    #[test]
    fn bad_tables_are_refused() {
        for bad in ["a\tYYY", "a\tYYYYYYX", "a", "//a\tYYYYYYY", "a[@b]\tYYYYYYY", "a\tYYYYYYY\tsomething"] {
            assert!(Table::parse(bad).is_err(), "{bad}");
        }
        let shaped = "$ml\t{,/@lang}\n$box\ta{$ml,/b}\n$box/c\tYYYYYYY";
        assert_eq!(Table::parse(shaped).unwrap().lines.len(), 3);
        for bad in ["$x/a\tYYYYYYY", "a{b\tYYYYYYY", "a}b\tYYYYYYY"] {
            assert!(Table::parse(bad).is_err(), "{bad}");
        }
        let untested = "a[@k='v']/b\tYYYYYYY\na/c\tYYYYYYY";
        assert!(Table::parse(untested).unwrap_err().what.contains("tested elsewhere"));
    }
    /// A line as both forms would have it: wrappers and the names of contents gone, names of JSON.
    fn common(line: &Line) -> (String, [Letter; 7], Vec<Exemption>) {
        const GONE: [&str; 10] = [
            "Flow",
            "Record",
            "IndicatorData",
            "Impact",
            "ObservableReference",
            "@value",
            "@id",
            "@handle",
            "@Algorithm",
            "ApplicationHeader",
        ];
        const RENAMED: [(&str, &str); 2] = [("Nameservers", "NameServers"), ("Value", "KeyValue")];
        let step = |step: &Step| {
            let name = step.name.trim_start_matches('@').rsplit(':').next().unwrap_or_default();
            let name = RENAMED.iter().find(|(xml, _)| *xml == name).map_or(name, |(_, json)| json);
            format!("{name}{:?}{}", step.tests, if step.recursive { "//" } else { "" })
        };
        let steps: Vec<String> =
            line.steps.iter().filter(|step| !GONE.contains(&step.name.as_str())).map(step).collect();
        (steps.join("/"), line.letters, line.exemptions.clone())
    }

    /// The same place has the same letters in XML and in JSON.
    #[test]
    fn the_two_forms_of_iodef_agree() {
        let lines = |text| -> Vec<_> { Table::parse(text).unwrap().lines.iter().map(common).collect() };
        let xml = lines(include_str!("paths/iodef-xml.tsv"));
        let json = lines(include_str!("paths/iodef-json.tsv"));
        // JSON has no `ext-scope`; it has ratings without number in words.
        let only_xml: Vec<_> =
            xml.iter().filter(|line| !json.contains(line) && !line.0.contains("ext-scope")).collect();
        let rating = |path: &str| {
            path.contains("AdditionalData") && !path.starts_with("IODEF-Document[]/Incident[]/AdditionalData")
        };
        let only_json: Vec<_> = json.iter().filter(|line| !xml.contains(line) && !rating(&line.0)).collect();
        assert!(only_xml.is_empty() && only_json.is_empty(), "{only_xml:#?}\n{only_json:#?}");
    }
}
