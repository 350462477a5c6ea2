//! Two documents side by side.

use super::{
    Rest,
    block::{Held, Restored},
    special::{self, Done},
    table::{NEAREST, Pair, WORDS, Way, pair},
};
use crate::{
    class::{self, Child, CodedNode, Fields, Kind, Leaf, Node, Path, View, ViewMut},
    translate::ledger::{Entry, Fate},
};

/// The marking in force: the value of `restriction`, and its extension.
pub(super) type Marking = (String, Option<String>);

/// One translation on its way.
pub(super) struct Walk {
    pub way: Way,
    pub rest: Rest,
    pub entries: Vec<Entry>,
    /// How many incidents were made before those of the target.
    pub before: usize,
    /// How many blocks were put back: what a document may ask for is bounded.
    pub restored: usize,
}

/// Where the walk is: a class of the source, and the one that is made of it.
pub(super) struct Here<'p> {
    pub at: &'p Path<'p>,
    pub to: &'p Path<'p>,
    /// Name of the element that is made.
    pub element: &'p str,
    /// The marking around the source.
    pub marking: Marking,
}

/// What is known of a class while its parts are gone through.
pub(super) struct Frame<'p> {
    pub here: &'p Here<'p>,
    pub pair: Option<&'static Pair>,
    /// The marking of the source.
    pub marking: Marking,
    /// What has no place, with paths below this class.
    pub held: Vec<Held>,
    /// Blocks of the other version, for when all else is there.
    pub blocks: Vec<Restored>,
    /// The words of version 1 that the impacts of an assessment have, once they were looked for.
    pub words: Option<Vec<&'static str>>,
    /// How many elements of each name of the source stand in the target.
    kept: Vec<(&'static str, usize)>,
    /// How many elements of each name the target has.
    made: Vec<(String, usize)>,
}

impl<'p> Frame<'p> {
    fn new(here: &'p Here<'p>, pair: Option<&'static Pair>, marking: Marking) -> Self {
        let (held, blocks, kept, made) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Frame { here, pair, marking, held, blocks, words: None, kept, made }
    }

    /// For elements that go to another class than their own: so many of the name are kept there, and so many
    /// are there at all.
    pub fn beside(here: &'p Here<'p>, name: &'static str, counts: (usize, usize)) -> Self {
        let mut frame = Frame::new(here, None, here.marking.clone());
        frame.count_from(name, counts);
        frame
    }

    /// How many of a name are kept, and how many are there; `None` when there was none yet.
    pub fn counts(&self, name: &str) -> Option<(usize, usize)> {
        let kept = self.kept.iter().find(|(known, _)| *known == name).map(|(_, count)| *count);
        let made = self.made.iter().find(|(known, _)| known == name).map(|(_, count)| *count);
        made.map(|made| (kept.unwrap_or(0), made))
    }

    /// Goes on counting from there.
    pub fn count_from(&mut self, name: &'static str, (kept, made): (usize, usize)) {
        self.kept.retain(|(known, _)| *known != name);
        self.made.retain(|(known, _)| known != name);
        self.kept.push((name, kept));
        self.made.push((name.to_owned(), made));
    }

    /// Counts one more element of the source that stands in the target.
    fn kept(&mut self, name: &'static str) {
        match self.kept.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => self.kept.push((name, 1)),
        }
    }

    /// The step that leads to an element which is about to be kept, among those that are.
    fn step(&self, child: Child<'_>) -> String {
        let before = self.kept.iter().find(|(known, _)| *known == child.name).map_or(0, |(_, count)| *count);
        match child.position {
            0 => child.name.to_owned(),
            _ => format!("{}[{}]", child.name, before + 1),
        }
    }

    /// Position of the next element of this name in the target.
    fn next(&self, name: &str) -> usize {
        1 + self.made.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count)
    }

    /// Counts an element in the target.
    pub fn made(&mut self, name: &str) {
        match self.made.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => *count += 1,
            None => self.made.push((name.to_owned(), 1)),
        }
    }
}

impl Walk {
    pub fn new(way: Way, rest: Rest) -> Self {
        Walk { way, rest, entries: Vec::new(), before: 0, restored: 0 }
    }

    /// The document, or an incident of it, which stands at the same place in both.
    pub fn begin(&mut self, source: &dyn Fields, target: &mut dyn Fields, path: &Path<'_>) {
        let marking = ("private".to_owned(), None);
        let here = Here { at: path, to: path, element: target.def().name, marking };
        let held = self.class(source, target, &here);
        for held in held {
            self.drop(held, "the document itself has no place for it");
        }
    }

    /// One class; what is given back found no place in it, with paths below it.
    pub fn class(&mut self, source: &dyn Fields, target: &mut dyn Fields, here: &Here<'_>) -> Vec<Held> {
        let marking = marking_of(source).unwrap_or_else(|| here.marking.clone());
        let pair = pair(self.way, source.def().name, target.def().name);
        let mut frame = Frame::new(here, pair, marking);
        if class::is_empty(source) {
            self.end(here.at.to_string(), Fate::Kept { to: here.to.to_string() });
        }
        for child in special::in_order(self.way, source) {
            self.child(source, child, target, &mut frame);
        }
        self.defaults(source, target, &frame);
        self.put_back(source, target, &mut frame);
        special::complete(self, source, target, &mut frame);
        let held = std::mem::take(&mut frame.held);
        self.place(held, target, &mut frame)
    }

    /// One part of a class.
    fn child(&mut self, source: &dyn Fields, child: Child<'_>, target: &mut dyn Fields, frame: &mut Frame<'_>) {
        if special::child(self, source, child, target, frame) == Done::Yes
            || self.set_aside(child, frame)
            || self.by_values(child, target, frame)
        {
            return;
        }
        let name = frame.pair.and_then(|pair| pair.element(self.way, child.name)).unwrap_or(child.name);
        // A place that has a row is the place of that row alone, whatever else is called so.
        let step = child.step();
        let mut rows = frame.pair.into_iter().flat_map(|pair| pair.values(self.way));
        let ruled = rows.any(|(_, to)| to == step && !to.contains('['));
        if ruled || !self.transfer(child, name, target, frame) {
            self.hold(child, frame);
        }
    }

    /// By the rows of values: each leaf of the part has its own place.
    fn by_values(&mut self, child: Child<'_>, target: &mut dyn Fields, frame: &mut Frame<'_>) -> bool {
        let (Some(pair), step) = (frame.pair, child.step()) else { return false };
        let below = |place: &str| {
            place == step || (!step.is_empty() && place.strip_prefix(&step).is_some_and(|rest| rest.starts_with('/')))
        };
        let rows: Vec<_> = pair.values(self.way).filter(|(from, _)| below(from)).collect();
        let Some((_, first)) = rows.iter().find(|(from, _)| *from == step) else { return false };
        if let View::Coded(coded) = child.node.view() {
            return self.coded(coded, child, first, target, frame);
        }
        let mut leaves = Vec::new();
        match child.node.view() {
            View::Class(class) => {
                let base = Path::root("");
                class::leaves(class, &base, &mut |path, leaf| {
                    let path = path.to_string();
                    leaves.push((path.strip_prefix('/').unwrap_or(&path).to_owned(), leaf));
                });
            }
            View::Simple(simple) => leaves.push((String::new(), Leaf::Text(simple.text().to_owned()))),
            _ => return false,
        }
        let Some((_, Leaf::Text(text))) = leaves.iter().find(|(path, _)| path.is_empty()) else { return false };
        // A text that says nothing needs no element of its own.
        let described = class::count_children(target, Kind::Element, "Description") > 0;
        if text.is_empty() && child.kind == Kind::Content && first.starts_with("Description") && !described {
            self.end(path_of(frame.here.at, child), Fate::Kept { to: "(nothing is said)".to_owned() });
            return true;
        }
        if class::put(target, first, Leaf::Text(text.clone())).is_err() {
            return false;
        }
        if child.kind != Kind::Attribute {
            frame.kept(child.name);
        }
        if let Some((name, _)) = first.split_once(['[', '/']).filter(|_| first.contains('[')) {
            frame.made(name);
        }
        self.end(path_of(frame.here.at, child), Fate::Kept { to: join(frame.here.to, first) });
        for (path, leaf) in leaves.into_iter().filter(|(path, _)| !path.is_empty()) {
            let from = format!("{step}{path}");
            let row = rows.iter().find(|(source, _)| *source == from);
            let place = frame.here.at.to_string();
            match row.map(|(_, to)| (to, class::put(target, to, leaf.clone()))) {
                Some((to, Ok(()))) => self.end(format!("{place}/{from}"), Fate::Kept { to: join(frame.here.to, to) }),
                _ => {
                    let Leaf::Text(text) = leaf else { continue };
                    let held = Held::text(from.clone(), text, vec![format!("{place}/{from}")], frame.marking.clone());
                    frame.held.push(held);
                }
            }
        }
        true
    }

    /// To the part of this name in the target; false when there is none, or it does not take the value.
    pub fn transfer(&mut self, child: Child<'_>, name: &str, target: &mut dyn Fields, frame: &mut Frame<'_>) -> bool {
        if let (Kind::Attribute, View::Coded(coded)) = (child.kind, child.node.view()) {
            return self.coded(coded, child, &format!("@{name}"), target, frame);
        }
        let many = class::field_of(target, child.kind, name).is_some_and(|field| field.card.many());
        let position = if many { frame.next(name) } else { 0 };
        let from = path_of(frame.here.at, child);
        let Some(place) = class::add_child(target, child.kind, name) else { return false };
        let to = match child.kind {
            Kind::Attribute => format!("{}/@{name}", frame.here.to),
            Kind::Content | Kind::Mixed => frame.here.to.to_string(),
            _ => frame.here.to.item(name, position).to_string(),
        };
        let mark = self.entries.len();
        let fits = match (child.node.view(), place.view_mut()) {
            (View::Simple(value), ViewMut::Simple(place)) => {
                let fits = place.set(value.text());
                if fits {
                    self.end(from, Fate::Kept { to });
                }
                fits
            }
            (View::Foreign(value), ViewMut::Foreign(place)) => {
                *place = value.clone();
                self.end(from, Fate::Kept { to });
                true
            }
            (View::Class(value), ViewMut::Class(place)) => {
                let at = frame.here.at.item(child.name, child.position);
                let to = frame.here.to.item(name, position);
                let here = Here { at: &at, to: &to, element: name, marking: frame.marking.clone() };
                let held = self.class(value, place, &here);
                // An incident that is not whole stays: whoever writes it says what it lacks.
                let whole = name == "Incident" || special::whole(place);
                if whole {
                    let step = frame.step(child);
                    frame.held.extend(held.into_iter().map(|held| held.below(&step)));
                }
                whole
            }
            _ => false,
        };
        if !fits {
            self.entries.truncate(mark);
            class::pop_child(target, child.kind, name);
            return false;
        }
        if !matches!(child.kind, Kind::Attribute | Kind::Content | Kind::Mixed) {
            frame.kept(child.name);
            frame.made(name);
        }
        true
    }

    /// A value of an enumeration, as the other version has it.
    fn coded(
        &mut self,
        value: &dyn CodedNode,
        child: Child<'_>,
        place: &str,
        target: &mut dyn Fields,
        frame: &mut Frame<'_>,
    ) -> bool {
        let name = place.trim_start_matches('@');
        let Some(node) = class::add_child(target, Kind::Attribute, name) else { return false };
        let (how, is_ext) = match node.view_mut() {
            ViewMut::Coded(made) => (set(self.way, value, made), made.ext().is_some()),
            _ => (None, false),
        };
        let Some(how) = how else {
            class::pop_child(target, Kind::Attribute, name);
            return false;
        };
        let to = join(frame.here.to, place);
        let fate = |to: String| match &how {
            Said::Same => Fate::Kept { to },
            Said::As(how) => Fate::Coarsened { to, how: how.clone() },
        };
        // What an extension says stands in the extension of the other side, if it has one now.
        let ext = class::field_of(target, Kind::Attribute, name).and_then(|field| field.ext).filter(|_| is_ext);
        let places = [to.clone(), ext.map_or_else(|| to.clone(), |ext| format!("{}/@{ext}", frame.here.to))];
        for (path, to) in coded_paths(frame.here.at, child, value).into_iter().zip(places) {
            self.end(path, fate(to));
        }
        true
    }

    /// Attributes that the source leaves to a default or to what is around it, and the target would take to mean something
    /// else.
    fn defaults(&mut self, source: &dyn Fields, target: &mut dyn Fields, frame: &Frame<'_>) {
        for field in source.def().fields.iter().take_while(|field| field.kind == Kind::Attribute) {
            let Some(there) = class::field_of(target, Kind::Attribute, field.name) else { continue };
            if class::count_children(source, Kind::Attribute, field.name) > 0 {
                continue;
            }
            let (value, ext) = match (field.default, there.default) {
                (Some(value), other) if other != Some(value) => (value.to_owned(), None),
                (None, Some(_)) if field.inherits && !there.inherits => frame.marking.clone(),
                _ => continue,
            };
            let Some(node) = class::add_child(target, Kind::Attribute, field.name) else { continue };
            let fits = match node.view_mut() {
                ViewMut::Coded(made) => set_text(self.way, (&value, ext.as_deref()), made).is_some(),
                ViewMut::Simple(made) => made.set(&value),
                _ => false,
            };
            if !fits {
                class::pop_child(target, Kind::Attribute, field.name);
            }
        }
    }

    /// Enters the end of a leaf.
    pub fn end(&mut self, path: String, fate: Fate) {
        self.entries.push(Entry { path, fate });
    }

    /// All leaves of a part end in the same way.
    pub fn end_all(&mut self, at: &Path<'_>, child: Child<'_>, fate: &Fate) {
        for path in leaf_paths(at, child) {
            self.end(path, fate.clone());
        }
    }
}

/// How a value was said on the other side.
enum Said {
    Same,
    As(String),
}

/// Says a value of one version in the other; `None` when there is no way to.
fn set(way: Way, value: &dyn CodedNode, made: &mut dyn CodedNode) -> Option<Said> {
    if value.text() == "ext-value" && value.ext().is_none() {
        return None;
    }
    let list = if way == Way::Up { value.def().name } else { made.def().name };
    set_in(way, list, (value.text(), value.ext()), made)
}

/// The same for a value that stands in no document: the lists have the same name in both versions.
pub(super) fn set_text(way: Way, value: (&str, Option<&str>), made: &mut dyn CodedNode) -> Option<()> {
    set_in(way, made.def().name, value, made).map(|_| ())
}

fn set_in(way: Way, list: &str, (text, ext): (&str, Option<&str>), made: &mut dyn CodedNode) -> Option<Said> {
    let meaning = ext.unwrap_or(text);
    let other = WORDS.iter().find_map(|(of, v1, v2)| match way {
        Way::Up => (*of == list && *v1 == meaning && ext.is_none()).then_some(*v2),
        Way::Down => (*of == list && *v2 == meaning).then_some(*v1),
    });
    let def = made.def();
    let known = |word: &str| def.values.contains(&word);
    if let Some(word) = other {
        made.set(word, None);
        return Some(Said::As(format!("{meaning} as {word}")));
    }
    // The new list may have taken in what the old one had to extend.
    if known(meaning) {
        made.set(meaning, None);
        return Some(Said::Same);
    }
    if def.extensible {
        made.set("ext-value", Some(meaning));
        return Some(Said::Same);
    }
    let nearest = NEAREST.iter().filter(|_| way == Way::Down).filter(|(of, ..)| *of == list);
    let word = nearest.into_iter().find(|(_, value, _)| value.is_none_or(|value| value == meaning)).map(|row| row.2)?;
    made.set(word, None);
    Some(Said::As(format!("{meaning} as {word}")))
}

/// The marking that a class has itself.
pub(super) fn marking_of(class: &dyn Fields) -> Option<Marking> {
    let children = class.def().fields.iter().position(|field| field.name == "restriction")?;
    match class.slot(children)?.get(0)?.view() {
        View::Coded(coded) => Some((coded.text().to_owned(), coded.ext().map(str::to_owned))),
        _ => None,
    }
}

/// A path below a class, which may be the class itself.
pub(super) fn join(base: &Path<'_>, below: &str) -> String {
    if below.is_empty() { base.to_string() } else { format!("{base}/{below}") }
}

/// The path of a part.
pub(super) fn path_of(at: &Path<'_>, child: Child<'_>) -> String {
    join(at, &child.step())
}

/// The paths of a coded attribute's leaves.
fn coded_paths(at: &Path<'_>, child: Child<'_>, value: &dyn CodedNode) -> Vec<String> {
    let ext = child.field.ext.filter(|_| value.ext().is_some()).map(|ext| format!("{at}/@{ext}"));
    std::iter::once(path_of(at, child)).chain(ext).collect()
}

/// The paths of all leaves of a part.
pub(super) fn leaf_paths(at: &Path<'_>, child: Child<'_>) -> Vec<String> {
    match child.node.view() {
        View::Coded(coded) if child.kind == Kind::Attribute => coded_paths(at, child, coded),
        View::Class(class) => {
            let mut paths = Vec::new();
            let here = at.item(child.name, child.position);
            class::leaves(class, &here, &mut |path, _| paths.push(path.to_string()));
            paths
        }
        _ => vec![path_of(at, child)],
    }
}

/// The text of an attribute or of an element without parts.
pub(super) fn text_of(node: &dyn Node) -> Option<&str> {
    match node.view() {
        View::Simple(simple) => Some(simple.text()),
        View::Coded(coded) => Some(coded.ext().unwrap_or(coded.text())),
        _ => None,
    }
}
