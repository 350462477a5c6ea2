//! Which of two markings fewer may see (RFC 7970 §3.3.1).

use super::{Incident, vocab::Restriction};
use crate::class::Coded;

/// How few may see what is marked so: both scales have words for the same four. `None` is for `default`, which the parties
/// have agreed on. A word that nobody knows may mean anything, so that it counts as the last.
fn rank(restriction: &Coded<Restriction>) -> Option<u8> {
    Some(match restriction {
        Coded::Known(Restriction::Default) => return None,
        Coded::Known(Restriction::White | Restriction::Public) => 0,
        Coded::Known(Restriction::Green | Restriction::Partner) => 1,
        Coded::Known(Restriction::Amber | Restriction::NeedToKnow) => 2,
        Coded::Ext(text) if text == "amber+strict" => 3,
        Coded::Known(Restriction::Red | Restriction::Private) | Coded::Ext(_) | Coded::Other(_) => 4,
    })
}

/// Whether fewer may see the one than the other, or nobody can tell that as many may.
pub fn is_narrower(one: &Coded<Restriction>, than: &Coded<Restriction>) -> bool {
    match (rank(one), rank(than)) {
        (Some(one), Some(than)) => one > than,
        (None, None) => false,
        (None, Some(than)) => than < 4,
        (Some(one), None) => one > 0,
    }
}

/// The marking of an incident. One that has none is private (§3.2).
pub fn restriction_of(incident: &Incident) -> Coded<Restriction> {
    incident.restriction.clone().unwrap_or(Coded::Known(Restriction::Private))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scales_are_one_and_an_unknown_word_is_the_last() {
        let word = |text: &str| Coded::<Restriction>::from_meaning(text);
        for (one, same) in [("white", "public"), ("green", "partner"), ("amber", "need-to-know"), ("red", "private")] {
            assert!(!is_narrower(&word(one), &word(same)) && !is_narrower(&word(same), &word(one)), "{one}");
        }
        let all = ["white", "green", "amber", "amber+strict", "red"];
        for (i, wide) in all.iter().enumerate() {
            for narrow in &all[i + 1..] {
                assert!(is_narrower(&word(narrow), &word(wide)) && !is_narrower(&word(wide), &word(narrow)));
            }
        }
        assert!(is_narrower(&word("our-own"), &word("amber+strict")) && !is_narrower(&word("our-own"), &word("red")));
        assert!(is_narrower(&word("default"), &word("green")) && !is_narrower(&word("default"), &word("red")));
        assert!(is_narrower(&word("green"), &word("default")) && !is_narrower(&word("white"), &word("default")));
    }
}
