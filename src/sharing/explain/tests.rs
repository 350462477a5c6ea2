use super::*;
use crate::{
    marking::Audience,
    record,
    sharing::sanitise::tests::{agreement, deny, go, green, now, with},
};

fn ransomware() -> Record {
    record::read(include_bytes!("../../../fixtures/records/ransomware.json")).unwrap().records.remove(0)
}

#[test]
fn every_value_is_explained_and_the_explanation_is_what_happens() {
    let agreement = agreement(include_str!("../../../fixtures/agreements/national-cert.toml"));
    let (record, deny) = (ransomware(), deny(""));
    let explained = explain(&record, &agreement, &deny).unwrap();
    let of = |path: &str| explained.iter().find(|one| one.path == path).unwrap();
    for (path, letter, verdict, rule) in [
        ("$.number", "frame", Verdict::Kept, None),
        ("$.title.text", "Y", Verdict::Kept, None),
        ("$.recorded_by", "N", Verdict::Removed, Some("N for trusted-cert")),
        ("$.why_occurred.text", "S", Verdict::Removed, Some("S for trusted-cert: no rule touches it")),
        ("$.what_occurred.text", "S", Verdict::Changed, Some("rule[4] mask")),
        ("$.systems[0].role", "S", Verdict::Kept, Some("rule[3] mask")),
        ("$.motivation", "C", Verdict::Approval, Some("C for trusted-cert: no consent")),
        ("$.actors[0].names[0]", "Y", Verdict::Approval, Some("naming guard: the actor is not confirmed")),
        ("$.assets[0].class", "S", Verdict::Removed, Some("remove[0] $.assets")),
        ("$.costs[0].id", "structure", Verdict::Removed, Some("nothing else of its element goes")),
    ] {
        let one = of(path);
        assert_eq!((one.letter.as_str(), one.verdict, one.rule.as_deref()), (letter, verdict, rule), "{path}");
    }
    let sanitised = go(&record, &agreement).unwrap();
    let left = serde_json::to_value(sanitised.released().record()).unwrap();
    let goes = explained.iter().filter(|one| matches!(one.verdict, Verdict::Kept | Verdict::Changed)).count();
    let mut count = 0;
    record::walk(&left, &mut |_, value, _| count += value.as_array().map_or(1, Vec::len));
    assert_eq!(goes, count);
}

#[test]
fn a_test_says_what_is_odd() {
    let found = |record: &Record, out: &str| {
        let agreement = with(Audience::LawEnforcement, out);
        let findings = test(record, &agreement, &deny(""), now()).unwrap();
        findings
            .iter()
            .map(|finding| format!("{} {}: {}", finding.severity, finding.path, finding.found))
            .collect::<Vec<_>>()
    };
    assert!(found(&green(), "allow = [\"$\"]").is_empty());
    assert_eq!(
        found(&green(), "allow = [\"$.title\", \"$.costs\"]\nremove = [\"$.timeline\"]"),
        ["note allow[1]: nothing at $.costs", "note remove[0]: nothing at $.timeline"]
    );
    assert_eq!(found(&green(), "allow = []"), ["warning $: nothing but the frame"]);
    let rule = "allow = [\"$\"]\n[[out.rule]]\nselect = \"$.title.text\"\nhow = \"generalise-network\"";
    let unfit = "warning $.title.text: rule[0] generalise-network: not an IP address or network";
    assert_eq!(found(&green(), rule), [unfit, "warning $: nothing but the frame"]);
    let unmarked = Record { handling: None, ..green() };
    assert!(found(&unmarked, "allow = [\"$\"]")[0].starts_with("error $: the record is TLP:RED"));
    let late = "2030-01-01T00:00:00Z".parse().unwrap();
    let agreement = with(Audience::LawEnforcement, "allow = [\"$\"]");
    assert_eq!(test(&green(), &agreement, &deny(""), late).unwrap()[0].severity, Severity::Error);
}
