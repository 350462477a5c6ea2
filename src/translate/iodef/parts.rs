//! Groups of the record that mirror classes of RFC 7970 row by row.

use super::{blocks::blocks, files::EmailPair};
use crate::{
    class::{Coded, Enumeration as _, Integer, Path},
    iodef::{self, vocab::Dtype},
    record::{base, classification, identity, indicator, intelligence, method, software, system},
    translate::iodef::{
        convert::{Convert as _, Figure, Plain, Tag, Time, Whole, Word},
        mirror::{Mirror as _, mirror},
        taken::Context,
        trail::Trail,
    },
    xml::{self, Verbatim},
};

mirror! {
    /// Texts (§2.4).
    TextPair: iodef::MlString => base::Text {
        leaf text <=> text: Plain;
        leaf lang <=> lang: Tag;
        leaf translation_id <=> translation: Plain;
    }
    /// Confidence (§3.12.5).
    ConfidencePair: iodef::Confidence => base::Confidence {
        leaf rating <=> rating: Word;
        leaf value <=> value: Figure;
    }
    /// Software (§2.15).
    SoftwarePair: iodef::Software => software::Software {
        texts url <=> urls;
        many description <=> descriptions: TextPair;
        also inward software_in;
        also outward software_out;
    }
    /// Typed values (§2.16) outside AdditionalData.
    ValuePair: iodef::Extension => software::TypedValue {
        leaf name <=> name: Plain;
        leaf dtype <=> dtype: Word;
        leaf meaning <=> meaning: Plain;
        leaf format_id <=> format: Plain;
        also inward value_in;
        also outward value_out;
    }
    /// Counters (§3.18.3).
    CounterPair: iodef::Counter => software::Counter {
        leaf value <=> value: Figure;
        leaf kind <=> kind: Word;
        leaf unit <=> unit: Word;
        leaf meaning <=> meaning: Plain;
        leaf duration <=> duration: Word;
    }
    /// Detection patterns (§3.10.1).
    PatternPair: iodef::DetectionPattern => software::DetectionPattern {
        opt application <=> application: SoftwarePair;
        many description <=> descriptions: TextPair;
        texts detection_configuration <=> configurations;
    }
    /// Record patterns (§3.22.2).
    RecordPatternPair: iodef::RecordPattern => software::Pattern {
        leaf kind <=> kind: Word;
        leaf value <=> value: Plain;
        leaf offset <=> offset: Whole;
        leaf offset_unit <=> offset_unit: Word;
        leaf instance <=> instance: Whole;
    }

    /// References (§3.11.1, RFC 7495).
    ReferencePair: iodef::Reference => method::Reference {
        also inward reference_in;
        also outward reference_out;
        texts url <=> urls;
        many description <=> descriptions: TextPair;
    }
    /// Methods (§3.11); structured information (RFC 7203) is carried.
    MethodPair: iodef::Method => method::Method as "method" restriction {
        many reference <=> references: ReferencePair;
        many description <=> descriptions: TextPair;
    }

    /// Addresses (§3.18.1).
    AddressPair: iodef::Address => system::Address {
        leaf category <=> kind: Word;
        leaf value <=> value: Plain;
        leaf vlan_name <=> vlan_name: Plain;
        leaf vlan_num <=> vlan_num: Whole;
    }
    /// Roles of systems (§3.18.2).
    NodeRolePair: iodef::NodeRole => system::NodeRole {
        leaf category <=> kind: Word;
        many description <=> descriptions: TextPair;
    }
    /// Names of services (§3.20.1).
    ServiceNamePair: iodef::ServiceName => system::ServiceName {
        leaf iana_service <=> iana: Plain;
        texts url <=> urls;
        many description <=> descriptions: TextPair;
    }
    /// Services (§3.20).
    ServicePair: iodef::Service => system::Service {
        opt service_name <=> name: ServiceNamePair;
        leaf ip_protocol <=> ip_protocol: Whole;
        leaf port <=> port: Whole;
        leaf portlist <=> portlist: Plain;
        leaf proto_type <=> proto_type: Whole;
        leaf proto_code <=> proto_code: Whole;
        leaf proto_field <=> proto_field: Whole;
        opt email_data <=> email: EmailPair;
        opt application <=> application: SoftwarePair;
    }
    /// Name servers (§3.19.1).
    NameServerPair: iodef::Nameservers => system::NameServer {
        leaf server <=> server: Plain;
        many address <=> addresses: AddressPair;
    }
    /// Domain names (§3.19); their contacts are carried.
    DomainPair: iodef::DomainData => system::Domain {
        leaf name <=> name: Plain;
        leaf system_status <=> system_status: Word;
        leaf domain_status <=> domain_status: Word;
        leaf date_domain_was_checked <=> checked_at: Time;
        leaf registration_date <=> registered_at: Time;
        leaf expiration_date <=> expires_at: Time;
        many related_dns <=> related_dns: ValuePair;
        many nameservers <=> nameservers: NameServerPair;
    }

    /// Numbers of incidents within other things (§3.4).
    IncidentNamePair: iodef::IncidentId => identity::IncidentName {
        leaf id <=> number: Plain;
        leaf name <=> owner: Plain;
        leaf instance <=> instance: Plain;
    }
    /// Numbers of indicators (§3.29.1).
    IndicatorNamePair: iodef::IndicatorId => indicator::IndicatorName {
        leaf id <=> id: Plain;
        leaf name <=> owner: Plain;
        leaf version <=> version: Plain;
    }
    /// Other numbers of indicators (§3.29.2).
    AlternativeNamesPair: iodef::AlternativeIndicatorId => indicator::AlternativeNames {
        many indicator_id <=> names: IndicatorNamePair;
    }
    /// Phases of an attack (§3.29.8).
    AttackPhasePair: iodef::AttackPhase => indicator::AttackPhase {
        texts attack_phase_id <=> ids;
        texts url <=> urls;
        many description <=> descriptions: TextPair;
    }
    /// Threat actors (§3.7).
    ActorPair: iodef::ThreatActor => intelligence::Actor as "actor" restriction {
        texts threat_actor_id <=> names;
        texts url <=> urls;
        many description <=> descriptions: TextPair;
        also inward actor_in;
        also outward actor_out;
    }
    /// Campaigns (§3.8).
    CampaignPair: iodef::Campaign => intelligence::Campaign as "campaign" restriction {
        texts campaign_id <=> names;
        texts url <=> urls;
        many description <=> descriptions: TextPair;
        also inward campaign_in;
        also outward campaign_out;
    }
    /// Related activity (§3.6).
    RelatedPair: iodef::RelatedActivity => identity::Related as "related" restriction {
        many incident_id <=> incidents: IncidentNamePair;
        texts url <=> urls;
        many threat_actor <=> actors: ActorPair;
        many campaign <=> campaigns: CampaignPair;
        many indicator_id <=> indicators: IndicatorNamePair;
        opt confidence <=> confidence: ConfidencePair;
        many description <=> descriptions: TextPair;
        also inward related_in;
        also outward related_out;
    }
    /// Descriptions of the incident (§3.2).
    DescriptionPair: iodef::MlString => identity::Description as "description" {
        leaf text <=> text: Plain;
        leaf lang <=> lang: Tag;
        leaf translation_id <=> translation: Plain;
    }
    /// Discovery (§3.10).
    DiscoveryPair: iodef::Discovery => classification::Discovery as "discovery" restriction {
        leaf source <=> source: Word;
        many description <=> descriptions: TextPair;
        many detection_pattern <=> patterns: PatternPair;
        also inward discovery_in;
        also outward discovery_out;
    }
}

blocks! {
    actor_in, actor_out: iodef::ThreatActor => intelligence::Actor {
        types = "type",
        roles = "role",
        goals = "goal",
        sophistication = "sophistication",
        resource_level = "resource-level",
        motivations = "motivation",
        first_seen = "first-seen",
        last_seen = "last-seen",
        references = "reference",
        confidence = "sureness",
    }
}

blocks! {
    campaign_in, campaign_out: iodef::Campaign => intelligence::Campaign {
        objective = "objective",
        first_seen = "first-seen",
        last_seen = "last-seen",
        confidence = "sureness",
    }
}

blocks! {
    related_in, related_out: iodef::RelatedActivity => identity::Related {
        relation = "relation",
        why = "why",
    }
}

/// A text that becomes one of several descriptions, which do not say what it is: it is moved.
pub(super) fn described(cx: &Context, mut source: base::Text, at: &Trail<'_>, to: &Path<'_>) -> iodef::MlString {
    let said = cx.take_group(&mut source.text, &at.member("text"));
    let mut made = TextPair::outward(cx, source, at, to);
    made.text = said.and_then(|taken| taken.moved(to).flatten()).as_deref().map(Into::into);
    made
}

fn discovery_in(
    cx: &Context,
    source: &mut iodef::Discovery,
    made: &mut classification::Discovery,
    at: &Path<'_>,
    _: &Trail<'_>,
) {
    made.contacts = super::party::contacts_in(cx, std::mem::take(&mut source.contact), at);
}

fn discovery_out(
    cx: &Context,
    source: &mut classification::Discovery,
    made: &mut iodef::Discovery,
    at: &Trail<'_>,
    to: &Path<'_>,
) {
    made.contact = super::party::contacts_out(cx, &mut source.contacts, &at.member("contacts"), to);
}

fn software_in(
    cx: &Context,
    source: &mut iodef::Software,
    made: &mut software::Software,
    at: &Path<'_>,
    to: &Trail<'_>,
) {
    let Some(mut reference) = source.reference.take() else { return };
    let at = at.child("SoftwareReference");
    if let Some(taken) = cx.take_class(&mut reference, "spec_name", &at, |r| &mut r.spec_name) {
        made.spec = Word::inward(taken, &to.member("spec"));
    }
    if let Some(taken) = cx.take_class(&mut reference, "dtype", &at, |r| &mut r.dtype) {
        made.dtype = Word::inward(taken, &to.member("dtype"));
    }
    if let Some(taken) = cx.take_class(&mut reference, "content", &at, |r| &mut r.content) {
        match taken.peek() {
            Some(Some(Verbatim::Text(text))) => {
                made.reference = Some(text.clone());
                taken.kept(&to.member("reference"));
            }
            _ => taken.back(),
        }
    }
    cx.rest_of_class(&reference, &at);
}

fn software_out(
    cx: &Context,
    source: &mut software::Software,
    made: &mut iodef::Software,
    at: &Trail<'_>,
    to: &Path<'_>,
) {
    if source.spec.is_none() && source.dtype.is_none() && source.reference.is_none() {
        return;
    }
    let to = to.child("SoftwareReference");
    let mut reference = iodef::SoftwareReference::default();
    if let Some(taken) = cx.take_group(&mut source.spec, &at.member("spec")) {
        reference.spec_name = Word::outward(taken, &to.child("@spec-name"));
    }
    if let Some(taken) = cx.take_group(&mut source.dtype, &at.member("dtype")) {
        reference.dtype = Word::outward(taken, &to.child("@dtype"));
    }
    if let Some(taken) = cx.take_group(&mut source.reference, &at.member("reference")) {
        reference.content = taken.kept(&to).flatten().map(Verbatim::Text);
    }
    made.reference = Some(reference);
}

fn value_in(
    cx: &Context,
    source: &mut iodef::Extension,
    made: &mut software::TypedValue,
    at: &Path<'_>,
    to: &Trail<'_>,
) {
    let is_xml = made.dtype.as_deref() == Dtype::DEF.values.get(Dtype::Xml.index()).copied();
    let Some(taken) = cx.take_class(source, "content", at, |source| &mut source.content) else { return };
    match taken.peek() {
        Some(Some(Verbatim::Text(text))) => {
            made.value = Some(text.clone());
            taken.kept(&to.member("value"));
        }
        Some(Some(Verbatim::Markup(fragment))) if is_xml => {
            made.value = Some(fragment.as_str().to_owned());
            taken.kept(&to.member("value"));
        }
        _ => taken.back(),
    }
}

fn value_out(
    cx: &Context,
    source: &mut software::TypedValue,
    made: &mut iodef::Extension,
    at: &Trail<'_>,
    to: &Path<'_>,
) {
    if made.dtype.is_none() {
        made.dtype = Some(Dtype::String.into());
    }
    if let Some(taken) = cx.take_group(&mut source.value, &at.member("value")) {
        let is_xml = made.dtype == Some(Coded::Known(Dtype::Xml));
        made.content = taken.kept(to).flatten().map(|text| match Verbatim::parse(&text, &xml::Limits::default()) {
            Ok(markup @ Verbatim::Markup(_)) if is_xml => markup,
            _ => Verbatim::Text(text),
        });
    }
}

fn reference_in(
    cx: &Context,
    source: &mut iodef::Reference,
    made: &mut method::Reference,
    at: &Path<'_>,
    to: &Trail<'_>,
) {
    let Some(mut name) = source.reference_name.take() else { return };
    let at = at.child("ReferenceName");
    if let Some(taken) = cx.take_class(&mut name, "spec_index", &at, |name| &mut name.spec_index) {
        made.spec_index = Whole::inward(taken, &to.member("spec_index"));
    }
    if let Some(taken) = cx.take_class(&mut name, "id", &at, |name| &mut name.id) {
        made.name = Plain::inward(taken, &to.member("name"));
    }
    cx.rest_of_class(&name, &at);
}

/// The number of the CVE in the registry of RFC 7495 (§5), the only list that it names.
const CVE: i64 = 1;

/// A name without the number of its list cannot be a ReferenceName: it is written as a description.
fn reference_out(
    cx: &Context,
    source: &mut method::Reference,
    made: &mut iodef::Reference,
    at: &Trail<'_>,
    to: &Path<'_>,
) {
    let is_cve = source.source.as_deref().is_some_and(|list| list.eq_ignore_ascii_case("cve"))
        && matches!(source.spec_index, None | Some(CVE))
        && source.name.is_some();
    if source.spec_index.is_none() && !is_cve {
        if let Some(taken) = cx.take_group(&mut source.name, &at.member("name")) {
            let text = taken.moved(&to.child("Description")).flatten();
            made.description.extend(text.as_deref().map(iodef::MlString::new));
        }
        return;
    }
    let to = to.child("ReferenceName");
    let mut name = iodef::ReferenceName::default();
    if let Some(taken) = cx.take_group(&mut source.spec_index, &at.member("spec_index")) {
        name.spec_index = Whole::outward(taken, &to.child("@specIndex"));
    }
    if let Some(taken) = cx.take_group(&mut source.name, &at.member("name")) {
        name.id = Plain::outward(taken, &to.child("ID"));
    }
    if name.id.is_some() {
        if is_cve && let Some(taken) = cx.take_group(&mut source.source, &at.member("source")) {
            let _ = taken.kept(&to.child("@specIndex"));
            name.spec_index = Integer::new(&CVE.to_string()).ok();
        }
        made.reference_name = Some(name);
    }
}
