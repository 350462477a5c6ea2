//! Classification, impact and costs in one assessment of our own.

use std::{collections::BTreeMap, mem::take};

use super::super::parts::TextPair;
use crate::{
    class::{Coded, Path, PositiveReal},
    iodef::{self, MlString, vocab},
    record::{Record, forms::ImpactRow},
    translate::{
        ledger::Fate,
        mirror::Mirror as _,
        taken::{Context, NO_PLACE, leaves_of},
        trail::Trail,
    },
};

/// Classification, the impact matrix, costs and causes, in one assessment of our own.
pub(super) fn assessments(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let to = to.item("Assessment", made.assessment.len() + 1);
    let mut own = iodef::Assessment::default();
    for (i, group) in source.classification.iter_mut().enumerate() {
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
        cx.structure(&mut group.origins, &at.member("origins"));
    }
    let e409 = at.member("e409");
    let subdivisions = source.e409.as_mut().map(|e409| take(&mut e409.subdivision)).unwrap_or_default();
    for (i, subdivision) in subdivisions.into_iter().enumerate() {
        own.incident_category.push(MlString::new(&format!("e409:subdivision=\"{}\"", subdivision.as_str())));
        let here = to.item("IncidentCategory", own.incident_category.len());
        cx.kept(&e409.element("subdivision", i).to_string(), &here);
    }
    impact_rows(source, &mut own);
    duration(cx, source, &mut own, &to);
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

/// The rows of the TR 18044 matrix as business impacts: the value from 1 to 10 becomes a severity. All that is in the
/// rows stands in a block, too, by which they are accounted for.
fn impact_rows(source: &Record, own: &mut iodef::Assessment) {
    let Some(impact) = &source.impact else { return };
    let kinds: [(&Option<ImpactRow>, Coded<vocab::BusinessImpactType>); 5] = [
        (&impact.confidentiality, vocab::BusinessImpactType::BreachProprietary.into()),
        (&impact.integrity, vocab::BusinessImpactType::LossOfIntegrity.into()),
        (&impact.availability, vocab::BusinessImpactType::LossOfService.into()),
        (&impact.non_repudiation, Coded::Ext("non-repudiation".to_owned())),
        (&impact.destruction, vocab::BusinessImpactType::AssetDamage.into()),
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

/// How long it lasted, in the largest unit that says it.
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
    taken.coarsened(&to.child("TimeImpact"), "one number of one unit");
    own.impact.push(iodef::Impact::Time(iodef::TimeImpact {
        metric: Some(vocab::TimeMetric::Elapsed.into()),
        duration: Some(unit.into()),
        value: Some(value),
        ..iodef::TimeImpact::default()
    }));
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
    // Where no costs are listed, what recovery cost is the total; its account is that of its block.
    let recovery = source.recovery.as_ref().and_then(|recovery| recovery.cost.as_ref()).filter(|_| counted.is_empty());
    if let Some(cost) = recovery
        && let (Some(amount), Some(currency)) = (&cost.amount, &cost.currency)
        && let Some(cents) = hundredths(amount.as_str())
    {
        totals.insert(currency.as_str().to_owned(), cents);
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
        for leaf in leaves_of(&cost, &root) {
            let path = leaf.path.replacen('$', &at, 1);
            let counts = path.ends_with(".amount") || path.ends_with(".currency");
            let dropped = |why: &str| Fate::Dropped { why: why.to_owned() };
            let fate = match (counts, positive) {
                (true, true) => {
                    let to = to.child("MonetaryImpact").to_string();
                    Fate::Coarsened { to, how: "one total per currency".to_owned() }
                }
                (true, false) => dropped("RFC 7970 has totals above zero only"),
                (false, _) => dropped(NO_PLACE),
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
