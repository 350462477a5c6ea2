//! §14 and §15: markings, consents, releases, messages and what their signatures said.

use super::{
    base::{Dated, DocumentRef, ElementRef, Restriction, Text},
    declare::{closed, element, group, open},
};
use crate::{
    digest::Digest,
    marking::{Audience, Tlp},
};

group! {
    /// How the record may be handled (§14). Markings are frame: they go wherever the record goes.
    pub struct Handling {
        /// Traffic Light Protocol 2.0.
        tlp: Option<Tlp> = frame;
        /// The sharing scale of IODEF.
        restriction: Option<Restriction> = frame;
        /// Conditions in words.
        caveats: Vec<Text> = frame;
        /// Whose information it is, in `parties`; nothing is passed on against that party's will.
        originator: Option<ElementRef>;
        /// Whether and how it may be passed on.
        reshare: Option<String> = frame;
        /// When it must be deleted.
        expires: Option<Dated> = frame;
        /// Information Exchange Policy (FIRST IEP 2.0) that applies, by id.
        iep_policy: Option<String> = frame;
    }
}

group! {
    /// A marking of a part that is no element (§14 `field_markings[]`).
    pub struct FieldMarking {
        /// The element in which the part stands; absent means the record.
        element: Option<ElementRef>;
        /// Path below it, such as `description[0].text`.
        path: Option<String>;
        /// Traffic Light Protocol 2.0.
        tlp: Option<Tlp>;
        /// The only audiences that may have it.
        audiences: Vec<Audience>;
    }
}

element! {
    /// A party's consent to let something out (§14 `consents[]`, requirement 93).
    pub struct Consent {
        /// Who consented, in `parties`.
        party: Option<ElementRef>;
        /// To what: paths, audiences or words.
        scope: Option<String>;
        /// When.
        given_at: Option<Dated>;
        /// Proof of it.
        proof: Option<DocumentRef>;
    }
}

closed! {
    /// On what ground something was let out (§14 `releases[].basis`).
    pub enum ReleaseBasis {
        Policy = "policy",
        Consent = "consent",
        LegalOrder = "legal-order",
        Regime = "regime",
    }
}

group! {
    /// A part that a release left out.
    pub struct RemovedPart {
        /// Path in the record.
        path: Option<String>;
        /// The rule or letter that removed it.
        why: Option<String>;
    }
}

element! {
    /// A document that was let out (§14 `releases[]`).
    pub struct Release {
        /// When.
        at: Option<Dated>;
        /// To whom, by domain.
        recipient: Option<String>;
        /// As which audience.
        audience: Option<Audience>;
        /// On what ground.
        basis: Option<ReleaseBasis>;
        /// Profile or agreement by which it was made.
        profile: Option<String>;
        /// Version of that profile.
        profile_version: Option<u64>;
        /// What was left out.
        removed: Vec<RemovedPart>;
        /// Who approved it.
        approved_by: Vec<String>;
        /// Digest of the document.
        document: Option<Digest>;
        /// Signature over it, armored.
        signature: Option<String>;
        /// How it was delivered.
        delivery: Option<String>;
        /// The receipt, in `messages`.
        receipt: Option<ElementRef>;
    }
}

closed! {
    /// Which way a message went.
    pub enum Direction {
        In = "in",
        Out = "out",
    }
}

closed! {
    /// What the check of a signature found (§15 `verification.status`).
    pub enum VerificationStatus {
        Good = "good",
        Bad = "bad",
        UnknownKey = "unknown-key",
        Expired = "expired",
        Revoked = "revoked",
        Unsigned = "unsigned",
    }
}

group! {
    /// The check of a message's signature, as it was at that time (§15, requirement 81).
    pub struct Verification {
        /// What was found.
        status: Option<VerificationStatus>;
        /// Fingerprint of the signing key.
        fingerprint: Option<String>;
        /// When it was signed, as the signature says.
        signed_at: Option<Dated>;
        /// What the policy of the time made of it.
        policy: Option<String>;
    }
}

group! {
    /// How a message was encrypted (§15).
    pub struct Encryption {
        /// Key ids of the recipients, hexadecimal.
        recipients: Vec<String>;
    }
}

group! {
    /// Bytes that are kept outside the record.
    pub struct Stored {
        /// Digest of the bytes, by which they are found.
        digest: Option<Digest>;
        /// Their number.
        size: Option<u64>;
        /// Their media type.
        media_type: Option<String>;
    }
}

group! {
    /// A header line of a message's transport.
    pub struct Header {
        /// Name.
        name: Option<String>;
        /// Value.
        value: Option<String>;
    }
}

open! {
    /// The way a message went (§15 `channel`).
    pub enum MessageChannel {
        Push = "push",
        Rid = "rid",
        Taxii = "taxii",
        Mail = "mail",
        Phone = "phone",
        Fax = "fax",
        Post = "post",
        InPerson = "in-person",
        Web = "web",
        Api = "api",
    }
}

element! {
    /// A message of the case, in or out (§15). The original bytes are evidence and are never changed.
    pub struct Message {
        /// Which way.
        direction: Option<Direction>;
        /// By which way.
        channel: Option<MessageChannel>;
        /// When it was received or sent.
        at: Option<Dated>;
        /// Subject line.
        subject: Option<String>;
        /// The bytes as they came or went.
        original: Option<Stored>;
        /// Headers of the transport.
        headers: Vec<Header>;
        /// The readable part.
        decrypted: Option<Stored>;
        /// What the check of the signature found.
        verification: Option<Verification>;
        /// How it was encrypted.
        encryption: Option<Encryption>;
        /// Tracking number found in it, as written there.
        tag: Option<String>;
        /// Where it was filed.
        filed_to: Option<String>;
        /// Who filed it.
        by: Option<String>;
    }
}
