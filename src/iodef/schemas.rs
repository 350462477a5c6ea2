//! The schemas of IODEF, printed from its tables.

use super::{DS, ENUM, IodefDocument, SCI, profile::Profile};
use crate::{class::schema::XmlSchema, xml::XML_NS};

/// The schemas that those of IODEF use, by the places that RFC 7970 §8 gives (its line breaks within them left out).
const IMPORTS: &[(&str, &str, &str)] = &[
    ("ds", DS, "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd"),
    ("enum", ENUM, "http://www.iana.org/assignments/xml-registry/schema/iodef-enum-1.0.xsd"),
    ("sci", SCI, "http://www.iana.org/assignments/xml-registry/schema/iodef-sci-1.0.xsd"),
    ("xml", XML_NS, "http://www.w3.org/2001/xml.xsd"),
];

/// The XML Schema of a profile: it accepts what the published schema accepts (`docs/schemas.md` lists the exceptions).
pub fn xml_schema(profile: Profile) -> String {
    let title = match profile {
        Profile::Rfc7970 => "IODEF version 2, as RFC 7970 section 8 prints it",
        Profile::Errata => "IODEF version 2, RFC 7970 with its errata, as its text has it",
    };
    let root = const { &IodefDocument::DEF };
    XmlSchema { root, title, prefix: "iodef", imports: IMPORTS, dialect: profile.dialect() }.print()
}
