//! The names of formats, as commands, agreements and documents have them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! formats {
    ($( $(#[$meta:meta])* $variant:ident = $text:literal, )*) => {
        /// A format of incident information.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Format { $( $(#[$meta])* #[serde(rename = $text)] $variant, )* }

        impl Format {
            /// Every format that has a name.
            pub const ALL: &'static [Format] = &[ $( Format::$variant, )* ];

            /// The format's name.
            pub const fn as_str(self) -> &'static str {
                match self { $( Format::$variant => $text, )* }
            }
        }
    };
}

formats! {
    /// Our own record.
    Record = "record",
    /// RFC 7970 XML.
    IodefXml = "iodef-xml",
    /// RFC 8727 JSON.
    IodefJson = "iodef-json",
    /// RFC 8727 CBOR.
    IodefCbor = "iodef-cbor",
    /// RFC 5070 XML.
    Iodef1Xml = "iodef1-xml",
    /// STIX 2.1.
    Stix = "stix",
    /// STIX 2.0.
    Stix20 = "stix20",
    /// RFC 6545 message around an IODEF document.
    Rid = "rid",
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
