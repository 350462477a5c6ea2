//! Ids of what is written anew. They follow from the record and tell nothing of it: a keyed hash (HMAC-SHA256) of the record's
//! id and the element's, in the form of a UUID of version 4, as the specification wants it (STIX 2.1 §2.9) and from which it
//! cannot be told. Whoever has the key can find the element by the id, nobody else.

use aws_lc_rs::hmac;
use uuid::Uuid;

/// The key of such ids.
#[derive(Clone, Debug)]
pub struct IdKey(hmac::Key);

/// The key that `translate` uses without a home (record model §0a). Everybody knows it.
const PUBLIC: &[u8] = b"sirex: ids of documents that are translated without a home";

impl IdKey {
    /// A key of a home's own: 32 random bytes are enough.
    pub fn new(secret: &[u8]) -> Self {
        IdKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The key that everybody knows.
    pub fn public() -> Self {
        Self::new(PUBLIC)
    }

    /// The UUID of these names, one inside the other.
    pub(in crate::translate) fn uuid(&self, names: &[&str]) -> Uuid {
        let mut context = hmac::Context::with_key(&self.0);
        for name in names {
            // The length first, so that no two lists of names are the same bytes.
            context.update(&(name.len() as u64).to_be_bytes());
            context.update(name.as_bytes());
        }
        let tag = context.sign();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(byte, from)| *byte = *from);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// The id of an object of this type.
    pub(super) fn id(&self, kind: &str, names: &[&str]) -> String {
        let mut all = vec![kind];
        all.extend(names);
        format!("{kind}--{}", self.uuid(&all))
    }
}
