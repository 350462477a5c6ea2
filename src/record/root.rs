//! The record and its document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    actions::{Action, Handler, Member, Notified, Signoff},
    base::{BadForm, Carried, Dated, ElementRef, Origin, RecordId, Span, Text, YesNo},
    classification::{
        Assessment, Classification, Closure, ControlState, Crisis, Discovery, E409, LegalAftermath, OwnerBasis, Phase,
        SeverityEntry, Status, Strategy,
    },
    declare::group,
    event::Event,
    evidence::Evidence,
    forms::{
        AffectedComponent, Asset, Conclusion, Impact, IncidentType, Motivation, MotivationStatus, Perpetrator,
        Recovery, Resolution, Vulnerability,
    },
    handling::{Consent, FieldMarking, Handling, Message, Release},
    identity::{Alias, Creator, Description, Kind, Purpose, Related},
    impact::ImpactAssessment,
    indicator::{Indicator, ObservedData},
    intake::{Ack, Channel, Reporter},
    intelligence::{Actor, AttackTool, Campaign, Malware},
    ledger::{Cost, Improvement, Lesson, Review, RootCause},
    method::Method,
    number::TrackingNumber,
    object::{self, Members},
    part::Element,
    party::Party,
    regulatory::{Obligation, Regulatory, Submission},
    system::System,
    timeline::TimelineEntry,
};
use crate::{digest::Digest, time::WireTime};

group! {
    /// One case: the hub between all formats.
    ///
    /// Only `id` and `kind` must be there; what else a complete record has is a matter of findings, never a reason to
    /// refuse (requirement 3). Short members stand before long lists, so that a reader of a stream meets them first.
    pub struct Record {
        @required {
            /// §1: the record's own id. Never sent plain: formats get ids derived from it.
            id: RecordId = "YYNNNNN";
            /// §1: what the record is about.
            kind: Kind = "YYYYYYN";
        }
        /// §1: our tracking number; drawn at import or creation, never by translation.
        number: Option<TrackingNumber> = frame;
        /// §1: number of the event, when it is another one (requirement 31).
        event_number: Option<TrackingNumber> = "YYYYYYN";
        /// §1: number of the incident, when it is another one (requirement 31).
        incident_number: Option<TrackingNumber> = "YYYYYYN";
        /// Design §5, frame; RFC 7970 §3.2: why the document is exchanged.
        purpose: Option<Purpose> = frame;
        /// §7: where the handling stands.
        status: Option<Status> = frame;
        /// §1: language of texts that do not say theirs, BCP 47.
        lang: Option<String> = frame;
        /// §1: when the record was begun.
        created: Option<WireTime> = frame;
        /// §1: when this revision was made; generation time of every document of it.
        modified: Option<WireTime> = frame;
        /// §1: who made this revision.
        recorded_by: Option<String> = "YYNCNNN";
        /// §1: number of this revision, from 1.
        version: Option<u64> = "YYNCNNN";
        /// §1: digest of the revision before.
        supersedes: Option<Digest> = "YYNCNNN";
        /// §1, requirement 5: why this revision was made.
        change_reason: Option<String> = "YYNCNNN";
        /// Design §5, frame: the team that makes a document of the record.
        creator: Option<Creator> = frame;
        /// §14: markings of the whole record.
        handling: Option<Handling>;
        /// §1: title.
        title: Option<Text> = "YYYYSYN";
        /// §1: constituency concerned, in `parties`.
        constituency: Option<ElementRef> = "YYSCNYN";
        /// §1: unit concerned, in `parties`; the first thing to sanitise.
        unit: Option<ElementRef> = "YYSCNYN";

        /// §2: who reported.
        reporter: Option<Reporter>;
        /// §2: the way it came in.
        channel: Option<Channel> = "YYNNNNN";
        /// §2, requirement 7: whether the mail channel may be read by the attacker; then nothing goes out by mail.
        mail_not_trusted: Option<bool>;
        /// §2: who wrote down a report that came by word or paper.
        transcribed_by: Option<String> = "YYNNNNN";
        /// §2: when it came in.
        received_at: Option<Dated> = "YYNNNNN";
        /// §2: the acknowledgement.
        ack: Option<Ack> = "YYNNNNN";
        /// §2, §15: the message that brought it, in `messages`.
        source_message: Option<ElementRef> = "YNNCNNN";

        /// §3: date of the event, as the form asks it.
        date_of_event: Option<Dated> = "YYYYSYN";
        /// §3: what occurred.
        what_occurred: Option<Text> = "YYSYSYN";
        /// §3: how it occurred.
        how_occurred: Option<Text> = "YYSYCYN";
        /// §3: why it occurred.
        why_occurred: Option<Text> = "YYSCNYN";
        /// §3: impact on the business, in words.
        business_impact_text: Option<Text> = "YYNCNYN";
        /// §3: when it began.
        occurred_at: Option<Dated> = "YYYYSYN";
        /// §3: when it was noticed.
        discovered_at: Option<Dated> = "YYYYSYN";
        /// §3: when it was reported.
        reported_at: Option<Dated> = "YYYYSYN";
        /// §3: whether it is over.
        is_over: Option<YesNo> = "YYYYSYN";
        /// §3: how long it lasted.
        duration: Option<Span> = "YYYYSYN";
        /// §3: when it ended.
        ended_at: Option<Dated> = "YYYYCYN";
        /// §3: when it was contained.
        contained_at: Option<Dated> = "YYYYCYN";
        /// §3: when all worked again.
        recovered_at: Option<Dated> = "YYYYCYN";
        /// §3: when it was resolved.
        resolved_at: Option<Dated> = "YYYYCYN";
        /// §3: when the case was closed.
        closed_at: Option<Dated> = "YYYYCYN";
        /// §21: why the times contradict each other, such as a wrong clock. With it, contradictions are notes.
        times_flagged: Option<Text>;

        /// §4.1: type of incident.
        r#type: Option<IncidentType>;
        /// §4.3: adverse business impact.
        impact: Option<Impact> = "YYNCNYN";
        /// §4.4: recovery.
        recovery: Option<Recovery> = "YYNCNYN";
        /// §4.4: resolution.
        resolution: Option<Resolution> = "YYCCNYN";
        /// §4.4: who stands behind it.
        perpetrator: Option<Perpetrator>;
        /// §4.4: why it was done.
        motivation: Option<Motivation> = "YCCYNCN";
        /// §4.4: whether the motive is known.
        motivation_status: Option<MotivationStatus> = "YCCYNCN";
        /// §4.5: conclusion.
        conclusion: Option<Conclusion> = "YYYYCYN";

        /// §5: classification by ITU-T E.409.
        e409: Option<E409>;
        /// §5: incident owner, in `parties`.
        owner: Option<ElementRef> = "YYNNNCN";
        /// §5: why that is the owner.
        owner_basis: Option<OwnerBasis> = "YYNNNCN";
        /// §5: leader of the response, in `parties`.
        leader: Option<ElementRef> = "YYNNNNN";
        /// §5: declaration of a crisis.
        crisis: Option<Crisis> = "YYCCNYN";

        /// §7: whether it is under control.
        control_state: Option<ControlState> = "YYNCNCN";
        /// §7: phase of handling.
        phase: Option<Phase> = "YYNCNCN";
        /// §7: whether to stop the attacker or to gather proof.
        strategy: Option<Strategy> = "YYNCNCN";
        /// §7: whether it goes to court.
        legal_aftermath: Option<LegalAftermath> = "YYNCNCN";
        /// §21: what must be documented before closing.
        closure: Option<Closure> = "YYNCNCN";

        /// §13: the review.
        review: Option<Review> = "YYSNSYN";
        /// §13: root cause.
        root_cause: Option<RootCause> = "YYCCCYN";
        /// §16: facts that regulators ask for.
        reg: Option<Regulatory> = "YYCCNYN";

        /// §1: other numbers of the case.
        aliases: Vec<Alias> = "YYYYSYN";
        /// §1: links to other cases.
        related: Vec<Related> = "YYCCNCN";
        /// §1: description.
        description: Vec<Description> = "YYSYSYN";
        /// §3: components that are affected.
        components_affected: Vec<AffectedComponent> = "YYSYSYN";
        /// §3: vulnerabilities.
        vulnerabilities: Vec<Vulnerability> = "YYYYCYC";
        /// §4: who handles the case.
        handlers: Vec<Handler> = "YYCCNCN";
        /// §4.2: assets that are affected.
        assets: Vec<Asset> = "YYSYNSN";
        /// §4.5: actions taken, planned and outstanding.
        actions: Vec<Action> = "YYSCCYN";
        /// §4.5: whom we told.
        notified: Vec<Notified> = "YYNCNYN";
        /// §4.5: who signed.
        signoff: Vec<Signoff> = "YYNCNCN";
        /// §5: members of the response team.
        team: Vec<Member> = "YYNNNNN";
        /// §5 `e409.detection`: how it was discovered, in the words of RFC 7970.
        discovery: Vec<Discovery> = "YYYYCYN";
        /// §6: classification by taxonomies.
        classification: Vec<Classification> = "YYYYYYA";
        /// §7: assessments.
        assessments: Vec<Assessment> = "YYNCNNN";
        /// §7: severity over time; only the current value leaves, with its scale.
        severity_series: Vec<SeverityEntry>;
        /// §4.3: impacts in the words of RFC 7970.
        impacts: Vec<ImpactAssessment> = "YYNCNYN";
        /// §3 `how_occurred`: methods in the words of RFC 7970.
        methods: Vec<Method> = "YYSYCYN";
        /// §10: malware.
        malware: Vec<Malware> = "YYYYCCN";
        /// §10: misused tools.
        tools: Vec<AttackTool> = "YYYYCCN";
        /// §10 `campaign`: campaigns.
        campaigns: Vec<Campaign> = "YYYYCCN";
        /// §10 `actor`: threat actors.
        actors: Vec<Actor> = "YYYYCCN";
        /// §10: vulnerabilities that were exploited.
        vulnerabilities_exploited: Vec<Vulnerability> = "YYYYCYC";
        /// §11: persons, organisations, roles.
        parties: Vec<Party> = "YCNCNCN";
        /// §12: costs.
        costs: Vec<Cost> = "YYNCNYN";
        /// §13: lessons.
        lessons: Vec<Lesson> = "YYSNSYN";
        /// §13: improvements.
        improvements: Vec<Improvement> = "YYSNSYN";
        /// §14: markings of single parts.
        field_markings: Vec<FieldMarking>;
        /// §14: consents.
        consents: Vec<Consent>;
        /// §14: what was let out.
        releases: Vec<Release>;
        /// §15: messages.
        messages: Vec<Message> = "YNNCNNN";
        /// §17: reports that are owed.
        obligations: Vec<Obligation> = "YYNNNCN";
        /// §17: reports that were handed in.
        submissions: Vec<Submission> = "YYNNNCN";
        /// §9: evidence.
        evidence: Vec<Evidence> = "YCNYNCN";
        /// §10: events.
        events: Vec<Event> = structure;
        /// §10: systems.
        systems: Vec<System> = "YYSYSCN";
        /// §10: what was seen on our side.
        observables: Vec<ObservedData> = "YYSYNCN";
        /// §8: the timeline.
        timeline: Vec<TimelineEntry> = "YCSCSCN";
        /// §10: what marks the attacker.
        indicators: Vec<Indicator> = "YYYYYCC";

        /// §0a: where the record came from.
        origins: Vec<Origin> = structure;
        /// §0a: what came with the record and has no field.
        carried: Vec<Carried> = residue;
    }
}

impl Record {
    /// An empty record.
    pub fn new(id: RecordId, kind: Kind) -> Self {
        Record { id, kind, ..Record::default() }
    }

    /// Where the record came from.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The record's own members as compact JSON, without its lists of elements, its origins and its residue: what
    /// residue on the record itself is bound to. See [`Element::own_bytes`].
    ///
    /// # Errors
    /// Never for a value of the record types; the signature is serde's.
    pub fn own_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        super::write::own_bytes(|map| self.write_own(map))
    }
}

/// Digest of an element's own members, to which its residue is bound.
///
/// # Errors
/// Never for a value of the record types; the signature is serde's.
pub fn anchor_digest<E: Element>(element: &E) -> Result<Digest, serde_json::Error> {
    Ok(Digest::of(&element.own_bytes()?))
}

/// Version of the record format that this program writes and the only one that it reads.
pub const FORMAT_VERSION: u64 = 1;

/// The number that a record document begins with: [`FORMAT_VERSION`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
pub struct FormatVersion;

impl From<FormatVersion> for u64 {
    fn from(_: FormatVersion) -> u64 {
        FORMAT_VERSION
    }
}

impl TryFrom<u64> for FormatVersion {
    type Error = BadForm;
    fn try_from(number: u64) -> Result<Self, BadForm> {
        let other = || BadForm::new(&number.to_string(), "version 1 of the record format");
        (number == FORMAT_VERSION).then_some(FormatVersion).ok_or_else(other)
    }
}

impl JsonSchema for FormatVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FormatVersion".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": FORMAT_VERSION })
    }
}

group! {
    /// What belongs to the document and to none of its records (§0a).
    pub struct Document {
        /// Language of the document, BCP 47.
        lang: Option<String>;
        /// Where it came from.
        origins: Vec<Origin>;
        /// What came with it and has no field.
        carried: Vec<Carried>;
    }
}

/// A document of the `record` format (§0a).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDocument {
    /// Names the format and its version.
    #[serde(rename = "sirex-record")]
    pub format: FormatVersion,
    /// What belongs to none of the records.
    #[serde(default)]
    pub document: Document,
    /// The records.
    pub records: Vec<Record>,
}

impl Members for RecordDocument {
    const WHAT: &'static str = "RecordDocument";
    const NAMES: &'static [&'static str] = &["sirex-record", "records", "document"];
    const REQUIRED: usize = 2;

    fn set<'de, A: serde::de::MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error> {
        match at {
            0 => self.format = map.next_value()?,
            1 => self.records = map.next_value()?,
            _ => self.document = map.next_value()?,
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for RecordDocument {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::read(deserializer)
    }
}

impl RecordDocument {
    /// A document of these records.
    pub fn of(records: Vec<Record>) -> Self {
        RecordDocument { records, ..RecordDocument::default() }
    }
}
