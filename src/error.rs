//! What can go wrong, once: every error code with its owner, and findings with their place.
//!
//! Each module has its own error types and maps them to a [`Code`]. The table below is the only place that says
//! whose fault an error is, whether trying again helps, what a peer may be told, and which exit code a command
//! ends with. `docs/errors.md` is printed from it.

mod told;

use std::fmt;

use serde::Serialize;

pub(crate) use told::Told;
pub use told::{Ended, FINDINGS};

/// Who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Who gave us the bytes: a peer's message, a user's file.
    Sender,
    /// A partner whom we called and who refused or was not there.
    Partner,
    /// Whoever configured this home: agreement, keys, settings, command line.
    Configuration,
    /// The machine: disk, memory, network.
    Machine,
    /// Us: a defect of this program.
    Defect,
}

impl Owner {
    /// The owner as written in tables and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Owner::Sender => "sender",
            Owner::Partner => "partner",
            Owner::Configuration => "configuration",
            Owner::Machine => "machine",
            Owner::Defect => "defect",
        }
    }
}

/// Whether the same act can succeed later without anybody changing its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// The same input fails again.
    Never,
    /// It may pass later.
    Later,
}

impl Retry {
    /// As written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Retry::Never => "never",
            Retry::Later => "later",
        }
    }
}

/// One row of the error table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The variant's stable name, as printed.
    pub code: &'static str,
    /// Who must act.
    pub owner: Owner,
    /// Whether trying again can help.
    pub retry: Retry,
    /// HTTP status when it ends a peer's request.
    pub status: u16,
    /// All that a peer is told beside the code; never a path, a name or content.
    pub peer_text: &'static str,
    /// For our own people: what it means and what to do.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($( $variant:ident $code:literal $owner:ident $retry:ident $status:literal $peer:literal $meaning:literal; )*) => {
        /// A stable error code. Scripts may match on [`Code::as_str`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $( #[doc = $meaning] $variant, )*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[ $( Code::$variant, )* ];

            /// The code's row.
            pub const fn row(self) -> &'static Row {
                match self {
                    $( Code::$variant => &Row {
                        code: $code, owner: Owner::$owner, retry: Retry::$retry,
                        status: $status, peer_text: $peer, meaning: $meaning,
                    }, )*
                }
            }
        }
    };
}

codes! {
    // --- entry layers: xml, json, cbor ---
    XmlSyntax "xml-syntax" Sender Never 400 "the document is not well-formed XML" "The document is not well-formed XML 1.0 with namespaces. The finding names the rule and the place.";
    XmlDtd "xml-dtd" Sender Never 400 "a document type declaration is not accepted" "A DOCTYPE or an entity other than the five predefined ones. Neither is ever read (XML entity attacks).";
    XmlEncoding "xml-encoding" Sender Never 400 "the document is not UTF-8" "Only UTF-8 is accepted; the declaration or the bytes say otherwise.";
    JsonSyntax "json-syntax" Sender Never 400 "the document is not valid JSON" "The document is not RFC 8259 JSON in UTF-8.";
    JsonDuplicateKey "json-duplicate-key" Sender Never 400 "an object has the same member twice" "Two members of one object have the same name; readers disagree about which counts, so neither is used.";
    CborSyntax "cbor-syntax" Sender Never 400 "the document is not valid CBOR" "The document is not well-formed RFC 8949 CBOR of the kind we accept.";
    LimitExceeded "limit-exceeded" Sender Never 413 "the document is larger or deeper than accepted" "A named limit was reached; the finding says which, and its value. Limits are configurable.";
    // --- formats ---
    FormatUnknown "format-unknown" Sender Never 415 "the format is not recognised" "The bytes are none of the formats this program reads, or not the one that was named.";
    FormatNotAgreed "format-not-agreed" Sender Never 415 "the format is not agreed" "The partner's document is of a format that the agreement does not name under in.formats.";
    ClassUnknownElement "element-unexpected" Sender Never 400 "an element or member does not belong there" "An element, attribute or member that the class does not have. It is kept out of the model and reported.";
    ClassOrder "element-order" Sender Never 400 "an element is out of order" "The element exists but stands in the wrong place; read all the same.";
    ClassMissing "element-missing" Sender Never 400 "a required element or member is missing" "A required element, attribute or member is absent.";
    ClassRepeated "element-repeated" Sender Never 400 "an element or member occurs too often" "More occurrences than the class allows.";
    ValueInvalid "value-invalid" Sender Never 400 "a value is not of its type" "The text is not of the type that the field has (date-time, integer, ID ...).";
    ValueUnknown "value-unknown" Sender Never 400 "an enumeration value is not registered" "The value is not in the list we know. It is kept as it came: registries grow.";
    ExtValuePair "ext-value-pair" Sender Never 400 "ext-value and its ext- attribute must come together" "ext-value without its ext- attribute, or the ext- attribute without ext-value (RFC 7970 section 5.1).";
    IdRepeated "id-repeated" Sender Never 400 "an id stands more than once" "Two things of one document have the same id, so that a reference to it may mean either.";
    IdUnresolved "id-unresolved" Sender Never 400 "a reference leads nowhere" "A reference within the document names an id that nothing in it has, or that something of another kind has (a warning).";
    ClassEmpty "class-empty" Sender Never 400 "an element or object has none of the parts of which it needs one" "The class needs at least one of several children and has none. docs/rules.md has the rules.";
    Alternatives "alternatives" Sender Never 400 "exactly one of several alternatives is needed" "Things that exclude each other stand together, or there is none of them where there must be one. docs/rules.md has the rules.";
    ValueContradicts "value-contradicts" Sender Never 400 "two values contradict each other" "Values that are each of their type cannot both be meant, such as an end before its start. docs/rules.md has the rules.";
    TranslationId "translation-id" Sender Never 400 "texts with a translation-id are not translations of each other" "A translation-id that only one text has, or two texts in one language.";
    RecordInvalid "record-invalid" Sender Never 400 "the record is not of the record format" "A record document that does not follow schemas/record.schema.json.";
    RecordInvariant "record-invariant" Sender Never 400 "the record contradicts itself" "A rule over several fields of a record does not hold, such as an end before its start.";
    // --- gate ---
    GateRefused "gate-refused" Configuration Never 500 "internal error" "The gate found something in the final bytes that the audience, the marking or the deny list forbids. The refusal names the places.";
    GateApproval "gate-approval" Configuration Never 500 "internal error" "The bytes have places that need approval; sirex approve gives it to exactly these bytes.";
    // --- commands and machine ---
    Usage "usage" Configuration Never 400 "bad request" "The command line does not make sense.";
    ConfigInvalid "config-invalid" Configuration Never 503 "not available" "A file of the home does not say what it must. The message names file and key.";
    HomeMissing "home-missing" Configuration Never 503 "not available" "The home folder does not exist or is not one; sirex init makes one.";
    FileUnreadable "file-unreadable" Configuration Never 503 "not available" "A named file cannot be read.";
    DiskWrite "disk-write" Machine Later 503 "not available now" "Writing failed: disk full, no permission or an I/O error. Nothing was acknowledged.";
    StoreFailed "store-failed" Machine Later 503 "not available now" "The store could not do its work. Nothing was acknowledged.";
    // --- partner, sharing ---
    PartnerUnknown "partner-unknown" Configuration Never 403 "not a partner" "There is no such partner in this home; sirex partner add takes its card.";
    PartnerNotVerified "partner-not-verified" Configuration Later 503 "not available now" "The partner's fingerprints were not compared yet, or its keys changed since, or it was removed. Nothing is exchanged before sirex partner verify.";
    PartnerMismatch "partner-mismatch" Configuration Never 403 "not a partner" "What was compared is not what the partner's card has. Find out why before anything else: the card may be somebody else's.";
    CardInvalid "card-invalid" Sender Never 400 "not a valid card" "The card is not of the form of cards; the message names the member.";
    AgreementNotValid "agreement-not-valid" Configuration Later 503 "not available now" "The agreement with the partner does not count at this time.";
    SharingRefused "sharing-refused" Configuration Never 503 "not available" "The agreement or a marking keeps the record, or all of it that the partner could use, here.";
    // --- audit ---
    AuditMalformed "audit-malformed" Sender Never 400 "not an audit leaf, proof or checkpoint" "Something that should be a leaf, a proof or a signed checkpoint of an audit log is not; the message says why.";
    AuditUnsound "audit-unsound" Sender Never 400 "the audit log or proof does not hold" "An audit log or a proof from it was changed, cut or signed by another key; the message names the first place.";
    // --- store ---
    StoreUnusable "store-unusable" Configuration Never 503 "not available" "The home has a store already, or its store.sqlite is some other database.";
    StoreNewer "store-newer" Configuration Never 503 "not available" "The store was written by a newer version of this program. Nothing was changed; use that version or a newer one.";
    AlreadyServing "already-serving" Machine Later 503 "not available now" "Another process serves this home or flushes its outbox. The lock ends with that process, however it ends.";
    StoreBusy "store-busy" Machine Later 503 "not available now" "Another process held the database longer than the busy timeout. Nothing was acknowledged.";
    StoreDamaged "store-damaged" Machine Never 503 "not available" "The database or a payload file is not what was written. Nothing was acknowledged; check the disk and restore the backup.";
    NotFound "not-found" Sender Never 404 "not found" "There is no such record, message, release or other thing.";
    Taken "taken" Sender Never 409 "exists already" "The identifier, tracking number, message id or request key is in use. Tracking numbers are burnt for ever.";
    RecordStale "record-stale" Sender Never 409 "changed in the meantime" "Somebody else revised the record since it was read. Read it again and repeat the change.";
    MessageConflict "message-conflict" Sender Never 409 "the message id was used for other content" "A message id came again with other bytes. The first copy counts; the second was not stored.";
    WrongState "wrong-state" Sender Never 409 "not possible in this state" "The release, message or intent is not in the state that the act needs; the message names both.";
    ReleaseMismatch "release-mismatch" Sender Never 409 "not possible in this state" "Release, approval, clearance and record do not fit together: something changed since the release was made. Release again.";
    LeaseLost "lease-lost" Machine Later 503 "not available now" "A message took longer to send than its lease; it is sent again with the same id.";
    // --- openpgp ---
    PgpMalformed "pgp-malformed" Sender Never 400 "not an acceptable OpenPGP message" "The bytes are not an OpenPGP message of the form that is accepted: one encryption layer, compression, one signature over literal data.";
    PgpNotForUs "pgp-not-for-us" Configuration Never 503 "the message cannot be opened here" "The message is encrypted to keys that we do not have: the sender uses an old certificate of ours, or a key is missing in keys/openpgp.";
    PgpUndecryptable "pgp-undecryptable" Sender Never 400 "the message cannot be decrypted" "The message is encrypted to us, but it was changed or damaged on the way, or made wrongly.";
    PgpWeak "pgp-weak" Sender Never 400 "the message is weaker than agreed" "The encryption or the signature is weaker than the agreed OpenPGP profile demands, or uses an algorithm that is no longer safe.";
    PgpUnsealed "pgp-unsealed" Sender Never 400 "the message must be encrypted" "The agreement demands encryption and the message has none.";
    PgpUnsigned "pgp-unsigned" Sender Never 400 "the message must be signed" "The agreement demands a signature and the message has none.";
    PgpSignatureBad "pgp-signature-bad" Sender Never 400 "the signature is not good" "The signature does not fit the bytes, is dated in the future, or uses what the policy forbids. The verification result says which.";
    PgpSignerUnknown "pgp-signer-unknown" Sender Never 400 "the signer is not registered" "The signature is by none of the certificates that are registered for the sender. If he has a new one, add and verify it.";
    PgpSignerExpired "pgp-signer-expired" Sender Never 400 "the signer's certificate has expired" "The signer's certificate or the signature has expired. If he has prolonged it, fetch it anew.";
    PgpSignerRevoked "pgp-signer-revoked" Sender Never 400 "the signer's certificate is revoked" "The signer's certificate or signing key is revoked.";
    PgpRecipient "pgp-recipient" Sender Never 400 "the signature is not meant for this recipient" "The signature names another intended recipient, or none where the profile demands one: the message may have been passed on.";
    PgpCertificate "pgp-certificate" Sender Never 400 "the certificate cannot be used" "A file is not one OpenPGP certificate without secrets that is valid now and can sign and be encrypted to.";
    PgpRecipientUnusable "pgp-recipient-unusable" Configuration Never 503 "not available" "The partner's certificate has expired, is revoked or does not fit the agreed profile: ask him for a new one.";
    PgpKeyUnusable "pgp-key-unusable" Configuration Never 503 "not available" "Our own team has no OpenPGP certificate of the profile that can be used now: generate or prolong one.";
    PgpUnsupported "pgp-unsupported" Configuration Never 503 "not available" "This build's OpenSSL lacks the algorithms of the profile; pqc needs OpenSSL 3.5 or later.";
    // --- tls ---
    TlsKeyUnusable "tls-key-unusable" Configuration Never 503 "not available" "Our TLS key or certificate cannot be used; the message says why.";
    TrustInvalid "trust-invalid" Configuration Never 503 "not available" "The partners' pins or certificate authorities contradict each other or cannot be used; nothing was changed.";
    PeerNotTrusted "peer-not-trusted" Partner Later 403 "not a partner of this gateway" "The peer's certificate is missing, of no verified partner, expired or otherwise not trusted. Compare the pin with the partner.";
    // --- transport ---
    AddressUnusable "address-unusable" Configuration Never 503 "not available" "The listener cannot take its address: in use by another program, not of this host, or not permitted.";
    RequestMalformed "request-malformed" Sender Never 400 "the request cannot be read" "The HTTP request is incomplete, empty or contradicts itself. Nothing was stored.";
    LengthRequired "length-required" Sender Never 411 "a Content-Length is required over HTTP/1.1" "A request over HTTP/1.1 came in chunks. Its length must be stated, or HTTP/2 be used (RFC 9110 section 15.5.12).";
    MessageIdInvalid "message-id-invalid" Sender Never 400 "the message id is not a UUID or sha256: digest" "Sirex-Message-Id must be one UUID; in an address it may also be sha256: and 64 lower-case hexadecimal digits.";
    MediaTypeUnknown "media-type-unknown" Sender Never 415 "the content type is not accepted" "The Content-Type is missing, is none of those that a push may have, names a charset other than UTF-8, or the body is compressed.";
    MethodNotAllowed "method-not-allowed" Sender Never 405 "the method is not possible here" "The address exists, but not for this HTTP method.";
    RequestTooSlow "request-too-slow" Sender Later 408 "the request came too slowly" "The body came slower than the limits of the listener allow. Nothing was stored.";
    TooManyRequests "too-many-requests" Sender Later 429 "too many requests; try again later" "The partner has more requests running, or sent more within a second, than the limits of the listener allow.";
    Overloaded "overloaded" Machine Later 503 "not available now" "There was no memory for another message, or no answer in time. The sender tries again with the same id.";
    PartnerUnreachable "partner-unreachable" Partner Later 503 "not available now" "The partner's gateway could not be reached, did not answer in time, or the connection broke. It is tried again.";
    PartnerDistrusts "partner-distrusts" Partner Later 503 "not available now" "The partner's gateway does not accept our TLS certificate. It is tried again; tell the partner our pin.";
    PartnerAnswer "partner-answer" Partner Later 503 "not available now" "The partner's gateway answered with something that is no answer of the push protocol. It is tried again with the same id.";
    PartnerAddress "partner-address" Configuration Never 503 "not available" "The partner's push address is not one: no https URL, a redirection, or nothing there that takes messages. Ask the partner.";
    PartnerRefused "partner-refused" Partner Never 503 "not available" "The partner's gateway refused the message for good; its code says why.";
    Internal "internal" Defect Never 500 "internal error" "A defect of this program. Please report it with the message.";
}

impl Code {
    /// The stable code, as printed and documented.
    pub const fn as_str(self) -> &'static str {
        self.row().code
    }

    /// Exit code of a command that ends with this error (0 is never one).
    pub const fn exit(self) -> u8 {
        match self.row().owner {
            Owner::Sender => 1,
            Owner::Configuration => 2,
            Owner::Partner | Owner::Machine => 3,
            Owner::Defect => 4,
        }
    }
}

/// The page `docs/errors.md`: the whole table, for people.
pub fn page() -> String {
    const HEAD: &str = "\
# Errors

Printed from the table in `src/error.rs`; a test there fails when this page is stale.

The code is stable: scripts may match on it. *Owner* is who must act, *retry* whether the same input may pass later, *HTTP* the
status when the error ends a peer's request, *exit* the exit code of a command that ends with it (0 is done; a usage error of
the command line is 2). *A peer is told* is all that a peer learns beside the code.

| code | owner | retry | HTTP | exit | a peer is told | meaning |
| --- | --- | --- | --- | --- | --- | --- |
";
    let line = |code: &Code| {
        let Row { code: name, owner, retry, status, peer_text, meaning } = code.row();
        let (owner, retry, exit) = (owner.as_str(), retry.as_str(), code.exit());
        format!("| `{name}` | {owner} | {retry} | {status} | {exit} | {peer_text} | {meaning} |\n")
    };
    HEAD.to_owned() + &Code::ALL.iter().map(line).collect::<String>()
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Departs from the standard; what was meant is clear and was read.
    Warning,
    /// The document breaks a rule and the part concerned was not read.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// A place in the input. Line and column count from 1, the column in characters; `offset` counts bytes from 0.
/// Binary input has line 0 and only the offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line, from 1; 0 for binary input or input without a place.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// Byte offset, from 0.
    pub offset: u64,
}

/// One thing found wrong with a document: what, where, and what would have been right.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Which rule.
    pub code: Code,
    /// Where in the bytes.
    pub position: Position,
    /// Where in the structure: an XPath with positions for XML, `$.a[0].b` for JSON and records.
    pub path: String,
    /// What stands there, shortened.
    pub found: String,
    /// What may stand there.
    pub expected: String,
}

impl Finding {
    /// Longest piece of input that a finding repeats, in characters.
    pub const EXCERPT_CHARS: usize = 80;

    /// A finding; `found` is shortened to [`Finding::EXCERPT_CHARS`] and freed of control characters.
    pub fn new(
        severity: Severity,
        code: Code,
        position: Position,
        path: impl Into<String>,
        found: impl AsRef<str>,
        expected: impl Into<String>,
    ) -> Self {
        Finding {
            severity,
            code,
            position,
            path: path.into(),
            found: excerpt(found.as_ref()),
            expected: expected.into(),
        }
    }

    /// A finding of severity error.
    pub fn error(
        code: Code,
        position: Position,
        path: impl Into<String>,
        found: impl AsRef<str>,
        expected: impl Into<String>,
    ) -> Self {
        Finding::new(Severity::Error, code, position, path, found, expected)
    }
}

/// `LINE:COL: SEVERITY CODE path: found ..., expected ...`; the caller puts the file name before it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column, offset } = self.position;
        if line == 0 {
            write!(f, "@{offset}: ")?;
        } else {
            write!(f, "{line}:{column}: ")?;
        }
        write!(f, "{} {} {}: found {}, expected {}", self.severity, self.code, self.path, self.found, self.expected)
    }
}

impl std::error::Error for Finding {}

/// Whether a text has the form of our codes: 1 to 64 lower-case letters, digits and hyphens. What a peer gives as code is
/// repeated in lists and logs only if it has.
pub fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Input text made safe to print: at most [`Finding::EXCERPT_CHARS`] characters, control characters escaped.
pub fn excerpt(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == Finding::EXCERPT_CHARS {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
        }
    }

    /// `SIREX_BLESS=1` rewrites the page.
    #[test]
    #[allow(clippy::disallowed_methods)] // the one variable of tests
    fn the_page_of_errors_is_fresh() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
        let fresh = page();
        assert_eq!(fresh.lines().filter(|line| line.starts_with("| `")).count(), Code::ALL.len());
        assert!(fresh.lines().all(|line| !line.starts_with('|') || line.matches('|').count() == 8), "a cell has a bar");
        if std::env::var("SIREX_BLESS").is_ok() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == fresh, "docs/errors.md is stale: run the test with SIREX_BLESS=1");
    }

    #[test]
    fn excerpts_are_short_and_printable() {
        let long = "x".repeat(1_000);
        assert_eq!(excerpt(&long).chars().count(), Finding::EXCERPT_CHARS + 1);
        assert_eq!(excerpt("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    }
}
