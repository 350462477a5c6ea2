//! OpenPGP with GnuPG, Sequoia's `sq`, OpenPGP.js and the examples of RFC 9580.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use jiff::{SignedDuration, Timestamp};
use sirex::{
    digest::Digest,
    error::Code,
    gate::{Outcome, Receipt},
    openpgp::{
        Demand, Expect, IntendedRecipient, LIFETIME, Limits, OpenError, Owner, Profile, PublicCert, Status, TeamKeys,
        Verification, open_local, seal_ungated, sign_detached, sign_inline, sign_receipt, verify_detached,
        verify_inline,
    },
    world::{Clock as _, Machine},
};
use tempfile::TempDir;

use crate::peer;

const TEXT: &[u8] = b"<IODEF-Document>what happened</IODEF-Document>\n";

/// The other programs read the machine's clock.
fn now() -> Timestamp {
    Machine.now()
}

/// Our team, its keys a day old.
fn us() -> TeamKeys {
    let owner = Owner { domain: "us.example", role_address: "isirt@us.example" };
    TeamKeys::generate_all(&owner, now() - SignedDuration::from_hours(24), LIFETIME).unwrap()
}

fn expect(signers: &[PublicCert], profile: Profile) -> Expect<'_> {
    Expect {
        signers,
        profile,
        signature: Demand::Required,
        sealing: Demand::Required,
        now: now(),
        limits: Limits::default(),
    }
}

fn open(wire: &[u8], keys: &TeamKeys, from: &PublicCert, profile: Profile) -> Result<Verification, OpenError> {
    let (content, found) = open_local(wire, keys, &expect(std::slice::from_ref(from), profile))?;
    assert_eq!(content, TEXT);
    assert_eq!(found.status, Status::Good);
    Ok(found)
}

fn receipt() -> Receipt {
    Receipt {
        id: "7f2c8a52-8a1c-4a3e-9d07-111111111111".to_owned(),
        digest: Digest::of(TEXT),
        size: TEXT.len() as u64,
        received_at: "2026-04-11T00:00:00Z".to_owned(),
        outcome: Outcome::Filed,
        code: None,
        number: Some("US#17".to_owned()),
    }
}

/// What a program gave that must have succeeded.
pub fn done(output: Output) -> Output {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    output
}

/// A folder with a GnuPG home.
pub struct Gpg(TempDir);

impl Gpg {
    pub fn new() -> Self {
        Gpg(tempfile::Builder::new().prefix("gpg").tempdir().unwrap())
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.0.path()).args(["--batch", "--no-tty", "--pinentry-mode", "loopback"]);
        command.args(["--passphrase", "", "--trust-model", "always", "--status-fd", "2", "--yes"]);
        command.args(arguments).output().unwrap()
    }

    pub fn on(&self, arguments: &[&str], file: &Path) -> Output {
        self.run(&[arguments, &[file.to_str().unwrap()]].concat())
    }

    pub fn import(&self, bytes: &[u8]) {
        done(self.on(&["--import"], &self.file("import.pgp", bytes)));
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").env("GNUPGHOME", self.0.path()).args(["--kill", "gpg-agent"]).output();
    }
}

#[test]
fn gnupg_both_ways_with_each_kind_of_key_it_makes() {
    let Some(()) = peer::tool("gpg") else { return };
    let keys = us();
    let ours = keys.certificate(Profile::Rfc4880, now()).unwrap();
    for kind in ["default", "future-default"] {
        let gpg = Gpg::new();
        done(gpg.run(&["--quick-generate-key", "cert.example <cert@cert.example>", kind, "default", "1y"]));
        let theirs = done(gpg.run(&["--armor", "--export", "cert@cert.example"])).stdout;
        let theirs = PublicCert::import(&theirs, now()).unwrap();
        assert_eq!(theirs.profile(), Profile::Rfc4880);
        gpg.import(ours.to_armored().as_bytes());

        for armor in [true, false] {
            let wire = seal_ungated(TEXT, &theirs, &keys, Profile::Rfc4880, now(), armor).unwrap();
            let file = gpg.file("sealed.pgp", &wire);
            let opened = done(gpg.on(&["--decrypt"], &file));
            assert_eq!(opened.stdout, TEXT);
            let status = String::from_utf8_lossy(&opened.stderr);
            for word in ["DECRYPTION_OKAY", "GOODMDC", "GOODSIG"] {
                assert!(status.contains(&format!("[GNUPG:] {word}")), "{kind} {word}: {status}");
            }
            assert!(
                status.lines().any(|line| line.contains("VALIDSIG") && line.ends_with(ours.fingerprint().hex())),
                "{status}"
            );
            let packets = done(gpg.on(&["--list-packets"], &file));
            let packets = String::from_utf8_lossy(&packets.stdout).into_owned();
            assert!(packets.contains("mdc_method: 2") && !packets.contains("aead"), "{packets}");
        }

        let text = gpg.file("text.xml", TEXT);
        let to = ours.fingerprint().hex().to_owned();
        let sign = ["--sign", "--encrypt", "--recipient", to.as_str(), "--output", "-"];
        for more in [&[][..], &["--armor"], &["--compress-algo", "none"], &["--compress-algo", "zlib"]] {
            let wire = done(gpg.on(&[more, &sign].concat(), &text)).stdout;
            let found = open(&wire, &keys, &theirs, Profile::Rfc4880).unwrap();
            assert_eq!(found.intended_recipient, IntendedRecipient::Absent);
            assert_eq!(found.fingerprint, Some(theirs.fingerprint()));
            let weak = open(&wire, &keys, &theirs, Profile::Rfc9580).unwrap_err();
            assert_eq!(weak.code(), Code::PgpWeak);
        }
        let hidden = done(gpg.on(&["--throw-keyids", "--sign", "--encrypt", "-r", &to, "-o", "-"], &text)).stdout;
        open(&hidden, &keys, &theirs, Profile::Rfc4880).unwrap();
        // Text mode signs and sends lines that end in CR LF; that is what we show.
        let textual = done(gpg.on(&[&["--textmode"], &sign[..]].concat(), &text)).stdout;
        let signers = [theirs.clone()];
        let (content, found) = open_local(&textual, &keys, &expect(&signers, Profile::Rfc4880)).unwrap();
        assert_eq!((content.strip_suffix(b"\r\n"), found.status), (TEXT.strip_suffix(b"\n"), Status::Good));
        let unsigned = done(gpg.on(&["--encrypt", "-r", &to, "-o", "-"], &text)).stdout;
        assert_eq!(open(&unsigned, &keys, &theirs, Profile::Rfc4880).unwrap_err().code(), Code::PgpUnsigned);
        let bzip2 = done(gpg.on(&[&["--compress-algo", "bzip2"], &sign[..]].concat(), &text)).stdout;
        assert_eq!(open(&bzip2, &keys, &theirs, Profile::Rfc4880).unwrap_err().code(), Code::PgpMalformed);
    }
}

#[test]
fn gnupg_checks_receipts_and_files_and_we_check_its_own() {
    let Some(()) = peer::tool("gpg") else { return };
    let (keys, gpg) = (us(), Gpg::new());
    let ours = keys.certificate(Profile::Rfc4880, now()).unwrap();
    gpg.import(&ours.to_bytes());

    let signed = sign_receipt(&receipt(), &keys, Profile::Rfc4880, now()).unwrap();
    let shown = done(gpg.on(&["--decrypt"], &gpg.file("receipt.asc", signed.as_bytes())));
    assert_eq!(shown.stdout, receipt().to_json());
    assert!(String::from_utf8_lossy(&shown.stderr).contains("[GNUPG:] GOODSIG"));

    let card = gpg.file("card.toml", TEXT);
    let signature = gpg.file("card.sig", &sign_detached(TEXT, &keys, Profile::Rfc4880, now()).unwrap());
    done(gpg.on(&["--verify", signature.to_str().unwrap()], &card));
    let other = gpg.file("other.toml", b"something else");
    assert!(!gpg.on(&["--verify", signature.to_str().unwrap()], &other).status.success());

    done(gpg.run(&["--quick-generate-key", "cert.example <cert@cert.example>", "future-default", "default", "1y"]));
    let theirs = done(gpg.run(&["--export", "cert@cert.example"])).stdout;
    let theirs = [PublicCert::import(&theirs, now()).unwrap()];
    let as_them = ["--local-user", "cert@cert.example", "--output", "-"];
    let detached = done(gpg.on(&[&as_them[..], &["--detach-sign"]].concat(), &card)).stdout;
    assert_eq!(verify_detached(&detached, TEXT, &theirs, now()).unwrap().status, Status::Good);
    assert_eq!(verify_detached(&detached, b"x", &theirs, now()).unwrap_err().code(), Code::PgpSignatureBad);
    let inline = done(gpg.on(&[&as_them[..], &["--armor", "--sign"]].concat(), &card)).stdout;
    assert_eq!(verify_inline(&inline, &theirs, now(), &Limits::default()).unwrap().0, TEXT);
}

#[test]
fn gnupg_takes_our_secret_key_and_we_take_its() {
    let Some(()) = peer::tool("gpg") else { return };
    let (keys, gpg) = (us(), Gpg::new());
    let ours = keys.certificate(Profile::Rfc4880, now()).unwrap();
    let folder = gpg.0.path().join("keys");
    keys.save(&folder).unwrap();
    let file = folder.join(ours.fingerprint().hex()).with_extension("pgp");
    gpg.import(&fs::read(file).unwrap());
    let text = gpg.file("text.xml", TEXT);
    let fingerprint = ours.fingerprint().hex().to_owned();
    let signed =
        done(gpg.on(&["-u", &fingerprint, "--sign", "--encrypt", "-r", &fingerprint, "-o", "-"], &text)).stdout;
    open(&signed, &keys, &ours, Profile::Rfc4880).unwrap();

    done(gpg.run(&["--quick-generate-key", "cert.example <cert@cert.example>", "future-default", "default", "1y"]));
    let secret = done(gpg.run(&["--armor", "--export-secret-keys", "cert@cert.example"])).stdout;
    let mut theirs = TeamKeys::default();
    theirs.import(&secret).unwrap();
    let wire = seal_ungated(TEXT, &ours, &theirs, Profile::Rfc4880, now(), true).unwrap();
    open(&wire, &keys, &theirs.certificates()[0], Profile::Rfc4880).unwrap();
}

#[test]
fn gnupg_refuses_a_certificate_that_we_revoked_and_so_do_we() {
    let Some(()) = peer::tool("gpg") else { return };
    let (mut keys, gpg) = (us(), Gpg::new());
    let wire = sign_inline(TEXT, &keys, Profile::Rfc4880, now()).unwrap();
    let ours = keys.certificate(Profile::Rfc4880, now()).unwrap().fingerprint();
    keys.revoke(&ours, sirex::openpgp::Revocation::Compromised, "lost", now()).unwrap();
    let revoked = keys.certificates().into_iter().find(|cert| cert.fingerprint() == ours).unwrap();
    gpg.import(&revoked.to_bytes());
    let shown = gpg.on(&["--verify"], &gpg.file("signed.asc", &wire));
    assert!(String::from_utf8_lossy(&shown.stderr).contains("REVKEYSIG"), "{shown:?}");
    let refused = verify_inline(&wire, &[revoked], now(), &Limits::default()).unwrap_err();
    assert_eq!(refused.code(), Code::PgpSignerRevoked);
}

#[test]
fn sq_both_ways() {
    let Some(()) = peer::tool("sq") else { return };
    let (keys, folder) = (us(), tempfile::tempdir().unwrap());
    let ours = keys.certificate(Profile::Rfc4880, now()).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let sq = |arguments: &[&str]| Command::new("sq").args(arguments).output().unwrap();
    fs::write(path("ours.asc"), ours.to_armored()).unwrap();
    fs::write(path("text.xml"), TEXT).unwrap();
    for suite in ["cv25519", "rsa3k"] {
        let (key, cert) = (path(&format!("{suite}.key")), path(&format!("{suite}.cert")));
        done(sq(&["key", "generate", "-u", "cert.example <cert@cert.example>", "-c", suite, "-e", &key]));
        done(sq(&["key", "extract-cert", "-o", &cert, &key]));
        let theirs = PublicCert::import(&fs::read(&cert).unwrap(), now()).unwrap();

        fs::write(path("sealed.pgp"), seal_ungated(TEXT, &theirs, &keys, Profile::Rfc4880, now(), true).unwrap())
            .unwrap();
        let opened =
            done(sq(&["decrypt", "--recipient-key", &key, "--signer-cert", &path("ours.asc"), &path("sealed.pgp")]));
        assert_eq!(opened.stdout, TEXT);

        for compression in ["none", "pad", "zip", "zlib"] {
            let arguments = ["encrypt", "--compression", compression, "--signer-key", &key, "--recipient-cert"];
            let wire = done(sq(&[&arguments[..], &[&path("ours.asc"), &path("text.xml")]].concat())).stdout;
            let found = open(&wire, &keys, &theirs, Profile::Rfc4880).unwrap();
            assert_eq!(found.intended_recipient, IntendedRecipient::Matched);
        }
    }
    let signed = sign_receipt(&receipt(), &keys, Profile::Rfc4880, now()).unwrap();
    fs::write(path("receipt.asc"), signed.as_bytes()).unwrap();
    let shown = done(sq(&["verify", "--signer-cert", &path("ours.asc"), &path("receipt.asc")]));
    assert_eq!(shown.stdout, receipt().to_json());
}

#[test]
fn the_examples_of_rfc_9580_are_read() {
    let Some(reference) = peer::reference() else { return };
    let example = |name: &str| fs::read(reference.join("documents/openpgp/valid").join(name)).unwrap();
    let at: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let alice = PublicCert::import(&example("rfc9580__a3_cert.asc"), at).unwrap();
    assert_eq!(alice.fingerprint().hex(), "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9");
    assert_eq!((alice.profile(), alice.created()), (Profile::Rfc9580, "2022-11-30T16:08:03Z".parse().unwrap()));
    let mut keys = TeamKeys::default();
    assert_eq!(keys.import(&example("rfc9580__a4_secret.asc")).unwrap(), alice.fingerprint());

    let signers = [alice];
    let (content, found) = verify_inline(&example("rfc9580__a7_inline.asc"), &signers, at, &Limits::default()).unwrap();
    assert!(content.starts_with(b"What we need from the grocery store:"));
    assert_eq!(found.signed_at, Some("2022-12-13T16:08:03Z".parse().unwrap()));

    let lenient = Expect { signature: Demand::Optional, now: at, ..expect(&signers, Profile::Rfc9580) };
    let (content, found) = open_local(&example("rfc9580__a8_encrypted.asc"), &keys, &lenient).unwrap();
    assert_eq!((content.as_slice(), found.status), (&b"Hello, world!"[..], Status::Unsigned));
    assert_eq!(found.algorithms.encryption.as_deref(), Some("SEIPDv2 AES-128 OCB"));

    // The cleartext signature framework is not read: what it shows and what it signs may differ.
    let refused = verify_inline(&example("rfc9580__a6_cleartext.asc"), &signers, at, &Limits::default()).unwrap_err();
    assert_eq!(refused.code(), Code::PgpMalformed);
}

/// OpenPGP.js, from the folder that `SIREX_PEER_NODE` names (`npm install openpgp` there).
#[test]
fn openpgp_js_both_ways_with_version_6_keys() {
    let Some(()) = peer::tool("node") else { return };
    let Some(library) = peer::folder("SIREX_PEER_NODE") else { return };
    let keys = us();
    for profile in [Profile::Rfc4880, Profile::Rfc9580] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let ours = keys.certificate(profile, now()).unwrap();
        fs::write(path("ours.asc"), ours.to_armored()).unwrap();
        fs::write(path("text.xml"), TEXT).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/openpgp.mjs");
        let node = |act: &str| {
            let mut command = Command::new("node");
            command.arg(&script).args([act, profile.as_str()]).arg(folder.path()).env("SIREX_PEER_NODE", &library);
            done(command.output().unwrap()).stdout
        };
        node("make");
        let theirs = PublicCert::import(&fs::read(path("theirs.asc")).unwrap(), now()).unwrap();
        assert_eq!(theirs.profile(), profile);

        fs::write(path("sealed.asc"), seal_ungated(TEXT, &theirs, &keys, profile, now(), true).unwrap()).unwrap();
        assert_eq!(node("open"), TEXT);
        let signed = sign_receipt(&receipt(), &keys, profile, now()).unwrap();
        fs::write(path("receipt.asc"), signed.as_bytes()).unwrap();
        assert_eq!(node("receipt"), receipt().to_json());

        let wire = node("seal");
        let found = open(&wire, &keys, &theirs, Profile::Rfc4880).unwrap();
        // OpenPGP.js 6 names no intended recipient, which the newer profiles demand.
        assert_eq!(found.intended_recipient, IntendedRecipient::Absent);
        if profile != Profile::Rfc4880 {
            assert_eq!(found.algorithms.encryption.as_deref().map(|text| text.starts_with("SEIPDv2")), Some(true));
            assert_eq!(open(&wire, &keys, &theirs, profile).unwrap_err().code(), Code::PgpRecipient);
        }
        let signature = node("sign");
        assert_eq!(verify_detached(&signature, TEXT, &[theirs], now()).unwrap().status, Status::Good);
    }
}
