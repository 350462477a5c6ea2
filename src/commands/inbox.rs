//! `sirex inbox`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Failure, files, home, partner::domain};
use crate::{
    cli::{Inbox, InboxState, Message},
    error::Code,
    exchange::{self, Home},
    gate::Outcome,
    output::{Shown, Table},
    store::Received,
};

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Inbox) -> Result<Shown, Failure> {
    home::with(folder, async |home| match command {
        Inbox::List { state, limit } => list(home, *state, *limit).await,
        Inbox::Show(message) => show(home, &find(home, message).await?).await,
        Inbox::Export { message, original, output } => {
            let (kept, opened) = home.gateway.store.original(&find(home, message).await?.original).await?;
            let bytes = match (original, opened) {
                (true, _) => kept.bytes().to_vec(),
                (false, Some(opened)) => home.gateway.store.bytes(opened.cleartext).await?.to_vec(),
                (false, None) => {
                    let text = "it was never opened; --original gives its bytes as they came";
                    return Err(Failure::new(Code::WrongState, text));
                }
            };
            files::deliver(output.as_deref(), bytes)
        }
        Inbox::Import { from, file } => {
            let sender = home.sender(&domain(from)?)?;
            let body = files::read(file, sender.max_bytes)?;
            let media_type = exchange::media_type_of(&body).to_owned();
            let message = exchange::Message { id: None, media_type, body };
            Ok(Shown::document(home.gateway.take_in(&sender, message).await?.as_bytes().to_vec()))
        }
        Inbox::Accept { message, by } => {
            let received = find(home, message).await?;
            let sender = home.sender(&domain(&received.partner)?)?;
            let number = home.gateway.accept(&sender, &received, by).await?;
            Ok(Shown::said(&number, json!({ "message": received.message, "outcome": "filed", "number": number })))
        }
        Inbox::Refuse { message, by, reason } => {
            let received = find(home, message).await?;
            home.gateway.refuse(&received, reason, by).await?;
            let value = json!({ "message": received.message, "outcome": "refused" });
            Ok(Shown::said(format!("{} is refused", received.message), value))
        }
    })
}

/// The one message that is meant.
async fn find(home: &Home, message: &Message) -> Result<Received, Failure> {
    let mut found = home.gateway.store.received_as(&message.id, message.from.as_deref()).await?;
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(Failure::new(Code::NotFound, format!("no message {}", message.id))),
        _ => {
            let partners: Vec<_> = found.iter().map(|one| one.partner.as_str()).collect();
            let text = format!("several partners have sent a message {}: --from {}", message.id, partners.join(" or "));
            Err(Failure::new(Code::Usage, text))
        }
    }
}

fn outcome(received: &Received) -> &'static str {
    received.outcome.map_or("unsettled", Outcome::as_str)
}

async fn list(home: &Home, state: Option<InboxState>, limit: u32) -> Result<Shown, Failure> {
    let store = &home.gateway.store;
    let messages = match state {
        Some(InboxState::Unsettled) => store.unsettled(limit).await?,
        Some(InboxState::Ended(outcome)) => store.inbox(Some(outcome), limit).await?,
        None => store.inbox(None, limit).await?,
    };
    let mut table = Table::new(["received_at", "partner", "message", "outcome", "number", "code"]);
    for one in messages {
        table.row([
            json!(one.received_at.to_string()),
            json!(one.partner),
            json!(one.message),
            json!(outcome(&one)),
            json!(one.number),
            json!(one.code),
        ]);
    }
    Ok(table.into())
}

/// All that is known of a message. What its signature is worth stands as it was found when it was opened.
async fn show(home: &Home, received: &Received) -> Result<Shown, Failure> {
    let store = &home.gateway.store;
    let (original, opened) = store.original(&received.original).await?;
    let verification: Value = match opened {
        Some(opened) => serde_json::from_slice(&store.bytes(opened.verification).await?).unwrap_or_default(),
        None => Value::Null,
    };
    let value = json!({
        "message": received.message,
        "partner": received.partner,
        "received_at": received.received_at.to_string(),
        "copies": received.copies,
        "media_type": original.media_type(),
        "size": original.size(),
        "digest": received.digest,
        "outcome": outcome(received),
        "settled_at": received.settled_at.map(|at| at.to_string()),
        "number": received.number,
        "code": received.code,
        "reason": received.reason,
        "receipt": received.receipt,
        "verification": verification,
    });
    Ok(Shown::members(value))
}
