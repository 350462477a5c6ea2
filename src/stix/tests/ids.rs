//! Computed ids, against those that the specification prints.

use super::*;
use crate::json::{Document, Limits};

fn computed_of(kind: &str, text: &str) -> Computed {
    let document = Document::parse(text.as_bytes(), &Limits::default()).unwrap();
    computed(object(kind).unwrap(), document.root())
}

#[test]
fn ids_are_those_of_the_specification() {
    for (id, text) in VECTORS {
        let kind = id.split("--").next().unwrap();
        assert_eq!(computed_of(kind, text), Computed::Id((*id).to_owned()), "{text}");
    }
}

/// Fractions count as RFC 8785 writes them: the sections of the example of §6.7.6 in short, by python-stix2.
#[test]
fn fractions_contribute() {
    let text = r#"{"name": "a.exe", "extensions": {"windows-pebinary-ext": {"pe_type": "exe",
        "sections": [{"name": "CODE", "entropy": 0.061089}, {"name": "DATA", "entropy": 7.0}]}}}"#;
    assert_eq!(computed_of("file", text), Computed::Id("file--7c9ee275-3cf1-5ada-a856-197a30070637".to_owned()));
}

/// The preferred hash, wherever it stands; without one of the four, the first.
#[test]
fn one_hash_contributes() {
    let of = |hashes: &str| computed_of("file", &format!("{{\"hashes\": {{{hashes}}}}}"));
    let (md5, sha1, other) = (r#""MD5": "a""#, r#""SHA-1": "b""#, r#""SHA3-256": "c""#);
    assert_eq!(of(&[other, sha1, md5].join(",")), of(md5));
    assert_eq!(of(&[other, sha1].join(",")), of(sha1));
    assert_ne!(of(&[other, sha1].join(",")), of(other));
    assert_ne!(of(md5), computed_of("file", r#"{"hashes": {"MD5": "a"}, "name": "x"}"#));
    assert_eq!(of(md5), computed_of("file", r#"{"name_enc": "utf-8", "hashes": {"MD5": "a"}, "size": 5}"#));
}

#[test]
fn nothing_has_no_id_and_numbers_out_of_range_have_none_that_is_known() {
    assert_eq!(computed_of("process", r#"{"pid": 5}"#), Computed::FromNothing);
    assert_eq!(computed_of("user-account", r#"{"display_name": "x"}"#), Computed::FromNothing);
    assert_eq!(computed_of("file", r#"{"name": "x", "extensions": {"a": {"b": 1e999}}}"#), Computed::Unknown);
}

/// Ids and what they are of, from the examples of §2.9, §6 and appendix C.
const VECTORS: &[(&str, &str)] = &[
    ("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", r#"{"value": "198.51.100.3"}"#),
    ("artifact--6be1fbcb-fd03-5ec3-b05f-4329746e9d2b", r#"{"payload_bin": "ZX7HIBWPQA99NSUhEUgAAADI== ..."}"#),
    ("artifact--a785c567-cc53-52a1-abeb-026bb7ddf8ba", r#"{"payload_bin": "VBORw0KGgoAAAANSUhEUgAAADI== ..."}"#),
    ("autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff", r#"{"number": 15139}"#),
    ("directory--0a58d0c1-59e6-5afd-8252-dcd3f13e5622", r#"{"path": "C:\\Windows\\System32"}"#),
    ("domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7", r#"{"value": "example.com"}"#),
    ("email-addr--3734e66b-c4e8-5d0b-bca9-befdd5699746", r#"{"value": "bob@example.com"}"#),
    ("email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934", r#"{"value": "john@example.com"}"#),
    (
        "file--949eb97a-da1e-5292-8959-03c4249dc9f3",
        r#"{"hashes": {"SHA-256": "fe90a7e910cb3a4739bed9180e807e93fa70c90f25a8915476f5e4bfbac681db"}, "name": "foo.dll"}"#,
    ),
    (
        "file--3eb55c0e-fe96-588b-a7ab-10f55f7ec596",
        r#"{"hashes": {"SHA-256": "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"}, "name": "gedit-bin"}"#,
    ),
    ("ipv4-addr--826fe3cb-56b0-5620-9d30-4c17ed7b24e3", r#"{"value": "203.0.113.5"}"#),
    ("ipv4-addr--ad74bc22-43d2-52ed-890e-7d382f58e1eb", r#"{"value": "203.0.113.1"}"#),
    ("ipv6-addr--084d3b4c-7785-568a-a569-0c61c95754ab", r#"{"value": "2001:0db8::/96"}"#),
    ("ipv6-addr--85a85a8c-ee99-5722-946d-3c3a3270fc6f", r#"{"value": "2001:0db8:85a3:0000:0000:8a2e:0370:7334"}"#),
    ("mac-addr--757b1725-9903-54f5-a855-1240691d7659", r#"{"value": "d2:fb:49:24:37:18"}"#),
    ("mutex--f93fe911-e545-5239-b9b0-597840d0c871", r#"{"name": "__CLEANSWEEP__"}"#),
    (
        "software--710b0b41-d4d0-5d6c-a400-fc9254554ffc",
        r#"{"name": "Word", "cpe": "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*", "vendor": "Microsoft", "version": "2002"}"#,
    ),
    ("url--47c3cf9a-5027-5bf0-997a-017c7edc7c55", r#"{"value": "https://example.com/research/index.html"}"#),
    (
        "user-account--f94d689e-707d-58c3-b803-c720bb6ed096",
        r#"{"account_type": "unix", "user_id": "1001", "account_login": "jdoe"}"#,
    ),
    (
        "user-account--f223e803-846b-591a-aefa-545e938f8a56",
        r#"{"account_type": "twitter", "user_id": "thegrugq_ebooks", "account_login": "thegrugq_ebooks"}"#,
    ),
    (
        "windows-registry-key--1884b770-b679-522a-a9c7-45fadaaec7bb",
        r#"{"key": "HKEY_LOCAL_MACHINE\\System\\Foo\\Bar"}"#,
    ),
    (
        "windows-registry-key--f6a11ddf-fa2b-54c8-97ab-e7f28413095a",
        r#"{"key": "hkey_local_machine\\system\\bar\\foo", "values": [{"name": "Foo", "data": "qwerty", "data_type": "REG_SZ"}, {"name": "Bar", "data": "42", "data_type": "REG_DWORD"}]}"#,
    ),
    (
        "x509-certificate--bf86f034-2390-54d7-8426-d08433db3fbe",
        r#"{"serial_number": "36:f7:d4:32:f4:ab:70:ea:d3:ce:98:6e:ea:99:93:49:32:0a:b7:06"}"#,
    ),
    (
        "x509-certificate--5adb038a-160d-5d1c-826e-bde4926a0d2d",
        r#"{"serial_number": "02:08:87:83:f2:13:58:1f:79:52:1e:66:90:0a:02:24:c9:6b:c7:dc"}"#,
    ),
];
