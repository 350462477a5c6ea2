//! `sirex seal`, `open`: what is carried by hand.

use std::path::Path;

use serde_json::json;

use super::{Failure, files, home, partner::domain};
use crate::{
    audit::{Entry, Field, Kind},
    cli::{MAX_BYTES, Open, Seal},
    digest::Digest,
    error::Code,
    exchange::Home,
    openpgp::{self, Demand, Expect, Limits, Profile, PublicCert},
    output::Shown,
    store::Tx,
};

/// `sirex seal`.
pub(super) fn seal(folder: &Path, args: &Seal) -> Result<Shown, Failure> {
    home::with(folder, async |home| {
        let wire = match (&args.partner, &args.recipient, &args.ungated) {
            (Some(partner), _, _) => home.hand_out(&args.what, &domain(partner)?, &args.by).await?,
            (None, Some(certificate), Some(reason)) => ungated(home, args, certificate, reason).await?,
            _ => return Err(Failure::new(Code::Usage, "--partner, or --recipient with --ungated")),
        };
        files::deliver(args.output.as_deref(), wire)
    })
}

/// Seals a file for somebody who need not be a partner. Nothing looks at what is in it, and the log says so.
async fn ungated(home: &Home, args: &Seal, certificate: &Path, reason: &str) -> Result<Vec<u8>, Failure> {
    let input = args.what.parse().unwrap_or_else(|never| match never {});
    let bytes = files::read(&input, MAX_BYTES)?;
    let armored = files::read(&crate::cli::Input::File(certificate.to_owned()), MAX_BYTES)?;
    let now = home.gateway.clock.now();
    let recipient = PublicCert::import(&armored, now)
        .map_err(|error| Failure::new(error.code(), format!("{}: {error}", certificate.display())))?;
    let wire = openpgp::seal_ungated(&bytes, &recipient, &home.gateway.keys, recipient.profile(), now, true)?;
    let entry = Entry::new(Kind::HandedOut, &*args.by)
        .text(Field::What, reason)
        .digest(Field::Wire, Digest::of(&wire))
        .digest(Field::Cleartext, Digest::of(&bytes));
    let work = async move |tx: &mut Tx, intent| tx.close_intent(intent, entry).await;
    home.gateway.store.outbound(&args.by, "seal", work).await.map_err(|error: crate::store::Error| error)?;
    Ok(wire)
}

/// `sirex open`.
pub(super) fn open(folder: &Path, args: &Open) -> Result<Shown, Failure> {
    home::with(folder, async |home| {
        let bytes = files::read(&args.input, MAX_BYTES)?;
        let signers = match &args.from {
            Some(partner) => home.sender(&domain(partner)?)?.certificates,
            None => home.gateway.keys.certificates(),
        };
        let expect = Expect {
            signers: &signers,
            profile: Profile::Rfc4880,
            // The person who opens it is told what the signature is worth.
            signature: Demand::Optional,
            sealing: Demand::Optional,
            now: home.gateway.clock.now(),
            limits: Limits::default(),
        };
        let (cleartext, verification) = openpgp::open_local(&bytes, &home.gateway.keys, &expect)?;
        let found = String::from_utf8_lossy(&verification.to_json()).into_owned();
        let mut shown = match &args.output {
            Some(path) => {
                files::write(path, |out| out.write_all(&cleartext))?;
                let value: serde_json::Value = serde_json::from_str(&found).unwrap_or_default();
                Shown::said("", json!({ "file": path, "verification": value }))
            }
            None => Shown::document(cleartext),
        };
        shown.note(&found);
        Ok(shown)
    })
}
