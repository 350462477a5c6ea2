//! What RFC 7970 demands of a class in its text, beyond what the tables say.

use crate::class::Rule;

/// The rules, in the order of the RFC's sections.
pub(super) const RULES: &[Rule] = &[];
