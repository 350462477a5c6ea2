//! Ids of several documents in one.

use std::str::FromStr as _;

use super::*;
use crate::{
    error::Code,
    format::Format,
    iodef::{IndicatorContent, Profile},
    record::{
        Record,
        base::{ElementId, Origin},
    },
    translate::{Document, read, record_to_iodef},
};

/// A document in which an indicator refers to an event, another to a third thing of its own.
fn partner(number: &str) -> RecordDocument {
    let text = format!(
        r#"<IODEF-Document version="2.00" xml:lang="en" xmlns="urn:ietf:params:xml:ns:iodef-2.0"><Incident purpose="reporting">
<IncidentID name="csirt.example">{number}</IncidentID><GenerationTime>2026-01-01T00:00:00Z</GenerationTime>
<Contact type="organization" role="creator"><ContactName>CSIRT</ContactName></Contact>
<EventData observable-id="a"><Description>{number}</Description></EventData>
<IndicatorData><Indicator><IndicatorID name="csirt.example" version="1">i{number}</IndicatorID>
<ObservableReference uid-ref="a"/></Indicator></IndicatorData>
</Incident></IODEF-Document>"#
    );
    match read(text.as_bytes(), Format::IodefXml, u64::MAX).unwrap().document {
        Document::Iodef(document) => from_iodef(*document).0,
        other => panic!("{other:?}"),
    }
}

/// The id of each event, what it describes, and what each indicator refers to.
fn written(source: RecordDocument) -> (Vec<(String, String)>, Vec<String>, Vec<Entry>) {
    let made = record_to_iodef(source.clone(), Format::IodefXml, Profile::default()).unwrap();
    let again = record_to_iodef(source, Format::IodefXml, Profile::default()).unwrap();
    assert_eq!(made.bytes, again.bytes);
    let back = read(&made.bytes, Format::IodefXml, u64::MAX).unwrap();
    assert_eq!(back.findings, []);
    let Document::Iodef(document) = back.document else { panic!("no IODEF") };
    let text = |text: &crate::iodef::MlString| text.text.as_ref().map(|text| text.to_string()).unwrap();
    let events = document.incident.iter().flat_map(|incident| &incident.event_data);
    let events = events.map(|event| (event.observable_id.as_ref().unwrap().to_string(), text(&event.description[0])));
    let indicators = document.incident.iter().flat_map(|one| &one.indicator_data).flat_map(|data| &data.indicator);
    let refers = |content: &Option<IndicatorContent>| match content {
        Some(IndicatorContent::Reference(reference)) => reference.uid_ref.as_ref().unwrap().to_string(),
        other => panic!("{other:?}"),
    };
    let account = made.account.into_iter().filter(|entry| entry.path.ends_with("carried[0].value")).collect();
    (events.collect(), indicators.map(|indicator| refers(&indicator.content)).collect(), account)
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn references_follow_ids_that_are_written_under_other_names() {
    let records: Vec<Record> = ["1", "2", "3"].into_iter().flat_map(|number| partner(number).records).collect();
    let (events, refers, account) = written(RecordDocument { records, ..partner("1") });
    assert_eq!(events, pairs(&[("a", "1"), ("a-2", "2"), ("a-3", "3")]));
    assert_eq!(refers, ["a", "a-2", "a-3"]);
    let coarsened =
        |entry: &&Entry| matches!(&entry.fate, Fate::Coarsened { how, .. } if how.contains("another thing"));
    assert_eq!(account.len(), 6);
    assert_eq!(account.iter().filter(coarsened).count(), 4, "{account:#?}");
    let (events, refers, account) = written(partner("2"));
    assert_eq!((events, refers), (pairs(&[("a", "2")]), vec!["a".to_owned()]));
    assert!(account.iter().all(|entry| matches!(entry.fate, Fate::Kept { .. })), "{account:#?}");
}

/// A record into which the elements of another were put; each says where it came from, or not.
fn merged(documents: [Option<&str>; 2]) -> RecordDocument {
    let mut made = partner("1");
    let mut other = partner("2").records.remove(0);
    other.events[0].id = ElementId::from_str("event-2").unwrap();
    other.indicators[0].id = ElementId::from_str("indicator-2").unwrap();
    let record = &mut made.records[0];
    record.events.append(&mut other.events);
    record.indicators.append(&mut other.indicators);
    for (i, document) in documents.into_iter().enumerate() {
        let origin = |origins: &mut Vec<Origin>| origins[0].document = document.map(str::to_owned);
        origin(&mut record.events[i].origins);
        origin(&mut record.indicators[i].origins);
        // The ids of elements have changed, to which residue is bound.
        record.events[i].carried.iter_mut().for_each(|carried| carried.digest = None);
        record.indicators[i].carried.iter_mut().for_each(|carried| carried.digest = None);
    }
    made
}

#[test]
fn what_came_with_a_document_refers_to_what_came_with_it() {
    let (events, refers, _) = written(merged([Some("sha256:1"), Some("sha256:2")]));
    assert_eq!(events, pairs(&[("a", "1"), ("a-2", "2")]));
    assert_eq!(refers, ["a", "a-2"]);
}

/// A reference that may mean either of two things is not guessed at.
#[test]
fn a_reference_that_may_mean_either_is_dropped() {
    let (events, refers, account) = written(merged([None, None]));
    assert_eq!(events, pairs(&[("a", "1"), ("a-2", "2")]));
    assert_eq!(refers, Vec::<String>::new());
    let dropped = |entry: &&Entry| matches!(&entry.fate, Fate::Dropped { why } if why.contains("none says"));
    assert_eq!(account.iter().filter(dropped).count(), 2, "{account:#?}");
}

/// The id of an indicator is known outside: a thing that has the same gets another.
#[test]
fn indicators_keep_their_ids() {
    let mut source = partner("1");
    let mut other = partner("2").records.remove(0);
    other.indicators[0].name.as_mut().unwrap().id = Some("a".to_owned());
    other.indicators[0].carried.iter_mut().for_each(|carried| carried.digest = None);
    source.records.push(other);
    let (events, refers, _) = written(source);
    assert_eq!(events, pairs(&[("a-2", "1"), ("a-3", "2")]));
    assert_eq!(refers, ["a-2", "a-3"]);
}

/// Ids that we give to indicators are unique too.
#[test]
fn indicators_without_ids_get_different_ones() {
    let records = ["1", "2"].into_iter().flat_map(|number| partner(number).records);
    let mut source = RecordDocument { records: records.collect(), ..partner("1") };
    for record in &mut source.records {
        record.indicators[0].name = None;
        record.indicators[0].carried.iter_mut().for_each(|carried| carried.digest = None);
    }
    let (made, _) = to_iodef(source);
    let ids = made.incident.iter().flat_map(|one| &one.indicator_data).flat_map(|data| &data.indicator);
    let ids: BTreeSet<_> = ids.map(|one| one.indicator_id.as_ref().unwrap().id.clone().unwrap().to_string()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A document twice in one: the first is as it was, the other differs in what the account says.
    #[test]
    fn ids_are_unique_whatever_is_merged(seed: u64, depth in 0usize..6) {
        let (mut records, _) = from_iodef(document(seed, depth));
        records.document = Default::default();
        let count = records.records.len();
        let (alone, _) = to_iodef(records.clone());
        for i in 0..2 * count {
            if i >= count {
                records.records.push(records.records[i - count].clone());
            }
            let document = Some(format!("sha256:{}", i / count));
            records.records[i].origins = vec![Origin { document, ..Origin::default() }];
        }
        let (made, account) = to_iodef(records);
        let again = crate::iodef::check(&made).into_iter()
            .filter(|finding| finding.code == Code::IdRepeated && finding.path.ends_with("observable-id"));
        prop_assert_eq!(again.collect::<Vec<_>>(), vec![]);
        let leaves = |document: &IodefDocument, from: usize| -> BTreeSet<(String, String)> {
            let incident = document.incident[from..from + count].to_vec();
            super::leaves(&IodefDocument { incident, ..IodefDocument::default() })
        };
        let (first, second) = (leaves(&made, 0), leaves(&made, count));
        prop_assert_eq!(&first, &leaves(&alone, 0));
        let differs: Vec<_> = second.difference(&first).collect();
        prop_assert!(differs.iter().all(|(path, _)| path.ends_with("@observable-id") || path.ends_with("@uid-ref")));
        let renamed = account.iter().filter(|entry| matches!(&entry.fate, Fate::Coarsened { how, .. } if how.contains("another thing has the id")));
        prop_assert_eq!(renamed.count(), differs.len());
    }
}
