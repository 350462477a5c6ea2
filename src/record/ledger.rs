//! §12 and §13: costs, lessons, review, improvements, root cause.

use super::{
    base::{Basis, Currency, Decimal, DocumentRef, ElementRef, Span, Text},
    declare::{closed, element, group, open},
};

open! {
    /// What money was spent on or lost by (§12 `kind`): the union of (EU) 2024/1772 Art. 7, the STIX monetary
    /// varieties, TR 18044 and E.409.
    pub enum CostKind {
        /// Theft.
        LostFundsOrAssets = "lost-funds-or-assets",
        /// Software, hardware, infrastructure.
        ReplacementRelocation = "replacement-relocation",
        /// Overtime, recruitment, skills.
        Staff = "staff",
        ContractPenalties = "contract-penalties",
        CustomerRedress = "customer-redress",
        ForegoneRevenue = "foregone-revenue",
        Communication = "communication",
        AdvisoryForensicLegalRemediation = "advisory-forensic-legal-remediation",
        Fine = "fine",
        RansomDemand = "ransom-demand",
        RansomPayment = "ransom-payment",
        Brand = "brand",
        CompetitiveAdvantage = "competitive-advantage",
        ResponseAndRecoveryOther = "response-and-recovery-other",
        /// What came back, such as insurance; a negative amount.
        Recoveries = "recoveries",
    }
}

closed! {
    /// Whether a cost follows from the case itself (§12, requirement 164).
    pub enum Directness {
        Direct = "direct",
        Indirect = "indirect",
    }
}

closed! {
    /// A row of the impact matrix (§12 `effect row`, requirement 165).
    pub enum EffectRow {
        Confidentiality = "confidentiality",
        Integrity = "integrity",
        Availability = "availability",
        NonRepudiation = "non-repudiation",
        Destruction = "destruction",
        Recovery = "recovery",
    }
}

element! {
    /// A cost (§12 `costs[]`).
    pub struct Cost {
        /// What for.
        kind: Option<CostKind>;
        /// Whether it follows from the case itself.
        directness: Option<Directness>;
        /// Whether it is known or estimated.
        basis: Option<Basis>;
        /// Amount.
        amount: Option<Decimal>;
        /// Highest amount, where an estimate is a range.
        amount_max: Option<Decimal>;
        /// Currency.
        currency: Option<Currency>;
        /// Day on which it arose, `2026-03-01`.
        date: Option<String>;
        /// Effect to which it belongs.
        effect: Option<EffectRow>;
        /// Cost centre.
        cost_centre: Option<String>;
        /// The voucher, in `evidence`.
        evidence: Option<ElementRef>;
        /// Voucher outside the record.
        voucher: Option<DocumentRef>;
        /// Set for what DORA forbids to count: day-to-day maintenance, later improvements, insurance premiums.
        excluded: Option<bool>;
        /// In words.
        text: Option<Text>;
    }
}

closed! {
    /// What a lesson is about (§13 `lessons[].area`, requirement 168).
    pub enum LessonArea {
        Detection = "detection",
        Handling = "handling",
        Procedure = "procedure",
        Technology = "technology",
        People = "people",
    }
}

closed! {
    /// Whether something worked.
    pub enum Worked {
        Worked = "worked",
        Failed = "failed",
    }
}

element! {
    /// A lesson (§13 `lessons[]`, requirement 167).
    pub struct Lesson {
        /// The lesson.
        text: Option<Text>;
        /// What it is about.
        area: Option<LessonArea>;
        /// Whether it worked.
        worked: Option<Worked>;
        /// Where it is worked on.
        link: Option<String>;
    }
}

group! {
    /// The review after the case (§13 `review`; TR 18044 §9.5, requirement 170).
    pub struct Review {
        /// When it was held.
        meeting_at: Option<super::base::Dated>;
        /// Who was there.
        attendees: Vec<String>;
        /// Did the procedures work as intended?
        procedures_worked: Option<Text>;
        /// What would have helped to detect it?
        detection_aids: Option<Text>;
        /// What tools or procedures would have helped to respond?
        response_tools: Option<Text>;
        /// Did the recovery procedures work?
        recovery_procedures: Option<Text>;
        /// Was the communication effective?
        communication: Option<Text>;
        /// Time from occurrence to detection.
        occurrence_to_detection: Option<Span>;
        /// Time from detection to the first action.
        detection_to_action: Option<Span>;
    }
}

open! {
    /// When an improvement can be made (§13 `improvements[].horizon`).
    pub enum Horizon {
        Immediate = "immediate",
        ShortTerm = "short-term",
        LongTerm = "long-term",
    }
}

open! {
    /// Where an improvement stands (§13 `improvements[].state`).
    pub enum ImprovementState {
        Proposed = "proposed",
        Accepted = "accepted",
        InProgress = "in-progress",
        Done = "done",
        Rejected = "rejected",
    }
}

element! {
    /// An improvement (§13 `improvements[]`, requirement 171).
    pub struct Improvement {
        /// What.
        text: Option<Text>;
        /// Who, in `parties`.
        owner: Option<ElementRef>;
        /// When it can be made.
        horizon: Option<Horizon>;
        /// Where it stands.
        state: Option<ImprovementState>;
    }
}

group! {
    /// Root cause (§13 `root_cause`).
    pub struct RootCause {
        /// Codes of the tree of (EU) 2025/302 fields 4.1 to 4.3.
        tree: Vec<String>;
        /// In words.
        text: Option<Text>;
    }
}
