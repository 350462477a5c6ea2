use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const AT: &str = "2026-11-23T10:00:00.25Z";

fn value_of(field: Field) -> impl Strategy<Value = Value> {
    match field.shape() {
        Shape::Id => "[!-~]{1,200}".prop_map(Value::Text).boxed(),
        Shape::Word => "[a-z0-9-]{1,64}".prop_map(Value::Text).boxed(),
        Shape::Digest => any::<[u8; 32]>().prop_map(|bytes| Value::Digest(Digest::from_bytes(bytes))).boxed(),
        Shape::Number => (0..=NUMBER_MAX).prop_map(Value::Number).boxed(),
    }
}

/// Leaves of every kind, with all they need and some of what they may have.
fn any_leaf() -> impl Strategy<Value = Leaf> {
    let fields = |kind: Kind| {
        let needed = kind.needs().iter().map(|field| value_of(*field).prop_map(|v| Some((*field, v))).boxed());
        let optional = kind
            .may_have()
            .iter()
            .map(|field| prop_oneof![Just(None), value_of(*field).prop_map(|v| Some((*field, v)))].boxed());
        (Just(kind), needed.chain(optional).collect::<Vec<_>>())
    };
    let kinds = prop::sample::select(Kind::ALL).prop_flat_map(fields);
    (kinds, 0..=NUMBER_MAX, 0i64..4_000_000_000, 0i32..1_000_000_000, "[!-~]{1,200}").prop_map(
        |((kind, values), seq, seconds, nanos, actor)| {
            let values = values.into_iter().flatten().collect();
            Entry { kind, actor, values }.at(seq, jiff::Timestamp::new(seconds, nanos).unwrap()).unwrap()
        },
    )
}

#[test]
fn the_encoding_is_fixed() {
    let leaf = Entry::new(Kind::RecordCreated, "user:alice")
        .text(Field::Record, "r-1")
        .number(Field::Revision, 1)
        .digest(Field::Digest, Digest::of(b"abc"))
        .at(7, AT.parse().unwrap())
        .unwrap();
    assert_eq!(
        leaf.encode(),
        r#"{"actor":"user:alice","at":"2026-11-23T10:00:00.25Z","digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","kind":"record-created","record":"r-1","revision":1,"seq":7,"v":1}"#
    );
}

#[test]
fn tables_are_without_contradiction() {
    let names: BTreeSet<_> = Field::ALL.iter().map(|f| f.name()).chain(["v", "seq", "at", "kind", "actor"]).collect();
    assert_eq!(names.len(), Field::ALL.len() + 5);
    let kinds: BTreeSet<_> = Kind::ALL.iter().map(|k| k.as_str()).collect();
    assert_eq!(kinds.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert!(kind.needs().iter().all(|field| !kind.may_have().contains(field)), "{kind:?}");
        assert!(is_word(kind.as_str()) && !kind.meaning().is_empty());
    }
}

/// The table of `docs/audit.md` is this table.
#[test]
fn the_documentation_lists_every_kind() {
    let names =
        |fields: &[Field]| fields.iter().map(|field| format!("`{}`", field.name())).collect::<Vec<_>>().join(" ");
    let mut table = "| kind | needs | may have | stands for |\n|---|---|---|---|\n".to_owned();
    for kind in Kind::ALL {
        let (needs, may) = (names(kind.needs()), names(kind.may_have()));
        table += &format!("| `{}` | {needs} | {may} | {} |\n", kind.as_str(), kind.meaning());
    }
    table += "\n| member | value | |\n|---|---|---|\n";
    for field in Field::ALL {
        let shape = format!("{:?}", field.shape()).to_lowercase();
        table += &format!("| `{}` | {shape} | {} |\n", field.name(), field.meaning());
    }
    let page = include_str!("../../../docs/audit.md");
    assert!(page.contains(&table), "docs/audit.md lacks this table:\n{table}");
}

#[test]
fn what_does_not_belong_is_refused() {
    let at = AT.parse().unwrap();
    let entry = || Entry::new(Kind::Intent, "user:a").text(Field::What, "push");
    assert!(entry().at(0, at).is_ok());
    let cases = [
        (Entry::new(Kind::Intent, "user:a").at(0, at), "a leaf of kind intent needs the member what"),
        (entry().number(Field::Size, 1).at(0, at), "a leaf of kind intent has no member size"),
        (entry().number(Field::What, 1).at(0, at), "the member what is not 1 to 64 of a-z, 0-9 and -"),
        (entry().text(Field::What, "Free text").at(0, at), "the member what is not 1 to 64 of a-z, 0-9 and -"),
        (entry().text(Field::What, "x".repeat(65)).at(0, at), "the member what is not 1 to 64 of a-z, 0-9 and -"),
        (
            entry().text(Field::Partner, "x".repeat(ID_CHARS + 1)).at(0, at),
            "the member partner is not 1 to 200 printable ASCII characters without spaces",
        ),
        (
            Entry::new(Kind::Intent, "two words").text(Field::What, "push").at(0, at),
            "the member actor is not 1 to 200 printable ASCII characters without spaces",
        ),
        (entry().at(NUMBER_MAX + 1, at), "the member seq is not a number from 0 to 9007199254740991"),
    ];
    for (result, message) in cases {
        assert_eq!(result.unwrap_err().to_string(), message);
    }
}

#[test]
fn only_the_canonical_form_is_read() {
    let leaf = Entry::new(Kind::Intent, "user:a").text(Field::What, "push").at(3, AT.parse().unwrap()).unwrap();
    let text = leaf.encode();
    assert_eq!(Leaf::decode(&text), Ok(leaf));
    let cases = [
        (text.replace(":3,", ": 3,"), LeafError::NotCanonical),
        (text.replace(":3,", ":3.0,"), LeafError::Missing { kind: "any", member: "seq" }),
        (text.replace("user:a", "\\u0075ser:a"), LeafError::NotCanonical),
        (text.replace("\"seq\":3", "\"seq\":3,\"seq\":3"), LeafError::NotCanonical),
        (text.replace("00.25Z", "00.250Z"), LeafError::NotCanonical),
        (text.replace("00.25Z", "00.25+00:00"), LeafError::NotCanonical),
        (text.replace("\"v\":1", "\"v\":2"), LeafError::Version),
        (text.replace("\"intent\"", "\"other\""), LeafError::Kind),
        (text.replace("\"what\"", "\"why\""), LeafError::Unexpected { kind: "intent", member: "why".into() }),
        (text.replace("2026-11", "2026-13"), LeafError::Time),
        (text[1..].to_owned(), LeafError::Syntax),
    ];
    for (text, error) in cases {
        assert_eq!(Leaf::decode(&text), Err(error), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_leaf_reads_back_and_is_canonical(leaf in any_leaf()) {
        let text = leaf.encode();
        prop_assert_eq!(Leaf::decode(&text), Ok(leaf));
        // RFC 8785 over a flat object of strings and integers: members in the order of their names, compact.
        let sorted: BTreeMap<String, Json> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&sorted).unwrap(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}", leaf in any_leaf(), at: prop::sample::Index, byte: u8) {
        let _ = Leaf::decode(&text);
        let mut bytes = leaf.encode().into_bytes();
        let at = at.index(bytes.len());
        if bytes[at] != byte {
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                prop_assert_ne!(Leaf::decode(&text), Ok(leaf));
            }
        }
    }
}
