//! Extensions of an object, and what they allow it to be (§7.3).

use super::{
    check::{Look, shown},
    def::{Def, Type, sco, sdo, sro},
    forms, rules, vocab,
};
use crate::json::{Data, Member, Value};

/// What stands for a type that is not known: of a domain object, the common properties are.
pub(super) static NEW_SDO: Def = sdo("", "7.3", &[]);
static NEW_SRO: Def = sro("", "7.3", &[]);
static NEW_SCO: Def = sco("", "7.3", &[], &[], &[]);

/// The types that extensions define (§10.5).
static NEW: [(&str, &Def); 3] = [("new-sdo", &NEW_SDO), ("new-sro", &NEW_SRO), ("new-sco", &NEW_SCO)];

/// What the extensions of an object say about its other properties.
#[derive(Default)]
pub(super) struct Extended<'v> {
    /// It has properties of its own by an extension.
    pub(super) top: bool,
    /// The names of them, if the document has all definitions and they list some.
    pub(super) listed: Option<Vec<&'v str>>,
    /// Its type is defined by an extension: the declaration that has the common properties of it.
    pub(super) new: Option<&'static Def>,
}

impl<'l> Look<'l, '_> {
    /// Extensions by their keys (§3.2, §7.3).
    pub(super) fn extensions(&mut self, def: &'static Def, value: &Value<'_>) {
        let Data::Object(members) = &value.data else { return self.mistyped(value, &Type::Extensions) };
        if members.is_empty() {
            self.tell(&rules::DICTIONARY_EMPTY, value.offset, "no extension", None);
        }
        for Member { offset, key, value } in members {
            let Data::Object(members) = &value.data else {
                self.tell(&rules::VALUE, value.offset, &shown(value), Some("an object"));
                continue;
            };
            if let Some(part) = def.extensions.iter().find(|part| part.name == key) {
                self.part(part, value, members);
            } else if key.starts_with("extension-definition--") {
                if forms::id_parts(key).is_none() {
                    self.tell(&rules::ID_FORM, *offset, &format!("{key:?}"), None);
                }
                match value.get("extension_type") {
                    Some(kind) => self.value(kind, &Type::Enum(&vocab::EXTENSION_TYPE_ENUM)),
                    None => self.tell(&rules::EXTENSION_TYPE, value.offset, "no such property", None),
                }
            } else if !def.name.is_empty() || !key.ends_with("-ext") {
                // Which extensions are predefined for a type that an extension defines is not known here.
                self.tell(&rules::EXTENSION_KEY, *offset, &format!("{key:?}"), None);
            }
        }
    }

    /// What the extensions of an object allow it to have.
    pub(super) fn extended(&self, value: &Value<'_>) -> Extended<'l> {
        let versions = self.versions;
        let mut extended = Extended { listed: Some(Vec::new()), ..Extended::default() };
        let extensions = value.get("extensions").and_then(|value| value.as_object().ok()).unwrap_or_default();
        for Member { key, value, .. } in extensions {
            let kind = value.get("extension_type").and_then(|kind| kind.as_str().ok()).unwrap_or_default();
            if kind == "toplevel-property-extension" {
                extended.top = true;
                let listed = versions.top_level(key);
                extended.listed = extended.listed.zip(listed).map(|(mut all, more)| {
                    all.extend(more.iter().map(String::as_str));
                    all
                });
            } else if let Some((_, def)) = NEW.iter().find(|(name, _)| *name == kind) {
                extended.new = Some(def);
            }
        }
        extended
    }
}
