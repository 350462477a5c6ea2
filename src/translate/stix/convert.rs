//! Values of properties and of the record, each way once. What a way back makes of what a way made says how exact they are.

use serde_json::{Value as Json, json};

use super::{
    pair::{Conversion, Values},
    tree::{Group, from_record, to_record},
};
use crate::{
    json::{Data, Value},
    marking::Tlp,
    stix::{TLP_MARKINGS, TlpMarking},
    time::{Grammar, WireTime, Zone},
};

type Written = Option<Vec<Option<Value<'static>>>>;

fn first<'v>(values: &Values<'v>) -> Option<&'v Value<'static>> {
    values.first().copied().flatten()
}

fn string<'v>(value: Option<&'v Value<'static>>) -> Option<&'v str> {
    value?.as_str().ok()
}

fn strings(value: Option<&Value<'static>>) -> Option<Vec<String>> {
    let list = value?.as_array().ok()?;
    list.iter().map(|one| one.as_str().ok().map(str::to_owned)).collect()
}

fn one(value: Value<'static>) -> Written {
    Some(vec![Some(value)])
}

fn list(texts: Vec<String>) -> Option<Value<'static>> {
    (!texts.is_empty()).then(|| Value::array(texts.into_iter().map(Value::string)))
}

fn texts_of(member: &Json) -> Vec<String> {
    let list = member.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| one.as_str().map(str::to_owned)).filter(|text| !text.is_empty()).collect()
}

/// The texts of a list of groups with a member `text`.
fn said(member: &Json) -> Vec<String> {
    let list = member.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| one.get("text")?.as_str()).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// A text, a word, a flag or a number, as it stands.
pub(super) static PLAIN: Conversion = Conversion {
    read: |values| to_record(first(values)?).filter(|value| !value.is_null()),
    write: |member| match member {
        Json::String(text) if text.is_empty() => None,
        member => one(from_record(member)?),
    },
};

/// A list of texts or words.
pub(super) static PLAINS: Conversion = Conversion {
    read: |values| strings(first(values)).map(Json::from),
    write: |member| Some(vec![list(texts_of(member))]),
};

/// One text of the record.
pub(super) static TEXT: Conversion = Conversion {
    read: |values| Some(json!({ "text": string(first(values))? })),
    write: |member| {
        let text = member.get("text")?.as_str().filter(|text| !text.is_empty())?;
        one(Value::string(text.to_owned()))
    },
};

/// Several texts: a property is one text.
pub(super) static TEXTS: Conversion = Conversion {
    read: |values| Some(json!([{ "text": string(first(values))? }])),
    write: |member| {
        let all = said(member).join("\n\n");
        if all.is_empty() { None } else { one(Value::string(all)) }
    },
};

/// A name and a description: several texts, of which the first is the name.
pub(super) static NAME_AND_TEXT: Conversion = Conversion {
    read: |values| {
        let name = string(first(values))?;
        let text = values.get(1).copied().flatten().and_then(|text| text.as_str().ok());
        Some(std::iter::once(name).chain(text).map(|text| json!({ "text": text })).collect())
    },
    write: |member| {
        let mut all = said(member).into_iter();
        let name = all.next()?;
        let rest = all.collect::<Vec<_>>().join("\n\n");
        Some(vec![Some(Value::string(name)), (!rest.is_empty()).then(|| Value::string(rest))])
    },
};

/// A name and other names.
pub(super) static NAMES: Conversion = Conversion {
    read: |values| {
        let name = string(first(values))?.to_owned();
        let others = match values.get(1).copied().flatten() {
            Some(others) => strings(Some(others))?,
            None => Vec::new(),
        };
        Some(std::iter::once(name).chain(others).collect())
    },
    write: |member| {
        let mut names = texts_of(member);
        if names.is_empty() {
            return None;
        }
        let name = names.remove(0);
        Some(vec![Some(Value::string(name)), list(names)])
    },
};

/// The one name of somebody.
pub(super) static NAME: Conversion = Conversion {
    read: |values| Some(json!([{ "text": string(first(values))? }])),
    write: |member| one(Value::string(said(member).into_iter().next()?)),
};

/// A time as STIX writes it (§2.16), with at least so many digits of a second's fraction.
pub(super) fn stix_time(text: &str, digits: usize) -> Option<String> {
    let time = WireTime::parse(text, Grammar::Either).ok()?;
    let is_stix =
        time.is_rfc3339() && time.zone() == Zone::Utc && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    if is_stix && time.fraction_digits() >= digits {
        return Some(text.to_owned());
    }
    let digits = u8::try_from(time.fraction_digits().max(digits)).unwrap_or(u8::MAX);
    let made = WireTime::with_precision(time.to_timestamp()?, digits);
    made.is_rfc3339().then(|| made.as_str().to_owned())
}

/// A time of the record as `created` and `modified` are written.
pub(super) fn milliseconds(text: &str) -> Option<Value<'static>> {
    stix_time(text, 3).map(Value::string)
}

/// When an object was made or changed.
pub(super) static MOMENT: Conversion = Conversion {
    read: |values| WireTime::parse(string(first(values))?, Grammar::Either).ok().map(|time| json!(time)),
    write: |member| one(milliseconds(member.as_str()?)?),
};

/// A time about which the record may say more.
pub(super) static TIME: Conversion = Conversion {
    read: |values| WireTime::parse(string(first(values))?, Grammar::Either).ok().map(|time| json!({ "at": time })),
    write: |member| one(Value::string(stix_time(member.get("at")?.as_str()?, 0)?)),
};

/// Confidence by the scale of STIX, 0 to 100; of words, the middle of what they are there (appendix A).
pub(super) static CONFIDENCE: Conversion = Conversion {
    read: |values| {
        let number = first(values)?.as_u64().ok().filter(|number| *number <= 100)?;
        Some(json!({ "rating": "numeric", "value": number.to_string() }))
    },
    write: |member| {
        let number = match member.get("rating")?.as_str()? {
            "low" => 15,
            "medium" => 50,
            "high" => 85,
            "numeric" => member.get("value")?.as_str()?.parse::<u64>().ok().filter(|number| *number <= 100)?,
            _ => return None,
        };
        one(Value::from(number))
    },
};

/// TLP, of an object and of parts of it: the narrowest. The other property of the row is never written.
pub(super) static TLP: Conversion = Conversion {
    read: |values| {
        let whole = first(values).and_then(|list| list.as_array().ok()).unwrap_or_default();
        let parts = values.get(1).copied().flatten().and_then(|list| list.as_array().ok()).unwrap_or_default();
        let ids = whole.iter().chain(parts.iter().filter_map(|part| part.get("marking_ref")));
        let labels = ids.filter_map(|id| id.as_str().ok()).filter_map(label);
        labels.max_by_key(|tlp| Tlp::ALL.iter().position(|one| one == tlp)).map(|tlp| json!(tlp))
    },
    write: |member| {
        let tlp: Tlp = member.as_str()?.parse().ok()?;
        Some(vec![Some(Value::array([Value::string(marking(tlp)?.id)])), None])
    },
};

/// The label that a marking definition means.
fn label(id: &str) -> Option<Tlp> {
    let known = TLP_MARKINGS.iter().find(|known| known.id == id)?;
    Some(match known.level {
        "white" | "clear" => Tlp::Clear,
        "green" => Tlp::Green,
        "amber" => Tlp::Amber,
        "amber+strict" => Tlp::AmberStrict,
        _ => Tlp::Red,
    })
}

/// The marking definition of TLP 2.0 for a label.
pub(super) fn marking(tlp: Tlp) -> Option<&'static TlpMarking> {
    let level = tlp.as_str().to_ascii_lowercase();
    TLP_MARKINGS.iter().find(|known| known.version == 2 && known.level == level)
}

/// External references as references of the record.
pub(super) static REFERENCES: Conversion = Conversion {
    read: |values| {
        let list = first(values)?.as_array().ok()?;
        let reference = |one: &Value<'static>| {
            let text = |name: &str| one.get(name).and_then(|text| text.as_str().ok());
            let mut made = Group::new();
            made.insert("source".to_owned(), json!(text("source_name")?));
            if let Some(name) = text("external_id") {
                made.insert("name".to_owned(), json!(name));
            }
            if let Some(url) = text("url") {
                made.insert("urls".to_owned(), json!([url]));
            }
            if let Some(text) = text("description") {
                made.insert("descriptions".to_owned(), json!([{ "text": text }]));
            }
            Some(Json::Object(made))
        };
        list.iter().map(reference).collect::<Option<Vec<_>>>().map(Json::Array)
    },
    write: |member| {
        let list = member.as_array()?.iter().flat_map(|one| {
            let name = one.get("name").and_then(Json::as_str).filter(|name| !name.is_empty());
            let source = one.get("source").and_then(Json::as_str).filter(|source| !source.is_empty());
            // A CVE is known by its name (§2.5.1 names this source).
            let source = source.or(name.filter(|name| name.starts_with("CVE-")).map(|_| "cve"));
            let text = one.get("descriptions").map(said).unwrap_or_default().join("\n\n");
            let urls = one.get("urls").map(texts_of).unwrap_or_default();
            // Without a source, the place is one.
            let make = |url: Option<String>| {
                let host = url.as_deref().and_then(|url| url.split("://").nth(1)?.split(['/', '?', '#']).next());
                let source = source.or(host.filter(|host| !host.is_empty()))?.to_owned();
                let mut made = vec![("source_name", Value::string(source))];
                made.extend((!text.is_empty()).then(|| ("description", Value::string(text.clone()))));
                made.extend(url.map(|url| ("url", Value::string(url))));
                made.extend(name.map(|name| ("external_id", Value::string(name.to_owned()))));
                (made.len() > 1).then(|| Value::object(made))
            };
            let mut all: Vec<_> = urls.into_iter().filter_map(|url| make(Some(url))).collect();
            if all.is_empty() {
                all.extend(make(None));
            }
            all
        });
        let list: Vec<_> = list.collect();
        if list.is_empty() { None } else { one(Value::array(list)) }
    },
};

/// Numbers of the case elsewhere, among the external references of an incident.
pub(super) static ALIASES: Conversion = Conversion {
    read: |values| {
        let list = first(values)?.as_array().ok()?;
        let alias = |one: &Value<'static>| {
            let number = one.get("external_id")?.as_str().ok()?;
            Some(json!({ "owner": one.get("source_name")?.as_str().ok()?, "number": number }))
        };
        let aliases: Vec<Json> = list.iter().filter_map(alias).collect();
        (!aliases.is_empty()).then_some(Json::Array(aliases))
    },
    write: |member| {
        let reference = |one: &Json| {
            let text = |name: &str| one.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
            let number = [text("number"), text("instance")].into_iter().flatten().collect::<Vec<_>>().join("/");
            let both =
                [("source_name", Value::string(text("owner")?.to_owned())), ("external_id", Value::string(number))];
            text("number").map(|_| Value::object(both))
        };
        let list: Vec<_> = member.as_array()?.iter().filter_map(reference).collect();
        if list.is_empty() { None } else { one(Value::array(list)) }
    },
};

/// Phases of kill chains.
pub(super) static PHASES: Conversion = Conversion {
    read: |values| {
        let phase = |one: &Value<'static>| {
            let chain = one.get("kill_chain_name")?.as_str().ok()?;
            Some(json!({ "chain": chain, "ids": [one.get("phase_name")?.as_str().ok()?] }))
        };
        first(values)?.as_array().ok()?.iter().map(phase).collect::<Option<Vec<_>>>().map(Json::Array)
    },
    write: |member| {
        let phases = member.as_array()?.iter().flat_map(|one| {
            let chain = one.get("chain").and_then(Json::as_str).filter(|chain| !chain.is_empty());
            let ids = one.get("ids").map(texts_of).unwrap_or_default();
            ids.into_iter().filter_map(move |id| {
                Some(Value::object([
                    ("kill_chain_name", Value::string(chain?.to_owned())),
                    ("phase_name", Value::string(id)),
                ]))
            })
        });
        let phases: Vec<_> = phases.collect();
        if phases.is_empty() { None } else { one(Value::array(phases)) }
    },
};

/// Motives, of which the first is foremost.
pub(super) static MOTIVES: Conversion = Conversion {
    read: |values| {
        let first = string(first(values)).map(str::to_owned);
        let others = match values.get(1).copied().flatten() {
            Some(others) => strings(Some(others))?,
            None => Vec::new(),
        };
        Some(first.into_iter().chain(others).collect())
    },
    write: |member| {
        let mut all = texts_of(member);
        if all.is_empty() {
            return None;
        }
        let first = all.remove(0);
        Some(vec![Some(Value::string(first)), list(all)])
    },
};

/// What somebody is: the words of the record for those of `identity-class-ov` that mean the same.
pub(super) static CLASS: Conversion = Conversion {
    read: |values| {
        let word = string(first(values))?;
        let own = CLASSES.iter().find(|(theirs, _)| *theirs == word).map_or(word, |(_, own)| *own);
        Some(json!(own))
    },
    write: |member| {
        let own = member.as_str()?;
        let word = CLASSES.iter().find(|(_, known)| *known == own).map_or(own, |(theirs, _)| *theirs);
        one(Value::string(word.to_owned()))
    },
};

const CLASSES: &[(&str, &str)] = &[("individual", "person"), ("organization", "organisation")];

/// What an infrastructure is there for: words of `infrastructure-type-ov` (§10.12) for roles of a system in the network (RFC 7970
/// §3.18.2) that mean the same; others have no word of the other.
pub(super) static NODE_ROLES: Conversion = Conversion {
    read: |values| {
        let role = |word: &str| {
            INFRASTRUCTURE.iter().find(|(theirs, _)| *theirs == word).map_or(word, |(_, own)| *own).to_owned()
        };
        let words = strings(first(values))?;
        let roles = words.iter().filter(|word| *word != "unknown").map(|word| json!({ "kind": role(word) }));
        Some(roles.collect::<Vec<_>>()).filter(|roles| !roles.is_empty()).map(Json::Array)
    },
    write: |member| {
        let kinds = member.as_array()?.iter().filter_map(|one| one.get("kind")?.as_str());
        let known =
            |kind: &str| INFRASTRUCTURE.iter().find(|(_, own)| *own == kind).map(|(theirs, _)| (*theirs).to_owned());
        let mut all: Vec<String> = Vec::new();
        for word in kinds.filter_map(known) {
            if !all.contains(&word) {
                all.push(word);
            }
        }
        Some(vec![Some(list(all)?)])
    },
};

const INFRASTRUCTURE: &[(&str, &str)] = &[
    ("amplification", "reflector"),
    ("anonymization", "anonymization"),
    ("command-and-control", "c2-server"),
    ("exfiltration", "drop-server"),
    ("firewall", "infra-firewall"),
    ("hosting-malware", "malware-distribution"),
    ("phishing", "phishing-site"),
    // Words that RFC 7970 has none for stay as they are.
    ("botnet", "botnet"),
    ("control-system", "control-system"),
    ("hosting-target-lists", "hosting-target-lists"),
    ("reconnaissance", "reconnaissance"),
    ("routers-switches", "routers-switches"),
    ("staging", "staging"),
    ("workstation", "workstation"),
];

/// Addresses of somebody, as one text.
pub(super) static MEANS: Conversion = Conversion {
    read: |values| Some(json!([{ "value": { "text": string(first(values))? } }])),
    write: |member| {
        let lines = member.as_array()?.iter().filter_map(|means| {
            let value = means.get("value")?.get("text")?.as_str().filter(|value| !value.is_empty())?;
            let kind = means.get("kind").and_then(Json::as_str);
            Some(kind.map_or_else(|| value.to_owned(), |kind| format!("{kind}: {value}")))
        });
        let all = lines.collect::<Vec<_>>().join("\n");
        if all.is_empty() { None } else { one(Value::string(all)) }
    },
};

/// The ends of a link: objects, by their ids.
pub(super) static LINK: Conversion = Conversion {
    read: |values| {
        let ends: Option<Vec<&str>> = values.iter().map(|value| string(*value)).collect();
        ends.map(Json::from)
    },
    write: |member| {
        let ends = texts_of(member);
        let known = |end: &String| end.split_once("--").is_some_and(|(kind, _)| crate::stix::object(kind).is_some());
        (ends.len() == 2 && ends.iter().all(known))
            .then(|| ends.into_iter().map(|end| Some(Value::string(end))).collect())
    },
};

/// What was sighted: one object.
pub(super) static SIGHTED: Conversion = Conversion {
    read: |values| Some(json!([string(first(values))?])),
    write: |member| match texts_of(member).as_slice() {
        [end] => (LINK.write)(&json!([end, end])).map(|mut both| both.split_off(1)),
        _ => None,
    },
};

/// Digests of a file, by their algorithms.
pub(super) static HASHES: Conversion = Conversion {
    read: |values| {
        let hash = |member: &crate::json::Member<'static>| {
            Some(json!({ "alg": member.key.to_ascii_lowercase(), "value": member.value.as_str().ok()? }))
        };
        let all = first(values)?.as_object().ok()?.iter().map(hash).collect::<Option<Vec<_>>>()?;
        Some(json!({ "hashes": all }))
    },
    write: |member| {
        let list = member.get("hashes")?.as_array()?;
        let mut all: Vec<(String, Value<'static>)> = Vec::new();
        for one in list {
            let text = |name: &str| one.get(name).and_then(Json::as_str);
            let Some(name) = text("alg").and_then(algorithm) else { continue };
            let Some(value) = text("value").filter(|value| !value.is_empty()) else { continue };
            if all.iter().all(|(known, _)| known != name) {
                all.push((name.to_owned(), Value::string(value.to_owned())));
            }
        }
        if all.is_empty() { None } else { one(Value::object(all)) }
    },
};

/// The name of an algorithm in `hash-algorithm-ov` (§10.7).
fn algorithm(word: &str) -> Option<&'static str> {
    const ALL: &[&str] = &["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"];
    let word = word.rsplit(['#', '/']).next().unwrap_or(word).to_ascii_uppercase();
    let plain = |text: &str| text.replace('-', "");
    ALL.iter().find(|name| plain(name) == plain(&word)).copied()
}

/// A number that the record writes as a text.
pub(super) static NUMBER_AS_TEXT: Conversion = Conversion {
    read: |values| match &first(values)?.data {
        Data::Number(number) => Some(json!(number.as_str())),
        _ => None,
    },
    write: |member| one(Value::from(member.as_str()?.parse::<i64>().ok()?)),
};
