//! What was left behind: log lines and other data (RFC 5070 §3.19).

use super::{
    IODEF1,
    document::MlString,
    extension::{Extension, Software},
    vocab::{OffsetUnit, PatternType, Restriction},
};
use crate::{
    class,
    class::{Coded, DateTime, Integer, Text},
};

class! {
    /// Supporting data (RFC 5070 §3.19).
    pub struct Record("Record", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        some record_data: RecordData = "RecordData";
    }

    /// Data of one source (RFC 5070 §3.19.1).
    pub struct RecordData("RecordData", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        opt date_time: DateTime = "DateTime";
        many description: MlString = "Description";
        opt application: Software = "Application";
        many record_pattern: RecordPattern = "RecordPattern";
        some record_item: Extension = "RecordItem";
        many additional_data: Extension = "AdditionalData";
    }

    /// Where in the data to look (RFC 5070 §3.19.2).
    pub struct RecordPattern("RecordPattern", IODEF1) {
        attr kind: Coded<PatternType> = "type" => .ext("ext-type").required();
        attr offset: Integer = "offset";
        attr offset_unit: Coded<OffsetUnit> = "offsetunit" => .ext("ext-offsetunit").default("line");
        attr instance: Integer = "instance";
        content value: Text = "value" => .required();
    }
}
