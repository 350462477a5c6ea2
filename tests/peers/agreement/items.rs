//! CBOR to break.

use std::borrow::Cow;

use sirex::{
    cbor::{Data, Float, Item, Width},
    class::Dice,
};

/// Breaks one thing somewhere, or changes it such that it stays whole.
pub fn break_one(document: &mut Item<'_>, dice: &mut Dice<'_>) {
    let count = count(document);
    let other = nth(document, &mut dice.below(count)).cloned();
    let value = match (dice.below(4), other) {
        (0, Some(other)) => other,
        _ => any(dice),
    };
    let Some(at) = nth(document, &mut dice.below(count)) else { return };
    let key = i128::try_from(dice.below(207)).unwrap() - 24;
    match (&mut at.data, dice.below(4)) {
        (Data::Map(entries), 0 | 1) if !entries.is_empty() => _ = entries.remove(dice.below(entries.len())),
        (Data::Map(entries), 2) if !entries.is_empty() => {
            let place = dice.below(entries.len());
            entries[place].1 = value;
        }
        (Data::Map(entries), _) => {
            let known = |(name, _): &(Item<'_>, Item<'_>)| name.data == Data::Integer(key);
            if !entries.iter().any(known) {
                entries.push((Item::new(Data::Integer(key)), value));
            }
        }
        (Data::Array(items), 0) => items.clear(),
        (Data::Array(items), _) => items.push(value),
        (Data::Tag(tag, _), 0) => *tag = [0, 22, 23, 32][dice.below(4)],
        (data, _) => *data = value.data,
    }
}

/// Gives a member another number, wherever it is.
pub fn rename(item: &mut Item<'_>, from: i128, to: i128) {
    match &mut item.data {
        Data::Map(entries) => {
            for (key, value) in entries {
                if key.data == Data::Integer(from) {
                    key.data = Data::Integer(to);
                }
                rename(value, from, to);
            }
        }
        Data::Array(items) => items.iter_mut().for_each(|item| rename(item, from, to)),
        _ => {}
    }
}

fn any(dice: &mut Dice<'_>) -> Item<'static> {
    let texts = ["", "ext-value", "json", "anomyzation", "http-request-uri", "2.00", "3", "en", "x y", "80,x", "Z"];
    let float = |value, width| Data::Float(Float { value, width });
    let text = |dice: &mut Dice<'_>| Data::Text(Cow::Borrowed(dice.pick(&texts).unwrap_or_default()));
    Item::new(match dice.below(10) {
        0 => Data::NULL,
        1 => Data::Integer(5),
        2 => float(0.5, Width::Single),
        3 => float(0.0, Width::Single),
        4 => float(0.1, Width::Double),
        5 => Data::Array(vec![Item::new(text(dice))]),
        6 => Data::Map(Vec::new()),
        7 => Data::Tag(32, Box::new(Item::new(text(dice)))),
        _ => text(dice),
    })
}

fn count(item: &Item<'_>) -> usize {
    1 + match &item.data {
        Data::Map(entries) => entries.iter().map(|(_, value)| count(value)).sum(),
        Data::Array(items) => items.iter().map(count).sum::<usize>(),
        Data::Tag(_, inner) => count(inner),
        _ => 0,
    }
}

/// The value of this index, in the order of the document; keys do not count.
fn nth<'v, 'a>(item: &'v mut Item<'a>, index: &mut usize) -> Option<&'v mut Item<'a>> {
    if *index == 0 {
        return Some(item);
    }
    *index -= 1;
    match &mut item.data {
        Data::Map(entries) => entries.iter_mut().find_map(|(_, value)| nth(value, index)),
        Data::Array(items) => items.iter_mut().find_map(|inner| nth(inner, index)),
        Data::Tag(_, inner) => nth(inner, index),
        _ => None,
    }
}
