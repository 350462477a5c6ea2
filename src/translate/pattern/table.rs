//! The table: types of objects, their properties, and the members of an observable that say the same.

/// A type of object, or a way in which the record says it.
#[derive(Debug)]
pub(super) struct Thing {
    /// The type.
    pub object: &'static str,
    /// The properties, of which at least one is said.
    pub rows: &'static [Row],
    /// Members that say of what kind it is, and their words.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Members that say nothing about what is looked for, with the words that they may have there (none: any).
    pub beside: &'static [(&'static str, &'static [&'static str])],
    /// When it is this.
    pub when: When,
}

/// When a thing is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Whenever its properties are said.
    Always,
    /// When all of them are.
    Whole,
    /// When it is written: of two things that say the same, the other is read.
    Written,
}

/// A property and the member that says the same.
#[derive(Debug)]
pub(super) struct Row {
    /// The steps to the property; `*` is each element of a list.
    pub path: &'static [&'static str],
    /// The member, by its pointer in an observable.
    pub member: &'static str,
    /// How its value is compared.
    pub by: By,
}

/// How a value is compared with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A text.
    Text,
    /// A text that is one of these.
    Word(&'static [&'static str]),
    /// An integer.
    Number,
    /// An integer that the record writes as text, with or without `AS` before it.
    Figure,
    /// A byte, as hexadecimal digits.
    Byte,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An IPv4 network, which contains what is found.
    Ipv4Net,
    /// An IPv6 network, which contains what is found.
    Ipv6Net,
    /// A MAC address, which STIX writes in lower case with colons (§6.11).
    Mac,
    /// A key of the registry, whose hive STIX wants written out (§6.17).
    Key,
    /// The number of an IP protocol, by its name.
    Protocol,
    /// A list of texts, each of which is there.
    Texts,
    /// A list of addresses, each of which is there.
    Addresses,
    /// A list of ports, one of which it is.
    Ports,
    /// A list of digests of one content: each of them decides (§9.8 joins them by OR).
    Digests,
    /// A name and its data, as a line of a `.reg` file (RFC 7970 §3.23.1).
    Named,
}

/// A kind of the lines of a bulk list, and the property that is one of them.
#[derive(Debug)]
pub(super) struct Bulk {
    /// The kind.
    pub kind: &'static str,
    /// The type of object.
    pub object: &'static str,
    /// The property.
    pub path: &'static [&'static str],
    /// How each line is compared.
    pub by: By,
    /// Whether there is no other observable for a single one.
    pub alone: bool,
}

const fn row(path: &'static [&'static str], member: &'static str, by: By) -> Row {
    Row { path, member, by }
}

const VALUE: &[&str] = &["value"];

/// About the domain, but not what it is found by.
macro_rules! domain_beside {
    ($at:literal) => {
        &[
            (concat!($at, "/system_status"), &[]),
            (concat!($at, "/domain_status"), &[]),
            (concat!($at, "/checked_at"), &[]),
            (concat!($at, "/registered_at"), &[]),
            (concat!($at, "/expires_at"), &[]),
            (concat!($at, "/contacts"), &[]),
            (concat!($at, "/same_contacts_as"), &[]),
            // What it is in the case, whose it is and what it is for.
            ("/system/id", &[]),
            ("/system/marking", &[]),
            ("/system/origins", &[]),
            ("/system/carried", &[]),
            ("/system/event", &[]),
            ("/system/flow", &[]),
            ("/system/asset", &[]),
            ("/system/role", &[]),
            ("/system/ownership", &[]),
            ("/system/virtual", &[]),
            ("/system/node_roles", &[]),
            ("/system/descriptions", &[]),
            // An address that is known to be forged is none to look for.
            ("/system/spoofed", &["no", "unknown"]),
        ]
    };
}

const SYSTEM: &[(&str, &[&str])] = domain_beside!("/system/domains/0");
const DOMAIN: &[(&str, &[&str])] = domain_beside!("/domain");

macro_rules! things {
    ($( $($when:ident)? $object:literal { $($row:expr;)* } $([$($fixed:literal = $word:literal)*])? $(beside $beside:expr)? ),* $(,)?) => {
        /// All things, in the order in which they are tried.
        pub(super) static THINGS: &[Thing] = &[ $( Thing {
            object: $object,
            rows: &[ $($row),* ],
            fixed: &[ $($( ($fixed, $word) ),*)? ],
            beside: things!(@beside $($beside)?),
            when: things!(@when $($when)?),
        } ),* ];
    };
    (@beside) => { &[] };
    (@beside $beside:expr) => { $beside };
    (@when) => { When::Always };
    (@when $when:ident) => { When::$when };
}

things! {
    "ipv4-addr" { row(VALUE, "/address/value", By::Ipv4); } ["/address/kind" = "ipv4-addr"],
    "ipv4-addr" { row(VALUE, "/address/value", By::Ipv4Net); } ["/address/kind" = "ipv4-net"],
    "ipv6-addr" { row(VALUE, "/address/value", By::Ipv6); } ["/address/kind" = "ipv6-addr"],
    "ipv6-addr" { row(VALUE, "/address/value", By::Ipv6Net); } ["/address/kind" = "ipv6-net"],
    "mac-addr" { row(VALUE, "/address/value", By::Mac); } ["/address/kind" = "mac"],
    "email-addr" { row(VALUE, "/address/value", By::Text); } ["/address/kind" = "e-mail"],
    "autonomous-system" { row(&["number"], "/address/value", By::Figure); } ["/address/kind" = "asn"],
    "url" { row(VALUE, "/url", By::Text); },
    Written "url" { row(VALUE, "/address/value", By::Text); } ["/address/kind" = "site-uri"],
    "domain-name" { row(VALUE, "/domain/name", By::Text); } beside DOMAIN,
    // A system by one name or one address is that name or address.
    Written "domain-name" { row(VALUE, "/system/domains/0/name", By::Text); } beside SYSTEM,
    Written "ipv4-addr" { row(VALUE, "/system/addresses/0/value", By::Ipv4); }
        ["/system/addresses/0/kind" = "ipv4-addr"] beside SYSTEM,
    Written "ipv4-addr" { row(VALUE, "/system/addresses/0/value", By::Ipv4Net); }
        ["/system/addresses/0/kind" = "ipv4-net"] beside SYSTEM,
    Written "ipv6-addr" { row(VALUE, "/system/addresses/0/value", By::Ipv6); }
        ["/system/addresses/0/kind" = "ipv6-addr"] beside SYSTEM,
    Written "ipv6-addr" { row(VALUE, "/system/addresses/0/value", By::Ipv6Net); }
        ["/system/addresses/0/kind" = "ipv6-net"] beside SYSTEM,
    Whole "domain-name" {
        row(VALUE, "/system/domains/0/name", By::Text);
        row(&["resolves_to_refs", "*", "value"], "/system/addresses", By::Addresses);
    } beside SYSTEM,
    "file" {
        row(&["name"], "/files/files/0/name", By::Text);
        row(&["size"], "/files/files/0/size", By::Number);
        row(&["mime_type"], "/files/files/0/type", By::Text);
        row(&["hashes"], "/files/files/0/hashes/hashes", By::Digests);
    } beside &[("/files/files/0/hashes/scope", &["file-contents"])],
    Written "x509-certificate" { row(&["hashes"], "/certificates/certificates/0/x509", By::Digests); }
        beside &[("/certificates/certificates/0/descriptions", &[])],
    "email-message" {
        row(&["from_ref", "value"], "/email/from", By::Text);
        row(&["to_refs", "*", "value"], "/email/to", By::Texts);
        row(&["subject"], "/email/subject", By::Text);
        row(&["additional_header_fields", "X-Mailer", "*"], "/email/x_mailer", By::Text);
        row(&["body"], "/email/body", By::Text);
    },
    "windows-registry-key" {
        row(&["key"], "/registry_change/keys/0/name", By::Key);
        row(&["values", "*"], "/registry_change/keys/0/value", By::Named);
    },
    "network-traffic" {
        row(&["protocols", "*"], "/service/ip_protocol", By::Protocol);
        row(&["protocols", "*"], "/service/name/iana", By::Word(SERVICES));
        row(&["dst_port"], "/service/port", By::Number);
        row(&["dst_port"], "/service/portlist", By::Ports);
        row(&["extensions", "icmp-ext", "icmp_type_hex"], "/service/proto_type", By::Byte);
        row(&["extensions", "icmp-ext", "icmp_code_hex"], "/service/proto_code", By::Byte);
    },
    "process" {
        row(&["image_ref", "name"], "/process/name", By::Text);
        row(&["command_line"], "/process/command_line", By::Text);
        row(&["pid"], "/process/pid", By::Number);
    },
    "mutex" { row(&["name"], "/mutex", By::Text); },
    "user-account" { row(&["account_login"], "/account", By::Text); },
}

const fn bulk(kind: &'static str, object: &'static str, path: &'static [&'static str], by: By) -> Bulk {
    Bulk { kind, object, path, by, alone: false }
}

const HTTP: &str = "network-traffic";

/// Kinds of bulk lists. Digests are none: a list of them is of files.
pub(super) static BULK: &[Bulk] = &[
    bulk("asn", "autonomous-system", &["number"], By::Figure),
    bulk("e-mail", "email-addr", VALUE, By::Text),
    bulk("ipv4-addr", "ipv4-addr", VALUE, By::Ipv4),
    bulk("ipv4-net", "ipv4-addr", VALUE, By::Ipv4Net),
    bulk("ipv6-addr", "ipv6-addr", VALUE, By::Ipv6),
    bulk("ipv6-net", "ipv6-addr", VALUE, By::Ipv6Net),
    bulk("mac", "mac-addr", VALUE, By::Mac),
    bulk("site-uri", "url", VALUE, By::Text),
    bulk("domain-name", "domain-name", VALUE, By::Text),
    bulk("windows-reg-key", "windows-registry-key", &["key"], By::Key),
    bulk("email-x-mailer", "email-message", &["additional_header_fields", "X-Mailer", "*"], By::Text),
    bulk("email-subject", "email-message", &["subject"], By::Text),
    bulk("mutex", "mutex", &["name"], By::Text),
    bulk("user-name", "user-account", &["account_login"], By::Text),
    Bulk {
        alone: true,
        ..bulk(
            "http-user-agent",
            HTTP,
            &["extensions", "http-request-ext", "request_header", "User-Agent", "*"],
            By::Text,
        )
    },
    Bulk {
        alone: true,
        ..bulk("http-request-uri", HTTP, &["extensions", "http-request-ext", "request_value"], By::Text)
    },
];

/// Numbers of IP protocols, and what they are called in lower case, as §6.12 asks for.
pub(super) static PROTOCOLS: &[(i64, &str)] = &[
    (1, "icmp"),
    (2, "igmp"),
    (6, "tcp"),
    (17, "udp"),
    (33, "dccp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "ipv6-icmp"),
    (89, "ospf"),
    (132, "sctp"),
];

/// Names of services in the registry of IANA that are protocols of their own, which one may see in traffic.
static SERVICES: &[&str] = &[
    "domain", "ftp", "http", "https", "imap", "imaps", "irc", "ldap", "ldaps", "ntp", "pop3", "pop3s", "sip", "smtp",
    "snmp", "ssh", "telnet", "tftp",
];

/// Digests: what STIX calls the algorithm (§10.7), the word of the record, and the URI of XML signature.
pub(super) static ALGORITHMS: &[(&str, &str, &str)] = &[
    ("MD5", "md5", "http://www.w3.org/2001/04/xmldsig-more#md5"),
    ("SHA-1", "sha-1", "http://www.w3.org/2000/09/xmldsig#sha1"),
    ("SHA-256", "sha-256", "http://www.w3.org/2001/04/xmlenc#sha256"),
    ("SHA-512", "sha-512", "http://www.w3.org/2001/04/xmlenc#sha512"),
    ("SHA3-256", "sha3-256", "http://www.w3.org/2007/05/xmldsig-more#sha3-256"),
    ("SHA3-512", "sha3-512", "http://www.w3.org/2007/05/xmldsig-more#sha3-512"),
    ("SSDEEP", "ssdeep", ""),
    ("TLSH", "tlsh", ""),
];

/// Digests of which no two contents are known to have the same: whatever else is said of a file, they find it.
pub(super) static STRONG: &[&str] = &["SHA-256", "SHA-512", "SHA3-256", "SHA3-512"];

/// Hives of the registry, and how they are shortened.
pub(super) static HIVES: &[(&str, &str)] = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
];
