//! §9: evidence and its custody. Of this only what RFC 7970 RecordData names fits a format; the rest stays at home.

use super::{
    base::{Dated, DocumentRef, ElementRef, Text},
    declare::{element, group, open},
    files::{CertificateSet, FileSet, RegistryChange},
    software::{Pattern, Software, TypedValue},
    timeline::Tool,
};
use crate::{digest::Digest, time::ZoneState};

open! {
    /// What a piece of evidence is (§9 `kind`).
    pub enum EvidenceKind {
        Disk = "disk",
        Memory = "memory",
        Log = "log",
        Capture = "capture",
        Mail = "mail",
        Photo = "photo",
        Paper = "paper",
        Object = "object",
        Statement = "statement",
        Snapshot = "snapshot",
    }
}

group! {
    /// A digest of the evidence (§9 `.digests[]`, requirement 72).
    pub struct EvidenceDigest {
        /// Algorithm, such as `sha-256`.
        alg: Option<String>;
        /// Value, hexadecimal.
        value: Option<String>;
        /// When it was computed.
        at: Option<Dated>;
    }
}

group! {
    /// A witness of the acquisition (requirement 76: two or more people).
    pub struct Witness {
        /// Name.
        name: Option<String>;
        /// Signature, armored, or where the signed paper is.
        signature: Option<String>;
    }
}

group! {
    /// How the evidence was acquired (§9 `.acquired`).
    pub struct Acquired {
        /// When.
        at: Option<Dated>;
        /// By whom.
        by: Vec<String>;
        /// Who watched.
        witnesses: Vec<Witness>;
        /// How.
        method: Option<String>;
        /// With what.
        tool: Option<Tool>;
        /// On whose authority (requirement 85).
        authority: Option<String>;
    }
}

group! {
    /// What it was taken from (§9 `.source`, requirement 73).
    pub struct EvidenceSource {
        /// The system, in `systems`.
        system: Option<ElementRef>;
        /// The source in words.
        text: Option<Text>;
        /// How far its clock was off, such as `+00:00:42` when it was fast.
        clock_offset: Option<String>;
        /// Time zone of its stamps.
        zone: Option<String>;
        /// In what condition it was.
        condition: Option<String>;
        /// Who stated so.
        statement: Option<String>;
    }
}

group! {
    /// The seal (§9 `.seal`, requirement 78).
    pub struct Seal {
        /// Digest of the manifest.
        manifest_digest: Option<Digest>;
        /// Signature over it, armored.
        signature: Option<String>;
        /// Time stamp over it, or when it was sealed.
        timestamp: Option<Dated>;
        /// What it is written on.
        media: Option<String>;
    }
}

group! {
    /// One hand-over (§9 `.custody[]`).
    pub struct Custody {
        /// When.
        at: Option<Dated>;
        /// Who gave it.
        from: Option<String>;
        /// Who took it.
        to: Option<String>;
        /// What for.
        purpose: Option<String>;
        /// Where.
        place: Option<String>;
        /// In what condition.
        condition: Option<String>;
        /// Signatures, armored, or where the signed paper is.
        signatures: Vec<String>;
        /// The hand-over document.
        document: Option<DocumentRef>;
    }
}

group! {
    /// One access (§9 `.access_log[]`).
    pub struct Access {
        /// When.
        at: Option<Dated>;
        /// Who.
        by: Option<String>;
        /// What for.
        purpose: Option<String>;
    }
}

group! {
    /// A legal hold (§9 `.hold`, requirement 154).
    pub struct Hold {
        /// Who ordered it.
        by: Option<String>;
        /// On what ground.
        basis: Option<String>;
        /// Until when.
        until: Option<Dated>;
    }
}

element! {
    /// A piece of evidence (§9 `evidence[]`; RFC 7970 §3.22 RecordData).
    pub struct Evidence {
        /// What it is.
        kind: Option<EvidenceKind>;
        /// Whether it is a thing without bytes; so are paper and objects anyway.
        physical: Option<bool>;
        /// Title.
        title: Option<Text>;
        /// What it shows.
        descriptions: Vec<Text>;
        /// Time of what it shows.
        at: Option<Dated>;
        /// Program that wrote it.
        application: Option<Software>;
        /// The working copy of which this is the original.
        original_of: Option<ElementRef> = "YCNYNNN";
        /// The original of which this is a copy.
        copy_of: Option<ElementRef> = "YCNYNNN";
        /// Digests.
        digests: Vec<EvidenceDigest> = "YCYYNCN";
        /// How it was acquired.
        acquired: Option<Acquired> = "YCNYNNN";
        /// What it was taken from.
        source: Option<EvidenceSource> = "YCNYNNN";
        /// Where it is.
        location: Option<String> = "YCNYNNN";
        /// How it is stored.
        storage: Option<String> = "YCNYNNN";
        /// Its seal.
        seal: Option<Seal> = "YCNYNNN";
        /// Its hand-overs.
        custody: Vec<Custody> = "YCNYNNN";
        /// Who had access.
        access_log: Vec<Access> = "YCNCNNN";
        /// Lines of it.
        excerpt: Vec<TypedValue> = "YCSYSCN";
        /// Where the zone of the excerpt's stamps comes from.
        excerpt_zone: Option<ZoneState> = "YCSYSCN";
        /// Patterns to find the place in it.
        patterns: Vec<Pattern> = "YCSYSCN";
        /// Where it can be fetched.
        urls: Vec<String>;
        /// Files in it.
        files: Vec<FileSet>;
        /// Changes to the Windows registry in it.
        registry_changes: Vec<RegistryChange>;
        /// Certificates in it.
        certificates: Vec<CertificateSet>;
        /// Legal hold.
        hold: Option<Hold> = "YYNCNNN";
    }
}
