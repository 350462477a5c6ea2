//! Extensions, software, structured information (RFC 7970 §2.15, §2.16; RFC 7203).

use super::{
    IODEF, SCI,
    document::MlString,
    event::Reference,
    vocab::{Dtype, Restriction, SoftwareDtype, SpecName},
};
use crate::{
    class,
    class::{Coded, Id, Text, Uri},
    xml::Verbatim,
};

class! {
    /// Anything else (RFC 7970 §2.16), kept as it came: `AdditionalData`, `RecordItem` and others are of this type.
    pub struct Extension("ExtensionType", IODEF) {
        attr name: Text = "name";
        attr dtype: Coded<Dtype> = "dtype" => .ext("ext-dtype").required();
        attr meaning: Text = "meaning";
        attr format_id: Text = "formatid";
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        mixed content: Verbatim = "value" => .json_required();
    }

    /// A piece of software (RFC 7970 §2.15).
    pub struct Software("SoftwareType", IODEF) {
        opt reference: SoftwareReference = "SoftwareReference";
        many url: Uri = "URL";
        many description: MlString = "Description";
    }

    /// Its name in a list such as CPE or SWID (RFC 7970 §2.15.1).
    pub struct SoftwareReference("SoftwareReference", IODEF) {
        attr spec_name: Coded<SpecName> = "spec-name" => .ext("ext-spec-name").required();
        attr dtype: Coded<SoftwareDtype> = "dtype" => .ext("ext-dtype");
        mixed content: Verbatim = "value";
    }

    /// A pattern of attack after another standard (RFC 7203 §4.5.1).
    pub struct AttackPattern("AttackPattern", SCI) {
        attr spec_id: Text = "SpecID" => .required();
        attr ext_spec_id: Text = "ext-SpecID";
        attr content_id: Text = "ContentID";
        many raw_data: Extension = "RawData" => .base64();
        many reference: Reference = "Reference" => .in_ns(IODEF);
        many platform: StructuredPart = "Platform";
    }

    /// A vulnerability or a weakness after another standard (RFC 7203 §4.5.3, §4.5.6).
    pub struct StructuredInfo("StructuredInfo", SCI) {
        attr spec_id: Text = "SpecID" => .required();
        attr ext_spec_id: Text = "ext-SpecID";
        attr content_id: Text = "ContentID";
        many raw_data: Extension = "RawData" => .base64();
        many reference: Reference = "Reference" => .in_ns(IODEF);
        many platform: StructuredPart = "Platform";
        many scoring: StructuredPart = "Scoring";
    }

    /// A platform or a score after another standard (RFC 7203 §4.5.2, §4.5.4).
    pub struct StructuredPart("StructuredPart", SCI) {
        attr spec_id: Text = "SpecID" => .required();
        attr ext_spec_id: Text = "ext-SpecID";
        attr content_id: Text = "ContentID";
        many raw_data: Extension = "RawData" => .base64();
        many reference: Reference = "Reference" => .in_ns(IODEF);
    }
}
