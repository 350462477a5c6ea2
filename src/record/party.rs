//! §11: parties and contacts, for the record and for IODEF Contact (RFC 7970 §3.9).

use serde_json::Value;

use super::{
    base::{Dated, DocumentRef, ElementRef, Text},
    declare::{element, group, open},
    letters::Letters,
    part::Refined,
};
use crate::marking::Audience;

/// The letters of a person's data (§11); of the two rows the narrower, so it also stands for a party of unknown type.
pub const PERSONAL: Letters = Letters::declared("YCNCNCN");
/// The letters of an organisation's data (§11).
pub const ORGANISATION: Letters = Letters::declared("YYCYCYN");
/// The letters of whoever reported (§2 `reporter.person`).
pub const REPORTER: Letters = Letters::declared("YNNCNNN");

/// A party's letters by its type; who reported is shown no wider than the reporter.
fn refine(party: &Value) -> Refined {
    let known = party.get("type").and_then(Value::as_str).map(PartyType::from);
    let letters = match known {
        Some(PartyType::Organisation | PartyType::Role | PartyType::System) => ORGANISATION,
        _ => PERSONAL,
    };
    let roles = party.get("roles").and_then(Value::as_array);
    let reports = roles.is_some_and(|roles| roles.iter().any(|role| role == PartyRole::Reporter.as_str()));
    Refined { letters: Some(letters), cap: reports.then_some(REPORTER) }
}

open! {
    /// What a party is (§11 `party.type`).
    pub enum PartyType {
        Person = "person",
        Organisation = "organisation",
        /// A function with an address of its own, such as a duty desk.
        Role = "role",
        /// A machine that reports.
        System = "system",
    }
}

open! {
    /// What a party is in this case (§11 role map; RFC 7970 §3.9 `role`).
    pub enum PartyRole {
        Creator = "creator",
        Reporter = "reporter",
        /// The owner of what is concerned.
        Admin = "admin",
        Tech = "tech",
        Provider = "provider",
        User = "user",
        Billing = "billing",
        Legal = "legal",
        Abuse = "abuse",
        Irt = "irt",
        Cc = "cc",
        CcIrt = "cc-irt",
        Leo = "leo",
        Vendor = "vendor",
        VendorSupport = "vendor-support",
        Victim = "victim",
        VictimNotified = "victim-notified",
    }
}

open! {
    /// A kind of address (§11 `means[].kind`).
    pub enum MeansKind {
        Email = "email",
        Telephone = "telephone",
        Postal = "postal",
        Url = "url",
        Messenger = "messenger",
    }
}

open! {
    /// What an address is for (RFC 7970 §3.9.2-3.9.4 `type`).
    pub enum MeansUse {
        Direct = "direct",
        Hotline = "hotline",
        Wired = "wired",
        Mobile = "mobile",
        Fax = "fax",
        Street = "street",
        Mailing = "mailing",
    }
}

group! {
    /// A way to reach a party (§11 `means[]`; RFC 7970 PostalAddress, Email, Telephone).
    pub struct Means {
        /// Kind of address.
        kind: Option<MeansKind>;
        /// What it is for.
        r#use: Option<MeansUse>;
        /// The address itself; a postal one in full, with its language.
        value: Option<Text>;
        /// Remarks.
        descriptions: Vec<Text>;
        /// When somebody answers, such as `24/7` or `Mo-Fr 08:00-17:00 Europe/Vienna`.
        hours: Option<String>;
        /// Order in which to try, 1 first.
        priority: Option<u64>;
        /// Whether an attacker of the case cannot read it (requirement 7).
        secure: Option<bool>;
    }
}

group! {
    /// An entry in a registry of resource holders (RFC 7970 §3.9.1 RegistryHandle).
    pub struct RegistryHandle {
        /// The handle.
        handle: Option<String>;
        /// The registry.
        registry: Option<Registry>;
    }
}

open! {
    /// A registry (RFC 7970 §3.9.1 `registry`).
    pub enum Registry {
        Internic = "internic",
        Apnic = "apnic",
        Arin = "arin",
        Lacnic = "lacnic",
        Ripe = "ripe",
        Afrinic = "afrinic",
        Local = "local",
    }
}

group! {
    /// An OpenPGP key of a party (§11 `keys[]`).
    pub struct Key {
        /// Fingerprint, hexadecimal.
        fingerprint: Option<String>;
        /// Who compared it.
        verified_by: Option<String>;
        /// How.
        method: Option<String>;
        /// When.
        at: Option<Dated>;
        /// When the key ends.
        expires: Option<Dated>;
    }
}

group! {
    /// What a party may decide, and for how long (§11 `authority[]`, requirement 66).
    pub struct Authority {
        /// Matters.
        topics: Vec<String>;
        /// Audiences to which it may let out.
        audiences: Vec<Audience>;
        /// Regulator regimes.
        regimes: Vec<String>;
        /// Begin.
        from: Option<Dated>;
        /// End.
        to: Option<Dated>;
    }
}

group! {
    /// Numbers under which authorities know a party (§11).
    pub struct RegulatorIds {
        /// Legal Entity Identifier, ISO 17442.
        lei: Option<String>;
        /// Value added tax number.
        vat: Option<String>;
        /// European Unique Identifier.
        euid: Option<String>;
        /// Company number in the national register.
        company_number: Option<String>;
        /// Others, such as ABN, UEN or CIN, with their name before a colon.
        other: Vec<String>;
    }
}

element! {
    /// A person, organisation, role or system of the case (§11; RFC 7970 §3.9 Contact).
    ///
    /// The row of `parties` has the letters of a person; those of an organisation apply when `type` says so.
    pub struct Party [refine] {
        /// What the party is.
        r#type: Option<PartyType>;
        /// What it is in this case.
        roles: Vec<PartyRole>;
        /// Names, in one or more languages.
        names: Vec<Text>;
        /// Titles or positions.
        titles: Vec<Text>;
        /// Organisation to which it belongs.
        organisation: Option<Text>;
        /// Remarks.
        descriptions: Vec<Text>;
        /// Entries in registries.
        registry_handles: Vec<RegistryHandle>;
        /// Ways to reach it.
        means: Vec<Means>;
        /// Time zone, as an offset such as `+01:00` or `Z`.
        timezone: Option<String>;
        /// OpenPGP keys.
        keys: Vec<Key>;
        /// How far it is trusted, in the team's own words.
        trust: Option<String>;
        /// What it may decide.
        authority: Vec<Authority>;
        /// Who stands in, in `parties`.
        deputies: Vec<ElementRef>;
        /// Country whose law applies, ISO 3166-1.
        jurisdiction: Option<String>;
        /// Agreement to keep silence (requirement 98).
        nda: Option<DocumentRef>;
        /// Audience to which it belongs.
        audience: Option<Audience>;
        /// Languages it understands, BCP 47.
        languages: Vec<String>;
        /// Numbers under which authorities know it.
        regulator_ids: Option<RegulatorIds>;
        /// Contacts within it (RFC 7970: nested Contact).
        contacts: Vec<Party>;
    }
}
