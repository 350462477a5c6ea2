//! Records to IODEF: one incident for each record.

use std::{collections::BTreeMap, mem::take};

use super::{
    event::{HistoryPair, events_out},
    facts,
    indicator::IndicatorPair,
    marking,
    parts::{
        ActorPair, AssessmentPair, CampaignPair, DescriptionPair, DiscoveryPair, MethodPair, ReferencePair,
        RelatedPair, TextPair,
    },
    party::contact_out,
    pool::Pool,
};
use crate::{
    class::{Coded, Path, PositiveReal},
    iodef::{self, IodefDocument, MlString, vocab},
    record::{
        Document, Record, RecordDocument,
        actions::ActionState,
        base::{ElementRef, Text},
        classification::Status,
        forms::ImpactRow,
        identity::Alias,
        party::PartyRole,
    },
    translate::{
        convert::{Convert as _, Plain, Tag, Time, Word},
        ledger::{Entry, Fate},
        mirror::Mirror as _,
        taken::Context,
        trail::Trail,
    },
};

/// An IODEF document out of records, and the account of every leaf of them. A record without number, time, purpose or
/// contact gives an incident without, which the codec then refuses to write: nothing is invented.
pub fn to_iodef(source: RecordDocument) -> (IodefDocument, Vec<Entry>) {
    let mut account = Vec::new();
    let root = Path::root("IODEF-Document");
    let cx = Context::default();
    let mut made = document_out(&cx, source.document, &root);
    account.extend(cx.ledger.close());
    for (i, mut record) in source.records.into_iter().enumerate() {
        let cx = Context { pool: Pool::of(&mut record), ..Context::default() };
        made.incident.push(incident_out(&cx, record, &root.item("Incident", i + 1)));
        account.extend(cx.ledger.close());
    }
    (made, account)
}

fn document_out(cx: &Context, mut source: Document, to: &Path<'_>) -> IodefDocument {
    let at = Trail::ROOT;
    let at = at.member("document");
    let mut made = IodefDocument::default();
    if let Some(taken) = cx.take_group(&mut source.lang, &at.member("lang")) {
        made.lang = Tag::outward(taken, &to.child("@xml:lang"));
    }
    let residue = cx.returning(take(&mut source.carried), None, &at);
    cx.structure(&mut source.origins, &at.member("origins"));
    cx.rest_of_group(&source, &at, "the format has no place for it");
    cx.put_back(residue, &mut made, to);
    // A version that was not that of the standard has come back as residue.
    made.version.get_or_insert_with(|| "2.00".into());
    made
}

fn incident_out(cx: &Context, mut source: Record, to: &Path<'_>) -> iodef::Incident {
    let at = Trail::ROOT;
    let mut made = iodef::Incident::default();
    let residue = cx.returning(take(&mut source.carried), None, &at);
    cx.structure(&mut source.origins, &at.member("origins"));
    // Ids of a document follow from it; it never stands in one itself.
    cx.kept("$.id", &"(ids that follow from it)");
    cx.kept("$.kind", &"AdditionalData, unless it is an incident");
    source.id = Default::default();

    frame(cx, &mut source, &mut made, to);
    aliases_out(cx, &mut source, &mut made, to);
    macro_rules! times {
        ($($member:ident => $field:ident $name:literal),*) => { $(
            if let Some(taken) = cx.take_group(&mut source.$member, &at.member(stringify!($member))) {
                made.$field = Time::outward(taken, &to.child($name));
            }
        )* };
    }
    times!(
        discovered_at => detect_time "DetectTime", occurred_at => start_time "StartTime", ended_at => end_time "EndTime",
        recovered_at => recovery_time "RecoveryTime", reported_at => report_time "ReportTime"
    );
    texts(cx, &mut source, &mut made, to);
    macro_rules! lists {
        ($($member:ident => $field:ident $name:literal $pair:ident),*) => { $(
            for (i, group) in take(&mut source.$member).into_iter().enumerate() {
                let to = to.item($name, made.$field.len() + 1);
                made.$field.push($pair::outward(cx, group, &at.element(stringify!($member), i), &to));
            }
        )* };
    }
    lists!(
        related => related_activity "RelatedActivity" RelatedPair, discovery => discovery "Discovery" DiscoveryPair,
        impacts => assessment "Assessment" AssessmentPair, methods => method "Method" MethodPair
    );
    intelligence(cx, &mut source, &mut made, to);
    assessments(cx, &mut source, &mut made, to);
    made.event_data = events_out(cx, None, to);
    loose_ends(cx, &mut source, &mut made, to);
    let indicators_at = to.child("IndicatorData");
    let mut indicators = Vec::new();
    for (i, group) in take(&mut source.indicators).into_iter().enumerate() {
        let to = indicators_at.item("Indicator", i + 1);
        indicators.push(IndicatorPair::outward(cx, group, &at.element("indicators", i), &to));
    }
    if !indicators.is_empty() {
        made.indicator_data = Some(iodef::IndicatorData { indicator: indicators });
    }
    history(cx, &mut source, &mut made, to);
    // Last, since what is left of the parties by now stands by itself.
    contacts(cx, &mut source, &mut made, to);
    facts::outward(cx, &mut source, &mut made, to);
    source.kind = Default::default();
    rest(cx, &source, &at);
    cx.put_back(residue, &mut made, to);
    made
}

/// What no rule has taken. `id` and `kind` are always there and are accounted for above.
fn rest(cx: &Context, source: &Record, at: &Trail<'_>) {
    for leaf in crate::translate::taken::leaves_of(source, at) {
        if leaf.path != "$.id" && leaf.path != "$.kind" {
            let why = "the format has no place for it".to_owned();
            cx.ledger.end(leaf.path, Fate::Dropped { why });
        }
    }
}

/// Number, purpose, status, language, marking, time: what every document of the record has.
fn frame(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    if let Some(taken) = cx.take_group(&mut source.purpose, &at.member("purpose")) {
        made.purpose = Word::outward(taken, &to.child("@purpose"));
    }
    if let Some(taken) = cx.take_group(&mut source.status, &at.member("status")) {
        let to = to.child("@status");
        let (status, exact) = match taken.peek().copied().flatten() {
            Some(Status::Received) => (Some(vocab::Status::New.into()), true),
            Some(Status::Acknowledged) => (Some(vocab::Status::New.into()), false),
            Some(Status::Responding) => (Some(vocab::Status::InProgress.into()), true),
            Some(Status::Assessing1 | Status::Assessing2 | Status::Confirmed | Status::Crisis) => {
                (Some(vocab::Status::InProgress.into()), false)
            }
            Some(Status::Forwarded) => (Some(vocab::Status::Forwarded.into()), true),
            Some(Status::Resolved) => (Some(vocab::Status::Resolved.into()), true),
            Some(Status::Closed | Status::FalseAlarm | Status::NoAction) => {
                (Some(vocab::Status::Resolved.into()), false)
            }
            Some(Status::Merged) => (Some(Coded::Ext("merged".to_owned())), true),
            Some(Status::Planned) => (Some(vocab::Status::Future.into()), true),
            None => (None, true),
        };
        made.status = status;
        let _ = if exact { taken.kept(&to) } else { taken.coarsened(&to, "RFC 7970 has five states") };
    }
    if let Some(taken) = cx.take_group(&mut source.lang, &at.member("lang")) {
        made.lang = Tag::outward(taken, &to.child("@xml:lang"));
    }
    if let Some(handling) = &mut source.handling {
        made.restriction = marking::write(handling.tlp, handling.restriction.as_ref());
        let here = to.child("@restriction");
        let at = at.member("handling");
        let both = handling.tlp.is_some() && handling.restriction.is_some();
        if let Some(taken) = cx.take_group(&mut handling.tlp, &at.member("tlp")) {
            let _ = taken.kept(&here);
        }
        if let Some(taken) = cx.take_group(&mut handling.restriction, &at.member("restriction")) {
            let _ = if both { taken.discard("two scales on one attribute: TLP is written") } else { taken.kept(&here) };
        }
    }
    if let Some(taken) = cx.take_group(&mut source.modified, &at.member("modified")) {
        made.generation_time = Time::outward(taken, &to.child("GenerationTime"));
    }
    if let Some(taken) = cx.take_group(&mut source.number, &at.member("number")) {
        let number = taken.kept(&to.child("IncidentID")).flatten().map(|number| number.to_string());
        made.incident_id = Some(iodef::IncidentId {
            name: Some(cx.team().into()),
            id: number.as_deref().map(Into::into),
            ..iodef::IncidentId::default()
        });
    }
}

/// Where the record has no number of its own, its first alias is the document's number.
fn aliases_out(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let root = Trail::ROOT;
    let mut others = Vec::new();
    for (i, mut alias) in take(&mut source.aliases).into_iter().enumerate() {
        let at = root.element("aliases", i);
        let first = made.incident_id.is_none();
        let to = if first { to.child("IncidentID") } else { to.child("AlternativeID") };
        let to = if first { to } else { to.item("IncidentID", others.len() + 1) };
        let class = alias_out(cx, &mut alias, &at, &to);
        if first {
            made.incident_id = Some(class);
        } else {
            others.push(class);
        }
    }
    if !others.is_empty() {
        made.alternative_id = Some(iodef::AlternativeId { restriction: None, incident_id: others });
    }
}

fn alias_out(cx: &Context, alias: &mut Alias, at: &Trail<'_>, to: &Path<'_>) -> iodef::IncidentId {
    let mut class = iodef::IncidentId::default();
    let residue = cx.residue_of(alias, at);
    cx.structure(&mut alias.id, &at.member("id"));
    cx.structure(&mut alias.origins, &at.member("origins"));
    if let Some(taken) = cx.take_group(&mut alias.marking, &at.member("marking")) {
        class.restriction = marking::outward(taken, &to.child("@restriction"));
    }
    if let Some(taken) = cx.take_group(&mut alias.number, &at.member("number")) {
        class.id = Plain::outward(taken, to);
    }
    if let Some(taken) = cx.take_group(&mut alias.owner, &at.member("owner")) {
        class.name = Plain::outward(taken, &to.child("@name"));
    }
    if let Some(taken) = cx.take_group(&mut alias.instance, &at.member("instance")) {
        class.instance = Plain::outward(taken, &to.child("@instance"));
    }
    cx.structure(&mut alias.role, &at.member("role"));
    cx.rest_of_group(alias, at, "an IncidentID says whose number it is and no more");
    cx.put_back(residue, &mut class, to);
    class
}

/// Title, description and the forms' questions, as descriptions where RFC 7970 has no other place.
fn texts(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let moved = |text: Option<Text>, name: &str, made: &mut Vec<MlString>| {
        if let Some(text) = text {
            let to = to.item("Description", made.len() + 1);
            made.push(TextPair::outward(cx, text, &at.member(name), &to));
        }
    };
    moved(source.title.take(), "title", &mut made.description);
    for (i, group) in take(&mut source.description).into_iter().enumerate() {
        let to = to.item("Description", made.description.len() + 1);
        made.description.push(DescriptionPair::outward(cx, group, &at.element("description", i), &to));
    }
    moved(source.what_occurred.take(), "what_occurred", &mut made.description);
    if let Some(text) = source.how_occurred.take() {
        let to = to.item("Method", 1);
        let text = TextPair::outward(cx, text, &at.member("how_occurred"), &to.child("Description"));
        made.method.push(iodef::Method { description: vec![text], ..iodef::Method::default() });
    }
}

/// Malware, tools and vulnerabilities as methods with references; actors and campaigns as related activity.
fn intelligence(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    macro_rules! methods {
        ($($member:ident),*) => { $(
            for (i, mut group) in take(&mut source.$member).into_iter().enumerate() {
                let at = at.element(stringify!($member), i);
                let to = to.item("Method", made.method.len() + 1);
                let mut method = iodef::Method::default();
                cx.structure(&mut group.id, &at.member("id"));
                cx.structure(&mut group.origins, &at.member("origins"));
                if let Some(taken) = cx.take_group(&mut group.marking, &at.member("marking")) {
                    method.restriction = marking::outward(taken, &to.child("@restriction"));
                }
                if let Some(taken) = cx.take_group(&mut group.name, &at.member("name")) {
                    let name = taken.moved(&to.child("Description")).flatten();
                    method.description.extend(name.as_deref().map(MlString::new));
                }
                for (n, text) in take(&mut group.descriptions).into_iter().enumerate() {
                    let to = to.item("Description", method.description.len() + 1);
                    method.description.push(TextPair::outward(cx, text, &at.element("descriptions", n), &to));
                }
                for (n, reference) in take(&mut group.references).into_iter().enumerate() {
                    let to = to.item("Reference", n + 1);
                    let class = ReferencePair::outward(cx, reference, &at.element("references", n), &to);
                    method.reference.push(class);
                }
                cx.rest_of_group(&group, &at, "the format has no class for it");
                if method != iodef::Method::default() {
                    made.method.push(method);
                }
            }
        )* };
    }
    methods!(malware, tools);
    let mut related = iodef::RelatedActivity::default();
    let here = to.item("RelatedActivity", made.related_activity.len() + 1);
    for (i, group) in take(&mut source.actors).into_iter().enumerate() {
        let class = ActorPair::outward(cx, group, &at.element("actors", i), &here.item("ThreatActor", i + 1));
        related.threat_actor.push(class);
    }
    for (i, group) in take(&mut source.campaigns).into_iter().enumerate() {
        let class = CampaignPair::outward(cx, group, &at.element("campaigns", i), &here.item("Campaign", i + 1));
        related.campaign.push(class);
    }
    if related != iodef::RelatedActivity::default() {
        made.related_activity.push(related);
    }
}

/// Classification, the impact matrix, costs and causes, in one assessment of our own.
fn assessments(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let to = to.item("Assessment", made.assessment.len() + 1);
    let mut own = iodef::Assessment::default();
    for (i, group) in source.classification.iter_mut().enumerate() {
        let (Some(scheme), Some(class), Some(value)) = (&group.scheme, &group.class, &group.value) else { continue };
        let tag = format!("{scheme}:{class}=\"{value}\"");
        let at = at.element("classification", i);
        own.incident_category.push(MlString::new(&tag));
        let here = to.item("IncidentCategory", own.incident_category.len());
        for (member, place) in [("scheme", &mut group.scheme), ("class", &mut group.class), ("value", &mut group.value)]
        {
            if let Some(taken) = cx.take_group(place, &at.member(member)) {
                let _ = taken.kept(&here);
            }
        }
        cx.structure(&mut group.id, &at.member("id"));
    }
    impact_rows(cx, source, &mut own, &to);
    costs(cx, source, &mut own, &to);
    for (text, member) in [(source.business_impact_text.take(), "business_impact_text")] {
        if let Some(text) = text {
            let here = to.child("BusinessImpact");
            let text = TextPair::outward(cx, text, &at.member(member), &here.child("Description"));
            own.impact.push(iodef::Impact::Business(iodef::BusinessImpact {
                kind: Some(vocab::BusinessImpactType::Unknown.into()),
                description: vec![text],
                ..iodef::BusinessImpact::default()
            }));
        }
    }
    if let Some(text) = source.why_occurred.take() {
        own.cause.push(TextPair::outward(cx, text, &at.member("why_occurred"), &to.item("Cause", 1)));
    }
    if own == iodef::Assessment::default() {
        return;
    }
    if own.impact.is_empty() {
        // RFC 7970 requires an impact; `unknown` is what it has for "nothing is said".
        own.impact.push(iodef::Impact::System(iodef::SystemImpact {
            kind: Some(vocab::SystemImpactType::Unknown.into()),
            ..iodef::SystemImpact::default()
        }));
    }
    made.assessment.push(own);
}

/// The rows of the TR 18044 matrix as business impacts: the value from 1 to 10 becomes a severity.
fn impact_rows(cx: &Context, source: &mut Record, own: &mut iodef::Assessment, to: &Path<'_>) {
    let at = Trail::ROOT;
    let Some(impact) = &mut source.impact else { return };
    let kinds: [(&str, Option<ImpactRow>, Coded<vocab::BusinessImpactType>); 5] = [
        ("confidentiality", impact.confidentiality.take(), vocab::BusinessImpactType::BreachProprietary.into()),
        ("integrity", impact.integrity.take(), vocab::BusinessImpactType::LossOfIntegrity.into()),
        ("availability", impact.availability.take(), vocab::BusinessImpactType::LossOfService.into()),
        ("non_repudiation", impact.non_repudiation.take(), Coded::Ext("non-repudiation".to_owned())),
        ("destruction", impact.destruction.take(), vocab::BusinessImpactType::AssetDamage.into()),
    ];
    let at = at.member("impact");
    for (name, row, kind) in kinds {
        let Some(row) = row else { continue };
        let at = at.member(name);
        let by_guideline = row.guidelines.iter().filter_map(|one| one.value);
        let highest = row.value.into_iter().chain(by_guideline).map(|value| value.get()).max();
        let severity = match (row.relevant, highest) {
            (Some(false), _) => vocab::BusinessSeverity::None,
            (_, Some(1..=3)) => vocab::BusinessSeverity::Low,
            (_, Some(4..=7)) => vocab::BusinessSeverity::Medium,
            (_, Some(_)) => vocab::BusinessSeverity::High,
            (_, None) => vocab::BusinessSeverity::Unknown,
        };
        let here = to.item("BusinessImpact", own.impact.len() + 1);
        for leaf in crate::translate::taken::leaves_of(&row, &at) {
            let fate = if leaf.path.ends_with(".relevant") || leaf.path.ends_with(".value") {
                Fate::Coarsened { to: here.to_string(), how: "values from 1 to 10 become a severity".to_owned() }
            } else {
                Fate::Dropped { why: "a business impact has a kind and a severity".to_owned() }
            };
            cx.ledger.end(leaf.path, fate);
        }
        own.impact.push(iodef::Impact::Business(iodef::BusinessImpact {
            kind: Some(kind),
            severity: Some(severity.into()),
            ..iodef::BusinessImpact::default()
        }));
    }
}

/// Costs as one amount per currency: RFC 7970 has no kinds of cost, and amounts above zero only.
fn costs(cx: &Context, source: &mut Record, own: &mut iodef::Assessment, to: &Path<'_>) {
    let root = Trail::ROOT;
    let mut totals: BTreeMap<String, i128> = BTreeMap::new();
    let mut counted = Vec::new();
    for (i, cost) in take(&mut source.costs).into_iter().enumerate() {
        let at = root.element("costs", i);
        let cents = cost.amount.as_ref().and_then(|amount| hundredths(amount.as_str()));
        match (cents, cost.currency.clone(), cost.excluded) {
            (Some(cents), Some(currency), None | Some(false)) => {
                *totals.entry(currency.as_str().to_owned()).or_default() += cents;
                counted.push((at.to_string(), cost));
            }
            _ => cx.rest_of_group(&cost, &at, "not an amount that counts into the total"),
        }
    }
    for (currency, cents) in &totals {
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        if *cents > 0
            && let Ok(value) = PositiveReal::new(&text)
        {
            own.impact.push(iodef::Impact::Monetary(iodef::MonetaryImpact {
                currency: Some(currency.as_str().into()),
                value: Some(value),
                ..iodef::MonetaryImpact::default()
            }));
        }
    }
    for (at, cost) in counted {
        let total = cost.currency.as_ref().and_then(|currency| totals.get(currency.as_str()));
        let positive = total.is_some_and(|cents| *cents > 0);
        for leaf in crate::translate::taken::leaves_of(&cost, &root) {
            let path = leaf.path.replacen('$', &at, 1);
            let fate = if (path.ends_with(".amount") || path.ends_with(".currency")) && positive {
                Fate::Coarsened { to: to.child("MonetaryImpact").to_string(), how: "one total per currency".to_owned() }
            } else {
                Fate::Dropped { why: "RFC 7970 has totals above zero only".to_owned() }
            };
            cx.ledger.end(path, fate);
        }
    }
}

/// An amount with at most two decimals, in hundredths.
fn hundredths(text: &str) -> Option<i128> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<2}");
    let whole: i128 = whole.parse().ok()?;
    (fraction.len() == 2).then(|| fraction.parse::<i128>().ok()).flatten().map(|cents| sign * (whole * 100 + cents))
}

/// Systems, planned actions and evidence that belong to no event stand in one event of their own.
fn loose_ends(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let to = to.item("EventData", made.event_data.len() + 1);
    let mut event = iodef::EventData::default();
    for (i, component) in take(&mut source.components_affected).into_iter().enumerate() {
        let at = at.element("components_affected", i);
        let mut component = component;
        cx.structure(&mut component.id, &at.member("id"));
        if let Some(text) = component.text.take() {
            let here = to.item("Description", event.description.len() + 1);
            event.description.push(TextPair::outward(cx, text, &at.member("text"), &here));
        }
        cx.rest_of_group(&component, &at, "the format has no place for it");
    }
    let system = cx.systems(|_| true, &to.item("Flow", 1));
    if !system.is_empty() {
        event.flow.push(iodef::Flow { system });
    }
    event.expectation =
        cx.actions(|action| matches!(action.state, Some(ActionState::Planned | ActionState::Outstanding)), &to);
    let record_data = cx.evidence(|_| true, &to);
    if !record_data.is_empty() {
        event.record = Some(iodef::Record { restriction: None, record_data });
    }
    if event != iodef::EventData::default() {
        made.event_data.push(event);
    }
    for (index, event) in cx.stranded_events() {
        cx.rest_of_group(&event, &at.element("events", index), "its parents lead in a circle");
    }
}

/// Our team first, then who has a part in the case, then everybody else.
fn contacts(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    if let Some(mut creator) = source.creator.take() {
        let to = to.item("Contact", 1);
        let at = at.member("creator");
        let mut contact = iodef::Contact {
            role: Some(vocab::ContactRole::Creator.into()),
            kind: Some(vocab::ContactType::Organization.into()),
            ..iodef::Contact::default()
        };
        if let Some(text) = creator.name.take() {
            let here = to.item("ContactName", 1);
            contact.contact_name.push(TextPair::outward(cx, text, &at.member("name"), &here));
        }
        if let Some(taken) = cx.take_group(&mut creator.email, &at.member("email")) {
            let email = taken.kept(&to.child("Email")).flatten();
            contact.email.push(iodef::Email { email_to: email.as_deref().map(Into::into), ..iodef::Email::default() });
        }
        if let Some(taken) = cx.take_group(&mut creator.telephone, &at.member("telephone")) {
            let number = taken.kept(&to.child("Telephone")).flatten();
            contact
                .telephone
                .push(iodef::Telephone { number: number.as_deref().map(Into::into), ..iodef::Telephone::default() });
        }
        if let Some(taken) = cx.take_group(&mut creator.domain, &at.member("domain")) {
            let _ = taken.kept(&"IncidentID/@name");
        }
        cx.rest_of_group(&creator, &at, "a contact has no place for it");
        made.contact.push(contact);
    }
    let mut placed: Vec<(ElementRef, PartyRole)> = Vec::new();
    let mut named = |place: &mut Option<ElementRef>, path: String, role: PartyRole| {
        if let Some(reference) = place.take() {
            cx.kept(&path, &to.child("Contact"));
            placed.push((reference, role));
        }
    };
    if let Some(reporter) = &mut source.reporter {
        named(&mut reporter.person, "$.reporter.person".to_owned(), PartyRole::Reporter);
        named(&mut reporter.manager, "$.reporter.manager".to_owned(), PartyRole::from("reporter-manager"));
    }
    named(&mut source.constituency, "$.constituency".to_owned(), PartyRole::Victim);
    named(&mut source.unit, "$.unit".to_owned(), PartyRole::Victim);
    named(&mut source.owner, "$.owner".to_owned(), PartyRole::Admin);
    for (i, handler) in source.handlers.iter_mut().enumerate() {
        named(&mut handler.party, format!("$.handlers[{i}].party"), PartyRole::Irt);
    }
    for (i, told) in source.notified.iter_mut().enumerate() {
        named(&mut told.party, format!("$.notified[{i}].party"), PartyRole::VictimNotified);
    }
    for (reference, role) in placed {
        if let Some(contact) = contact_out(cx, &reference, Some(role), to)
            && !made.contact.contains(&contact)
        {
            made.contact.push(contact);
        }
    }
    for reference in cx.other_parties() {
        made.contact.extend(contact_out(cx, &reference, None, to));
    }
}

/// The timeline, and what has been done.
fn history(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let to = to.child("History");
    let mut items = Vec::new();
    for (i, group) in take(&mut source.timeline).into_iter().enumerate() {
        let to = to.item("HistoryItem", items.len() + 1);
        let item = HistoryPair::outward(cx, group, &at.element("timeline", i), &to);
        // Without a time it is no entry of RFC 7970; its leaves say where they would have gone.
        if item.date_time.is_some() {
            items.push(item);
        }
    }
    for (index, mut action) in cx.raw_actions(|_| true) {
        let at = at.element("actions", index);
        let to = to.item("HistoryItem", items.len() + 1);
        let mut item = iodef::HistoryItem::default();
        cx.structure(&mut action.id, &at.member("id"));
        cx.structure(&mut action.state, &at.member("state"));
        if let Some(taken) = cx.take_group(&mut action.kind, &at.member("kind")) {
            item.action = Word::outward(taken, &to.child("@action"));
        }
        item.action = item.action.or(Some(vocab::Action::Other.into()));
        let (time, member) = match action.done_at {
            Some(_) => (&mut action.done_at, "done_at"),
            None => (&mut action.start_at, "start_at"),
        };
        if let Some(taken) = cx.take_group(time, &at.member(member)) {
            item.date_time = Time::outward(taken, &to.child("DateTime"));
        }
        for (n, text) in take(&mut action.text).into_iter().enumerate() {
            let here = to.item("Description", n + 1);
            item.description.push(TextPair::outward(cx, text, &at.element("text", n), &here));
        }
        cx.rest_of_group(&action, &at, "an entry of the history has no place for it");
        if item.date_time.is_some() {
            items.push(item);
        }
    }
    for (time, name, text) in
        [(source.contained_at.take(), "contained_at", "contained"), (source.closed_at.take(), "closed_at", "closed")]
    {
        let mut time = time;
        if let Some(taken) = cx.take_group(&mut time, &at.member(name)) {
            let to = to.item("HistoryItem", items.len() + 1);
            if let Some(date_time) = Time::outward(taken, &to.child("DateTime")) {
                items.push(iodef::HistoryItem {
                    action: Some(Coded::Ext(text.to_owned())),
                    date_time: Some(date_time),
                    ..iodef::HistoryItem::default()
                });
            }
        }
    }
    if !items.is_empty() {
        made.history = Some(iodef::History { restriction: None, history_item: items });
    }
}
