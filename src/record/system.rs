//! §10 `systems[]`: the machines of the case (RFC 7970 §3.17-3.20).

use super::{
    base::{ElementRef, Text, YesNo},
    declare::{element, group, open},
    files::Email,
    party::Means,
    software::{Counter, Software, TypedValue},
};
use crate::time::WireTime;

open! {
    /// Part of a system in the case (§10 `role`; RFC 7970 §3.17 `category`).
    pub enum SystemRole {
        Source = "source",
        Target = "target",
        Intermediate = "intermediate",
        Sensor = "sensor",
        /// It serves a purpose in the case, such as command and control (STIX 2.1 §4.8). RFC 7970 uses the word for
        /// something else, see [`ExchangeNode`](SystemRole::ExchangeNode).
        Infrastructure = "infrastructure",
        /// A node of the exchange of documents: `infrastructure` of RFC 7970 §3.17.
        ExchangeNode = "exchange-node",
    }
}

open! {
    /// Whose a system is (RFC 7970 §3.17 `ownership`).
    pub enum Ownership {
        Organization = "organization",
        Personal = "personal",
        Partner = "partner",
        Customer = "customer",
        NoRelationship = "no-relationship",
        Unknown = "unknown",
    }
}

open! {
    /// Kind of an address (RFC 7970 §3.18.1 `category`).
    pub enum AddressKind {
        Asn = "asn",
        Atm = "atm",
        EMail = "e-mail",
        Mac = "mac",
        Ipv4Addr = "ipv4-addr",
        Ipv4Net = "ipv4-net",
        Ipv4NetMasked = "ipv4-net-masked",
        Ipv4NetMask = "ipv4-net-mask",
        Ipv6Addr = "ipv6-addr",
        Ipv6Net = "ipv6-net",
        Ipv6NetMasked = "ipv6-net-masked",
        SiteUri = "site-uri",
    }
}

group! {
    /// An address (RFC 7970 §3.18.1 Address). Kept as written: a normalised form may be derived, never stored instead.
    pub struct Address {
        /// Kind.
        kind: Option<AddressKind>;
        /// The address.
        value: Option<String>;
        /// Name of the virtual network.
        vlan_name: Option<String>;
        /// Number of the virtual network.
        vlan_num: Option<i64>;
    }
}

open! {
    /// What a system does in the network (RFC 7970 §3.18.2 `category`).
    pub enum NodeRoleKind {
        Client = "client",
        ClientEnterprise = "client-enterprise",
        ClientPartner = "client-partner",
        ClientRemote = "client-remote",
        ClientKiosk = "client-kiosk",
        ClientMobile = "client-mobile",
        ServerInternal = "server-internal",
        ServerPublic = "server-public",
        Www = "www",
        Mail = "mail",
        Webmail = "webmail",
        Messaging = "messaging",
        Streaming = "streaming",
        Voice = "voice",
        File = "file",
        Ftp = "ftp",
        P2p = "p2p",
        Name = "name",
        Directory = "directory",
        Credential = "credential",
        Print = "print",
        Application = "application",
        Database = "database",
        Backup = "backup",
        Dhcp = "dhcp",
        Assessment = "assessment",
        SourceControl = "source-control",
        ConfigManagement = "config-management",
        Monitoring = "monitoring",
        Infra = "infra",
        InfraFirewall = "infra-firewall",
        InfraRouter = "infra-router",
        InfraSwitch = "infra-switch",
        Camera = "camera",
        Proxy = "proxy",
        RemoteAccess = "remote-access",
        Log = "log",
        Virtualization = "virtualization",
        Pos = "pos",
        Scada = "scada",
        ScadaSupervisory = "scada-supervisory",
        Sinkhole = "sinkhole",
        Honeypot = "honeypot",
        Anonymization = "anonymization",
        C2Server = "c2-server",
        MalwareDistribution = "malware-distribution",
        DropServer = "drop-server",
        HopPoint = "hop-point",
        Reflector = "reflector",
        PhishingSite = "phishing-site",
        SpearPhishingSite = "spear-phishing-site",
        RecruitingSite = "recruiting-site",
        FraudulentSite = "fraudulent-site",
    }
}

group! {
    /// What a system does in the network (RFC 7970 §3.18.2 NodeRole).
    pub struct NodeRole {
        /// The role.
        kind: Option<NodeRoleKind>;
        /// In words.
        descriptions: Vec<Text>;
    }
}

group! {
    /// Name of a service (RFC 7970 §3.20.1 ServiceName).
    pub struct ServiceName {
        /// Name in the IANA registry.
        iana: Option<String>;
        /// Where it is described.
        urls: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
    }
}

group! {
    /// A network service (RFC 7970 §3.20 Service).
    pub struct Service {
        /// Name.
        name: Option<ServiceName>;
        /// IANA protocol number: 6 is TCP, 17 is UDP.
        ip_protocol: Option<i64>;
        /// Port.
        port: Option<i64>;
        /// Ports, as `22,80-82`.
        portlist: Option<String>;
        /// Type of the message, such as an ICMP type.
        proto_type: Option<i64>;
        /// Code of the message, such as an ICMP code.
        proto_code: Option<i64>;
        /// Flags of the transport header, as a number.
        proto_field: Option<i64>;
        /// Header fields of the application protocol.
        application_header: Vec<TypedValue>;
        /// The mail, for a mail service.
        email: Option<Email>;
        /// The program.
        application: Option<Software>;
    }
}

open! {
    /// State of a machine behind a domain (RFC 7970 §3.19 `system-status`).
    pub enum DomainSystemStatus {
        Spoofed = "spoofed",
        Fraudulent = "fraudulent",
        InnocentHacked = "innocent-hacked",
        InnocentHijacked = "innocent-hijacked",
        Unknown = "unknown",
    }
}

open! {
    /// State of a domain's registration (RFC 7970 §3.19 `domain-status`).
    pub enum DomainStatus {
        ReservedDelegation = "reservedDelegation",
        AssignedAndActive = "assignedAndActive",
        AssignedAndInactive = "assignedAndInactive",
        AssignedAndOnHold = "assignedAndOnHold",
        Revoked = "revoked",
        TransferPending = "transferPending",
        RegistryLock = "registryLock",
        RegistrarLock = "registrarLock",
        Otherwise = "other",
        Unknown = "unknown",
    }
}

group! {
    /// A name server (RFC 7970 §3.19.1 Nameservers).
    pub struct NameServer {
        /// Its name.
        server: Option<String>;
        /// Its addresses.
        addresses: Vec<Address>;
    }
}

group! {
    /// A domain (RFC 7970 §3.19 DomainData).
    pub struct Domain {
        /// Name.
        name: Option<String>;
        /// State of the machine behind it.
        system_status: Option<DomainSystemStatus>;
        /// State of its registration.
        domain_status: Option<DomainStatus>;
        /// When it was looked up.
        checked_at: Option<WireTime>;
        /// When it was registered.
        registered_at: Option<WireTime>;
        /// When the registration ends.
        expires_at: Option<WireTime>;
        /// Further DNS records.
        related_dns: Vec<TypedValue>;
        /// Name servers.
        nameservers: Vec<NameServer>;
        /// Contacts of the domain, in `parties`.
        contacts: Vec<ElementRef>;
        /// The domain that has the same contacts.
        same_contacts_as: Option<String>;
    }
}

element! {
    /// A machine of the case (§10 `systems[]`; RFC 7970 §3.17 System with its Node).
    pub struct System {
        /// The event, in `events`; absent in a record without events.
        event: Option<ElementRef> = structure;
        /// The flow of that event.
        flow: Option<ElementRef> = structure;
        /// Part in the case.
        role: Option<SystemRole>;
        /// The asset, in `assets`.
        asset: Option<ElementRef>;
        /// Network interface on which the activity was.
        interface: Option<String>;
        /// Whether the address is thought to be forged.
        spoofed: Option<YesNo>;
        /// Whether the machine is a virtual one.
        r#virtual: Option<YesNo>;
        /// Whose it is.
        ownership: Option<Ownership>;
        /// Domain names.
        domains: Vec<Domain>;
        /// Addresses.
        addresses: Vec<Address>;
        /// Postal address.
        postal_address: Option<Means>;
        /// Where it stands.
        locations: Vec<Text>;
        /// Counters of the node.
        node_counters: Vec<Counter>;
        /// What it does in the network.
        node_roles: Vec<NodeRole>;
        /// Services that are involved.
        services: Vec<Service>;
        /// Operating systems.
        operating_systems: Vec<Software>;
        /// Counters of the system.
        counters: Vec<Counter>;
        /// Ids in an asset register.
        asset_ids: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
    }
}
