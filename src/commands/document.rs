//! Documents named on the command line.

use super::{Failure, files};
use crate::{cli::Input, error::Code, format::Format, translate};

/// Reads a document and says what is wrong with it; one that cannot be read at all is the error.
pub(super) fn read(input: &Input, format: Option<Format>, max_bytes: u64) -> Result<translate::Read, Failure> {
    let bytes = files::read(input, max_bytes)?;
    let Some(format) = format.or_else(|| translate::detect(&bytes)) else {
        let message = format!("{input} is of no format that is read here; name it with --from or --format");
        return Err(Failure::new(Code::FormatUnknown, message));
    };
    translate::read(&bytes, format, max_bytes).map_err(|finding| {
        Failure::new(finding.code, format!("{input} cannot be read as {format}")).with(&input.to_string(), [finding])
    })
}
