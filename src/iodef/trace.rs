//! What was left behind: log lines, registry keys, certificates, files and their hashes (RFC 7970 §3.22-§3.27).

use super::{
    DS, IODEF,
    document::MlString,
    extension::{Extension, Software},
    vocab::{HashScope, OffsetUnit, PatternType, RegistryAction, Restriction},
};
use crate::{
    class,
    class::{Base64, Coded, DateTime, Id, Integer, Text, Uri},
    xml::Verbatim,
};

class! {
    /// Supporting data (RFC 7970 §3.22).
    pub struct Record("Record", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        some record_data: RecordData = "RecordData" => .long();
    }

    /// Data of one source (RFC 7970 §3.22.1).
    pub struct RecordData("RecordData", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        opt date_time: DateTime = "DateTime";
        many description: MlString = "Description";
        opt application: Software = "Application";
        many record_pattern: RecordPattern = "RecordPattern";
        many record_item: Extension = "RecordItem";
        many url: Uri = "URL";
        many file_data: FileData = "FileData";
        many registry_keys_modified: WindowsRegistryKeysModified = "WindowsRegistryKeysModified";
        many certificate_data: CertificateData = "CertificateData";
        many additional_data: Extension = "AdditionalData";
    }

    /// Where in the data to look (RFC 7970 §3.22.2).
    pub struct RecordPattern("RecordPattern", IODEF) {
        attr kind: Coded<PatternType> = "type" => .ext("ext-type").required();
        attr offset: Integer = "offset";
        attr offset_unit: Coded<OffsetUnit> = "offsetunit" => .ext("ext-offsetunit").default("line");
        attr instance: Integer = "instance";
        content value: Text = "value" => .required();
    }

    /// Registry keys that were changed (RFC 7970 §3.23).
    pub struct WindowsRegistryKeysModified("WindowsRegistryKeysModified", IODEF) {
        attr observable_id: Id = "observable-id";
        some key: Key = "Key";
    }

    /// One registry key (RFC 7970 §3.23.1). The schema has `Value` where the text and RFC 8727 have `KeyValue`.
    pub struct Key("Key", IODEF) {
        attr action: Coded<RegistryAction> = "registryaction" => .ext("ext-registryaction");
        attr observable_id: Id = "observable-id";
        one name: Text = "KeyName";
        opt value: Text = "Value" => .json("KeyValue").alias("KeyValue");
    }

    /// Certificates (RFC 7970 §3.24).
    pub struct CertificateData("CertificateData", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        some certificate: Certificate = "Certificate";
    }

    /// One certificate (RFC 7970 §3.24.1).
    pub struct Certificate("Certificate", IODEF) {
        attr observable_id: Id = "observable-id";
        one x509_data: X509Data = "X509Data" => .in_ns(DS);
        many description: MlString = "Description";
    }

    /// A certificate in XML signature's form, kept as it came.
    pub struct X509Data("X509Data", DS) {
        mixed content: Verbatim = "content" => .required().base64();
    } json Transparent

    /// Files (RFC 7970 §3.25).
    pub struct FileData("FileData", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        some file: File = "File";
    }

    /// One file (RFC 7970 §3.25.1).
    pub struct File("File", IODEF) {
        attr observable_id: Id = "observable-id";
        opt name: Text = "FileName";
        opt size: Integer = "FileSize";
        opt kind: Text = "FileType";
        many url: Uri = "URL";
        opt hash_data: HashData = "HashData";
        opt signature_data: SignatureData = "SignatureData" => .json("Signature").json_list();
        opt associated_software: Software = "AssociatedSoftware";
        many properties: Extension = "FileProperties";
    }

    /// Hashes of one thing (RFC 7970 §3.26).
    pub struct HashData("HashData", IODEF) {
        attr scope: Coded<HashScope> = "scope" => .ext("ext-scope").required().json_lacks_ext();
        opt target_id: Text = "HashTargetID";
        many hash: Hash = "Hash";
        many fuzzy_hash: FuzzyHash = "FuzzyHash";
    }

    /// One hash, in XML signature's terms (RFC 7970 §3.26.1).
    pub struct Hash("Hash", IODEF) {
        one digest_method: DigestMethod = "DigestMethod" => .in_ns(DS);
        one digest_value: Base64 = "DigestValue" => .in_ns(DS);
        opt canonicalization_method: DigestMethod = "CanonicalizationMethod" => .in_ns(DS);
        opt application: Software = "Application";
    }

    /// An algorithm, by URI. RFC 8727 gives the type of a base64 string and no example; the URI is written as it is.
    pub struct DigestMethod("DigestMethod", DS) {
        attr algorithm: Text = "Algorithm" => .required().cbor_byte();
        mixed parameters: Verbatim = "parameters" => .absent_in_json();
    } json Transparent

    /// A hash of like things (RFC 7970 §3.26.2).
    pub struct FuzzyHash("FuzzyHash", IODEF) {
        some value: Extension = "FuzzyHashValue";
        opt application: Software = "Application";
        many additional_data: Extension = "AdditionalData";
    }

    /// XML signatures, kept as they came (RFC 7970 §3.27).
    pub struct SignatureData("SignatureData", IODEF) {
        mixed signatures: Verbatim = "Signature" => .required().base64().in_ns(DS);
    } json Transparent
}
