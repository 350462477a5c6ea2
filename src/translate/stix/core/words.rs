//! Words of the vocabularies of the incident core extension and those of the record that mean the same (record model §4, §5, §7,
//! §12). The extension is a draft of OASIS (incident-ef7 of cti-stix-common-objects, 20 February 2024); section numbers are its own.

use serde_json::Value as Json;

/// The scale of `criticality` in the record.
pub(super) const CRITICALITY: &str = "stix-incident-criticality";

/// The taxonomies of the record that `incident_types` (§4.4) and `recoverability` (§5.8) are values of.
pub(super) const EVENT_TYPES: &str = "event-type-ov";
pub(super) const RECOVERABILITY: &str = "recoverability-enum";

/// What a counter of records or of their bytes counts.
pub(super) const RECORDS: &str = "records";

/// `timestamp-fidelity-enum` (§5.10), which the record has under the same words.
pub(super) const FIDELITY: &[&str] = &["year", "month", "day", "hour", "minute", "second"];

/// Our status as `investigation_status` (§4.6) and `determination` (§5.5).
const STATUS: &[(&str, &str, &str)] = &[
    ("received", "new", "suspected"),
    ("acknowledged", "new", "suspected"),
    ("assessing-1", "new", "suspected"),
    ("assessing-2", "open", "suspected"),
    ("confirmed", "open", "confirmed"),
    ("responding", "open", "confirmed"),
    ("crisis", "open", "confirmed"),
    ("forwarded", "open", "suspected"),
    ("resolved", "open", "confirmed"),
    ("closed", "closed", "confirmed"),
    ("false-alarm", "closed", "false-positive"),
    ("no-action", "closed", "suspected"),
    ("merged", "closed", "suspected"),
    ("planned", "new", "suspected"),
];

/// `investigation_status` and `determination` of a status.
pub(super) fn investigation(status: &str) -> Option<(&'static str, &'static str)> {
    STATUS
        .iter()
        .find(|(known, ..)| *known == status)
        .map(|(_, investigation, determination)| (*investigation, *determination))
}

/// The status that both mean. Closed is what we have closed ourselves; elsewhere closed is resolved to us.
pub(super) fn status(investigation: &str, determination: Option<&str>) -> Option<&'static str> {
    match (investigation, determination) {
        ("new" | "open" | "closed", Some("false-positive")) => Some("false-alarm"),
        ("new" | "open" | "closed", Some("low-value")) | ("closed", Some("suspected")) => Some("no-action"),
        ("closed", _) | ("open", Some("blocked" | "failed-attempt")) => Some("resolved"),
        ("new" | "open", Some("confirmed" | "successful-attempt")) => Some("confirmed"),
        ("open", _) => Some("assessing-2"),
        ("new", _) => Some("received"),
        _ => None,
    }
}

/// `determination` as the first shape says it.
pub(super) fn first_determination(word: &str) -> &str {
    if word == "confirmed" { "successful-attempt" } else { word }
}

/// `detection_methods` (§4.2) whose way of the record is certain.
pub(super) const DETECTION: &[(&str, &str)] =
    &[("automated-tool", "logical-alarm"), ("external-notification", "external")];

/// The method that a way of detection is: in its own words, else by the way.
pub(super) fn method(detection: &Json) -> Option<&str> {
    let text = detection.get("text").and_then(|text| text.get("text")?.as_str()).filter(|text| !text.is_empty());
    let way = detection.get("way").and_then(Json::as_str);
    text.or_else(|| way.and_then(method_of_way))
}

/// The method that a way of detection is.
pub(super) fn method_of_way(way: &str) -> Option<&'static str> {
    DETECTION.iter().find(|(_, known)| *known == way).map(|(method, _)| *method)
}

/// `task-outcome-enum` (§5.9) as the state of an action; of several words for one state, the first is written.
pub(super) const OUTCOMES: &[(&str, &str)] =
    &[("successful", "taken"), ("failed", "taken"), ("pending", "planned"), ("ongoing", "outstanding")];

/// The outcome that a state is.
pub(super) fn outcome(state: &str) -> Option<&'static str> {
    OUTCOMES.iter().find(|(_, known)| *known == state).map(|(outcome, _)| *outcome)
}

/// `task-type-ov` (§4.10) as the step of an action; others have the same words.
const STEPS: &[(&str, &str)] =
    &[("investigation", "internal-investigation"), ("external-support", "external-investigation")];

/// The step that a type of task is.
pub(super) fn step(task_type: &str) -> &str {
    STEPS.iter().find(|(known, _)| *known == task_type).map_or(task_type, |(_, step)| *step)
}

/// The type of task that a step is.
pub(super) fn task_type(step: &str) -> &str {
    STEPS.iter().find(|(_, known)| *known == step).map_or(step, |(word, _)| *word)
}

/// A step of severity, the most that it is, and the number that is written for it.
type Band = (&'static str, u64, u64);

/// Low, moderate, and high with extreme (appendix B, five grades).
pub(super) const CRITICALITY_BANDS: [Band; 3] = [("low", 29, 15), ("medium", 49, 40), ("high", 100, 70)];

/// Minimal, significant, and denial with loss of control (appendix A, simple grades).
pub(super) const AVAILABILITY_BANDS: [Band; 3] = [("low", 39, 20), ("medium", 59, 50), ("high", 100, 75)];

/// The step of a number; 0 is none of them.
pub(super) fn band(number: u64, bands: &[Band]) -> Option<&'static str> {
    bands.iter().find(|(_, most, _)| number > 0 && number <= *most).map(|(word, ..)| *word)
}

/// The number of a step.
pub(super) fn middle(word: &str, bands: &[Band]) -> Option<u64> {
    bands.iter().find(|(known, ..)| *known == word).map(|(.., number)| *number)
}

/// `information-type-ov` (§4.7) as a breach; of several words for one breach, the first is written.
pub(super) const INFORMATION: &[(&str, &str)] = &[
    ("pii", "breach-privacy"),
    ("phi", "breach-privacy"),
    ("proprietary", "breach-proprietary"),
    ("credentials-user", "breach-credential"),
    ("credentials-admin", "breach-credential"),
];

/// `monetary-impact-type-ov` (§4.8) as a kind of cost; others are read as they are.
pub(super) const VARIETIES: &[(&str, &str)] = &[
    ("asset-and-fraud", "lost-funds-or-assets"),
    ("brand-damage", "brand"),
    ("business-disruption", "foregone-revenue"),
    ("competitive-advantage", "competitive-advantage"),
    ("legal-and-regulatory", "fine"),
    ("ransom-demand", "ransom-demand"),
    ("ransom-payment", "ransom-payment"),
    ("response-and-recovery", "response-and-recovery-other"),
    ("operating-costs", "operating-costs"),
];

/// Kinds of cost that are part of a variety and are not read back from it.
const PARTS: &[(&str, &str)] = &[
    ("contract-penalties", "legal-and-regulatory"),
    ("customer-redress", "legal-and-regulatory"),
    ("replacement-relocation", "response-and-recovery"),
    ("advisory-forensic-legal-remediation", "response-and-recovery"),
    ("staff", "operating-costs"),
    ("communication", "operating-costs"),
];

/// The variety of a kind of cost.
pub(super) fn variety(kind: &str) -> &str {
    let whole = VARIETIES.iter().find(|(_, own)| *own == kind).map(|(word, _)| *word);
    let part = || PARTS.iter().find(|(own, _)| *own == kind).map(|(_, word)| *word);
    whole.or_else(part).unwrap_or(if kind.is_empty() { "uncategorized" } else { kind })
}
