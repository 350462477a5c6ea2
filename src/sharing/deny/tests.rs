use super::*;
use crate::world::Seeded;

fn key() -> DenyKey {
    DenyKey::new(&[7; 32]).unwrap()
}

#[test]
fn the_list_is_encrypted_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key_file) = (folder.path().join("deny.list"), folder.path().join("deny.key"));
    let entropy = Seeded::new(1);
    let key = DenyKey::create(&key_file, &entropy).unwrap();
    assert!(matches!(DenyEntries::load(&file, &key), Err(DenyError::File(error)) if error.is_missing()));
    let mut entries = DenyEntries::empty(&key);
    let tag = entries.add(DenyClass::People, "Jane Doe").unwrap();
    entries.add(DenyClass::Networks, "10.0.0.0/8").unwrap();
    assert_eq!(entries.add(DenyClass::People, "Jane Doe").unwrap(), tag);
    entries.save(&file, &key, &entropy).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("Jane"));
    #[cfg(unix)]
    for file in [&file, &key_file] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let loaded = DenyEntries::load(&file, &DenyKey::load(&key_file).unwrap()).unwrap();
    assert_eq!(loaded.list().collect::<Vec<_>>(), entries.list().collect::<Vec<_>>());
    assert_eq!(loaded.for_gate().len(), 2);
    entries.save(&file, &key, &entropy).unwrap();
    assert_ne!(std::fs::read(&file).unwrap(), bytes, "a nonce is used once");
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    for (bad, key) in [(changed, key), (bytes[..20].to_vec(), super::tests::key()), (bytes, super::tests::key())] {
        std::fs::write(&file, bad).unwrap();
        assert!(matches!(DenyEntries::load(&file, &key), Err(DenyError::Sealed)));
    }
    std::fs::write(&key_file, b"short").unwrap();
    assert!(matches!(DenyKey::load(&key_file), Err(DenyError::BadKey { found: 5 })));
}

#[test]
fn tags_are_those_of_the_gate_and_tell_nothing() {
    let mut entries = DenyEntries::empty(&key());
    let tag = entries.add(DenyClass::Hosts, "db1.corp.example").unwrap();
    let classes = [DenyClass::Hosts].into();
    let hits = entries.for_gate().find("see db1.corp.example", &classes, |_| Vec::new()).unwrap();
    assert!(hits.iter().any(|hit| hit.tag == tag));
    assert!(!tag.contains("db1") && !format!("{entries:?} {:?}", key()).contains("db1"));
    let other = DenyEntries::parse(&DenyKey::new(&[8; 32]).unwrap(), "hosts\tdb1.corp.example\n").unwrap();
    assert_ne!(other.list().next().unwrap().1, tag);
    assert_eq!(entries.remove("0000000000000000").unwrap(), 0);
    assert_eq!(entries.remove(&tag).unwrap(), 1);
    assert!(entries.for_gate().is_empty() && entries.list().next().is_none());
}

#[test]
fn bad_entries_are_refused_without_being_repeated() {
    for (text, what) in [
        ("# a comment\n\nhosts\tdb1.corp.example\npersons\tJane Doe\n", "line 4"),
        ("Jane Doe\n", "line 1"),
        ("people\tJD\n", "entry 1"),
        ("networks\tJane Doe\n", "entry 1"),
    ] {
        let error = DenyEntries::parse(&key(), text).unwrap_err();
        assert!(error.to_string().starts_with(what) && !error.to_string().contains("Jane"), "{error}");
        assert_eq!(error.code(), Code::ConfigInvalid);
    }
    let mut entries = DenyEntries::empty(&key());
    assert!(matches!(entries.add(DenyClass::People, "a\tb\nhosts\tx"), Err(DenyError::NotOneLine)));
    assert!(matches!(entries.add(DenyClass::People, "JD"), Err(DenyError::Entry { .. })));
    assert!(entries.list().next().is_none(), "a refused entry leaves nothing behind");
    for index in 0..MAX_ENTRIES {
        entries.push(DenyClass::Cases, &format!("case {index}")).unwrap();
    }
    assert!(matches!(entries.add(DenyClass::People, "one more"), Err(DenyError::TooMany)));
}
