//! What was done, in order (RFC 7970 §3.13).

use super::{
    IODEF,
    contact::Contact,
    document::{IncidentId, MlString},
    extension::Extension,
    vocab::{Action, Restriction},
};
use crate::{
    class,
    class::{Coded, DateTime, Id, Text},
};

class! {
    /// The log of the handling (RFC 7970 §3.13).
    pub struct History("History", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        some history_item: HistoryItem = "HistoryItem" => .long();
    }

    /// One entry of the log (RFC 7970 §3.13.1).
    pub struct HistoryItem("HistoryItem", IODEF) {
        attr action: Coded<Action> = "action" => .ext("ext-action").required();
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        one date_time: DateTime = "DateTime";
        opt incident_id: IncidentId = "IncidentID";
        opt contact: Contact = "Contact";
        many description: MlString = "Description";
        many defined_coa: Text = "DefinedCOA";
        many additional_data: Extension = "AdditionalData";
    }
}
