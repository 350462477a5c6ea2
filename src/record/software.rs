//! §10: software, typed values and patterns, shared by systems, files and evidence.

use super::{
    base::{Decimal, Text},
    declare::{group, open},
};

open! {
    /// How software is named (RFC 7970 §2.15 `spec-name`).
    pub enum SoftwareSpec {
        Custom = "custom",
        Cpe = "cpe",
        Swid = "swid",
    }
}

group! {
    /// Software (RFC 7970 §2.15 SOFTWARE; also Application, OperatingSystem, AssociatedSoftware).
    pub struct Software {
        /// Scheme of the name.
        spec: Option<SoftwareSpec>;
        /// The name in that scheme, such as `cpe:2.3:o:...`.
        reference: Option<String>;
        /// Type of that name (RFC 7970 `dtype`).
        dtype: Option<String>;
        /// Where more about it is found.
        urls: Vec<String>;
        /// The software in words.
        descriptions: Vec<Text>;
    }
}

group! {
    /// A value with its type (RFC 7970 §2.16 EXTENSION: RelatedDNS, header fields, RecordItem, FileProperties, fuzzy
    /// hashes).
    pub struct TypedValue {
        /// Name of the field.
        name: Option<String>;
        /// Type of the value, such as `string` or `date-time`.
        dtype: Option<String>;
        /// What it means.
        meaning: Option<String>;
        /// Format of a value with structure.
        format: Option<String>;
        /// The value.
        value: Option<String>;
    }
}

open! {
    /// Language of a pattern (RFC 7970 §3.22.2 `type`).
    pub enum PatternKind {
        Regex = "regex",
        Binary = "binary",
        Xpath = "xpath",
    }
}

open! {
    /// Unit of an offset (RFC 7970 §3.22.2 `offsetunit`).
    pub enum OffsetUnit {
        Line = "line",
        Byte = "byte",
    }
}

group! {
    /// A pattern in a record (RFC 7970 §3.22.2 RecordPattern).
    pub struct Pattern {
        /// Language.
        kind: Option<PatternKind>;
        /// The pattern.
        value: Option<String>;
        /// Where to begin.
        offset: Option<i64>;
        /// In which unit.
        offset_unit: Option<OffsetUnit>;
        /// How many times to apply it.
        instance: Option<i64>;
    }
}

group! {
    /// What was configured to detect something (RFC 7970 §3.10.1 DetectionPattern).
    pub struct DetectionPattern {
        /// The tool.
        application: Option<Software>;
        /// In words.
        descriptions: Vec<Text>;
        /// Its configuration.
        configurations: Vec<String>;
    }
}

open! {
    /// What a counter counts (RFC 7970 §3.18.3 `type`).
    pub enum CounterKind {
        Count = "count",
        Peak = "peak",
        Average = "average",
    }
}

open! {
    /// Unit of a counter (RFC 7970 §3.18.3 `unit`).
    pub enum CounterUnit {
        Byte = "byte",
        Mbit = "mbit",
        Packet = "packet",
        Flow = "flow",
        Session = "session",
        Event = "event",
        Alert = "alert",
        Message = "message",
        Host = "host",
        Site = "site",
        Organization = "organization",
    }
}

open! {
    /// Unit of a duration (RFC 7970 `duration`).
    pub enum DurationUnit {
        Second = "second",
        Minute = "minute",
        Hour = "hour",
        Day = "day",
        Month = "month",
        Quarter = "quarter",
        Year = "year",
    }
}

group! {
    /// A count, peak or average (RFC 7970 §3.18.3 Counter).
    pub struct Counter {
        /// The number.
        value: Option<Decimal>;
        /// What kind of number.
        kind: Option<CounterKind>;
        /// Unit.
        unit: Option<CounterUnit>;
        /// What is counted.
        meaning: Option<String>;
        /// Per which time, for a rate.
        duration: Option<DurationUnit>;
    }
}
