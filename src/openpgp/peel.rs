//! The layers around a signed message: one encryption at most, on the outside, then compressions.
//!
//! Done here and not by sequoia's streaming decryptor, for two reasons: all compression layers share one budget (4 KB of
//! nested compression can become gigabytes, and a quine has no end), and a ciphertext is read to its end and its integrity
//! known before its content is looked at (EFAIL).

use std::{borrow::Cow, io::Read as _};

use sequoia_openpgp::{
    Packet,
    anyhow::Error as Failure,
    packet::{PKESK, SEIP, Tag, Unknown},
    parse::{
        Dearmor, PacketParser, PacketParserBuilder, PacketParserResult, Parse as _, buffered_reader::BufferedReader,
    },
    policy::{Policy as _, StandardPolicy},
    types::{AEADAlgorithm, CompressionAlgorithm, PublicKeyAlgorithm, SymmetricAlgorithm},
};

use super::{
    keys::TeamKeys,
    open::{Limits, OpenError},
};
use crate::error::excerpt;

/// A signed or unsigned message without what was around it.
pub(super) struct Peeled {
    pub message: Vec<u8>,
    pub sealed: Option<Sealed>,
}

/// How a message was encrypted.
pub(super) struct Sealed {
    /// Our certificate whose key opened it.
    pub with: sequoia_openpgp::Fingerprint,
    pub key_algorithm: PublicKeyAlgorithm,
    pub symmetric: SymmetricAlgorithm,
    pub aead: Option<AEADAlgorithm>,
}

impl Sealed {
    /// Version of the container.
    pub fn container(&self) -> u8 {
        if self.aead.is_some() { 2 } else { 1 }
    }
}

/// Takes off every layer around the signature.
pub(super) fn peel(
    bytes: &[u8],
    keys: &TeamKeys,
    policy: &StandardPolicy<'_>,
    limits: &Limits,
) -> Result<Peeled, OpenError> {
    let mut peeler = Peeler { keys, policy, limits, layers: 0, budget: limits.compressed_total_bytes, sealed: None };
    let mut content = Cow::Borrowed(bytes);
    while let Some(inner) = peeler.layer(&content)? {
        content = Cow::Owned(inner);
    }
    Ok(Peeled { message: content.into_owned(), sealed: peeler.sealed })
}

struct Peeler<'a> {
    keys: &'a TeamKeys,
    policy: &'a StandardPolicy<'a>,
    limits: &'a Limits,
    layers: u64,
    budget: u64,
    sealed: Option<Sealed>,
}

impl Peeler<'_> {
    /// The content of the outermost layer; `None` when there is a message without layers.
    fn layer(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, OpenError> {
        let parser = PacketParserBuilder::from_bytes(bytes)
            .map(|parser| parser.dearmor(Dearmor::Disabled).automatic_hashing(false));
        let mut next = parser.and_then(|parser| parser.build()).map_err(|error| malformed(&error))?;
        let (mut content, mut awaits_mdc, mut packets, mut recipients) = (None, false, 0, Vec::new());
        while let PacketParserResult::Some(mut packet) = next {
            packets += 1;
            if packets > self.limits.packets {
                return Err(OpenError::Limit { limit: "packets", value: self.limits.packets });
            }
            match &packet.packet {
                Packet::Marker(_) | Packet::Padding(_) => {}
                #[allow(deprecated)] // in the sense that nothing but a reader of SEIPDv1 should look at it
                Packet::MDC(mdc) if awaits_mdc && mdc.valid() => awaits_mdc = false,
                _ if awaits_mdc => return Err(OpenError::Undecryptable),
                other if content.is_some() => {
                    return Err(OpenError::Malformed(format!("a {} packet stands after the message", other.tag())));
                }
                Packet::PKESK(recipient) => recipients.push(recipient.clone()),
                // Passwords, and recipients that use what we do not know: somebody else's way in.
                Packet::SKESK(_) => {}
                Packet::Unknown(unknown) if matches!(unknown.tag(), Tag::PKESK | Tag::SKESK) => {}
                Packet::SEIP(_) => {
                    let (plain, sealed) = self.decrypt(&mut packet, &recipients)?;
                    awaits_mdc = sealed.container() == 1;
                    (content, self.sealed) = (Some(plain), Some(sealed));
                }
                Packet::CompressedData(compressed) if recipients.is_empty() => {
                    let algorithm = compressed.algo();
                    content = Some(self.decompress(&mut packet, algorithm)?);
                }
                Packet::OnePassSig(_) | Packet::Literal(_) if recipients.is_empty() => {
                    return Ok(None);
                }
                other => return Err(unexpected(other)),
            }
            next = match packet.next() {
                Ok((_, next)) => next,
                Err(_) if awaits_mdc => return Err(OpenError::Undecryptable),
                Err(error) => return Err(malformed(&error)),
            };
        }
        match content {
            _ if awaits_mdc => Err(OpenError::Undecryptable),
            None => Err(OpenError::Malformed("there is no message in it".to_owned())),
            some => self.safe().map(|()| some),
        }
    }

    /// Asked when the content is known to be whole, lest the answer tell something about a forged session key.
    fn safe(&self) -> Result<(), OpenError> {
        let Some(sealed) = &self.sealed else { return Ok(()) };
        let symmetric = self.policy.symmetric_algorithm(sealed.symmetric);
        match symmetric.and_then(|()| sealed.aead.map_or(Ok(()), |mode| self.policy.aead_algorithm(mode))) {
            Ok(()) => Ok(()),
            Err(_) => Err(OpenError::Weak {
                found: format!("encryption with {}", sealed.symmetric),
                expected: "an algorithm that is still safe".to_owned(),
            }),
        }
    }

    /// All that follows the first secret key operation fails in one way, so that nobody learns from us which part of a
    /// forged ciphertext was right.
    fn decrypt(&self, packet: &mut PacketParser<'_>, recipients: &[PKESK]) -> Result<(Vec<u8>, Sealed), OpenError> {
        if self.sealed.is_some() || self.layers > 0 {
            return Err(OpenError::Malformed("encryption within encryption or compression".to_owned()));
        }
        let (key_version, stated, aead) = match &packet.packet {
            Packet::SEIP(SEIP::V1(_)) => (3, None, None),
            Packet::SEIP(SEIP::V2(container)) => (6, Some(container.symmetric_algo()), Some(container.aead())),
            _ => return Err(OpenError::Malformed("an encryption container of unknown version".to_owned())),
        };
        let fitting = || recipients.iter().filter(|recipient| recipient.version() == key_version);
        if fitting().count() as u64 > self.limits.recipients {
            return Err(OpenError::Limit { limit: "recipients", value: self.limits.recipients });
        }
        let mut ours = false;
        for recipient in fitting() {
            for (with, mut key) in self.keys.decryptors(recipient.recipient().as_ref()) {
                ours |= recipient.recipient().is_some();
                let Some((symmetric, session_key)) = recipient.decrypt(&mut key, stated) else { continue };
                let Some(symmetric) = stated.or(symmetric) else { continue };
                if aead.is_none() && !has_frame(packet, symmetric) {
                    return Err(OpenError::Undecryptable);
                }
                if packet.decrypt(symmetric, &session_key).is_err() {
                    continue;
                }
                let mut plain = Vec::new();
                packet.read_to_end(&mut plain).map_err(|_| OpenError::Undecryptable)?;
                let key_algorithm = recipient.pk_algo();
                return Ok((plain, Sealed { with, key_algorithm, symmetric, aead }));
            }
        }
        match ours {
            true => Err(OpenError::Undecryptable),
            false => Err(OpenError::NotForUs {
                recipients: fitting().filter_map(|to| to.recipient()).map(|handle| handle.to_hex()).collect(),
            }),
        }
    }

    fn decompress(
        &mut self,
        packet: &mut PacketParser<'_>,
        algorithm: CompressionAlgorithm,
    ) -> Result<Vec<u8>, OpenError> {
        self.layers += 1;
        if self.layers > self.limits.compression_layers {
            return Err(OpenError::Limit { limit: "compression_layers", value: self.limits.compression_layers });
        }
        if !algorithm.is_supported() {
            return Err(OpenError::Malformed(format!("compression with {algorithm}, expected ZIP, ZLIB or none")));
        }
        let mut content = Vec::new();
        let read = packet.by_ref().take(self.budget.saturating_add(1)).read_to_end(&mut content);
        read.map_err(|_| OpenError::Malformed("the compressed data is damaged".to_owned()))?;
        self.budget = self
            .budget
            .checked_sub(content.len() as u64)
            .ok_or(OpenError::Limit { limit: "compressed_total_bytes", value: self.limits.compressed_total_bytes })?;
        Ok(content)
    }
}

/// Whether a SEIPDv1 container has room for the block and two bytes before its content and the modification detection
/// code after it (RFC 9580 §5.13.1). Sequoia 2.4.2 panics on a shorter one.
fn has_frame(packet: &mut PacketParser<'_>, symmetric: SymmetricAlgorithm) -> bool {
    let Ok(block) = symmetric.block_size() else { return false };
    let frame = block + 2 + MDC_BYTES;
    BufferedReader::data(packet, frame).is_ok_and(|data| data.len() >= frame)
}

/// Header and hash of a modification detection code packet.
const MDC_BYTES: usize = 2 + 20;

pub(super) fn malformed(error: &Failure) -> OpenError {
    OpenError::Malformed(excerpt(&error.to_string()))
}

fn unexpected(packet: &Packet) -> OpenError {
    let why = |unknown: &Unknown| format!(": {}", excerpt(&unknown.error().to_string()));
    let why = if let Packet::Unknown(unknown) = packet { why(unknown) } else { String::new() };
    OpenError::Malformed(format!("a {} packet stands where a message is expected{why}", packet.tag()))
}
