//! §3, §4.3, §4.4: impacts in the words of RFC 7970 §3.12 Assessment, beside the TR 18044 matrix.

use super::{
    actions::Severity3,
    base::{Confidence, Currency, Decimal, Text},
    declare::{closed, element, group, open},
    software::{Counter, DurationUnit},
};

closed! {
    /// Whether the impact happened (RFC 7970 §3.12 `occurrence`).
    pub enum ImpactOccurrence {
        Actual = "actual",
        Potential = "potential",
    }
}

closed! {
    /// Whether the attempt succeeded (RFC 7970 §3.12.1 `completion`).
    pub enum Completion {
        Failed = "failed",
        Succeeded = "succeeded",
    }
}

open! {
    /// Technical impact (RFC 7970 §3.12.1 `type`).
    pub enum SystemImpactKind {
        TakeoverAccount = "takeover-account",
        TakeoverService = "takeover-service",
        TakeoverSystem = "takeover-system",
        CpsManipulation = "cps-manipulation",
        CpsDamage = "cps-damage",
        AvailabilityData = "availability-data",
        AvailabilityAccount = "availability-account",
        AvailabilityService = "availability-service",
        AvailabilitySystem = "availability-system",
        DamagedSystem = "damaged-system",
        DamagedData = "damaged-data",
        BreachProprietary = "breach-proprietary",
        BreachPrivacy = "breach-privacy",
        BreachCredential = "breach-credential",
        BreachConfiguration = "breach-configuration",
        IntegrityData = "integrity-data",
        IntegrityConfiguration = "integrity-configuration",
        IntegrityHardware = "integrity-hardware",
        TrafficRedirection = "traffic-redirection",
        MonitoringTraffic = "monitoring-traffic",
        MonitoringHost = "monitoring-host",
        Policy = "policy",
        Unknown = "unknown",
    }
}

group! {
    /// Technical impact (RFC 7970 §3.12.1 SystemImpact).
    pub struct SystemImpact {
        /// What kind.
        kind: Option<SystemImpactKind>;
        /// How bad.
        severity: Option<Severity3>;
        /// Whether it succeeded.
        completion: Option<Completion>;
        /// In words.
        descriptions: Vec<Text>;
    }
}

open! {
    /// Severity of a business impact (RFC 7970 §3.12.2 `severity`).
    pub enum BusinessSeverity {
        Nothing = "none",
        Low = "low",
        Medium = "medium",
        High = "high",
        Unknown = "unknown",
    }
}

open! {
    /// Impact on the business (RFC 7970 §3.12.2 `type`).
    pub enum BusinessImpactKind {
        BreachProprietary = "breach-proprietary",
        BreachPrivacy = "breach-privacy",
        BreachCredential = "breach-credential",
        LossOfIntegrity = "loss-of-integrity",
        LossOfService = "loss-of-service",
        TheftFinancial = "theft-financial",
        TheftService = "theft-service",
        DegradedReputation = "degraded-reputation",
        AssetDamage = "asset-damage",
        AssetManipulation = "asset-manipulation",
        Legal = "legal",
        Extortion = "extortion",
        Unknown = "unknown",
    }
}

group! {
    /// Impact on the business, real or intended (RFC 7970 §3.12.2 BusinessImpact, IntendedImpact).
    pub struct BusinessImpact {
        /// What kind.
        kind: Option<BusinessImpactKind>;
        /// How bad.
        severity: Option<BusinessSeverity>;
        /// In words.
        descriptions: Vec<Text>;
    }
}

open! {
    /// What time is measured (RFC 7970 §3.12.3 `metric`).
    pub enum TimeMetric {
        Labor = "labor",
        Elapsed = "elapsed",
        Downtime = "downtime",
    }
}

group! {
    /// Impact in time (RFC 7970 §3.12.3 TimeImpact).
    pub struct TimeImpact {
        /// How much.
        value: Option<Decimal>;
        /// Of what.
        metric: Option<TimeMetric>;
        /// In which unit.
        duration: Option<DurationUnit>;
        /// How bad.
        severity: Option<Severity3>;
    }
}

group! {
    /// Impact in money, as another team stated it (RFC 7970 §3.12.4 MonetaryImpact); own costs stand in `costs`.
    pub struct MonetaryImpact {
        /// How much.
        value: Option<Decimal>;
        /// Currency.
        currency: Option<Currency>;
        /// How bad.
        severity: Option<Severity3>;
    }
}

element! {
    /// Impacts as one statement (§4.3; RFC 7970 §3.12 Assessment). The record's `assessments` are another thing: who
    /// judged the case, and when.
    pub struct ImpactAssessment {
        /// Whether they happened.
        occurrence: Option<ImpactOccurrence>;
        /// Categories in words or machine tags, as stated; those of a known taxonomy stand in `classification`.
        categories: Vec<Text> = "YYYYYYA";
        /// Technical impacts.
        system: Vec<SystemImpact>;
        /// Impacts on the business.
        business: Vec<BusinessImpact>;
        /// Impacts in time.
        time: Vec<TimeImpact>;
        /// Impacts in money.
        monetary: Vec<MonetaryImpact>;
        /// What the attacker meant to reach.
        intended: Vec<BusinessImpact>;
        /// Counters.
        counters: Vec<Counter>;
        /// What kept the impact small.
        mitigating_factors: Vec<Text>;
        /// Causes (§3 `why_occurred`).
        causes: Vec<Text> = "YYSCNYN";
        /// How sure.
        confidence: Option<Confidence>;
    }
}
