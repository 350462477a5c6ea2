//! The documents: every command, file and key that they name is there, and the steps of the README run as they are written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails
#![allow(clippy::disallowed_methods)] // a test reads PATH

mod homes;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::CommandFactory as _;
use homes::{ROOT, SIREX, free_port, said};
use sirex::cli::Cli;

/// The README and every page of `docs/`, with their text.
fn documents() -> Vec<(String, String)> {
    let mut paths = vec![PathBuf::from("README.md")];
    let pages = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    paths.extend(pages.map(|page| Path::new("docs").join(page.unwrap().file_name())));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
        (path.display().to_string(), text)
    };
    paths.into_iter().map(read).collect()
}

/// What stands between backticks, in the text and in blocks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Words of a shell line from `sirex` on, without options before the command.
fn command_of(words: &[&str]) -> Option<Vec<String>> {
    let mut words = words.iter().skip_while(|word| !["sirex", "$(sirex"].contains(word)).skip(1);
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        match *word {
            "--home" => _ = words.next(),
            "--json" => {}
            word if word.bytes().all(|byte| byte.is_ascii_lowercase()) => found.push(word.to_owned()),
            _ => break,
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Whether the program has this command, as far as the words are one.
fn is_command(words: &[String]) -> bool {
    let mut command = Cli::command();
    for (depth, word) in words.iter().enumerate() {
        match command.find_subcommand(word) {
            Some(inner) => command = inner.clone(),
            // A value of the command, such as the name of a schema.
            None => return depth > 0 && !command.has_subcommands(),
        }
    }
    true
}

/// The lines of the first block of a section.
fn block(text: &str, section: &str) -> String {
    let text = text.split_once(section).unwrap().1;
    let text = text.split_once("```sh\n").unwrap().1;
    text.split_once("```").unwrap().0.to_owned()
}

#[test]
fn commands_that_are_named_are_there() {
    let (mut broken, mut count) = (Vec::new(), 0);
    for (path, text) in documents() {
        let lines = quoted(&text).flat_map(str::lines);
        for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
            if let Some(command) = command_of(&line.split_whitespace().collect::<Vec<_>>()) {
                count += 1;
                if !is_command(&command) {
                    broken.push(format!("{path}: there is no sirex {}", command.join(" ")));
                }
            }
        }
    }
    assert!(count > 50, "hardly any command was found: {count}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// How a heading is linked to.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn files_that_are_named_are_there() {
    let (mut broken, mut count) = (Vec::new(), 0);
    for (path, text) in documents() {
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        // A link within the page is to a heading of it.
        let (within, links): (Vec<&str>, Vec<&str>) =
            links.filter(|link| !link.contains("://")).partition(|link| link.starts_with('#'));
        let headings: Vec<String> = text.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
        let lost = within.iter().filter(|link| !headings.contains(&link[1..].to_owned()));
        broken.extend(lost.map(|link| format!("{path}: there is no heading {link}")));
        let linked = links.into_iter().map(|link| (path.as_str(), link));
        let folders = ["src/", "tests/", "fixtures/", "docs/", "schemas/", ".ci/", "fuzz/"];
        let named = quoted(&text).filter(|name| folders.iter().any(|folder| name.starts_with(folder)));
        let named = named.filter(|name| !name.contains([' ', '*', '\n'])).map(|name| ("", name));
        for (from, name) in linked.chain(named) {
            count += 1;
            if !Path::new(ROOT).join(from).parent().unwrap().join(name).exists() && !Path::new(ROOT).join(name).exists()
            {
                broken.push(format!("{path}: there is no {name}"));
            }
        }
    }
    for source in homes::files_with(&Path::new(ROOT).join("src"), b"docs/") {
        let Ok(text) = fs::read_to_string(&source) else { continue };
        for rest in text.split("docs/").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect();
            if name.ends_with(".md") && !Path::new(ROOT).join("docs").join(&name).exists() {
                broken.push(format!("{}: there is no docs/{name}", source.display()));
            }
        }
    }
    assert!(count > 40, "hardly any file was found: {count}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn keys_of_the_configuration_that_are_named_are_there() {
    let schema: serde_json::Value = serde_json::from_str(&sirex::config::Config::schema()).unwrap();
    let mut count = 0;
    for (path, text) in documents() {
        for (section, name) in [("limits", "Limits"), ("timeouts", "Timeouts"), ("retry", "Retry"), ("team", "Team")] {
            for key in quoted(&text).filter_map(|name| name.strip_prefix(section)?.strip_prefix('.')) {
                count += 1;
                assert!(schema["$defs"][name]["properties"].get(key).is_some(), "{path}: there is no {section}.{key}");
            }
        }
    }
    assert!(count > 20, "hardly any key was found: {count}");
}

#[test]
fn the_readme_lists_every_command() {
    let text = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let row = text.lines().find(|line| line.starts_with('|') && line.contains(&format!("`sirex {name}`")));
        let row = row.unwrap_or_else(|| panic!("README.md does not list sirex {name}"));
        for inner in command.get_subcommands() {
            assert!(row.contains(&format!("`{}`", inner.get_name())), "README.md: {row} lacks {}", inner.get_name());
        }
    }
    let set_up = text.split_once("## Set up").unwrap().1.split_once("\n## ").unwrap().0;
    let commands = set_up.split("```sh\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap().lines());
    assert_eq!(commands.collect::<Vec<_>>(), ["cargo run -- demo", "cargo test"]);
}

#[test]
fn the_steps_by_hand_run_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(Path::new(ROOT).join("fixtures"), folder.path().join("fixtures")).unwrap();
    let steps = block(&documents().iter().find(|(path, _)| path == "README.md").unwrap().1, "## Two teams, by hand");
    // Other tests listen at the same time.
    let steps = steps.replace("4590", &free_port().to_string()).replace("4591", &free_port().to_string());
    let programs = Path::new(SIREX).parent().unwrap().display().to_string();
    let mut command = Command::new("bash");
    // Whatever fails, the gateway does not stay.
    let script = format!("trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{steps}");
    command.args(["-e", "-c", &script]).current_dir(folder.path()).stdin(Stdio::null());
    let output = command.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap())).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\tcert.example\tdelivered\tfiled\n") && text.contains("\nsound: "), "{text}");
}
