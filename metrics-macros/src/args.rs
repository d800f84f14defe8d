//! The options of an annotation as they are written, not yet checked.

use crate::errors::Errors;
use crate::spelling::nearest;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, LitStr, Path, Token, parenthesized, token};

/// The options that are given, each at most once.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<Given<Expr>>,
    pub(crate) labels: Option<Given<Vec<Label>>>,
    pub(crate) max_label_sets: Option<Given<Expr>>,
    pub(crate) buckets: Option<Given<Expr>>,
    pub(crate) native: Option<Given<Expr>>,
    pub(crate) decision: Option<Given<Decision>>,
    pub(crate) slo: Option<Given<Vec<Target>>>,
    pub(crate) error_kind: Option<Given<Expr>>,
    pub(crate) ends_with: Option<Given<Expr>>,
    pub(crate) sample: Option<Given<Expr>>,
    pub(crate) time: Option<Given<Expr>>,
    /// The level of the span that is opened, if it is given.
    pub(crate) span: Option<Given<Option<Expr>>>,
    pub(crate) registry: Option<Given<Expr>>,
    pub(crate) library: Option<Given<Path>>,
    pub(crate) skip: Option<Given<()>>,
    /// The attributes that this annotation has been put below already. Written by [`order`](crate::order) alone.
    pub(crate) waited_for: Vec<String>,
    /// The options of the block that the method belongs to. Written by [`order`](crate::order) alone.
    pub(crate) block: Option<Box<Options>>,
    /// The name of each option, in the order of the source, repeated and unknown ones included.
    pub(crate) keys: Vec<Ident>,
    /// All options, as they are written.
    pub(crate) tokens: TokenStream,
}

/// A value with the name of its option, which an error points at if the option is not allowed.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// `ok_if` or `error_if`: a predicate on the value that a call returns.
pub(crate) struct Decision {
    pub(crate) outcome: Outcome,
    pub(crate) predicate: Expr,
}

/// The outcome of a call whose value fulfils the predicate.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Ok,
    Error,
}

pub(crate) struct Label {
    pub(crate) name: Ident,
    pub(crate) value: Expr,
}

/// A target of `slo`, with the name of what it is for.
pub(crate) struct Target {
    pub(crate) name: Ident,
    pub(crate) value: Expr,
}

const KNOWN: [&str; 16] = [
    "name",
    "labels",
    "max_label_sets",
    "buckets",
    "native",
    "slo",
    "ok_if",
    "error_if",
    "error_kind",
    "ends_with",
    "sample",
    "time",
    "span",
    "registry",
    "crate",
    "skip",
];

/// The error of `labels` without a label.
pub(crate) const LABELS_NEED: &str = "`labels` needs names and values, as in `labels(tier = \"gold\")`";

/// The error of `slo` without a target.
pub(crate) const SLO_NEEDS: &str =
    "`slo` needs a target, as in `slo(success = 99.9)` or `slo(latency = (0.25, 99.0))`";

/// The option that lists the attributes which an annotation was put below.
pub(crate) const WAITED_FOR: &str = "__waited_for";

/// The option that holds a block's options in the annotation of a method that was put below other attributes.
pub(crate) const BLOCK: &str = "__block";

/// Parses the options in `tokens` and reports all syntax errors among them.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options { tokens: tokens.clone(), ..Options::default() };
    parse_list(tokens, "options", errors, |input, errors| parse_option(input, &mut options, errors));
    options
}

/// Parses elements between commas. After an error it goes on at the next comma, so that others are found as well.
fn parse_list(
    tokens: TokenStream,
    what: &str,
    errors: &mut Errors,
    mut parse: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = parse(input, errors) {
                errors.push(error);
                skip_to_comma(input)?;
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push(input.error(format!("expected `,` between two {what}")));
                skip_to_comma(input)?;
                let _: Option<Token![,]> = input.parse()?;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
}

fn parse_option(input: ParseStream<'_>, options: &mut Options, errors: &mut Errors) -> syn::Result<()> {
    let no_name = |_| input.error(format!("expected an option; {}", allowed()));
    let key = input.call(Ident::parse_any).map_err(no_name)?;
    options.keys.push(key.clone());
    match key.to_string().as_str() {
        "name" => set(&mut options.name, &key, value(input, &key, "\"checkout\"")?, errors),
        "labels" => set(&mut options.labels, &key, parse_labels(input, &key, errors)?, errors),
        "max_label_sets" => set(&mut options.max_label_sets, &key, value(input, &key, "1000")?, errors),
        "buckets" => set(&mut options.buckets, &key, value(input, &key, "[0.001, 0.01, 0.1]")?, errors),
        "native" => set(&mut options.native, &key, value(input, &key, "false")?, errors),
        "slo" => set(&mut options.slo, &key, parse_slo(input, &key, errors)?, errors),
        "ok_if" => parse_decision(input, options, &key, Outcome::Ok, errors)?,
        "error_if" => parse_decision(input, options, &key, Outcome::Error, errors)?,
        "error_kind" => {
            set(&mut options.error_kind, &key, value(input, &key, "|error| error.code()")?, errors);
        }
        "ends_with" => set(&mut options.ends_with, &key, value(input, &key, "\"stream\"")?, errors),
        "sample" => set(&mut options.sample, &key, value(input, &key, "16")?, errors),
        "time" => set(&mut options.time, &key, value(input, &key, "\"busy\"")?, errors),
        "span" if input.is_empty() || input.peek(Token![,]) => set(&mut options.span, &key, None, errors),
        "span" => set(&mut options.span, &key, Some(value(input, &key, "\"debug\"")?), errors),
        "registry" => set(&mut options.registry, &key, value(input, &key, "&MY_REGISTRY")?, errors),
        "crate" => {
            let example = "my_crate::tachometer";
            parse_equals(input, &key, example)?;
            let no_path = |_| input.error(format!("`crate` must be a path, as in `crate = {example}`"));
            set(&mut options.library, &key, input.call(Path::parse_mod_style).map_err(no_path)?, errors);
        }
        "skip" => {
            if !input.is_empty() && !input.peek(Token![,]) {
                return Err(syn::Error::new(key.span(), "`skip` takes no value"));
            }
            set(&mut options.skip, &key, (), errors);
        }
        WAITED_FOR => {
            let inside;
            parenthesized!(inside in input);
            let attributes = inside.parse_terminated(<LitStr as Parse>::parse, Token![,])?;
            options.waited_for.extend(attributes.iter().map(LitStr::value));
        }
        BLOCK => {
            let inside;
            parenthesized!(inside in input);
            options.block = Some(Box::new(parse(inside.parse()?, errors)));
        }
        unknown => {
            let hint = nearest(unknown, KNOWN).map_or_else(allowed, |near| format!("did you mean `{near}`?"));
            errors.at(&key, format!("unknown option `{unknown}`; {hint}"));
            // Its value may have commas of its own.
            if input.parse::<Option<Token![=]>>()?.is_some() {
                let _ = parse_whole::<Expr>(input);
            }
            skip_to_comma(input)?;
        }
    }
    Ok(())
}

fn allowed() -> String {
    format!("the options are `{}`", KNOWN.join("`, `"))
}

fn set<T>(slot: &mut Option<Given<T>>, key: &Ident, value: T, errors: &mut Errors) {
    if slot.is_some() {
        errors.at(key, format!("`{key}` is given twice"));
    } else {
        *slot = Some(Given { key: key.clone(), value });
    }
}

fn parse_decision(
    input: ParseStream<'_>,
    options: &mut Options,
    key: &Ident,
    outcome: Outcome,
    errors: &mut Errors,
) -> syn::Result<()> {
    let predicate = value(input, key, "|value| value.is_some()")?;
    match &options.decision {
        Some(first) if first.key != *key => {
            errors.at(key, "`ok_if` and `error_if` cannot be combined: use one of them");
        }
        _ => set(&mut options.decision, key, Decision { outcome, predicate }, errors),
    }
    Ok(())
}

fn parse_equals(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<()> {
    let is_there = input.parse::<Option<Token![=]>>()?.is_some();
    if is_there && !input.is_empty() && !input.peek(Token![,]) {
        return Ok(());
    }
    Err(syn::Error::new(key.span(), format!("`{key}` needs a value, as in `{key} = {example}`")))
}

fn value(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<Expr> {
    parse_equals(input, key, example)?;
    parse_whole(input)
}

/// Parses what comes next, or fails with one error: the rest of a bracket after it would be another.
fn parse_whole<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    let ahead = input.fork();
    let parsed = ahead.parse()?;
    input.advance_to(&ahead);
    Ok(parsed)
}

fn parse_labels(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Label>> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new(key.span(), LABELS_NEED));
    }
    let inside: Group = input.parse()?;
    let mut labels = Vec::new();
    parse_list(inside.stream(), "labels", errors, |input, _| {
        let no_name =
            |_| input.error("expected the name of a label and its value, as in `labels(tier = \"gold\")`");
        let name = input.call(Ident::parse_any).map_err(no_name)?;
        let value = value(input, &name, "\"gold\"")?;
        labels.push(Label { name, value });
        Ok(())
    });
    Ok(labels)
}

fn parse_slo(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Target>> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new(key.span(), SLO_NEEDS));
    }
    let inside: Group = input.parse()?;
    let mut targets = Vec::new();
    parse_list(inside.stream(), "targets", errors, |input, _| {
        let no_name = |_| input.error("expected `success` or `latency`, as in `slo(success = 99.9)`");
        let name = input.call(Ident::parse_any).map_err(no_name)?;
        let example = if name == "latency" { "(0.25, 99.0)" } else { "99.9" };
        let value = value(input, &name, example)?;
        targets.push(Target { name, value });
        Ok(())
    });
    Ok(targets)
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: TokenTree = input.parse()?;
    }
    Ok(())
}
