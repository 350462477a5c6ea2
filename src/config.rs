//! Typed configuration, and how the files of a home are read and written.

use std::{net::SocketAddr, path::Path};

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

mod files;
#[cfg(test)]
mod tests;
mod text;

pub use files::{Access, FileError, make_folder, read_bytes, read_secret, read_text, write, write_with};
#[cfg(test)]
pub(crate) use text::stale;
pub use text::{finding_at, from_toml, schema_by, schema_of};

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
}

/// What a new home must know.
#[derive(Clone, Copy, Debug)]
pub struct NewHome<'a> {
    /// Domain of the team.
    pub domain: &'a str,
    /// Name of the team.
    pub name: &'a str,
    /// Prefix of its tracking numbers.
    pub prefix: &'a str,
    /// Its published mail address.
    pub email: &'a str,
    /// The URL under which partners push to it.
    pub push: Option<&'a str>,
    /// Where the partner listener listens, when that is not the default.
    pub listen: Option<SocketAddr>,
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
    /// The URL under which partners push to us, as it stands on our card.
    #[serde(default)]
    pub push: Option<String>,
    /// Published telephone number.
    #[serde(default)]
    pub telephone: Option<String>,
    /// Web page.
    #[serde(default)]
    pub url: Option<String>,
    /// Roles that partners can reach; they stand on our card.
    #[serde(default)]
    pub contacts: Vec<Contact>,
}

/// A role that can be reached: ours in the configuration, a team's on its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The role, such as `duty officer`.
    #[serde(deserialize_with = "some_text")]
    #[schemars(length(min = 1))]
    pub role: String,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number, also for comparing fingerprints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// When somebody answers, such as `24/7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// Languages, BCP 47.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
}

/// Where we listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// The partner listener, mutual TLS.
    #[schemars(with = "String")]
    pub partner: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Listen { partner: SocketAddr::from(([0, 0, 0, 0], 4590)) }
    }
}

/// A section of numbers, each at least 1: the struct, its schema and its defaults in one place.
macro_rules! section {
    (
        $(#[$meta:meta])* $name:ident: $type:ty { $( $(#[$doc:meta])* $key:ident = $default:expr, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $( $(#[$doc])* pub $key: $type, )+
        }

        impl Default for $name {
            fn default() -> Self {
                $name { $( $key: $default, )+ }
            }
        }
    };
}

section! {
    /// How much of a peer we take.
    Limits: Count {
        /// Bytes of one message, whoever sends it. An agreement may narrow it for the partner, never widen it.
        body_bytes = Count(26_214_400),
        /// Bytes of all bodies in memory at the same time. A body that is alone may be longer.
        bodies_bytes = Count(256 * 1024 * 1024),
        /// Bytes of the bodies of one partner in memory at the same time. A body that is alone may be longer.
        bodies_bytes_per_partner = Count(128 * 1024 * 1024),
        /// Connections at the same time, all partners together.
        connections = Count(512),
        /// Connections from one address at the same time (IPv6: from one /64), whoever they are of.
        connections_per_address = Count(64),
        /// Connections of one partner at the same time.
        connections_per_partner = Count(32),
        /// Handshakes at the same time: connections of which it is not yet known whose they are.
        handshakes = Count(128),
        /// Bytes of the head of one request; over HTTP/1.1 at least 8,192.
        header_bytes = Count(16 * 1024),
        /// Requests of one partner that are being answered at the same time.
        requests_at_once = Count(16),
        /// Requests of one partner in a second, in the long run; more are answered with 429.
        requests_per_second = Count(200),
        /// Messages that are opened and decoded at the same time, each of which takes memory for several times its size.
        openings = Count(4),
        /// Messages that are on their way to partners at the same time.
        deliveries = Count(16),
        /// Messages that are on their way to one partner at the same time.
        deliveries_per_partner = Count(4),
    }
}

section! {
    /// How long we wait. Written as `10s`, `5m`, `2h` or `3d`.
    Timeouts: Length {
        /// For the end of a TLS handshake, on either side.
        handshake = Length::seconds(10),
        /// For a request's headers.
        headers = Length::seconds(15),
        /// Between two pieces of a request's body.
        body_pause = Length::seconds(15),
        /// On a connection without a request.
        idle = Length::seconds(60),
        /// For our own work on a message. Then the partner is told to come again, and gets the receipt that is made
        /// meanwhile.
        work = Length::seconds(120),
        /// For a connection to a partner.
        connect = Length::seconds(10),
        /// For a partner's answer, beside the time that a long message takes.
        answer = Length::seconds(180),
        /// For requests and deliveries that are under way when the program is told to end.
        drain = Length::seconds(30),
        /// A connection is closed at this age, so that a revoked certificate does not live on in it.
        connection_age = Length::seconds(3_600),
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
    /// By how many percent at most a wait is shortened at random, so that messages do not return in step.
    #[schemars(range(max = 100))]
    #[serde(deserialize_with = "percent")]
    pub jitter_percent: u8,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            base: Length::seconds(30),
            cap: Length::seconds(4_000),
            deadline: Length::seconds(5 * 86_400),
            jitter_percent: 25,
        }
    }
}

/// A number that bounds something: 1 to 4,294,967,295.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
pub struct Count(#[schemars(range(min = 1))] u32);

impl Count {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number, as bytes are counted.
    pub fn bytes(self) -> u64 {
        self.0.into()
    }

    /// The number, as things in memory are counted.
    pub fn size(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        match u32::try_from(number) {
            Ok(number) if number > 0 => Ok(Count(number)),
            _ => Err(unexpected(&number.to_string(), "1 to 4294967295")),
        }
    }
}

/// A length of time, longer than none: a whole number and one of `s`, `m`, `h`, `d`, such as `90s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(SignedDuration);

impl Length {
    /// Longest length: about ten years.
    pub const MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

    const fn seconds(seconds: i64) -> Self {
        Length(SignedDuration::from_secs(seconds))
    }

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

impl From<Length> for std::time::Duration {
    fn from(length: Length) -> Self {
        length.0.unsigned_abs()
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
        let limits = &config.limits;
        for (key, part, whole_key, whole) in [
            ("bodies_bytes_per_partner", limits.bodies_bytes_per_partner, "bodies_bytes", limits.bodies_bytes),
            ("connections_per_address", limits.connections_per_address, "connections", limits.connections),
            ("connections_per_partner", limits.connections_per_partner, "connections", limits.connections),
            ("deliveries_per_partner", limits.deliveries_per_partner, "deliveries", limits.deliveries),
        ] {
            if part > whole {
                let expected = format!("at most limits.{whole_key} = {whole}");
                return Err(finding_at(text, &format!("limits.{key}"), part.to_string(), expected));
            }
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

    /// The text of a new home's configuration: what is set, and every default in a comment.
    pub fn example(new: &NewHome<'_>) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let or_comment = |key: &str, value: Option<String>, example: &str| match value {
            Some(value) => format!("{key} = {}", quoted(&value)),
            None => format!("# {key} = {}", quoted(example)),
        };
        let listen = or_comment("partner", new.listen.map(|address| address.to_string()), "0.0.0.0:4590");
        let push = or_comment("push", new.push.map(str::to_owned), "https://csirt.example:4590/push");
        let places = [
            ("domain", quoted(new.domain)),
            ("name", quoted(new.name)),
            ("prefix", quoted(new.prefix)),
            ("email", quoted(new.email)),
            ("push", push),
            ("listen", listen),
        ];
        let mut pieces = include_str!("config/example.toml").split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (place, rest) in pieces.filter_map(|piece| piece.split_once('}')) {
            text.extend(places.iter().find(|(name, _)| *name == place).map(|(_, value)| value.as_str()));
            text.push_str(rest);
        }
        text
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

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(deserializer)?;
    if number <= 100 { Ok(number) } else { Err(unexpected(&number.to_string(), "at most 100")) }
}
