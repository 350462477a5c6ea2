//! §10: files, digests, mail, registry keys, certificates: what is observed on a system or in a message.

use super::{
    base::Text,
    declare::{group, open},
    software::{Software, TypedValue},
};

open! {
    /// What a digest covers (RFC 7970 §3.26 `scope`).
    pub enum HashScope {
        FileContents = "file-contents",
        FilePeSection = "file-pe-section",
        FilePeIat = "file-pe-iat",
        FilePeResource = "file-pe-resource",
        FilePdfObject = "file-pdf-object",
        EmailHash = "email-hash",
        EmailHeadersHash = "email-headers-hash",
        EmailBodyHash = "email-body-hash",
    }
}

group! {
    /// A digest value (RFC 7970 §3.26.1 Hash).
    pub struct Hash {
        /// Algorithm: a word such as `sha-256`, or the URI of XML signature.
        alg: Option<String>;
        /// Value: hexadecimal for a word, base64 for a URI.
        value: Option<String>;
        /// Canonicalization method, by URI.
        canonicalization: Option<String>;
        /// Program that computed it.
        application: Option<Software>;
    }
}

group! {
    /// A fuzzy digest (RFC 7970 §3.26.2 FuzzyHash).
    pub struct FuzzyHash {
        /// Values with their types.
        values: Vec<TypedValue>;
        /// Program that computed it.
        application: Option<Software>;
    }
}

group! {
    /// Digests of one thing (RFC 7970 §3.26 HashData).
    pub struct HashData {
        /// What they cover.
        scope: Option<HashScope>;
        /// The part that they cover.
        target: Option<String>;
        /// Digests.
        hashes: Vec<Hash>;
        /// Fuzzy digests.
        fuzzy_hashes: Vec<FuzzyHash>;
    }
}

group! {
    /// A file (RFC 7970 §3.25.1 File).
    pub struct File {
        /// Name.
        name: Option<String>;
        /// Size in bytes.
        size: Option<i64>;
        /// Media type.
        r#type: Option<String>;
        /// Where it was found or can be fetched.
        urls: Vec<String>;
        /// Digests.
        hashes: Option<HashData>;
        /// XML signatures over it.
        signatures: Vec<String>;
        /// Software to which it belongs.
        associated_software: Option<Software>;
        /// Further properties.
        properties: Vec<TypedValue>;
    }
}

group! {
    /// Files that belong together (RFC 7970 §3.25 FileData).
    pub struct FileSet {
        /// The files.
        files: Vec<File>;
    }
}

group! {
    /// A mail (RFC 7970 §3.21 EmailData).
    pub struct Email {
        /// Recipients.
        to: Vec<String>;
        /// Sender.
        from: Option<String>;
        /// Subject line.
        subject: Option<String>;
        /// Mail program of the sender.
        x_mailer: Option<String>;
        /// Single header fields.
        header_fields: Vec<TypedValue>;
        /// All headers.
        headers: Option<String>;
        /// Body.
        body: Option<String>;
        /// The whole message.
        message: Option<String>;
        /// Digests.
        hashes: Vec<HashData>;
        /// XML signatures over it.
        signatures: Vec<String>;
    }
}

open! {
    /// What was done to a registry key (RFC 7970 §3.23.1 `registryaction`).
    pub enum RegistryAction {
        AddKey = "add-key",
        AddValue = "add-value",
        DeleteKey = "delete-key",
        DeleteValue = "delete-value",
        ModifyKey = "modify-key",
        ModifyValue = "modify-value",
    }
}

group! {
    /// A key of the Windows registry (RFC 7970 §3.23.1 Key).
    pub struct RegistryKey {
        /// Name.
        name: Option<String>;
        /// Value.
        value: Option<String>;
        /// What was done to it.
        action: Option<RegistryAction>;
    }
}

group! {
    /// Registry keys that were changed together (RFC 7970 §3.23 WindowsRegistryKeysModified).
    pub struct RegistryChange {
        /// The keys.
        keys: Vec<RegistryKey>;
    }
}

group! {
    /// A certificate (RFC 7970 §3.24.1 Certificate).
    pub struct Certificate {
        /// The certificate: PEM, base64 DER, or an XML signature X509Data.
        x509: Option<String>;
        /// Remarks.
        descriptions: Vec<Text>;
    }
}

group! {
    /// Certificates that belong together (RFC 7970 §3.24 CertificateData).
    pub struct CertificateSet {
        /// The certificates.
        certificates: Vec<Certificate>;
    }
}
