//! `sirex preview`, `send`, `approve`, `inbox`, `outbox`, `serve`.

use std::{path::Path, sync::Arc, time::Duration};

use super::{Failure, home, partner::domain};
use crate::{
    cli::{Input, Outbox},
    exchange::{DispatchError, Home, Sent, Serving, flush},
    gate,
    output::Shown,
    record::Record,
    sharing::Consent,
    store::OutboxState,
};

fn consent(all: bool) -> Consent {
    if all { Consent::All } else { Consent::None }
}

/// A record by tracking number, or the first of a file (`./x.json`, `/x.json`).
async fn find(home: &Home, name: &str) -> Result<Record, Failure> {
    if name.starts_with("./") || name.starts_with('/') {
        let mut records = super::record::read(&Input::File(name.into()))?;
        return Ok(records.swap_remove(0));
    }
    Ok(home.record(name).await?.0)
}

/// `sirex preview`.
pub(super) fn preview(folder: &Path, name: &str, partner: &str, all: bool) -> Result<Shown, Failure> {
    let domain = domain(partner)?;
    home::with(folder, async |home| {
        let record = find(home, name).await?;
        let prepared = home.prepare(&record, &domain, &consent(all))?;
        let approved = all.then(|| crate::digest::Digest::of(&prepared.bytes));
        let verdict = home.clear(&prepared, approved);
        let sanitised = &prepared.sanitised;
        let value = serde_json::json!({
            "cleartext": String::from_utf8_lossy(&prepared.bytes),
            "removed": sanitised.released().removed(),
            "changed": sanitised.changed(),
            "by_consent": sanitised.consented(),
            "gate": verdict.as_ref().map(|cleared| cleared.clearance().clone()).map_err(ToString::to_string),
        });
        let mut shown = Shown::value(String::from_utf8_lossy(&prepared.bytes), &value);
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
                shown.exit = 1;
            }
        }
        Ok(shown)
    })
}

/// `sirex send`.
pub(super) fn send(
    folder: &Path,
    name: &str,
    partner: &str,
    all: bool,
    wait: Option<u64>,
    by: &str,
) -> Result<Shown, Failure> {
    let domain = domain(partner)?;
    home::with(folder, async |home| {
        let message = match home.send(name, &domain, &consent(all), by).await? {
            Sent::Queued(message) => message,
            Sent::Proposed(release) => {
                let mut shown = Shown::text(&release);
                shown.note("it needs approval: sirex approve");
                return Ok(shown);
            }
        };
        let mut shown = Shown::text(&message);
        if let Some(seconds) = wait {
            shown.exit = settled(home, &message, seconds).await?;
        }
        Ok(shown)
    })
}

/// Waits for the end of a message: 0 filed, 1 refused, 3 nothing in time.
async fn settled(home: &Home, message: &str, seconds: u64) -> Result<u8, Failure> {
    for _ in 0..seconds.saturating_mul(4) {
        match home.gateway.store.message(message).await?.state {
            OutboxState::Delivered => return Ok(0),
            OutboxState::Refused => return Ok(1),
            _ => tokio::time::sleep(Duration::from_millis(250)).await,
        }
    }
    Ok(3)
}

/// `sirex approve`.
pub(super) fn approve(folder: &Path, release: &str, by: &str) -> Result<Shown, Failure> {
    home::with(folder, async |home| Ok(Shown::text(home.approve(release, &Consent::All, by).await?)))
}

/// `sirex inbox list`.
pub(super) fn inbox(folder: &Path) -> Result<Shown, Failure> {
    home::with(folder, async |home| {
        let mut text = String::new();
        for one in home.gateway.store.inbox(None, 1_000).await? {
            let fate = one.outcome.map_or("unsettled", gate::Outcome::as_str);
            let more = one.number.or(one.code).unwrap_or_default();
            text.push_str(&format!("{}\t{}\t{}\t{fate}\t{more}\n", one.received_at, one.partner, one.message));
        }
        Ok(Shown::bytes(text.into_bytes()))
    })
}

/// `sirex outbox`.
pub(super) fn outbox(folder: &Path, command: &Outbox) -> Result<Shown, Failure> {
    match command {
        Outbox::List => home::with(folder, async |home| {
            let mut text = String::new();
            for one in home.gateway.store.outbox(None, None, 1_000).await? {
                let state = format!("{:?}", one.state).to_lowercase();
                let code = one.code.unwrap_or_default();
                text.push_str(&format!(
                    "{}\t{}\t{state}\t{} attempts\t{code}\n",
                    one.message, one.partner, one.attempts
                ));
            }
            Ok(Shown::bytes(text.into_bytes()))
        }),
        Outbox::Flush => home::runtime()?.block_on(async {
            let home = Arc::new(home::open(folder).await?);
            let store = home.gateway.store.clone();
            let deliveries = flush(home).await;
            store.close().await;
            let mut shown = Shown::nothing();
            for one in deliveries? {
                shown.note(&format!("{} to {}: {}", one.message, one.partner, one.word));
                shown.exit = shown.exit.max(match one.state {
                    OutboxState::Delivered => 0,
                    OutboxState::Refused => 1,
                    _ => 3,
                });
            }
            Ok(shown)
        }),
    }
}

/// `sirex serve`: until an interrupt or a termination signal.
pub(super) fn serve(folder: &Path) -> Result<Shown, Failure> {
    home::runtime()?.block_on(async {
        let home = home::open(folder).await?;
        let serving = Serving::start(home).await?;
        // For whoever started it: it serves now, and where.
        println!("serving on {}", serving.address());
        serving.run(stop()).await;
        Ok(Shown::nothing())
    })
}

async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

/// So that `?` works on what the pipelines return within async closures.
impl From<Box<DispatchError>> for Failure {
    fn from(error: Box<DispatchError>) -> Self {
        Failure::from(*error)
    }
}
