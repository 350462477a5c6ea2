//! §1: what the record is, its numbers and its links. The fields themselves stand in [`Record`](super::Record).

use super::{
    base::{Confidence, Dated, ElementRef, RecordId, Text},
    declare::{closed, element, group, open},
    indicator::IndicatorName,
    intelligence::{Actor, Campaign},
};

closed! {
    /// What a record is about (§1 `kind`).
    #[derive(Default)]
    pub enum Kind {
        /// Something noticed; what a machine sends is this, never silently an incident (requirement 9).
        #[default]
        Event = "event",
        /// Confirmed as an incident.
        Incident = "incident",
        /// A weakness or vulnerability without an incident (requirement 19).
        Weakness = "weakness",
        /// A question to or from another team.
        InformationRequest = "information-request",
        /// Knowledge about threats without an incident of one's own.
        Intelligence = "intelligence",
    }
}

open! {
    /// Why a document is exchanged (RFC 7970 §3.2 `purpose`).
    pub enum Purpose {
        Traceback = "traceback",
        Mitigation = "mitigation",
        Reporting = "reporting",
        Watch = "watch",
        Otherwise = "other",
    }
}

group! {
    /// The team that makes a document of the record, as it shows itself outside: role addresses only, no person
    /// (requirement 12). Filled from the configuration when a document is made; frame (`docs/sharing.md`).
    pub struct Creator {
        /// Name of the team.
        name: Option<Text>;
        /// Its domain, which names its incident numbers (RFC 7970 §3.4 `name`).
        domain: Option<String>;
        /// Its published address.
        email: Option<String>;
        /// Its published telephone number.
        telephone: Option<String>;
        /// Its web page.
        url: Option<String>;
    }
}

element! {
    /// A piece of the description (§1 `description[]`; RFC 7970 `Description`).
    pub struct Description {
        /// The text.
        text: Option<String>;
        /// Language, BCP 47; absent means the record's.
        lang: Option<String>;
        /// Texts with the same id are translations of each other.
        translation: Option<String>;
        /// How sure the statement is (requirement 4).
        confidence: Option<Confidence>;
        /// Why an unconfirmed statement is thought true.
        basis: Option<String>;
    }
}

open! {
    /// What another number means for this record (§1 `aliases[].role`).
    pub enum AliasRole {
        /// Another team's number of the same case.
        Theirs = "theirs",
        /// The number of a record that is the same case.
        Duplicate = "duplicate",
        /// The number of the case that this one is part of.
        Parent = "parent",
        /// A regulator's reference.
        RegulatorRef = "regulator-ref",
    }
}

group! {
    /// An incident number with the team that gave it (RFC 7970 §3.4 IncidentID).
    pub struct IncidentName {
        /// The team, by domain.
        owner: Option<String>;
        /// The number.
        number: Option<String>;
        /// Part of the case, where the team numbers parts.
        instance: Option<String>;
    }
}

element! {
    /// Another number of this case (§1 `aliases[]`, requirement 30).
    pub struct Alias {
        /// The team that gave it, by domain.
        owner: Option<String>;
        /// The number.
        number: Option<String>;
        /// Part of the case, where the team numbers parts.
        instance: Option<String>;
        /// What it means here.
        role: Option<AliasRole>;
    }
}

open! {
    /// How another record is related (§1 `related[].relation`).
    pub enum Relation {
        /// This record is a duplicate of the other.
        DuplicateOf = "duplicate-of",
        /// This record is part of the other.
        PartOf = "part-of",
        /// The other is part of this one.
        HasPart = "has-part",
        /// This one led to the other.
        LedTo = "led-to",
        /// The other led to this one.
        ResultsFrom = "results-from",
        RelatedTo = "related-to",
    }
}

element! {
    /// A link to another case or to who stands behind it (§1 `related[]`, requirement 32; RFC 7970 §3.6 RelatedActivity).
    pub struct Related {
        /// The other record, when it is ours.
        record: Option<RecordId>;
        /// How it is related.
        relation: Option<Relation>;
        /// Since when the link is known.
        since: Option<Dated>;
        /// Who made the link.
        by: Option<String>;
        /// Why.
        why: Option<String>;
        /// Incident numbers of the other activity.
        incidents: Vec<IncidentName>;
        /// Where more about it is found.
        urls: Vec<String>;
        /// Who is thought to be behind it.
        actors: Vec<Actor>;
        /// The campaign it is part of.
        campaigns: Vec<Campaign>;
        /// Indicators that led to it.
        indicators: Vec<IndicatorName>;
        /// How sure the link is.
        confidence: Option<Confidence>;
        /// The link in words.
        descriptions: Vec<Text>;
        /// Elements of this record that the link concerns.
        elements: Vec<ElementRef>;
    }
}
