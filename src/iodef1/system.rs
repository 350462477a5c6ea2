//! Systems, their names, addresses and services (RFC 5070 §3.15-§3.17).

use super::{
    IODEF1,
    assessment::Counter,
    document::{Language, MlString},
    extension::{Extension, Software},
    vocab::{AddressCategory, NodeRoleCategory, Restriction, SystemCategory, YesNoUnknown},
};
use crate::{
    choice, class,
    class::{Coded, DateTime, Integer, Portlist, Text},
};

class! {
    /// A system and its part in the event (RFC 5070 §3.15).
    pub struct System("System", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        attr interface: Text = "interface";
        attr category: Coded<SystemCategory> = "category" => .ext("ext-category");
        attr spoofed: Coded<YesNoUnknown> = "spoofed" => .default("unknown");
        one node: Node = "Node";
        many service: Service = "Service";
        many operating_system: Software = "OperatingSystem";
        many counter: Counter = "Counter";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }

    /// Names, addresses, place and roles of a system (RFC 5070 §3.16). `DateTime` is when the name had the address.
    pub struct Node("Node", IODEF1) {
        choice_many address: NodeAddress = "NodeAddress";
        opt location: MlString = "Location";
        opt date_time: DateTime = "DateTime";
        many node_role: NodeRole = "NodeRole";
        many counter: Counter = "Counter";
    }

    /// An address of some kind (RFC 5070 §3.16.2). Without `category` it is an IPv4 address; version 2 says IPv6.
    pub struct Address("Address", IODEF1) {
        attr category: Coded<AddressCategory> = "category" => .ext("ext-category").default("ipv4-addr");
        attr vlan_name: Text = "vlan-name";
        attr vlan_num: Integer = "vlan-num";
        content value: Text = "value" => .required();
    }

    /// What a system is for (RFC 5070 §3.16.3).
    pub struct NodeRole("NodeRole", IODEF1) {
        attr lang: Language = "lang" => .inherits();
        attr category: Coded<NodeRoleCategory> = "category" => .ext("ext-category").required();
        content text: Text = "value";
    }

    /// A network service, by its protocol number (RFC 5070 §3.17).
    pub struct Service("Service", IODEF1) {
        attr ip_protocol: Integer = "ip_protocol" => .required();
        choice_opt ports: Ports = "Ports";
        opt proto_type: Integer = "ProtoType";
        opt proto_code: Integer = "ProtoCode";
        opt proto_field: Integer = "ProtoField";
        opt application: Software = "Application";
    }
}

choice! {
    /// A name or an address; they stand in any order (RFC 5070 §3.16).
    pub enum NodeAddress("NodeAddress", Spread) {
        Address(Address) = "Address";
        Name(MlString) = "NodeName";
    }

    /// One port or a list (RFC 5070 §3.17).
    pub enum Ports("Ports", Spread) {
        Port(Integer) = "Port";
        Portlist(Portlist) = "Portlist";
    }
}
