//! §8: the timeline, the primary form of entry (requirement 74).

use serde_json::Value;

use super::{
    actions::ActionKind,
    base::{Dated, ElementRef, Text},
    declare::{closed, element, group},
    identity::IncidentName,
    letters::Letters,
    part::Refined,
};

/// The override of an entry; letters that do not read hide the entry from all.
fn refine(entry: &Value) -> Refined {
    let read = |letters: &Value| letters.as_str().and_then(|text| text.parse().ok()).unwrap_or(Letters::NONE);
    Refined { letters: entry.get("visibility").map(read), cap: None }
}

closed! {
    /// What an entry is (§8 `kind`).
    pub enum EntryKind {
        Observation = "observation",
        Action = "action",
        Decision = "decision",
        Contact = "contact",
        MessageIn = "message-in",
        MessageOut = "message-out",
        Escalation = "escalation",
        Minutes = "minutes",
        StatusChange = "status-change",
        Evidence = "evidence",
        Release = "release",
        Regulator = "regulator",
    }
}

group! {
    /// A tool and how it was called (§8 `tool`, requirement 77).
    pub struct Tool {
        /// Name.
        name: Option<String>;
        /// Version.
        version: Option<String>;
        /// Command line.
        command: Option<String>;
    }
}

element! {
    /// An entry of the timeline (§8 `timeline[]`; RFC 7970 §3.13 HistoryItem).
    pub struct TimelineEntry [refine] {
        /// Number in the record; orders entries of equal time.
        seq: Option<u64>;
        /// When it happened.
        at: Option<Dated>;
        /// When it was written down.
        recorded_at: Option<Dated>;
        /// Who wrote it.
        by: Option<String>;
        /// What it is.
        kind: Option<EntryKind>;
        /// What was done, in the words of RFC 7970.
        action: Option<ActionKind>;
        /// What happened.
        text: Vec<Text>;
        /// Why it was done.
        why: Option<Text>;
        /// With what.
        tool: Option<Tool>;
        /// What came of it.
        result: Option<Text>;
        /// Incident of which the entry tells, when it is another one.
        incident: Option<IncidentName>;
        /// Who was spoken to or acted, in `parties`.
        contact: Option<ElementRef>;
        /// Courses of action of a catalogue, by id.
        defined_coa: Vec<String>;
        /// Evidence, in `evidence`.
        evidence: Vec<ElementRef>;
        /// The message, in `messages`.
        message: Option<ElementRef>;
        /// Letters for this entry in place of those of the timeline.
        visibility: Option<Letters> = structure;
        /// The entry that this one corrects, in `timeline`.
        corrects: Option<ElementRef>;
    }
}
