//! Rules over contents.

use super::{Report, iso4217};
use crate::record::{
    classification::{Category, Status},
    codes::listed_code,
    evidence::EvidenceKind,
    intake::ReporterMode,
    part::{Node, Part, Place},
    regulatory::ObligationState,
    root::Record,
};

pub(super) fn class(record: &Record, report: &mut Report<'_>) {
    let Some(e409) = &record.e409 else { return };
    let (Some(class), category) = (e409.class, e409.category) else { return };
    let expected = match category {
        Some(Category::FalseAlarm) => "no class, as a false alarm has none",
        Some(Category::Event) => "no class, as an event has none",
        Some(Category::Incident) if class.get() != 1 => {
            "class 1, the only one of an incident that is no security incident"
        }
        Some(Category::Crisis) if class.get() == 1 => "a class above 1 for a crisis",
        _ => return,
    };
    report.error("e409.class", class.get().to_string(), expected);
}

pub(super) fn crisis(record: &Record, report: &mut Report<'_>) {
    let category = record.e409.as_ref().and_then(|e409| e409.category) == Some(Category::Crisis);
    if !category && record.status != Some(Status::Crisis) {
        return;
    }
    let crisis = record.crisis.as_ref();
    if crisis.and_then(|crisis| crisis.declared_by.as_deref()).is_none_or(str::is_empty) {
        report.error("crisis.declared_by", "nothing", "who declared the crisis");
    }
    if crisis.and_then(|crisis| crisis.at.as_ref()).is_none() {
        report.error("crisis.at", "nothing", "when the crisis was declared");
    }
}

pub(super) fn closed(record: &Record, report: &mut Report<'_>) {
    if record.status != Some(Status::Closed) {
        return;
    }
    let closure = record.closure.as_ref();
    let skipped = closure.is_some_and(|closure| closure.skipped_assessment.is_some());
    for seq in [1, 2] {
        if !skipped && !record.assessments.iter().any(|assessment| assessment.seq == Some(seq)) {
            report.error(
                "assessments",
                format!("no assessment {seq}"),
                "both assessments, or closure.skipped_assessment",
            );
        }
    }
    if closure.is_none_or(|closure| closure.evidence_decision.is_none()) {
        report.error("closure.evidence_decision", "nothing", "what was decided about the evidence");
    }
    if record.closed_at.is_none() {
        report.warning("closed_at", "nothing", "when the case was closed");
    }
    for (index, obligation) in record.obligations.iter().enumerate() {
        if matches!(obligation.state, None | Some(ObligationState::Pending)) {
            let found = obligation.state.map_or("nothing", ObligationState::as_str);
            report.error(&format!("obligations[{index}].state"), found, "met, late, waived or not-applicable");
        }
    }
}

pub(super) fn impact(record: &Record, report: &mut Report<'_>) {
    for (name, row) in record.impact.iter().flat_map(|impact| impact.rows()) {
        let valued = row.value.is_some() || row.guidelines.iter().any(|guideline| guideline.value.is_some());
        if valued && row.relevant != Some(true) {
            let found = row.relevant.map_or("a value, relevant is absent", |_| "a value, relevant is false");
            report.error(&format!("impact.{name}"), found, "relevant: true beside a value");
        }
    }
}

pub(super) fn currency(record: &Record, report: &mut Report<'_>) {
    record.visit(&mut Place::default(), &mut |place, node| {
        if let Node::Currency(currency) = node
            && !iso4217::is_listed(currency.as_str())
        {
            report.error(place.to_string().trim_start_matches("$."), currency.as_str(), "a code of ISO 4217");
        }
    });
}

pub(super) fn evidence(record: &Record, report: &mut Report<'_>) {
    for (index, evidence) in record.evidence.iter().enumerate() {
        let thing = matches!(evidence.kind, Some(EvidenceKind::Paper | EvidenceKind::Object));
        let physical = evidence.physical.unwrap_or(thing);
        let digest = evidence.digests.iter().any(|digest| digest.value.is_some());
        // Of what was made by others there may be none; a record that has no number yet is as it came.
        let came = !evidence.origins.is_empty() || (record.number.is_none() && !record.origins.is_empty());
        let (path, expected) = (format!("evidence[{index}].digests"), "at least one digest, or physical: true");
        match (physical || digest, came) {
            (true, _) => {}
            (false, true) => report.warning(&path, "none", expected),
            (false, false) => report.error(&path, "none", expected),
        }
    }
}

pub(super) fn anonymous(record: &Record, report: &mut Report<'_>) {
    let Some(reporter) = &record.reporter else { return };
    if reporter.mode == Some(ReporterMode::Anonymous) && reporter.person.is_some() {
        report.error("reporter.person", "a person", "none, as the reporter was promised anonymity");
    }
}

pub(super) fn classification(record: &Record, report: &mut Report<'_>) {
    for (index, classification) in record.classification.iter().enumerate() {
        for (name, value) in [("scheme", &classification.scheme), ("scheme_version", &classification.scheme_version)] {
            if value.is_none() {
                report.warning(
                    &format!("classification[{index}].{name}"),
                    "nothing",
                    "scheme and version of the value",
                );
            }
        }
    }
}

pub(super) fn severity(record: &Record, report: &mut Report<'_>) {
    for (index, entry) in record.severity_series.iter().enumerate() {
        if entry.value.is_some() && (entry.scale.is_none() || entry.direction.is_none()) {
            report.warning(
                &format!("severity_series[{index}]"),
                "a bare value",
                "scale and direction beside the value",
            );
        }
    }
}

pub(super) fn threats(record: &Record, report: &mut Report<'_>) {
    let Some(kind) = &record.r#type else { return };
    for (index, code) in kind.threats.iter().enumerate() {
        let path = format!("type.threats[{index}]");
        match listed_code("threat", code) {
            None => report.warning(&path, code.as_str(), "a threat code of TR 18044 Annex A"),
            Some(row) => {
                if let Some(basis) = kind.basis.map(|basis| basis.as_str())
                    && basis != "unknown"
                    && basis != row.basis
                {
                    report.warning(
                        &path,
                        code.as_str(),
                        &format!("a code of basis {basis}; this one is {}", row.basis),
                    );
                }
            }
        }
    }
}

pub(super) fn revision(record: &Record, report: &mut Report<'_>) {
    let later = record.version.is_some_and(|version| version > 1);
    if later && record.supersedes.is_none() {
        report.warning("supersedes", "nothing", "digest of the revision before");
    }
    if later && record.change_reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        report.warning("change_reason", "nothing", "why the revision was made");
    }
    if !later && record.supersedes.is_some() {
        report.error("version", "a first revision", "a version above 1, as an earlier revision is named");
    }
}
