//! Files, hashes, mail and the registry of Windows, row by row (RFC 7970 §3.21 to §3.26; record model §10).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::parts::{SoftwarePair, ValuePair};
use crate::{
    class::{Base64, Path},
    iodef,
    record::files,
    translate::iodef::{
        convert::{Convert as _, Plain, Whole, Word},
        mirror::mirror,
        taken::Context,
        trail::Trail,
    },
};

mirror! {
    /// Hashes (§3.26.1).
    HashPair: iodef::Hash => files::Hash {
        opt application <=> application: SoftwarePair;
        also inward hash_in;
        also outward hash_out;
    }
    /// Fuzzy hashes (§3.26.2).
    FuzzyHashPair: iodef::FuzzyHash => files::FuzzyHash {
        many value <=> values: ValuePair;
        opt application <=> application: SoftwarePair;
    }
    /// Hashes of one thing (§3.26).
    HashDataPair: iodef::HashData => files::HashData {
        leaf scope <=> scope: Word;
        leaf target_id <=> target: Plain;
        many hash <=> hashes: HashPair;
        many fuzzy_hash <=> fuzzy_hashes: FuzzyHashPair;
    }
    /// Files (§3.25.1); signatures are carried.
    FilePair: iodef::File => files::File {
        leaf name <=> name: Plain;
        leaf size <=> size: Whole;
        leaf kind <=> r#type: Plain;
        texts url <=> urls;
        opt hash_data <=> hashes: HashDataPair;
        opt associated_software <=> associated_software: SoftwarePair;
        many properties <=> properties: ValuePair;
    }
    /// Sets of files (§3.25).
    FileSetPair: iodef::FileData => files::FileSet {
        many file <=> files: FilePair;
    }
    /// Mail (§3.21); signatures are carried.
    EmailPair: iodef::EmailData => files::Email {
        texts email_to <=> to;
        leaf email_from <=> from: Plain;
        leaf email_subject <=> subject: Plain;
        leaf email_x_mailer <=> x_mailer: Plain;
        many email_header_field <=> header_fields: ValuePair;
        leaf email_headers <=> headers: Plain;
        leaf email_body <=> body: Plain;
        leaf email_message <=> message: Plain;
        many hash_data <=> hashes: HashDataPair;
    }
    /// Registry keys (§3.23.1).
    RegistryKeyPair: iodef::Key => files::RegistryKey {
        leaf action <=> action: Word;
        leaf name <=> name: Plain;
        leaf value <=> value: Plain;
    }
    /// Changes of a registry (§3.23).
    RegistryChangePair: iodef::WindowsRegistryKeysModified => files::RegistryChange {
        many key <=> keys: RegistryKeyPair;
    }
}

fn hash_in(cx: &Context, source: &mut iodef::Hash, made: &mut files::Hash, at: &Path<'_>, to: &Trail<'_>) {
    let algorithm = |method: &mut Option<iodef::DigestMethod>, name: &str, to: &Trail<'_>| {
        let mut method = method.take()?;
        let at = at.child(name);
        let taken = cx.take_class(&mut method, "algorithm", &at, |method| &mut method.algorithm);
        let text = taken.and_then(|taken| Plain::inward(taken, to));
        cx.rest_of_class(&method, &at);
        text
    };
    if let Some(taken) = cx.take_class(source, "digest_value", at, |source| &mut source.digest_value) {
        made.value = Plain::inward(taken, &to.member("value"));
    }
    made.alg = algorithm(&mut source.digest_method, "DigestMethod", &to.member("alg"));
    made.canonicalization =
        algorithm(&mut source.canonicalization_method, "CanonicalizationMethod", &to.member("canonicalization"));
}

/// What XML signature calls the algorithms that the record has words for.
const ALGORITHMS: &[(&str, &str)] = &[
    ("md5", "http://www.w3.org/2001/04/xmldsig-more#md5"),
    ("sha-1", "http://www.w3.org/2000/09/xmldsig#sha1"),
    ("sha-256", "http://www.w3.org/2001/04/xmlenc#sha256"),
    ("sha-384", "http://www.w3.org/2001/04/xmldsig-more#sha384"),
    ("sha-512", "http://www.w3.org/2001/04/xmlenc#sha512"),
];

/// The URI of an algorithm that has a word.
fn uri_of(text: &str) -> Option<&'static str> {
    let short = text.to_ascii_lowercase().replace("sha1", "sha-1").replace("sha2", "sha-2").replace("sha3", "sha-3");
    ALGORITHMS.iter().find(|(name, _)| *name == short).map(|(_, uri)| *uri)
}

/// Whether XML signature can say this digest: a word and hexadecimal.
pub(super) fn is_digest(alg: Option<&str>, value: Option<&str>) -> bool {
    alg.and_then(uri_of).is_some() && value.and_then(hex).is_some_and(|bytes| !bytes.is_empty())
}

/// XML signature names algorithms by URI and writes digests in base64; the record has a word with hexadecimal too.
fn hash_out(cx: &Context, source: &mut files::Hash, made: &mut iodef::Hash, at: &Trail<'_>, to: &Path<'_>) {
    let by_word = source.alg.as_deref().is_some_and(|alg| uri_of(alg).is_some());
    let method = |place: &mut Option<String>, name: &'static str, to: Path<'_>| {
        let text = cx.take_group(place, &at.member(name))?.kept(&to).flatten()?;
        let uri = uri_of(&text).unwrap_or(&text);
        Some(iodef::DigestMethod { algorithm: Some(uri.into()), parameters: None })
    };
    made.digest_method = method(&mut source.alg, "alg", to.child("DigestMethod"));
    made.canonicalization_method =
        method(&mut source.canonicalization, "canonicalization", to.child("CanonicalizationMethod"));
    if let Some(taken) = cx.take_group(&mut source.value, &at.member("value")) {
        let to = to.child("DigestValue");
        let written = taken.peek().cloned().flatten().unwrap_or_default();
        let base64 = if by_word { hex(&written).map(|bytes| STANDARD.encode(bytes)) } else { Some(written) };
        made.digest_value = match base64.and_then(|text| Base64::new(&text).ok()) {
            Some(value) => taken.kept(&to).map(|_| value),
            None => taken.discard("not a digest in hexadecimal (for a word) or base64 (for a URI)").and(None),
        };
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.len().is_multiple_of(2).then(|| text.as_bytes().chunks_exact(2).map(pair).collect()).flatten()
}
