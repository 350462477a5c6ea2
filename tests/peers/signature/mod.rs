//! XML signatures within a document, made and checked by xmlsec1: what was signed still verifies when the document has
//! been through other forms.

use std::{fs, path::Path, process::Command};

use sirex::{
    format::Format,
    translate::{self, Converted},
};

use crate::peer;

/// A document that says where its two signatures shall stand: around an object in a file's data, and in the foreign content
/// that it signs.
const UNSIGNED: &str = include_str!("unsigned.xml");

/// The ways that a document takes, each back to XML.
const WAYS: &[&[Format]] = &[
    &[Format::IodefXml],
    &[Format::IodefJson, Format::IodefXml],
    &[Format::IodefCbor, Format::IodefXml],
    &[Format::Record, Format::IodefXml],
    &[Format::Iodef1Xml, Format::IodefXml],
    &[Format::IodefJson, Format::Record, Format::IodefCbor, Format::IodefXml],
];

const SIGNATURES: usize = 2;

fn run(folder: &Path, program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).current_dir(folder).output().unwrap().status.success()
}

/// xmlsec1 on one of the signatures.
fn xmlsec(folder: &Path, what: &[&str], nth: usize, file: &str) -> bool {
    let place = format!("(//*[local-name()='Signature'])[{nth}]");
    let ids = ["--id-attr:Id", "urn:example:log:lines", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object"];
    run(folder, "xmlsec1", &[what, &ids, &["--node-xpath", &place, file]].concat())
}

fn verifies(folder: &Path, document: &[u8]) -> [bool; SIGNATURES] {
    fs::write(folder.join("came.xml"), document).unwrap();
    [1, 2].map(|nth| xmlsec(folder, &["--verify", "--pubkey-pem", "public.pem"], nth, "came.xml"))
}

#[test]
fn what_was_signed_verifies_after_every_way() {
    let (Some(()), Some(())) = (peer::tool("xmlsec1"), peer::tool("openssl")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let new = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem"];
    assert!(
        run(folder, "openssl", &new)
            && run(folder, "openssl", &["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"])
    );
    fs::write(folder.join("0.xml"), UNSIGNED).unwrap();
    for nth in 1..=SIGNATURES {
        let (from, to) = (format!("{}.xml", nth - 1), format!("{nth}.xml"));
        assert!(xmlsec(folder, &["--sign", "--privkey-pem", "key.pem", "--output", &to], nth, &from));
    }
    let signed = fs::read(folder.join(format!("{SIGNATURES}.xml"))).unwrap();
    assert_eq!(verifies(folder, &signed), [true; SIGNATURES]);
    for way in WAYS {
        let (mut bytes, mut form) = (signed.clone(), Format::IodefXml);
        for to in *way {
            let read = translate::read(&bytes, form, 1 << 24).unwrap();
            let Converted { bytes: written, .. } = translate::convert(read, *to, Default::default()).unwrap();
            (bytes, form) = (written, *to);
        }
        assert_eq!(verifies(folder, &bytes), [true; SIGNATURES], "{way:?}");
        // Nobody verifies what was changed.
        let changed = String::from_utf8(bytes).unwrap().replace("48,640", "48,641").replace("proxy-1", "proxy-2");
        assert_eq!(verifies(folder, changed.as_bytes()), [false; SIGNATURES], "{way:?}");
    }
}
