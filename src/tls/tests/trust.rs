//! Who is recognised by which certificate.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, ExtendedKeyUsagePurpose,
    IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
};

use super::super::{
    testing::{Hands, key, pinned, trust},
    *,
};
use crate::world::Clock as _;

/// An authority that issues certificates and lists.
struct Ca(CertifiedIssuer<'static, KeyPair>);

impl Ca {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2036, 1, 1);
        Ca(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, names: &[&str], serial: u64, purpose: ExtendedKeyUsagePurpose) -> Vec<u8> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        parameters.serial_number = Some(SerialNumber::from(serial));
        parameters.not_before = rcgen::date_time_ymd(2026, 5, 1);
        parameters.not_after = rcgen::date_time_ymd(2026, 8, 1);
        parameters.extended_key_usages = vec![purpose];
        parameters.signed_by(&KeyPair::generate().unwrap(), &self.0).unwrap().der().to_vec()
    }

    fn revoke(&self, serials: &[u64], next_update: (i32, u8, u8)) -> Vec<u8> {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: rcgen::date_time_ymd(2026, 5, 2),
            reason_code: None,
            invalidity_date: None,
        };
        let parameters = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2026, 5, 2),
            next_update: rcgen::date_time_ymd(next_update.0, next_update.1, next_update.2),
            crl_number: SerialNumber::from(1u64),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        parameters.signed_by(&self.0).unwrap().der().to_vec()
    }

    fn entry(&self, partner: &str, names: &[&str], revoked: Vec<Vec<u8>>) -> TrustEntry {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let roots = vec![self.0.der().to_vec()];
        TrustEntry { partner: partner.into(), pins: Vec::new(), authority: Some(Authority { roots, names, revoked }) }
    }
}

const BOTH: [Role; 2] = [Role::Client, Role::Server];

fn who(set: &TrustSet, certificate: &[u8], role: Role) -> Result<String, Distrust> {
    set.judge(&[certificate], role, Hands::new().now()).map(|peer| peer.partner().to_owned())
}

#[test]
fn a_pin_names_its_partner() {
    let (a, b, stranger) = (key("a.example"), key("b.example"), key("a.example"));
    let set = trust(&[("a.example", &a), ("b.example", &b)]);
    for role in BOTH {
        assert_eq!(who(&set, a.certificate_der(), role).as_deref(), Ok("a.example"));
        assert_eq!(who(&set, b.certificate_der(), role).as_deref(), Ok("b.example"));
        assert_eq!(who(&set, stranger.certificate_der(), role), Err(Distrust::Unknown));
        assert_eq!(who(&set, b"no certificate", role), Err(Distrust::Malformed));
    }
    let nothing: [&[u8]; 0] = [];
    assert_eq!(set.judge(&nothing, Role::Client, Hands::new().now()).err(), Some(Distrust::Missing));
    assert_eq!(who(&TrustSet::nobody(), a.certificate_der(), Role::Client), Err(Distrust::Unknown));

    let peer = set.judge(&[a.certificate_der()], Role::Client, Hands::new().now()).unwrap();
    assert_eq!((peer.pin(), peer.certificate()), (a.pin(), a.certificate().digest));
    assert_eq!(peer.not_after(), a.certificate().not_after);
}

#[test]
fn a_pinned_certificate_still_has_its_dates_and_its_use() {
    let a = key("a.example");
    let set = trust(&[("a.example", &a)]);
    let clock = Hands::new();
    let judge = || set.judge(&[a.certificate_der()], Role::Client, clock.now()).err();
    clock.forward(-1);
    assert_eq!(judge(), Some(Distrust::NotYetValid));
    clock.forward(365);
    assert_eq!(judge(), None);
    clock.forward(1);
    assert_eq!(judge(), Some(Distrust::Expired));

    let only = Ca::new().issue(&["a.example"], 1, ExtendedKeyUsagePurpose::ServerAuth);
    let set = TrustSet::new(vec![pinned("a.example", &[Pin::of_certificate(&only).unwrap()])]).unwrap();
    assert_eq!(who(&set, &only, Role::Server).as_deref(), Ok("a.example"));
    assert_eq!(who(&set, &only, Role::Client), Err(Distrust::Purpose));
}

#[test]
fn an_authority_speaks_for_the_listed_names_alone() {
    use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
    let (ca, other_ca) = (Ca::new(), Ca::new());
    let entries = vec![
        ca.entry("a.example", &["gw.a.example", "GW2.a.example"], Vec::new()),
        ca.entry("b.example", &["gw.b.example"], Vec::new()),
    ];
    let set = TrustSet::new(entries).unwrap();
    for (role, purpose, wrong) in [(Role::Client, ClientAuth, ServerAuth), (Role::Server, ServerAuth, ClientAuth)] {
        let judged = |certificate: Vec<u8>| who(&set, &certificate, role);
        assert_eq!(judged(ca.issue(&["x.example", "gw.a.example"], 1, purpose.clone())).as_deref(), Ok("a.example"));
        assert_eq!(judged(ca.issue(&["gw2.A.example"], 1, purpose.clone())).as_deref(), Ok("a.example"));
        assert_eq!(judged(ca.issue(&["a.example"], 1, purpose.clone())), Err(Distrust::Unknown));
        assert_eq!(judged(ca.issue(&["*.a.example"], 1, purpose.clone())), Err(Distrust::Unknown), "no wildcards");
        assert_eq!(judged(other_ca.issue(&["gw.a.example"], 1, purpose.clone())), Err(Distrust::Unknown));
        assert_eq!(judged(ca.issue(&["gw.a.example"], 1, wrong)), Err(Distrust::Purpose));
        let both = ca.issue(&["gw.a.example", "gw.b.example"], 1, purpose);
        assert_eq!(judged(both), Err(Distrust::Ambiguous));
    }
    // Self-signed with the right name, and past its time.
    assert_eq!(who(&set, key("gw.a.example").certificate_der(), Role::Client), Err(Distrust::Unknown));
    let clock = Hands::new();
    clock.forward(100);
    let late = set.judge(&[ca.issue(&["gw.a.example"], 1, ClientAuth)], Role::Client, clock.now());
    assert_eq!(late.err(), Some(Distrust::Expired));
}

#[test]
fn revocation_lists_count_and_must_be_current() {
    let ca = Ca::new();
    for (role, purpose) in
        [(Role::Client, ExtendedKeyUsagePurpose::ClientAuth), (Role::Server, ExtendedKeyUsagePurpose::ServerAuth)]
    {
        let certificate = ca.issue(&["gw.a.example"], 7, purpose);
        let judged = |list: Vec<u8>| {
            let set = TrustSet::new(vec![ca.entry("a.example", &["gw.a.example"], vec![list])]).unwrap();
            who(&set, &certificate, role)
        };
        assert_eq!(judged(ca.revoke(&[8], (2026, 7, 1))).as_deref(), Ok("a.example"));
        assert_eq!(judged(ca.revoke(&[7], (2026, 7, 1))), Err(Distrust::Revoked));
        assert_eq!(judged(ca.revoke(&[8], (2026, 5, 31))), Err(Distrust::RevocationUnknown));
        assert_eq!(judged(Ca::new().revoke(&[8], (2026, 7, 1))), Err(Distrust::RevocationUnknown));
    }
}

#[test]
fn what_was_recognised_is_judged_again() {
    let (a, b) = (key("a.example"), key("b.example"));
    let now = Hands::new().now();
    let peer = trust(&[("a.example", &a)]).judge(&[a.certificate_der()], Role::Client, now).unwrap();
    assert_eq!(trust(&[("a.example", &a), ("b.example", &b)]).judge_again(&peer, now), Ok(()));
    assert_eq!(trust(&[("a.example", &b)]).judge_again(&peer, now), Err(Distrust::Unknown));
    assert_eq!(trust(&[("b.example", &a)]).judge_again(&peer, now), Err(Distrust::OtherPartner));
    let late = a.certificate().not_after + jiff::SignedDuration::from_secs(1);
    assert_eq!(trust(&[("a.example", &a)]).judge_again(&peer, late), Err(Distrust::Expired));

    // An authority's peer is judged with the whole chain that it showed, and by the lists of now.
    let ca = Ca::new();
    let certificate = ca.issue(&["gw.a.example"], 7, ExtendedKeyUsagePurpose::ClientAuth);
    let set = |lists| TrustSet::new(vec![ca.entry("a.example", &["gw.a.example"], lists)]).unwrap();
    let peer = set(Vec::new()).judge(&[&certificate], Role::Client, now).unwrap();
    assert_eq!(set(Vec::new()).judge_again(&peer, now), Ok(()));
    assert_eq!(set(vec![ca.revoke(&[7], (2026, 7, 1))]).judge_again(&peer, now), Err(Distrust::Revoked));
}

#[test]
fn entries_that_could_be_mistaken_are_refused() {
    let (a, b) = (key("a.example").pin(), key("b.example").pin());
    let ca = Ca::new();
    let error = |entries: Vec<TrustEntry>| TrustSet::new(entries).unwrap_err().to_string();
    assert_eq!(error(vec![pinned("a.example", &[a]), pinned("a.example", &[b])]), "partner a.example is named twice");
    assert_eq!(
        error(vec![pinned("a.example", &[a]), pinned("b.example", &[b, a])]),
        format!("{a} is claimed by a.example and by b.example")
    );
    assert_eq!(
        error(vec![ca.entry("a.example", &["gw.example"], vec![]), ca.entry("b.example", &["GW.example"], vec![])]),
        "gw.example is claimed by a.example and by b.example"
    );
    assert_eq!(
        error(vec![pinned("a.example", &[])]),
        "partner a.example has neither a pin nor an authority with names"
    );
    assert_eq!(
        error(vec![ca.entry("a.example", &[], vec![])]),
        "partner a.example has neither a pin nor an authority with names"
    );
    assert!(matches!(
        TrustSet::new(vec![ca.entry("a.example", &["no name"], vec![])]),
        Err(Error::Name(name)) if name == "no name"
    ));
    let mut empty = ca.entry("a.example", &["gw.example"], vec![]);
    empty.authority.as_mut().unwrap().roots.clear();
    assert!(matches!(TrustSet::new(vec![empty]), Err(Error::Authority { .. })));
    let listed = ca.entry("a.example", &["gw.example"], vec![b"no list".to_vec()]);
    assert!(matches!(TrustSet::new(vec![listed]), Err(Error::Authority { .. })));
    // Two keys of one partner, and the same one twice, are fine.
    let set = TrustSet::new(vec![pinned("a.example", &[a, b, a])]).unwrap();
    assert!(set.knows("a.example") && !set.knows("b.example"));
}
