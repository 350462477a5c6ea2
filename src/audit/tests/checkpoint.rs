use proptest::prelude::*;

use super::*;
use crate::world::Seeded;

/// Key pair and signature from the tests of Go's `sumdb/note` (golang/mod, `sumdb/note/note_test.go`, BSD-3-Clause).
const GO_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The example in the text of C2SP tlog-checkpoint (its key is not published).
const C2SP_EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

fn head() -> Checkpoint {
    Checkpoint { origin: "isirt.example/log".into(), size: 42, root: Digest::of(b"root") }
}

fn signer(seed: u64) -> Signer {
    Signer::generate("isirt.example/log", &Seeded::new(seed)).unwrap()
}

#[test]
fn keys_and_signatures_are_those_of_go() {
    let key: VerifierKey = GO_PUBLIC.parse().unwrap();
    let signer: Signer = GO_PRIVATE.parse().unwrap();
    assert_eq!(signer.verifier_key(), &key);
    assert_eq!(signer.secret_text().as_str(), GO_PRIVATE);
    let text = open_note(GO_NOTE, std::slice::from_ref(&key)).unwrap();
    assert!(text.ends_with("your problem is.\n"));
    // The text is signed and is no checkpoint.
    assert_eq!(Checkpoint::open(GO_NOTE, &[key]), Err(NoteError::Body));
}

#[test]
fn the_example_of_c2sp_is_read_and_written_alike() {
    let checkpoint = Checkpoint::read_unverified(C2SP_EXAMPLE).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert!(C2SP_EXAMPLE.starts_with(&format!("{}\n\u{2014} ", checkpoint.text())));
    assert_eq!(Checkpoint::open(C2SP_EXAMPLE, &[signer(1).key]), Err(NoteError::Unsigned));
}

#[test]
fn manglings_of_keys_are_refused() {
    for (text, private) in [(GO_PUBLIC, false), (GO_PRIVATE, true)] {
        let refused = |text: &str| {
            if private { text.parse::<Signer>().is_err() } else { text.parse::<VerifierKey>().is_err() }
        };
        for end in 0..text.len() {
            assert!(refused(&text[..end]) && refused(&text[end + 1..]), "{end}");
            let mut bytes = text.as_bytes().to_vec();
            bytes[end] += 1;
            assert!(refused(std::str::from_utf8(&bytes).unwrap()), "{end}");
        }
    }
    for name in ["", "two words", "a+b", "ä", &"x".repeat(NAME_CHARS + 1)] {
        assert_eq!(Signer::generate(name, &Seeded::new(1)).unwrap_err(), NoteError::Name);
    }
}

#[test]
fn signatures_of_others_are_ignored_and_wrong_ones_are_not() {
    let (ours, other) = (signer(1), signer(2));
    let note = head().sign(&ours).unwrap();
    let foreign = head().sign(&other).unwrap();
    let foreign_line = &foreign[foreign.rfind(DASH).unwrap()..];
    let both = format!("{note}{foreign_line}");
    assert_eq!(Checkpoint::open(&both, std::slice::from_ref(&ours.key)), Ok(head()));
    assert_eq!(Checkpoint::open(&both, std::slice::from_ref(&other.key)), Ok(head()));

    let wrong = both.replace("\n42\n", "\n43\n");
    let name = "isirt.example/log".to_owned();
    assert_eq!(Checkpoint::open(&wrong, std::slice::from_ref(&ours.key)), Err(NoteError::BadSignature(name)));
    assert_eq!(Checkpoint::open(&note, &[other.key]), Err(NoteError::Unsigned));

    let many = |n: usize| format!("{note}{}", foreign_line.repeat(n - 1));
    assert!(Checkpoint::open(&many(MAX_SIGNATURES), std::slice::from_ref(&ours.key)).is_ok());
    assert_eq!(Checkpoint::open(&many(MAX_SIGNATURES + 1), &[ours.key]), Err(NoteError::Malformed));
}

#[test]
fn the_body_has_one_form() {
    let ours = signer(1);
    let note = |text: &str| {
        let mut bytes = ours.key.id.to_be_bytes().to_vec();
        bytes.extend_from_slice(ours.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n{DASH}{} {}\n", ours.key.name, BASE64_STANDARD.encode(bytes))
    };
    let keys = std::slice::from_ref(&ours.key);
    let root = BASE64_STANDARD.encode([7; 32]);
    assert!(Checkpoint::open(&note(&format!("o\n0\n{root}\nextension\n")), keys).is_ok());
    let short = BASE64_STANDARD.encode([7; 31]);
    for text in [
        format!("\n1\n{root}\n"),
        format!("o\n01\n{root}\n"),
        format!("o\n+1\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n1\n{short}\n"),
        format!("o\n1\n{root}\n\nx\n"),
        "o\n1\n".to_owned(),
    ] {
        assert_eq!(Checkpoint::open(&note(&text), keys), Err(NoteError::Body), "{text}");
    }
    assert_eq!(Checkpoint::open(&note(&format!("o\r\n1\n{root}\n")), keys), Err(NoteError::Malformed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Any change of one byte of a signed checkpoint is refused.
    #[test]
    fn no_byte_can_change(at: prop::sample::Index, byte: u8) {
        let ours = signer(1);
        let note = head().sign(&ours).unwrap();
        let mut bytes = note.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert_eq!(Checkpoint::open(&changed, &[ours.key]).is_ok(), changed == note);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\PC|\n){0,80}") {
        let _ = Checkpoint::read_unverified(&text);
        let _ = text.parse::<VerifierKey>();
    }
}
