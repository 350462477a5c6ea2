//! What RFC 7970 requires of every incident and a record from elsewhere may not say: its number, its purpose, when it was
//! written and whom to ask. A document that is translated says so of what is derived; one that is sent has none of it.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::FORMAT_ID;
use crate::{
    iodef::{self, Extension, IodefDocument, MlString, vocab},
    record::{Record, RecordDocument, identity::Kind},
    time::WireTime,
    translate::iodef::pool::{NOBODY, case},
    xml::Verbatim,
};

/// Meaning of the block that names what is derived.
pub(super) const DERIVED: &str = "derived";

/// Completes the incidents of a document that was made of these records.
pub(in crate::translate) fn complete(made: &mut IodefDocument, source: &RecordDocument, at: Option<Timestamp>) {
    for (incident, record) in made.incident.iter_mut().zip(&source.records) {
        let mut derived = Vec::new();
        let id = incident.incident_id.get_or_insert_default();
        if id.id.is_none() {
            id.id = Some(case(record).as_str().into());
            derived.push("IncidentID");
        }
        // A name that is empty is what the source says, unless we gave the number.
        if id.name.as_ref().is_none_or(|name| name.is_empty() && record.number.is_some()) {
            id.name = Some(NOBODY.into());
            derived.push("IncidentID/@name");
        }
        if incident.purpose.is_none() {
            // RFC 7970 §3.2: to report a case, or to make known what to look for.
            let purpose =
                if record.kind == Kind::Intelligence { vocab::Purpose::Watch } else { vocab::Purpose::Reporting };
            incident.purpose = Some(purpose.into());
            derived.push("@purpose");
        }
        if incident.generation_time.is_none()
            && let Some(time) = latest(record).or_else(|| at.map(|at| WireTime::with_precision(at, 0)))
        {
            incident.generation_time = crate::class::DateTime::new(time.as_str()).ok();
            derived.push("GenerationTime");
        }
        if incident.contact.is_empty() {
            incident.contact.push(iodef::Contact {
                role: Some(vocab::ContactRole::Creator.into()),
                kind: Some(vocab::ContactType::Organization.into()),
                description: vec![MlString::new("The source names nobody to ask.")],
                ..iodef::Contact::default()
            });
            derived.push("Contact");
        }
        if !derived.is_empty() {
            incident.additional_data.push(Extension {
                dtype: Some(vocab::Dtype::String.into()),
                meaning: Some(DERIVED.into()),
                format_id: Some(FORMAT_ID.into()),
                content: Some(Verbatim::Text(derived.join(" "))),
                ..Extension::default()
            });
        }
    }
}

/// When a record without a time of its own was written: with the latest of what is in it.
fn latest(record: &Record) -> Option<WireTime> {
    fn times(value: &Json, tell: &mut dyn FnMut(&str)) {
        match value {
            Json::Array(list) => list.iter().for_each(|one| times(one, tell)),
            Json::Object(members) => {
                let text = |name: &str| members.get(name).and_then(Json::as_str);
                let inner = text("value").and_then(|text| serde_json::from_str::<Json>(text).ok());
                match (text("path"), inner) {
                    (Some("created" | "modified"), Some(Json::String(time))) => tell(&time),
                    (Some(path), Some(Json::Object(object))) if path.starts_with('$') => {
                        let own = ["created", "modified"].map(|name| object.get(name).and_then(Json::as_str));
                        own.into_iter().flatten().for_each(&mut *tell);
                    }
                    _ => members.values().for_each(|one| times(one, tell)),
                }
            }
            _ => {}
        }
    }
    let whole = serde_json::to_value(record).ok()?;
    let mut latest: Option<(Timestamp, WireTime)> = None;
    times(&whole, &mut |text| {
        let Ok(time) = text.parse::<WireTime>() else { return };
        let Some(moment) = time.to_timestamp() else { return };
        if latest.as_ref().is_none_or(|(known, _)| *known < moment) {
            latest = Some((moment, time));
        }
    });
    latest.map(|(_, time)| time)
}
