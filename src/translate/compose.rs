//! The account of a translation that goes by way of another document: of the first input it says what the last output has.

use std::collections::BTreeMap;

use super::{Entry, Fate};

/// The account of two translations, one behind the other.
pub(super) fn compose(first: Vec<Entry>, second: &[Entry]) -> Vec<Entry> {
    let mut then: BTreeMap<&str, Vec<&Fate>> = BTreeMap::new();
    for entry in second {
        then.entry(&entry.path).or_default().push(&entry.fate);
    }
    let next = |place: &str| -> Option<Fate> {
        let exact = then.get(place).and_then(|fates| fates.iter().max_by_key(|fate| rank(fate)));
        // An element that is named as a whole is there as long as something of it is.
        let is_element = place.starts_with('$') && place.ends_with(']');
        let below = || {
            let inside = |path: &&str| path[place.len()..].starts_with(['/', '[', '.']);
            let range = then.range(place..).take_while(|(path, _)| path.starts_with(place));
            let all = range.filter(|(path, _)| inside(path)).flat_map(|(_, fates)| fates).copied();
            match is_element {
                true => {
                    let parts: Vec<&Fate> = all.collect();
                    of_element(&parts).or_else(|| parts.into_iter().min_by_key(|fate| rank(fate)).cloned())
                }
                false => all.max_by_key(|fate| rank(fate)).cloned(),
            }
        };
        exact.map(|fate| (*fate).clone()).or_else(below)
    };
    let both = |entry: Entry| {
        let Some(place) = entry.fate.place() else { return entry };
        // What the first has said without a place is not in the second.
        let Some(fate) = next(place) else { return entry };
        Entry { fate: after(&entry.fate, &fate), path: entry.path }
    };
    first.into_iter().map(both).collect()
}

/// What became of an element, where a leaf says no more than that it is there: it stands around all of it that is written, and
/// is what it was as far as something of it is kept.
fn of_element(parts: &[&Fate]) -> Option<Fate> {
    let places: Vec<(&Fate, &str)> =
        parts.iter().filter_map(|fate| Some((*fate, fate.place().filter(|place| !place.starts_with('('))?))).collect();
    let (_, first) = places.first()?;
    let ends = |text: &str| text.char_indices().filter(|(_, c)| matches!(c, '/' | '.')).map(|(at, _)| at).collect();
    let steps: Vec<usize> = Vec::into_iter(ends(first)).chain([first.len()]).collect();
    let is_around = |end: &&usize| {
        let around = first.get(..**end).unwrap_or_default();
        let inside = |rest: &str| rest.is_empty() || rest.starts_with(['/', '.']);
        places.iter().all(|(_, place)| place.strip_prefix(around).is_some_and(inside))
    };
    let common =
        steps.iter().rev().find(is_around).and_then(|end| first.get(..*end)).filter(|text| !text.is_empty())?;
    let to = common.to_owned();
    let best = places.iter().min_by_key(|(fate, _)| rank(fate)).map(|(fate, _)| *fate);
    let carried = places.iter().find(|(fate, _)| matches!(fate, Fate::Carried { .. }));
    Some(match (best, carried) {
        (Some(Fate::Kept { .. }), _) => Fate::Kept { to },
        (Some(Fate::Carried { .. }), _) => Fate::Carried { on: to },
        (_, Some((_, on))) => Fate::Carried { on: (*on).to_owned() },
        (Some(Fate::Coarsened { how, .. }), None) => Fate::Coarsened { to, how: how.clone() },
        _ => Fate::Moved { to },
    })
}

/// How much worse a fate is than to be kept.
fn rank(fate: &Fate) -> u8 {
    match fate {
        Fate::Kept { .. } => 0,
        Fate::Moved { .. } => 1,
        Fate::Coarsened { .. } => 2,
        Fate::Carried { .. } => 3,
        Fate::Dropped { .. } => 4,
        Fate::Lost => 5,
    }
}

/// What becomes of a leaf that had one fate and then the other.
fn after(first: &Fate, second: &Fate) -> Fate {
    let Some(place) = second.place().map(str::to_owned) else { return second.clone() };
    match (first, second) {
        (Fate::Carried { .. }, _) | (_, Fate::Carried { .. }) => Fate::Carried { on: place },
        (Fate::Coarsened { how, .. }, Fate::Coarsened { how: more, .. }) => {
            Fate::Coarsened { to: place, how: format!("{how}; {more}") }
        }
        (Fate::Coarsened { how, .. }, _) | (_, Fate::Coarsened { how, .. }) => {
            Fate::Coarsened { to: place, how: how.clone() }
        }
        (Fate::Moved { .. }, _) | (_, Fate::Moved { .. }) => Fate::Moved { to: place },
        _ => Fate::Kept { to: place },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_fate_of_two_counts() {
        let entry = |path: &str, fate: Fate| Entry { path: path.to_owned(), fate };
        let to = |place: &str| Fate::Kept { to: place.to_owned() };
        let coarse = |place: &str, how: &str| Fate::Coarsened { to: place.to_owned(), how: how.to_owned() };
        let dropped = Fate::Dropped { why: "no place".to_owned() };
        let carried = |on: &str| Fate::Carried { on: on.to_owned() };
        let first = vec![
            entry("a", to("/x")),
            entry("b", coarse("/y", "less")),
            entry("c", carried("/z")),
            entry("d", to("/w")),
            entry("e", to("(its place)")),
            entry("f", dropped.clone()),
            entry("g", to("/v")),
            entry("h", to("$.records[0].indicators[0]")),
            entry("i", to("$.records[0].indicators[0].references")),
        ];
        let second = [
            entry("/x", dropped.clone()),
            entry("/y", coarse("/y2", "still less")),
            entry("/z", to("/z2")),
            entry("/w/@a", to("/w2")),
            entry("/w/@b", carried("/w3")),
            entry("/v", Fate::Moved { to: "/v2".to_owned() }),
            entry("/v1", dropped.clone()),
            entry("$.records[0].indicators[0].references[0].source", dropped.clone()),
            entry("$.records[0].indicators[0].title", to("/t")),
        ];
        let fates: Vec<Fate> = compose(first, &second).into_iter().map(|entry| entry.fate).collect();
        let moved = Fate::Moved { to: "/v2".to_owned() };
        let both = coarse("/y2", "less; still less");
        // An element is there as long as something of it is.
        let element = [to("/t"), dropped.clone()];
        let all = [dropped.clone(), both, carried("/z2"), carried("/w3"), to("(its place)"), dropped, moved];
        assert_eq!(fates, all.into_iter().chain(element).collect::<Vec<_>>());
    }

    /// A leaf of which no more is said than that its element is there is where the element is, whatever is left out of it.
    #[test]
    fn an_element_stands_around_what_is_written_of_it() {
        let entry = |path: &str, fate: Fate| Entry { path: path.to_owned(), fate };
        let to = |place: &str| Fate::Kept { to: place.to_owned() };
        let gone = || Fate::Dropped { why: "no place".to_owned() };
        let on = |place: &str| Fate::Carried { on: place.to_owned() };
        let first = ["a", "b", "c"].iter().enumerate();
        let first = first.map(|(i, path)| entry(path, to(&format!("$.records[0].methods[{i}]")))).collect();
        let second = [
            entry("$.records[0].methods[0].id", to("(its place)")),
            entry("$.records[0].methods[0].descriptions[0].text", to("/I/Method[1]/Description[1]/value")),
            entry("$.records[0].methods[0].references[0].name", to("/I/Method[1]/Reference[1]/Description[1]")),
            entry("$.records[0].methods[0].references[0].source", gone()),
            entry("$.records[0].methods[1].references[0].source", gone()),
            entry("$.records[0].methods[2].kind", on("/I/AdditionalData[3]")),
        ];
        let fates: Vec<Fate> = compose(first, &second).into_iter().map(|entry| entry.fate).collect();
        assert_eq!(fates, [to("/I/Method[1]"), gone(), on("/I/AdditionalData[3]")]);
    }
}
