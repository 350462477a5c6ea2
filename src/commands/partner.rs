//! `sirex partner`.

use std::{fs, path::Path};

use super::{Failure, files, home};
use crate::{
    cli::{Input, Partner},
    error::Code,
    exchange::{add_card, write_card},
    output::Shown,
    partner::{CardLimits, Comparison, Domain, Removed},
    sharing::{Agreement, AgreementLimits},
    time::WireTime,
};

/// A partner's name on the command line.
pub(super) fn domain(text: &str) -> Result<Domain, Failure> {
    text.parse().map_err(|error| Failure::new(Code::Usage, format!("{error}")))
}

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Partner) -> Result<Shown, Failure> {
    home::with(folder, async |home| match command {
        Partner::Card => Ok(Shown::bytes(write_card(home)?)),
        Partner::Add { file } => {
            let limit = CardLimits::default().bytes as u64 * 2;
            let signed = files::read(&Input::File(file.clone()), limit)?;
            let (card, signer, received) = add_card(home, &signed)?;
            let mut text = format!("{} ({}), {received:?}\n", card.domain, card.team);
            for (what, fingerprint) in card.fingerprints() {
                text.push_str(&format!("  {what}\t{fingerprint}\n"));
            }
            text.push_str(&format!("signed by\t{}\n", signer.grouped()));
            let mut shown = Shown::text(text);
            shown.note(
                "not verified: compare the signer's fingerprint with the partner over another channel, then say \
                        sirex partner verify",
            );
            Ok(shown)
        }
        Partner::Verify { partner, fingerprint, by, how } => {
            let domain = domain(partner)?;
            let comparison = Comparison {
                at: WireTime::from_timestamp(home.gateway.clock.now()),
                by: by.clone(),
                how: how.clone(),
                fingerprints: vec![fingerprint.parse().map_err(|error| Failure::new(Code::Usage, format!("{error}")))?],
                pins: Vec::new(),
            };
            home.partners.verify(&domain, comparison)?;
            Ok(Shown::text(format!("{domain} is verified")))
        }
        Partner::List => {
            let mut text = String::new();
            for (domain, partner) in home.partners.list()? {
                match partner {
                    Ok(partner) => {
                        let state = format!("{:?}", partner.standing().state).to_lowercase();
                        text.push_str(&format!("{domain}\t{state}\t{}\n", partner.standing().team));
                    }
                    Err(error) => text.push_str(&format!("{domain}\tunreadable\t{error}\n")),
                }
            }
            Ok(Shown::bytes(text.into_bytes()))
        }
        Partner::Agree { partner, file } => {
            let domain = domain(partner)?;
            home.partners.get(&domain)?;
            let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(file, &error))?;
            let agreement = Agreement::parse(&domain, &text, &AgreementLimits::default()).map_err(|finding| {
                Failure::new(finding.code, "the agreement is not in force").with(&file.display().to_string(), [finding])
            })?;
            files::write(&home.partners.agreement_file(&domain), text.as_bytes())?;
            Ok(Shown::text(format!("version {} of the agreement with {domain} is in force", agreement.version())))
        }
        Partner::Remove { partner, by, why } => {
            let domain = domain(partner)?;
            let at = WireTime::from_timestamp(home.gateway.clock.now());
            home.partners.remove(&domain, Removed { at, by: by.clone(), why: why.clone() })?;
            Ok(Shown::text(format!("{domain} is no partner any more")))
        }
    })
}
