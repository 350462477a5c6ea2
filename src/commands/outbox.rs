//! `sirex outbox`.

use std::{path::Path, sync::Arc};

use serde_json::{Value, json};

use super::{Failure, home};
use crate::{
    cli::Outbox,
    exchange::flush,
    output::{Shown, Table},
    store::{OutboxState, ReleaseState, Store, Tx},
};

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Outbox) -> Result<Shown, Failure> {
    match command {
        Outbox::List { partner, limit } => {
            home::with(folder, async |home| list(&home.gateway.store, partner.as_deref(), *limit).await)
        }
        Outbox::Show { message } => home::with(folder, async |home| show(&home.gateway.store, message).await),
        Outbox::Flush => flushed(folder),
        Outbox::Retry { message, by } => home::with(folder, async |home| {
            let (id, who) = (message.clone(), by.clone());
            home.gateway.store.act("retry", async move |tx: &mut Tx| tx.requeue(&id, &who).await).await?;
            Ok(state(message, OutboxState::Queued))
        }),
        Outbox::Park { message, by } => home::with(folder, async |home| {
            let (id, who) = (message.clone(), by.clone());
            home.gateway.store.act("park", async move |tx: &mut Tx| tx.park(&id, &who).await).await?;
            Ok(state(message, OutboxState::Parked))
        }),
    }
}

fn state(message: &str, state: OutboxState) -> Shown {
    let state = state.as_str();
    Shown::said(format!("{message} is {state}"), json!({ "message": message, "state": state }))
}

async fn list(store: &Store, partner: Option<&str>, limit: u32) -> Result<Shown, Failure> {
    let mut table = Table::new(["id", "partner", "state", "attempts", "since", "code"]);
    for one in store.releases(ReleaseState::Proposed, limit).await? {
        if partner.is_none_or(|partner| partner == one.partner) {
            let since = one.proposed_at.to_string();
            table.row([json!(one.id), json!(one.partner), json!("proposed"), json!(0), json!(since), Value::Null]);
        }
    }
    for one in store.outbox(None, partner, limit).await? {
        table.row([
            json!(one.message),
            json!(one.partner),
            json!(one.state.as_str()),
            json!(one.attempts),
            json!(one.queued_at.to_string()),
            json!(one.code),
        ]);
    }
    Ok(table.into())
}

async fn show(store: &Store, message: &str) -> Result<Shown, Failure> {
    let found = store.message(message).await?;
    let receipt = match found.receipt {
        Some(receipt) => Some(String::from_utf8_lossy(&store.bytes(receipt).await?).into_owned()),
        None => None,
    };
    let attempts = store.attempts(message).await?.into_iter().map(|one| {
        json!({
            "attempt": one.attempt,
            "began_at": one.began_at.to_string(),
            "ended_at": one.ended_at.map(|at| at.to_string()),
            "outcome": one.outcome,
        })
    });
    let value = json!({
        "message": found.message,
        "partner": found.partner,
        "release": found.release,
        "media_type": found.media_type,
        "wire": found.wire,
        "state": found.state.as_str(),
        "code": found.code,
        "queued_at": found.queued_at.to_string(),
        "next_at": found.next_at.to_string(),
        "deadline": found.deadline.to_string(),
        "attempts": attempts.collect::<Vec<_>>(),
        "receipt_digest": found.receipt,
        "receipt": receipt,
    });
    Ok(Shown::members(value))
}

fn flushed(folder: &Path) -> Result<Shown, Failure> {
    home::runtime()?.block_on(async {
        let home = Arc::new(home::open(folder).await?);
        let store = home.gateway.store.clone();
        let deliveries = flush(home).await;
        store.close().await;
        let mut table = Table::new(["message", "partner", "state", "word"]);
        let mut exit = 0;
        for one in deliveries? {
            exit = exit.max(match one.state {
                OutboxState::Delivered => 0,
                OutboxState::Refused => 1,
                _ => 3,
            });
            table.row([json!(one.message), json!(one.partner), json!(one.state.as_str()), json!(one.word)]);
        }
        let mut shown = Shown::from(table);
        shown.exit = exit;
        Ok(shown)
    })
}
