//! §10 `events[]`: one for each event of the case (RFC 7970 §3.14 EventData). Nesting is by `parent`.

use super::{
    base::{Dated, ElementRef, Text},
    classification::Discovery,
    declare::element,
    impact::ImpactAssessment,
    method::Method,
};

element! {
    /// A flow of an event; the systems that belong to it name it (RFC 7970 §3.16 Flow).
    pub struct Flow {}
}

element! {
    /// An event (§10 `events[]`). Nothing of it is merged into the fields of the record; each field has the letters of
    /// the row that it corresponds to.
    pub struct Event {
        /// The event of which this one is part, in `events`.
        parent: Option<ElementRef> = structure;
        /// What happened.
        descriptions: Vec<Text> = "YYSYSYN";
        /// When it was noticed.
        discovered_at: Option<Dated> = "YYYYSYN";
        /// When it began.
        occurred_at: Option<Dated> = "YYYYSYN";
        /// When it ended.
        ended_at: Option<Dated> = "YYYYCYN";
        /// When all worked again.
        recovered_at: Option<Dated> = "YYYYCYN";
        /// When it was reported.
        reported_at: Option<Dated> = "YYYYSYN";
        /// Its contacts, in `parties`.
        parties: Vec<ElementRef> = structure;
        /// How it was discovered.
        discovery: Vec<Discovery> = "YYYYCYN";
        /// Its impacts.
        assessment: Option<ImpactAssessment> = "YYNCNYN";
        /// How it was done.
        methods: Vec<Method> = "YYSYCYN";
        /// Its flows.
        flows: Vec<Flow> = structure;
        /// What is asked for or was done, in `actions`.
        actions: Vec<ElementRef> = structure;
        /// What it left behind, in `evidence`.
        evidence: Vec<ElementRef> = structure;
    }
}
