//! Threat actors without a URL. The printed schema requires one and the text does not (erratum 5423): where there is none,
//! identifiers and texts of an actor stand in descriptions of its activity, and all else of it is left out.
//!
//! A description has no restriction. What fewer may see than the activity stands in an activity of its own.

use std::mem::take;

use super::{Change, xml::apart};
use crate::{
    class::{Coded, Fields, Path},
    iodef::{
        Incident, IodefDocument, MlString, RelatedActivity, ThreatActor, is_narrower, restriction_of,
        vocab::Restriction,
    },
};

/// What is said of a description that stands where its actor did not.
const ALONE: &str = ", in an activity of its own, since fewer may see it than what was around it";
/// What is said of an activity in which nothing else stands.
const ALL: &str = "says who may see the description, which is all that the activity has";
/// What is said of a marking that is not written.
const SAID: &str = "left out: what the description stands in is marked so already, or more narrowly";

/// Moves the texts of those actors, wherever they are in this part of a document; what was changed.
pub(super) fn without_url(part: &mut dyn Fields, path: &Path<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let part = part.any_mut();
    if let Some(document) = part.downcast_mut::<IodefDocument>() {
        for (i, incident) in document.incident.iter_mut().enumerate() {
            of_incident(incident, &path.item("Incident", i + 1), &mut changes);
        }
    } else if let Some(incident) = part.downcast_mut::<Incident>() {
        of_incident(incident, path, &mut changes);
    }
    changes
}

fn of_incident(incident: &mut Incident, path: &Path<'_>, changes: &mut Vec<Change>) {
    let around = restriction_of(incident);
    let there = incident.related_activity.len();
    let mut new: Vec<RelatedActivity> = Vec::new();
    for (i, related) in incident.related_activity.iter_mut().enumerate() {
        let here = path.item("RelatedActivity", i + 1);
        let level = |related: &RelatedActivity| related.restriction.clone().unwrap_or_else(|| around.clone());
        let before = level(related);
        let is_wide = |actor: &ThreatActor| !actor.restriction.as_ref().is_some_and(|own| is_narrower(own, &before));
        let numbered = take(&mut related.threat_actor).into_iter().enumerate().map(|(n, actor)| (n + 1, actor));
        let (with_url, without): (Vec<_>, Vec<_>) = numbered.partition(|(_, actor)| !actor.url.is_empty());
        related.threat_actor = with_url.into_iter().map(|(_, actor)| actor).collect();
        let (wide, narrow): (Vec<_>, Vec<_>) = without.into_iter().partition(|(_, actor)| is_wide(actor));
        for (n, actor) in wide {
            moved(&actor, related, &here, &here.item("ThreatActor", n), "", changes);
        }
        let own_of_new = new.len();
        for (n, actor) in narrow {
            let at = here.item("ThreatActor", n);
            let Some(own) = actor.restriction.clone() else { continue };
            let alike = |other: &Coded<Restriction>| !is_narrower(&own, other) && !is_narrower(other, &own);
            let has_nothing =
                *related == RelatedActivity { restriction: related.restriction.clone(), ..Default::default() };
            if has_nothing && says_something(&actor) {
                related.restriction = Some(own);
                moved(&actor, related, &here, &at, "", changes);
            } else if alike(&level(related)) {
                moved(&actor, related, &here, &at, "", changes);
            } else {
                let known = new.iter().skip(own_of_new).position(|one| alike(&level(one))).map(|at| at + own_of_new);
                let index = known.unwrap_or(new.len());
                if known.is_none() && says_something(&actor) {
                    new.push(RelatedActivity { restriction: Some(own), ..RelatedActivity::default() });
                }
                let to = path.item("RelatedActivity", there + index + 1);
                let mut nowhere = RelatedActivity::default();
                moved(&actor, new.get_mut(index).unwrap_or(&mut nowhere), &to, &at, ALONE, changes);
            }
        }
    }
    incident.related_activity.append(&mut new);
}

/// Whether anything of the actor is a text that a description can have.
fn says_something(actor: &ThreatActor) -> bool {
    !actor.threat_actor_id.is_empty() || !actor.description.is_empty()
}

/// Puts the texts of an actor into the activity at `to`.
fn moved(
    actor: &ThreatActor,
    related: &mut RelatedActivity,
    to: &Path<'_>,
    at: &Path<'_>,
    more: &str,
    changes: &mut Vec<Change>,
) {
    let is_marked_so = says_something(actor) && related.restriction == actor.restriction;
    let markings = ["restriction", "ext-restriction"].map(|name| (at.attribute(name).to_string(), name));
    for mut change in apart(actor, to, at, "threat_actor_id") {
        let marking = markings.iter().find(|(path, _)| *path == change.path);
        match marking {
            Some((_, name)) if is_marked_so => {
                change.how = ALL.to_owned();
                change.to = Some(to.attribute(name).to_string());
                change.left_out = false;
            }
            Some(_) => change.how = SAID.to_owned(),
            None if !change.left_out => change.how.push_str(more),
            None => {}
        }
        changes.push(change);
    }
    let names = actor.threat_actor_id.iter().map(|id| MlString::new(&format!("threat actor: {id}")));
    related.description.extend(names.chain(actor.description.iter().cloned()));
}
