//! Facts of the record that IODEF has no class for, in blocks of the incident (record model §20).

use std::mem::take;

use super::blocks::{Fact, Reading, write};
use crate::{
    class::Path,
    iodef,
    record::{Record, identity::Kind},
    translate::{
        iodef::{taken::Context, trail::Trail},
        ledger::Fate,
    },
};

const KIND: Fact = Fact::new("kind", "kind");

/// Facts that come back: the member, and the meaning of its blocks. In this order.
macro_rules! facts {
    ($visit:ident) => {
        $visit!(e409.category "e409-category");
        $visit!(e409.seriousness "e409-seriousness");
        $visit!(e409.class "e409-class");
        $visit!(e409.nature "e409-nature");
        $visit!(control_state "control-state");
        $visit!(phase "phase");
        $visit!(strategy "strategy");
        $visit!(legal_aftermath "legal-aftermath");
        $visit!(is_over "is-over");
        $visit!(r#type "tr18044-type");
        $visit!(assets "asset");
        $visit!(conclusion "conclusion");
        $visit!(perpetrator.kind "perpetrator");
        $visit!(perpetrator.description "perpetrator-description");
        $visit!(perpetrator.insider "perpetrator-insider");
        $visit!(perpetrator.suspicion_level "perpetrator-suspicion");
        $visit!(motivation "motivation");
        $visit!(motivation_status "motivation-status");
        $visit!(resolution.started_at "investigation-started");
        $visit!(resolution.incident_ended_at "incident-ended");
        $visit!(resolution.impact_ended_at "impact-ended");
        $visit!(resolution.completed_at "investigation-completed");
        $visit!(resolution.report_ref "report");
        $visit!(resolution.safeguards "safeguard");
        $visit!(lessons "lesson");
        $visit!(review "review");
        $visit!(improvements "improvement");
        $visit!(root_cause "root-cause");
        $visit!(reg "reg");
        $visit!(handling.caveats "caveat");
        $visit!(handling.reshare "reshare");
        $visit!(handling.expires "expires");
        $visit!(handling.iep_policy "iep-policy");
    };
}

/// Facts of the sender's own administration, and what also stands elsewhere in the document: to a record that is made of
/// the document they are residue.
macro_rules! sent {
    ($visit:ident) => {
        $visit!(event_number "event-number");
        $visit!(incident_number "incident-number");
        $visit!(version "version");
        $visit!(supersedes "supersedes");
        $visit!(change_reason "change-reason");
        $visit!(channel "channel");
        $visit!(impact "tr18044-impact");
        $visit!(recovery "recovery");
        $visit!(signoff "signoff");
    };
}

/// Takes our blocks out of the incident; all others are residue.
pub(super) fn inward(cx: &Context, source: &mut iodef::Incident, made: &mut Record, at: &Path<'_>) {
    let root = Trail::ROOT;
    let mut reading = Reading::of(&mut source.additional_data);
    let mut kind = None;
    if reading.read(cx, &mut kind, KIND, &root.member("kind")) {
        match kind {
            // Whether it is an incident is for a person to say: that word of the sender's is carried.
            Some(kind) if needs_block(kind) => made.kind = kind,
            _ => reading.refuse(1),
        }
    }
    macro_rules! fact {
        ($outer:ident.$member:ident $meaning:literal) => {
            let mut value = Default::default();
            let fact = Fact::new($meaning, stringify!($member));
            if reading.read(cx, &mut value, fact, &root.member(stringify!($outer)).member(stringify!($member))) {
                made.$outer.get_or_insert_default().$member = value;
            }
        };
        ($member:ident $meaning:literal) => {
            let fact = Fact::new($meaning, stringify!($member));
            reading.read(cx, &mut made.$member, fact, &root.member(stringify!($member)));
        };
    }
    facts!(fact);
    reading.end(cx, at);
}

/// A document without the block is a report, which its reader files as an event; so he does with an incident.
const fn needs_block(kind: Kind) -> bool {
    !matches!(kind, Kind::Event | Kind::Incident)
}

/// Writes the facts of the record as blocks.
pub(super) fn outward(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let root = Trail::ROOT;
    match source.kind {
        Kind::Event => cx.kept("$.kind", &"(a document without the block)"),
        Kind::Incident => cx.ledger.end(
            "$.kind".to_owned(),
            Fate::Coarsened { to: to.to_string(), how: "its reader files it as an event (requirement 9)".to_owned() },
        ),
        kind => write(cx, Some(kind), KIND, &root.member("kind"), to, &mut made.additional_data),
    }
    macro_rules! fact {
        ($outer:ident.$member:ident $meaning:literal) => {
            if let Some(outer) = &mut source.$outer {
                let around = root.member(stringify!($outer));
                let at = around.member(stringify!($member));
                let fact = Fact::new($meaning, stringify!($member));
                write(cx, take(&mut outer.$member), fact, &at, to, &mut made.additional_data);
            }
        };
        ($member:ident $meaning:literal) => {
            let (fact, at) = (Fact::new($meaning, stringify!($member)), root.member(stringify!($member)));
            write(cx, take(&mut source.$member), fact, &at, to, &mut made.additional_data);
        };
    }
    facts!(fact);
    sent!(fact);
}
