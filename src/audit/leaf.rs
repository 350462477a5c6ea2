//! What one line of the log says, and its one encoding.
//!
//! A leaf is a flat JSON object in canonical form (RFC 8785: members sorted, nothing between tokens) whose members and
//! their shapes are closed tables. No member can hold free text: an identifier has no spaces, a word is lower case, the
//! rest are digests, numbers and times. So a leaf can say which record was sent to whom, and never what is in it.

use std::{collections::BTreeMap, fmt};

use serde_json::Value as Json;

use crate::digest::Digest;

/// Version of the leaf encoding, its member `v`.
pub const VERSION: u64 = 1;

/// Longest identifier in a leaf, in characters.
pub const ID_CHARS: usize = 200;

/// Longest word in a leaf, in characters.
pub const WORD_CHARS: usize = 64;

/// Largest number in a leaf: 2^53 - 1, which every JSON reader keeps exactly (RFC 7493 §2.2).
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

/// What the value of a field looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// 1 to [`ID_CHARS`] printable ASCII characters without spaces.
    Id,
    /// 1 to [`WORD_CHARS`] of `a-z`, `0-9` and `-`.
    Word,
    /// A digest in its written form.
    Digest,
    /// 0 to [`NUMBER_MAX`].
    Number,
}

impl Shape {
    /// Whether a text has this shape; one that is no text has it as it is written.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Shape::Id => is_id(text),
            Shape::Word => is_word(text),
            Shape::Digest => text.parse::<Digest>().is_ok(),
            Shape::Number => text.parse::<u64>().is_ok_and(|number| number <= NUMBER_MAX),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Id => write!(f, "1 to {ID_CHARS} printable ASCII characters without spaces"),
            Shape::Word => write!(f, "1 to {WORD_CHARS} of a-z, 0-9 and -"),
            Shape::Digest => f.write_str("sha256: and 64 lower-case hexadecimal digits"),
            Shape::Number => write!(f, "a number from 0 to {NUMBER_MAX}"),
        }
    }
}

macro_rules! fields {
    ($( $variant:ident $name:literal $shape:ident $doc:literal; )*) => {
        /// A member of a leaf beside the five that all leaves have (`v`, `seq`, `at`, `kind`, `actor`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field { $( #[doc = $doc] $variant, )* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[ $( Field::$variant, )* ];

            /// The member's name.
            pub const fn name(self) -> &'static str {
                match self { $( Field::$variant => $name, )* }
            }

            /// What its value looks like.
            pub const fn shape(self) -> Shape {
                match self { $( Field::$variant => Shape::$shape, )* }
            }

            /// What it stands for.
            pub const fn meaning(self) -> &'static str {
                match self { $( Field::$variant => $doc, )* }
            }
        }
    };
}

fields! {
    Attempt "attempt" Number "How many times a message was tried.";
    Cleartext "cleartext" Digest "Digest of the cleartext of a release.";
    Code "code" Word "An error code of ours or of the partner.";
    Count "count" Number "How many.";
    Digest "digest" Digest "Digest of the subject's bytes.";
    Intent "intent" Number "Sequence number of the intent that this leaf closes.";
    Key "key" Id "A verifier key or a key's fingerprint.";
    Message "message" Id "Message id, the sender's.";
    Number "number" Id "A tracking number.";
    Origin "origin" Id "Name of the log.";
    Original "original" Id "Identifier of a stored original.";
    Partner "partner" Id "A partner's domain.";
    Policy "policy" Number "Version of an agreement.";
    Receipt "receipt" Digest "Digest of a receipt as it was sent or came.";
    Record "record" Id "Identifier of a record.";
    Release "release" Id "Identifier of a release.";
    Revision "revision" Number "Number of a record's revision.";
    Size "size" Number "Length in bytes.";
    Status "status" Word "How it ended.";
    Verification "verification" Digest "Digest of the result of a signature check.";
    What "what" Word "Which of the acts that share a kind.";
    Wire "wire" Digest "Digest of the bytes that travel.";
}

macro_rules! kinds {
    ($( $variant:ident $name:literal [$($need:ident)*] [$($may:ident)*] $doc:literal; )*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $( #[doc = $doc] $variant, )* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[ $( Kind::$variant, )* ];

            /// The kind as written.
            pub const fn as_str(self) -> &'static str {
                match self { $( Kind::$variant => $name, )* }
            }

            /// Fields that a leaf of this kind must have.
            pub const fn needs(self) -> &'static [Field] {
                match self { $( Kind::$variant => &[ $( Field::$need, )* ], )* }
            }

            /// Further fields that it may have.
            pub const fn may_have(self) -> &'static [Field] {
                match self { $( Kind::$variant => &[ $( Field::$may, )* ], )* }
            }

            /// What it stands for.
            pub const fn meaning(self) -> &'static str {
                match self { $( Kind::$variant => $doc, )* }
            }

            /// Whether a leaf of this kind ends an intent.
            pub fn closes_intent(self) -> bool {
                self.needs().contains(&Field::Intent)
            }

            fn parse(text: &str) -> Option<Kind> {
                match text { $( $name => Some(Kind::$variant), )* _ => None }
            }
        }
    };
}

kinds! {
    // kind, what it must have, what it may have
    Genesis "genesis" [Origin Key] [] "The log begins: its name and the key that signs its checkpoints.";
    RecordCreated "record-created" [Record Revision Digest] [Number] "A record was made.";
    RecordRevised "record-revised" [Record Revision Digest] [] "A record got a new revision.";
    NumberBurnt "number-burnt" [Number] [Record] "A tracking number will never be given out again.";
    Decision "decision" [Record What] [Digest Revision] "Somebody decided something about a record; the digest is of the reasons.";
    RestrictedRead "restricted-read" [Record What] [Revision] "A restricted record was read.";
    Released "released" [Release Record Revision Partner Policy Cleartext] [] "A release was made: these bytes, for this partner.";
    Approved "approved" [Release Cleartext] [] "Exactly these bytes were approved.";
    Rejected "rejected" [Release Cleartext] [] "The release was rejected.";
    Intent "intent" [What] [Partner Release] "The number of an outbound act was drawn; the act, or `abandoned`, must follow.";
    Sent "sent" [Intent Message Release Partner Cleartext Wire] [] "A message was put in the outbox; from here on it leaves by itself.";
    Served "served" [Intent Partner Wire] [Message Release Cleartext] "A partner fetched something from us.";
    HandedOut "handed-out" [Intent What Wire] [Partner Release Cleartext] "A sealed or exported message was given to somebody here, to carry it by hand.";
    Abandoned "abandoned" [Intent] [] "The act whose number was drawn did not happen.";
    DeliveryOutcome "delivery-outcome" [Message Partner Status Attempt] [Code Receipt] "How the delivery of a message ended.";
    OriginalKept "original-kept" [Original Partner Digest Size] [] "Bytes that came in were stored as they came.";
    OriginalOpened "original-opened" [Original Digest Verification] [] "Cleartext and check result were stored beside an original.";
    OutboxChanged "outbox-changed" [Message What] [] "Somebody parked a message by hand or had it tried again.";
    Received "received" [Partner Message Digest Status] [Code Number Original] "What became of a message that came in.";
    ReceiptIssued "receipt-issued" [Partner Message Receipt] [] "We answered a message.";
    ReceiptReceived "receipt-received" [Partner Message Receipt Status] [] "A partner answered a message of ours.";
    KeyChanged "key-changed" [What Key] [Partner] "A key of ours or of a partner was made, imported, expired or removed.";
    PolicyChanged "policy-changed" [Partner Policy Digest] [] "An agreement came into force.";
    PartnerChanged "partner-changed" [Partner What] [Digest Key] "A partner was added, verified, changed or removed.";
    ConfigChanged "config-changed" [Digest] [What] "The gateway started with another configuration.";
    Refusals "refusals" [Count] [Code Partner] "How many requests were refused since the last such leaf; nothing of them was stored.";
    Checkpoint "checkpoint" [Key] [] "The tree up to and with this leaf was signed.";
}

/// A value of a leaf's field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Digest(Digest),
    Number(u64),
}

/// A leaf before it has its place: what happened, who did it, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    kind: Kind,
    actor: String,
    values: BTreeMap<Field, Value>,
}

impl Entry {
    /// An entry of this kind. `actor` is an identifier such as `alice`, `partner:cert.example` or `system`.
    pub fn new(kind: Kind, actor: impl Into<String>) -> Self {
        Entry { kind, actor: actor.into(), values: BTreeMap::new() }
    }

    /// Sets a field of shape [`Shape::Id`] or [`Shape::Word`].
    pub fn text(mut self, field: Field, value: impl Into<String>) -> Self {
        self.values.insert(field, Value::Text(value.into()));
        self
    }

    /// Sets a field of shape [`Shape::Digest`].
    pub fn digest(mut self, field: Field, value: Digest) -> Self {
        self.values.insert(field, Value::Digest(value));
        self
    }

    /// Sets a field of shape [`Shape::Number`].
    pub fn number(mut self, field: Field, value: u64) -> Self {
        self.values.insert(field, Value::Number(value));
        self
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Gives the entry its place and time.
    ///
    /// # Errors
    /// When a field is missing, does not belong to the kind, or a value has not the field's shape.
    pub fn at(self, seq: u64, at: jiff::Timestamp) -> Result<Leaf, LeafError> {
        if !is_id(&self.actor) {
            return Err(LeafError::Shape { member: "actor", expected: Shape::Id });
        }
        if seq > NUMBER_MAX {
            return Err(LeafError::Shape { member: "seq", expected: Shape::Number });
        }
        let (needs, may) = (self.kind.needs(), self.kind.may_have());
        if let Some(missing) = needs.iter().find(|field| !self.values.contains_key(field)) {
            return Err(LeafError::Missing { kind: self.kind.as_str(), member: missing.name() });
        }
        for (field, value) in &self.values {
            if !needs.contains(field) && !may.contains(field) {
                return Err(LeafError::Unexpected { kind: self.kind.as_str(), member: field.name().to_owned() });
            }
            let fits = match (field.shape(), value) {
                (shape @ (Shape::Id | Shape::Word), Value::Text(text)) => shape.fits(text),
                (Shape::Digest, Value::Digest(_)) => true,
                (Shape::Number, Value::Number(number)) => *number <= NUMBER_MAX,
                _ => false,
            };
            if !fits {
                return Err(LeafError::Shape { member: field.name(), expected: field.shape() });
            }
        }
        Ok(Leaf { seq, at, entry: self })
    }
}

/// A leaf of the log, complete and of the right shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    seq: u64,
    at: jiff::Timestamp,
    entry: Entry,
}

impl Leaf {
    /// Its place in the log, from 0; also its index in the tree.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When it was written, by our clock.
    pub fn at(&self) -> jiff::Timestamp {
        self.at
    }

    /// What happened.
    pub fn kind(&self) -> Kind {
        self.entry.kind
    }

    /// Who did it.
    pub fn actor(&self) -> &str {
        &self.entry.actor
    }

    /// The text of a field of shape id or word.
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.entry.values.get(&field) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The digest in a field.
    pub fn digest(&self, field: Field) -> Option<Digest> {
        match self.entry.values.get(&field) {
            Some(Value::Digest(digest)) => Some(*digest),
            _ => None,
        }
    }

    /// The number in a field.
    pub fn number(&self, field: Field) -> Option<u64> {
        match self.entry.values.get(&field) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The canonical encoding; its bytes are what the tree is built over.
    pub fn encode(&self) -> String {
        let mut members = BTreeMap::from([
            ("v", Json::from(VERSION)),
            ("seq", Json::from(self.seq)),
            ("at", Json::from(self.at.to_string())),
            ("kind", Json::from(self.kind().as_str())),
            ("actor", Json::from(self.actor())),
        ]);
        members.extend(self.entry.values.iter().map(|(field, value)| {
            let json = match value {
                Value::Text(text) => Json::from(text.as_str()),
                Value::Digest(digest) => Json::from(digest.to_string()),
                Value::Number(number) => Json::from(*number),
            };
            (field.name(), json)
        }));
        // Sorted ASCII names, strings without control characters and integers below 2^53: for these the compact form
        // of serde_json is the one of RFC 8785.
        let member = |(name, value): (&str, Json)| format!("\"{name}\":{value}");
        format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
    }

    /// Reads a leaf back; only the canonical encoding is accepted.
    ///
    /// # Errors
    /// When the bytes are not the encoding of a leaf.
    pub fn decode(text: &str) -> Result<Self, LeafError> {
        let mut members: BTreeMap<String, Json> = serde_json::from_str(text).map_err(|_| LeafError::Syntax)?;
        if take_number(&mut members, "v") != Some(VERSION) {
            return Err(LeafError::Version);
        }
        let missing = |member| LeafError::Missing { kind: "any", member };
        let seq = take_number(&mut members, "seq").ok_or(missing("seq"))?;
        let at = take_text(&mut members, "at").ok_or(missing("at"))?;
        let at = at.parse().map_err(|_| LeafError::Time)?;
        let kind = take_text(&mut members, "kind").ok_or(missing("kind"))?;
        let kind = Kind::parse(&kind).ok_or(LeafError::Kind)?;
        let actor = take_text(&mut members, "actor").ok_or(missing("actor"))?;
        let mut entry = Entry::new(kind, actor);
        for field in Field::ALL {
            let shape = LeafError::Shape { member: field.name(), expected: field.shape() };
            match members.remove(field.name()) {
                None => {}
                Some(Json::String(text)) if field.shape() == Shape::Digest => {
                    entry = entry.digest(*field, text.parse().map_err(|_| shape)?);
                }
                Some(Json::String(text)) => entry = entry.text(*field, text),
                Some(json) => entry = entry.number(*field, json.as_u64().ok_or(shape)?),
            }
        }
        if let Some(member) = members.into_keys().next() {
            return Err(LeafError::Unexpected { kind: kind.as_str(), member: crate::error::excerpt(&member) });
        }
        let leaf = entry.at(seq, at)?;
        if leaf.encode() == text { Ok(leaf) } else { Err(LeafError::NotCanonical) }
    }
}

/// Why something is not a leaf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeafError {
    /// Not a JSON object.
    #[error("not a JSON object")]
    Syntax,
    /// The member `v` is not the version we know.
    #[error("the member v is not {VERSION}")]
    Version,
    /// The member `at` is not a time.
    #[error("the member at is not a UTC time in the form of RFC 3339")]
    Time,
    /// The member `kind` is none of the table.
    #[error("the member kind is none of the known kinds")]
    Kind,
    /// A member that the kind needs is absent.
    #[error("a leaf of kind {kind} needs the member {member}")]
    Missing {
        /// The kind.
        kind: &'static str,
        /// The member.
        member: &'static str,
    },
    /// A member that the kind does not have.
    #[error("a leaf of kind {kind} has no member {member}")]
    Unexpected {
        /// The kind.
        kind: &'static str,
        /// The member.
        member: String,
    },
    /// A value of the wrong shape.
    #[error("the member {member} is not {expected}")]
    Shape {
        /// The member.
        member: &'static str,
        /// What it has to be.
        expected: Shape,
    },
    /// The same content, written in another way.
    #[error("not in canonical form (RFC 8785)")]
    NotCanonical,
}

fn is_id(text: &str) -> bool {
    (1..=ID_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn is_word(text: &str) -> bool {
    (1..=WORD_CHARS).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn take_number(members: &mut BTreeMap<String, Json>, name: &str) -> Option<u64> {
    members.remove(name)?.as_u64()
}

fn take_text(members: &mut BTreeMap<String, Json>, name: &str) -> Option<String> {
    match members.remove(name)? {
        Json::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tests/leaf.rs"]
mod tests;
