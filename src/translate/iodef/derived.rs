//! What an indicator looks for where only its pattern says it. RFC 7970 demands an Observable, an expression or a reference
//! (§3.29): it is made of the pattern, which stands in blocks as well. Where the record can say the same, it is that; else
//! the pattern is the configuration of what reads its language (§3.10.1).
//!
//! On the way back the pattern says it all: content that is exactly what its pattern makes is not read beside it.

use super::{
    blocks::FORMAT_ID,
    indicator::{ExpressionPair, ObservablePair, blocks_in},
    marking,
    mirror::Mirror as _,
    outward::say_unknown,
    taken::Context,
    trail::Trail,
};
use crate::{
    class::{self, Coded, Fields, Path},
    iodef::{self, IndicatorContent, OperandContent, System, vocab::Restriction},
    record::indicator::{Expression, Indicator, Observable},
    translate::{
        ledger::Fate,
        pattern::{self, Content},
    },
};

/// The content that a pattern makes; `around` is the marking of the indicator, which is that of all in it.
pub(super) fn content(
    text: Option<&str>,
    language: Option<&str>,
    around: Option<&Coded<Restriction>>,
) -> Option<IndicatorContent> {
    let (text, language) = (text?, language.filter(|language| !language.is_empty())?);
    let said = pattern::content(text, language).filter(can_stand).and_then(|content| class_of(content, around));
    said.or_else(|| {
        let detection = Box::new(pattern::detection(text, language)).into();
        let detection = Observable { detection_pattern: detection, ..Observable::default() };
        class_of(Content::Observable(Box::new(detection)), around)
    })
}

/// Leaves out the content of an indicator, before it is read, if it is what the pattern makes.
pub(super) fn inward(cx: &Context, source: &mut iodef::Indicator, made: &Indicator, at: &Path<'_>, to: &Trail<'_>) {
    let is_ours = |block: &iodef::Extension| block.format_id.as_deref() == Some(FORMAT_ID);
    if source.content.is_none() || !source.additional_data.iter().any(is_ours) {
        return;
    }
    // As they will be read.
    let mut said = Indicator::default();
    let mut blocks =
        iodef::Indicator { additional_data: source.additional_data.clone(), ..iodef::Indicator::default() };
    blocks_in(&Context::default(), &mut blocks, &mut said, at, to);
    let around = made.marking.as_ref().and_then(|own| marking::write(own.tlp, own.restriction.as_ref()));
    let derived = content(said.pattern.as_deref(), said.pattern_type.as_deref(), around.as_ref());
    let mut came = iodef::Indicator { content: source.content.clone(), ..iodef::Indicator::default() };
    class::each_class(&mut came, at, &mut |class, _| {
        say_unknown(class);
        in_order(class);
        // What a language of patterns is called is of no language.
        if let Some(text) = class.any_mut().downcast_mut::<iodef::MlString>() {
            text.lang = None;
        }
    });
    if derived.is_none() || came.content != derived {
        return;
    }
    if let Some(taken) = cx.take_class(source, "content", at, |source| &mut source.content) {
        let _ = taken.kept(&to.member("pattern"));
    }
}

/// Whether IODEF says the same of it, and the gate lets it out where it lets the pattern out.
fn can_stand(content: &Content) -> bool {
    match content {
        Content::Observable(observable) => is_known(observable),
        Content::Expression(expression) => are_known(expression),
    }
}

fn are_known(expression: &Expression) -> bool {
    expression
        .terms
        .iter()
        .all(|term| term.observable.as_ref().is_none_or(is_known) && term.expression.as_deref().is_none_or(are_known))
}

fn is_known(observable: &Observable) -> bool {
    let files = observable.files.iter().flat_map(|set| &set.files);
    let mut hashes = files.filter_map(|file| file.hashes.as_ref()).flat_map(|data| &data.hashes);
    let digests = hashes.all(|hash| super::files::is_digest(hash.alg.as_deref(), hash.value.as_deref()));
    // The body of a mail is more than what it is found by.
    let body = observable.email.as_ref().is_some_and(|email| email.body.is_some());
    digests && !body && observable.process.is_none()
}

/// The classes of what is said, if they hold all of it and keep the rules.
fn class_of(content: Content, around: Option<&Coded<Restriction>>) -> Option<IndicatorContent> {
    let (cx, at, to) = (Context::default(), Trail::ROOT, Path::root("Indicator"));
    let made = match content {
        Content::Observable(group) => IndicatorContent::Observable(ObservablePair::outward(&cx, *group, &at, &to)),
        Content::Expression(group) => IndicatorContent::Expression(ExpressionPair::outward(&cx, group, &at, &to)),
    };
    let is_whole = |fate: &Fate| matches!(fate, Fate::Kept { .. });
    if !cx.ledger.close().iter().all(|entry| is_whole(&entry.fate)) {
        return None;
    }
    let mut whole = iodef::Indicator { content: Some(made), ..iodef::Indicator::default() };
    class::each_class(&mut whole, &to, &mut |class, _| {
        say_unknown(class);
        in_order(class);
        if let Some(system) = class.any_mut().downcast_mut::<System>() {
            system.restriction = around.cloned();
        }
    });
    // As it is read again: what is not said is said to be what it is by default.
    class::normalise_where(&mut whole, &|_, attribute| attribute != "restriction");
    let good = match &whole.content {
        Some(IndicatorContent::Observable(class)) => iodef::check_class(class).is_empty(),
        Some(IndicatorContent::Expression(class)) => iodef::check_class(class).is_empty(),
        _ => false,
    };
    good.then_some(whole.content).flatten()
}

/// RFC 8727 has a list for each kind of operand, and no order between them, which says nothing: observables come first.
fn in_order(class: &mut dyn Fields) {
    if let Some(expression) = class.any_mut().downcast_mut::<iodef::IndicatorExpression>() {
        let is_inner = |operand: &iodef::Operand| matches!(operand.content, Some(OperandContent::Expression(_)));
        expression.operand.sort_by_key(is_inner);
    }
}
