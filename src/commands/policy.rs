//! `sirex policy`.

use std::path::Path;

use serde_json::json;

use super::{Failure, files, home, partner::domain, release::find};
use crate::{
    cli::{Input, Policy, Tried},
    error::{Code, Severity},
    exchange::Home,
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
    let Some(file) = &tried.agreement else { return Ok(home.agreement(&domain)?) };
    let limits = AgreementLimits::default();
    let text = String::from_utf8(files::read(&Input::File(file.clone()), limits.bytes)?)
        .map_err(|_| Failure::new(Code::ConfigInvalid, format!("{} is not UTF-8", file.display())))?;
    Agreement::parse(&domain, &text, &limits).map_err(|finding| {
        Failure::new(finding.code, "the agreement cannot be tried").with(&file.display().to_string(), [finding])
    })
}
