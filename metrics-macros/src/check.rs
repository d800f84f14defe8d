//! Every mistake that can be known here. What passes can be expanded.

use crate::args::{Decision, ErrorKind, LABELS_NEED, Label, MaxLabelSets, Options, Time};
use crate::errors::Errors;
use crate::item::{Function, ImplBlock, Item, Member, is_annotation, is_conditional_annotation};
use crate::label_name;
use crate::labels;
use crate::plan::{self, Bound};
use crate::returns;
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{Attribute, Expr};

const RESERVED_LABELS: [&str; 6] = ["function", "module", "outcome", "error_kind", "le", "quantile"];

/// Without it every item stays as it was written, so what an expansion could not keep is no mistake.
const IS_ENABLED: bool = cfg!(feature = "enabled");

pub(crate) fn check(options: &Options, item: &Item, errors: &mut Errors) {
    check_options(options, errors);
    if let Some(skip) = &options.skip {
        errors.at(
            skip,
            "`skip` stands on a method inside an annotated `impl` block; remove the annotation instead",
        );
    }
    check_has_labels(options, errors);
    match item {
        Item::Function(function) => {
            check_function(function, options, errors);
            check_has_label_sets(options, [options].into_iter(), errors);
        }
        Item::Impl(block) => {
            let decision = options.decision.iter().map(|Decision { key, .. }| key);
            let kind = options.error_kind.iter().map(|ErrorKind { key, .. }| key);
            for key in decision.chain(kind) {
                let message = format!(
                    "`{key}` stands on a function or on a method: the methods of an `impl` block return different types"
                );
                errors.at(key, message);
            }
            check_attributes(&block.attributes, errors);
            for member in &block.members {
                check_member(member, errors);
            }
            check_label_sets_of_methods(options, block, errors);
        }
    }
}

/// `labels()`. On a method of a block it takes the block's labels away.
fn check_has_labels(options: &Options, errors: &mut Errors) {
    // Else those that were meant may be among what was not understood.
    let is_understood = errors.is_empty();
    if is_understood && options.labels.as_ref().is_some_and(Vec::is_empty) && options.block.is_none() {
        let key = options.keys.iter().find(|key| *key == "labels");
        errors.at(key, LABELS_NEED);
    }
}

fn check_label_sets_of_methods(options: &Options, block: &ImplBlock, errors: &mut Errors) {
    let own = block.members.iter().filter_map(|member| match member {
        Member::Method(_, own) => own.as_ref(),
        Member::Other(_) => None,
    });
    let with_labels: Vec<Options> = own
        .clone()
        .map(|own| Options { labels: own.labels.clone().or(options.labels.clone()), ..Options::default() })
        .collect();
    check_has_label_sets(options, with_labels.iter().chain([options]), errors);
    for (own, with_labels) in own.zip(&with_labels) {
        check_has_label_sets(own, [with_labels].into_iter(), errors);
    }
}

fn check_member(member: &Member, errors: &mut Errors) {
    let Member::Method(function, own) = member else { return };
    if let Some(own) = own {
        check_options(own, errors);
    }
    if let Some(own) = own.as_ref().filter(|own| own.skip.is_some()) {
        check_attributes(&function.attributes, errors);
        for key in own.keys.iter().filter(|key| *key != "skip") {
            errors.at(key, format!("`{key}` says nothing beside `skip`, which leaves the method alone"));
        }
    } else if own.is_some() || function.signature.constness.is_none() {
        check_function(function, own.as_ref().unwrap_or(&Options::default()), errors);
    }
}

fn check_function(function: &Function, options: &Options, errors: &mut Errors) {
    check_attributes(&function.attributes, errors);
    let signature = &function.signature;
    if let Some(constness) = &signature.constness {
        errors.at(constness, "a `const fn` cannot be instrumented: counting is nothing a constant can do");
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a function with C-variadic arguments cannot be instrumented");
    }
    match &options.time {
        Some(Time { key, of }) if plan::is_time(of) && !plan::shape(function, options).is_future() => {
            let message =
                "`time` stands on what is async or returns a future: only a future can be busy or wait";
            errors.at(key, message);
        }
        _ => {}
    }
    if let Some(ErrorKind { key, .. }) = &options.error_kind {
        if !returns::may_be_result(&signature.output) && !plan::shape(function, options).is_future() {
            errors.at(
                key,
                "`error_kind` stands on a function that returns a `Result`: only its `Err` has a kind",
            );
        }
    }
    if let Some(Decision { key, .. }) = &options.decision {
        check_decision(key, function, options, errors);
    } else if IS_ENABLED && plan::would_lie_to_track_caller(function, options) {
        let culprit = function.attributes.iter().find(|attribute| plan::tracks_caller(attribute));
        let message = "a `#[track_caller]` method whose return type may be a `Result` cannot be instrumented: its body \
                       would see another caller; instrument a function that it calls";
        errors.at(culprit, message);
    }
}

fn check_decision(key: &Ident, function: &Function, options: &Options, errors: &mut Errors) {
    if returns::is_never(&function.signature.output) {
        errors.at(key, format!("`{key}` has nothing to decide: this function returns no value"));
    } else if IS_ENABLED && plan::would_lie_to_track_caller(function, options) {
        let message = format!(
            "`{key}` cannot stand on a `#[track_caller]` method: its body would see another caller; \
             instrument a function that it calls"
        );
        errors.at(key, message);
    }
}

/// Annotations that were not taken out belong to nothing, or come again after this one.
fn check_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        if is_annotation(attribute) {
            errors.at(attribute, "`#[instrumented]` stands here twice: each call would be counted twice");
        } else if is_conditional_annotation(attribute) {
            let message = "`#[instrumented]` inside `cfg_attr` beside another one: each call would be counted twice; \
                           use `cfg_attr` on two versions of the item instead";
            errors.at(attribute, message);
        }
    }
}

pub(crate) fn check_options(options: &Options, errors: &mut Errors) {
    if let Some(name) = &options.name {
        match plan::string_literal(name) {
            Some(text) if text.is_empty() => errors.at(name, "`name` must not be empty"),
            Some(_) => {}
            None => errors.at(name, "`name` takes a string literal, as in `name = \"checkout\"`"),
        }
    }
    check_labels(options.labels.as_deref().unwrap_or_default(), errors);
    check_max_label_sets(options, errors);
    if let Some(buckets) = &options.buckets {
        check_buckets(buckets, errors);
    }
    if let Some(sample) = &options.sample {
        check_sample(sample, errors);
    }
    if let Some(Time { of, .. }) = &options.time {
        check_time(of, errors);
    }
}

fn check_sample(sample: &Expr, errors: &mut Errors) {
    if plan::positive(sample).is_none() {
        let message =
            "`sample` takes a whole number above zero, as in `sample = 16`: one call in so many is timed";
        errors.at(sample, message);
    }
}

fn check_time(of: &Expr, errors: &mut Errors) {
    if !plan::is_time(of) {
        let message =
            "`time` is \"busy\" (in polls alone) or \"wall\" (from the first poll to the end, as without it)";
        errors.at(of, message);
    }
}

fn check_labels(labels: &[Label], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for Label { name, value } in labels {
        let text = name.unraw().to_string();
        if text == "_" {
            errors.at(name, "a label needs a name, as in `labels(tier = \"gold\")`");
        } else if let Some(mistake) = label_name::mistake(&text, &RESERVED_LABELS) {
            errors.at(name, mistake);
        }
        check_label_value(value, errors);
        if !seen.insert(text) {
            errors.at(name, format!("the label `{name}` is given twice"));
        }
    }
}

fn check_label_value(value: &Expr, errors: &mut Errors) {
    if plan::label_value(value).is_some() {
        return;
    }
    if plan::is_literal(value) {
        let message = "a label's value must be a string, an integer, a `bool`, a `char`, or an expression";
        errors.at(value, message);
    } else if let Some(way_out) = labels::way_out(value.to_token_stream()) {
        let message = "a label is evaluated before the call begins: its value must not return from the function, nor await";
        errors.at(way_out, message);
    }
}

fn check_max_label_sets(options: &Options, errors: &mut Errors) {
    let Some(MaxLabelSets { value, .. }) = &options.max_label_sets else { return };
    if plan::positive(value).is_none() {
        errors
            .at(value, "`max_label_sets` takes an integer literal from 1 on, as in `max_label_sets = 1000`");
    }
}

/// `max_label_sets` where none of the functions it stands for has labels to be bounded.
fn check_has_label_sets<'a>(
    options: &Options,
    mut functions: impl Iterator<Item = &'a Options>,
    errors: &mut Errors,
) {
    let Some(MaxLabelSets { key, .. }) = &options.max_label_sets else { return };
    // Else those that were meant may be among what was not understood.
    let is_understood = errors.is_empty();
    if is_understood && functions.all(|function| plan::evaluated_labels(function).is_empty()) {
        let message = "`max_label_sets` bounds labels that are evaluated at each call, and there is none, \
                       as in `labels(tenant = tenant.id())`";
        errors.at(key, message);
    }
}

fn check_buckets(buckets: &Expr, errors: &mut Errors) {
    let Expr::Array(array) = buckets else {
        if !matches!(buckets, Expr::Path(_) | Expr::Macro(_) | Expr::Block(_) | Expr::Group(_)) {
            let message = "`buckets` takes bounds in seconds, as in `buckets = [0.001, 0.01]`, or a constant `[f64; N]`";
            errors.at(buckets, message);
        }
        return;
    };
    if array.elems.is_empty() {
        errors.at(array, "`buckets` must name at least one bound");
    }
    let mut before: Option<u64> = None;
    for element in &array.elems {
        match plan::bound(element) {
            Bound::Nanos(nanos) => {
                if before.is_some_and(|before| nanos <= before) {
                    let message = "the bounds of `buckets` must strictly increase, by a nanosecond at least; \
                                   this one is not above the one before it";
                    errors.at(element, message);
                }
                before = Some(nanos);
            }
            Bound::OutOfRange => {
                errors.at(element, "each bound of `buckets` must lie between 1e-9 and 1e10 seconds");
            }
            Bound::NotANumber => errors.at(element, "a bound of `buckets` is a number of seconds"),
            Bound::Constant => before = None,
        }
    }
}
