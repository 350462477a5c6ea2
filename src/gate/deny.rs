//! The deny list: names, addresses and numbers that must not leave, whatever path they take.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use aws_lc_rs::hmac;
use ipnet::IpNet;
use zeroize::Zeroizing;

use super::views::{self, TooMuch};

/// Kinds of deny entries; an agreement names which apply.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum DenyClass {
    /// Host and domain names; a name covers the names below it.
    Hosts,
    /// Addresses and networks in CIDR notation.
    Networks,
    /// Names and addresses of people.
    People,
    /// Numbers of cases.
    Cases,
    /// Planted words that occur nowhere else: if one is found, something leaks.
    Canaries,
}

impl DenyClass {
    /// Every class.
    pub const ALL: &'static [DenyClass] =
        &[DenyClass::Hosts, DenyClass::Networks, DenyClass::People, DenyClass::Cases, DenyClass::Canaries];

    /// The word in agreements and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            DenyClass::Hosts => "hosts",
            DenyClass::Networks => "networks",
            DenyClass::People => "people",
            DenyClass::Cases => "cases",
            DenyClass::Canaries => "canaries",
        }
    }
}

/// The texts that must not leave. Plain in memory only (and wiped on drop); whoever keeps it keeps it encrypted.
pub struct DenyList {
    entries: Vec<Entry>,
    networks: Vec<(IpNet, String)>,
    key: hmac::Key,
}

struct Entry {
    class: DenyClass,
    /// Folded as [`views`] folds texts.
    text: Zeroizing<String>,
    tag: String,
}

/// An entry that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadEntry {
    /// Too short: it would hit everywhere.
    #[error("a deny entry needs at least {} characters", DenyList::SHORTEST)]
    TooShort,
    /// Not a network in CIDR notation and not an address.
    #[error("not an address and not a network")]
    NotANetwork,
}

/// A deny entry was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Kind of the entry.
    pub class: DenyClass,
    /// Keyed hash of the entry: the same entry has the same tag, and the tag tells nothing.
    pub tag: String,
}

impl DenyList {
    /// Shortest entry, in characters after folding; shorter ones hit everywhere.
    pub const SHORTEST: usize = 3;

    /// An empty list whose tags are made with `key`.
    pub fn new(key: &[u8]) -> Self {
        DenyList { entries: Vec::new(), networks: Vec::new(), key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// [`BadEntry`].
    pub fn add(&mut self, class: DenyClass, text: &str) -> Result<(), BadEntry> {
        let tag = self.tag(text);
        if class == DenyClass::Networks {
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            self.networks.push((network.map_err(|_| BadEntry::NotANetwork)?, tag));
            return Ok(());
        }
        let folded = Zeroizing::new(views::fold(text));
        if folded.chars().count() < Self::SHORTEST {
            return Err(BadEntry::TooShort);
        }
        self.entries.push(Entry { class, text: folded, tag });
        Ok(())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len() + self.networks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every entry of these classes that stands in `text`, in whatever way it is written (`views`), unless it stands
    /// within one of the texts that are `exempt` for its class.
    ///
    /// # Errors
    /// [`TooMuch`] when the text holds more encoded text than can be checked.
    pub fn find<'e>(
        &self,
        text: &str,
        classes: &BTreeSet<DenyClass>,
        exempt: impl Fn(DenyClass) -> Vec<&'e str>,
    ) -> Result<BTreeSet<Hit>, TooMuch> {
        if self.is_empty() {
            return Ok(BTreeSet::new());
        }
        let folded = |class| -> Vec<String> {
            exempt(class).into_iter().map(views::fold).filter(|text| !text.is_empty()).collect()
        };
        let exempt: BTreeMap<DenyClass, Vec<String>> = classes.iter().map(|class| (*class, folded(*class))).collect();
        let mut hits = BTreeSet::new();
        for view in views::of(text)? {
            let squeezed = views::squeeze(&view);
            for entry in &self.entries {
                let Some(exempt) = exempt.get(&entry.class) else { continue };
                if occurs(&view, entry, exempt) || occurs_squeezed(&squeezed, entry, exempt) {
                    hits.insert(Hit { class: entry.class, tag: entry.tag.clone() });
                }
            }
            if let Some(exempt) = exempt.get(&DenyClass::Networks).filter(|_| !self.networks.is_empty()) {
                for address in views::addresses(&view) {
                    for (network, tag) in &self.networks {
                        let overlaps = network.contains(&address) || address.contains(network);
                        if overlaps && !exempt.iter().any(|text| *text == address.addr().to_string()) {
                            hits.insert(Hit { class: DenyClass::Networks, tag: tag.clone() });
                        }
                    }
                }
            }
        }
        Ok(hits)
    }

    fn tag(&self, text: &str) -> String {
        let tag = hmac::sign(&self.key, text.as_bytes());
        tag.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for DenyList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DenyList({} entries)", self.len())
    }
}

/// Whether the entry stands in the view as a word of its kind.
fn occurs(view: &str, entry: &Entry, exempt: &[String]) -> bool {
    let word = |c: char| c.is_alphanumeric();
    view.match_indices(entry.text.as_str()).any(|(at, found)| {
        let (before, after) = (view[..at].chars().next_back(), view[at + found.len()..].chars().next());
        let whole = match entry.class {
            DenyClass::Canaries => true,
            // `db.example` covers `x.db.example`, not `mydb.example`; what follows may be a port, a path, a full stop.
            DenyClass::Hosts => {
                !before.is_some_and(|c| word(c) || c == '-') && !after.is_some_and(|c| word(c) || c == '-')
            }
            DenyClass::People | DenyClass::Cases | DenyClass::Networks => {
                !before.is_some_and(word) && !after.is_some_and(word)
            }
        };
        whole && !within(view, at, found.len(), exempt)
    })
}

/// Whether the entry stands in the text once all that may be put between its letters is gone. Entries shorter than this
/// would meet by chance across words, and a longer number is another case.
fn occurs_squeezed(squeezed: &str, entry: &Entry, exempt: &[String]) -> bool {
    const SHORTEST_SQUEEZED: usize = 8;
    let text = views::squeeze(&entry.text);
    if text.chars().count() < SHORTEST_SQUEEZED || entry.class == DenyClass::Cases {
        return false;
    }
    let exempt: Vec<String> = exempt.iter().map(|text| views::squeeze(text)).collect();
    squeezed.match_indices(&text).any(|(at, found)| !within(squeezed, at, found.len(), &exempt))
}

/// Whether the place lies inside an occurrence of an exempt text.
fn within(view: &str, at: usize, len: usize, exempt: &[String]) -> bool {
    exempt.iter().any(|text| {
        view.match_indices(text.as_str()).any(|(start, found)| start <= at && at + len <= start + found.len())
    })
}
