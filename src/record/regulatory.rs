//! §16 and §17: facts that regulators ask for, kept in the record and not in a profile; obligations and submissions.

use super::{
    base::{Basis, Dated, Decimal, DocumentRef, ElementRef, Money, Text, YesNo},
    declare::{closed, element, group, open},
};
use crate::digest::Digest;

element! {
    /// The answer to a regime's question (§16 `reg.determinations[]`).
    pub struct Determination {
        /// Regime, such as `dora`.
        regime: Option<String>;
        /// Question, such as `major`.
        question: Option<String>;
        /// Answer.
        answer: Option<YesNo>;
        /// When it was decided.
        at: Option<Dated>;
        /// By whom.
        by: Option<String>;
        /// Why.
        reasons: Option<Text>;
    }
}

group! {
    /// The entity that reports (§16 `reg.entity`).
    pub struct Entity {
        /// Legal name.
        legal_name: Option<String>;
        /// The party, in `parties`.
        party: Option<ElementRef>;
        /// Legal Entity Identifier, ISO 17442.
        lei: Option<String>;
        /// European Unique Identifier.
        euid: Option<String>;
        /// Australian Business Number.
        abn: Option<String>;
        /// Unique Entity Number (Singapore).
        uen: Option<String>;
        /// Corporate Identification Number (India).
        cin: Option<String>;
        /// Type of entity, in the regime's words.
        r#type: Option<String>;
        /// Sector.
        sector: Option<String>;
        /// Ultimate parent.
        parent: Option<String>;
        /// Country of the main establishment, ISO 3166-1.
        main_establishment: Option<String>;
    }
}

group! {
    /// How many are affected (§16 `reg.services[]`).
    pub struct Affected {
        /// Number.
        count: Option<u64>;
        /// Share in per cent.
        percent: Option<Decimal>;
        /// Value in money.
        value: Option<Money>;
        /// Whether counted or estimated.
        basis: Option<Basis>;
    }
}

element! {
    /// A service that is affected (§16 `reg.services[]`).
    pub struct AffectedService {
        /// Name.
        service: Option<String>;
        /// Whether it supports a critical or important function.
        critical: Option<bool>;
        /// Whether it needs an authorisation.
        authorised: Option<bool>;
        /// Begin of the downtime.
        downtime_start: Option<Dated>;
        /// End of the downtime.
        downtime_end: Option<Dated>;
        /// Users or clients.
        users: Option<Affected>;
        /// Financial counterparts.
        counterparts: Option<Affected>;
        /// Transactions.
        transactions: Option<Affected>;
    }
}

group! {
    /// Losses of data (§16 `reg.data_losses`; DORA 3.20, 3.21).
    pub struct DataLosses {
        /// Availability was lost.
        availability: Option<bool>;
        /// Authenticity was lost.
        authenticity: Option<bool>;
        /// Integrity was lost.
        integrity: Option<bool>;
        /// Confidentiality was lost.
        confidentiality: Option<bool>;
        /// In words.
        text: Option<Text>;
    }
}

closed! {
    /// Kind of a personal data breach (§16 `reg.personal_data`).
    pub enum BreachKind {
        Confidentiality = "confidentiality",
        Integrity = "integrity",
        Availability = "availability",
    }
}

closed! {
    /// Whether something is done, will be, or will not be.
    pub enum Done {
        Yes = "yes",
        No = "no",
        Planned = "planned",
    }
}

group! {
    /// Whether the persons concerned were told (§16 `reg.personal_data`).
    pub struct SubjectsInformed {
        /// Whether.
        informed: Option<Done>;
        /// When.
        at: Option<Dated>;
        /// How.
        how: Option<String>;
        /// Why not.
        reason_not: Option<Text>;
    }
}

group! {
    /// Personal data (§16 `reg.personal_data`; GDPR Art. 33 and others).
    pub struct PersonalData {
        /// Whether such data is concerned.
        involved: Option<YesNo>;
        /// Kinds of breach.
        breach_kinds: Vec<BreachKind>;
        /// Categories of persons.
        subject_categories: Vec<String>;
        /// How many persons.
        subjects: Option<Affected>;
        /// Categories of data.
        record_categories: Vec<String>;
        /// How many records.
        records: Option<Affected>;
        /// Special categories (GDPR Art. 9).
        special_categories: Vec<String>;
        /// Likely consequences.
        likely_consequences: Option<Text>;
        /// Risk for the persons, in the team's words.
        risk_level: Option<String>;
        /// How the data was protected, such as by encryption.
        protection_measures: Option<Text>;
        /// Countries of the persons, ISO 3166-1.
        countries: Vec<String>;
        /// Processors that are involved, in `parties`.
        processors: Vec<ElementRef>;
        /// Data protection officer, in `parties`.
        dpo: Option<ElementRef>;
        /// Whether the persons were told.
        subjects_informed: Option<SubjectsInformed>;
    }
}

group! {
    /// Damage to reputation (§16 `reg.reputational`; DORA 3.13).
    pub struct Reputational {
        /// Reported in the media.
        media: Option<bool>;
        /// Led to repeated complaints.
        complaints: Option<bool>;
        /// Legal or regulatory requirements cannot be met.
        requirements_not_met: Option<bool>;
        /// Clients or counterparts are or may be lost.
        clients_lost: Option<bool>;
        /// In words.
        text: Option<Text>;
    }
}

group! {
    /// Spread over countries (§16 `reg.geographic`; DORA 3.18).
    pub struct Geographic {
        /// Clients or counterparts in other countries.
        clients: Option<bool>;
        /// Branches or group members in other countries.
        branches: Option<bool>;
        /// Market infrastructures or providers in other countries.
        infrastructures: Option<bool>;
        /// In words.
        text: Option<Text>;
    }
}

group! {
    /// Origin with a third party (§16 `reg.third_party_origin`).
    pub struct ThirdPartyOrigin {
        /// Name.
        name: Option<String>;
        /// Id, such as an LEI.
        id: Option<String>;
    }
}

group! {
    /// Ransom (§16 `reg.ransom`).
    pub struct Ransom {
        /// Amount that is demanded.
        demand: Option<Money>;
        /// Asset in which, such as `XMR`, with the amount in it.
        demand_asset: Option<String>;
        /// Instructions for payment.
        instructions: Option<Text>;
        /// Whether it was paid.
        paid: Option<YesNo>;
        /// Amount that was paid.
        amount: Option<Money>;
        /// Asset in which, with the amount in it.
        asset: Option<String>;
        /// When.
        at: Option<Dated>;
        /// By whom.
        by: Option<String>;
        /// To whom, such as a wallet.
        recipient: Option<String>;
        /// What was said with the extortionists.
        communications: Option<Text>;
        /// Whether legal advice was taken, and which.
        legal_advice: Option<Text>;
    }
}

element! {
    /// A product with digital elements (§16 `reg.products[]`; CRA).
    pub struct Product {
        /// Product.
        product: Option<String>;
        /// Versions.
        versions: Vec<String>;
        /// Member states in which it is available, ISO 3166-1.
        member_states: Vec<String>;
        /// CVE ids.
        cve: Vec<String>;
        /// Since when it is exploited.
        exploited_since: Option<Dated>;
        /// When a measure was available.
        measure_available_at: Option<Dated>;
        /// What users should do.
        user_advice: Option<Text>;
        /// Whether the information is sensitive.
        sensitive: Option<bool>;
    }
}

element! {
    /// Another authority that was told (§16 `reg.other_authorities[]`).
    pub struct OtherAuthority {
        /// Body.
        body: Option<String>;
        /// When.
        at: Option<Dated>;
        /// Its reference.
        reference: Option<String>;
    }
}

group! {
    /// Facts that regulators ask for (§16 `reg`).
    pub struct Regulatory {
        /// When the team became aware.
        aware_at: Option<Dated>;
        /// Why that is the time.
        aware_basis: Option<Text>;
        /// Who became aware, in `parties`.
        aware_by: Option<ElementRef>;
        /// Answers to the regimes' questions.
        determinations: Vec<Determination>;
        /// Whether unlawful or malicious acts are suspected.
        malicious_suspected: Option<YesNo>;
        /// Whether other countries are affected.
        cross_border: Option<YesNo>;
        /// Which, ISO 3166-1.
        countries: Vec<String>;
        /// Who reports.
        entity: Option<Entity>;
        /// Services that are affected.
        services: Vec<AffectedService>;
        /// Losses of data.
        data_losses: Option<DataLosses>;
        /// Personal data.
        personal_data: Option<PersonalData>;
        /// Damage to reputation.
        reputational: Option<Reputational>;
        /// Spread over countries.
        geographic: Option<Geographic>;
        /// Whether the business continuity plan was put in force.
        bcp_activated: Option<YesNo>;
        /// Origin with a third party.
        third_party_origin: Option<ThirdPartyOrigin>;
        /// Ransom.
        ransom: Option<Ransom>;
        /// Products with digital elements.
        products: Vec<Product>;
        /// Other authorities that were told.
        other_authorities: Vec<OtherAuthority>;
        /// Material impact on financial condition and operations.
        material_impact: Option<Text>;
        /// Key of a group of recurring incidents.
        recurring_group: Option<String>;
    }
}

closed! {
    /// Where an obligation stands (§17 `obligations[].state`).
    pub enum ObligationState {
        Pending = "pending",
        Met = "met",
        Late = "late",
        Waived = "waived",
        NotApplicable = "not-applicable",
    }
}

element! {
    /// A report that is owed (§17 `obligations[]`).
    pub struct Obligation {
        /// Regime.
        regime: Option<String>;
        /// Stage, such as `early-warning`.
        stage: Option<String>;
        /// Path of the field that starts the clock, such as `reg.aware_at`.
        clock_start_field: Option<String>;
        /// When the clock started.
        started_at: Option<Dated>;
        /// When the report is due.
        due_at: Option<Dated>;
        /// Version of the rule that says so.
        rule_version: Option<String>;
        /// Where it stands.
        state: Option<ObligationState>;
        /// Who waived it.
        waived_by: Option<String>;
        /// Why.
        reason: Option<Text>;
    }
}

open! {
    /// Form in which something was submitted (§17 `submissions[].rendering`).
    pub enum Rendering {
        Text = "text",
        Json = "json",
        Csv = "csv",
        Pdf = "pdf",
        Html = "html",
        Iodef = "iodef",
    }
}

group! {
    /// What the authority answered (§17 `submissions[].receipt`).
    pub struct SubmissionReceipt {
        /// Digest of the receipt's bytes.
        digest: Option<Digest>;
        /// The authority's reference.
        reference: Option<String>;
        /// When.
        at: Option<Dated>;
    }
}

element! {
    /// A report that was handed in (§17 `submissions[]`, requirement 150).
    pub struct Submission {
        /// The obligation, in `obligations`.
        obligation: Option<ElementRef>;
        /// Form.
        rendering: Option<Rendering>;
        /// Digest of the document.
        document: Option<Digest>;
        /// Digest of the record revision from which it was made.
        revision: Option<Digest>;
        /// Fields that were asked for and missing, by path.
        missing: Vec<String>;
        /// Who approved it.
        approved_by: Option<String>;
        /// When it was sent.
        sent_at: Option<Dated>;
        /// By which way.
        channel: Option<String>;
        /// What the authority answered.
        receipt: Option<SubmissionReceipt>;
        /// The submission that this one corrects, in `submissions`.
        corrects: Option<ElementRef>;
        /// The document, where it is kept.
        kept: Option<DocumentRef>;
    }
}
