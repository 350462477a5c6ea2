//! Predefined extensions of cyber-observable objects, and the types that only they have (§6).

use super::{
    def::{
        BOOLEAN, Def, FLOAT, HASHES, HEX, INTEGER, NATURAL, STRING, TIMESTAMP, Type, Values, closed, form, list, may,
        must, open, part, parted, refs,
    },
    forms, vocab,
};

/// Email MIME Component Type.
pub static EMAIL_MIME_PART_TYPE: Def = parted(
    "email-mime-part-type",
    "6.6.2",
    &[
        may("body", STRING),
        may("body_raw_ref", refs(&["artifact", "file"])),
        may("content_type", STRING),
        may("content_disposition", STRING),
    ],
);

/// Archive File Extension.
pub static ARCHIVE_EXT: Def = parted(
    "archive-ext",
    "6.7.2",
    &[must("contains_refs", list(&refs(&["file", "directory"]))), may("comment", STRING)],
);

/// NTFS File Extension.
pub static NTFS_EXT: Def = parted(
    "ntfs-ext",
    "6.7.3",
    &[may("sid", STRING), may("alternate_data_streams", list(&part(&ALTERNATE_DATA_STREAM_TYPE)))],
);

/// Alternate Data Stream Type.
pub static ALTERNATE_DATA_STREAM_TYPE: Def =
    parted("alternate-data-stream-type", "6.7.3", &[must("name", STRING), may("hashes", HASHES), may("size", NATURAL)]);

/// PDF File Extension.
pub static PDF_EXT: Def = parted(
    "pdf-ext",
    "6.7.4",
    &[
        may("version", STRING),
        may("is_optimized", BOOLEAN),
        may("document_info_dict", Type::Dictionary(Values::String)),
        may("pdfid0", STRING),
        may("pdfid1", STRING),
    ],
);

/// Raster Image File Extension.
pub static RASTER_IMAGE_EXT: Def = parted(
    "raster-image-ext",
    "6.7.5",
    &[
        may("image_height", INTEGER),
        may("image_width", INTEGER),
        may("bits_per_pixel", INTEGER),
        may("exif_tags", Type::Dictionary(Values::IntegerOrString)),
    ],
);

/// Windows PE Binary File Extension.
pub static WINDOWS_PEBINARY_EXT: Def = parted(
    "windows-pebinary-ext",
    "6.7.6",
    &[
        must("pe_type", open(&vocab::WINDOWS_PEBINARY_TYPE_OV)),
        may("imphash", STRING),
        may("machine_hex", HEX),
        may("number_of_sections", NATURAL),
        may("time_date_stamp", TIMESTAMP),
        may("pointer_to_symbol_table_hex", HEX),
        may("number_of_symbols", NATURAL),
        may("size_of_optional_header", NATURAL),
        may("characteristics_hex", HEX),
        may("file_header_hashes", HASHES),
        may("optional_header", part(&WINDOWS_PE_OPTIONAL_HEADER_TYPE)),
        may("sections", list(&part(&WINDOWS_PE_SECTION_TYPE))),
    ],
);

/// Windows PE Optional Header Type.
pub static WINDOWS_PE_OPTIONAL_HEADER_TYPE: Def = parted(
    "windows-pe-optional-header-type",
    "6.7.6",
    &[
        may("magic_hex", HEX),
        may("major_linker_version", INTEGER),
        may("minor_linker_version", INTEGER),
        may("size_of_code", NATURAL),
        may("size_of_initialized_data", NATURAL),
        may("size_of_uninitialized_data", NATURAL),
        may("address_of_entry_point", INTEGER),
        may("base_of_code", INTEGER),
        may("base_of_data", INTEGER),
        may("image_base", INTEGER),
        may("section_alignment", INTEGER),
        may("file_alignment", INTEGER),
        may("major_os_version", INTEGER),
        may("minor_os_version", INTEGER),
        may("major_image_version", INTEGER),
        may("minor_image_version", INTEGER),
        may("major_subsystem_version", INTEGER),
        may("minor_subsystem_version", INTEGER),
        may("win32_version_value_hex", HEX),
        may("size_of_image", NATURAL),
        may("size_of_headers", NATURAL),
        may("checksum_hex", HEX),
        may("subsystem_hex", HEX),
        may("dll_characteristics_hex", HEX),
        may("size_of_stack_reserve", NATURAL),
        may("size_of_stack_commit", NATURAL),
        may("size_of_heap_reserve", NATURAL),
        may("size_of_heap_commit", NATURAL),
        may("loader_flags_hex", HEX),
        may("number_of_rva_and_sizes", INTEGER),
        may("hashes", HASHES),
    ],
);

/// Windows PE Section Type.
pub static WINDOWS_PE_SECTION_TYPE: Def = parted(
    "windows-pe-section-type",
    "6.7.6",
    &[must("name", STRING), may("size", NATURAL), may("entropy", FLOAT), may("hashes", HASHES)],
);

/// HTTP Request Extension.
pub static HTTP_REQUEST_EXT: Def = parted(
    "http-request-ext",
    "6.12.2",
    &[
        must("request_method", form(&forms::LOWER)),
        must("request_value", STRING),
        may("request_version", form(&forms::LOWER)),
        may("request_header", Type::Dictionary(Values::Strings)),
        may("message_body_length", INTEGER),
        may("message_body_data_ref", refs(&["artifact"])),
    ],
);

/// ICMP Extension.
pub static ICMP_EXT: Def = parted("icmp-ext", "6.12.3", &[must("icmp_type_hex", HEX), must("icmp_code_hex", HEX)]);

/// Network Socket Extension.
pub static SOCKET_EXT: Def = parted(
    "socket-ext",
    "6.12.4",
    &[
        must("address_family", closed(&vocab::NETWORK_SOCKET_ADDRESS_FAMILY_ENUM)),
        may("is_blocking", BOOLEAN),
        may("is_listening", BOOLEAN),
        may("options", Type::Dictionary(Values::Integer)),
        may("socket_type", closed(&vocab::NETWORK_SOCKET_TYPE_ENUM)),
        may("socket_descriptor", NATURAL),
        may("socket_handle", INTEGER),
    ],
);

/// TCP Extension.
pub static TCP_EXT: Def = parted("tcp-ext", "6.12.5", &[may("src_flags_hex", HEX), may("dst_flags_hex", HEX)]);

/// Windows Process Extension.
pub static WINDOWS_PROCESS_EXT: Def = parted(
    "windows-process-ext",
    "6.13.2",
    &[
        may("aslr_enabled", BOOLEAN),
        may("dep_enabled", BOOLEAN),
        may("priority", STRING),
        may("owner_sid", STRING),
        may("windows_title", STRING),
        may("startup_info", Type::Dictionary(Values::Any)),
        may("integrity_level", closed(&vocab::WINDOWS_INTEGRITY_LEVEL_ENUM)),
    ],
);

/// Windows Service Extension.
pub static WINDOWS_SERVICE_EXT: Def = parted(
    "windows-service-ext",
    "6.13.3",
    &[
        may("service_name", STRING),
        may("descriptions", list(&STRING)),
        may("display_name", STRING),
        may("group_name", STRING),
        may("start_type", closed(&vocab::WINDOWS_SERVICE_START_TYPE_ENUM)),
        may("service_dll_refs", list(&refs(&["file"]))),
        may("service_type", closed(&vocab::WINDOWS_SERVICE_TYPE_ENUM)),
        may("service_status", closed(&vocab::WINDOWS_SERVICE_STATUS_ENUM)),
    ],
);

/// UNIX Account Extension.
pub static UNIX_ACCOUNT_EXT: Def = parted(
    "unix-account-ext",
    "6.16.2",
    &[may("gid", INTEGER), may("groups", list(&STRING)), may("home_dir", STRING), may("shell", STRING)],
);

/// Windows Registry Value Type.
pub static WINDOWS_REGISTRY_VALUE_TYPE: Def = parted(
    "windows-registry-value-type",
    "6.17.2",
    &[may("name", STRING), may("data", STRING), may("data_type", closed(&vocab::WINDOWS_REGISTRY_DATATYPE_ENUM))],
);

/// X.509 v3 Extensions Type.
pub static X509_V3_EXTENSIONS_TYPE: Def = parted(
    "x509-v3-extensions-type",
    "6.18.2",
    &[
        may("basic_constraints", STRING),
        may("name_constraints", STRING),
        may("policy_constraints", STRING),
        may("key_usage", STRING),
        may("extended_key_usage", STRING),
        may("subject_key_identifier", STRING),
        may("authority_key_identifier", STRING),
        may("subject_alternative_name", STRING),
        may("issuer_alternative_name", STRING),
        may("subject_directory_attributes", STRING),
        may("crl_distribution_points", STRING),
        may("inhibit_any_policy", STRING),
        may("private_key_usage_period_not_before", TIMESTAMP),
        may("private_key_usage_period_not_after", TIMESTAMP),
        may("certificate_policies", STRING),
        may("policy_mappings", STRING),
    ],
);
