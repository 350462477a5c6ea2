//! Structure: what may be around a signature, bombs, damage.

use sequoia_openpgp::{
    Packet,
    crypto::Password,
    packet::{Marker, Padding},
    parse::{PacketParserBuilder, PacketParserResult, Parse as _},
    serialize::Serialize as _,
};

use super::*;

fn serialized(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = Vec::new();
    packets.iter().for_each(|packet| packet.serialize(&mut bytes).unwrap());
    bytes
}

/// A signed message without encryption, as packets.
fn signed(profile: Profile) -> Vec<u8> {
    message(vec![signed_by(partner(), profile, Some(cert(us(), profile)), now())], literal(TEXT))
}

fn open_with(bytes: &[u8], change: impl FnOnce(&mut Limits)) -> Result<(Vec<u8>, Verification), OpenError> {
    let signers = partner().certificates();
    let mut expect = Expect { sealing: Demand::Optional, ..expect(&signers, Profile::Rfc4880) };
    change(&mut expect.limits);
    open_local(bytes, us(), &expect)
}

fn malformed(bytes: &[u8]) -> String {
    match open_with(bytes, |_| ()) {
        Err(OpenError::Malformed(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn compression_is_taken_off_within_encryption_and_without() {
    for outer in [vec![], vec![encrypted_to(&cert(us(), Profile::Rfc4880), Profile::Rfc4880)]] {
        let mut layers = outer;
        layers.extend([compressed(), compressed()]);
        layers.push(signed_by(partner(), Profile::Rfc4880, Some(cert(us(), Profile::Rfc4880)), now()));
        let wire = message(layers, literal(TEXT));
        assert_eq!(open_with(&wire, |_| ()).unwrap().0, TEXT);
    }
}

#[test]
fn nested_compression_shares_one_budget() {
    // 4 MiB of zeros, three times compressed: some hundred bytes.
    let layers = || vec![compressed(), compressed(), compressed()];
    let zeros = vec![0; 4 << 20];
    let bomb = message(layers(), literal(&zeros));
    assert!(bomb.len() < 1_000, "{}", bomb.len());
    let small = |limits: &mut Limits| limits.compressed_total_bytes = 1 << 20;
    let stopped = OpenError::Limit { limit: "compressed_total_bytes", value: 1 << 20 };
    assert_eq!(open_with(&bomb, small).unwrap_err(), stopped);
    let profile = Profile::Rfc4880;
    let hidden = message(vec![encrypted_to(&cert(us(), profile), profile)], raw(&bomb));
    assert_eq!(open_with(&hidden, small).unwrap_err(), stopped);

    // Each layer alone would pass: together they do not.
    let mut noise = vec![0; 600_000];
    crate::world::Entropy::fill(&crate::world::Seeded::new(5), &mut noise).unwrap();
    let twice = message(vec![compressed(), compressed()], literal(&noise));
    let once = message(vec![compressed()], literal(&noise));
    let total = |limits: &mut Limits| limits.compressed_total_bytes = 1_000_000;
    assert_eq!(open_with(&once, total).unwrap_err().code(), Code::PgpUnsigned);
    assert_eq!(
        open_with(&twice, total).unwrap_err(),
        OpenError::Limit { limit: "compressed_total_bytes", value: 1_000_000 }
    );
    // What compresses to more than it was is no bomb; and the budget is not lowered by what is not compressed.
    assert_eq!(
        open_with(&bomb, |limits| limits.compressed_total_bytes = 5 << 20).unwrap_err().code(),
        Code::PgpUnsigned
    );
}

#[test]
fn compression_layers_are_counted() {
    let deep = |count: usize| message((0..count).map(|_| compressed()).collect(), raw(&signed(Profile::Rfc4880)));
    assert_eq!(open_with(&deep(8), |_| ()).unwrap().0, TEXT);
    assert_eq!(open_with(&deep(9), |_| ()).unwrap_err(), OpenError::Limit { limit: "compression_layers", value: 8 });
    assert_eq!(
        open_with(&deep(1), |limits| limits.compression_layers = 0).unwrap_err(),
        OpenError::Limit { limit: "compression_layers", value: 0 }
    );
}

#[test]
fn packets_are_counted_on_every_layer() {
    let markers = serialized(&vec![Packet::Marker(Marker::default()); 256]);
    let many = [markers.as_slice(), &signed(Profile::Rfc4880)].concat();
    let stopped = OpenError::Limit { limit: "packets", value: 256 };
    assert_eq!(open_with(&many, |_| ()).unwrap_err(), stopped);
    let within = message(vec![compressed()], raw(&many));
    assert_eq!(open_with(&within, |_| ()).unwrap_err(), stopped);
    let padding = Packet::Padding(Padding::new(100).unwrap());
    let few =
        [serialized(&[padding, Packet::Marker(Marker::default())]).as_slice(), &signed(Profile::Rfc4880)].concat();
    assert_eq!(open_with(&few, |_| ()).unwrap().0, TEXT);
    let after = [signed(Profile::Rfc4880), markers].concat();
    assert_eq!(open_with(&after, |_| ()).unwrap_err(), stopped);
}

#[test]
fn sizes_are_limited() {
    let wire = sealed(Profile::Rfc4880);
    let short = open_with(&wire, |limits| limits.wire_bytes = wire.len() as u64 - 1).unwrap_err();
    assert_eq!(short, OpenError::Limit { limit: "wire_bytes", value: wire.len() as u64 - 1 });
    let limit = TEXT.len() as u64 - 1;
    let short = open_with(&wire, |limits| limits.message_bytes = limit).unwrap_err();
    assert_eq!(short, OpenError::Limit { limit: "message_bytes", value: limit });
    assert!(open_with(&wire, |limits| limits.message_bytes = limit + 1).is_ok());
}

#[test]
fn recipients_are_counted() {
    let profile = Profile::Rfc4880;
    let wire = sealed(profile);
    let recipient = wire[..first_packet(&wire)].to_vec();
    let others = |count: usize| [recipient.repeat(count), wire[recipient.len()..].to_vec()].concat();
    assert_eq!(open_with(&others(32), |_| ()).unwrap().0, TEXT);
    assert_eq!(open_with(&others(33), |_| ()).unwrap_err(), OpenError::Limit { limit: "recipients", value: 32 });
}

/// Length of the first packet, which has a header of the new form with one or two bytes of length.
fn first_packet(bytes: &[u8]) -> usize {
    match bytes[1] {
        short @ 0..=191 => 2 + usize::from(short),
        long @ 192..=223 => 3 + ((usize::from(long) - 192) << 8) + usize::from(bytes[2]) + 192,
        _ => panic!("unexpected length"),
    }
}

#[test]
fn a_flipped_bit_shows_nothing() {
    for profile in profiles() {
        let wire = sealed(profile);
        let container = first_packet(&wire);
        let step = wire.len() / 150 + 1;
        for at in (0..wire.len()).step_by(step) {
            let mut damaged = wire.clone();
            damaged[at] ^= 0x40;
            match opened(&damaged, profile) {
                Err(error) => assert_eq!(error.verification(), None, "{profile} at {at}: {error}"),
                // Bits of the session key's wrapping that its algorithm ignores.
                Ok((content, found)) => {
                    assert!(at < container, "{profile} at {at} of {}", wire.len());
                    assert_eq!((content.as_slice(), found.status), (TEXT, Status::Good));
                }
            }
        }
        // Within the ciphertext there is one answer, so that nobody can learn from several.
        for at in (container + 60..wire.len()).step_by(step) {
            let mut damaged = wire.clone();
            damaged[at] ^= 1;
            assert_eq!(opened(&damaged, profile).unwrap_err(), OpenError::Undecryptable, "{profile} at {at}");
        }
        for length in (0..wire.len()).step_by(step) {
            assert!(opened(&wire[..length], profile).is_err(), "{profile} cut at {length}");
        }
    }
}

#[test]
fn a_modification_detection_code_must_be_there() {
    let profile = Profile::Rfc4880;
    let wire = sealed(profile);
    // The container with its length in one piece, then shortened by the code's 22 bytes.
    let whole = {
        let mut parser = PacketParserBuilder::from_bytes(&wire).unwrap().buffer_unread_content().build().unwrap();
        let mut packets = Vec::new();
        while let PacketParserResult::Some(packet) = parser {
            let (packet, next) = packet.next().unwrap();
            packets.push(packet);
            parser = next;
        }
        serialized(&packets)
    };
    assert_eq!(opened(&whole, profile).unwrap().0, TEXT);
    let at = first_packet(&whole);
    let body = at + if whole[at + 1] < 192 { 2 } else { 3 };
    let mut cut = whole[..at].to_vec();
    let rest = &whole[body..whole.len() - 22];
    cut.extend([0xd2, 0xff]);
    cut.extend((rest.len() as u32).to_be_bytes());
    cut.extend(rest);
    assert_eq!(opened(&cut, profile).unwrap_err(), OpenError::Undecryptable);
}

#[test]
fn a_container_too_short_for_its_own_frame_is_refused() {
    // Anybody who has our certificate can make one.
    let profile = Profile::Rfc4880;
    let wire = sealed(profile);
    let at = first_packet(&wire);
    let start = at + if wire[at + 1] < 192 || wire[at + 1] >= 224 { 2 } else { 3 };
    for length in 0..64 {
        let mut short = wire[..at].to_vec();
        short.extend([0xd2, length]);
        short.extend(&wire[start..start + usize::from(length)]);
        assert!(opened(&short, profile).is_err(), "{length}");
    }
}

#[test]
fn only_the_usual_order_of_layers_is_read() {
    let profile = Profile::Rfc4880;
    let to = cert(us(), profile);
    let encrypted = || encrypted_to(&to, profile);
    let signed_layer = || signed_by(partner(), profile, Some(to.clone()), now());

    let twice = message(vec![encrypted(), encrypted(), signed_layer()], literal(TEXT));
    assert!(malformed(&twice).contains("encryption within encryption"));
    let hidden = message(vec![compressed(), encrypted(), signed_layer()], literal(TEXT));
    assert!(malformed(&hidden).contains("encryption within"));
    let outside = message(vec![signed_layer(), encrypted()], literal(TEXT));
    assert!(malformed(&outside).contains("literal"), "{}", malformed(&outside));
    let wrapped = message(vec![encrypted(), signed_layer(), compressed()], literal(TEXT));
    assert!(malformed(&wrapped).contains("literal"), "{}", malformed(&wrapped));
    let notarised = message(vec![encrypted(), signed_layer(), signed_layer()], literal(TEXT));
    assert!(!malformed(&notarised).is_empty());
    let both: Layer = {
        let to = to.clone();
        Box::new(move |message| {
            let key = |keys: &TeamKeys, profile| keys.signer(profile, now()).unwrap();
            let signer = StreamSigner::new(message, key(partner(), profile)).unwrap();
            let signer = signer.add_signer(key(stranger(), profile)).unwrap();
            signer.add_intended_recipient(to.cert()).creation_time(system_time(now())).build().unwrap()
        })
    };
    assert!(malformed(&message(vec![encrypted(), both], literal(TEXT))).contains("2 signatures, expected one"));
}

#[test]
fn a_stripped_signature_is_none() {
    let profile = Profile::Rfc4880;
    let to = cert(us(), profile);
    let bare = message(vec![encrypted_to(&to, profile)], literal(TEXT));
    let refused = opened(&bare, profile).unwrap_err();
    assert_eq!(refused.code(), Code::PgpUnsigned);
    assert_eq!(refused.verification().map(|found| found.status), Some(Status::Unsigned));
    // Announced, and then not there.
    let all = signed(profile);
    let mut parser = PacketParserBuilder::from_bytes(&all).unwrap().buffer_unread_content().build().unwrap();
    let mut packets = Vec::new();
    while let PacketParserResult::Some(packet) = parser {
        let (packet, next) = packet.next().unwrap();
        packets.push(packet);
        parser = next;
    }
    assert_eq!(packets.len(), 3);
    let announced = message(vec![encrypted_to(&to, profile)], raw(&serialized(&packets[..2])));
    assert_eq!(code(opened(&announced, profile)), Code::PgpMalformed);
    // The form of PGP 2, signature first.
    assert!(malformed(&serialized(&[packets[2].clone(), packets[1].clone()])).contains("Signature Packet"));
    // Two literals under one signature are not.
    let double = serialized(&[packets[0].clone(), packets[1].clone(), packets[1].clone(), packets[2].clone()]);
    assert!(!malformed(&double).is_empty());
}

#[test]
fn nothing_follows_the_message() {
    let profile = Profile::Rfc4880;
    let wire = sealed(profile);
    let more = message(Vec::new(), literal(b"more"));
    assert!(malformed(&[wire.clone(), more.clone()].concat()).contains("after the message"));
    assert!(malformed(&[wire.clone(), wire.clone()].concat()).contains("after the message"));
    assert!(open_with(&[wire.clone(), b"garbage".to_vec()].concat(), |_| ()).is_err());
    let inner = [message(vec![compressed()], raw(&signed(profile))), more].concat();
    assert!(malformed(&inner).contains("after the message"));

    let armored = seal_ungated(TEXT, &cert(us(), profile), partner(), profile, now(), true).unwrap();
    let around = |before: &str, after: &str| [before.as_bytes(), &armored, after.as_bytes()].concat();
    assert_eq!(open_with(&around("\r\n", "\n \n"), |_| ()).unwrap().0, TEXT);
    assert!(malformed(&around("", "P.S. more\n")).contains("text around"));
    assert!(malformed(&around("Hello,\n", "")).contains("text around"));
    assert!(malformed(&[armored.clone(), armored.clone()].concat()).contains("2 armored blocks"));
}

#[test]
fn what_is_no_message_is_said_to_be_none() {
    for bytes in
        [&b""[..], b"hello", b"-----BEGIN PGP MESSAGE-----", b"\xff\xff", b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx"]
    {
        assert!(matches!(open_with(bytes, |_| ()), Err(OpenError::Malformed(_))), "{bytes:?}");
    }
    let key = cert(us(), Profile::Rfc4880).to_bytes();
    assert!(malformed(&key).contains("where a message is expected"));
    let recipient = sealed(Profile::Rfc4880);
    assert!(malformed(&recipient[..first_packet(&recipient)]).contains("no message"));
}

#[test]
fn a_password_opens_nothing() {
    let layer: Layer = Box::new(|message| Encryptor::with_passwords(message, [Password::from("x")]).build().unwrap());
    let wire = message(vec![layer], literal(TEXT));
    assert_eq!(open_with(&wire, |_| ()).unwrap_err(), OpenError::NotForUs { recipients: Vec::new() });
}

#[test]
fn what_is_for_others_is_not_ours_to_judge() {
    for profile in profiles() {
        let wire = message(
            vec![encrypted_to(&cert(stranger(), profile), profile), signed_by(partner(), profile, None, now())],
            literal(TEXT),
        );
        let refused = opened(&wire, profile).unwrap_err();
        assert!(matches!(&refused, OpenError::NotForUs { recipients } if recipients.len() == 1), "{refused}");
        assert_eq!(refused.code(), Code::PgpNotForUs);
        assert_eq!(refused.code().row().owner, crate::error::Owner::Configuration);
    }
}

#[test]
#[allow(deprecated)] // that is the point
fn an_old_cipher_is_too_weak_in_every_profile() {
    let to: &'static PublicCert = Box::leak(Box::new(cert(us(), Profile::Rfc4880)));
    let layer: Layer = Box::new(move |message| {
        let keys = to.cert().keys().map(|key| key.key()).filter(|key| key.pk_algo().for_encryption());
        let recipients = keys.map(|key| Recipient::new(Profile::Rfc4880.features(), key.key_handle(), key));
        Encryptor::for_recipients(message, recipients)
            .symmetric_algo(sequoia_openpgp::types::SymmetricAlgorithm::TripleDES)
            .build()
            .unwrap()
    });
    let signed = signed_by(partner(), Profile::Rfc4880, Some(to.clone()), now());
    let wire = message(vec![layer, signed], literal(TEXT));
    let refused = open_with(&wire, |_| ()).unwrap_err();
    assert_eq!(refused.code(), Code::PgpWeak);
    // Damaged, it tells no more than any other.
    let mut damaged = wire.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(open_with(&damaged, |_| ()).unwrap_err(), OpenError::Undecryptable);
}

#[test]
fn an_unnamed_recipient_is_tried() {
    for profile in profiles() {
        let to = cert(us(), profile);
        let hidden = encrypted(&to, profile, false);
        let wire = message(vec![hidden, signed_by(partner(), profile, Some(to), now())], literal(TEXT));
        assert_eq!(opened(&wire, profile).unwrap().0, TEXT);
    }
}
