//! `sirex init`, `key`, `deny`; opening a home for the other commands.

use std::{path::Path, sync::Arc};

use super::Failure;
use crate::{
    cli::{Deny, Init},
    error::Code,
    exchange::{Home, HomeConfig, Listen, Team},
    gate::DenyClass,
    output::Shown,
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
    let (clock, entropy) = (Arc::new(Machine), Arc::new(Machine));
    let mut settings = Settings::new(clock.clone(), entropy.clone());
    settings.abort = abort_point()?;
    Ok(Home::open(folder, settings, clock, entropy).await?)
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
    let config = HomeConfig {
        team: Team {
            domain: args.team.clone(),
            name: args.name.clone().unwrap_or_else(|| args.team.clone()),
            email: args.email.clone(),
            prefix: args.prefix.clone(),
            push: args.push.clone(),
        },
        listen: Listen { partner: args.listen.clone() },
    };
    let home = runtime()?.block_on(async {
        let home = Home::init(folder, config, Arc::new(Machine), Arc::new(Machine)).await?;
        home.gateway.store.clone().close().await;
        Ok::<_, Failure>(home)
    })?;
    let mut shown = describe_keys(&home);
    shown.note(&format!("{} is the home of {}", folder.display(), args.team));
    Ok(shown)
}

/// `sirex key list`.
pub(super) fn keys(folder: &Path) -> Result<Shown, Failure> {
    with(folder, async |home| Ok(describe_keys(home)))
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
    Shown::value(text, &value)
}

/// `sirex deny`.
pub(super) fn deny(folder: &Path, command: &Deny) -> Result<Shown, Failure> {
    with(folder, async |home| match command {
        Deny::Add { class, text } => {
            let known: Result<DenyClass, _> = serde_json::from_value(class.as_str().into());
            let class = known.map_err(|_| {
                Failure::new(Code::Usage, format!("{class} is none of hosts, networks, people, cases, canaries"))
            })?;
            let tag = home.deny(class, text)?;
            Ok(Shown::text(tag))
        }
        Deny::List => {
            let lines: String = home
                .deny
                .list()
                .map(|(class, tag)| format!("{}\t{tag}\n", format!("{class:?}").to_lowercase()))
                .collect();
            Ok(Shown::bytes(lines.into_bytes()))
        }
    })
}
