//! §3 and §4: what the event and incident report forms of ISO/IEC TR 18044 Annex A ask for.

use serde_json::Value;

use super::{
    base::{Code18044, Dated, DocumentRef, ElementRef, Money, Occurrence, Text},
    declare::{bounded, closed, element, group, open},
    letters::Letters,
    method::Reference,
    part::Refined,
};

element! {
    /// A component that is affected (§3 `components_affected[]`).
    pub struct AffectedComponent {
        /// The asset, in `assets`, when it is listed there.
        asset: Option<ElementRef>;
        /// The system, in `systems`, when it is listed there.
        system: Option<ElementRef>;
        /// The component in words.
        text: Option<Text>;
    }
}

/// The letters of a vulnerability that is not published (§3: "unpublished ones stay N for P, X").
pub const UNPUBLISHED: Letters = Letters::declared("YYYYNYN");

fn refine(vulnerability: &Value) -> Refined {
    let hidden = vulnerability.get("published") == Some(&Value::Bool(false));
    Refined { letters: None, cap: hidden.then_some(UNPUBLISHED) }
}

element! {
    /// A vulnerability (§3 `vulnerabilities[]`, §10 `vulnerabilities_exploited[]`; requirement 19).
    pub struct Vulnerability [refine] {
        /// Its name, such as a CVE id.
        name: Option<String>;
        /// Whether it is publicly known; `false` narrows the letters.
        published: Option<bool>;
        /// What it is.
        descriptions: Vec<Text>;
        /// References.
        references: Vec<Reference>;
        /// Software or devices that have it.
        affected: Vec<String>;
        /// Score with its scheme, such as `CVSS:3.1/AV:N/...`.
        scores: Vec<String>;
    }
}

closed! {
    /// What kind of cause (§4.1 `type.basis`).
    pub enum TypeBasis {
        Deliberate = "deliberate",
        Accidental = "accidental",
        Error = "error",
        Unknown = "unknown",
    }
}

closed! {
    /// How far it got (§4.1 `type.attempt`).
    pub enum Attempt {
        Actual = "actual",
        Attempted = "attempted",
        Suspected = "suspected",
    }
}

group! {
    /// Type of incident (§4.1).
    pub struct IncidentType {
        /// What kind of cause.
        basis: Option<TypeBasis>;
        /// How far it got.
        attempt: Option<Attempt>;
        /// Threats, by code.
        threats: Vec<Code18044>;
        /// What no code says.
        other_text: Option<Text>;
    }
}

open! {
    /// What an asset is (§4.2 `assets[].class`).
    pub enum AssetClass {
        InformationData = "information-data",
        Hardware = "hardware",
        Software = "software",
        Communications = "communications",
        Documentation = "documentation",
        Processes = "processes",
        Services = "services",
        Site = "site",
        People = "people",
    }
}

element! {
    /// An asset that is affected (§4.2 `assets[]`).
    pub struct Asset {
        /// What it is.
        class: Option<AssetClass>;
        /// Description.
        description: Option<Text>;
        /// Serial number.
        serial: Option<String>;
        /// Licence number.
        licence: Option<String>;
        /// Version.
        version: Option<String>;
        /// Id in the asset register (requirement 159).
        asset_register_id: Option<String>;
        /// Business function that depends on it.
        business_function: Option<String>;
        /// Owner, in `parties`.
        owner: Option<ElementRef>;
        /// How much depends on it, in the team's words.
        criticality: Option<String>;
        /// Where it is.
        location: Option<Text>;
    }
}

bounded! {
    /// A value on the TR 18044 scale (§4.3): 1 is least, 10 is most.
    pub struct Value10(1..=10);
}

group! {
    /// A value by one guideline of TR 18044 Annex B (§4.3): FD, CE, PI, LR, MO, LG.
    pub struct GuidelineValue {
        /// The guideline.
        code: Option<Code18044>;
        /// The value by it.
        value: Option<Value10>;
    }
}

group! {
    /// One row of the adverse business impact matrix (§4.3, requirement 43).
    pub struct ImpactRow {
        /// Whether the effect occurred or is expected at all.
        relevant: Option<bool>;
        /// Overall value.
        value: Option<Value10>;
        /// Values by guideline.
        guidelines: Vec<GuidelineValue>;
        /// Cost of this effect.
        cost: Option<Money>;
        /// Whether it happened or is expected.
        occurrence: Option<Occurrence>;
        /// When the row was assessed.
        assessed_at: Option<Dated>;
    }
}

group! {
    /// Adverse business impact: five effects, each optional (§4.3).
    pub struct Impact {
        /// C: breach of confidentiality.
        confidentiality: Option<ImpactRow>;
        /// I: breach of integrity.
        integrity: Option<ImpactRow>;
        /// A: breach of availability.
        availability: Option<ImpactRow>;
        /// R: breach of non-repudiation.
        non_repudiation: Option<ImpactRow>;
        /// D: destruction.
        destruction: Option<ImpactRow>;
    }
}

impl Impact {
    /// The rows that are there, with their member names.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &ImpactRow)> {
        [
            ("confidentiality", &self.confidentiality),
            ("integrity", &self.integrity),
            ("availability", &self.availability),
            ("non_repudiation", &self.non_repudiation),
            ("destruction", &self.destruction),
        ]
        .into_iter()
        .filter_map(|(name, row)| Some((name, row.as_ref()?)))
    }
}

group! {
    /// Recovery from the incident (§4.4 `recovery`).
    pub struct Recovery {
        /// Overall value.
        value: Option<Value10>;
        /// Values by guideline.
        guidelines: Vec<GuidelineValue>;
        /// Total cost; where `costs` has entries, they are the detail.
        cost: Option<Money>;
    }
}

group! {
    /// A safeguard that was taken or would have helped (§4.4 `resolution.safeguards[]`, requirement 173).
    pub struct Safeguard {
        /// The safeguard in words.
        text: Option<Text>;
        /// The control of a catalogue, such as `ISO 27002:2022 8.7`.
        control: Option<String>;
    }
}

group! {
    /// How the incident was resolved (§4.4 `resolution`).
    pub struct Resolution {
        /// When the investigation began.
        started_at: Option<Dated>;
        /// Who investigated, in `parties`.
        investigators: Vec<ElementRef>;
        /// When the incident ended.
        incident_ended_at: Option<Dated>;
        /// When its impact ended.
        impact_ended_at: Option<Dated>;
        /// When the investigation was complete.
        completed_at: Option<Dated>;
        /// The investigation report.
        report_ref: Option<DocumentRef> = "YYNCNCN";
        /// Where it is held.
        report_location: Option<String> = "YYNCNCN";
        /// Safeguards.
        safeguards: Vec<Safeguard> = "YYSYCYN";
    }
}

open! {
    /// Who stands behind it (§4.4 `perpetrator.kind`).
    pub enum PerpetratorKind {
        /// PE.
        Person = "person",
        /// OI: legally established organisation.
        Organisation = "organisation",
        /// GR: organised group.
        Group = "group",
        /// AC.
        Accident = "accident",
        /// NP: no perpetrator.
        Nobody = "none",
    }
}

closed! {
    /// How far a suspicion is proven (§4.4 `perpetrator.suspicion_level`). Below `confirmed` the name never leaves
    /// without approval.
    pub enum Suspicion {
        Speculative = "speculative",
        Suspected = "suspected",
        Probable = "probable",
        Confirmed = "confirmed",
    }
}

group! {
    /// Who stands behind it (§4.4 `perpetrator`).
    pub struct Perpetrator {
        /// What kind.
        kind: Option<PerpetratorKind> = "YCCYNCN";
        /// Who, in words.
        description: Option<Text> = "YCNYNCN";
        /// Whether from inside.
        insider: Option<bool> = "YCNYNCN";
        /// How far it is proven.
        suspicion_level: Option<Suspicion> = "YCNYNCN";
    }
}

open! {
    /// Why it was done (§4.4 `motivation`).
    pub enum Motivation {
        /// CG: criminal or financial gain.
        FinancialGain = "financial-gain",
        /// PH: pastime, hacking.
        Pastime = "pastime",
        /// PT: political, terrorism.
        Political = "political",
        /// RE.
        Revenge = "revenge",
    }
}

closed! {
    /// Whether the motive is known (§4.4 `motivation_status`).
    pub enum MotivationStatus {
        Actual = "actual",
        Perceived = "perceived",
    }
}

closed! {
    /// The two steps of the default scale (§4.5 `conclusion.major`, requirement 40).
    pub enum Significance {
        Major = "major",
        Minor = "minor",
    }
}

group! {
    /// Conclusion of the incident form (§4.5 `conclusion`).
    pub struct Conclusion {
        /// Major or minor.
        major: Option<Significance>;
        /// Step on a configured scale, with the scale's name before a colon, where the default one is not used.
        other: Option<String>;
        /// Why.
        justification: Option<Text>;
    }
}
