//! Which types of objects are which elements of the record, and property by property how (record model §10 to §14).

use super::{
    convert::{
        CLASS, CONFIDENCE, LINK, MEANS, MOTIVES, NAME, NAME_AND_TEXT, NAMES, NODE_ROLES, PHASES, PLAIN, PLAINS,
        REFERENCES, SIGHTED, TEXTS, TIME, TLP,
    },
    core, observable,
    pair::{Conversion, Pair, Row},
};
use crate::json::Value;

/// The properties that are the ends of links.
pub(super) static ENDS: &[&[&str]] = &[&["source_ref", "target_ref"], &["sighting_of_ref"]];

const fn row(properties: &'static [&'static str], member: &'static str, by: &'static Conversion) -> Row {
    Row { properties, member, by }
}

const MARKING: Row = row(&["object_marking_refs", "granular_markings"], "/marking/tlp", &TLP);
const DESCRIPTION: Row = row(&["description"], "/descriptions", &TEXTS);
const REFERENCES_ROW: Row = row(&["external_references"], "/references", &REFERENCES);
const CONFIDENCE_ROW: Row = row(&["confidence"], "/confidence", &CONFIDENCE);
const FIRST_SEEN: Row = row(&["first_seen"], "/first_seen", &TIME);
const LAST_SEEN: Row = row(&["last_seen"], "/last_seen", &TIME);
const PHASES_ROW: Row = row(&["kill_chain_phases"], "/attack_phases", &PHASES);
const NAMED: Row = row(&["name"], "/name", &PLAIN);
const ALIASES: Row = row(&["aliases"], "/aliases", &PLAINS);

/// What actors and intrusion sets have in common.
const ACTOR: &[Row] = &[
    row(&["name", "aliases"], "/names", &NAMES),
    DESCRIPTION,
    row(&["goals"], "/goals", &PLAINS),
    row(&["resource_level"], "/resource_level", &PLAIN),
    row(&["primary_motivation", "secondary_motivations"], "/motivations", &MOTIVES),
    FIRST_SEEN,
    LAST_SEEN,
    REFERENCES_ROW,
    CONFIDENCE_ROW,
    MARKING,
];

macro_rules! pairs {
    ($( $(#[$meta:meta])* $kind:literal => $list:literal $element:literal $($default:ident)?
        $([$($fixed:literal = $value:literal)*])? $(($common:expr))? { $($row:expr;)* }
    )*) => {
        /// Every type of domain and relationship object of which elements are made. `default`: what an element that came
        /// from elsewhere becomes.
        pub(super) static PAIRS: &[Pair] = &[ $(
            $(#[$meta])*
            Pair {
                kind: $kind,
                list: $list,
                element: $element,
                default: pairs!(@default $($default)?),
                fixed: &[ $($( ($fixed, $value) ),*)? ],
                rows: &[ $( $common, )? &[ $( $row ),* ] ],
            },
        )* ];
    };
    (@default default) => { true };
    (@default) => { false };
}

pairs! {
    "identity" => "parties" "party" default {
        row(&["name"], "/names", &NAME);
        DESCRIPTION;
        row(&["roles"], "/roles", &PLAINS);
        row(&["identity_class"], "/type", &CLASS);
        row(&["contact_information"], "/means", &MEANS);
        MARKING;
    }
    "indicator" => "indicators" "indicator" default {
        row(&["name"], "/title", &PLAIN);
        DESCRIPTION;
        row(&["indicator_types"], "/types", &PLAINS);
        row(&["pattern"], "/pattern", &PLAIN);
        row(&["pattern_type"], "/pattern_type", &PLAIN);
        row(&["pattern_version"], "/pattern_version", &PLAIN);
        row(&["valid_from"], "/valid_from", &TIME);
        row(&["valid_until"], "/valid_until", &TIME);
        PHASES_ROW;
        REFERENCES_ROW;
        CONFIDENCE_ROW;
        MARKING;
    }
    "malware" => "malware" "malware" default {
        NAMED;
        DESCRIPTION;
        row(&["malware_types"], "/types", &PLAINS);
        row(&["is_family"], "/is_family", &PLAIN);
        ALIASES;
        PHASES_ROW;
        FIRST_SEEN;
        LAST_SEEN;
        row(&["capabilities"], "/capabilities", &PLAINS);
        REFERENCES_ROW;
        CONFIDENCE_ROW;
        MARKING;
    }
    "tool" => "tools" "tool" default {
        NAMED;
        DESCRIPTION;
        row(&["tool_types"], "/types", &PLAINS);
        ALIASES;
        PHASES_ROW;
        row(&["tool_version"], "/version", &PLAIN);
        REFERENCES_ROW;
        CONFIDENCE_ROW;
        MARKING;
    }
    "threat-actor" => "actors" "actor" default (ACTOR) {
        row(&["threat_actor_types"], "/types", &PLAINS);
        row(&["roles"], "/roles", &PLAINS);
        row(&["sophistication"], "/sophistication", &PLAIN);
    }
    "intrusion-set" => "actors" "actor" (ACTOR) {}
    "campaign" => "campaigns" "campaign" default {
        row(&["name", "aliases"], "/names", &NAMES);
        DESCRIPTION;
        row(&["objective"], "/objective", &super::convert::TEXT);
        FIRST_SEEN;
        LAST_SEEN;
        CONFIDENCE_ROW;
        MARKING;
    }
    "attack-pattern" => "methods" "method" default {
        row(&["name", "description"], "/descriptions", &NAME_AND_TEXT);
        REFERENCES_ROW;
        MARKING;
    }
    "vulnerability" => "vulnerabilities" "vulnerability" default {
        NAMED;
        DESCRIPTION;
        REFERENCES_ROW;
        MARKING;
    }
    "course-of-action" => "actions" "action" default {
        row(&["name", "description"], "/text", &NAME_AND_TEXT);
        MARKING;
    }
    // What an infrastructure is in the case it does not say: `infrastructure` of a system is one of the exchange itself (RFC
    // 7970 §3.17 `category`).
    "infrastructure" => "systems" "system" default {
        row(&["name", "description"], "/descriptions", &NAME_AND_TEXT);
        row(&["infrastructure_types"], "/node_roles", &NODE_ROLES);
        MARKING;
    }
    "note" => "timeline" "entry" default {
        row(&["content"], "/text", &TEXTS);
        MARKING;
    }
    "opinion" => "timeline" "entry" {
        row(&["explanation"], "/text", &TEXTS);
        MARKING;
    }
    "observed-data" => "observables" "observable" default {
        row(&["first_observed"], "/first_seen", &TIME);
        row(&["last_observed"], "/last_seen", &TIME);
        row(&["number_observed"], "/count", &PLAIN);
        MARKING;
    }
    "relationship" => "related" "link" default {
        row(&["relationship_type"], "/relation", &PLAIN);
        DESCRIPTION;
        row(&["source_ref", "target_ref"], "/elements", &LINK);
        row(&["start_time"], "/since", &TIME);
        CONFIDENCE_ROW;
        MARKING;
    }
    "sighting" => "related" "link" ["/relation" = "sighting-of"] {
        DESCRIPTION;
        row(&["sighting_of_ref"], "/elements", &SIGHTED);
        CONFIDENCE_ROW;
        MARKING;
    }
}

/// What an object becomes.
pub(super) fn pair_of(object: &Value<'static>) -> Option<&'static Pair> {
    let kind = object.get("type")?.as_str().ok()?;
    if let Some(pair) = core::pair_of(object) {
        return Some(pair);
    }
    PAIRS.iter().chain(observable::PAIRS).find(|pair| pair.kind == kind)
}

/// What an element becomes: of the type that it came as, else of the list's own.
pub(super) fn pair_for(list: &str, kind: Option<&str>) -> Option<&'static Pair> {
    let mut all = PAIRS.iter().chain(observable::PAIRS).filter(|pair| pair.list == list);
    let came = all.clone().find(|pair| Some(pair.kind) == kind);
    came.or_else(|| all.find(|pair| pair.default))
}
