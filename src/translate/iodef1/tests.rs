//! Both ways over documents that the tables generate.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{super::counts, *};
use crate::{
    class::{Dice, Leaf},
    world::Seeded,
    xml::Limits,
};

/// A document of version 1 as it is read.
fn version1(seed: u64, depth: usize) -> iodef1::IodefDocument {
    let entropy = Seeded::new(seed);
    let mut document = iodef1::IodefDocument::default();
    class::generate(&mut document, &mut Dice::new(&entropy), depth);
    for related in document.incident.iter_mut().filter_map(|incident| incident.related_activity.as_mut()) {
        match related.incident_id.is_empty() {
            true if related.url.is_empty() => related.url.push(class::Uri::new("https://example.org").unwrap()),
            true => {}
            false => related.url.clear(),
        }
    }
    iodef1::decode_xml(&iodef1::encode_xml(&document).unwrap(), Limits::default()).unwrap().document
}

/// A document of version 2 as it is read.
fn version2(seed: u64, depth: usize) -> iodef::IodefDocument {
    let entropy = Seeded::new(seed);
    let document = iodef::generate(&mut Dice::new(&entropy), depth);
    iodef::decode_xml(&iodef::encode_xml(&document).unwrap(), Limits::default()).unwrap().document
}

fn leaves(document: &dyn Fields) -> BTreeMap<String, Leaf> {
    let mut all = BTreeMap::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        all.insert(path.to_string(), leaf);
    });
    all
}

/// Every leaf has its one line, each line is of a leaf, and what it points to is there.
fn accounted(source: &dyn Fields, made: &dyn Fields, account: &[Entry]) {
    assert_eq!(counts(account).lost, 0, "{account:#?}");
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    account.iter().for_each(|entry| *lines.entry(&entry.path).or_default() += 1);
    let (from, to) = (leaves(source), leaves(made));
    for path in from.keys() {
        assert!(lines.contains_key(path.as_str()), "{path} is not in the account");
    }
    for (path, count) in lines {
        assert!(from.contains_key(path), "{path} is no leaf");
        assert_eq!(count, 1, "{path} has {count} lines");
    }
    for entry in account {
        if let Fate::Carried { on: place } | Fate::Coarsened { to: place, .. } | Fate::Moved { to: place } = &entry.fate
        {
            assert!(to.contains_key(place), "{entry} points nowhere");
        }
    }
}

/// The leaves of the normal form, as it is read.
fn normal1(document: &iodef1::IodefDocument) -> BTreeMap<String, Leaf> {
    let bytes = iodef1::encode_xml(document).unwrap();
    let mut document = iodef1::decode_xml(&bytes, Limits::default()).unwrap().document;
    class::normalise(&mut document);
    leaves(&document)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_leaf_of_version_1_is_accounted_for(seed: u64, depth in 0usize..7) {
        let source = version1(seed, depth);
        let (made, account) = upgrade(&source);
        accounted(&source, &made, &account);
        prop_assert_eq!(counts(&account).dropped, 0, "{:#?}", account);
        prop_assert!(iodef::encode_xml(&made).is_ok(), "{:#?}", iodef::encode_xml(&made));
    }

    #[test]
    fn every_leaf_of_version_2_is_accounted_for(seed: u64, depth in 0usize..6) {
        let source = version2(seed, depth);
        for rest in [Rest::Carried, Rest::LeftOut] {
            let (made, account) = downgrade(&source, rest);
            accounted(&source, &made, &account);
            prop_assert!(iodef1::encode_xml(&made).is_ok(), "{:#?}", iodef1::encode_xml(&made));
        }
    }

    /// All that a document of version 1 says comes back from version 2.
    #[test]
    fn version_1_comes_back(seed: u64, depth in 0usize..7) {
        let source = version1(seed, depth);
        let (up, _) = upgrade(&source);
        let bytes = iodef::encode_xml(&up).unwrap();
        let read = iodef::decode_xml(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(read.errors().count(), 0, "{:#?}", read.findings);
        let (down, account) = downgrade(&read.document, Rest::Carried);
        accounted(&read.document, &down, &account);
        prop_assert_eq!(normal1(&down), normal1(&source), "{}", String::from_utf8_lossy(&bytes));
        // And once more gives the same.
        let (again, _) = upgrade(&down);
        prop_assert_eq!(leaves(&again), leaves(&up));
    }

    /// What version 1 has no place for comes back as well.
    #[test]
    fn what_version_2_has_more_comes_back(seed: u64, depth in 0usize..5) {
        let source = version2(seed, depth);
        let (down, account) = downgrade(&source, Rest::Carried);
        let bytes = iodef1::encode_xml(&down).unwrap();
        let read = iodef1::decode_xml(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(&read.findings, &[]);
        let (up, _) = upgrade(&read.document);
        let mut after: BTreeMap<String, usize> = BTreeMap::new();
        for leaf in leaves(&up).into_values() {
            *after.entry(format!("{leaf:?}")).or_default() += 1;
        }
        let from = leaves(&source);
        for entry in account.iter().filter(|entry| matches!(entry.fate, Fate::Carried { .. })) {
            let left = after.get_mut(&format!("{:?}", from[&entry.path])).filter(|left| **left > 0);
            prop_assert!(left.is_some(), "{} has not come back", entry);
            left.into_iter().for_each(|left| *left -= 1);
        }
    }
}

fn scan() -> iodef1::IodefDocument {
    let bytes = include_bytes!("../../../fixtures/iodef-v1/scan.xml");
    iodef1::decode_xml(bytes, Limits::default()).unwrap().document
}

/// RFC 7970 §4.4, point by point.
#[test]
fn what_version_2_has_elsewhere_is_there() {
    let (made, _) = upgrade(&scan());
    let found = leaves(&made);
    let incident = "/IODEF-Document/Incident[1]";
    let system = format!("{incident}/EventData[1]/Flow[1]/System[1]");
    let expected = [
        ("/IODEF-Document/@version".to_owned(), "2.00"),
        ("/IODEF-Document/@xml:lang".to_owned(), "en"),
        (format!("{incident}/GenerationTime"), "2026-03-02T09:30:00+01:00"),
        (format!("{incident}/IncidentID/@restriction"), "public"),
        (format!("{incident}/Assessment[1]/IncidentCategory[1]"), "recon"),
        (format!("{incident}/Assessment[1]/SystemImpact[1]/@ext-type"), "recon"),
        (format!("{incident}/Assessment[1]/SystemImpact[2]/@type"), "takeover-system"),
        (format!("{incident}/Assessment[1]/SystemImpact[2]/Description[1]"), "Guessing of root passwords"),
        (format!("{incident}/Method[1]/Reference[1]/ReferenceName/@specIndex"), "1"),
        (format!("{incident}/Method[1]/Reference[1]/ReferenceName/ID"), "CVE-2024-6387"),
        (format!("{incident}/Contact[1]/Email[1]/EmailTo"), "csirt@campus.example"),
        (format!("{incident}/Contact[1]/Telephone[2]/TelephoneNumber"), "+49 30 5550199"),
        (format!("{incident}/Contact[1]/Telephone[2]/@type"), "fax"),
        (format!("{system}/Node/DomainData[1]/Name"), "scanner.example.net"),
        (format!("{system}/Node/Address[1]/@category"), "ipv4-addr"),
        (format!("{system}/NodeRole[1]/@category"), "client"),
        (format!("{system}/Node/Counter[1]/@unit"), "session"),
        (format!("{system}/Node/Counter[1]/@type"), "average"),
        (format!("{incident}/EventData[1]/Flow[1]/System[2]/Service[1]/@ip-protocol"), "6"),
    ];
    for (path, text) in expected {
        assert_eq!(found.get(&path), Some(&Leaf::Text(text.to_owned())), "{path}");
    }
}

/// A number without a marking has that of the incident in version 2, and would be public in version 1.
#[test]
fn nothing_becomes_more_public_than_it_was() {
    use crate::class::Coded;
    let id = iodef::IncidentId { name: Some("a.example".into()), id: Some("1".into()), ..iodef::IncidentId::default() };
    let mut incident = iodef::Incident { incident_id: Some(id), ..iodef::Incident::default() };
    let marked = |incident: &iodef::Incident| {
        let source = iodef::IodefDocument { incident: vec![incident.clone()], ..iodef::IodefDocument::default() };
        let (made, _) = downgrade(&source, Rest::Carried);
        let incident = &made.incident[0];
        let of = |value: &Option<Coded<iodef1::vocab::Restriction>>| {
            value.as_ref().map(|value| value.as_str().to_owned()).unwrap_or_default()
        };
        (of(&incident.restriction), of(&incident.incident_id.as_ref().unwrap().restriction))
    };
    assert_eq!(marked(&incident), (String::new(), "private".to_owned()));
    for (word, nearest) in
        [("partner", "need-to-know"), ("green", "need-to-know"), ("red", "private"), ("amber+strict", "private")]
    {
        incident.restriction = Some(Coded::from_meaning(word));
        assert_eq!(marked(&incident), (nearest.to_owned(), nearest.to_owned()), "{word}");
    }
}

/// The page on the correspondence has every row of the table.
#[test]
fn the_page_has_every_row() {
    let page = include_str!("../../../docs/iodef-v1.md");
    for pair in table::PAIRS {
        for (v1, v2) in pair.values.iter().chain(pair.elements) {
            let place = |class: &str, below: &str| match below {
                "" => format!("`{class}`"),
                below => format!("`{class}/{below}`"),
            };
            let row = format!("| {} | {} |", place(pair.v1, v1), place(pair.v2, v2));
            assert!(page.contains(&row), "docs/iodef-v1.md lacks {row}");
        }
    }
    for (_, v1, v2) in table::WORDS {
        assert!(page.contains(&format!("| `{v1}` | `{v2}` |")), "docs/iodef-v1.md lacks {v1}");
    }
    for word in table::CATEGORIES {
        assert!(page.contains(&format!("`{word}`")), "docs/iodef-v1.md lacks {word}");
    }
}
