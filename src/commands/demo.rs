//! `sirex demo`.

use std::path::Path;

use super::Failure;
use crate::output::Shown;

pub(super) fn run(_keep: Option<&Path>) -> Result<Shown, Failure> {
    Ok(Shown::nothing())
}
