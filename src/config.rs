//! Typed configuration, and how the files of a home are read and written.

mod files;
mod text;

pub use files::{Access, FileError, read_bytes, read_text, write};
pub use text::{finding_at, from_toml, schema_of};
