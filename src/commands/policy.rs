//! `sirex policy`.

use std::path::Path;

use serde_json::json;

use super::{Failure, home, partner::domain, release::find};
use crate::{
    cli::{Policy, Tried},
    error::Severity,
    exchange::{Home, HomeError},
    output::{Shown, Table},
    sharing::{self, Agreement, AgreementLimits},
};

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Policy) -> Result<Shown, Failure> {
    home::with(folder, async |home| {
        let (Policy::Explain(tried) | Policy::Test(tried)) = command;
        let record = find(home, &tried.record).await?;
        let agreement = agreement(home, tried)?;
        match command {
            Policy::Explain(_) => {
                let mut table = Table::new(["path", "letter", "verdict", "rule"]);
                for one in sharing::explain(&record, &agreement, &home.deny)? {
                    table.row([json!(one.path), json!(one.letter), json!(one.verdict), json!(one.rule)]);
                }
                Ok(table.into())
            }
            Policy::Test(_) => {
                let findings = sharing::test(&record, &agreement, &home.deny, home.gateway.clock.now())?;
                let bad = findings.iter().any(|finding| finding.severity == Severity::Error);
                let name = format!("agreement with {}", agreement.partner());
                let findings: Vec<_> = findings.into_iter().map(|finding| (name.clone(), finding)).collect();
                let mut shown = Shown::findings(&findings);
                shown.exit = u8::from(bad);
                Ok(shown)
            }
        }
    })
}

fn agreement(home: &Home, tried: &Tried) -> Result<Agreement, Failure> {
    let domain = domain(&tried.partner)?;
    Ok(match &tried.agreement {
        Some(file) => Agreement::load(&domain, file, &AgreementLimits::default()).map_err(HomeError::from)?,
        None => home.agreement(&domain)?,
    })
}
