//! What no row of the table can say.

use super::{
    block::Held,
    table::{CATEGORIES, Way},
    walk::{Frame, Here, Walk, path_of, text_of},
};
use crate::{
    class::{self, Child, Fields, Kind, Leaf, Node, View, ViewMut},
    iodef1::{self, IODEF1},
    translate::ledger::Fate,
    xml::{self, Layout, Reader, Verbatim, Writer},
};

/// Whether a part has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Yes,
    No,
}

/// The parts of a class, in the order in which they are taken. The one fax number of version 1 stands behind the telephone
/// numbers, so it is counted behind them.
pub(super) fn in_order(way: Way, source: &dyn Fields) -> Vec<Child<'_>> {
    let mut children = class::children(source);
    if way == Way::Down && source.def().name == "Contact" {
        let order = |child: &Child<'_>| {
            let position = source.def().fields.iter().position(|field| field.name == child.name);
            (position, child.name == "Telephone" && is_fax(child.node))
        };
        children.sort_by_key(order);
    }
    children
}

fn is_fax(node: &dyn Node) -> bool {
    attribute(node, "type") == Some("fax")
}

/// The text of an attribute of a class.
fn attribute<'n>(node: &'n dyn Node, name: &str) -> Option<&'n str> {
    let View::Class(class) = node.view() else { return None };
    part(class, &format!("@{name}"))
}

/// The text of a part that has no parts, by its step.
fn part<'c>(class: &'c dyn Fields, step: &str) -> Option<&'c str> {
    class::children(class).into_iter().find(|child| child.step() == step).and_then(|child| text_of(child.node))
}

/// Whether a class that was made can stand as it is.
pub(super) fn whole(made: &dyn Fields) -> bool {
    let nothing_related =
        || ["IncidentID", "URL"].iter().all(|name| class::count_children(made, Kind::Element, name) == 0);
    class::first_lacking(made).is_none()
        && !(made.def().name == "RelatedActivity" && made.def().ns == IODEF1 && nothing_related())
}

/// A part that is translated in its own way.
pub(super) fn child(
    walk: &mut Walk,
    source: &dyn Fields,
    child: Child<'_>,
    target: &mut dyn Fields,
    frame: &mut Frame<'_>,
) -> Done {
    let here = frame.here;
    let at = || path_of(here.at, child);
    let to = here.to.to_string();
    match (walk.way, source.def().name, child.name) {
        // Every document of a version says that it is of the version.
        (_, "IODEF-Document", "version") => walk.end(at(), Fate::Kept { to: format!("{to}/@version") }),
        (Way::Down, "IODEF-Document", "AdditionalData") => return document_data(walk, child, target, frame),
        (Way::Down, "Incident", "GenerationTime") => return generation_time(walk, source, child, target, frame),
        (Way::Down, "RelatedActivity", "URL") if class::count_children(source, Kind::Element, "IncidentID") > 0 => {
            walk.hold(child, frame);
        }
        (Way::Down, "Assessment", "IncidentCategory") => {
            let View::Class(category) = child.node.view() else { return Done::No };
            let word = part(category, "").filter(|word| CATEGORIES.contains(word));
            let alone = class::children(category).len() == 1;
            let words = frame.words.get_or_insert_with(|| impact_words(source));
            let Some(word) = word.filter(|word| alone && words.contains(word)) else { return Done::No };
            let fate = Fate::Kept { to: format!("{to}/Impact (type {word})") };
            walk.end_all(frame.here.at, child, &fate);
        }
        (Way::Down, "Counter", "type") if text_of(child.node) == Some(counted(source)) => {
            walk.end(at(), Fate::Kept { to: "(said by the duration)".to_owned() });
        }
        (Way::Down, "Contact", "Telephone")
            if is_fax(child.node) && class::count_children(target, Kind::Element, "Fax") == 0 =>
        {
            return done(walk.transfer(child, "Fax", target, frame));
        }
        (Way::Down, "Contact", "Telephone") => return done(walk.transfer(child, "Telephone", target, frame)),
        (Way::Down, "Telephone", "type") if frame.here.element == "Fax" => {
            walk.end(at(), Fate::Kept { to });
        }
        // Roles are translated with the system, which has them in version 2.
        (Way::Up, "Node", "NodeRole") | (Way::Down, "System", "NodeRole") => {}
        (Way::Up, "Node", "DateTime") => {
            let named = class::children(source).iter().any(|child| child.name == "NodeName");
            let place = "DomainData[1]/DateDomainWasChecked";
            let text = text_of(child.node).filter(|_| named).map(str::to_owned);
            if text.is_none_or(|text| class::put(target, place, Leaf::Text(text)).is_err()) {
                return Done::No;
            }
            walk.end(at(), Fate::Kept { to: format!("{to}/{place}") });
        }
        (Way::Down, "DomainData", "DateDomainWasChecked") if frame.here.at.to_string().ends_with("DomainData[1]") => {}
        (Way::Down, "Reference", "ReferenceName") => return reference_name(walk, child, target, frame),
        (Way::Up, "Reference", "ReferenceName") => return published(walk, child, target, frame),
        (Way::Up, "SoftwareType", "name") => return done(has_more(source)),
        (Way::Up, "SoftwareType", name) if name != "URL" => {}
        (Way::Down, "SoftwareType", "SoftwareReference") => return software(walk, child, target, frame),
        (Way::Down, "SoftwareType", "Description") if child.position == 1 => {
            let View::Class(text) = child.node.view() else { return Done::No };
            let derived = part(text, "").is_some_and(|text| !text.is_empty() && text == said(target));
            if !derived || class::children(text).len() != 1 {
                let named = class::children(target).iter().any(|part| part.kind == Kind::Attribute);
                return if named { hold(walk, child, frame) } else { Done::No };
            }
            walk.end_all(frame.here.at, child, &Fate::Kept { to });
        }
        _ => return Done::No,
    }
    Done::Yes
}

fn done(is: bool) -> Done {
    if is { Done::Yes } else { Done::No }
}

fn hold(walk: &mut Walk, child: Child<'_>, frame: &mut Frame<'_>) -> Done {
    walk.hold(child, frame);
    Done::Yes
}

/// What both versions require and only one of them says.
pub(super) fn complete(walk: &mut Walk, source: &dyn Fields, target: &mut dyn Fields, frame: &mut Frame<'_>) {
    let put = |target: &mut dyn Fields, place: &str, text: &str| {
        class::put(target, place, Leaf::Text(text.to_owned())).is_ok()
    };
    match (walk.way, source.def().name) {
        (Way::Up, "IODEF-Document") => _ = put(target, "@version", "2.00"),
        (Way::Down, "IODEF-Document") => {
            put(target, "@version", "1.00");
            // BCP 47 has a tag for a language that nobody has named.
            put(target, "@lang", "und");
        }
        (Way::Up, "Incident") => {
            let there = class::count_children(target, Kind::Element, "GenerationTime") > 0;
            let time = part(source, "ReportTime").filter(|_| !there).map(str::to_owned);
            // Version 1 does not say when the document was made. The time of the report is kept as what it is, too.
            if let Some(time) = time {
                put(target, "GenerationTime", &time);
            }
        }
        // RFC 5070 requires an assessment and an impact; `unknown` is what it has for "nothing is said".
        (Way::Down, "Incident") if class::count_children(target, Kind::Element, "Assessment") == 0 => {
            put(target, "Assessment[1]/Impact[1]/@type", "unknown");
        }
        (Way::Down, "Assessment") if class::count_children(target, Kind::Element, "Impact") == 0 => {
            put(target, "Impact[1]/@type", "unknown");
        }
        (Way::Up, "Assessment") => categories(source, target),
        (Way::Up, "Counter") => _ = put(target, "@type", counted(source)),
        (Way::Up, "ContactMeansType") => {
            let at = frame.here.at.to_string();
            if at.ends_with("/Fax") {
                put(target, "@type", "fax");
            }
        }
        (Way::Up, "SoftwareType") => attributes(walk, source, target, frame),
        (_, "System") => roles(walk, source, target, frame),
        (Way::Down, "Node") => resolved(walk, source, target, frame),
        _ => {}
    }
}

/// What is beside the incidents goes into the last.
fn document_data(walk: &mut Walk, child: Child<'_>, target: &mut dyn Fields, frame: &mut Frame<'_>) -> Done {
    let (at, to) = (*frame.here.at, *frame.here.to);
    let last = class::count_children(target, Kind::Element, "Incident");
    let to = to.item("Incident", walk.before + last);
    let Some(incident) = class::descend(target, &format!("Incident[{last}]")) else { return Done::No };
    let here = Here { at: &at, to: &to, element: "Incident", marking: frame.marking.clone() };
    let is_block = |child: &Child<'_>| {
        child.name == "AdditionalData" && attribute(child.node, "formatid") == Some(walk.way.source())
    };
    let count = || {
        let made = class::count_children(incident, Kind::Element, "AdditionalData");
        (made - class::children(incident).iter().filter(|child| is_block(child)).count(), made)
    };
    let counts = frame.counts("AdditionalData").unwrap_or_else(count);
    let mut inner = Frame::beside(&here, "AdditionalData", counts);
    let mark = walk.entries.len();
    if !walk.transfer(child, "AdditionalData", incident, &mut inner) {
        return Done::No;
    }
    for entry in walk.entries.iter_mut().skip(mark) {
        if let Fate::Kept { to } = &entry.fate {
            entry.fate = Fate::Moved { to: to.clone() };
        }
    }
    let held = std::mem::take(&mut inner.held);
    walk.place(held, incident, &mut inner);
    frame.count_from("AdditionalData", inner.counts("AdditionalData").unwrap_or(counts));
    Done::Yes
}

/// Version 1 knows the time of the report only.
fn generation_time(
    walk: &mut Walk,
    source: &dyn Fields,
    child: Child<'_>,
    target: &mut dyn Fields,
    frame: &mut Frame<'_>,
) -> Done {
    let (Some(text), report) = (text_of(child.node), part(source, "ReportTime")) else { return Done::No };
    let to = format!("{}/ReportTime", frame.here.to);
    let at = path_of(frame.here.at, child);
    match report {
        Some(report) if report == text => walk.end(at, Fate::Kept { to }),
        Some(_) => walk.hold(child, frame),
        None if class::put(target, "ReportTime", Leaf::Text(text.to_owned())).is_ok() => {
            walk.end(at, Fate::Moved { to });
        }
        None => return Done::No,
    }
    Done::Yes
}

/// How a counter counts, as far as version 1 says it.
fn counted(counter: &dyn Fields) -> &'static str {
    if part(counter, "@duration").is_some() { "average" } else { "count" }
}

/// The words of version 1 that impacts of an assessment have as extensions of their type.
fn impact_words(assessment: &dyn Fields) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    for child in class::children(assessment).into_iter().filter(|child| child.name == "SystemImpact") {
        let said = attribute(child.node, "type");
        let word = CATEGORIES.iter().copied().find(|word| Some(*word) == said);
        if let Some(word) = word.filter(|word| !words.contains(word)) {
            words.push(word);
        }
    }
    words
}

/// Adds the categories that impacts of version 1 stand for (RFC 7970 §4.4).
fn categories(source: &dyn Fields, target: &mut dyn Fields) {
    let mut count = class::count_children(target, Kind::Element, "IncidentCategory");
    let mut there: Vec<&str> = Vec::new();
    for child in class::children(target).into_iter().filter(|child| child.name == "IncidentCategory") {
        if let View::Class(category) = child.node.view() {
            let said = part(category, "");
            there.extend(CATEGORIES.iter().find(|word| Some(**word) == said));
        }
    }
    for child in class::children(source).into_iter().filter(|child| child.name == "Impact") {
        let said = attribute(child.node, "type");
        if let Some(word) = CATEGORIES.iter().find(|word| Some(**word) == said && !there.contains(word)) {
            count += 1;
            let _ = class::put(target, &format!("IncidentCategory[{count}]"), Leaf::Text((*word).to_owned()));
            there.push(word);
        }
    }
}

/// Roles stand in the node in version 1, and in the system in version 2.
fn roles(walk: &mut Walk, source: &dyn Fields, target: &mut dyn Fields, frame: &mut Frame<'_>) {
    let (at, to) = (*frame.here.at, *frame.here.to);
    if walk.way == Way::Down {
        let roles: Vec<_> = class::children(source).into_iter().filter(|child| child.name == "NodeRole").collect();
        let inner_to = to.child("Node");
        let here = Here { at: &at, to: &inner_to, element: "Node", marking: frame.marking.clone() };
        let mut inner = Frame::beside(&here, "NodeRole", (0, 0));
        for role in roles {
            let node = class::descend(target, "Node");
            if !node.is_some_and(|node| walk.transfer(role, "NodeRole", node, &mut inner)) {
                walk.hold(role, &mut inner);
            }
        }
        frame.held.append(&mut inner.held);
        return;
    }
    let children = class::children(source);
    let Some(View::Class(node)) = children.iter().find(|child| child.name == "Node").map(|child| child.node.view())
    else {
        return;
    };
    let inner_at = at.child("Node");
    let here = Here { at: &inner_at, to: &to, element: "System", marking: frame.marking.clone() };
    let mut inner = Frame::beside(&here, "NodeRole", (0, 0));
    for role in class::children(node).into_iter().filter(|child| child.name == "NodeRole") {
        if !walk.transfer(role, "NodeRole", target, &mut inner) {
            walk.hold(role, &mut inner);
        }
    }
    frame.held.extend(inner.held.into_iter().map(|held| held.below("Node")));
}

/// When the name had the address: of the first name (RFC 7970 §4.4).
fn resolved(walk: &mut Walk, source: &dyn Fields, target: &mut dyn Fields, frame: &mut Frame<'_>) {
    let children = class::children(source);
    let domain = children.iter().find(|child| child.name == "DomainData" && child.position == 1);
    let Some(View::Class(domain)) = domain.map(|child| child.node.view()) else { return };
    let Some(time) = part(domain, "DateDomainWasChecked").map(str::to_owned) else { return };
    let at = format!("{}/DomainData[1]/DateDomainWasChecked", frame.here.at);
    let to = format!("{}/DateTime", frame.here.to);
    let fate = match class::put(target, "DateTime", Leaf::Text(time)) {
        Ok(()) => Fate::Kept { to },
        Err(error) => Fate::Dropped { why: format!("{to}: {error}") },
    };
    walk.end(at, fate);
}

/// The list of the CVE in the registry of RFC 7495 (§5).
const CVE: &str = "1";

/// Whether a name is one of the CVE.
fn is_cve(name: &str) -> bool {
    let digits = |text: &str, least: usize| text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = name.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(year, number)| year.len() == 4 && digits(year, 4) && digits(number, 4))
}

/// A name of version 1 that is in a list of RFC 7495: version 2 has a place for it.
fn published(walk: &mut Walk, child: Child<'_>, target: &mut dyn Fields, frame: &mut Frame<'_>) -> Done {
    let View::Class(name) = child.node.view() else { return Done::No };
    let Some(id) = part(name, "").filter(|id| is_cve(id) && class::children(name).len() == 1) else { return Done::No };
    let put = |target: &mut dyn Fields, place: &str, text: &str| {
        class::put(target, place, Leaf::Text(text.to_owned())).is_ok()
    };
    if !(put(target, "ReferenceName/@specIndex", CVE) && put(target, "ReferenceName/ID", id)) {
        return Done::No;
    }
    let fate = Fate::Kept { to: format!("{}/ReferenceName/ID", frame.here.to) };
    walk.end_all(frame.here.at, child, &fate);
    Done::Yes
}

/// A name out of a list: version 1 has the name, and the list only where the name does not tell it.
fn reference_name(walk: &mut Walk, child: Child<'_>, target: &mut dyn Fields, frame: &mut Frame<'_>) -> Done {
    let View::Class(name) = child.node.view() else { return Done::No };
    let (Some(index), Some(id)) = (part(name, "@specIndex"), part(name, "ID")) else { return Done::No };
    let to = format!("{}/ReferenceName", frame.here.to);
    if class::put(target, "ReferenceName", Leaf::Text(id.to_owned())).is_err() {
        return Done::No;
    }
    let at = frame.here.at.child("ReferenceName");
    let told = index == CVE && is_cve(id);
    walk.end(format!("{at}/ID"), Fate::Kept { to: to.clone() });
    if told {
        walk.end(format!("{at}/@specIndex"), Fate::Kept { to });
    } else {
        let leaves = vec![format!("{at}/@specIndex")];
        let held = Held::text("ReferenceName/@specIndex".to_owned(), index.to_owned(), leaves, frame.marking.clone());
        frame.held.push(held);
    }
    Done::Yes
}

/// Attributes of software in version 1.
const SOFTWARE: [&str; 7] = ["swid", "configid", "vendor", "family", "name", "version", "patch"];

/// Whether the software says more than a name.
fn has_more(software: &dyn Fields) -> bool {
    class::children(software).iter().any(|child| child.kind == Kind::Attribute && child.name != "name")
}

/// What software of version 1 is called, in words.
fn said(software: &dyn Fields) -> String {
    let words =
        ["vendor", "family", "name", "version", "patch"].iter().filter_map(|name| part(software, &format!("@{name}")));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Software of version 1 is the reference itself, and what it is called stands in the description too.
fn attributes(walk: &mut Walk, source: &dyn Fields, target: &mut dyn Fields, frame: &mut Frame<'_>) {
    if !has_more(source) {
        return;
    }
    let made = || {
        let mut writer = Writer::new(Vec::new(), &[("", IODEF1)], Layout::Compact).ok()?;
        writer.start((IODEF1, "Application")).ok()?;
        for name in SOFTWARE {
            if let Some(text) = part(source, &format!("@{name}")) {
                writer.attribute(("", name), text).ok()?;
            }
        }
        writer.end().ok()?;
        let text = String::from_utf8(writer.finish().ok()?).ok()?;
        let body = text.split_once("?>").map_or(&*text, |(_, body)| body).trim_start().to_owned();
        Verbatim::parse(&body, &xml::Limits::default()).ok()
    };
    let to = format!("{}/SoftwareReference", frame.here.to);
    let mut fate = Fate::Dropped { why: format!("{to} cannot be written") };
    if let Some(content) = made() {
        let texts = [("SoftwareReference/@spec-name", "custom"), ("SoftwareReference/@dtype", "xml")];
        let mut fits =
            texts.iter().all(|(place, text)| class::put(target, place, Leaf::Text((*text).to_owned())).is_ok());
        fits &= class::put(target, "SoftwareReference", Leaf::Foreign(content)).is_ok();
        if fits {
            fate = Fate::Kept { to };
        }
        let words = said(source);
        if !words.is_empty() {
            let _ = class::put(target, "Description[1]", Leaf::Text(words));
        }
    }
    for child in class::children(source).into_iter().filter(|child| child.kind == Kind::Attribute) {
        walk.end(path_of(frame.here.at, child), fate.clone());
    }
}

/// The software of version 1 that a reference is.
fn software(walk: &mut Walk, child: Child<'_>, target: &mut dyn Fields, frame: &mut Frame<'_>) -> Done {
    let View::Class(reference) = child.node.view() else { return Done::No };
    let content = class::children(reference).into_iter().find_map(|child| match child.node.view() {
        View::Foreign(Verbatim::Markup(fragment)) => Some(fragment.as_str()),
        _ => None,
    });
    let custom = part(reference, "@spec-name") == Some("custom") && part(reference, "@dtype") == Some("xml");
    let Some(content) = content.filter(|content| custom && content.contains(IODEF1)) else { return Done::No };
    let text = format!("<RecordData xmlns=\"{IODEF1}\">{content}</RecordData>");
    let mut around = iodef1::RecordData::default();
    if class::from_xml(&mut around, &mut Reader::new(text.as_bytes(), xml::Limits::default()), &mut ()).is_err() {
        return Done::No;
    }
    let Some(read) = around.application else { return Done::No };
    for part in class::children(&read).into_iter().filter(|part| part.kind == Kind::Attribute) {
        let text = text_of(part.node).unwrap_or_default().to_owned();
        if let Some(ViewMut::Simple(place)) =
            class::add_child(target, Kind::Attribute, part.name).map(|node| node.view_mut())
        {
            place.set(&text);
        }
    }
    let fate = Fate::Kept { to: frame.here.to.to_string() };
    walk.end_all(frame.here.at, child, &fate);
    Done::Yes
}
