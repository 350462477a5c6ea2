//! What the incident did (RFC 5070 §3.10, §3.16.1).

use super::{
    IODEF1,
    document::Language,
    extension::Extension,
    vocab::{Completion, CounterUnit, Duration, ImpactType, Occurrence, Rating, Restriction, Severity, TimeMetric},
};
use crate::{
    choice, class,
    class::{Coded, PositiveReal, Real, Text},
};

class! {
    /// The consequences, as somebody judged them (RFC 5070 §3.10).
    pub struct Assessment("Assessment", IODEF1) {
        attr occurrence: Coded<Occurrence> = "occurrence";
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        choice_some impact: ImpactItem = "ImpactItem";
        many counter: Counter = "Counter";
        opt confidence: Confidence = "Confidence";
        many additional_data: Extension = "AdditionalData";
    }

    /// Technical impact, in words too (RFC 5070 §3.10.1).
    pub struct Impact("Impact", IODEF1) {
        attr lang: Language = "lang" => .inherits();
        attr severity: Coded<Severity> = "severity";
        attr completion: Coded<Completion> = "completion";
        attr kind: Coded<ImpactType> = "type" => .ext("ext-type").default("unknown");
        content text: Text = "value";
    }

    /// Impact as a length of time, in the unit `duration` (RFC 5070 §3.10.2).
    pub struct TimeImpact("TimeImpact", IODEF1) {
        attr severity: Coded<Severity> = "severity";
        attr metric: Coded<TimeMetric> = "metric" => .ext("ext-metric").required();
        attr duration: Coded<Duration> = "duration" => .ext("ext-duration");
        content value: PositiveReal = "value" => .required();
    }

    /// Impact as an amount of money; `currency` is an ISO 4217 code (RFC 5070 §3.10.3).
    pub struct MonetaryImpact("MonetaryImpact", IODEF1) {
        attr severity: Coded<Severity> = "severity";
        attr currency: Text = "currency";
        content value: PositiveReal = "value" => .required();
    }

    /// How sure the author is (RFC 5070 §3.10.4): the value goes with the rating `numeric` only.
    pub struct Confidence("Confidence", IODEF1) {
        attr rating: Coded<Rating> = "rating" => .required();
        content value: Real = "value";
    }

    /// A number of things, or, with `duration`, of things per time; `type` is the unit (RFC 5070 §3.16.1).
    pub struct Counter("Counter", IODEF1) {
        attr unit: Coded<CounterUnit> = "type" => .ext("ext-type").required();
        attr meaning: Text = "meaning";
        attr duration: Coded<Duration> = "duration" => .ext("ext-duration");
        content value: Real = "value" => .required();
    }
}

choice! {
    /// One impact; they stand in any order (RFC 5070 §3.10).
    pub enum ImpactItem("ImpactItem", OneKey) {
        Impact(Impact) = "Impact";
        Time(TimeImpact) = "TimeImpact";
        Monetary(MonetaryImpact) = "MonetaryImpact";
    }
}
