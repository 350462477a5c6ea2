//! All declarations.

use super::{
    common::{EXTERNAL_REFERENCE, GRANULAR_MARKING, KILL_CHAIN_PHASE},
    def::Def,
    domain as sdo, meta, observable as sco, parts,
};

/// Every type of object, in the order of the specification.
pub static OBJECTS: &[&Def] = &[
    &sdo::ATTACK_PATTERN,
    &sdo::CAMPAIGN,
    &sdo::COURSE_OF_ACTION,
    &sdo::GROUPING,
    &sdo::IDENTITY,
    &sdo::INCIDENT,
    &sdo::INDICATOR,
    &sdo::INFRASTRUCTURE,
    &sdo::INTRUSION_SET,
    &sdo::LOCATION,
    &sdo::MALWARE,
    &sdo::MALWARE_ANALYSIS,
    &sdo::NOTE,
    &sdo::OBSERVED_DATA,
    &sdo::OPINION,
    &sdo::REPORT,
    &sdo::THREAT_ACTOR,
    &sdo::TOOL,
    &sdo::VULNERABILITY,
    &meta::RELATIONSHIP,
    &meta::SIGHTING,
    &sco::ARTIFACT,
    &sco::AUTONOMOUS_SYSTEM,
    &sco::DIRECTORY,
    &sco::DOMAIN_NAME,
    &sco::EMAIL_ADDR,
    &sco::EMAIL_MESSAGE,
    &sco::FILE,
    &sco::IPV4_ADDR,
    &sco::IPV6_ADDR,
    &sco::MAC_ADDR,
    &sco::MUTEX,
    &sco::NETWORK_TRAFFIC,
    &sco::PROCESS,
    &sco::SOFTWARE,
    &sco::URL,
    &sco::USER_ACCOUNT,
    &sco::WINDOWS_REGISTRY_KEY,
    &sco::X509_CERTIFICATE,
    &meta::LANGUAGE_CONTENT,
    &meta::MARKING_DEFINITION,
    &meta::EXTENSION_DEFINITION,
    &meta::BUNDLE,
];

/// Every predefined extension and every other type that has properties.
pub static PARTS: &[&Def] = &[
    &EXTERNAL_REFERENCE,
    &KILL_CHAIN_PHASE,
    &GRANULAR_MARKING,
    &parts::EMAIL_MIME_PART_TYPE,
    &parts::ARCHIVE_EXT,
    &parts::NTFS_EXT,
    &parts::ALTERNATE_DATA_STREAM_TYPE,
    &parts::PDF_EXT,
    &parts::RASTER_IMAGE_EXT,
    &parts::WINDOWS_PEBINARY_EXT,
    &parts::WINDOWS_PE_OPTIONAL_HEADER_TYPE,
    &parts::WINDOWS_PE_SECTION_TYPE,
    &parts::HTTP_REQUEST_EXT,
    &parts::ICMP_EXT,
    &parts::SOCKET_EXT,
    &parts::TCP_EXT,
    &parts::WINDOWS_PROCESS_EXT,
    &parts::WINDOWS_SERVICE_EXT,
    &parts::UNIX_ACCOUNT_EXT,
    &parts::WINDOWS_REGISTRY_VALUE_TYPE,
    &parts::X509_V3_EXTENSIONS_TYPE,
    &meta::STATEMENT,
    &meta::TLP,
];

/// The declaration of a type of object.
pub fn object(name: &str) -> Option<&'static Def> {
    OBJECTS.iter().copied().find(|def| def.name == name)
}
