//! §4.5: actions, whom we told, who signed; and the people who handle the case (§4, §5).

use super::{
    base::{Dated, ElementRef, Text},
    declare::{closed, element, open},
};
use crate::digest::Digest;

closed! {
    /// Where an action stands (§4.5 `actions[].state`).
    pub enum ActionState {
        Taken = "taken",
        Planned = "planned",
        Outstanding = "outstanding",
    }
}

open! {
    /// The step of response that an action belongs to (§4.5, requirement 56).
    pub enum ActionStep {
        Identification = "identification",
        Containment = "containment",
        Eradication = "eradication",
        Recovery = "recovery",
        FollowUp = "follow-up",
        NoAction = "no-action",
        InHouse = "in-house",
        InternalInvestigation = "internal-investigation",
        ExternalInvestigation = "external-investigation",
    }
}

open! {
    /// What is or was done, or is asked for (RFC 7970 §3.15.1 `action`).
    pub enum ActionKind {
        Nothing = "nothing",
        ContactSourceSite = "contact-source-site",
        ContactTargetSite = "contact-target-site",
        ContactSender = "contact-sender",
        Investigate = "investigate",
        BlockHost = "block-host",
        BlockNetwork = "block-network",
        BlockPort = "block-port",
        RateLimitHost = "rate-limit-host",
        RateLimitNetwork = "rate-limit-network",
        RateLimitPort = "rate-limit-port",
        RedirectTraffic = "redirect-traffic",
        Honeypot = "honeypot",
        UpgradeSoftware = "upgrade-software",
        RebuildAsset = "rebuild-asset",
        HardenAsset = "harden-asset",
        RemediateOther = "remediate-other",
        StatusTriage = "status-triage",
        StatusNewInfo = "status-new-info",
        WatchAndReport = "watch-and-report",
        Training = "training",
        DefinedCoa = "defined-coa",
        Otherwise = "other",
    }
}

open! {
    /// A three-step severity (RFC 7970 `severity`).
    pub enum Severity3 {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

element! {
    /// Something done, planned or asked for (§4.5 `actions[]`, requirement 68; RFC 7970 §3.15 Expectation).
    pub struct Action {
        /// Where it stands.
        state: Option<ActionState>;
        /// Step of response.
        step: Option<ActionStep>;
        /// What is done or asked for.
        kind: Option<ActionKind>;
        /// The action in words.
        text: Vec<Text>;
        /// Courses of action of a catalogue, by id.
        defined_coa: Vec<String>;
        /// How urgent a request is.
        severity: Option<Severity3>;
        /// Who is responsible, in `parties`.
        owner: Option<ElementRef>;
        /// Not before.
        start_at: Option<Dated>;
        /// Until when.
        due: Option<Dated>;
        /// When it was done.
        done_at: Option<Dated>;
        /// What came of it.
        result: Option<Text>;
        /// The asset concerned, in `assets`.
        asset: Option<ElementRef>;
    }
}

open! {
    /// Whom we told (§4.5 `notified[].who`).
    pub enum NotifiedWho {
        InformationSecurityManager = "information-security-manager",
        IsirtManager = "isirt-manager",
        SiteManager = "site-manager",
        InformationSystemsManager = "information-systems-manager",
        ReportOriginator = "report-originator",
        OriginatorsManager = "originators-manager",
        Police = "police",
        HelpDesk = "help-desk",
        HumanResources = "human-resources",
        Management = "management",
        InternalAudit = "internal-audit",
        RegulatoryBody = "regulatory-body",
        ExternalCert = "external-cert",
    }
}

element! {
    /// A party that was told (§4.5 `notified[]`).
    pub struct Notified {
        /// By function.
        who: Option<NotifiedWho>;
        /// By name, in `parties`.
        party: Option<ElementRef>;
        /// The site, of a site manager.
        site: Option<String>;
        /// When.
        at: Option<Dated>;
        /// How.
        how: Option<String>;
        /// What was asked of the party.
        action_required: Option<Text>;
        /// The message, in `messages`.
        message: Option<ElementRef>;
        /// Whether and when it was acknowledged.
        acknowledged: Option<Dated>;
    }
}

closed! {
    /// In what role somebody signed (§4.5 `signoff[].role`).
    pub enum SignoffRole {
        Originator = "originator",
        Reviewer = "reviewer",
    }
}

element! {
    /// A signature under a revision of the record (§4.5 `signoff[]`).
    pub struct Signoff {
        /// Role.
        role: Option<SignoffRole>;
        /// Name.
        name: Option<String>;
        /// Position.
        position: Option<String>;
        /// When.
        at: Option<Dated>;
        /// Digest of the revision that was signed.
        version_digest: Option<Digest>;
        /// Detached OpenPGP signature over that digest's text, armored.
        signature: Option<String>;
    }
}

open! {
    /// In what role a person handles the case (§4 `handlers[].role`).
    pub enum HandlerRole {
        OpsSupport = "ops-support",
        Isirt = "isirt",
        PointOfContact = "point-of-contact",
    }
}

element! {
    /// Somebody who handles the case (§4 `handlers[]`).
    pub struct Handler {
        /// Who, in `parties`.
        party: Option<ElementRef>;
        /// In what role.
        role: Option<HandlerRole>;
        /// Since when.
        from: Option<Dated>;
        /// Until when.
        to: Option<Dated>;
    }
}

element! {
    /// A member of the response team; access ends with membership (§5 `team[]`, requirement 54).
    pub struct Member {
        /// Who, in `parties`.
        party: Option<ElementRef>;
        /// Skill for which the member is there.
        skill: Option<String>;
        /// Since when.
        from: Option<Dated>;
        /// Until when.
        to: Option<Dated>;
        /// Whether the member has an interest in the case (requirement 97).
        conflict: Option<bool>;
    }
}
