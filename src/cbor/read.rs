//! The reader of whole items.

use super::{Data, Event, Item, Limits, Reader};
use crate::error::Finding;

/// A container whose items are being read.
enum Open {
    Array(Vec<Item<'static>>),
    Map { entries: Vec<(Item<'static>, Item<'static>)>, key: Option<Item<'static>> },
    Tag(u64),
}

/// Reads one data item that fills the bytes.
///
/// # Errors
/// The first thing that is wrong, or the limit that is exceeded; the position has the byte offset only.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Item<'static>, Finding> {
    let mut reader = Reader::new(bytes, bytes.len() as u64, *limits);
    let mut open: Vec<(u64, Open)> = Vec::new();
    let mut root = Item::new(Data::NULL);
    while let Some((offset, event)) = reader.next()? {
        let item = match event {
            Event::Leaf(data) => Item { offset, data },
            Event::Array => {
                open.push((offset, Open::Array(Vec::new())));
                continue;
            }
            Event::Map => {
                open.push((offset, Open::Map { entries: Vec::new(), key: None }));
                continue;
            }
            Event::Tag(tag) => {
                open.push((offset, Open::Tag(tag)));
                continue;
            }
            Event::End => match open.pop() {
                Some((offset, Open::Array(items))) => Item { offset, data: Data::Array(items) },
                Some((offset, Open::Map { entries, .. })) => Item { offset, data: Data::Map(entries) },
                // The reader ends arrays and maps only.
                Some((_, Open::Tag(_))) | None => continue,
            },
        };
        put(&mut open, item, &mut root);
    }
    Ok(root)
}

/// Puts an item where it belongs.
fn put(open: &mut Vec<(u64, Open)>, mut item: Item<'static>, root: &mut Item<'static>) {
    while let Some((offset, Open::Tag(tag))) = open.pop_if(|(_, open)| matches!(open, Open::Tag(_))) {
        item = Item { offset, data: Data::Tag(tag, Box::new(item)) };
    }
    match open.last_mut().map(|(_, open)| open) {
        Some(Open::Array(items)) => items.push(item),
        Some(Open::Map { entries, key }) => match key.take() {
            Some(key) => entries.push((key, item)),
            None => *key = Some(item),
        },
        Some(Open::Tag(_)) | None => *root = item,
    }
}
