//! The options of an annotation as typed values: every literal is parsed here, once.

use crate::args::{Decision, Given, Label as WrittenLabel, Options};
use crate::errors::Errors;
use crate::label_name;
use crate::literal::{self, Seconds};
use crate::objectives::{self, Objectives};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashSet;
use std::num::NonZero;
use syn::ext::IdentExt;
use syn::{Expr, ExprArray, Path};

/// The options of one annotation. An option that is wrong is missing here, and among the errors.
#[derive(Clone, Default)]
pub(crate) struct Settings<'a> {
    pub(crate) name: Option<String>,
    pub(crate) labels: Option<Vec<Label<'a>>>,
    pub(crate) max_label_sets: Option<Given<NonZero<u64>>>,
    pub(crate) buckets: Option<Buckets<'a>>,
    /// Whether it has native buckets.
    pub(crate) native: Option<bool>,
    pub(crate) slo: Option<Objectives<'a>>,
    pub(crate) decision: Option<&'a Given<Decision>>,
    pub(crate) error_kind: Option<&'a Given<Expr>>,
    pub(crate) ends_with: Option<Given<EndsWith<'a>>>,
    pub(crate) sample: Option<NonZero<u64>>,
    pub(crate) time: Option<Given<Time>>,
    /// The level of the span that each call opens.
    pub(crate) span: Option<&'static str>,
    pub(crate) registry: Option<&'a Expr>,
    pub(crate) library: Option<&'a Path>,
}

#[derive(Clone)]
pub(crate) struct Label<'a> {
    pub(crate) name: String,
    pub(crate) value: LabelValue<'a>,
}

#[derive(Clone)]
pub(crate) enum LabelValue<'a> {
    /// A literal, as text.
    Known(String),
    /// An expression that is evaluated at each call.
    Evaluated(&'a Expr),
}

#[derive(Clone)]
pub(crate) enum Buckets<'a> {
    /// Literals, in nanoseconds, strictly increasing.
    Nanos(Vec<u64>),
    /// An expression that the compiler evaluates and checks.
    Constant(&'a Expr),
}

/// What a call ends with, if not with the return of its function.
#[derive(Clone, Copy)]
pub(crate) enum EndsWith<'a> {
    /// The stream that the function returns. The literal, which errors of the compiler point at.
    Stream(&'a Expr),
    /// What the function of this expression puts the call into.
    Value(&'a Expr),
}

/// The duration of an async call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Time {
    /// From the first poll to the end.
    Wall,
    /// In polls alone.
    Busy,
}

const RESERVED_LABELS: [&str; 6] = ["function", "module", "outcome", "error_kind", "le", "quantile"];

impl<'a> Settings<'a> {
    /// Parses the values of `options` and reports those that are wrong.
    pub(crate) fn read(options: &'a Options, errors: &mut Errors) -> Self {
        Settings {
            name: options.name.as_ref().and_then(|name| read_name(&name.value, errors)),
            labels: options.labels.as_ref().map(|labels| read_labels(&labels.value, errors)),
            max_label_sets: read(options.max_label_sets.as_ref(), errors, read_max_label_sets),
            buckets: options.buckets.as_ref().and_then(|buckets| read_buckets(&buckets.value, errors)),
            native: options.native.as_ref().and_then(|native| read_native(&native.value, errors)),
            slo: options.slo.as_ref().and_then(|slo| objectives::read(slo, errors)),
            decision: options.decision.as_ref(),
            error_kind: options.error_kind.as_ref(),
            ends_with: read_ends_with(options.ends_with.as_ref(), errors),
            sample: options.sample.as_ref().and_then(|sample| read_sample(&sample.value, errors)),
            time: read(options.time.as_ref(), errors, read_time),
            span: options.span.as_ref().and_then(|span| read_span(span.value.as_ref(), errors)),
            registry: options.registry.as_ref().map(|registry| &registry.value),
            library: options.library.as_ref().map(|library| &library.value),
        }
    }

    /// Returns whether an option sees the value that a call returns.
    pub(crate) fn sees_value(&self) -> bool {
        self.decision.is_some() || self.ends_with.is_some()
    }

    /// Returns the settings of a method: its own, and for the options that it does not give, those of the block around it.
    pub(crate) fn or(self, block: &Settings<'a>) -> Self {
        let block = block.clone();
        Settings {
            name: self.name.or(block.name),
            labels: self.labels.or(block.labels),
            max_label_sets: self.max_label_sets.or(block.max_label_sets),
            buckets: self.buckets.or(block.buckets),
            native: self.native.or(block.native),
            slo: self.slo.or(block.slo),
            // A block has none of these: its methods return different types.
            decision: self.decision,
            error_kind: self.error_kind,
            ends_with: self.ends_with,
            sample: self.sample.or(block.sample),
            time: self.time.or(block.time),
            span: self.span.or(block.span),
            registry: self.registry.or(block.registry),
            library: self.library.or(block.library),
        }
    }
}

fn read<T>(
    given: Option<&Given<Expr>>,
    errors: &mut Errors,
    read: impl FnOnce(&Expr, &mut Errors) -> Option<T>,
) -> Option<Given<T>> {
    let Given { key, value } = given?;
    read(value, errors).map(|value| Given { key: key.clone(), value })
}

fn read_name(name: &Expr, errors: &mut Errors) -> Option<String> {
    match literal::string(name) {
        Some(text) if text.is_empty() => errors.at(name, "`name` must not be empty"),
        Some(text) => return Some(text),
        None => errors.at(name, "`name` must be a string literal, as in `name = \"checkout\"`"),
    }
    None
}

fn read_labels<'a>(labels: &'a [WrittenLabel], errors: &mut Errors) -> Vec<Label<'a>> {
    let mut seen = HashSet::new();
    let mut read = |WrittenLabel { name, value }: &'a WrittenLabel| {
        let text = name.unraw().to_string();
        if text == "_" {
            errors.at(name, "a label needs a name, as in `labels(tier = \"gold\")`");
        } else if let Some(mistake) = label_name::mistake(&text, &RESERVED_LABELS) {
            errors.at(name, mistake);
        }
        let value = read_label_value(value, errors);
        if !seen.insert(text.clone()) {
            errors.at(name, format!("the label `{name}` is given twice"));
        }
        Some(Label { name: text, value: value? })
    };
    labels.iter().filter_map(&mut read).collect()
}

fn read_label_value<'a>(value: &'a Expr, errors: &mut Errors) -> Option<LabelValue<'a>> {
    if let Some(text) = literal::label_text(value) {
        return Some(LabelValue::Known(text));
    }
    if literal::is_literal(value) {
        let message = "a label's value must be a string, an integer, a `bool`, a `char`, or an expression";
        errors.at(value, message);
    } else if let Some(exit) = exit(value.to_token_stream()) {
        let message = "a label's value must not contain `return`, `?` or `.await`: it is evaluated before the call \
                       begins";
        errors.at(exit, message);
    } else {
        return Some(LabelValue::Evaluated(value));
    }
    None
}

/// Returns the first token in a value that leaves the function or needs a future around it.
fn exit(value: TokenStream) -> Option<TokenTree> {
    value.into_iter().find_map(|token| match &token {
        TokenTree::Ident(word) if word == "return" || word == "await" => Some(token),
        TokenTree::Punct(sign) if sign.as_char() == '?' => Some(token),
        TokenTree::Group(group) => exit(group.stream()),
        _ => None,
    })
}

fn read_max_label_sets(value: &Expr, errors: &mut Errors) -> Option<NonZero<u64>> {
    let number = literal::positive(value);
    if number.is_none() {
        let message =
            "`max_label_sets` must be an integer literal of at least 1, as in `max_label_sets = 1000`";
        errors.at(value, message);
    }
    number
}

fn read_buckets<'a>(buckets: &'a Expr, errors: &mut Errors) -> Option<Buckets<'a>> {
    match buckets {
        Expr::Array(array) => Some(match read_bounds(array, errors) {
            Some(nanos) => Buckets::Nanos(nanos),
            None => Buckets::Constant(buckets),
        }),
        Expr::Path(_) | Expr::Macro(_) | Expr::Block(_) | Expr::Group(_) => Some(Buckets::Constant(buckets)),
        _ => {
            let message = "`buckets` must be an array of bounds in seconds, as in `buckets = [0.001, 0.01]`, or a \
                           constant `[f64; N]`";
            errors.at(buckets, message);
            None
        }
    }
}

/// Returns the bounds in nanoseconds; `None` if only the compiler can evaluate one of them, or if one is wrong.
fn read_bounds(array: &ExprArray, errors: &mut Errors) -> Option<Vec<u64>> {
    if array.elems.is_empty() {
        errors.at(array, "`buckets` must name at least one bound");
    }
    let mut previous: Option<u64> = None;
    let mut read = |element: &Expr| {
        match literal::seconds(element) {
            Seconds::Nanos(nanos) => {
                if previous.is_some_and(|previous| nanos <= previous) {
                    let message = "the bounds of `buckets` must strictly increase, by a nanosecond at least: this one \
                                   is not above the previous one";
                    errors.at(element, message);
                }
                previous = Some(nanos);
                return Some(nanos);
            }
            Seconds::OutOfRange => {
                errors.at(element, "each bound of `buckets` must lie between 1e-9 and 1e10 seconds");
            }
            Seconds::NotANumber => errors.at(element, "each bound of `buckets` must be a number of seconds"),
            Seconds::Constant => previous = None,
        }
        None
    };
    // All are read before any is missed: each may be wrong.
    let bounds: Vec<Option<u64>> = array.elems.iter().map(&mut read).collect();
    bounds.into_iter().collect()
}

/// Returns the name of a level in `tracing`.
fn read_span(level: Option<&Expr>, errors: &mut Errors) -> Option<&'static str> {
    const LEVELS: [(&str, &str); 5] =
        [("trace", "TRACE"), ("debug", "DEBUG"), ("info", "INFO"), ("warn", "WARN"), ("error", "ERROR")];
    let Some(level) = level else { return Some("INFO") };
    let text = literal::string(level);
    let known = LEVELS.into_iter().find(|(name, _)| text.as_deref() == Some(name));
    if known.is_none() {
        errors.at(level, "`span` must be a level: `\"trace\"`, `\"debug\"`, `\"info\"` (the default), `\"warn\"` or `\"error\"`");
    }
    known.map(|(_, level)| level)
}

fn read_native(native: &Expr, errors: &mut Errors) -> Option<bool> {
    let flag = literal::boolean(native);
    if flag.is_none() {
        errors
            .at(native, "`native` must be `true` (the default) or `false`, which leaves out native buckets");
    }
    flag
}

fn read_sample(sample: &Expr, errors: &mut Errors) -> Option<NonZero<u64>> {
    let number = literal::positive(sample);
    if number.is_none() {
        let message = "`sample` must be an integer literal of at least 1, as in `sample = 16`, which times one call in 16";
        errors.at(sample, message);
    }
    number
}

fn read_ends_with<'a>(given: Option<&'a Given<Expr>>, errors: &mut Errors) -> Option<Given<EndsWith<'a>>> {
    let Given { key, value } = given?;
    let value = match literal::string(value) {
        Some(text) if text == "stream" => EndsWith::Stream(value),
        None if !literal::is_literal(value) => EndsWith::Value(value),
        _ => {
            let message = "`ends_with` must be \"stream\", or a function that puts the call into the returned value, as in \
                           `ends_with = |call, stream| call.stream(stream)`";
            errors.at(value, message);
            return None;
        }
    };
    Some(Given { key: key.clone(), value })
}

fn read_time(time: &Expr, errors: &mut Errors) -> Option<Time> {
    match literal::string(time).as_deref() {
        Some("wall") => Some(Time::Wall),
        Some("busy") => Some(Time::Busy),
        _ => {
            let message = "`time` must be \"busy\" (in polls alone) or \"wall\" (from the first poll to the end, the default)";
            errors.at(time, message);
            None
        }
    }
}
