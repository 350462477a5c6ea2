//! Time as it stood on the wire.
//!
//! Clock libraries normalise: `:60` becomes `:59`, `9999-12-31T23:59:59Z` is out of range, a time without an offset is
//! refused, and the number of fraction digits is lost. A record is evidence, so [`WireTime`] keeps the text and reads
//! its parts; it turns into an instant only for arithmetic and comparison.

use std::{cmp::Ordering, fmt, str::FromStr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// Longest text that is read as a time, in bytes: room for a nine digit year, 20 fraction digits and an offset.
pub const MAX_TIME_BYTES: usize = 64;

/// Which grammar a time is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// `xs:dateTime`, XML Schema part 2 §3.2.7: the offset may be absent, `24:00:00` is the end of the day, years may
    /// have more than four digits or a minus sign; offsets reach 14:00; no leap second, no lower case.
    Xsd,
    /// RFC 3339 §5.6 `date-time`: four digit year, offset required, `t` and `z` also in lower case, second 60 where
    /// the UTC time is 23:59.
    Rfc3339,
    /// What either of the two accepts. The internal record holds times of both origins.
    Either,
}

/// A date and time in its lexical form, valid by [`Grammar::Either`].
///
/// Equality, hash and serde are those of the text: `…T12:00:00Z` and `…T12:00:00.0Z` are different values of the same
/// instant. [`WireTime::cmp_instant`] compares instants.
///
/// Decided: years beyond 9999 and negative years are kept when they come in `xs:dateTime` form (year 0 is read as in
/// XML Schema 1.1, the year before 1); they compare, but have no [`Timestamp`]. RFC 3339 has neither.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct WireTime {
    text: Box<str>,
    parts: Parts,
}

/// What the offset says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// No offset: the instant is not known.
    Unknown,
    /// `Z`, or the `-00:00` of RFC 3339 §4.3: the instant is known, the place is not.
    Utc,
    /// Minutes east of Greenwich.
    Offset(i16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Parts {
    /// Seconds since 1970-01-01T00:00:00 on the local clock; second 60 counts as 59.
    local: i64,
    leap: bool,
    zone: Zone,
    /// Where the fraction digits stand in the text.
    fraction: (u8, u8),
    xsd: bool,
    rfc3339: bool,
}

/// The text is not a time.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {expected}")]
pub struct BadTime {
    /// The text, shortened.
    pub found: String,
    /// What the grammar wants.
    pub expected: &'static str,
}

impl WireTime {
    /// Reads a time by a grammar. White space around it is not part of it and is refused.
    ///
    /// # Errors
    /// When the text is not of the grammar, names a day or second that does not exist, or is longer than
    /// [`MAX_TIME_BYTES`].
    pub fn parse(text: &str, grammar: Grammar) -> Result<Self, BadTime> {
        let bad = |expected| BadTime { found: crate::error::excerpt(text), expected };
        let parts = if text.len() > MAX_TIME_BYTES { None } else { Parts::read(text) };
        let parts = parts.ok_or_else(|| bad("a date and time such as 2026-03-01T12:00:00Z"))?;
        match grammar {
            Grammar::Xsd if !parts.xsd => Err(bad("an xs:dateTime such as 2026-03-01T12:00:00Z")),
            Grammar::Rfc3339 if !parts.rfc3339 => Err(bad("an RFC 3339 date-time such as 2026-03-01T12:00:00Z")),
            _ => Ok(WireTime { text: text.into(), parts }),
        }
    }

    /// The instant in UTC with whole seconds; a fraction is cut off.
    pub fn from_timestamp(instant: Timestamp) -> Self {
        Self::with_precision(instant, 0)
    }

    /// The instant in UTC with so many fraction digits (at most 9); what lies beyond is cut off.
    pub fn with_precision(instant: Timestamp, digits: u8) -> Self {
        let mut seconds = instant.as_second();
        let mut nanos = i64::from(instant.subsec_nanosecond());
        if nanos < 0 {
            seconds -= 1;
            nanos += 1_000_000_000;
        }
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let clock = seconds.rem_euclid(DAY);
        let sign = if year < 0 { "-" } else { "" };
        let mut text = format!(
            "{sign}{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            year.abs(),
            clock / 3600,
            clock / 60 % 60,
            clock % 60
        );
        let start = text.len() as u8 + 1;
        let digits = digits.min(9);
        if digits > 0 {
            text.push('.');
            text.push_str(&format!("{nanos:09}")[..usize::from(digits)]);
        }
        let fraction = (start, start + digits);
        text.push('Z');
        let rfc3339 = (0..=9999).contains(&year);
        let parts = Parts { local: seconds, leap: false, zone: Zone::Utc, fraction, xsd: true, rfc3339 };
        WireTime { text: text.into(), parts }
    }

    /// The text, as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the offset says.
    pub fn zone(&self) -> Zone {
        self.parts.zone
    }

    /// Number of digits of the second's fraction, as written.
    pub fn fraction_digits(&self) -> usize {
        self.fraction().len()
    }

    /// Whether the text may stand in XML as `xs:dateTime`.
    pub fn is_xsd(&self) -> bool {
        self.parts.xsd
    }

    /// Whether the text may stand where RFC 3339 is asked for.
    pub fn is_rfc3339(&self) -> bool {
        self.parts.rfc3339
    }

    /// The instant, cut to nanoseconds; second 60 becomes the second after it.
    ///
    /// `None` without an offset, and outside jiff's range, which ends at 9999-12-30T22:00:00Z.
    pub fn to_timestamp(&self) -> Option<Timestamp> {
        let seconds = self.unix_second()? + i64::from(self.parts.leap);
        let nanos = self.fraction().bytes().chain(std::iter::repeat(b'0')).take(9);
        let nanos = if self.parts.leap { 0 } else { nanos.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')) };
        Timestamp::new(seconds, nanos).ok()
    }

    /// Which instant is earlier, exact to the last fraction digit, over the whole range of years.
    ///
    /// `None` when either has no offset: two times of unknown zones may lie up to 28 hours apart.
    pub fn cmp_instant(&self, other: &WireTime) -> Option<Ordering> {
        let key = |time: &WireTime| Some((time.unix_second()?, time.parts.leap));
        let fractions = || self.fraction().trim_end_matches('0').cmp(other.fraction().trim_end_matches('0'));
        Some(key(self)?.cmp(&key(other)?).then_with(fractions))
    }

    /// Seconds since 1970-01-01T00:00:00Z, fraction cut off, second 60 counted as 59; `None` without an offset.
    pub fn unix_second(&self) -> Option<i64> {
        match self.parts.zone {
            Zone::Unknown => None,
            Zone::Utc => Some(self.parts.local),
            Zone::Offset(minutes) => Some(self.parts.local - i64::from(minutes) * 60),
        }
    }

    fn fraction(&self) -> &str {
        let (start, end) = self.parts.fraction;
        self.text.get(usize::from(start)..usize::from(end)).unwrap_or_default()
    }
}

impl Parts {
    /// Reads the union of both grammars and notes to which of them the text belongs.
    fn read(text: &str) -> Option<Parts> {
        let mut at = Cursor { text: text.as_bytes(), next: 0 };
        let (mut xsd, mut rfc3339) = (true, true);
        let negative = at.eat(b'-');
        let year_text = at.digits();
        let (width, zero_led) = (year_text.len(), year_text.first() == Some(&b'0'));
        if !(4..=9).contains(&width) || (width > 4 && zero_led) {
            return None;
        }
        let magnitude = number(year_text);
        if negative && magnitude == 0 {
            return None;
        }
        let year = if negative { -magnitude } else { magnitude };
        rfc3339 &= width == 4 && !negative;
        let month = at.after(b'-')?;
        let day = at.after(b'-')?;
        if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
            return None;
        }
        match at.one()? {
            b'T' => {}
            b't' => xsd = false,
            _ => return None,
        }
        let hour = at.two_digits()?;
        let minute = at.after(b':')?;
        let second = at.after(b':')?;
        let start = at.next as u8 + 1;
        let mut fraction = (start, start);
        let mut nonzero_fraction = false;
        if at.eat(b'.') {
            let digits = at.digits();
            if digits.is_empty() {
                return None;
            }
            nonzero_fraction = digits.iter().any(|digit| *digit != b'0');
            fraction = (start, at.next as u8);
        }
        let zone = at.zone(&mut xsd, &mut rfc3339)?;
        if at.next != at.text.len() || minute > 59 || second > 60 || hour > 24 {
            return None;
        }
        let end_of_day = hour == 24;
        if end_of_day {
            rfc3339 = false;
            if minute != 0 || second != 0 || nonzero_fraction {
                return None;
            }
        }
        let leap = second == 60;
        let local = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - i64::from(leap);
        if leap {
            xsd = false;
            let utc = match zone {
                Zone::Unknown => return None,
                Zone::Utc => local,
                Zone::Offset(minutes) => local - i64::from(minutes) * 60,
            };
            if utc.rem_euclid(DAY) != DAY - 1 {
                return None;
            }
        }
        (xsd || rfc3339).then_some(Parts { local, leap, zone, fraction, xsd, rfc3339 })
    }
}

struct Cursor<'a> {
    text: &'a [u8],
    next: usize,
}

impl<'a> Cursor<'a> {
    fn one(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.next)?;
        self.next += 1;
        Some(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.text.get(self.next) == Some(&byte);
        self.next += usize::from(hit);
        hit
    }

    fn digits(&mut self) -> &'a [u8] {
        let rest = &self.text[self.next..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.next += count;
        &rest[..count]
    }

    fn two_digits(&mut self) -> Option<i64> {
        let pair = self.text.get(self.next..self.next + 2)?;
        self.next += 2;
        pair.iter().all(u8::is_ascii_digit).then(|| number(pair))
    }

    fn after(&mut self, separator: u8) -> Option<i64> {
        if self.eat(separator) { self.two_digits() } else { None }
    }

    fn zone(&mut self, xsd: &mut bool, rfc3339: &mut bool) -> Option<Zone> {
        let sign = match self.one() {
            None => {
                *rfc3339 = false;
                return Some(Zone::Unknown);
            }
            Some(b'Z') => return Some(Zone::Utc),
            Some(b'z') => {
                *xsd = false;
                return Some(Zone::Utc);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        let (hours, minutes) = (self.two_digits()?, self.after(b':')?);
        if hours > 23 || minutes > 59 {
            return None;
        }
        let total = hours * 60 + minutes;
        *xsd &= total <= 14 * 60;
        Some(if total == 0 && sign < 0 { Zone::Utc } else { Zone::Offset((sign * total) as i16) })
    }
}

const DAY: i64 = 86_400;

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other way round: year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

impl FromStr for WireTime {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        WireTime::parse(text, Grammar::Either)
    }
}

impl TryFrom<String> for WireTime {
    type Error = BadTime;
    fn try_from(text: String) -> Result<Self, BadTime> {
        text.parse()
    }
}

impl From<WireTime> for String {
    fn from(time: WireTime) -> String {
        time.text.into()
    }
}

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for WireTime {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WireTime".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "xs:dateTime or RFC 3339 date-time, kept as written; without an offset the zone is unknown",
            "maxLength": MAX_TIME_BYTES,
            "pattern": "^-?[0-9]{4,9}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?$"
        })
    }
}

/// How fine a time is: what lies below is filler, not knowledge. The words are those of STIX `start_time_fidelity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fidelity {
    /// The year is right.
    Year,
    /// Year and month are right.
    Month,
    /// The day is right.
    Day,
    /// The hour is right.
    Hour,
    /// The minute is right.
    Minute,
    /// The second is right.
    Second,
}

impl Fidelity {
    /// Every value, coarsest first.
    pub const ALL: &'static [Fidelity] =
        &[Fidelity::Year, Fidelity::Month, Fidelity::Day, Fidelity::Hour, Fidelity::Minute, Fidelity::Second];

    /// How many seconds the true time may lie away: the longest span that the word allows.
    pub const fn span_seconds(self) -> i64 {
        match self {
            Fidelity::Year => 366 * DAY,
            Fidelity::Month => 31 * DAY,
            Fidelity::Day => DAY,
            Fidelity::Hour => 3600,
            Fidelity::Minute => 60,
            Fidelity::Second => 1,
        }
    }
}

/// Where the offset of a time comes from (requirement 82: a log without a zone is no evidence of an instant).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneState {
    /// The source stated it.
    Stated,
    /// Whoever took the report assumed it.
    Assumed,
    /// Nobody knows.
    Unknown,
}

impl ZoneState {
    /// Every value.
    pub const ALL: &'static [ZoneState] = &[ZoneState::Stated, ZoneState::Assumed, ZoneState::Unknown];
}
