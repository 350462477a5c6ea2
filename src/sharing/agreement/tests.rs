use super::*;
use crate::{error::Code, format};

const TEXT: &str = include_str!("../../../fixtures/agreements/national-cert.toml");

fn parse(text: &str) -> Result<Agreement, Finding> {
    Agreement::parse(&"cert.example".parse().unwrap(), text, &AgreementLimits::default())
}

#[test]
fn the_example_reads() {
    let agreement = parse(TEXT).unwrap();
    assert_eq!((agreement.version(), agreement.audience()), (3, Audience::TrustedCert));
    assert_eq!(agreement.out.tlp, [Tlp::Clear, Tlp::Green, Tlp::Amber].into());
    assert_eq!((agreement.out.sealing, agreement.out.openpgp), (Demand::Required, Profile::Rfc4880));
    assert_eq!(agreement.out.rules.len(), 6);
    assert_eq!(agreement.incoming.formats, [format::Format::IodefXml, format::Format::IodefJson, format::Format::Stix]);
    assert_eq!(agreement.incoming.unmarked, Tlp::Red);
    assert_eq!(agreement.digest(), Digest::of(TEXT.as_bytes()));
    assert_eq!(agreement.days().1.to_string(), "2027-12-31");
}

#[test]
fn what_an_agreement_need_not_say_is_the_narrow_side() {
    let text = "version = 1\naudience = \"public\"\nvalid = { from = 2026-01-01, until = 2026-01-01 }\n\
        [out]\ntlp = []\nformats = [\"iodef-xml\"]\nsealing = \"required\"\nopenpgp = \"pqc\"\nallow = []\ndeny = []\n\
        [in]\nsignature = \"required\"\nformats = []\n";
    let agreement = parse(text).unwrap();
    assert!(agreement.out.tlp.is_empty() && agreement.out.carry.is_empty());
    assert_eq!((agreement.incoming.unmarked, agreement.incoming.max_bytes), (Tlp::Red, DEFAULT_MAX_BYTES));
    for line in text.lines().filter(|line| line.contains('=')) {
        let without = text.replace(line, "");
        assert!(parse(&without).is_err(), "{line} must be said");
    }
}

#[test]
fn what_is_wrong_is_named_with_line_and_key() {
    for (from, to, key, expected) in [
        ("version = 3", "version = 0", "version", "1 or more"),
        ("version = 3", "version = -1", "version", ""),
        ("version = 3", "version = 3\nversoin = 4", "versoin", ""),
        ("\"trusted-cert\"", "\"friends\"", "audience", "trusted-cert"),
        ("from = 2026-01-01", "from = 2028-01-01", "valid.until", "not before"),
        ("from = 2026-01-01", "from = \"2026-01-01\"", "valid.from", ""),
        ("from = 2026-01-01", "from = 2026-01-01T00:00:00Z", "valid.from", "a day such as"),
        ("\"AMBER\"]", "\"WHITE\"]", "out.tlp[2]", "AMBER+STRICT"),
        ("formats = [\"iodef-xml\"]\nsealing", "formats = []\nsealing", "out.formats", "at least one"),
        ("formats = [\"iodef-xml\"]\nsealing", "formats = [\"pdf\"]\nsealing", "out.formats[0]", "iodef-xml"),
        ("\"required\"\nopenpgp", "\"maybe\"\nopenpgp", "out.sealing", "plain-over-tls"),
        ("\"rfc4880\"", "\"pgp\"", "out.openpgp", "rfc9580"),
        ("\"people\", ", "\"peeple\", ", "out.deny[2]", "people"),
        ("allow = [\"$\"]", "allow = [\"timeline\"]", "out.allow[0]", "JSONPath (RFC 9535)"),
        ("allow = [\"$\"]", "allow = [\"$.timelin\"]", "out.allow[0]", "a path to a field"),
        ("\"$.assets\"", "\"$.number\"", "out.remove[0]", "leaves $.number"),
        ("\"$.assets\"", "\"$\"", "out.remove[0]", "leaves $.id"),
        ("\"$.assets\"", "\"$.*\"", "out.remove[0]", "leaves $.id"),
        ("\"$.assets\"", "\"$['title','modified']\"", "out.remove[0]", "leaves $.modified"),
        ("\"$.assets\"", "\"$.creator.email\"", "out.remove[0]", "leaves $.creator.email"),
        ("\"$.assets\"", "\"$.handling.caveats[?@.lang=='de']\"", "out.remove[0]", "leaves $.handling.caveats[0]"),
        ("\"$.assets\"", "\"$..text\"", "out.remove[0]", "leaves $.creator.name.text"),
        ("\"$.assets\"", "\"$.assets[?@.clas=='x']\"", "out.remove[0]", "not `clas`"),
        ("how = \"pseudonym\"\nwith = \"host\"", "how = \"pseudonym\"\nwith = \"Host!\"", "out.rule[1].with", "a-z"),
        ("how = \"replace\"\nwith = \"one of our sites\"", "how = \"replace\"", "out.rule[2].with", "the new text"),
        ("how = \"prefix-preserving\"", "how = \"prefix-preserving\"\nwith = \"x\"", "out.rule[0].with", "no member"),
        (
            "how = \"prefix-preserving\"",
            "how = \"prefix-preserving\"\nwords = [\"xyz\"]",
            "out.rule[0].words",
            "no member",
        ),
        ("how = \"prefix-preserving\"", "how = \"rot13\"", "out.rule[0].how", "generalise-network"),
        ("\"Nordhafen\", \"Terminal North\", \"gate\"", "\"N\"", "out.rule[3].words", "three characters"),
        ("signature = \"required\"", "signature = \"no\"", "in.signature", "optional"),
        ("max_bytes = 26214400", "max_bytes = 0", "in.max_bytes", "1 or more"),
        ("\"iodef-json\", \"stix\"", "\"word\"", "in.formats[1]", "iodef-json"),
    ] {
        let text = TEXT.replacen(from, to, 1);
        assert_ne!(text, TEXT, "{from}");
        let finding = parse(&text).unwrap_err();
        assert_eq!((finding.code, finding.path.as_str()), (Code::ConfigInvalid, key), "{to}: {finding}");
        assert!(finding.expected.contains(expected), "{to}: {finding}");
        assert!(finding.position.line > 0);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agreement.toml");
    config::write(&file, TEXT.replace("$.assets", "$.number").as_bytes(), config::Access::Default).unwrap();
    let error = Agreement::load(&"cert.example".parse().unwrap(), &file, &AgreementLimits::default()).unwrap_err();
    assert!(error.to_string().contains("agreement.toml:13:3: error config-invalid out.remove[0]"), "{error}");
}

#[test]
fn limits_are_reached() {
    let with = |limits: AgreementLimits| Agreement::parse(&"cert.example".parse().unwrap(), TEXT, &limits);
    let limits = AgreementLimits::default();
    assert!(with(AgreementLimits { bytes: TEXT.len() as u64, selectors: 11, words: 8, ..limits }).is_ok());
    let most_chars = with(AgreementLimits { selector: SelectorLimits { chars: 20, ..limits.selector }, ..limits });
    for (limits, name) in [
        (AgreementLimits { bytes: TEXT.len() as u64 - 1, ..limits }, "bytes = "),
        (AgreementLimits { selectors: 10, ..limits }, "selectors = 10"),
        (AgreementLimits { words: 7, ..limits }, "words = 7"),
    ] {
        let finding = with(limits).unwrap_err();
        assert!(finding.expected.contains(name), "{finding}");
    }
    assert!(most_chars.unwrap_err().expected.contains("chars = 20"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agreement.toml");
    config::write(&file, TEXT.as_bytes(), config::Access::Default).unwrap();
    let small = AgreementLimits { bytes: 10, ..limits };
    assert!(matches!(
        Agreement::load(&"cert.example".parse().unwrap(), &file, &small),
        Err(FileError::TooLarge { limit: 10, .. })
    ));
}

#[test]
fn the_schema_takes_the_example() {
    let schema: serde_json::Value = serde_json::from_str(&Agreement::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let table: toml::Table = toml::from_str(TEXT).unwrap();
    let mut value = serde_json::to_value(table).unwrap();
    // TOML has dates of its own; in JSON they are texts.
    value["valid"] = serde_json::json!({ "from": "2026-01-01", "until": "2027-12-31" });
    assert_eq!(validator.iter_errors(&value).map(|error| error.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    value["out"]["tlp"] = serde_json::json!(["WHITE"]);
    assert!(!validator.is_valid(&value));
}
