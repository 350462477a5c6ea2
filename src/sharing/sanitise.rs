//! From a record to what one partner may have of it.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    agreement::Agreement,
    case::Case,
    deny::DenyEntries,
    error::SharingError,
    judge::{Bench, Consent, Fate, Verdicts},
    model::is_required,
    removals,
    rules::{How, PseudonymKey},
};
use crate::{
    digest::Digest,
    marking::Tlp,
    partner::Verified,
    record::{self, Form, Recipient, Record, RecordDocument, Released, Removal, Visibility},
};

#[cfg(test)]
pub(super) mod tests;

/// For whom, by what and with which secrets a record is sanitised.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The partner, verified.
    pub partner: Verified<'a>,
    /// The agreement with it.
    pub agreement: &'a Agreement,
    /// The home's secret for pseudonyms.
    pub key: &'a PseudonymKey,
    /// The home's deny list, for rules that mask.
    pub deny: &'a DenyEntries,
}

/// What a partner may have of a record, and what was done to get there.
#[derive(Clone, Debug)]
pub struct Sanitised {
    pub(super) released: Released,
    pub(super) changed: Vec<Removal>,
    pub(super) consented: Vec<Removal>,
}

impl Sanitised {
    /// The record as released, with everything that was removed and why.
    pub fn released(&self) -> &Released {
        &self.released
    }

    /// Values that a rule rewrote: place and rule, in the order of the record.
    pub fn changed(&self) -> &[Removal] {
        &self.changed
    }

    /// What goes by consent only: place and reason. When there is any, no order is made without approval of the exact
    /// bytes.
    pub fn consented(&self) -> &[Removal] {
        &self.consented
    }

    /// Whether a person must approve the bytes.
    pub fn needs_approval(&self) -> bool {
        !self.consented.is_empty()
    }

    /// Whether nothing but the frame is left: worth a warning before it is sent.
    pub fn is_bare(&self) -> bool {
        let mut bare = true;
        if let Ok(value) = serde_json::to_value(self.released.record()) {
            record::walk(&value, &mut |place, _, visibility| {
                bare &= !matches!(visibility, Visibility::Letters(_)) || is_required(place);
            });
        }
        bare
    }
}

/// Leaves of a record what the partner may have: the visibility column of its audience ∩ `allow` − `remove`, within what
/// markings permit, with `S` made harmless by rules. Same record, terms and consent: same result.
///
/// # Errors
/// When the record may not go at all ([`SharingError`]).
pub fn sanitise(
    record: &Record,
    terms: &Terms<'_>,
    at: Timestamp,
    consent: &Consent,
) -> Result<Sanitised, SharingError> {
    let Terms { partner, agreement, key, deny } = *terms;
    if agreement.partner() != partner.domain() {
        let (found, expected) = (agreement.partner().clone(), partner.domain().to_string());
        return Err(SharingError::OtherPartner { found, expected });
    }
    valid_at(agreement, at)?;
    let case = Case::of(record)?;
    let forbidden = case.forbidden(record, &agreement.out.tlp, agreement.audience());
    let mut consented = may_go(record, agreement, at, consent)?;
    if let Some(why) = forbidden.why("") {
        return Err(SharingError::Marked { path: "$".to_owned(), why: why.to_owned() });
    }
    for leaf in &case.leaves {
        let fixed = leaf.visibility == Visibility::Frame || is_required(&leaf.place);
        if let Some(why) = forbidden.why(&leaf.pointer).filter(|_| fixed) {
            return Err(SharingError::Marked { path: leaf.place.to_string(), why: why.to_owned() });
        }
    }
    let keys = key.of_case(partner.domain(), &record.id);
    let verdicts = Bench { agreement, consent, keys: &keys, deny }.judge(record, &case, &forbidden);
    let (value, changed) = assemble(&case, &verdicts, agreement);
    let kept_by_consent = verdicts.consented.iter().map(|(index, why)| removal(&case, *index, why));
    consented.extend(kept_by_consent);
    let recipient = Recipient {
        partner: partner.domain().to_string(),
        audience: agreement.audience(),
        agreement: agreement.version(),
    };
    let released =
        Released::for_partner(reread(value)?, digest_of(record)?, recipient, removals::list(&case, &verdicts));
    Ok(Sanitised { released, changed, consented })
}

fn digest_of(record: &Record) -> Result<Digest, SharingError> {
    Ok(record::digest(record)?)
}

pub(super) fn valid_at(agreement: &Agreement, at: Timestamp) -> Result<(), SharingError> {
    let (from, until) = agreement.days();
    if agreement.is_valid_at(at) { Ok(()) } else { Err(SharingError::NotValid { at, from, until }) }
}

/// Whether the record as a whole may go, and what of that a person must approve.
pub(super) fn may_go(
    record: &Record,
    agreement: &Agreement,
    at: Timestamp,
    consent: &Consent,
) -> Result<Vec<Removal>, SharingError> {
    let handling = record.handling.clone().unwrap_or_default();
    // What has no marking is RED, whatever the other scale says: the gate sees it so too.
    let tlp = handling.tlp.unwrap_or(Tlp::Red);
    if !agreement.out.tlp.contains(&tlp) {
        let agreed = agreement.out.tlp.iter().map(|tlp| tlp.as_str()).collect();
        return Err(SharingError::Tlp { found: tlp, marked: handling.tlp.is_some(), agreed });
    }
    let expires = handling.expires.as_ref().and_then(|expires| expires.at.as_ref());
    if let Some(expires) = expires.filter(|expires| expires.to_timestamp().is_some_and(|end| end <= at)) {
        return Err(SharingError::Expired { expires: expires.clone() });
    }
    // Beyond these labels the originator's organisation is asked first (TLP 2.0).
    if handling.originator.is_some() && matches!(tlp, Tlp::Red | Tlp::AmberStrict) {
        return match consent {
            Consent::All => {
                let why = format!("TLP:{tlp} of another originator");
                Ok(vec![Removal { path: "$.handling.originator".to_owned(), why }])
            }
            _ => Err(SharingError::Originator { tlp }),
        };
    }
    Ok(Vec::new())
}

/// What goes, as a tree without holes, and which values a rule rewrote.
fn assemble(case: &Case, verdicts: &Verdicts, agreement: &Agreement) -> (Value, Vec<Removal>) {
    let mut value = case.value.clone();
    let mut changed = Vec::new();
    for (index, (leaf, fate)) in case.leaves.iter().zip(&verdicts.fates).enumerate() {
        let Some(place) = value.pointer_mut(&leaf.pointer) else { continue };
        match fate {
            Fate::Kept => {}
            Fate::Changed(_, new) if new == place => {}
            Fate::Changed(rule, new) => {
                *place = new.clone();
                let how = agreement.out.rules[*rule].how();
                changed.push(removal(case, index, &format!("rule[{rule}] {}", how.as_str())));
                if how == How::GeneraliseNetwork {
                    name_network(&mut value, &leaf.pointer);
                }
            }
            Fate::Dropped(_) | Fate::Vanished => *place = Value::Null,
        }
    }
    prune(&mut value, &mut Vec::new());
    (value, changed)
}

/// An address that became a network says so in its kind.
fn name_network(record: &mut Value, address: &str) {
    let kind = address.strip_suffix("/value").and_then(|group| record.pointer_mut(&format!("{group}/kind")));
    if let Some(kind) = kind {
        match kind.as_str() {
            Some("ipv4-addr") => *kind = "ipv4-net".into(),
            Some("ipv6-addr") => *kind = "ipv6-net".into(),
            _ => {}
        }
    }
}

/// Takes out what is null and what has nothing in it, and says whether anything is left. What had nothing in it before
/// was judged by nobody; in the frame it stays.
fn prune(value: &mut Value, path: &mut Vec<String>) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) if members.is_empty() => {
            record::visibility(path.iter().map(String::as_str)) == Visibility::Frame
        }
        Value::Array(items) => {
            items.retain_mut(|item| prune(item, path));
            !items.is_empty()
        }
        Value::Object(members) => {
            members.retain(|name, member| {
                path.push(name.clone());
                let left = prune(member, path);
                path.pop();
                left
            });
            !members.is_empty()
        }
        _ => true,
    }
}

/// Reads the result as strictly as any record from outside.
fn reread(value: Value) -> Result<Record, SharingError> {
    let record: Record = serde_json::from_value(value)?;
    let document = record::write(&RecordDocument::of(vec![record]), Form::Compact)?;
    let read = record::read(&document).map_err(|finding| SharingError::Unreadable(Box::new(finding)))?;
    read.records.into_iter().next().ok_or(SharingError::NoRecord)
}

fn removal(case: &Case, leaf: usize, why: &str) -> Removal {
    Removal { path: case.leaves[leaf].place.to_string(), why: why.to_owned() }
}
