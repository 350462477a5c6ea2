//! What others make of our STIX: python-stix2 reads the same objects, and MISP takes them in.

use std::{fs, path::Path, process::Command};

use sirex::{
    error::Code,
    format::Format,
    translate::{convert, detect, read},
};

use crate::{iodef::files, peer};

#[test]
fn our_stix_is_read_by_python_stix2_and_taken_in_by_misp() {
    let Some(()) = peer::python("stix2", "misp_stix_converter") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let mut made = Vec::new();
    for (from, extension) in [("records", "json"), ("iodef-v2", "xml"), ("iodef-v1", "xml")] {
        for file in files(&root.join("fixtures").join(from), extension) {
            let bytes = fs::read(&file).unwrap();
            let source = read(&bytes, detect(&bytes).unwrap(), u64::MAX).unwrap();
            let stix = match convert(source, Format::Stix, Default::default()) {
                Ok(stix) => stix,
                // A record that says too little for STIX.
                Err(findings) => {
                    assert!(
                        findings.iter().all(|one| one.code == Code::ClassMissing),
                        "{}: {findings:?}",
                        file.display()
                    );
                    continue;
                }
            };
            let into = folder.path().join(file.file_stem().unwrap()).with_extension("stix.json");
            fs::write(&into, stix.bytes).unwrap();
            made.push(into);
        }
    }
    assert!(made.len() > 6, "{made:?}");
    let script = root.join("tests/peers/stix_readers.py");
    let output = Command::new("python3").arg(script).args(&made).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().count(), made.len(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut taken = 0;
    for (file, line) in made.iter().zip(told.lines()) {
        let said: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(said["wrong"], serde_json::json!([]), "{}", file.display());
        taken += said["made"].as_u64().unwrap();
    }
    assert!(taken > made.len() as u64, "MISP has made {taken} things of {} documents", made.len());
}
