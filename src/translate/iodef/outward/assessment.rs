//! Classification, impact and costs in one assessment of our own.

use std::mem::take;

use super::super::{marking, parts::TextPair};
use crate::{
    class::{Coded, Path, PositiveReal},
    iodef::{self, MlString, restriction_of, vocab},
    record::{
        Record,
        base::Marking,
        forms::ImpactRow,
        ledger::{Cost, CostKind},
    },
    translate::iodef::{
        convert::{Convert as _, Figure},
        mirror::Mirror as _,
        taken::{Context, NO_PLACE},
        trail::Trail,
    },
};

/// Classification, the impact matrix, costs and causes, in one assessment of our own; categories and costs that fewer may
/// see than the incident, in one for each marking.
pub(super) fn assessments(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let around = restriction_of(made);
    let mut levels = vec![None];
    let markings = source.classification.iter().map(|group| &group.marking);
    for marking in markings.chain(source.costs.iter().map(|cost| &cost.marking)) {
        let level = marking::narrower(marking.as_ref(), &around);
        if !levels.contains(&level) {
            levels.push(level);
        }
    }
    let counts_costs = source.costs.iter().any(|cost| why_not(cost).is_none());
    for level in levels {
        let to = to.item("Assessment", made.assessment.len() + 1);
        let mut own = iodef::Assessment { restriction: level.clone(), ..iodef::Assessment::default() };
        let level = Level { around: &around, own: level };
        categories(cx, source, &level, &mut own, &to);
        if level.own.is_none() {
            of_the_case(cx, source, &mut own, &to);
        }
        costs(cx, source, &level, &mut own, &to);
        if level.own.is_none() {
            words(cx, source, counts_costs, &mut own, &to);
        }
        if own == (iodef::Assessment { restriction: level.own.clone(), ..iodef::Assessment::default() }) {
            continue;
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
    source.costs.clear();
}

/// The assessment that is being made: of the incident, or of a marking that fewer may see.
struct Level<'a> {
    around: &'a Coded<vocab::Restriction>,
    own: Option<Coded<vocab::Restriction>>,
}

impl Level<'_> {
    /// Whether what is marked so belongs into it.
    fn has(&self, marking: Option<&Marking>) -> bool {
        marking::narrower(marking, self.around) == self.own
    }

    /// The marking of what stands in it. That of the incident is not said.
    fn said(&self, cx: &Context, marking: &mut Option<Marking>, at: &Trail<'_>, to: &Path<'_>) {
        if self.own.is_some()
            && let Some(taken) = cx.take_group(marking, &at.member("marking"))
        {
            marking::outward(taken, &[], &to.child("@restriction"));
        }
    }
}

/// Values of taxonomies as categories.
fn categories(cx: &Context, source: &mut Record, level: &Level<'_>, own: &mut iodef::Assessment, to: &Path<'_>) {
    let root = Trail::ROOT;
    for (i, group) in source.classification.iter_mut().enumerate() {
        if !level.has(group.marking.as_ref()) {
            continue;
        }
        // A machine tag; what is not whole is written as far as it goes.
        let tag = match (&group.scheme, &group.class, &group.value) {
            (Some(scheme), Some(class), Some(value)) => format!("{scheme}:{class}=\"{value}\""),
            (scheme, class, value) => {
                let parts = [scheme, class, value].into_iter().flatten().map(String::as_str);
                parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(":")
            }
        };
        if tag.is_empty() {
            continue;
        }
        let at = root.element("classification", i);
        own.incident_category.push(MlString::new(&tag));
        let here = to.item("IncidentCategory", own.incident_category.len());
        for (member, place) in [("scheme", &mut group.scheme), ("class", &mut group.class), ("value", &mut group.value)]
        {
            if let Some(taken) = cx.take_group(place, &at.member(member)) {
                let _ = taken.kept(&here);
            }
        }
        cx.structure(&mut group.id, &at.member("id"));
        cx.structure(&mut group.origins, &at.member("origins"));
        level.said(cx, &mut group.marking, &at, to);
    }
}

/// What is of the case as a whole.
fn of_the_case(cx: &Context, source: &mut Record, own: &mut iodef::Assessment, to: &Path<'_>) {
    let at = Trail::ROOT;
    let e409 = at.member("e409");
    let subdivisions = source.e409.as_mut().map(|e409| take(&mut e409.subdivision)).unwrap_or_default();
    for (i, subdivision) in subdivisions.into_iter().enumerate() {
        own.incident_category.push(MlString::new(&format!("e409:subdivision=\"{}\"", subdivision.as_str())));
        let here = to.item("IncidentCategory", own.incident_category.len());
        cx.kept(&e409.element("subdivision", i).to_string(), &here);
    }
    impact_rows(source, own);
    duration(cx, source, own, to);
}

/// The forms' questions, and what recovery has cost.
fn words(cx: &Context, source: &mut Record, counts_costs: bool, own: &mut iodef::Assessment, to: &Path<'_>) {
    let at = Trail::ROOT;
    // Where no cost is written, what recovery cost is the total; its account is that of its block.
    if !counts_costs
        && let Some(cost) = source.recovery.as_ref().and_then(|recovery| recovery.cost.as_ref())
        && let (Some(amount), Some(currency)) = (&cost.amount, &cost.currency)
        && let Ok(value) = PositiveReal::new(amount.as_str())
    {
        own.impact.push(iodef::Impact::Monetary(iodef::MonetaryImpact {
            currency: Some(currency.as_str().into()),
            value: Some(value),
            ..iodef::MonetaryImpact::default()
        }));
    }
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
}

/// The rows of the TR 18044 matrix as business impacts: the value from 1 to 10 becomes a severity. All that is in the
/// rows stands in a block, too, by which they are accounted for.
fn impact_rows(source: &Record, own: &mut iodef::Assessment) {
    let Some(impact) = &source.impact else { return };
    let by = |code: &str| {
        let mut guidelines = impact.confidentiality.iter().flat_map(|row| &row.guidelines);
        guidelines.any(|one| one.code.as_ref().is_some_and(|known| known.as_str() == code))
    };
    // What was disclosed is known by the guideline: persons, or (commercial and economic interests) what one owns.
    let (persons, owned) = (by("PI"), by("CE"));
    let privacy = impact.confidentiality.as_ref().filter(|_| persons);
    let proprietary = impact.confidentiality.as_ref().filter(|_| owned || !persons);
    let kinds: [(Option<&ImpactRow>, Coded<vocab::BusinessImpactType>); 6] = [
        (privacy, vocab::BusinessImpactType::BreachPrivacy.into()),
        (proprietary, vocab::BusinessImpactType::BreachProprietary.into()),
        (impact.integrity.as_ref(), vocab::BusinessImpactType::LossOfIntegrity.into()),
        (impact.availability.as_ref(), vocab::BusinessImpactType::LossOfService.into()),
        (impact.non_repudiation.as_ref(), Coded::Ext("non-repudiation".to_owned())),
        (impact.destruction.as_ref(), vocab::BusinessImpactType::AssetDamage.into()),
    ];
    for (row, kind) in kinds {
        let Some(row) = row else { continue };
        let by_guideline = row.guidelines.iter().filter_map(|one| one.value);
        let highest = row.value.into_iter().chain(by_guideline).map(|value| value.get()).max();
        let severity = match (row.relevant, highest) {
            (Some(false), _) => vocab::BusinessSeverity::None,
            (_, Some(1..=3)) => vocab::BusinessSeverity::Low,
            (_, Some(4..=7)) => vocab::BusinessSeverity::Medium,
            (_, Some(_)) => vocab::BusinessSeverity::High,
            (_, None) => vocab::BusinessSeverity::Unknown,
        };
        own.impact.push(iodef::Impact::Business(iodef::BusinessImpact {
            kind: Some(kind),
            severity: Some(severity.into()),
            ..iodef::BusinessImpact::default()
        }));
    }
}

/// How long it lasted, in the largest unit that says it exactly.
fn duration(cx: &Context, source: &mut Record, own: &mut iodef::Assessment, to: &Path<'_>) {
    let at = Trail::ROOT;
    let Some(span) = &source.duration else { return };
    let part = |count: Option<u64>, minutes: u128| u128::from(count.unwrap_or_default()) * minutes;
    let minutes = part(span.days, 24 * 60) + part(span.hours, 60) + part(span.minutes, 1);
    let units = [(24 * 60, vocab::Duration::Day), (60, vocab::Duration::Hour), (1, vocab::Duration::Minute)];
    let unit = units.into_iter().find(|(length, _)| minutes.is_multiple_of(*length));
    let Some(taken) = cx.take_group(&mut source.duration, &at.member("duration")) else { return };
    let value = unit.and_then(|(length, unit)| Some((PositiveReal::new(&(minutes / length).to_string()).ok()?, unit)));
    let Some((value, unit)) = value else {
        taken.discard("the format takes a number greater than 0 only");
        return;
    };
    taken.kept(&to.child("TimeImpact"));
    own.impact.push(iodef::Impact::Time(iodef::TimeImpact {
        metric: Some(vocab::TimeMetric::Elapsed.into()),
        duration: Some(unit.into()),
        value: Some(value),
        ..iodef::TimeImpact::default()
    }));
}

/// Why a cost is no amount of a loss, if it is none. A demand is no loss before it is paid, and what is excluded is no loss
/// of the case.
fn why_not(cost: &Cost) -> Option<&'static str> {
    match (&cost.kind, cost.excluded, &cost.amount, &cost.currency) {
        (Some(CostKind::RansomDemand), ..) => Some("a demand is no loss: what was paid is a cost of its own"),
        (_, Some(true), ..) => Some("it is excluded: a MonetaryImpact would count it into the loss"),
        (_, _, Some(amount), Some(_)) if PositiveReal::new(amount.as_str()).is_ok() => None,
        (_, _, Some(_), Some(_)) => Some("RFC 7970 has amounts above zero only"),
        _ => Some("an amount is a number and its currency"),
    }
}

/// Each cost as an amount: RFC 7970 has no kinds of cost, and amounts above zero only.
fn costs(cx: &Context, source: &mut Record, level: &Level<'_>, own: &mut iodef::Assessment, to: &Path<'_>) {
    let root = Trail::ROOT;
    let mut count = 0;
    for (i, place) in source.costs.iter_mut().enumerate() {
        if !level.has(place.marking.as_ref()) {
            continue;
        }
        let mut cost = take(place);
        // The place is one of the incident's from now on, and is met no more.
        let (at, whole, to) = (root.element("costs", i), to, to.item("MonetaryImpact", count + 1));
        if let Some(why) = why_not(&cost) {
            cx.rest_of_group(&cost, &at, why);
            continue;
        }
        let is_least = cost.amount_max.is_some();
        let mut class = iodef::MonetaryImpact::default();
        if let Some(taken) = cx.take_group(&mut cost.amount, &at.member("amount")) {
            let amount =
                if is_least { taken.coarsened(&to, "the least of a range, as the amount") } else { taken.kept(&to) };
            class.value = amount.flatten().and_then(|amount| PositiveReal::new(amount.as_str()).ok());
        }
        if let Some(taken) = cx.take_group(&mut cost.currency, &at.member("currency")) {
            class.currency = Figure::outward(taken, &to.child("@currency"));
        }
        cx.structure(&mut cost.id, &at.member("id"));
        cx.structure(&mut cost.origins, &at.member("origins"));
        level.said(cx, &mut cost.marking, &at, whole);
        cx.rest_of_group(&cost, &at, NO_PLACE);
        own.impact.push(iodef::Impact::Monetary(class));
        count += 1;
    }
}
