//! The check of an annotated item: all errors that can be found here, or the plan of its expansion.

use crate::args::{Given, LABELS_NEED, Options};
use crate::errors::Errors;
use crate::item::{Function, ImplBlock, Item, Member, is_annotation, is_conditional_annotation};
use crate::objectives::{DEFAULT_BOUNDS, Latency};
use crate::order;
use crate::plan::{BlockView, FunctionPlan, ImplPlan, MemberPlan, Plan};
use crate::returns;
use crate::settings::{Buckets, EndsWith, LabelValue, Settings};
use crate::shape::{self, Shape};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Ident};

/// Whether items are expanded. If they are not, what an expansion could not preserve is not an error.
const IS_ENABLED: bool = cfg!(feature = "enabled");

/// Reports all errors of an annotation on `item`. Returns the plan of its expansion if there are none.
pub(crate) fn check<'a>(options: &'a Options, item: &'a Item, errors: &mut Errors) -> Option<Plan<'a>> {
    let settings = Settings::read(options, errors);
    if let Some(skip) = &options.skip {
        let message = "`skip` is not allowed here: it must be on a method inside an annotated `impl` block; remove the \
                       annotation instead";
        errors.at(&skip.key, message);
    }
    check_has_labels(options, errors);
    let plan = match item {
        Item::Function(function) => {
            check_function(function, &settings, errors);
            Plan::Function(match &options.block {
                None => {
                    check_bounds_labels(&settings, evaluates_labels(&settings), errors);
                    check_threshold(&settings, errors);
                    FunctionPlan::of_function(function, settings)
                }
                // Put below other attributes inside an annotated block, which was checked as a whole.
                Some(block) => {
                    let block = Settings::read(block, errors);
                    FunctionPlan::of_method(function, settings, &block, BlockView::Options)
                }
            })
        }
        Item::Impl(block) => Plan::Impl(check_impl(options, &settings, block, errors)),
    };
    errors.is_empty().then_some(plan)
}

/// A member of a block, checked.
#[expect(clippy::large_enum_variant, reason = "nearly all are of the large one")]
enum Checked<'a> {
    /// A member that stays as it is written.
    Kept(TokenStream),
    Method {
        method: &'a Function,
        /// Its own annotation.
        own: Option<(&'a Options, Settings<'a>)>,
    },
}

fn check_impl<'a>(
    options: &'a Options,
    settings: &Settings<'a>,
    block: &'a ImplBlock,
    errors: &mut Errors,
) -> ImplPlan<'a> {
    let decision = settings.decision.map(|decision| &decision.key);
    let error_kind = settings.error_kind.map(|error_kind| &error_kind.key);
    let ends_with = settings.ends_with.as_ref().map(|ends_with| &ends_with.key);
    for key in decision.into_iter().chain(error_kind).chain(ends_with) {
        let message = format!(
            "`{key}` is not allowed on an `impl` block, whose methods return different types: put it on a method"
        );
        errors.at(key, message);
    }
    check_attributes(&block.attributes, errors);
    let members: Vec<Checked<'a>> = block.members.iter().map(|member| check_member(member, errors)).collect();
    check_labels_of_methods(settings, &members, errors);
    check_thresholds_of_methods(settings, &members, errors);
    let members = members.into_iter().map(|member| plan_member(member, options, settings)).collect();
    ImplPlan { block, members }
}

fn check_member<'a>(member: &'a Member, errors: &mut Errors) -> Checked<'a> {
    let (method, own) = match member {
        Member::Other(tokens) => return Checked::Kept(tokens.clone()),
        Member::Method(method, own) => (method, own.as_ref().map(|own| (own, Settings::read(own, errors)))),
    };
    match &own {
        Some((options, _)) if options.skip.is_some() => {
            check_attributes(&method.attributes, errors);
            for key in options.keys.iter().filter(|key| *key != "skip") {
                let message =
                    format!("`{key}` is not allowed beside `skip`, which leaves the method as it is");
                errors.at(key, message);
            }
            Checked::Kept(method.to_token_stream())
        }
        None if method.signature.constness.is_some() => Checked::Kept(method.to_token_stream()),
        Some((_, settings)) => {
            check_function(method, settings, errors);
            Checked::Method { method, own }
        }
        None => {
            check_function(method, &Settings::default(), errors);
            Checked::Method { method, own }
        }
    }
}

fn plan_member<'a>(member: Checked<'a>, block_options: &'a Options, block: &Settings<'a>) -> MemberPlan<'a> {
    let (method, own) = match member {
        Checked::Kept(tokens) => return MemberPlan::Other(tokens),
        Checked::Method { method, own } => (method, own),
    };
    let (options, settings) =
        own.map_or_else(Default::default, |(options, settings)| (Some(options), settings));
    if order::function_must_wait(options, method) {
        MemberPlan::Other(order::put_last_on_method(options, block_options, method))
    } else {
        MemberPlan::Instrumented(FunctionPlan::of_method(method, settings, block, BlockView::Whole))
    }
}

/// Refuses `labels()`, except on a method of a block, where it removes the block's labels.
fn check_has_labels(options: &Options, errors: &mut Errors) {
    // After a syntax error the missing labels may be those that were not understood.
    let is_understood = errors.is_empty();
    if let Some(labels) = &options.labels {
        if is_understood && labels.value.is_empty() && options.block.is_none() {
            errors.at(&labels.key, LABELS_NEED);
        }
    }
}

fn check_labels_of_methods(block: &Settings<'_>, members: &[Checked<'_>], errors: &mut Errors) {
    let own = members.iter().filter_map(|member| match member {
        Checked::Method { own: Some((_, own)), .. } => Some(own),
        _ => None,
    });
    let evaluates = |own: &Settings<'_>| evaluates_labels(if own.labels.is_some() { own } else { block });
    check_bounds_labels(block, evaluates_labels(block) || own.clone().any(evaluates), errors);
    for own in own {
        check_bounds_labels(own, evaluates(own), errors);
    }
}

fn evaluates_labels(settings: &Settings<'_>) -> bool {
    settings.labels.iter().flatten().any(|label| matches!(label.value, LabelValue::Evaluated(_)))
}

/// Refuses `max_label_sets` if none of the functions it applies to evaluates labels.
fn check_bounds_labels(settings: &Settings<'_>, evaluates_labels: bool, errors: &mut Errors) {
    // After a syntax error the missing labels may be those that were not understood.
    let is_understood = errors.is_empty();
    if let Some(max) = settings.max_label_sets.as_ref().filter(|_| is_understood && !evaluates_labels) {
        let message = "`max_label_sets` is not allowed without a label that is evaluated at each call, as in \
                       `labels(tenant = tenant.id())`";
        errors.at(&max.key, message);
    }
}

/// Refuses a threshold that is none of the bounds, if these are known here. Otherwise the compiler evaluates and checks them.
fn check_threshold(settings: &Settings<'_>, errors: &mut Errors) {
    if let Some(latency) = latency(settings) {
        match &settings.buckets {
            None => latency.check_is_among(&DEFAULT_BOUNDS, errors),
            Some(Buckets::Nanos(bounds)) => latency.check_is_among(bounds, errors),
            Some(Buckets::Constant(_)) => {}
        }
    }
}

fn latency<'s, 'a>(settings: &'s Settings<'a>) -> Option<&'s Latency<'a>> {
    settings.slo.as_ref()?.latency.as_ref()
}

/// Checks the threshold of each method. One that the block gives to several is reported once.
fn check_thresholds_of_methods(block: &Settings<'_>, members: &[Checked<'_>], errors: &mut Errors) {
    let mut is_reported = false;
    for member in members {
        let Checked::Method { own, .. } = member else { continue };
        let own = own.as_ref().map(|(_, own)| own.clone()).unwrap_or_default();
        let is_of_block = own.slo.is_none();
        if is_of_block && is_reported {
            continue;
        }
        let known = errors.len();
        check_threshold(&own.or(block), errors);
        is_reported |= is_of_block && errors.len() > known;
    }
}

fn check_function(function: &Function, settings: &Settings<'_>, errors: &mut Errors) {
    check_attributes(&function.attributes, errors);
    let signature = &function.signature;
    if let Some(constness) = &signature.constness {
        errors.at(constness, "a `const fn` cannot be instrumented: a call in a constant cannot be counted");
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a function with C-variadic arguments cannot be instrumented");
    }
    let decides = settings.sees_value();
    let is_future = Shape::of(function, decides).is_future();
    if let Some(ends_with) = &settings.ends_with {
        check_holds_stream(ends_with, function, errors);
    }
    let is_polled = is_future || settings.ends_with.is_some();
    if let Some(time) = settings.time.as_ref().filter(|_| !is_polled) {
        let message = "`time` is not allowed here: the function must be async or return a future, for only a future is \
                       polled";
        errors.at(&time.key, message);
    }
    if let Some(error_kind) = settings.error_kind {
        if !returns::may_be_result(&signature.output) && !is_future {
            let message = "`error_kind` is not allowed here: the function must return a `Result`";
            errors.at(&error_kind.key, message);
        }
    }
    let hides_outcome = IS_ENABLED && shape::hides_outcome(function, decides);
    let decision = settings.decision.map(|decision| &decision.key);
    let ends_with = settings.ends_with.as_ref().map(|ends_with| &ends_with.key);
    if decides {
        decision
            .into_iter()
            .chain(ends_with)
            .for_each(|key| check_sees_value(key, function, hides_outcome, errors));
    } else if hides_outcome {
        let culprit = function.attributes.iter().find(|attribute| shape::tracks_caller(attribute));
        let message = "a `#[track_caller]` method whose return type may be a `Result` cannot be instrumented: its body \
                       would see another caller; instrument a function that it calls";
        errors.at(culprit, message);
    }
}

/// Refuses `ends_with = "stream"` if the returned value cannot be a stream that holds the call.
fn check_holds_stream(ends_with: &Given<EndsWith<'_>>, function: &Function, errors: &mut Errors) {
    let shape = Shape::of(function, true);
    let returned = shape.returned(function);
    let is_stream = returned.is_some_and(returns::may_hold_stream);
    if matches!(ends_with.value, EndsWith::Stream(_))
        && !is_stream
        && !returns::is_never(&function.signature.output)
    {
        let message = "`ends_with = \"stream\"` needs a function that returns `impl Stream`, `BoxStream` or \
                       `Pin<Box<dyn Stream>>`, or a `Result` of one of them; for another type, `ends_with` names a \
                       function that puts the call into it";
        match returned {
            Some(ty) => errors.at(ty, message),
            None => errors.at(&ends_with.key, message),
        }
    }
}

/// Refuses an option that sees the returned value where there is none to be seen.
fn check_sees_value(key: &Ident, function: &Function, hides_outcome: bool, errors: &mut Errors) {
    if returns::is_never(&function.signature.output) {
        errors.at(key, format!("`{key}` is not allowed here: this function never returns a value"));
    } else if hides_outcome {
        let message = format!(
            "`{key}` is not allowed on a `#[track_caller]` method: its body would see another caller; \
             instrument a function that it calls"
        );
        errors.at(key, message);
    }
}

/// Refuses annotations beside this one.
fn check_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        if is_annotation(attribute) {
            errors.at(attribute, "`#[instrumented]` is given twice: each call would be counted twice");
        } else if is_conditional_annotation(attribute) {
            let message = "`#[instrumented]` inside `cfg_attr` is not allowed beside another one: each call would be \
                           counted twice; use `cfg_attr` on two versions of the item instead";
            errors.at(attribute, message);
        }
    }
}
