//! Parties (RFC 5070 §3.7).

use super::{
    IODEF1,
    document::{Language, MlString},
    extension::Extension,
    vocab::{ContactRole, ContactType, Registry, Restriction},
};
use crate::{
    class,
    class::{Coded, Text, Timezone},
};

class! {
    /// A person or organisation, and how to reach it (RFC 5070 §3.7). Contacts nest: a person within an organisation.
    pub struct Contact("Contact", IODEF1) {
        attr role: Coded<ContactRole> = "role" => .ext("ext-role").required();
        attr kind: Coded<ContactType> = "type" => .ext("ext-type").required();
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        opt contact_name: MlString = "ContactName";
        many description: MlString = "Description";
        many registry_handle: RegistryHandle = "RegistryHandle";
        opt postal_address: PostalAddress = "PostalAddress";
        many email: ContactMeans = "Email";
        many telephone: ContactMeans = "Telephone";
        opt fax: ContactMeans = "Fax";
        opt timezone: Timezone = "Timezone";
        many contact: Contact = "Contact";
        many additional_data: Extension = "AdditionalData";
    }

    /// A handle into a registry of parties (RFC 5070 §3.7.1).
    pub struct RegistryHandle("RegistryHandle", IODEF1) {
        attr registry: Coded<Registry> = "registry" => .ext("ext-registry");
        content handle: Text = "handle" => .required();
    }

    /// A postal address; `meaning` says what it is for (RFC 5070 §3.7.2).
    pub struct PostalAddress("PostalAddress", IODEF1) {
        attr lang: Language = "lang" => .inherits();
        attr meaning: Text = "meaning";
        content address: Text = "value" => .required();
    }

    /// An email address, a telephone or fax number; `meaning` says what it is for (RFC 5070 §3.7.3, §3.7.4).
    pub struct ContactMeans("ContactMeansType", IODEF1) {
        attr meaning: Text = "meaning";
        content value: Text = "value" => .required();
    }
}
