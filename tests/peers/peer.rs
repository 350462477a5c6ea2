//! What the tests of this target need from outside: the reference texts and foreign programs.

use std::{env, path::PathBuf, process::Command};

/// The folder with RFCs, schemas and documents, by `SIREX_REFERENCE`. Without it the test is skipped and says so; where
/// `SIREX_CI` is 1 it fails.
pub fn reference() -> Option<PathBuf> {
    folder("SIREX_REFERENCE")
}

/// The folder that a variable names.
pub fn folder(variable: &str) -> Option<PathBuf> {
    let found = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_dir());
    if found.is_none() {
        skip(&format!("{variable} names no folder"));
    }
    found
}

/// A program on the path.
pub fn tool(name: &str) -> Option<()> {
    let found = Command::new(name).arg("--version").output().is_ok();
    if !found {
        skip(&format!("{name} is not on the path"));
    }
    found.then_some(())
}

/// Modules of the Python on the path.
pub fn python(first: &str, second: &str) -> Option<()> {
    let import = format!("import {first}, {second}");
    let found = Command::new("python3").args(["-c", &import]).output().is_ok_and(|output| output.status.success());
    if !found {
        skip(&format!("python3 has not both {first} and {second}"));
    }
    found.then_some(())
}

fn skip(why: &str) {
    assert!(env::var_os("SIREX_CI").is_none_or(|value| value != "1"), "{why}");
    println!("skipped: {why}");
}
