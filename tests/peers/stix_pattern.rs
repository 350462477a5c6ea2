//! Patterns against those of the specification and of the OASIS documents, and against the grammar of OASIS (`stix2-patterns`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use sirex::{
    json::{Data, Document, Limits, Value},
    stix::pattern::{Parsed, Pattern},
};

use crate::{iodef::files, peer};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stix/patterns.tsv");

/// The patterns of our table, good and bad.
fn ours() -> Vec<String> {
    let text = fs::read_to_string(TABLE).unwrap();
    let patterns = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').next());
    patterns.filter(|pattern| !pattern.is_empty()).map(str::to_owned).collect()
}

/// The text between tags, with the five references resolved.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (from, to) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        plain = plain.replace(from, to);
    }
    plain
}

/// The patterns of §9: blocks of code that are no JSON, and what stands between `<code>` and `</code>`. Those that have letters for
/// comparisons or an ellipsis for digits are no patterns, and two have properties with hyphens, which its own §9.7 wants in
/// apostrophes.
fn of_the_specification(text: &str) -> Vec<String> {
    let section = text.split("\n# 9. STIX Patterning").nth(1).unwrap().split("\n# 10.").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2).map(str::to_owned);
    let codes = section.split("<code>").skip(1).map(|code| plain(code.split("</code>").next().unwrap()));
    let mut patterns = Vec::new();
    for block in blocks.chain(codes) {
        let block = block.trim().to_owned();
        let begins = block.starts_with('[') || block.starts_with("([");
        let abstract_ = ["[ a ]", "[ b ]", "[ a = 'b' ]", "…", "...", "type-a:property-j"]
            .iter()
            .any(|piece| block.contains(piece));
        if begins && !abstract_ {
            patterns.push(block);
        }
    }
    patterns
}

/// The patterns of the indicators of a document.
fn of_a_document(value: &Value<'_>, patterns: &mut Vec<String>) {
    match &value.data {
        Data::Array(elements) => elements.iter().for_each(|element| of_a_document(element, patterns)),
        Data::Object(members) => {
            let text = |name: &str| value.get(name).and_then(|text| text.as_str().ok());
            if let (Some("indicator"), Some(pattern)) = (text("type"), text("pattern"))
                && text("pattern_type").is_none_or(|kind| kind == "stix")
            {
                patterns.push(pattern.to_owned());
            }
            members.iter().for_each(|member| of_a_document(&member.value, patterns));
        }
        _ => {}
    }
}

fn of_documents(reference: &std::path::Path) -> Vec<String> {
    let mut patterns = Vec::new();
    for folder in ["stix-2.1/valid", "stix-2.0/valid"] {
        for file in files(&reference.join("documents").join(folder), "json") {
            let bytes = fs::read(&file).unwrap();
            of_a_document(Document::parse(&bytes, &Limits::default()).unwrap().root(), &mut patterns);
        }
    }
    patterns
}

/// What the specification prints is read, and printed as it is.
#[test]
fn patterns_of_the_specification_and_of_oasis_are_read() {
    let Some(reference) = peer::reference() else { return };
    let text = fs::read_to_string(reference.join("spec/stix-v2.1.md")).unwrap();
    let printed = of_the_specification(&text);
    let documents = of_documents(&reference);
    assert!(printed.len() >= 30 && documents.len() >= 10, "{} and {}", printed.len(), documents.len());
    for text in printed.into_iter().chain(documents) {
        let Parsed { pattern, spellings } = Pattern::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(spellings.is_empty(), "{text}: {spellings:?}");
        assert_eq!(Pattern::parse(&pattern.to_string()).unwrap().pattern, pattern, "{text}");
    }
}

/// Ours on which the grammar of OASIS has another verdict, and why.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "([file:size = 1]) REPEATS 2 TIMES REPEATS 3 TIMES: they say good",
        "they forget what stands in parentheses (§9.5.1)",
    ),
    (
        "[artifact:payload_bin = b'' OR artifact:payload_bin = h'']: they say bad",
        "base64 of no bytes is base64 (RFC 4648)",
    ),
    ("[file:ctime = t'2014-02-30T07:03:17Z']: they say good", "they do not know how long months are (§2.16)"),
    ("[file:name IN ('a', 5)]: they say good", "they do not look whether the constants are of one type (§9.6.1)"),
    ("[file:name IN ()]: they say good", "an empty set, which §9.6.1 does not write and in which nothing is"),
    ("[file:size = 1] REPEATS 0 TIMES: they say good", "they do not look whether it is positive (§9.5.1)"),
    ("[file:size = 1] WITHIN 0 SECONDS: they say good", "they do not look whether it is positive (§9.5.1)"),
    ("[file:size = 9007199254740992]: they say good", "they do not look at the range (§2.10)"),
];

/// For each pattern, whether `stix2patterns` finds nothing wrong. A pattern may have more lines: each is given as JSON.
fn verdicts(patterns: &[String]) -> Vec<bool> {
    const PROGRAM: &str = "import sys, json\nfrom stix2patterns.validator import run_validator\n\
        for line in sys.stdin:\n    try:\n        wrong = run_validator(json.loads(line), '2.1')\n    \
        except Exception as error:\n        wrong = [str(error)]\n    print('bad' if wrong else 'good')\n";
    let lines: String =
        patterns.iter().map(|pattern| format!("{}\n", serde_json::to_string(pattern).unwrap())).collect();
    let said = python(PROGRAM, &lines);
    let verdicts: Vec<bool> = said.lines().map(|line| line == "good").collect();
    assert_eq!(verdicts.len(), patterns.len(), "{said}");
    verdicts
}

/// What a program says to these lines, run by the interpreter that runs `stix2_validator`, which its first line names.
pub fn python(program: &str, lines: &str) -> String {
    let path = std::env::var_os("PATH").unwrap();
    let script = std::env::split_paths(&path).map(|folder| folder.join("stix2_validator")).find(|file| file.is_file());
    let text = fs::read_to_string(script.unwrap()).unwrap();
    let interpreter = text.lines().next().unwrap().trim_start_matches("#!");
    let mut command = Command::new(interpreter);
    let mut child = command.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // The lines fit into what the pipe and the program hold; its answers are shorter.
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn verdicts_are_those_of_the_grammar_of_oasis() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("stix2_validator")) else { return };
    let text = fs::read_to_string(reference.join("spec/stix-v2.1.md")).unwrap();
    let mut patterns = ours();
    patterns.extend(of_the_specification(&text));
    patterns.extend(of_documents(&reference));
    let differ: BTreeSet<String> = patterns
        .iter()
        .zip(verdicts(&patterns))
        .filter(|(pattern, theirs)| Pattern::parse(pattern).is_ok() != *theirs)
        .map(|(pattern, theirs)| format!("{pattern}: they say {}", if theirs { "good" } else { "bad" }))
        .collect();
    let listed: BTreeMap<&str, &str> = OTHERWISE.iter().copied().collect();
    assert_eq!(differ, listed.keys().map(|known| (*known).to_owned()).collect());
}
