//! Messages with and without a document.

use super::*;

fn message(body: &str) -> Result<Enclosed, Finding> {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!-- to a partner -->\n<r:RID xmlns:r=\"{RID}\" xmlns:i=\"{IODEF1}\" lang=\"en\">\n\
         <r:RIDPolicy MsgType=\"Report\" MsgDestination=\"RIDSystem\"><r:ReportSchema Version=\"1.0\">{body}\
         </r:ReportSchema></r:RIDPolicy></r:RID>"
    );
    enclosed(text.as_bytes(), Limits::default())
}

#[test]
fn the_document_of_either_version_is_found() {
    let first =
        message("<r:XMLDocument dtype=\"xml\"> <!-- it --> <i:IODEF-Document lang=\"en\"/></r:XMLDocument>").unwrap();
    assert_eq!(first.ns, IODEF1);
    let text = String::from_utf8(first.document).unwrap();
    assert!(text.contains(&format!("xmlns:i=\"{IODEF1}\"")), "{text}");
    assert_eq!(first.position.line, 4);
    let second = message(&format!(
        "<r:XMLDocument dtype=\"xml\"><other/></r:XMLDocument>\
         <r:XMLDocument dtype=\"xml\"><IODEF-Document xmlns=\"{IODEF}\"/></r:XMLDocument>"
    ));
    assert_eq!(second.unwrap().ns, IODEF);
}

#[test]
fn a_root_without_namespace_is_of_version_1_and_odd() {
    let found = message(
        "<r:XMLDocument dtype=\"xml\"><IODEF-Document lang=\"en\"><i:Incident/></IODEF-Document></r:XMLDocument>",
    );
    let found = found.unwrap();
    let mut reader = Reader::new(&*found.document, Limits::default());
    let Event::Start(start) = reader.next().unwrap() else { panic!("no element") };
    assert_eq!((start.name().ns, found.ns, found.findings.len()), (IODEF1, IODEF1, 1));
}

#[test]
fn what_has_no_document_is_refused() {
    let without = message("<r:XMLDocument dtype=\"xml\"><other/></r:XMLDocument>").unwrap_err();
    assert_eq!((without.code, without.path.as_str()), (Code::FormatUnknown, "/RID"));
    assert_eq!(message("").unwrap_err().code, Code::FormatUnknown);
    assert_eq!(enclosed(b"<RID/>", Limits::default()).unwrap_err().code, Code::FormatUnknown);
    assert_eq!(enclosed(b"<RID", Limits::default()).unwrap_err().code, Code::XmlSyntax);
}
