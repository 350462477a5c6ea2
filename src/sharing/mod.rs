//! What a partner may have of a record: agreements, sanitising, and the order to the gate.
//!
//! ```text
//! Record, Terms { Verified, Agreement, .. } ─ sanitise ─► Sanitised { Released, .. } ─ order ─► gate::Order
//! ```
//!
//! What goes is the visibility column of the partner's audience ∩ `allow` − `remove`, within what markings permit; values
//! with the letter `S` go when a rule made them harmless, with `C` by consent and then approval. `docs/sharing.md` tells
//! it for those who write agreements. Nothing here knows an exchange format; nothing but the small loaders does I/O.

mod agreement;
mod case;
mod deny;
mod error;
mod explain;
mod guard;
mod judge;
mod model;
mod order;
mod removals;
mod residue;
mod rules;
mod sanitise;
mod selector;
mod written;

pub use agreement::{Agreement, AgreementLimits, DEFAULT_MAX_BYTES, In, Out};
pub use deny::{DenyEntries, DenyError, DenyKey, MAX_BYTES as MAX_DENY_BYTES, MAX_ENTRIES as MAX_DENY_ENTRIES};
pub use error::SharingError;
pub use explain::{Explained, Verdict, explain, test};
pub use judge::Consent;
pub use order::{Ourselves, order};
pub use rules::{How, PseudonymKey, Rule};
pub use sanitise::{Sanitised, Terms, sanitise};
pub use selector::{BadSelector, Selector, SelectorLimits};
