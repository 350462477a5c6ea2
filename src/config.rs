//! Typed configuration, and how the files of a home are read and written.

use std::{net::SocketAddr, path::Path};

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

mod files;
#[cfg(test)]
mod tests;
mod text;

pub use files::{Access, FileError, make_folder, read_bytes, read_text, write};
#[cfg(test)]
pub(crate) use text::stale;
pub use text::{finding_at, from_toml, schema_of};

use crate::error::Finding;

/// Largest `config.toml`, in bytes.
pub const MAX_BYTES: u64 = 256 * 1024;

/// What `HOME/config.toml` says. Only `[team]` must be there; the rest has defaults.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who we are, as partners see it.
    pub team: Team,
    /// Where we listen.
    #[serde(default)]
    pub listen: Listen,
    /// How much of a peer we take.
    #[serde(default)]
    pub limits: Limits,
    /// How long we wait.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// When a message that was not delivered is sent again.
    #[serde(default)]
    pub retry: Retry,
    /// When somebody is warned.
    #[serde(default)]
    pub deadlines: Deadlines,
}

/// Who we are, as partners see it: roles, never persons (requirement 12).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Domain of the team, in ASCII and lower case; names our incident numbers and our folder at partners.
    #[serde(deserialize_with = "domain")]
    #[schemars(length(min = 3, max = 253))]
    pub domain: String,
    /// Name of the team.
    #[serde(deserialize_with = "some_text")]
    #[schemars(length(min = 1))]
    pub name: String,
    /// Prefix of our tracking numbers: 2 to 12 letters and digits, upper case, the first a letter.
    #[serde(deserialize_with = "prefix")]
    #[schemars(regex(pattern = "^[A-Z][A-Z0-9]{1,11}$"))]
    pub prefix: String,
    /// Published mail address of the team.
    #[serde(deserialize_with = "some_text")]
    #[schemars(length(min = 3))]
    pub email: String,
    /// Published telephone number.
    #[serde(default)]
    pub telephone: Option<String>,
    /// Web page.
    #[serde(default)]
    pub url: Option<String>,
    /// Roles that partners can reach; they stand on our card.
    #[serde(default)]
    pub contacts: Vec<RoleContact>,
}

/// A role that partners can reach.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleContact {
    /// The role, such as `duty officer`.
    #[serde(deserialize_with = "some_text")]
    #[schemars(length(min = 1))]
    pub role: String,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    pub telephone: Option<String>,
    /// When somebody answers, such as `24/7`.
    #[serde(default)]
    pub hours: Option<String>,
    /// Languages, BCP 47.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// Where we listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// The partner listener, mutual TLS.
    #[schemars(with = "String")]
    pub partner: SocketAddr,
    /// The team listener: console, interface, metrics. Keep it on this machine.
    #[schemars(with = "String")]
    pub team: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Listen { partner: SocketAddr::from(([0, 0, 0, 0], 4590)), team: SocketAddr::from(([127, 0, 0, 1], 8443)) }
    }
}

/// How much of a peer we take. An agreement may narrow `body_bytes`, never widen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of one request's body.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "positive")]
    pub body_bytes: u64,
    /// Connections at the same time, all partners together.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "positive")]
    pub connections: u64,
    /// Connections of one partner at the same time.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "positive")]
    pub connections_per_partner: u64,
    /// Requests of one partner in a minute; more are answered with 429.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "positive")]
    pub requests_per_minute: u64,
    /// Bytes of all headers of one request.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "positive")]
    pub header_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 26_214_400,
            connections: 256,
            connections_per_partner: 16,
            requests_per_minute: 600,
            header_bytes: 32 * 1024,
        }
    }
}

/// How long we wait. Written as `10s`, `5m`, `2h` or `3d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// For the end of a TLS handshake.
    pub handshake: Length,
    /// For a request's headers.
    pub headers: Length,
    /// For a request's body, from its first byte to its last.
    pub body: Length,
    /// On a connection without a request.
    pub idle: Length,
    /// For a connection to a partner.
    pub connect: Length,
    /// For a partner's answer, from the last byte sent.
    pub answer: Length,
    /// For requests that are under way when the program is told to end.
    pub drain: Length,
    /// A connection is closed at this age, so that a revoked certificate does not live on in it.
    pub connection_age: Length,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = |seconds| Length(SignedDuration::from_secs(seconds));
        Timeouts {
            handshake: seconds(10),
            headers: seconds(10),
            body: seconds(120),
            idle: seconds(60),
            connect: seconds(15),
            answer: seconds(60),
            drain: seconds(30),
            connection_age: seconds(3_600),
        }
    }
}

/// When a message that was not delivered is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    /// Wait after the first failed attempt; doubles with each further one.
    pub base: Length,
    /// Longest wait.
    pub cap: Length,
    /// How long after queueing a message is given up.
    pub deadline: Length,
    /// By how many percent at most a wait is shortened at random.
    #[schemars(range(max = 100))]
    #[serde(deserialize_with = "percent")]
    pub jitter_percent: u8,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            base: Length(SignedDuration::from_secs(30)),
            cap: Length(SignedDuration::from_secs(4_000)),
            deadline: Length(SignedDuration::from_hours(5 * 24)),
            jitter_percent: 25,
        }
    }
}

/// When somebody is warned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    /// How long before a regulator's deadline, once for each.
    pub warn_before: Vec<Length>,
    /// How long before a key, a certificate or an agreement ends, ours or a partner's.
    pub expiry: Length,
    /// How long a release may wait for approval.
    pub approval: Length,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            warn_before: [24, 4, 1].map(|hours| Length(SignedDuration::from_hours(hours))).into(),
            expiry: Length(SignedDuration::from_hours(30 * 24)),
            approval: Length(SignedDuration::from_hours(24)),
        }
    }
}

/// A length of time, longer than none: a whole number and one of `s`, `m`, `h`, `d`, such as `90s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(SignedDuration);

impl Length {
    /// Longest length: about ten years.
    pub const MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

    /// The length.
    pub const fn get(self) -> SignedDuration {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let factor = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)].iter().find(|(name, _)| *name == unit)?.1;
        let number = Some(number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))?;
        let length = SignedDuration::from_secs(number.parse::<i64>().ok()?.checked_mul(factor)?);
        (length.is_positive() && length <= Self::MAX).then_some(Length(length))
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Length::parse(&text).ok_or_else(|| unexpected(&text, "a length of time such as 90s, 5m, 2h or 3d"))
    }
}

impl JsonSchema for Length {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Length".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+[smhd]$",
            "description": "a length of time: seconds, minutes, hours or days, such as 90s"
        })
    }
}

impl Config {
    /// Reads the configuration from its text.
    ///
    /// # Errors
    /// The first thing that is wrong, with line and key.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let config: Config = from_toml(text)?;
        if config.retry.base > config.retry.cap {
            return Err(finding_at(text, "retry.cap", "less than retry.base", "a length not below retry.base"));
        }
        if config.listen.partner == config.listen.team {
            let found = config.listen.team.to_string();
            return Err(finding_at(text, "listen.team", found, "another address than listen.partner"));
        }
        if config.limits.connections_per_partner > config.limits.connections {
            let found = config.limits.connections_per_partner.to_string();
            let expected = format!("at most limits.connections = {}", config.limits.connections);
            return Err(finding_at(text, "limits.connections_per_partner", found, expected));
        }
        Ok(config)
    }

    /// Reads the configuration from its file.
    ///
    /// # Errors
    /// [`FileError`], which names the file and, where it was read, line and key.
    pub fn load(file: &Path) -> Result<Self, FileError> {
        Config::parse(&read_text(file, MAX_BYTES)?).map_err(|finding| FileError::invalid(file, finding))
    }

    /// The text of a new home's configuration: what must be set, and every default in a comment.
    pub fn example(domain: &str, name: &str, prefix: &str, email: &str) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        include_str!("config/example.toml")
            .replace("{domain}", &quoted(domain))
            .replace("{name}", &quoted(name))
            .replace("{prefix}", &quoted(prefix))
            .replace("{email}", &quoted(email))
    }

    /// The schema of `config.toml`, as it stands in `schemas/config.schema.json`.
    pub fn schema() -> String {
        schema_of::<Config>("urn:sirex:schema:config:1", "Sirex configuration")
    }
}

fn unexpected<E: serde::de::Error>(found: &str, expected: &str) -> E {
    E::custom(format_args!("{found:?}, expected {expected}"))
}

/// A text in which something stands, on one line.
fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let fits = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(unexpected(&text, "a text of one line")) }
}

/// The rule of tracking numbers (`record::number`), which this floor cannot ask.
fn prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let fits = (2..=12).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if fits { Ok(text) } else { Err(unexpected(&text, "2 to 12 of A-Z and 0-9, the first a letter")) }
}

/// A domain in the form in which partners name folders.
fn domain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let ascii = idna::domain_to_ascii_strict(&text).ok().filter(|ascii| *ascii == text);
    let fits = ascii.is_some_and(|ascii| ascii.contains('.') && !ascii.ends_with('.'));
    if fits { Ok(text) } else { Err(unexpected(&text, "a domain name in ASCII and lower case, such as csirt.example")) }
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    if number > 0 { Ok(number) } else { Err(unexpected("0", "1 or more")) }
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(deserializer)?;
    if number <= 100 { Ok(number) } else { Err(unexpected(&number.to_string(), "at most 100")) }
}
