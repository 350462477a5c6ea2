//! The schemas of IODEF, printed from its tables.

use super::{
    DS, ENUM, IodefDocument, SCI,
    mapkeys::MAPKEYS,
    profile::{Profile, RFC8727, RFC8727_CDDL},
};
use crate::{
    class::{
        ClassDef,
        schema::{Cddl, JsonSchema, XmlSchema},
    },
    xml::XML_NS,
};

const ROOT: &ClassDef = &IodefDocument::DEF;

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
    XmlSchema { root: ROOT, title, prefix: "iodef", imports: IMPORTS, dialect: profile.dialect() }.print()
}

/// The JSON Schema of RFC 8727.
pub fn json_schema() -> String {
    let title = "IODEF version 2 in JSON (RFC 8727)";
    JsonSchema { root: ROOT, id: "urn:sirex:schema:iodef-json:2", title, dialect: &RFC8727 }.print()
}

/// The CDDL of RFC 8727.
pub fn cddl() -> String {
    let title = "IODEF version 2 in CBOR (RFC 8727)";
    Cddl { root: ROOT, title, prefix: "iodef", keys: MAPKEYS, dialect: &RFC8727_CDDL }.print()
}
