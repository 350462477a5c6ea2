//! IODEF by way of STIX: what a document says comes back from a bundle, residue and all.

use std::collections::BTreeSet;

use super::*;
use crate::{
    class::{self, Leaf, Path},
    iodef::IodefDocument,
    translate::{from_iodef, to_iodef},
};

fn leaves(document: &IodefDocument) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        let text = match leaf {
            Leaf::Text(text) => text,
            other => format!("{other:?}"),
        };
        all.insert(format!("{path} = {text}"));
    });
    all
}

#[test]
fn documents_come_back_from_bundles() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/iodef-v2"));
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "xml") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let Ok(decoded) = crate::iodef::decode_xml(&bytes, crate::xml::Limits::default()) else { continue };
        let (records, _) = from_iodef(decoded.document);
        let direct = leaves(&to_iodef(records.clone()).0);
        let Ok((bundle, account)) = to_stix(records, &IdKey::public(), IncidentShape::V2) else { continue };
        assert_eq!(lost(&account), Vec::<String>::new());
        let bytes = stix::encode(&bundle, crate::json::Layout::Indented).unwrap();
        let bundle = stix::decode(&bytes, &Limits::default()).unwrap().document;
        let around = leaves(&to_iodef(from_stix(bundle).0).0);
        let missing: Vec<_> = direct.difference(&around).collect();
        assert!(
            missing.is_empty(),
            "{}: {missing:#?}\nnew {:#?}",
            path.display(),
            around.difference(&direct).collect::<Vec<_>>()
        );
        count += 1;
    }
    assert!(count > 2, "{count}");
}
