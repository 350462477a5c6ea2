//! What the incident did (RFC 7970 §3.12, §3.18.3).

use super::{
    IODEF,
    document::MlString,
    extension::Extension,
    vocab::{
        BusinessImpactType, BusinessSeverity, Completion, CounterType, CounterUnit, Duration, Occurrence, Rating,
        Restriction, Severity, SystemImpactType, TimeMetric,
    },
};
use crate::{
    choice, class,
    class::{Coded, Id, PositiveReal, Real, Text},
};

class! {
    /// The consequences, as somebody judged them (RFC 7970 §3.12).
    pub struct Assessment("Assessment", IODEF) {
        attr occurrence: Coded<Occurrence> = "occurrence";
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        many incident_category: MlString = "IncidentCategory";
        choice_some impact: Impact = "Impact";
        many counter: Counter = "Counter";
        many mitigating_factor: MlString = "MitigatingFactor";
        many cause: MlString = "Cause";
        opt confidence: Confidence = "Confidence";
        many additional_data: Extension = "AdditionalData";
    }

    /// Technical impact (RFC 7970 §3.12.1).
    pub struct SystemImpact("SystemImpact", IODEF) {
        attr severity: Coded<Severity> = "severity";
        attr completion: Coded<Completion> = "completion";
        attr kind: Coded<SystemImpactType> = "type" => .ext("ext-type").default("unknown").json_required();
        many description: MlString = "Description";
    }

    /// Impact on the organisation (RFC 7970 §3.12.2); also used for what the attacker intended.
    pub struct BusinessImpact("BusinessImpact", IODEF) {
        attr severity: Coded<BusinessSeverity> = "severity" => .ext("ext-severity");
        attr kind: Coded<BusinessImpactType> = "type" => .ext("ext-type").default("unknown").json_required();
        many description: MlString = "Description";
    }

    /// Impact as a length of time, in the unit `duration` (RFC 7970 §3.12.3).
    pub struct TimeImpact("TimeImpact", IODEF) {
        attr severity: Coded<Severity> = "severity";
        attr metric: Coded<TimeMetric> = "metric" => .ext("ext-metric").required();
        attr duration: Coded<Duration> = "duration" => .ext("ext-duration");
        content value: PositiveReal = "value" => .required();
    }

    /// Impact as an amount of money; `currency` is an ISO 4217 code (RFC 7970 §3.12.4).
    pub struct MonetaryImpact("MonetaryImpact", IODEF) {
        attr severity: Coded<Severity> = "severity";
        attr currency: Text = "currency";
        content value: PositiveReal = "value" => .required();
    }

    /// How sure the author is (RFC 7970 §3.12.5): the value goes with the rating `numeric` only.
    pub struct Confidence("Confidence", IODEF) {
        attr rating: Coded<Rating> = "rating" => .ext("ext-rating").required();
        content value: Real = "value" => .json_required();
    }

    /// A number of things, or of things per time (RFC 7970 §3.18.3).
    pub struct Counter("Counter", IODEF) {
        attr kind: Coded<CounterType> = "type" => .ext("ext-type").required();
        attr unit: Coded<CounterUnit> = "unit" => .ext("ext-unit").required();
        attr meaning: Text = "meaning";
        attr duration: Coded<Duration> = "duration" => .ext("ext-duration");
        content value: Real = "value" => .required();
    }
}

choice! {
    /// One impact; they stand in any order (RFC 7970 §3.12).
    pub enum Impact("Impact", OneKey) {
        System(SystemImpact) = "SystemImpact";
        Business(BusinessImpact) = "BusinessImpact";
        Time(TimeImpact) = "TimeImpact";
        Monetary(MonetaryImpact) = "MonetaryImpact";
        Intended(BusinessImpact) = "IntendedImpact";
    }
}
