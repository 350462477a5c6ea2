//! Indicators and observables (RFC 7970 §3.28, §3.29; record model §10).

use std::mem::take;

use super::{
    blocks::blocks,
    derived,
    event::{ActionPair, EvidencePair, HistoryPair},
    files::{EmailPair, FileSetPair, RegistryChangePair},
    impact::AssessmentPair,
    parts::{
        AddressPair, AlternativeNamesPair, AttackPhasePair, ConfidencePair, DomainPair, IndicatorNamePair,
        NodeRolePair, PatternPair, ReferencePair, ServicePair, TextPair,
    },
    party::HandlePair,
    system::SystemPair,
};
use crate::{
    class::Path,
    iodef::{self, IndicatorContent, ObservableContent, OperandContent},
    record::indicator::{Bulk, Expression, Indicator, IndicatorLink, Observable, Term},
    translate::iodef::{
        convert::{Closed, Plain, Time, Word},
        mirror::{Mirror as _, mirror},
        taken::Context,
        trail::Trail,
    },
};

mirror! {
    /// Indicators (§3.29).
    IndicatorPair: iodef::Indicator => Indicator as "indicator" restriction {
        opt indicator_id <=> name: IndicatorNamePair;
        many alternative_indicator_id <=> alternative_names: AlternativeNamesPair;
        many description <=> descriptions: TextPair;
        leaf start_time <=> valid_from: Time;
        leaf end_time <=> valid_until: Time;
        opt confidence <=> confidence: ConfidencePair;
        also inward content_in;
        also outward content_out;
        many node_role <=> node_roles: NodeRolePair;
        many attack_phase <=> attack_phases: AttackPhasePair;
        many reference <=> references: ReferencePair;
        also inward blocks_in;
        also outward blocks_out;
    }
    /// Expressions (§3.29.4).
    ExpressionPair: iodef::IndicatorExpression => Expression {
        leaf operator <=> operator: Closed;
        many operand <=> terms: TermPair;
    }
    /// Their parts.
    TermPair: iodef::Operand => Term {
        also inward operand_in;
        also outward operand_out;
        opt confidence <=> confidence: ConfidencePair;
    }
    /// References to indicators (§3.29.7) of other documents.
    LinkPair: iodef::IndicatorReference => IndicatorLink {
        leaf euid_ref <=> external: Plain;
        leaf version <=> version: Plain;
    }
    /// Observables (§3.29.3); RFC 7970's Incident in one is carried.
    ObservablePair: iodef::Observable => Observable {
        also inward observable_in;
        also outward observable_out;
    }
    /// Bulk lists (§3.29.3.1); their format is carried.
    BulkPair: iodef::BulkObservable => Bulk {
        leaf kind <=> kind: Word;
        leaf list <=> list: Plain;
    }
}

blocks! {
    blocks_in, blocks_out: iodef::Indicator => Indicator {
        title = "title",
        types = "type",
        pattern = "pattern",
        pattern_type = "pattern-type",
        pattern_version = "pattern-version",
        context = "context",
    }
}

/// Either of the two choices that hold observables, as the record sees them.
macro_rules! content_in {
    ($cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $choice:ident) => {
        match $source.content.take() {
            Some($choice::Observable(class)) => {
                let (at, to) = ($at.child("Observable"), $to.member("observable"));
                $made.observable = Some(ObservablePair::inward($cx, class, &at, &to));
            }
            Some($choice::Expression(class)) => {
                let (at, to) = ($at.child("IndicatorExpression"), $to.member("expression"));
                $made.expression = Some(ExpressionPair::inward($cx, class, &at, &to).into());
            }
            Some($choice::Indicator(class)) if class.uid_ref.is_none() => {
                let (at, to) = ($at.child("IndicatorReference"), $to.member("indicator_ref"));
                $made.indicator_ref = Some(LinkPair::inward($cx, class, &at, &to));
            }
            // References within the document are by its own ids, which the record does not have: carried.
            other => $source.content = other,
        }
    };
}

macro_rules! content_out {
    ($cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $choice:ident) => {
        $made.content = if let Some(group) = $source.observable.take() {
            let (at, to) = ($at.member("observable"), $to.child("Observable"));
            Some($choice::Observable(ObservablePair::outward($cx, group, &at, &to)))
        } else if let Some(group) = $source.expression.take() {
            let (at, to) = ($at.member("expression"), $to.child("IndicatorExpression"));
            Some($choice::Expression(ExpressionPair::outward($cx, Unboxed::unboxed(group), &at, &to)))
        } else if let Some(group) = $source.indicator_ref.take() {
            let (at, to) = ($at.member("indicator_ref"), $to.child("IndicatorReference"));
            Some($choice::Indicator(LinkPair::outward($cx, group, &at, &to)))
        } else {
            None
        };
    };
}

/// An expression stands in a box where it nests.
trait Unboxed {
    fn unboxed(self) -> Expression;
}
impl Unboxed for Expression {
    fn unboxed(self) -> Expression {
        self
    }
}
impl Unboxed for Box<Expression> {
    fn unboxed(self) -> Expression {
        *self
    }
}

fn content_in(cx: &Context, source: &mut iodef::Indicator, made: &mut Indicator, at: &Path<'_>, to: &Trail<'_>) {
    derived::inward(cx, source, made, at, to);
    content_in!(cx, source, made, at, to, IndicatorContent);
    made.contacts = super::party::contacts_in(cx, take(&mut source.contact), at);
}

fn content_out(cx: &Context, source: &mut Indicator, made: &mut iodef::Indicator, at: &Trail<'_>, to: &Path<'_>) {
    content_out!(cx, source, made, at, to, IndicatorContent);
    if made.content.is_none() {
        made.content =
            derived::content(source.pattern.as_deref(), source.pattern_type.as_deref(), made.restriction.as_ref());
    }
    made.contact = super::party::contacts_out(cx, &mut source.contacts, &at.member("contacts"), to);
    // An indicator without an identifier of its own gets one, which no other document has.
    made.indicator_id.get_or_insert_with(|| iodef::IndicatorId {
        name: Some(cx.team_or_nobody().into()),
        version: Some("1".into()),
        id: crate::class::Id::new(&format!("indicator-{}", cx.identifier(at))).ok(),
    });
}

fn operand_in(cx: &Context, source: &mut iodef::Operand, made: &mut Term, at: &Path<'_>, to: &Trail<'_>) {
    content_in!(cx, source, made, at, to, OperandContent);
}

fn operand_out(cx: &Context, source: &mut Term, made: &mut iodef::Operand, at: &Trail<'_>, to: &Path<'_>) {
    content_out!(cx, source, made, at, to, OperandContent);
}

/// Each kind of observable: the variant, its element, the record's member, the pair.
macro_rules! observables {
    ($way:ident; $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident) => {
        observables!(@$way; $cx, $source, $made, $at, $to;
            Address "Address" address AddressPair plain boxed,
            System "System" system SystemPair boxed boxed,
            DomainData "DomainData" domain DomainPair boxed boxed,
            Service "Service" service ServicePair boxed boxed,
            EmailData "EmailData" email EmailPair boxed boxed,
            RegistryKeys "WindowsRegistryKeysModified" registry_change RegistryChangePair plain boxed,
            FileData "FileData" files FileSetPair plain boxed,
            RegistryHandle "RegistryHandle" registry_handle HandlePair plain boxed,
            RecordData "RecordData" evidence EvidencePair boxed boxed,
            Expectation "Expectation" action ActionPair boxed boxed,
            Reference "Reference" reference ReferencePair plain boxed,
            Assessment "Assessment" assessment AssessmentPair boxed boxed,
            DetectionPattern "DetectionPattern" detection_pattern PatternPair boxed boxed,
            HistoryItem "HistoryItem" entry HistoryPair boxed boxed,
            BulkObservable "BulkObservable" bulk BulkPair boxed boxed
        )
    };
    (@in; $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident;
        $($variant:ident $name:literal $member:ident $pair:ident $class:ident $group:ident),*) => {
        match $source.content.take() {
            $( Some(ObservableContent::$variant(class)) => {
                let (at, to) = ($at.child($name), $to.member(stringify!($member)));
                let group = $pair::inward($cx, observables!(@open $class class), &at, &to);
                $made.$member = Some(observables!(@close $group group));
            } )*
            other => $source.content = other,
        }
    };
    (@out; $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident;
        $($variant:ident $name:literal $member:ident $pair:ident $class:ident $group:ident),*) => {
        $( if $made.content.is_none() && let Some(group) = $source.$member.take() {
            let (at, to) = ($at.member(stringify!($member)), $to.child($name));
            let class = $pair::outward($cx, observables!(@open $group group), &at, &to);
            $made.content = Some(ObservableContent::$variant(observables!(@close $class class)));
        } )*
    };
    (@open plain $value:ident) => { $value };
    (@open boxed $value:ident) => { *$value };
    (@close plain $value:ident) => { $value };
    (@close boxed $value:ident) => { Box::new($value) };
}

fn observable_in(cx: &Context, source: &mut iodef::Observable, made: &mut Observable, at: &Path<'_>, to: &Trail<'_>) {
    observables!(in; cx, source, made, at, to);
}

/// RFC 7970 has one thing in an observable. A URL is an address of the category `site-uri`.
fn observable_out(cx: &Context, source: &mut Observable, made: &mut iodef::Observable, at: &Trail<'_>, to: &Path<'_>) {
    observables!(out; cx, source, made, at, to);
    if made.content.is_none()
        && let Some(taken) = cx.take_group(&mut source.url, &at.member("url"))
    {
        let url = taken.kept(&to.child("Address")).flatten();
        made.content = Some(ObservableContent::Address(iodef::Address {
            category: Some(iodef::vocab::AddressCategory::SiteUri.into()),
            value: url.as_deref().map(Into::into),
            ..iodef::Address::default()
        }));
    }
    for (kind, member, place) in [
        (iodef::vocab::BulkType::UserName, "account", &mut source.account),
        (iodef::vocab::BulkType::Mutex, "mutex", &mut source.mutex),
    ] {
        if made.content.is_none()
            && let Some(taken) = cx.take_group(place, &at.member(member))
        {
            let value = taken.kept(&to.child("BulkObservable")).flatten();
            made.content = Some(ObservableContent::BulkObservable(Box::new(iodef::BulkObservable {
                kind: Some(kind.into()),
                list: value.as_deref().map(Into::into),
                ..iodef::BulkObservable::default()
            })));
        }
    }
}
