//! `sirex init`, `key`, `deny`; opening a home for the other commands.

use std::{path::Path, sync::Arc};

use super::Failure;
use crate::{
    cli::{Deny, Init, Key},
    config::NewHome,
    error::Code,
    exchange::Home,
    output::{Shown, Table},
    store::Settings,
    world::{Clock as _, Machine},
};

/// A runtime for one command.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Code::StoreFailed, format!("no runtime: {error}")))
}

/// Opens the home by the machine's clock and randomness.
pub(super) async fn open(folder: &Path) -> Result<Home, Failure> {
    Ok(Home::open(folder, settings()?).await?)
}

fn settings() -> Result<Settings, Failure> {
    Ok(Settings { abort: abort_point()?, ..Settings::new(Arc::new(Machine), Arc::new(Machine)) })
}

/// Where a crash test wants the process to end (`SIREX_ABORT_AT`).
#[allow(clippy::disallowed_methods)] // the command line is where the environment is read
fn abort_point() -> Result<Option<crate::store::Abort>, Failure> {
    match std::env::var("SIREX_ABORT_AT") {
        Ok(point) => {
            let parsed = point.parse().map_err(|error| Failure::new(Code::Usage, format!("SIREX_ABORT_AT: {error}")));
            parsed.map(Some)
        }
        Err(_) => Ok(None),
    }
}

/// Does something with the opened home, and closes it.
pub(super) fn with<T>(folder: &Path, work: impl AsyncFnOnce(&mut Home) -> Result<T, Failure>) -> Result<T, Failure> {
    runtime()?.block_on(async {
        let mut home = open(folder).await?;
        let done = work(&mut home).await;
        home.gateway.store.close().await;
        done
    })
}

/// `sirex init`.
pub(super) fn init(folder: &Path, args: &Init) -> Result<Shown, Failure> {
    let new = NewHome {
        domain: &args.team,
        name: args.name.as_deref().unwrap_or(&args.team),
        email: &args.email,
        prefix: &args.prefix,
        push: args.push.as_deref(),
        listen: Some(args.listen),
    };
    runtime()?.block_on(Home::init(folder, &new, settings()?))?;
    let mut shown = keys(folder, &Key::List)?;
    shown.note(&format!("{} is the home of {}", folder.display(), args.team));
    Ok(shown)
}

/// `sirex key`.
pub(super) fn keys(folder: &Path, command: &Key) -> Result<Shown, Failure> {
    with(folder, async |home| match command {
        Key::List => Ok(describe_keys(home)),
        Key::Export { profile } => {
            let certificate = home.gateway.keys.certificate(*profile, home.gateway.clock.now())?;
            Ok(Shown::document(certificate.to_armored().into_bytes()))
        }
    })
}

fn describe_keys(home: &Home) -> Shown {
    let now = Machine.now();
    let mut text = String::new();
    let mut certificates = Vec::new();
    for certificate in home.gateway.keys.certificates() {
        let (fingerprint, profile) = (certificate.fingerprint(), certificate.profile());
        let expires = certificate.expires(now).map_or_else(|| "never".to_owned(), |time| time.to_string());
        text.push_str(&format!("openpgp {profile}\t{}\texpires {expires}\n", fingerprint.grouped()));
        certificates.push(serde_json::json!({
            "profile": profile.to_string(), "fingerprint": fingerprint.to_string(), "expires": expires,
        }));
    }
    let (pin, audit) = (home.tls.pin(), home.signer.verifier_key());
    text.push_str(&format!("tls\t{pin}\naudit\t{audit}\n"));
    let value = serde_json::json!({
        "openpgp": certificates, "tls": pin.to_string(), "audit": audit.to_string(),
    });
    Shown::said(text, value)
}

/// `sirex deny`.
pub(super) fn deny(folder: &Path, command: &Deny) -> Result<Shown, Failure> {
    with(folder, async |home| match command {
        Deny::Add { class, text, by } => {
            let tag = home.deny(*class, text, by).await?;
            Ok(Shown::said(&tag, serde_json::json!({ "class": class, "tag": tag })))
        }
        Deny::List => {
            let mut table = Table::new(["class", "tag"]);
            home.deny.list().for_each(|(class, tag)| table.row([serde_json::json!(class), serde_json::json!(tag)]));
            Ok(table.into())
        }
    })
}
