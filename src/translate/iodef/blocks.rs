//! What IODEF has no class for, in AdditionalData (record model §20): one block for each leaf. `meaning` names the fact,
//! `name` the place of the leaf in it, `formatid` says that the block is ours. Others can pass over it, the gate sees each
//! text at a place of its own, and a gateway of ours puts the leaves together again.
//!
//! Blocks are read from the first on, in the order in which they are written, and only if they would be written the same
//! again. All others are residue, which goes back to where it stood.

use std::{
    collections::BTreeSet,
    mem::{replace, take},
};

use serde_json::Value;

use super::{marking, taken::FOREIGN};
use crate::{
    class::{Coded, Path},
    iodef::{
        Extension,
        vocab::{Dtype, Restriction},
    },
    record::{Node, NodeMut, Part, Place, base::Marking},
    translate::{
        iodef::{taken::Context, trail::Trail},
        ledger::{Fate, ITS_PLACE, each_leaf},
        reasons::field,
        withheld,
    },
    xml::Verbatim,
};

/// What tells our blocks from others of the same meaning.
pub(in crate::translate) const FORMAT_ID: &str = "urn:sirex:record:1";

/// How deep a name may lead: deeper than any group of the record that stands in blocks.
const DEEPEST: usize = 24;

/// A fact in blocks: its meaning, and the member of the record.
#[derive(Clone, Copy)]
pub(super) struct Fact {
    pub meaning: &'static str,
    pub member: &'static str,
}

impl Fact {
    /// `r#type` is called `type`.
    pub const fn new(meaning: &'static str, member: &'static str) -> Self {
        Fact { meaning, member }
    }

    fn member(self) -> &'static str {
        self.member.trim_start_matches("r#")
    }
}

/// Writes a member of the record as blocks behind those that are there.
pub(super) fn write<V: Part>(
    cx: &Context,
    value: V,
    fact: Fact,
    at: &Trail<'_>,
    to: &Path<'_>,
    blocks: &mut Vec<Extension>,
) {
    for leaf in leaves(&value, fact, at) {
        let fate = match leaf.end {
            End::Block(block) => {
                blocks.push(*block);
                Fate::Carried { on: to.item("AdditionalData", blocks.len()).to_string() }
            }
            End::Place => Fate::Kept { to: ITS_PLACE.to_owned() },
            End::Nowhere(why) => Fate::Dropped { why: why.to_owned() },
        };
        cx.ledger.end(format!("{at}{}", leaf.path), fate);
    }
}

/// A leaf of a member: its path below it, and where it goes.
struct Leaf {
    path: String,
    end: End,
}

enum End {
    Block(Box<Extension>),
    /// What names an element: its place says the same.
    Place,
    Nowhere(&'static str),
}

/// `at` is where the member stands in the record.
fn leaves<V: Part>(value: &V, fact: Fact, at: &Trail<'_>) -> Vec<Leaf> {
    let mut walk = Walk {
        fact,
        field: field(&at.to_string()),
        elements: BTreeSet::new(),
        references: BTreeSet::new(),
        leaves: Vec::new(),
    };
    value.visit(&mut Place::default(), &mut |place, node| {
        let path = place.to_string().trim_start_matches('$').to_owned();
        match node {
            Node::Element(_) => _ = walk.elements.insert(path),
            Node::Reference(_) => _ = walk.references.insert(path),
            Node::Currency(_) | Node::Dated(_) => {}
        }
    });
    // A type of the record cannot fail to serialise: its keys are strings.
    if let Ok(json) = serde_json::to_value(value) {
        walk.walk(&json, String::new(), fact.member().to_owned(), None);
    }
    walk.leaves
}

struct Walk {
    fact: Fact,
    /// The member, from the record on.
    field: String,
    elements: BTreeSet<String>,
    references: BTreeSet<String>,
    leaves: Vec<Leaf>,
}

impl Walk {
    /// Whether a block came of it. In names, elements of lists of which nothing is written do not count.
    fn walk(&mut self, value: &Value, path: String, name: String, around: Option<&Coded<Restriction>>) -> bool {
        match value {
            Value::Null => false,
            Value::Array(list) => {
                let mut count = 0;
                for (i, value) in list.iter().enumerate() {
                    let written = self.walk(value, format!("{path}[{i}]"), format!("{name}[{count}]"), around);
                    count += usize::from(written);
                }
                count > 0
            }
            Value::Object(members) => {
                let is_element = self.elements.contains(&path);
                let own = members.get("marking").filter(|_| is_element).and_then(restriction);
                let mut any = false;
                for (member, value) in members {
                    let path = format!("{path}.{member}");
                    match member.as_str() {
                        "id" | "origins" if is_element => each_leaf(value, path, &mut |path, _| {
                            self.leaves.push(Leaf { path, end: End::Place });
                        }),
                        "carried" if is_element => each_leaf(value, path, &mut |path, _| {
                            self.leaves.push(Leaf { path, end: End::Nowhere(FOREIGN) });
                        }),
                        _ if let Some((_, why)) = withheld::own_row(&format!("{}{}", self.field, field(&path))) => {
                            each_leaf(value, path, &mut |path, _| {
                                self.leaves.push(Leaf { path, end: End::Nowhere(why) });
                            });
                        }
                        _ => any |= self.walk(value, path, format!("{name}.{member}"), own.as_ref().or(around)),
                    }
                }
                any
            }
            _ if self.references.contains(&path) => {
                let why = "it refers to a thing of the record by an id that stays in the record";
                self.leaves.push(Leaf { path, end: End::Nowhere(why) });
                false
            }
            Value::Bool(yes) => self.block(path, name, Dtype::Boolean, yes.to_string(), around),
            Value::Number(number) => {
                let dtype = if number.is_f64() { Dtype::Real } else { Dtype::Integer };
                self.block(path, name, dtype, number.to_string(), around)
            }
            Value::String(text) if text.is_empty() => {
                self.leaves.push(Leaf { path, end: End::Nowhere("there is nothing in the text") });
                false
            }
            Value::String(text) => self.block(path, name, Dtype::String, text.clone(), around),
        }
    }

    fn block(
        &mut self,
        path: String,
        name: String,
        dtype: Dtype,
        text: String,
        around: Option<&Coded<Restriction>>,
    ) -> bool {
        let block = Extension {
            name: (name != self.fact.member()).then(|| name.as_str().into()),
            dtype: Some(dtype.into()),
            meaning: Some(self.fact.meaning.into()),
            format_id: Some(FORMAT_ID.into()),
            restriction: around.cloned(),
            content: Some(Verbatim::Text(text)),
            ..Extension::default()
        };
        self.leaves.push(Leaf { path, end: End::Block(Box::new(block)) });
        true
    }
}

/// The marking of an element, on each of its blocks for those who do not read them together.
fn restriction(marking: &Value) -> Option<Coded<Restriction>> {
    let marking: Marking = serde_json::from_value(marking.clone()).ok()?;
    marking::write(marking.tlp, marking.restriction.as_ref())
}

/// The blocks of a class while they are read.
pub(super) struct Reading {
    blocks: Vec<Extension>,
    /// What each block so far says, by its place in the record.
    said: Vec<String>,
    /// Whether a block was met that is not as we write it.
    ended: bool,
}

impl Reading {
    pub fn of(blocks: &mut Vec<Extension>) -> Self {
        Reading { blocks: take(blocks), said: Vec::new(), ended: false }
    }

    /// Reads the member if it comes next, and says whether it does.
    pub fn read<V: Part>(&mut self, cx: &Context, place: &mut V, fact: Fact, to: &Trail<'_>) -> bool {
        let fits = |block: &&Extension| {
            block.format_id.as_deref() == Some(FORMAT_ID) && block.meaning.as_deref() == Some(fact.meaning)
        };
        let next = self.blocks.iter().skip(self.said.len());
        let run: Vec<&Extension> = next.take_while(fits).collect();
        if self.ended || run.is_empty() {
            return false;
        }
        let Some(mut value) = together::<V>(&run, fact, to) else {
            self.ended = true;
            return false;
        };
        value.visit_mut(&mut Place::default(), &mut |_, node| {
            if let NodeMut::Element(id) = node {
                *id = cx.element_id(fact.meaning);
            }
        });
        self.said.extend(vec![to.to_string(); run.len()]);
        *place = value;
        true
    }

    /// Takes back what was read last: it does not mean what it says. Nothing is read behind it.
    pub fn refuse(&mut self, count: usize) {
        self.said.truncate(self.said.len().saturating_sub(count));
        self.ended = true;
    }

    /// The blocks that were read are kept, all others are residue.
    pub fn end(mut self, cx: &Context, at: &Path<'_>) {
        for (i, mut block) in take(&mut self.blocks).into_iter().enumerate() {
            let at = at.item("AdditionalData", i + 1);
            if let Some(to) = self.said.get(i) {
                kept(cx, &mut block, &at, to);
            }
            cx.rest_of_class(&block, &at);
        }
    }
}

fn kept(cx: &Context, block: &mut Extension, at: &Path<'_>, to: &str) {
    macro_rules! kept {
        ($($field:ident),*) => { $(
            if let Some(taken) = cx.take_class(block, stringify!($field), at, |block| &mut block.$field) {
                let _ = taken.kept(&to);
            }
        )* };
    }
    kept!(name, dtype, meaning, format_id, restriction, content);
}

/// The member that these blocks are of, if they would be written the same again.
fn together<V: Part>(run: &[&Extension], fact: Fact, to: &Trail<'_>) -> Option<V> {
    let mut json = Value::Null;
    for block in run {
        let name = block.name.as_deref().unwrap_or(fact.member());
        *place(&mut json, name.strip_prefix(fact.member())?, DEEPEST)? = simple(block)?;
    }
    let value: V = serde_json::from_value(json).ok()?;
    let again = leaves(&value, fact, to).into_iter().filter_map(|leaf| match leaf.end {
        End::Block(block) => Some(*block),
        _ => None,
    });
    again.eq(run.iter().map(|block| (*block).clone())).then_some(value)
}

/// The value of a block, by its `dtype`.
fn simple(block: &Extension) -> Option<Value> {
    let Some(Verbatim::Text(text)) = &block.content else { return None };
    match block.dtype.as_ref()?.known()? {
        Dtype::String => Some(Value::String(text.clone())),
        Dtype::Boolean => text.parse().ok().map(Value::Bool),
        Dtype::Integer => text.parse().ok().map(Value::Number),
        _ => None,
    }
}

/// The place that a name leads to. A list grows by one element at a time, so that no name makes more than it says.
fn place<'v>(value: &'v mut Value, name: &str, deepest: usize) -> Option<&'v mut Value> {
    if name.is_empty() {
        return Some(value);
    }
    let deepest = deepest.checked_sub(1)?;
    if let Some(rest) = name.strip_prefix('[') {
        let (index, rest) = rest.split_once(']')?;
        if value.is_null() {
            drop(replace(value, Value::Array(Vec::new())));
        }
        let list = value.as_array_mut()?;
        let index: usize = index.parse().ok()?;
        if index == list.len() {
            list.push(Value::Null);
        }
        return place(list.get_mut(index)?, rest, deepest);
    }
    let name = name.strip_prefix('.')?;
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (member, rest) = name.split_at_checked(end)?;
    if value.is_null() {
        drop(replace(value, Value::Object(serde_json::Map::new())));
    }
    place(value.as_object_mut()?.entry(member).or_insert(Value::Null), rest, deepest)
}

/// Declares which members of a group stand in blocks of its class, in this order.
macro_rules! blocks {
    ($inward:ident, $outward:ident: $class:ty => $group:ty { $($member:ident = $meaning:literal),* $(,)? }) => {
        pub(super) fn $inward(
            cx: &$crate::translate::iodef::taken::Context,
            source: &mut $class,
            made: &mut $group,
            at: &$crate::class::Path<'_>,
            to: &$crate::translate::iodef::trail::Trail<'_>,
        ) {
            let mut reading = $crate::translate::iodef::blocks::Reading::of(&mut source.additional_data);
            $(
                let fact = $crate::translate::iodef::blocks::Fact::new($meaning, stringify!($member));
                reading.read(cx, &mut made.$member, fact, &to.member(stringify!($member)));
            )*
            reading.end(cx, at);
        }

        pub(super) fn $outward(
            cx: &$crate::translate::iodef::taken::Context,
            source: &mut $group,
            made: &mut $class,
            at: &$crate::translate::iodef::trail::Trail<'_>,
            to: &$crate::class::Path<'_>,
        ) {
            $( {
                let fact = $crate::translate::iodef::blocks::Fact::new($meaning, stringify!($member));
                let (value, at) = (std::mem::take(&mut source.$member), at.member(stringify!($member)));
                $crate::translate::iodef::blocks::write(cx, value, fact, &at, to, &mut made.additional_data);
            } )*
        }
    };
}

pub(super) use blocks;
