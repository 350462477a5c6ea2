//! Random documents that keep the rules beyond the tables, as far as a broken one is an error.

use super::{
    Confidence, DomainContacts, Extension, Indicator, IndicatorExpression, IndicatorReference, IodefDocument,
    Observable, ObservableReference, profile,
    vocab::{Dtype, Rating},
};
use crate::{
    class::{self, Coded, Dice, Fields, Id, IdRef, Path, View},
    xml::Verbatim,
};

/// A random document, for property tests and benchmarks; `depth` bounds how deep optional elements nest.
pub fn generate(dice: &mut Dice<'_>, depth: usize) -> IodefDocument {
    let mut document = IodefDocument::default();
    class::generate(&mut document, dice, depth);
    keep_rules(&mut document, dice);
    document
}

/// Changes a document that was made at random such that it breaks no rule whose breach is an error.
pub fn keep_rules(document: &mut IodefDocument, dice: &mut Dice<'_>) {
    let mut ids = Ids::default();
    let root = Path::root(IodefDocument::DEF.name);
    class::each_class(document, &root, &mut |class, _| alternatives(class, dice));
    let lost = profile::unsayable_ids(document, &root);
    class::each_class(document, &root, &mut |class, path| {
        if !lost.contains(&path.child("@observable-id").to_string()) {
            ids.take(class);
        }
    });
    if ids.observables.is_empty()
        && let Some(incident) = document.incident.first_mut()
    {
        incident.observable_id = Id::new("incident").ok();
        ids.observables.push("incident".to_owned());
    }
    class::each_class(document, &root, &mut |class, _| ids.resolve(class, dice));
}

/// Of things that exclude each other, one.
fn alternatives(class: &mut dyn Fields, dice: &mut Dice<'_>) {
    let class = class.any_mut();
    if let Some(contacts) = class.downcast_mut::<DomainContacts>()
        && contacts.same_domain_contact.is_some()
    {
        contacts.contact.clear();
    } else if let Some(observable) = class.downcast_mut::<Observable>()
        && observable.content.is_none()
        && observable.additional_data.is_empty()
    {
        let content = Some(Verbatim::Text(format!("t{}", dice.text())));
        let dtype = Some(Dtype::String.into());
        observable.additional_data.push(Extension { dtype, content, ..Extension::default() });
    } else if let Some(reference) = class.downcast_mut::<IndicatorReference>() {
        if reference.euid_ref.is_some() {
            reference.uid_ref = None;
        } else if reference.uid_ref.is_none() {
            reference.euid_ref = Some(format!("e{}", dice.text()).into());
        }
    } else if let Some(expression) = class.downcast_mut::<IndicatorExpression>() {
        expression.ext_operator = None;
    } else if let Some(confidence) = class.downcast_mut::<Confidence>()
        && confidence.value.is_some()
    {
        confidence.rating = Some(Coded::Known(Rating::Numeric));
    }
}

/// The ids that a document has.
#[derive(Default)]
struct Ids {
    observables: Vec<String>,
    indicators: Vec<String>,
}

impl Ids {
    fn take(&mut self, class: &dyn Fields) {
        if let Some(indicator) = class.any().downcast_ref::<Indicator>() {
            self.indicators.extend(indicator.indicator_id.iter().filter_map(|id| id.id.as_deref().map(str::to_owned)));
        }
        let index = class.def().fields.iter().position(|field| field.name == "observable-id");
        let id = index.and_then(|index| class.slot(index)?.get(0)).map(|node| node.view());
        if let Some(View::Simple(id)) = id {
            self.observables.push(id.text().to_owned());
        }
    }

    /// A reference leads to something that is there.
    fn resolve(&self, class: &mut dyn Fields, dice: &mut Dice<'_>) {
        let mut one_of = |ids: &[String]| ids.get(dice.below(ids.len())).and_then(|id| IdRef::new(id).ok());
        let class = class.any_mut();
        if let Some(reference) = class.downcast_mut::<ObservableReference>() {
            reference.uid_ref = one_of(&self.observables);
        } else if let Some(reference) = class.downcast_mut::<IndicatorReference>()
            && reference.uid_ref.is_some()
        {
            reference.uid_ref = one_of(&self.indicators);
        }
    }
}
