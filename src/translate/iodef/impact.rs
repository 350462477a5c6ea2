//! Assessments and their impacts, row by row (RFC 7970 §3.12; record model §4.3).

use std::mem::take;

use super::parts::{ConfidencePair, CounterPair, TextPair};
use crate::{
    class::Path,
    iodef::{self, Impact},
    record::impact,
    translate::iodef::{
        convert::{Closed, Figure, Word},
        mirror::{Mirror as _, mirror},
        taken::Context,
        trail::Trail,
    },
};

mirror! {
    /// Technical impact (§3.12.1).
    SystemImpactPair: iodef::SystemImpact => impact::SystemImpact {
        leaf kind <=> kind: Word;
        leaf severity <=> severity: Word;
        leaf completion <=> completion: Closed;
        many description <=> descriptions: TextPair;
    }
    /// Impact on the business (§3.12.2).
    BusinessImpactPair: iodef::BusinessImpact => impact::BusinessImpact {
        leaf kind <=> kind: Word;
        leaf severity <=> severity: Word;
        many description <=> descriptions: TextPair;
    }
    /// Time (§3.12.3).
    TimeImpactPair: iodef::TimeImpact => impact::TimeImpact {
        leaf value <=> value: Figure;
        leaf metric <=> metric: Word;
        leaf duration <=> duration: Word;
        leaf severity <=> severity: Word;
    }
    /// Money (§3.12.4).
    MonetaryImpactPair: iodef::MonetaryImpact => impact::MonetaryImpact {
        leaf value <=> value: Figure;
        leaf currency <=> currency: Figure;
        leaf severity <=> severity: Word;
    }
    /// Assessments (§3.12).
    AssessmentPair: iodef::Assessment => impact::ImpactAssessment as "impact" restriction {
        leaf occurrence <=> occurrence: Closed;
        many incident_category <=> categories: TextPair;
        also inward impacts_in;
        also outward impacts_out;
        many counter <=> counters: CounterPair;
        many mitigating_factor <=> mitigating_factors: TextPair;
        many cause <=> causes: TextPair;
        opt confidence <=> confidence: ConfidencePair;
    }
}

/// Each kind of impact has a list of its own in the record: the order among kinds is not kept.
fn impacts_in(
    cx: &Context,
    source: &mut iodef::Assessment,
    made: &mut impact::ImpactAssessment,
    at: &Path<'_>,
    to: &Trail<'_>,
) {
    let mut counts = [0_usize; 5];
    for impact in take(&mut source.impact) {
        let kind = match impact {
            Impact::System(_) => 0,
            Impact::Business(_) => 1,
            Impact::Time(_) => 2,
            Impact::Monetary(_) => 3,
            Impact::Intended(_) => 4,
        };
        counts[kind] += 1;
        let n = counts[kind];
        match impact {
            Impact::System(class) => {
                let group =
                    SystemImpactPair::inward(cx, class, &at.item("SystemImpact", n), &to.element("system", n - 1));
                made.system.push(group);
            }
            Impact::Business(class) => {
                let (at, to) = (at.item("BusinessImpact", n), to.element("business", n - 1));
                made.business.push(BusinessImpactPair::inward(cx, class, &at, &to));
            }
            Impact::Time(class) => {
                made.time.push(TimeImpactPair::inward(
                    cx,
                    class,
                    &at.item("TimeImpact", n),
                    &to.element("time", n - 1),
                ));
            }
            Impact::Monetary(class) => {
                let (at, to) = (at.item("MonetaryImpact", n), to.element("monetary", n - 1));
                made.monetary.push(MonetaryImpactPair::inward(cx, class, &at, &to));
            }
            Impact::Intended(class) => {
                let (at, to) = (at.item("IntendedImpact", n), to.element("intended", n - 1));
                made.intended.push(BusinessImpactPair::inward(cx, class, &at, &to));
            }
        }
    }
}

fn impacts_out(
    cx: &Context,
    source: &mut impact::ImpactAssessment,
    made: &mut iodef::Assessment,
    at: &Trail<'_>,
    to: &Path<'_>,
) {
    for (i, group) in take(&mut source.system).into_iter().enumerate() {
        let class = SystemImpactPair::outward(cx, group, &at.element("system", i), &to.item("SystemImpact", i + 1));
        made.impact.push(Impact::System(class));
    }
    for (i, group) in take(&mut source.business).into_iter().enumerate() {
        let class =
            BusinessImpactPair::outward(cx, group, &at.element("business", i), &to.item("BusinessImpact", i + 1));
        made.impact.push(Impact::Business(class));
    }
    for (i, group) in take(&mut source.time).into_iter().enumerate() {
        let class = TimeImpactPair::outward(cx, group, &at.element("time", i), &to.item("TimeImpact", i + 1));
        made.impact.push(Impact::Time(class));
    }
    for (i, group) in take(&mut source.monetary).into_iter().enumerate() {
        let class =
            MonetaryImpactPair::outward(cx, group, &at.element("monetary", i), &to.item("MonetaryImpact", i + 1));
        made.impact.push(Impact::Monetary(class));
    }
    for (i, group) in take(&mut source.intended).into_iter().enumerate() {
        let class =
            BusinessImpactPair::outward(cx, group, &at.element("intended", i), &to.item("IntendedImpact", i + 1));
        made.impact.push(Impact::Intended(class));
    }
}
