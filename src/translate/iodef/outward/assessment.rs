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
        taken::{Context, leaves_of},
        trail::Trail,
    },
};

/// Classification, the impact matrix, costs and causes, in one assessment of our own.
pub(super) fn assessments(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
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
        for leaf in leaves_of(&row, &at) {
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
        for leaf in leaves_of(&cost, &root) {
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
