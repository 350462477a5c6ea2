//! Systems (RFC 7970 §3.17, §3.18; record model §10). The record has no Node: what is in it stands in the system.

use std::mem::take;

use super::parts::{AddressPair, CounterPair, DomainPair, NodeRolePair, ServicePair, SoftwarePair, TextPair};
use crate::{
    class::{Coded, Path},
    iodef::{self, NodeAddress, vocab::SystemCategory},
    record::{
        party::{Means, MeansKind},
        system::{System, SystemRole},
    },
    translate::{
        iodef::{
            convert::{Closed, Convert, Plain, Word},
            mirror::{Mirror as _, mirror},
            taken::{Context, NO_PLACE, Taken},
            trail::Trail,
        },
        ledger::Fate,
    },
};

mirror! {
    /// Systems (§3.17).
    SystemPair: iodef::System => System as "system" restriction {
        leaf category <=> role: RoleWord;
        leaf interface <=> interface: Plain;
        leaf spoofed <=> spoofed: Closed;
        leaf virtual_ <=> r#virtual: Closed;
        leaf ownership <=> ownership: Word;
        also inward node_in;
        also outward node_out;
        many node_role <=> node_roles: NodeRolePair;
        many service <=> services: ServicePair;
        many operating_system <=> operating_systems: SoftwarePair;
        many counter <=> counters: CounterPair;
        texts asset_id <=> asset_ids;
        many description <=> descriptions: TextPair;
    }
}

/// Roles that have another word in RFC 7970 §3.17, where `infrastructure` is what documents are exchanged with.
const ROLES: [(&str, &str); 2] = [("infrastructure", "stix-infrastructure"), ("exchange-node", "infrastructure")];

/// A role: one of [`ROLES`], else the same word. A word that would come back as another is not taken.
enum RoleWord {}

impl Convert<Coded<SystemCategory>, SystemRole> for RoleWord {
    fn inward(taken: Taken<'_, Option<Coded<SystemCategory>>>, to: &Trail<'_>) -> Option<SystemRole> {
        let category = taken.peek()?.as_ref()?;
        let own = ROLES.iter().find(|(_, word)| *category == Coded::from_meaning(word));
        match own {
            Some((role, _)) => taken.kept(to).map(|_| SystemRole::from((*role).to_owned())),
            None if ROLES.iter().any(|(role, _)| *role == category.meaning()) => {
                taken.back();
                None
            }
            None => Word::inward(taken, to),
        }
    }
    fn outward(taken: Taken<'_, Option<SystemRole>>, to: &Path<'_>) -> Option<Coded<SystemCategory>> {
        let role = taken.peek()?.as_ref()?.as_str();
        match ROLES.iter().find(|(own, _)| *own == role) {
            Some((_, word)) => taken.kept(to).map(|_| Coded::from_meaning(word)),
            None if ROLES.iter().any(|(_, word)| *word == role) => {
                taken.discard("the format has this word for another role").and(None)
            }
            None => Word::outward(taken, to),
        }
    }
}

fn node_in(cx: &Context, source: &mut iodef::System, made: &mut System, at: &Path<'_>, to: &Trail<'_>) {
    (made.event, made.flow) = cx.flow.take().unzip();
    let Some(mut node) = source.node.take() else { return };
    let at = at.child("Node");
    cx.presence(&node, &at, to);
    for address in take(&mut node.address) {
        match address {
            NodeAddress::Address(class) => {
                let i = made.addresses.len();
                let group = AddressPair::inward(cx, class, &at.item("Address", i + 1), &to.element("addresses", i));
                made.addresses.push(group);
            }
            NodeAddress::Domain(class) => {
                let i = made.domains.len();
                let group = DomainPair::inward(cx, class, &at.item("DomainData", i + 1), &to.element("domains", i));
                made.domains.push(group);
            }
        }
    }
    if let Some(mut postal) = node.postal_address.take() {
        let (at, to) = (at.child("PostalAddress"), to.member("postal_address"));
        cx.presence(&postal, &at, &to);
        let mut means = Means { kind: Some(MeansKind::Postal), ..Means::default() };
        if let Some(taken) = cx.take_class(&mut postal, "kind", &at, |postal| &mut postal.kind) {
            means.r#use = Word::inward(taken, &to.member("use"));
        }
        if let Some(text) = postal.address.take() {
            means.value = Some(TextPair::inward(cx, text, &at.child("PAddress"), &to.member("value")));
        }
        for (i, text) in take(&mut postal.description).into_iter().enumerate() {
            let (at, to) = (at.item("Description", i + 1), to.element("descriptions", i));
            means.descriptions.push(TextPair::inward(cx, text, &at, &to));
        }
        made.postal_address = Some(means);
    }
    for (i, text) in take(&mut node.location).into_iter().enumerate() {
        made.locations.push(TextPair::inward(cx, text, &at.item("Location", i + 1), &to.element("locations", i)));
    }
    for (i, class) in take(&mut node.counter).into_iter().enumerate() {
        let to = to.element("node_counters", i);
        made.node_counters.push(CounterPair::inward(cx, class, &at.item("Counter", i + 1), &to));
    }
}

fn node_out(cx: &Context, source: &mut System, made: &mut iodef::System, at: &Trail<'_>, to: &Path<'_>) {
    let mut node = iodef::Node::default();
    let to = to.child("Node");
    for (i, group) in take(&mut source.domains).into_iter().enumerate() {
        let class = DomainPair::outward(cx, group, &at.element("domains", i), &to.item("DomainData", i + 1));
        node.address.push(NodeAddress::Domain(class));
    }
    for (i, group) in take(&mut source.addresses).into_iter().enumerate() {
        let class = AddressPair::outward(cx, group, &at.element("addresses", i), &to.item("Address", i + 1));
        node.address.push(NodeAddress::Address(class));
    }
    if let Some(mut means) = source.postal_address.take() {
        let (at, to) = (at.member("postal_address"), to.child("PostalAddress"));
        let mut postal = iodef::PostalAddress::default();
        if let Some(taken) = cx.take_group(&mut means.kind, &at.member("kind")) {
            let _ = taken.kept(&to);
        }
        if let Some(taken) = cx.take_group(&mut means.r#use, &at.member("use")) {
            postal.kind = Word::outward(taken, &to.child("@type"));
        }
        if let Some(text) = means.value.take() {
            postal.address = Some(TextPair::outward(cx, text, &at.member("value"), &to.child("PAddress")));
        }
        for (i, text) in take(&mut means.descriptions).into_iter().enumerate() {
            let (at, to) = (at.element("descriptions", i), to.item("Description", i + 1));
            postal.description.push(TextPair::outward(cx, text, &at, &to));
        }
        cx.rest_of_group(&means, &at, NO_PLACE);
        if postal.address.is_some() {
            node.postal_address = Some(postal);
        }
    }
    for (i, text) in take(&mut source.locations).into_iter().enumerate() {
        node.location.push(TextPair::outward(cx, text, &at.element("locations", i), &to.item("Location", i + 1)));
    }
    for (i, group) in take(&mut source.node_counters).into_iter().enumerate() {
        let at = at.element("node_counters", i);
        node.counter.push(CounterPair::outward(cx, group, &at, &to.item("Counter", i + 1)));
    }
    made.node = Some(node);
    // Which event and flow it belongs to is said by where it stands.
    cx.structure(&mut source.event, &at.member("event"));
    cx.structure(&mut source.flow, &at.member("flow"));
    if let Some(taken) = cx.take_group(&mut source.asset, &at.member("asset")) {
        taken.each(&"", |_| Fate::Dropped { why: NO_PLACE.to_owned() });
    }
}
