//! Random values out of the tables, for property tests and benchmarks: everything that the table allows, and only that.

use super::{
    Fields, Node, Slot, ViewMut,
    def::{Card, FieldDef, Kind, Shape},
};
use crate::{world::Entropy, xml::Verbatim};

/// Random choices out of an [`Entropy`]. A source that runs dry gives zeros, which are choices too.
pub struct Dice<'e> {
    entropy: &'e dyn Entropy,
    /// How many ids were given out: an `xs:ID` must be unique in its document.
    ids: usize,
    /// Whether what JSON requires is always there.
    for_json: bool,
}

impl<'e> Dice<'e> {
    /// Dice that throw what the source gives.
    pub fn new(entropy: &'e dyn Entropy) -> Self {
        Dice { entropy, ids: 0, for_json: false }
    }

    /// Makes values that JSON can require: what XML alone may leave out is always there.
    pub fn for_json(mut self) -> Self {
        self.for_json = true;
        self
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        let drawn = self.entropy.fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes));
        usize::try_from(drawn % (bound.max(1) as u64)).unwrap_or(0)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        of.get(self.below(of.len())).copied()
    }

    /// A text that uses what makes texts hard: white space, markup characters, other scripts, nothing at all.
    pub fn text(&mut self) -> String {
        const PIECES: [&str; 20] = [
            "a", "Z", "0", " ", "  ", "\n", "\t", "\r", "<", ">", "&", "\"", "'", "]]>", "é", "日本", "😀", "\u{85}",
            "\\", "host",
        ];
        (0..self.below(8)).filter_map(|_| self.pick(&PIECES)).collect()
    }

    /// An id that was not given out before.
    pub fn id(&mut self) -> String {
        self.ids += 1;
        format!("id-{}", self.ids)
    }

    /// An id that was given out, else a new one.
    pub fn known_id(&mut self) -> String {
        if self.ids == 0 { self.id() } else { format!("id-{}", 1 + self.below(self.ids)) }
    }
}

/// Fills `root` at random. `depth` bounds how deep optional elements nest; the size grows quickly with it.
pub fn generate(root: &mut dyn Fields, dice: &mut Dice<'_>, depth: usize) {
    for (index, field) in root.def().fields.iter().enumerate() {
        let count = match (field.card, field.kind) {
            (Card::One, _) => 1,
            (Card::Optional, _) if field.json_required && dice.for_json => 1,
            (Card::Optional, Kind::Attribute | Kind::Content | Kind::Mixed) => dice.below(2),
            (Card::Optional, _) => usize::from(depth > 0 && dice.one_in(3)),
            (Card::Many, _) => {
                if depth > 0 && dice.one_in(3) {
                    1 + dice.below(2)
                } else {
                    0
                }
            }
            (Card::Some, _) => 1 + if depth > 0 { dice.below(2) } else { 0 },
        };
        let Some(slot) = root.slot_mut(index) else { continue };
        for _ in 0..count {
            fill(field, slot, dice, depth.saturating_sub(1));
        }
    }
}

fn fill(field: &FieldDef, slot: &mut dyn Slot, dice: &mut Dice<'_>, depth: usize) {
    if !node(slot.add(), (field.shape)(), dice, depth) {
        slot.pop();
    }
}

/// Fills one node; false when there is nothing to fill it with.
fn node(place: &mut dyn Node, shape: Shape, dice: &mut Dice<'_>, depth: usize) -> bool {
    match place.view_mut() {
        ViewMut::Class(class) => generate(class, dice, depth),
        ViewMut::Simple(simple) => {
            let text = (simple.def().sample)(dice);
            return simple.set(&text);
        }
        ViewMut::Coded(coded) => {
            let def = coded.def();
            if def.extensible && dice.one_in(6) {
                coded.set("ext-value", Some(&format!("x{}", dice.text())));
            } else {
                let value = dice.pick(def.values).unwrap_or_default().to_owned();
                coded.set(&value, None);
            }
        }
        ViewMut::Foreign(verbatim) => *verbatim = Verbatim::Text(format!("t{}", dice.text())),
        ViewMut::Choice(choice) => {
            let Shape::Choice(def) = shape else { return false };
            // Without depth left, a variant that needs none: the first is by convention the simplest.
            let variant = if depth == 0 { 0 } else { dice.below(def.variants.len()) };
            let inner_shape = (def.variants[variant].shape)();
            return node(choice.choose(variant), inner_shape, dice, depth);
        }
    }
    true
}
