//! The enumerations of RFC 5070. Values that are not listed are kept as they came.

use crate::enumeration;

enumeration! {
    /// How widely the information may go (RFC 5070 §3.2). `default` means by the parties' agreement.
    pub enum Restriction("restriction-type", closed) {
        Default = "default", Public = "public", NeedToKnow = "need-to-know", Private = "private",
    }
    /// Why the document was sent (RFC 5070 §3.2).
    pub enum Purpose("incident-purpose-type", ext) {
        Traceback = "traceback", Mitigation = "mitigation", Reporting = "reporting", Other = "other",
    }
    /// What the contact is to the incident (RFC 5070 §3.7).
    pub enum ContactRole("contact-role-type", ext) {
        Creator = "creator", Admin = "admin", Tech = "tech", Irt = "irt", Cc = "cc",
    }
    /// Person or organisation (RFC 5070 §3.7).
    pub enum ContactType("contact-type-type", ext) { Person = "person", Organization = "organization" }
    /// Who runs the registry of a handle (RFC 5070 §3.7.1).
    pub enum Registry("registryhandle-registry-type", ext) {
        Internic = "internic", Apnic = "apnic", Arin = "arin", Lacnic = "lacnic", Ripe = "ripe", Afrinic = "afrinic",
        Local = "local",
    }
    /// Whether an impact has happened (RFC 5070 §3.10).
    pub enum Occurrence("assessment-occurrence-type", closed) { Actual = "actual", Potential = "potential" }
    /// Relative size of an impact (RFC 5070 §3.10.1).
    pub enum Severity("severity-type", closed) { Low = "low", Medium = "medium", High = "high" }
    /// Whether the attack came to its end (RFC 5070 §3.10.1).
    pub enum Completion("impact-completion-type", closed) { Failed = "failed", Succeeded = "succeeded" }
    /// Kind of impact (RFC 5070 §3.10.1).
    pub enum ImpactType("impact-type-type", ext) {
        Admin = "admin", Dos = "dos", Extortion = "extortion", File = "file", InfoLeak = "info-leak",
        Misconfiguration = "misconfiguration", Recon = "recon", Policy = "policy",
        SocialEngineering = "social-engineering", User = "user", Unknown = "unknown",
    }
    /// What a time impact measures (RFC 5070 §3.10.2).
    pub enum TimeMetric("timeimpact-metric-type", ext) { Labor = "labor", Elapsed = "elapsed", Downtime = "downtime" }
    /// A unit of time (RFC 5070 §3.10.2).
    pub enum Duration("duration-type", ext) {
        Second = "second", Minute = "minute", Hour = "hour", Day = "day", Month = "month", Quarter = "quarter", Year = "year",
    }
    /// How sure the author is (RFC 5070 §3.10.4).
    pub enum Rating("confidence-rating-type", closed) {
        Low = "low", Medium = "medium", High = "high", Numeric = "numeric", Unknown = "unknown",
    }
    /// What was done or is asked for (RFC 5070 §3.13).
    pub enum Action("action-type", ext) {
        Nothing = "nothing", ContactSourceSite = "contact-source-site", ContactTargetSite = "contact-target-site",
        ContactSender = "contact-sender", Investigate = "investigate", BlockHost = "block-host",
        BlockNetwork = "block-network", BlockPort = "block-port", RateLimitHost = "rate-limit-host",
        RateLimitNetwork = "rate-limit-network", RateLimitPort = "rate-limit-port", RemediateOther = "remediate-other",
        StatusTriage = "status-triage", StatusNewInfo = "status-new-info", Other = "other",
    }
    /// A system's part in the events (RFC 5070 §3.15).
    pub enum SystemCategory("system-category-type", ext) {
        Source = "source", Target = "target", Intermediate = "intermediate", Sensor = "sensor",
        Infrastructure = "infrastructure",
    }
    /// Yes, no, or not known (RFC 5070 §3.15).
    pub enum YesNoUnknown("yes-no-unknown-type", closed) { Unknown = "unknown", Yes = "yes", No = "no" }
    /// Kind of an address (RFC 5070 §3.16.2).
    pub enum AddressCategory("address-category-type", ext) {
        Asn = "asn", Atm = "atm", Email = "e-mail", Mac = "mac", Ipv4Addr = "ipv4-addr", Ipv4Net = "ipv4-net",
        Ipv4NetMask = "ipv4-net-mask", Ipv6Addr = "ipv6-addr", Ipv6Net = "ipv6-net", Ipv6NetMask = "ipv6-net-mask",
    }
    /// What a system is for (RFC 5070 §3.16.3).
    pub enum NodeRoleCategory("noderole-category-type", ext) {
        Client = "client", ServerInternal = "server-internal", ServerPublic = "server-public", Www = "www", Mail = "mail",
        Messaging = "messaging", Streaming = "streaming", Voice = "voice", File = "file", Ftp = "ftp", P2p = "p2p",
        Name = "name", Directory = "directory", Credential = "credential", Print = "print", Application = "application",
        Database = "database", Infra = "infra", Log = "log",
    }
    /// What a counter counts (RFC 5070 §3.16.1); version 2 calls it the unit.
    pub enum CounterUnit("counter-type-type", ext) {
        Byte = "byte", Packet = "packet", Flow = "flow", Session = "session", Event = "event", Alert = "alert",
        Message = "message", Host = "host", Site = "site", Organization = "organization",
    }
    /// Language of a pattern (RFC 5070 §3.19.2).
    pub enum PatternType("recordpattern-type-type", ext) { Regex = "regex", Binary = "binary", Xpath = "xpath" }
    /// Unit of a pattern's offset (RFC 5070 §3.19.2).
    pub enum OffsetUnit("recordpattern-offsetunit-type", ext) { Line = "line", Byte = "byte" }
    /// Type of extension content (RFC 5070 §3.6).
    pub enum Dtype("dtype-type", ext) {
        Boolean = "boolean", Byte = "byte", Character = "character", DateTime = "date-time", Integer = "integer",
        NtpStamp = "ntpstamp", Portlist = "portlist", Real = "real", String = "string", File = "file", Path = "path",
        Frame = "frame", Packet = "packet", Ipv4Packet = "ipv4-packet", Ipv6Packet = "ipv6-packet", Url = "url",
        Csv = "csv", Winreg = "winreg", Xml = "xml",
    }
}
