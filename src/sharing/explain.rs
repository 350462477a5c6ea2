//! What an agreement makes of a record, value by value, and what is odd about it: before anybody sends anything.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    agreement::Agreement,
    case::Case,
    deny::DenyEntries,
    error::SharingError,
    judge::{Bench, Consent, Fate, Verdicts},
    rules::PseudonymKey,
    sanitise::{may_go, valid_at},
};
use crate::{
    error::{Code, Finding, Position, Severity},
    record::{Record, Visibility},
};

#[cfg(test)]
mod tests;

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It goes as it is.
    Kept,
    /// It goes rewritten.
    Changed,
    /// It would go if a person approved.
    Approval,
    /// It stays here.
    Removed,
}

/// One value of a record and what an agreement makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// JSONPath of the value.
    pub path: String,
    /// The letter for the agreement's audience, or `frame`, `structure`, `residue`.
    pub letter: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// By which letter, rule or marking; for what goes as it is, nothing.
    pub rule: Option<String>,
}

/// Explains every value of a record, in its order. The dates of the agreement and the marking of the record as a whole
/// are not looked at; [`test`] does that.
///
/// # Errors
/// Never for a value of the record types; the signature is serde's.
pub fn explain(record: &Record, agreement: &Agreement, deny: &DenyEntries) -> Result<Vec<Explained>, SharingError> {
    let case = Case::of(record)?;
    let without = verdicts(record, &case, agreement, deny, &Consent::None);
    let with = verdicts(record, &case, agreement, deny, &Consent::All);
    let explained = case.leaves.iter().enumerate().map(|(index, leaf)| {
        let (verdict, rule) = match (&without.fates[index], &with.fates[index]) {
            (Fate::Kept, _) => (Verdict::Kept, None),
            (Fate::Changed(rule, value), _) => {
                let how = agreement.out.rules[*rule].how().as_str();
                let same = value == case.at(leaf);
                (if same { Verdict::Kept } else { Verdict::Changed }, Some(format!("rule[{rule}] {how}")))
            }
            (Fate::Dropped(why), Fate::Kept | Fate::Changed(..)) => (Verdict::Approval, Some(why.to_string())),
            (Fate::Vanished, Fate::Kept | Fate::Changed(..)) => (Verdict::Approval, None),
            (Fate::Dropped(why), _) => (Verdict::Removed, Some(why.to_string())),
            (Fate::Vanished, _) => (Verdict::Removed, Some("nothing else of its element goes".to_owned())),
        };
        let letter = match leaf.visibility {
            Visibility::Letters(letters) => letters.get(agreement.audience()).as_char().to_string(),
            other => other.to_string(),
        };
        Explained { path: leaf.place.to_string(), letter, verdict, rule }
    });
    Ok(explained.collect())
}

/// Tries an agreement on a record: whether the record could go at all, selectors that select nothing in it, values that
/// a rule was meant for and cannot handle, and whether anything but the frame would arrive. Findings are errors where
/// nothing would go, warnings where somebody should look, notes else.
///
/// # Errors
/// Never for a value of the record types; the signature is serde's.
pub fn test(
    record: &Record,
    agreement: &Agreement,
    deny: &DenyEntries,
    at: Timestamp,
) -> Result<Vec<Finding>, SharingError> {
    let mut findings = Vec::new();
    let mut add = |severity, path: &str, found: &str, expected: &str| {
        findings.push(Finding::new(severity, Code::SharingRefused, Position::default(), path, found, expected));
    };
    let whole = valid_at(agreement, at).and_then(|()| may_go(record, agreement, at, &Consent::All).map(|_| ()));
    if let Err(error) = whole {
        add(Severity::Error, "$", &error.to_string(), "a record that may go");
    }
    let case = Case::of(record)?;
    let Verdicts { fates, used, .. } = verdicts(record, &case, agreement, deny, &Consent::None);
    let texts = [
        ("allow", agreement.out.allow.iter().map(|selector| selector.as_str()).collect::<Vec<_>>()),
        ("remove", agreement.out.remove.iter().map(|selector| selector.as_str()).collect()),
        ("rule", agreement.out.rules.iter().map(|rule| rule.select().as_str()).collect()),
    ];
    for ((list, selectors), used) in texts.iter().zip(&used) {
        for (index, selector) in selectors.iter().enumerate().filter(|(index, _)| !used[*index]) {
            let found = format!("nothing at {selector}");
            add(Severity::Note, &format!("{list}[{index}]"), &found, "something that it selects in this record");
        }
    }
    for (leaf, fate) in case.leaves.iter().zip(&fates) {
        if let Fate::Dropped(why @ super::judge::Why::Unfit(..)) = fate {
            add(Severity::Warning, &leaf.place.to_string(), &why.to_string(), "a value that the rule can handle");
        }
    }
    let arrives = case.leaves.iter().zip(&fates).any(|(leaf, fate)| {
        matches!(fate, Fate::Kept | Fate::Changed(..))
            && matches!(leaf.visibility, Visibility::Letters(_))
            && !super::model::is_required(&leaf.place)
    });
    if !arrives {
        add(Severity::Warning, "$", "nothing but the frame", "something that the partner can use");
    }
    Ok(findings)
}

/// Verdicts without a secret: which pseudonym a value gets is not shown.
fn verdicts(record: &Record, case: &Case, agreement: &Agreement, deny: &DenyEntries, consent: &Consent) -> Verdicts {
    let forbidden = case.forbidden(record, &agreement.out.tlp, agreement.audience());
    let keys = PseudonymKey::new(&[0; PseudonymKey::BYTES]).of_case(agreement.partner(), &record.id);
    Bench { agreement, consent, keys: &keys, deny }.judge(record, case, &forbidden)
}
