//! Extensions and software (RFC 5070 §2.12, §3.6, §3.17.1, §3.18, §3.19.3).

use super::{
    IODEF1,
    vocab::{Dtype, Restriction},
};
use crate::{
    class,
    class::{Coded, Text, Uri},
    xml::Verbatim,
};

class! {
    /// Anything else, kept as it came (RFC 5070 §3.6): `AdditionalData` and `RecordItem` (§3.19.3) are of this type.
    pub struct Extension("ExtensionType", IODEF1) {
        attr dtype: Coded<Dtype> = "dtype" => .ext("ext-dtype").required();
        attr meaning: Text = "meaning";
        attr format_id: Text = "formatid";
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        mixed content: Verbatim = "value";
    }

    /// A piece of software (RFC 5070 §3.17.1, §3.18): `Application` and `OperatingSystem`. The schema gives `swid` and
    /// `configid` the default 0, which refers to nothing.
    pub struct Software("SoftwareType", IODEF1) {
        attr swid: Text = "swid";
        attr configid: Text = "configid";
        attr vendor: Text = "vendor";
        attr family: Text = "family";
        attr name: Text = "name";
        attr version: Text = "version";
        attr patch: Text = "patch";
        opt url: Uri = "URL";
    }
}
