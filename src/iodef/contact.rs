//! Parties (RFC 7970 §3.9).

use super::{
    IODEF,
    document::MlString,
    extension::Extension,
    vocab::{ContactRole, ContactType, EmailType, PostalType, Registry, Restriction, TelephoneType},
};
use crate::{
    class,
    class::{Coded, Text, Timezone},
};

class! {
    /// A person or organisation, and how to reach it (RFC 7970 §3.9). Contacts nest: a person within an organisation.
    pub struct Contact("Contact", IODEF) {
        attr role: Coded<ContactRole> = "role" => .ext("ext-role").required();
        attr kind: Coded<ContactType> = "type" => .ext("ext-type").required();
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        many contact_name: MlString = "ContactName";
        many contact_title: MlString = "ContactTitle";
        many description: MlString = "Description";
        many registry_handle: RegistryHandle = "RegistryHandle";
        many postal_address: PostalAddress = "PostalAddress";
        many email: Email = "Email";
        many telephone: Telephone = "Telephone";
        opt timezone: Timezone = "Timezone";
        many contact: Contact = "Contact";
        many additional_data: Extension = "AdditionalData";
    }

    /// A handle into a registry of parties (RFC 7970 §3.9.1).
    pub struct RegistryHandle("RegistryHandle", IODEF) {
        attr registry: Coded<Registry> = "registry" => .ext("ext-registry").json_required();
        content handle: Text = "handle" => .required();
    }

    /// A postal address (RFC 7970 §3.9.2, §2.10).
    pub struct PostalAddress("PostalAddress", IODEF) {
        attr kind: Coded<PostalType> = "type" => .ext("ext-type");
        one address: MlString = "PAddress";
        many description: MlString = "Description";
    }

    /// An email address (RFC 7970 §3.9.3, §2.12).
    pub struct Email("Email", IODEF) {
        attr kind: Coded<EmailType> = "type" => .ext("ext-type");
        one email_to: Text = "EmailTo";
        many description: MlString = "Description";
    }

    /// A telephone number (RFC 7970 §3.9.4, §2.11).
    pub struct Telephone("Telephone", IODEF) {
        attr kind: Coded<TelephoneType> = "type" => .ext("ext-type");
        one number: Text = "TelephoneNumber";
        many description: MlString = "Description";
    }
}
