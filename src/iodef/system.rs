//! Systems, their names and addresses (RFC 7970 §3.17-§3.19).

use super::{
    IODEF,
    assessment::Counter,
    contact::{Contact, PostalAddress},
    document::MlString,
    extension::{Extension, Software},
    traffic::Service,
    vocab::{
        AddressCategory, DomainStatus, DomainSystemStatus, NodeRoleCategory, Ownership, Restriction, SystemCategory,
        YesNoUnknown,
    },
};
use crate::{
    choice, class,
    class::{Coded, DateTime, Id, Integer, Text},
};

class! {
    /// A system and its part in the event (RFC 7970 §3.17).
    pub struct System("System", IODEF) {
        attr category: Coded<SystemCategory> = "category" => .ext("ext-category");
        attr interface: Text = "interface";
        attr spoofed: Coded<YesNoUnknown> = "spoofed" => .default("unknown");
        attr virtual_: Coded<YesNoUnknown> = "virtual" => .default("unknown");
        attr ownership: Coded<Ownership> = "ownership" => .ext("ext-ownership");
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        one node: Node = "Node";
        many node_role: NodeRole = "NodeRole";
        many service: Service = "Service";
        many operating_system: Software = "OperatingSystem";
        many counter: Counter = "Counter";
        many asset_id: Text = "AssetID";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }

    /// Names, addresses and places of a system (RFC 7970 §3.18). The text asks for a name or an address.
    pub struct Node("Node", IODEF) {
        choice_many address: NodeAddress = "Address" => .inline();
        opt postal_address: PostalAddress = "PostalAddress";
        many location: MlString = "Location";
        many counter: Counter = "Counter";
    }

    /// An address of some kind (RFC 7970 §3.18.1).
    pub struct Address("Address", IODEF) {
        attr category: Coded<AddressCategory> = "category" => .ext("ext-category").default("ipv6-addr").json_required();
        attr vlan_name: Text = "vlan-name";
        attr vlan_num: Integer = "vlan-num";
        attr observable_id: Id = "observable-id";
        content value: Text = "value" => .required();
    }

    /// What a system is for (RFC 7970 §3.18.2).
    pub struct NodeRole("NodeRole", IODEF) {
        attr category: Coded<NodeRoleCategory> = "category" => .ext("ext-category").required();
        many description: MlString = "Description";
    }

    /// A domain name and what is registered of it (RFC 7970 §3.19).
    pub struct DomainData("DomainData", IODEF) {
        attr system_status: Coded<DomainSystemStatus> = "system-status" => .ext("ext-system-status").json_required();
        attr domain_status: Coded<DomainStatus> = "domain-status" => .ext("ext-domain-status").json_required();
        attr observable_id: Id = "observable-id";
        one name: Text = "Name";
        opt date_domain_was_checked: DateTime = "DateDomainWasChecked";
        opt registration_date: DateTime = "RegistrationDate";
        opt expiration_date: DateTime = "ExpirationDate";
        many related_dns: Extension = "RelatedDNS";
        many nameservers: Nameservers = "Nameservers" => .json("NameServers");
        opt domain_contacts: DomainContacts = "DomainContacts";
    }

    /// A name server of a domain (RFC 7970 §3.19.1).
    pub struct Nameservers("Nameservers", IODEF) {
        one server: Text = "Server";
        some address: Address = "Address";
    }

    /// The contacts of a domain, or another domain that has the same (RFC 7970 §3.19.2).
    pub struct DomainContacts("DomainContacts", IODEF) {
        opt same_domain_contact: Text = "SameDomainContact";
        many contact: Contact = "Contact";
    }
}

choice! {
    /// A name or an address; they stand in any order (RFC 7970 §3.18).
    pub enum NodeAddress("NodeAddress", Spread) {
        Address(Address) = "Address";
        Domain(DomainData) = "DomainData";
    }
}
