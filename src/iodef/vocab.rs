//! The enumerations of RFC 7970. Each is an IANA registry that grows: values not listed here are kept as they came.

use crate::enumeration;

enumeration! {
    /// How widely the information may go (RFC 7970 §3.3.1). `default` means by the parties' agreement.
    pub enum Restriction("restriction-type", ext) {
        Default = "default", Public = "public", Partner = "partner", NeedToKnow = "need-to-know", Private = "private",
        White = "white", Green = "green", Amber = "amber", Red = "red",
    }
    /// Why the document was sent (RFC 7970 §3.2).
    pub enum Purpose("incident-purpose-type", ext) {
        Traceback = "traceback", Mitigation = "mitigation", Reporting = "reporting", Watch = "watch", Other = "other",
    }
    /// State of the incident's handling (RFC 7970 §3.2).
    pub enum Status("incident-status-type", ext) {
        New = "new", InProgress = "in-progress", Forwarded = "forwarded", Resolved = "resolved", Future = "future",
    }
    /// What the contact is to the incident (RFC 7970 §3.9). The schema as printed has `vendor-services` where the text
    /// has `vendor-support`; both are read as the text has it.
    pub enum ContactRole("contact-role-type", ext) alias "vendor-services" = "vendor-support" {
        Creator = "creator", Reporter = "reporter", Admin = "admin", Tech = "tech", Provider = "provider", User = "user",
        Billing = "billing", Legal = "legal", Irt = "irt", Abuse = "abuse", Cc = "cc", CcIrt = "cc-irt", Leo = "leo",
        Vendor = "vendor", VendorSupport = "vendor-support", Victim = "victim", VictimNotified = "victim-notified",
    }
    /// Person or organisation (RFC 7970 §3.9).
    pub enum ContactType("contact-type-type", ext) { Person = "person", Organization = "organization" }
    /// Who runs the registry of a handle (RFC 7970 §3.9.1).
    pub enum Registry("registryhandle-registry-type", ext) {
        Internic = "internic", Apnic = "apnic", Arin = "arin", Lacnic = "lacnic", Ripe = "ripe", Afrinic = "afrinic",
        Local = "local",
    }
    /// Kind of a postal address (RFC 7970 §3.9.2).
    pub enum PostalType("postaladdress-type-type", ext) { Street = "street", Mailing = "mailing" }
    /// Kind of an email address (RFC 7970 §3.9.3).
    pub enum EmailType("email-type-type", ext) { Direct = "direct", Hotline = "hotline" }
    /// Kind of a telephone number (RFC 7970 §3.9.4).
    pub enum TelephoneType("telephone-type-type", ext) {
        Wired = "wired", Mobile = "mobile", Fax = "fax", Hotline = "hotline",
    }
    /// How the incident was found (RFC 7970 §3.10).
    pub enum DiscoverySource("discovery-source-type", ext) {
        Nidps = "nidps", Hips = "hips", Siem = "siem", Av = "av", ThirdPartyMonitoring = "third-party-monitoring",
        Incident = "incident", OsLog = "os-log", ApplicationLog = "application-log", DeviceLog = "device-log",
        NetworkFlow = "network-flow", PassiveDns = "passive-dns", Investigation = "investigation", Audit = "audit",
        InternalNotification = "internal-notification", ExternalNotification = "external-notification", Leo = "leo",
        Partner = "partner", Actor = "actor", Unknown = "unknown",
    }
    /// Whether an impact has happened (RFC 7970 §3.12).
    pub enum Occurrence("assessment-occurrence-type", closed) { Actual = "actual", Potential = "potential" }
    /// Relative size of an impact (RFC 7970 §3.12.1).
    pub enum Severity("severity-type", closed) { Low = "low", Medium = "medium", High = "high" }
    /// Whether the attack came to its end (RFC 7970 §3.12.1).
    pub enum Completion("systemimpact-completion-type", closed) { Failed = "failed", Succeeded = "succeeded" }
    /// Kind of technical impact (RFC 7970 §3.12.1).
    pub enum SystemImpactType("systemimpact-type-type", ext) {
        TakeoverAccount = "takeover-account", TakeoverService = "takeover-service", TakeoverSystem = "takeover-system",
        CpsManipulation = "cps-manipulation", CpsDamage = "cps-damage", AvailabilityData = "availability-data",
        AvailabilityAccount = "availability-account", AvailabilityService = "availability-service",
        AvailabilitySystem = "availability-system", DamagedSystem = "damaged-system", DamagedData = "damaged-data",
        BreachProprietary = "breach-proprietary", BreachPrivacy = "breach-privacy", BreachCredential = "breach-credential",
        BreachConfiguration = "breach-configuration", IntegrityData = "integrity-data",
        IntegrityConfiguration = "integrity-configuration", IntegrityHardware = "integrity-hardware",
        TrafficRedirection = "traffic-redirection", MonitoringTraffic = "monitoring-traffic",
        MonitoringHost = "monitoring-host", Policy = "policy", Unknown = "unknown",
    }
    /// Relative size of an impact on the business (RFC 7970 §3.12.2); not the list of [`Severity`].
    pub enum BusinessSeverity("businessimpact-severity-type", ext) {
        None = "none", Low = "low", Medium = "medium", High = "high", Unknown = "unknown",
    }
    /// Kind of impact on the business (RFC 7970 §3.12.2).
    pub enum BusinessImpactType("businessimpact-type-type", ext) {
        BreachProprietary = "breach-proprietary", BreachPrivacy = "breach-privacy", BreachCredential = "breach-credential",
        LossOfIntegrity = "loss-of-integrity", LossOfService = "loss-of-service", TheftFinancial = "theft-financial",
        TheftService = "theft-service", DegradedReputation = "degraded-reputation", AssetDamage = "asset-damage",
        AssetManipulation = "asset-manipulation", Legal = "legal", Extortion = "extortion", Unknown = "unknown",
    }
    /// What a time impact measures (RFC 7970 §3.12.3).
    pub enum TimeMetric("timeimpact-metric-type", ext) { Labor = "labor", Elapsed = "elapsed", Downtime = "downtime" }
    /// A unit of time (RFC 7970 §3.12.3).
    pub enum Duration("duration-type", ext) {
        Second = "second", Minute = "minute", Hour = "hour", Day = "day", Month = "month", Quarter = "quarter", Year = "year",
    }
    /// How sure the author is (RFC 7970 §3.12.5).
    pub enum Rating("confidence-rating-type", ext) {
        Low = "low", Medium = "medium", High = "high", Numeric = "numeric", Unknown = "unknown",
    }
    /// What was done or is asked for (RFC 7970 §3.15). The schema as printed lacks `training`, which the text has.
    pub enum Action("action-type", ext) {
        Nothing = "nothing", ContactSourceSite = "contact-source-site", ContactTargetSite = "contact-target-site",
        ContactSender = "contact-sender", Investigate = "investigate", BlockHost = "block-host",
        BlockNetwork = "block-network", BlockPort = "block-port", RateLimitHost = "rate-limit-host",
        RateLimitNetwork = "rate-limit-network", RateLimitPort = "rate-limit-port", RedirectTraffic = "redirect-traffic",
        Honeypot = "honeypot", UpgradeSoftware = "upgrade-software", RebuildAsset = "rebuild-asset",
        HardenAsset = "harden-asset", RemediateOther = "remediate-other", StatusTriage = "status-triage",
        StatusNewInfo = "status-new-info", WatchAndReport = "watch-and-report", Training = "training",
        DefinedCoa = "defined-coa", Other = "other",
    }
    /// A system's part in the events (RFC 7970 §3.17).
    pub enum SystemCategory("system-category-type", ext) {
        Source = "source", Target = "target", Intermediate = "intermediate", Sensor = "sensor",
        Infrastructure = "infrastructure",
    }
    /// Yes, no, or not known (RFC 7970 §3.17).
    pub enum YesNoUnknown("yes-no-unknown-type", closed) { Yes = "yes", No = "no", Unknown = "unknown" }
    /// Whose a system is (RFC 7970 §3.17).
    pub enum Ownership("system-ownership-type", ext) {
        Organization = "organization", Personal = "personal", Partner = "partner", Customer = "customer",
        NoRelationship = "no-relationship", Unknown = "unknown",
    }
    /// Kind of an address (RFC 7970 §3.18.1).
    pub enum AddressCategory("address-category-type", ext) {
        Asn = "asn", Atm = "atm", Email = "e-mail", Mac = "mac", Ipv4Addr = "ipv4-addr", Ipv4Net = "ipv4-net",
        Ipv4NetMasked = "ipv4-net-masked", Ipv4NetMask = "ipv4-net-mask", Ipv6Addr = "ipv6-addr", Ipv6Net = "ipv6-net",
        Ipv6NetMasked = "ipv6-net-masked", SiteUri = "site-uri",
    }
    /// What a system is for (RFC 7970 §3.18.2). RFC 8727 misspells `anonymization`.
    pub enum NodeRoleCategory("noderole-category-type", ext) alias "anomyzation" = "anonymization" {
        Client = "client", ClientEnterprise = "client-enterprise", ClientPartner = "client-partner",
        ClientRemote = "client-remote", ClientKiosk = "client-kiosk", ClientMobile = "client-mobile",
        ServerInternal = "server-internal", ServerPublic = "server-public", Www = "www", Mail = "mail", Webmail = "webmail",
        Messaging = "messaging", Streaming = "streaming", Voice = "voice", File = "file", Ftp = "ftp", P2p = "p2p",
        Name = "name", Directory = "directory", Credential = "credential", Print = "print", Application = "application",
        Database = "database", Backup = "backup", Dhcp = "dhcp", Assessment = "assessment",
        SourceControl = "source-control", ConfigManagement = "config-management", Monitoring = "monitoring",
        Infra = "infra", InfraFirewall = "infra-firewall", InfraRouter = "infra-router", InfraSwitch = "infra-switch",
        Camera = "camera", Proxy = "proxy", RemoteAccess = "remote-access", Log = "log",
        Virtualization = "virtualization", Pos = "pos", Scada = "scada", ScadaSupervisory = "scada-supervisory",
        Sinkhole = "sinkhole", Honeypot = "honeypot", Anonymization = "anonymization", C2Server = "c2-server",
        MalwareDistribution = "malware-distribution", DropServer = "drop-server", HopPoint = "hop-point",
        Reflector = "reflector", PhishingSite = "phishing-site", SpearPhishingSite = "spear-phishing-site",
        RecruitingSite = "recruiting-site", FraudulentSite = "fraudulent-site",
    }
    /// What a counter counts by (RFC 7970 §3.18.3). The schema as printed has `counter` and `rate` where the text has
    /// `count` and `peak`.
    pub enum CounterType("counter-type-type", ext) alias "counter" = "count" alias "rate" = "peak" {
        Count = "count", Peak = "peak", Average = "average",
    }
    /// What a counter counts (RFC 7970 §3.18.3).
    pub enum CounterUnit("counter-unit-type", ext) {
        Byte = "byte", Mbit = "mbit", Packet = "packet", Flow = "flow", Session = "session", Event = "event",
        Alert = "alert", Message = "message", Host = "host", Site = "site", Organization = "organization",
    }
    /// Whether a domain is what it seems (RFC 7970 §3.19).
    pub enum DomainSystemStatus("domaindata-system-status-type", ext) {
        Spoofed = "spoofed", Fraudulent = "fraudulent", InnocentHacked = "innocent-hacked",
        InnocentHijacked = "innocent-hijacked", Unknown = "unknown",
    }
    /// State of a domain in its registry (RFC 7970 §3.19).
    pub enum DomainStatus("domaindata-domain-status-type", ext) {
        ReservedDelegation = "reservedDelegation", AssignedAndActive = "assignedAndActive",
        AssignedAndInactive = "assignedAndInactive", AssignedAndOnHold = "assignedAndOnHold", Revoked = "revoked",
        TransferPending = "transferPending", RegistryLock = "registryLock", RegistrarLock = "registrarLock",
        Other = "other", Unknown = "unknown",
    }
    /// Language of a pattern (RFC 7970 §3.22.2).
    pub enum PatternType("recordpattern-type-type", ext) { Regex = "regex", Binary = "binary", Xpath = "xpath" }
    /// Unit of a pattern's offset (RFC 7970 §3.22.2).
    pub enum OffsetUnit("recordpattern-offsetunit-type", ext) { Line = "line", Byte = "byte" }
    /// What was done to a registry key (RFC 7970 §3.23.1).
    pub enum RegistryAction("key-registryaction-type", ext) {
        AddKey = "add-key", AddValue = "add-value", DeleteKey = "delete-key", DeleteValue = "delete-value",
        ModifyKey = "modify-key", ModifyValue = "modify-value",
    }
    /// What a hash is over (RFC 7970 §3.26).
    pub enum HashScope("hashdata-scope-type", ext) {
        FileContents = "file-contents", FilePeSection = "file-pe-section", FilePeIat = "file-pe-iat",
        FilePeResource = "file-pe-resource", FilePdfObject = "file-pdf-object", EmailHash = "email-hash",
        EmailHeadersHash = "email-headers-hash", EmailBodyHash = "email-body-hash",
    }
    /// What a bulk list lists (RFC 7970 §3.29.3.1). The text has `ext-value`, the schema as printed has not; the RFC's
    /// example says `fqdn`, which is in no list; RFC 8727's JSON Schema has `http-request-url`.
    pub enum BulkType("bulkobservable-type-type", ext)
        alias "fqdn" = "domain-name" alias "http-request-url" = "http-request-uri"
    {
        Asn = "asn", Atm = "atm", Email = "e-mail", Ipv4Addr = "ipv4-addr", Ipv4Net = "ipv4-net",
        Ipv4NetMask = "ipv4-net-mask", Ipv6Addr = "ipv6-addr", Ipv6Net = "ipv6-net", Ipv6NetMask = "ipv6-net-mask",
        Mac = "mac", SiteUri = "site-uri", DomainName = "domain-name", DomainToIpv4 = "domain-to-ipv4",
        DomainToIpv6 = "domain-to-ipv6", DomainToIpv4Timestamp = "domain-to-ipv4-timestamp",
        DomainToIpv6Timestamp = "domain-to-ipv6-timestamp", Ipv4Port = "ipv4-port", Ipv6Port = "ipv6-port",
        WindowsRegKey = "windows-reg-key", FileHash = "file-hash", EmailXMailer = "email-x-mailer",
        EmailSubject = "email-subject", HttpUserAgent = "http-user-agent", HttpRequestUri = "http-request-uri",
        Mutex = "mutex", FilePath = "file-path", UserName = "user-name",
    }
    /// How the parts of an expression combine (RFC 7970 §3.29.4).
    pub enum Operator("indicatorexpression-operator-type", closed) { Not = "not", And = "and", Or = "or", Xor = "xor" }
    /// Type of extension content (RFC 7970 §2.16).
    pub enum Dtype("dtype-type", ext) {
        Boolean = "boolean", Byte = "byte", Bytes = "bytes", Character = "character", DateTime = "date-time",
        Integer = "integer", NtpStamp = "ntpstamp", Portlist = "portlist", Real = "real", String = "string",
        File = "file", Path = "path", Frame = "frame", Packet = "packet", Ipv4Packet = "ipv4-packet",
        Ipv6Packet = "ipv6-packet", Url = "url", Csv = "csv", Winreg = "winreg", Xml = "xml",
    }
    /// Which list a software reference is from (RFC 7970 §2.15.1).
    pub enum SpecName("softwarereference-spec-name-type", ext) { Custom = "custom", Cpe = "cpe", Swid = "swid" }
    /// Type of a software reference's content (RFC 7970 §2.15.1).
    pub enum SoftwareDtype("softwarereference-dtype-type", ext) {
        Bytes = "bytes", Integer = "integer", Real = "real", String = "string", Xml = "xml",
    }
}
