//! `sirex preview`, `send`, `approve`, `reject`.

use std::{path::Path, time::Duration};

use serde_json::json;

use super::{Failure, home, partner::domain, record};
use crate::{
    cli::{Preview, RecordName, Send},
    digest::Digest,
    exchange::{Home, Sent},
    output::Shown,
    record::Record,
    sharing::Consent,
    store::OutboxState,
};

/// How often the end of a message is looked for.
const LOOK: Duration = Duration::from_millis(250);

fn consent(all: bool) -> Consent {
    if all { Consent::All } else { Consent::None }
}

/// The record that is meant: of the store, or the first of a file.
pub(super) async fn find(home: &Home, name: &RecordName) -> Result<Record, Failure> {
    match name {
        RecordName::Stored(name) => Ok(home.gateway.record(name).await?.0),
        RecordName::In(input) => Ok(record::read(input)?.swap_remove(0)),
    }
}

/// `sirex preview`.
pub(super) fn preview(folder: &Path, args: &Preview) -> Result<Shown, Failure> {
    let domain = domain(&args.partner)?;
    home::with(folder, async |home| {
        let record = find(home, &args.record).await?;
        let prepared = home.prepare(&record, &domain, &consent(args.consent))?;
        let approved = args.consent.then(|| Digest::of(&prepared.bytes));
        let verdict = home.clear(&prepared, approved);
        let sanitised = &prepared.sanitised;
        let text = String::from_utf8_lossy(&prepared.bytes);
        let mut shown = Shown::said(
            text.clone(),
            json!({
                "format": prepared.agreement.format().as_str(),
                "cleartext": text,
                "removed": sanitised.released().removed(),
                "changed": sanitised.changed(),
                "by_consent": sanitised.consented(),
                "cleared": verdict.is_ok(),
                "clearance": verdict.as_ref().ok().map(|cleared| cleared.clearance()),
                "refusal": verdict.as_ref().err().map(ToString::to_string),
            }),
        );
        for (what, list) in [
            ("held back", sanitised.released().removed()),
            ("made harmless", sanitised.changed()),
            ("by consent only", sanitised.consented()),
        ] {
            for one in list {
                shown.note(&format!("{what}: {} ({})", one.path, one.why));
            }
        }
        match verdict {
            Ok(_) => shown.note("the gate lets it pass"),
            Err(error) => {
                shown.note(&error.to_string());
                shown.exit = error.code().exit();
            }
        }
        Ok(shown)
    })
}

/// `sirex send`.
pub(super) fn send(folder: &Path, args: &Send) -> Result<Shown, Failure> {
    let domain = domain(&args.partner)?;
    home::with(folder, async |home| {
        let message = match home.send(&args.record, &domain, &consent(args.consent), &args.by).await? {
            Sent::Queued(message) => message,
            Sent::Proposed(release) => {
                let mut shown = Shown::said(&release, json!({ "state": "proposed", "release": release }));
                shown.note("it needs approval: sirex approve");
                return Ok(shown);
            }
        };
        match args.wait {
            None => Ok(Shown::said(&message, json!({ "state": "queued", "message": message }))),
            Some(seconds) => settled(home, &message, Duration::from_secs(seconds)).await,
        }
    })
}

/// Waits for the end of a message: 0 the partner has it, 1 refused, 3 nothing in time.
async fn settled(home: &Home, message: &str, limit: Duration) -> Result<Shown, Failure> {
    let mut tick = tokio::time::interval(LOOK);
    let mut looks = limit.as_millis() / LOOK.as_millis();
    loop {
        tick.tick().await;
        let found = home.gateway.store.message(message).await?;
        let exit = match found.state {
            OutboxState::Delivered => Some(0),
            OutboxState::Refused => Some(1),
            _ if looks == 0 => Some(3),
            _ => None,
        };
        if let Some(exit) = exit {
            let state = found.state.as_str();
            let mut shown = Shown::said(message, json!({ "state": state, "message": message, "code": found.code }));
            shown.note(&format!("{state}{}", found.code.map(|code| format!(": {code}")).unwrap_or_default()));
            shown.exit = exit;
            return Ok(shown);
        }
        looks -= 1;
    }
}

/// `sirex approve`.
pub(super) fn approve(folder: &Path, release: &str, by: &str) -> Result<Shown, Failure> {
    home::with(folder, async |home| {
        let message = home.approve(release, by).await?;
        Ok(Shown::said(&message, json!({ "state": "queued", "message": message })))
    })
}

/// `sirex reject`.
pub(super) fn reject(folder: &Path, release: &str, by: &str) -> Result<Shown, Failure> {
    home::with(folder, async |home| {
        home.reject(release, by).await?;
        Ok(Shown::said(format!("{release} is rejected"), json!({ "state": "rejected", "release": release })))
    })
}
