//! The names of formats, as commands, agreements and documents have them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! formats {
    ($( $(#[$meta:meta])* $variant:ident = $text:literal $media:literal, )*) => {
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

            /// The media type under which a document of it is pushed.
            pub const fn media_type(self) -> &'static str {
                match self { $( Format::$variant => $media, )* }
            }
        }
    };
}

formats! {
    /// Our own record.
    Record = "record" "application/json",
    /// RFC 7970 XML.
    IodefXml = "iodef-xml" "application/xml",
    /// RFC 8727 JSON.
    IodefJson = "iodef-json" "application/json",
    /// RFC 8727 CBOR.
    IodefCbor = "iodef-cbor" "application/cbor",
    /// RFC 5070 XML.
    Iodef1Xml = "iodef1-xml" "application/xml",
    /// STIX 2.1.
    Stix = "stix" "application/json",
    /// STIX 2.0.
    Stix20 = "stix20" "application/json",
    /// RFC 6545 message around an IODEF document.
    Rid = "rid" "application/xml",
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
