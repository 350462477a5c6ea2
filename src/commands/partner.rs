//! `sirex partner`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Failure, doctor, files, home};
use crate::{
    cli::{Input, Partner},
    error::Code,
    exchange::{Home, write_card},
    output::{Shown, Table},
    partner::{Card, CardLimits, Comparison, Domain, Removed},
    time::WireTime,
};

/// A partner's name on the command line.
pub(super) fn domain(text: &str) -> Result<Domain, Failure> {
    text.parse().map_err(|error| Failure::new(Code::Usage, format!("{error}")))
}

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Partner) -> Result<Shown, Failure> {
    home::with(folder, async |home| match command {
        Partner::Card => Ok(Shown::document(write_card(home)?)),
        Partner::Add { file, by } => add(home, file, by).await,
        Partner::Verify { partner, fingerprint, by, how } => {
            let domain = domain(partner)?;
            let comparison = Comparison {
                at: WireTime::from_timestamp(home.gateway.clock.now()),
                by: by.clone(),
                how: how.clone(),
                fingerprints: vec![fingerprint.parse().map_err(|error| Failure::new(Code::Usage, format!("{error}")))?],
                pins: Vec::new(),
            };
            home.verify_partner(&domain, comparison).await?;
            Ok(state(&domain, "verified"))
        }
        Partner::List => list(home),
        Partner::Show { partner } => show(home, &domain(partner)?),
        Partner::Check { partner, offline } => {
            Ok(doctor::shown(home.examine_partner(&domain(partner)?, !offline).await, false))
        }
        Partner::Agree { partner, file, by } => {
            let domain = domain(partner)?;
            let agreement = home.agree(&domain, file, by).await?;
            let said = format!("version {} of the agreement with {domain} is in force", agreement.version());
            Ok(Shown::said(said, json!({ "partner": domain.as_str(), "version": agreement.version() })))
        }
        Partner::Remove { partner, by, why } => {
            let domain = domain(partner)?;
            let at = WireTime::from_timestamp(home.gateway.clock.now());
            home.remove_partner(&domain, Removed { at, by: by.clone(), why: why.clone() }).await?;
            Ok(state(&domain, "removed"))
        }
    })
}

fn state(domain: &Domain, state: &str) -> Shown {
    Shown::said(format!("{domain} is {state}"), json!({ "partner": domain.as_str(), "state": state }))
}

async fn add(home: &Home, file: &Path, by: &str) -> Result<Shown, Failure> {
    let limit = CardLimits::default().bytes as u64 * 2;
    let signed = files::read(&Input::File(file.to_owned()), limit)?;
    let (card, signer, received) = home.add_partner(&signed, by).await?;
    let mut text = format!("{} ({}), {}\n", card.domain, card.team, received.as_str());
    for (what, fingerprint) in card.fingerprints() {
        text.push_str(&format!("  {what}\t{fingerprint}\n"));
    }
    text.push_str(&format!("signed by\t{}\n", signer.grouped()));
    let value = json!({
        "partner": card.domain.as_str(),
        "team": card.team,
        "received": received.as_str(),
        "keys": keys(&card),
        "signed_by": signer.grouped(),
    });
    let mut shown = Shown::said(text, value);
    shown.note(
        "compare the signer's fingerprint with the partner over another channel, then say sirex partner verify; nothing \
        is exchanged before",
    );
    Ok(shown)
}

fn keys(card: &Card) -> Value {
    let key = |(what, fingerprint)| json!({ "key": what, "fingerprint": fingerprint });
    card.fingerprints().into_iter().map(key).collect()
}

fn list(home: &Home) -> Result<Shown, Failure> {
    let mut table = Table::new(["partner", "state", "team", "problem"]);
    for (domain, partner) in home.partners.list()? {
        let domain = json!(domain.as_str());
        match partner {
            Ok(partner) => {
                let standing = partner.standing();
                table.row([domain, json!(standing.state), json!(standing.team), Value::Null]);
            }
            Err(error) => table.row([domain, json!("unreadable"), Value::Null, json!(error.to_string())]),
        }
    }
    Ok(table.into())
}

fn show(home: &Home, domain: &Domain) -> Result<Shown, Failure> {
    let partner = home.partners.get(domain)?;
    let agreement = match home.agreement(domain) {
        Ok(agreement) => {
            let (from, until) = agreement.days();
            json!({
                "version": agreement.version(),
                "from": from.to_string(),
                "until": until.to_string(),
                "digest": agreement.digest(),
                "counts_now": agreement.is_valid_at(home.gateway.clock.now()),
            })
        }
        Err(error) => json!({ "problem": error.to_string() }),
    };
    let value = json!({
        "standing": partner.standing(),
        "contacts": partner.card().contacts,
        "keys": keys(partner.card()),
        "agreement": agreement,
    });
    Ok(Shown::members(value))
}
