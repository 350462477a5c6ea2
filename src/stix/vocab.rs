//! Vocabularies (§10).

/// The values that properties of a type may or should have.
#[derive(Debug)]
pub struct Vocabulary {
    /// Its name; those that end in `-enum` are closed.
    pub name: &'static str,
    /// Its section of STIX 2.1.
    pub section: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

impl Vocabulary {
    /// Whether it has this value.
    pub fn has(&self, value: &str) -> bool {
        self.values.contains(&value)
    }
}

/// All of them, in the order of §10.
pub static ALL: &[&Vocabulary] = &[
    &ACCOUNT_TYPE_OV,
    &ATTACK_MOTIVATION_OV,
    &ATTACK_RESOURCE_LEVEL_OV,
    &ENCRYPTION_ALGORITHM_ENUM,
    &EXTENSION_TYPE_ENUM,
    &GROUPING_CONTEXT_OV,
    &HASH_ALGORITHM_OV,
    &IDENTITY_CLASS_OV,
    &IMPLEMENTATION_LANGUAGE_OV,
    &INDICATOR_TYPE_OV,
    &INDUSTRY_SECTOR_OV,
    &INFRASTRUCTURE_TYPE_OV,
    &MALWARE_CAPABILITIES_OV,
    &MALWARE_RESULT_OV,
    &MALWARE_TYPE_OV,
    &NETWORK_SOCKET_ADDRESS_FAMILY_ENUM,
    &NETWORK_SOCKET_TYPE_ENUM,
    &OPINION_ENUM,
    &PATTERN_TYPE_OV,
    &PROCESSOR_ARCHITECTURE_OV,
    &REGION_OV,
    &REPORT_TYPE_OV,
    &THREAT_ACTOR_TYPE_OV,
    &THREAT_ACTOR_ROLE_OV,
    &THREAT_ACTOR_SOPHISTICATION_OV,
    &TOOL_TYPE_OV,
    &WINDOWS_INTEGRITY_LEVEL_ENUM,
    &WINDOWS_PEBINARY_TYPE_OV,
    &WINDOWS_REGISTRY_DATATYPE_ENUM,
    &WINDOWS_SERVICE_START_TYPE_ENUM,
    &WINDOWS_SERVICE_TYPE_ENUM,
    &WINDOWS_SERVICE_STATUS_ENUM,
];

/// Account Type Vocabulary.
pub static ACCOUNT_TYPE_OV: Vocabulary = Vocabulary {
    name: "account-type-ov",
    section: "10.1",
    values: &[
        "facebook",
        "ldap",
        "nis",
        "openid",
        "radius",
        "skype",
        "tacacs",
        "twitter",
        "unix",
        "windows-local",
        "windows-domain",
    ],
};

/// Attack Motivation Vocabulary.
pub static ATTACK_MOTIVATION_OV: Vocabulary = Vocabulary {
    name: "attack-motivation-ov",
    section: "10.2",
    values: &[
        "accidental",
        "coercion",
        "dominance",
        "ideology",
        "notoriety",
        "organizational-gain",
        "personal-gain",
        "personal-satisfaction",
        "revenge",
        "unpredictable",
    ],
};

/// Attack Resource Level Vocabulary.
pub static ATTACK_RESOURCE_LEVEL_OV: Vocabulary = Vocabulary {
    name: "attack-resource-level-ov",
    section: "10.3",
    values: &["individual", "club", "contest", "team", "organization", "government"],
};

/// Encryption Algorithm Enumeration.
pub static ENCRYPTION_ALGORITHM_ENUM: Vocabulary = Vocabulary {
    name: "encryption-algorithm-enum",
    section: "10.4",
    values: &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"],
};

/// Extension Type Enumeration.
pub static EXTENSION_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "extension-type-enum",
    section: "10.5",
    values: &["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"],
};

/// Grouping Context Vocabulary.
pub static GROUPING_CONTEXT_OV: Vocabulary = Vocabulary {
    name: "grouping-context-ov",
    section: "10.6",
    values: &["suspicious-activity", "malware-analysis", "unspecified"],
};

/// Hashing Algorithm Vocabulary.
pub static HASH_ALGORITHM_OV: Vocabulary = Vocabulary {
    name: "hash-algorithm-ov",
    section: "10.7",
    values: &["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"],
};

/// Identity Class Vocabulary.
pub static IDENTITY_CLASS_OV: Vocabulary = Vocabulary {
    name: "identity-class-ov",
    section: "10.8",
    values: &["individual", "group", "system", "organization", "class", "unknown"],
};

/// Implementation Language Vocabulary.
pub static IMPLEMENTATION_LANGUAGE_OV: Vocabulary = Vocabulary {
    name: "implementation-language-ov",
    section: "10.9",
    values: &[
        "applescript",
        "bash",
        "c",
        "c++",
        "c#",
        "go",
        "java",
        "javascript",
        "lua",
        "objective-c",
        "perl",
        "php",
        "powershell",
        "python",
        "ruby",
        "rust",
        "scala",
        "swift",
        "typescript",
        "visual-basic",
        "x86-32",
        "x86-64",
    ],
};

/// Indicator Type Vocabulary.
pub static INDICATOR_TYPE_OV: Vocabulary = Vocabulary {
    name: "indicator-type-ov",
    section: "10.10",
    values: &[
        "anomalous-activity",
        "anonymization",
        "benign",
        "compromised",
        "malicious-activity",
        "attribution",
        "unknown",
    ],
};

/// Industry Sector Vocabulary.
pub static INDUSTRY_SECTOR_OV: Vocabulary = Vocabulary {
    name: "industry-sector-ov",
    section: "10.11",
    values: &[
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "legal",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    ],
};

/// Infrastructure Type Vocabulary.
pub static INFRASTRUCTURE_TYPE_OV: Vocabulary = Vocabulary {
    name: "infrastructure-type-ov",
    section: "10.12",
    values: &[
        "amplification",
        "anonymization",
        "botnet",
        "command-and-control",
        "control-system",
        "exfiltration",
        "firewall",
        "hosting-malware",
        "hosting-target-lists",
        "phishing",
        "reconnaissance",
        "routers-switches",
        "staging",
        "workstation",
        "unknown",
    ],
};

/// Malware Capabilities Vocabulary.
pub static MALWARE_CAPABILITIES_OV: Vocabulary = Vocabulary {
    name: "malware-capabilities-ov",
    section: "10.13",
    values: &[
        "accesses-remote-machines",
        "anti-debugging",
        "anti-disassembly",
        "anti-emulation",
        "anti-memory-forensics",
        "anti-sandbox",
        "anti-vm",
        "captures-input-peripherals",
        "captures-output-peripherals",
        "captures-system-state-data",
        "cleans-traces-of-infection",
        "commits-fraud",
        "communicates-with-c2",
        "compromises-data-availability",
        "compromises-data-integrity",
        "compromises-system-availability",
        "controls-local-machine",
        "degrades-security-software",
        "degrades-system-updates",
        "determines-c2-server",
        "emails-spam",
        "escalates-privileges",
        "evades-av",
        "exfiltrates-data",
        "fingerprints-host",
        "hides-artifacts",
        "hides-executing-code",
        "infects-files",
        "infects-remote-machines",
        "installs-other-components",
        "persists-after-system-reboot",
        "prevents-artifact-access",
        "prevents-artifact-deletion",
        "probes-network-environment",
        "self-modifies",
        "steals-authentication-credentials",
        "violates-system-operational-integrity",
    ],
};

/// Malware Result Vocabulary.
pub static MALWARE_RESULT_OV: Vocabulary = Vocabulary {
    name: "malware-result-ov",
    section: "10.14",
    values: &["malicious", "suspicious", "benign", "unknown"],
};

/// Malware Type Vocabulary.
pub static MALWARE_TYPE_OV: Vocabulary = Vocabulary {
    name: "malware-type-ov",
    section: "10.15",
    values: &[
        "adware",
        "backdoor",
        "bot",
        "bootkit",
        "ddos",
        "downloader",
        "dropper",
        "exploit-kit",
        "keylogger",
        "ransomware",
        "remote-access-trojan",
        "resource-exploitation",
        "rogue-security-software",
        "rootkit",
        "screen-capture",
        "spyware",
        "trojan",
        "unknown",
        "virus",
        "webshell",
        "wiper",
        "worm",
    ],
};

/// Network Socket Address Family Enumeration.
pub static NETWORK_SOCKET_ADDRESS_FAMILY_ENUM: Vocabulary = Vocabulary {
    name: "network-socket-address-family-enum",
    section: "10.16",
    values: &["AF_UNSPEC", "AF_INET", "AF_IPX", "AF_APPLETALK", "AF_NETBIOS", "AF_INET6", "AF_IRDA", "AF_BTH"],
};

/// Network Socket Type Enumeration.
pub static NETWORK_SOCKET_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "network-socket-type-enum",
    section: "10.17",
    values: &["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"],
};

/// Opinion Enumeration.
pub static OPINION_ENUM: Vocabulary = Vocabulary {
    name: "opinion-enum",
    section: "10.18",
    values: &["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"],
};

/// Pattern Type Vocabulary.
pub static PATTERN_TYPE_OV: Vocabulary = Vocabulary {
    name: "pattern-type-ov",
    section: "10.19",
    values: &["stix", "pcre", "sigma", "snort", "suricata", "yara"],
};

/// Processor Architecture Vocabulary.
pub static PROCESSOR_ARCHITECTURE_OV: Vocabulary = Vocabulary {
    name: "processor-architecture-ov",
    section: "10.20",
    values: &["alpha", "arm", "ia-64", "mips", "powerpc", "sparc", "x86", "x86-64"],
};

/// Region Vocabulary.
pub static REGION_OV: Vocabulary = Vocabulary {
    name: "region-ov",
    section: "10.21",
    values: &[
        "africa",
        "eastern-africa",
        "middle-africa",
        "northern-africa",
        "southern-africa",
        "western-africa",
        "americas",
        "caribbean",
        "central-america",
        "latin-america-caribbean",
        "northern-america",
        "south-america",
        "asia",
        "central-asia",
        "eastern-asia",
        "southern-asia",
        "south-eastern-asia",
        "western-asia",
        "europe",
        "eastern-europe",
        "northern-europe",
        "southern-europe",
        "western-europe",
        "oceania",
        "antarctica",
        "australia-new-zealand",
        "melanesia",
        "micronesia",
        "polynesia",
    ],
};

/// Report Type Vocabulary.
pub static REPORT_TYPE_OV: Vocabulary = Vocabulary {
    name: "report-type-ov",
    section: "10.22",
    values: &[
        "attack-pattern",
        "campaign",
        "identity",
        "incident",
        "indicator",
        "intrusion-set",
        "malware",
        "observed-data",
        "threat-actor",
        "threat-report",
        "tool",
        "vulnerability",
    ],
};

/// Threat Actor Type Vocabulary.
pub static THREAT_ACTOR_TYPE_OV: Vocabulary = Vocabulary {
    name: "threat-actor-type-ov",
    section: "10.23",
    values: &[
        "activist",
        "competitor",
        "crime-syndicate",
        "criminal",
        "hacker",
        "insider-accidental",
        "insider-disgruntled",
        "nation-state",
        "private-sector",
        "sensationalist",
        "spy",
        "terrorist",
        "unknown",
    ],
};

/// Threat Actor Role Vocabulary.
pub static THREAT_ACTOR_ROLE_OV: Vocabulary = Vocabulary {
    name: "threat-actor-role-ov",
    section: "10.24",
    values: &[
        "agent",
        "director",
        "independent",
        "infrastructure-architect",
        "infrastructure-operator",
        "malware-author",
        "sponsor",
    ],
};

/// Threat Actor Sophistication Vocabulary.
pub static THREAT_ACTOR_SOPHISTICATION_OV: Vocabulary = Vocabulary {
    name: "threat-actor-sophistication-ov",
    section: "10.25",
    values: &["none", "minimal", "intermediate", "advanced", "expert", "innovator", "strategic"],
};

/// Tool Type Vocabulary.
pub static TOOL_TYPE_OV: Vocabulary = Vocabulary {
    name: "tool-type-ov",
    section: "10.26",
    values: &[
        "denial-of-service",
        "exploitation",
        "information-gathering",
        "network-capture",
        "credential-exploitation",
        "remote-access",
        "vulnerability-scanning",
        "unknown",
    ],
};

/// Windows Integrity Level Enumeration.
pub static WINDOWS_INTEGRITY_LEVEL_ENUM: Vocabulary =
    Vocabulary { name: "windows-integrity-level-enum", section: "10.27", values: &["low", "medium", "high", "system"] };

/// Windows PE Binary Vocabulary.
pub static WINDOWS_PEBINARY_TYPE_OV: Vocabulary =
    Vocabulary { name: "windows-pebinary-type-ov", section: "10.28", values: &["dll", "exe", "sys"] };

/// Windows Registry Datatype Enumeration.
pub static WINDOWS_REGISTRY_DATATYPE_ENUM: Vocabulary = Vocabulary {
    name: "windows-registry-datatype-enum",
    section: "10.29",
    values: &[
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_DWORD_LITTLE_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTION",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
        "REG_INVALID_TYPE",
    ],
};

/// Windows Service Start Type Enumeration.
pub static WINDOWS_SERVICE_START_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "windows-service-start-type-enum",
    section: "10.30",
    values: &[
        "SERVICE_AUTO_START",
        "SERVICE_BOOT_START",
        "SERVICE_DEMAND_START",
        "SERVICE_DISABLED",
        "SERVICE_SYSTEM_ALERT",
    ],
};

/// Windows Service Type Enumeration.
pub static WINDOWS_SERVICE_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "windows-service-type-enum",
    section: "10.31",
    values: &[
        "SERVICE_KERNEL_DRIVER",
        "SERVICE_FILE_SYSTEM_DRIVER",
        "SERVICE_WIN32_OWN_PROCESS",
        "SERVICE_WIN32_SHARE_PROCESS",
    ],
};

/// Windows Service Status Enumeration.
pub static WINDOWS_SERVICE_STATUS_ENUM: Vocabulary = Vocabulary {
    name: "windows-service-status-enum",
    section: "10.32",
    values: &[
        "SERVICE_CONTINUE_PENDING",
        "SERVICE_PAUSE_PENDING",
        "SERVICE_PAUSED",
        "SERVICE_RUNNING",
        "SERVICE_START_PENDING",
        "SERVICE_STOP_PENDING",
        "SERVICE_STOPPED",
    ],
};
