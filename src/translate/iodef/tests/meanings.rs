//! What IODEF and the record say with one word and mean differently, or with two and mean alike.

use super::*;
use crate::{
    iodef::{Extension, Impact, System, vocab::SystemCategory},
    record::{Record, base::Text, system::SystemRole},
};

fn record() -> Record {
    Record::new(Default::default(), crate::record::identity::Kind::Event)
}

/// The incident that a record makes, and what became of each of its fields.
fn made(record: Record) -> (crate::iodef::Incident, BTreeMap<String, Fate>) {
    let (mut document, account) = to_iodef(RecordDocument::of(vec![record]));
    let short = |path: &str| path.replacen("$.records[0].", "", 1);
    let fates = account.into_iter().map(|entry| (short(&entry.path), entry.fate)).collect();
    (document.incident.remove(0), fates)
}

fn why(fates: &BTreeMap<String, Fate>, path: &str) -> String {
    match &fates[path] {
        Fate::Dropped { why } => why.clone(),
        other => panic!("{path} is not dropped but {other:?}"),
    }
}

/// RFC 7970 §3.17: `infrastructure` is a node of the exchange of documents; in STIX it serves a purpose in the case.
#[test]
fn infrastructure_of_the_case_is_not_that_of_the_exchange() {
    let ext = |word: &str| Coded::<SystemCategory>::Ext(word.to_owned());
    for (role, category) in [
        (SystemRole::Infrastructure, ext("stix-infrastructure")),
        (SystemRole::ExchangeNode, SystemCategory::Infrastructure.into()),
        (SystemRole::Source, SystemCategory::Source.into()),
        (SystemRole::from("printer"), ext("printer")),
    ] {
        let system = crate::record::system::System { role: Some(role.clone()), ..Default::default() };
        let (incident, fates) = made(Record { systems: vec![system], ..record() });
        let written = &incident.event_data[0].flow[0].system[0];
        assert_eq!(written.category, Some(category), "{role}");
        assert!(matches!(fates["systems[0].role"], Fate::Kept { .. }));
        let (back, _) = from_iodef(IodefDocument { incident: vec![incident], ..IodefDocument::default() });
        assert_eq!(back.records[0].systems[0].role, Some(role));
    }
    // What would come back as another word has none.
    let system = crate::record::system::System { role: Some("stix-infrastructure".into()), ..Default::default() };
    let (incident, fates) = made(Record { systems: vec![system], ..record() });
    assert_eq!(why(&fates, "systems[0].role"), "the format has this word for another role");
    let mut incident = incident;
    incident.event_data[0].flow[0].system = vec![System { category: Some(ext("exchange-node")), ..System::default() }];
    let (back, _) = from_iodef(IodefDocument { incident: vec![incident], ..IodefDocument::default() });
    assert_eq!(back.records[0].systems[0].role, None);
    let again = to_iodef(back).0;
    assert_eq!(again.incident[0].event_data[0].flow[0].system[0].category, Some(ext("exchange-node")));
}

/// RFC 7970 §3.12.4: a financial impact on an organization. Each cost is one; a demand that nobody has paid is none.
#[test]
fn costs_are_amounts_of_their_own() {
    use crate::record::ledger::{Cost, CostKind};
    let cost = |kind, amount: &str, max: Option<&str>| Cost {
        kind: Some(kind),
        amount: Some(amount.parse().unwrap()),
        amount_max: max.map(|max| max.parse().unwrap()),
        currency: Some("EUR".parse().unwrap()),
        ..Cost::default()
    };
    let costs = vec![
        cost(CostKind::RansomDemand, "2400000.00", None),
        cost(CostKind::Staff, "12.50", None),
        cost(CostKind::Recoveries, "-5", None),
        cost(CostKind::Fine, "100", Some("900")),
        Cost { excluded: Some(true), ..cost(CostKind::Staff, "7", None) },
    ];
    let (incident, fates) = made(Record { costs, ..record() });
    let amounts: Vec<_> = incident.assessment[0]
        .impact
        .iter()
        .map(|impact| match impact {
            Impact::Monetary(class) => (class.value.as_deref().unwrap(), class.currency.as_deref().unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(amounts, [("12.50", "EUR"), ("100", "EUR")]);
    assert!(why(&fates, "costs[0].amount").starts_with("a demand is no loss"));
    assert!(matches!(&fates["costs[1].amount"], Fate::Kept { to } if to.ends_with("/MonetaryImpact[1]")));
    assert!(why(&fates, "costs[2].amount").contains("above zero"));
    assert!(
        matches!(&fates["costs[3].amount"], Fate::Coarsened { how, .. } if how.starts_with("the least of a range"))
    );
    assert!(why(&fates, "costs[4].amount").starts_with("it is excluded"));
}

/// Who compared a key, and who sat in a review, stays at home like whoever writes a record.
#[test]
fn persons_at_work_are_not_named() {
    use crate::record::party::{Key, Party};
    let key = Key { fingerprint: Some("AB".into()), verified_by: Some("Jo Doe".into()), ..Key::default() };
    let party = Party { keys: vec![key], ..Party::default() };
    let review = crate::record::ledger::Review { attendees: vec!["Jo Doe".to_owned()], ..Default::default() };
    let (incident, fates) = made(Record { parties: vec![party], review: Some(review), ..record() });
    assert!(!format!("{incident:?}").contains("Jo Doe"), "{incident:#?}");
    assert!(why(&fates, "parties[0].keys[0].verified_by").starts_with("who of us has compared a key"));
    assert!(why(&fates, "review.attendees[0]").starts_with("persons who sat"));
    let block = &incident.contact[0].additional_data[0];
    assert_eq!(
        fates["parties[0].keys[0].fingerprint"],
        Fate::Carried { on: "/IODEF-Document/Incident[1]/Contact[1]/AdditionalData[1]".to_owned() }
    );
    assert_eq!(block.content, Some(Verbatim::Text("AB".to_owned())));
}

/// A text that becomes one of several descriptions is moved; a block is what carries its fact.
#[test]
fn the_account_tells_a_home_from_a_place() {
    let text = |text: &str| Some(Text::new(text));
    let evidence = crate::record::evidence::Evidence { title: text("Disk"), ..Default::default() };
    let phase = Some(crate::record::classification::Phase::Handling);
    let record = Record {
        title: text("Ransomware"),
        what_occurred: text("Files are encrypted"),
        evidence: vec![evidence],
        phase,
        duration: Some(crate::record::base::Span { days: Some(2), hours: Some(3), ..Default::default() }),
        ..record()
    };
    let (incident, fates) = made(record);
    for moved in ["title.text", "what_occurred.text", "evidence[0].title.text"] {
        assert!(matches!(fates[moved], Fate::Moved { .. }), "{moved}: {:?}", fates[moved]);
    }
    assert!(matches!(fates["phase"], Fate::Carried { .. }));
    assert!(matches!(fates["duration.days"], Fate::Kept { .. }), "51 hours say it exactly");
    let Impact::Time(time) = &incident.assessment[0].impact[0] else { panic!() };
    assert_eq!(time.value.as_deref(), Some("51"));
    let _: &[Extension] = &incident.additional_data;
}

/// Elements of a document are counted from 1, those of a list of the record from 0.
#[test]
fn places_of_lists_begin_at_zero() {
    let reference = crate::iodef::Reference {
        url: ["https://a.example/", "https://b.example/"].map(|url| class::Lexical::new(url).unwrap()).to_vec(),
        ..crate::iodef::Reference::default()
    };
    let method = crate::iodef::Method { reference: vec![reference], ..crate::iodef::Method::default() };
    let incident = crate::iodef::Incident { method: vec![method], ..crate::iodef::Incident::default() };
    let (_, account) = from_iodef(IodefDocument { incident: vec![incident], ..IodefDocument::default() });
    let to =
        |path: &str| account.iter().find(|entry| entry.path.ends_with(path)).unwrap().fate.place().unwrap().to_owned();
    assert_eq!(to("URL[1]"), "$.records[0].methods[0].references[0].urls[0]");
    assert_eq!(to("URL[2]"), "$.records[0].methods[0].references[0].urls[1]");
}

/// RFC 7970 §3.6: a RelatedActivity is about other incidents; what links things of one case is none.
#[test]
fn links_within_a_case_are_no_related_activity() {
    use crate::record::identity::{IncidentName, Related};
    let link = |related: Related| Related { relation: Some("duplicate-of".into()), ..related };
    let elements = vec!["i1".parse().unwrap(), "m1".parse().unwrap()];
    let other = IncidentName { number: Some("7".to_owned()), ..IncidentName::default() };
    let related = vec![
        link(Related { elements, descriptions: vec![Text::new("one indicates the other")], ..Related::default() }),
        link(Related { record: Some(Default::default()), ..Related::default() }),
        link(Related { incidents: vec![other], ..Related::default() }),
    ];
    let (incident, fates) = made(Record { related, ..record() });
    assert_eq!(incident.related_activity.len(), 1);
    for of in
        ["related[0].relation", "related[0].elements[1]", "related[0].descriptions[0].text", "related[1].relation"]
    {
        assert!(why(&fates, of).starts_with("a RelatedActivity names other incidents"), "{of}");
    }
    assert!(matches!(&fates["related[2].relation"], Fate::Carried { on } if on.contains("/RelatedActivity[1]/")));
}

/// RFC 7495 §5: of the lists that a ReferenceName is of, the first is that of the CVE.
#[test]
fn a_cve_is_named_by_its_list() {
    use crate::record::method::{Method, Reference};
    let reference = |source: &str, name: Option<&str>| Reference {
        source: Some(source.to_owned()),
        name: name.map(str::to_owned),
        ..Reference::default()
    };
    let references =
        vec![reference("cve", Some("CVE-2024-3400")), reference("capec", Some("CAPEC-98")), reference("CVE", None)];
    let (incident, fates) = made(Record { methods: vec![Method { references, ..Method::default() }], ..record() });
    let name = |n: usize| {
        let name = incident.method[0].reference[n].reference_name.as_ref()?;
        Some((name.spec_index.as_deref().unwrap(), name.id.as_deref().unwrap()))
    };
    assert_eq!((name(0), name(1), name(2)), (Some(("1", "CVE-2024-3400")), None, None));
    assert!(matches!(&fates["methods[0].references[0].source"], Fate::Kept { to } if to.ends_with("/@specIndex")));
    assert!(matches!(fates["methods[0].references[1].name"], Fate::Moved { .. }));
    assert!(why(&fates, "methods[0].references[2].source").starts_with("a Reference has no name of its source"));
}

/// RFC 7970 §3.3.1: amber is the same as need-to-know; it is not the same as private.
#[test]
fn two_scales_that_say_the_same_are_kept() {
    use crate::{marking::Tlp, record::handling::Handling};
    for (scale, is_kept) in [("need-to-know", true), ("private", false)] {
        let handling =
            Handling { tlp: Some(Tlp::Amber), restriction: Some(scale.to_owned().into()), ..Handling::default() };
        let (_, fates) = made(Record { handling: Some(handling), ..record() });
        assert_eq!(matches!(fates["handling.restriction"], Fate::Kept { .. }), is_kept, "{scale}");
    }
}

/// What the schema of the binding makes of a class is told where it stands then.
#[test]
fn what_the_schema_forces_is_told_where_it_is() {
    use crate::record::{intelligence::Actor, software::Software, system::System};
    let actor = |url: Option<&str>| Actor {
        names: vec!["Bear".to_owned()],
        types: vec!["criminal".into()],
        urls: url.map(str::to_owned).into_iter().collect(),
        ..Actor::default()
    };
    let software =
        Software { reference: Some("cpe:/o:a".to_owned()), spec: Some("cpe".to_owned().into()), ..Software::default() };
    let system = System { operating_systems: vec![software], ..System::default() };
    let actors = vec![actor(None), actor(Some("https://a.example/"))];
    let (mut document, mut account) =
        to_iodef(RecordDocument::of(vec![Record { actors, systems: vec![system], ..record() }]));
    let changes = crate::iodef::fit(&mut document, Default::default());
    crate::translate::refit(&mut account, &changes);
    let fate = |path: &str| &account.iter().find(|entry| entry.path == format!("$.records[0].{path}")).unwrap().fate;
    assert!(
        matches!(fate("actors[0].names[0]"), Fate::Coarsened { to, .. } if to.ends_with("/RelatedActivity[1]/Description"))
    );
    assert!(
        matches!(fate("actors[0].types[0]"), Fate::Dropped { why } if why.starts_with("left out: the printed schema"))
    );
    assert!(matches!(fate("actors[1].names[0]"), Fate::Kept { .. }));
    assert!(matches!(fate("actors[1].types[0]"), Fate::Carried { .. }));
    let software = "systems[0].operating_systems[0]";
    assert!(
        matches!(fate(&format!("{software}.reference")), Fate::Coarsened { to, .. } if to.ends_with("/OperatingSystem[1]/Description"))
    );
    assert!(matches!(fate(&format!("{software}.spec")), Fate::Dropped { .. }));
}
