//! STIX Cyber-observable Objects (§6).

use super::{
    def::{
        BINARY, BOOLEAN, Def, HASHES, HEX, INTEGER, NATURAL, STRING, TIMESTAMP, Targets, Type, Values, closed, form,
        integer, list, may, must, open, part, refs, sco,
    },
    forms,
    parts::{
        ARCHIVE_EXT, EMAIL_MIME_PART_TYPE, HTTP_REQUEST_EXT, ICMP_EXT, NTFS_EXT, PDF_EXT, RASTER_IMAGE_EXT, SOCKET_EXT,
        TCP_EXT, UNIX_ACCOUNT_EXT, WINDOWS_PEBINARY_EXT, WINDOWS_PROCESS_EXT, WINDOWS_REGISTRY_VALUE_TYPE,
        WINDOWS_SERVICE_EXT, X509_V3_EXTENSIONS_TYPE,
    },
    vocab,
};

/// Artifact.
pub static ARTIFACT: Def = sco(
    "artifact",
    "6.1",
    &["hashes", "payload_bin"],
    &[],
    &[
        may("mime_type", STRING),
        may("payload_bin", BINARY),
        may("url", form(&forms::URL)),
        may("hashes", HASHES),
        may("encryption_algorithm", closed(&vocab::ENCRYPTION_ALGORITHM_ENUM)),
        may("decryption_key", STRING),
    ],
);

/// Autonomous System (AS).
pub static AUTONOMOUS_SYSTEM: Def = sco(
    "autonomous-system",
    "6.2",
    &["number"],
    &[],
    &[must("number", INTEGER), may("name", STRING), may("rir", STRING)],
);

/// Directory.
pub static DIRECTORY: Def = sco(
    "directory",
    "6.3",
    &["path"],
    &[],
    &[
        must("path", STRING),
        may("path_enc", STRING),
        may("ctime", TIMESTAMP),
        may("mtime", TIMESTAMP),
        may("atime", TIMESTAMP),
        may("contains_refs", list(&refs(&["file", "directory"]))),
    ],
);

/// Domain Name.
pub static DOMAIN_NAME: Def = sco(
    "domain-name",
    "6.4",
    &["value"],
    &[],
    &[
        must("value", form(&forms::DOMAIN_NAME)),
        may("resolves_to_refs", list(&refs(&["ipv4-addr", "ipv6-addr", "domain-name"]))),
    ],
);

/// Email Address.
pub static EMAIL_ADDR: Def = sco(
    "email-addr",
    "6.5",
    &["value"],
    &[],
    &[must("value", form(&forms::EMAIL)), may("display_name", STRING), may("belongs_to_ref", refs(&["user-account"]))],
);

/// Email Message.
pub static EMAIL_MESSAGE: Def = sco(
    "email-message",
    "6.6",
    &["from_ref", "subject", "body"],
    &[],
    &[
        must("is_multipart", BOOLEAN),
        may("date", TIMESTAMP),
        may("content_type", STRING),
        may("from_ref", refs(&["email-addr"])),
        may("sender_ref", refs(&["email-addr"])),
        may("to_refs", list(&refs(&["email-addr"]))),
        may("cc_refs", list(&refs(&["email-addr"]))),
        may("bcc_refs", list(&refs(&["email-addr"]))),
        may("message_id", STRING),
        may("subject", STRING),
        may("received_lines", list(&STRING)),
        may("additional_header_fields", Type::Dictionary(Values::Strings)),
        may("body", STRING),
        may("body_multipart", list(&part(&EMAIL_MIME_PART_TYPE))),
        may("raw_email_ref", refs(&["artifact"])),
    ],
);

/// File.
pub static FILE: Def = sco(
    "file",
    "6.7",
    &["hashes", "name", "extensions", "parent_directory_ref"],
    &[&ARCHIVE_EXT, &NTFS_EXT, &PDF_EXT, &RASTER_IMAGE_EXT, &WINDOWS_PEBINARY_EXT],
    &[
        may("hashes", HASHES),
        may("size", NATURAL),
        may("name", STRING),
        may("name_enc", STRING),
        may("magic_number_hex", HEX),
        may("mime_type", STRING),
        may("ctime", TIMESTAMP),
        may("mtime", TIMESTAMP),
        may("atime", TIMESTAMP),
        may("parent_directory_ref", refs(&["directory"])),
        may("contains_refs", list(&Type::Identifier(Targets::Observable))),
        may("content_ref", refs(&["artifact"])),
    ],
);

/// IPv4 Address.
pub static IPV4_ADDR: Def = sco(
    "ipv4-addr",
    "6.8",
    &["value"],
    &[],
    &[
        must("value", form(&forms::IPV4)),
        may("resolves_to_refs", list(&refs(&["mac-addr"]))),
        may("belongs_to_refs", list(&refs(&["autonomous-system"]))),
    ],
);

/// IPv6 Address.
pub static IPV6_ADDR: Def = sco(
    "ipv6-addr",
    "6.9",
    &["value"],
    &[],
    &[
        must("value", form(&forms::IPV6)),
        may("resolves_to_refs", list(&refs(&["mac-addr"]))),
        may("belongs_to_refs", list(&refs(&["autonomous-system"]))),
    ],
);

/// MAC Address.
pub static MAC_ADDR: Def = sco("mac-addr", "6.10", &["value"], &[], &[must("value", form(&forms::MAC))]);

/// Mutex.
pub static MUTEX: Def = sco("mutex", "6.11", &["name"], &[], &[must("name", STRING)]);

/// Network Traffic.
pub static NETWORK_TRAFFIC: Def = sco(
    "network-traffic",
    "6.12",
    &["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"],
    &[&HTTP_REQUEST_EXT, &ICMP_EXT, &SOCKET_EXT, &TCP_EXT],
    &[
        may("start", TIMESTAMP),
        may("end", TIMESTAMP),
        may("is_active", BOOLEAN),
        may("src_ref", refs(&["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"])),
        may("dst_ref", refs(&["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"])),
        may("src_port", integer(0, 65_535)),
        may("dst_port", integer(0, 65_535)),
        must("protocols", list(&STRING)),
        may("src_byte_count", NATURAL),
        may("dst_byte_count", NATURAL),
        may("src_packets", NATURAL),
        may("dst_packets", NATURAL),
        may("ipfix", Type::Dictionary(Values::IntegerOrString)),
        may("src_payload_ref", refs(&["artifact"])),
        may("dst_payload_ref", refs(&["artifact"])),
        may("encapsulates_refs", list(&refs(&["network-traffic"]))),
        may("encapsulated_by_ref", refs(&["network-traffic"])),
    ],
);

/// Process.
pub static PROCESS: Def = sco(
    "process",
    "6.13",
    &[],
    &[&WINDOWS_PROCESS_EXT, &WINDOWS_SERVICE_EXT],
    &[
        may("is_hidden", BOOLEAN),
        may("pid", INTEGER),
        may("created_time", TIMESTAMP),
        may("cwd", STRING),
        may("command_line", STRING),
        may("environment_variables", Type::Dictionary(Values::String)),
        may("opened_connection_refs", list(&refs(&["network-traffic"]))),
        may("creator_user_ref", refs(&["user-account"])),
        may("image_ref", refs(&["file"])),
        may("parent_ref", refs(&["process"])),
        may("child_refs", list(&refs(&["process"]))),
    ],
);

/// Software.
pub static SOFTWARE: Def = sco(
    "software",
    "6.14",
    &["name", "cpe", "swid", "vendor", "version"],
    &[],
    &[
        must("name", STRING),
        may("cpe", form(&forms::CPE)),
        may("swid", STRING),
        may("languages", list(&form(&forms::LANGUAGE))),
        may("vendor", STRING),
        may("version", STRING),
    ],
);

/// URL.
pub static URL: Def = sco("url", "6.15", &["value"], &[], &[must("value", form(&forms::URL))]);

/// User Account.
pub static USER_ACCOUNT: Def = sco(
    "user-account",
    "6.16",
    &["account_type", "user_id", "account_login"],
    &[&UNIX_ACCOUNT_EXT],
    &[
        may("user_id", STRING),
        may("credential", STRING),
        may("account_login", STRING),
        may("account_type", open(&vocab::ACCOUNT_TYPE_OV)),
        may("display_name", STRING),
        may("is_service_account", BOOLEAN),
        may("is_privileged", BOOLEAN),
        may("can_escalate_privs", BOOLEAN),
        may("is_disabled", BOOLEAN),
        may("account_created", TIMESTAMP),
        may("account_expires", TIMESTAMP),
        may("credential_last_changed", TIMESTAMP),
        may("account_first_login", TIMESTAMP),
        may("account_last_login", TIMESTAMP),
    ],
);

/// Windows Registry Key.
pub static WINDOWS_REGISTRY_KEY: Def = sco(
    "windows-registry-key",
    "6.17",
    &["key", "values"],
    &[],
    &[
        may("key", STRING),
        may("values", list(&part(&WINDOWS_REGISTRY_VALUE_TYPE))),
        may("modified_time", TIMESTAMP),
        may("creator_user_ref", refs(&["user-account"])),
        may("number_of_subkeys", INTEGER),
    ],
);

/// X.509 Certificate.
pub static X509_CERTIFICATE: Def = sco(
    "x509-certificate",
    "6.18",
    &["hashes", "serial_number"],
    &[],
    &[
        may("is_self_signed", BOOLEAN),
        may("hashes", HASHES),
        may("version", STRING),
        may("serial_number", STRING),
        may("signature_algorithm", STRING),
        may("issuer", STRING),
        may("validity_not_before", TIMESTAMP),
        may("validity_not_after", TIMESTAMP),
        may("subject", STRING),
        may("subject_public_key_algorithm", STRING),
        may("subject_public_key_modulus", STRING),
        may("subject_public_key_exponent", INTEGER),
        may("x509_v3_extensions", part(&X509_V3_EXTENSIONS_TYPE)),
    ],
);
