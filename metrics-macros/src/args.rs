//! The options of an annotation, as they were written.

use crate::errors::Errors;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, LitStr, Path, Token, parenthesized, token};

/// The options that were written, each at most once.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) name: Option<Expr>,
    pub(crate) labels: Option<Vec<Label>>,
    pub(crate) max_label_sets: Option<MaxLabelSets>,
    pub(crate) buckets: Option<Expr>,
    pub(crate) decision: Option<Decision>,
    pub(crate) error_kind: Option<ErrorKind>,
    pub(crate) sample: Option<Expr>,
    pub(crate) time: Option<Time>,
    pub(crate) registry: Option<Expr>,
    pub(crate) library: Option<Path>,
    pub(crate) skip: Option<Ident>,
    /// Written by [`order`](crate::order) alone: the attributes that this annotation has been put below already.
    pub(crate) waited_for: Vec<String>,
    /// Written by [`order`](crate::order) alone: the options of the block that the method stands in.
    pub(crate) block: Option<Box<Options>>,
    /// The name of each, in the order they were written.
    pub(crate) keys: Vec<Ident>,
    /// All of them, as they were written.
    pub(crate) tokens: TokenStream,
}

/// What tells ok and error apart in the place of the type: `ok_if` or `error_if`.
#[derive(Clone)]
pub(crate) struct Decision {
    pub(crate) key: Ident,
    pub(crate) decide: Expr,
}

/// What tells the kind of an error.
#[derive(Clone)]
pub(crate) struct ErrorKind {
    pub(crate) key: Ident,
    pub(crate) kind: Expr,
}

/// What counts as the duration of an async call.
#[derive(Clone)]
pub(crate) struct Time {
    pub(crate) key: Ident,
    pub(crate) of: Expr,
}

#[derive(Clone)]
pub(crate) struct Label {
    pub(crate) name: Ident,
    pub(crate) value: Expr,
}

/// With its name, which is what is wrong where nothing is there to be bounded.
#[derive(Clone)]
pub(crate) struct MaxLabelSets {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
}

const KNOWN: [&str; 12] = [
    "name",
    "labels",
    "max_label_sets",
    "buckets",
    "ok_if",
    "error_if",
    "error_kind",
    "sample",
    "time",
    "registry",
    "crate",
    "skip",
];

/// What is wrong with `labels` that names none.
pub(crate) const LABELS_NEED: &str = "`labels` needs names and values, as in `labels(tier = \"gold\")`";

/// The option in which an annotation that was put last keeps what it has waited for.
pub(crate) const WAITED_FOR: &str = "__waited_for";

/// The option in which a method's annotation that was put last keeps those of the block around.
pub(crate) const BLOCK: &str = "__block";

impl Options {
    /// These options, and where one is not written, the one of the block around.
    pub(crate) fn or(self, block: &Options) -> Options {
        let block = block.clone();
        Options {
            name: self.name.or(block.name),
            labels: self.labels.or(block.labels),
            max_label_sets: self.max_label_sets.or(block.max_label_sets),
            buckets: self.buckets.or(block.buckets),
            // A block has neither: its methods return different types.
            decision: self.decision,
            error_kind: self.error_kind,
            sample: self.sample.or(block.sample),
            time: self.time.or(block.time),
            registry: self.registry.or(block.registry),
            library: self.library.or(block.library),
            skip: self.skip,
            waited_for: self.waited_for,
            block: None,
            keys: self.keys,
            tokens: self.tokens,
        }
    }
}

/// The options in `tokens`, and all mistakes in them.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options { tokens: tokens.clone(), ..Options::default() };
    parse_list(tokens, "options", errors, |input, errors| parse_option(input, &mut options, errors));
    options
}

/// What stands between commas. Behind a mistake it goes on at the next comma, so that others are found as well.
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
        "max_label_sets" => {
            let value = value(input, &key, "1000")?;
            set(&mut options.max_label_sets, &key, MaxLabelSets { key: key.clone(), value }, errors);
        }
        "buckets" => set(&mut options.buckets, &key, value(input, &key, "[0.001, 0.01, 0.1]")?, errors),
        "ok_if" | "error_if" => {
            let decide = value(input, &key, "|value| value.is_some()")?;
            match &options.decision {
                Some(first) if first.key != key => {
                    errors
                        .at(&key, "`ok_if` and `error_if` exclude each other: one says what the other would");
                }
                _ => set(&mut options.decision, &key, Decision { key: key.clone(), decide }, errors),
            }
        }
        "error_kind" => {
            let kind = value(input, &key, "|error| error.code()")?;
            set(&mut options.error_kind, &key, ErrorKind { key: key.clone(), kind }, errors);
        }
        "sample" => set(&mut options.sample, &key, value(input, &key, "16")?, errors),
        "time" => {
            let of = value(input, &key, "\"busy\"")?;
            set(&mut options.time, &key, Time { key: key.clone(), of }, errors);
        }
        "registry" => set(&mut options.registry, &key, value(input, &key, "&MY_REGISTRY")?, errors),
        "crate" => {
            let example = "my_crate::tachometer";
            equals(input, &key, example)?;
            let no_path = |_| input.error(format!("`crate` takes a path, as in `crate = {example}`"));
            set(&mut options.library, &key, input.call(Path::parse_mod_style).map_err(no_path)?, errors);
        }
        "skip" => {
            if !input.is_empty() && !input.peek(Token![,]) {
                return Err(syn::Error::new(key.span(), "`skip` takes no value"));
            }
            set(&mut options.skip, &key, key.clone(), errors);
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

fn set<T>(slot: &mut Option<T>, key: &Ident, value: T, errors: &mut Errors) {
    if slot.is_some() {
        errors.at(key, format!("`{key}` is given twice"));
    } else {
        *slot = Some(value);
    }
}

fn equals(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<()> {
    let is_there = input.parse::<Option<Token![=]>>()?.is_some();
    if is_there && !input.is_empty() && !input.peek(Token![,]) {
        return Ok(());
    }
    Err(syn::Error::new(key.span(), format!("`{key}` needs a value, as in `{key} = {example}`")))
}

fn value(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<Expr> {
    equals(input, key, example)?;
    parse_whole(input)
}

/// What comes next, or one error: behind one, the rest of a bracket would be another.
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

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: TokenTree = input.parse()?;
    }
    Ok(())
}

/// The word that was meant, if it is `written` with a letter more, less, changed, or two swapped; or with two such slips
/// in a long word.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = known.into_iter().map(|known| (distance(written, known), known));
    let near = slips.filter(|(slips, known)| *slips <= 1 + usize::from(known.len() > 5));
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

fn distance(written: &str, known: &str) -> usize {
    let (written, known): (Vec<char>, Vec<char>) = (written.chars().collect(), known.chars().collect());
    // The optimal string alignment distance, row by row.
    let mut rows = vec![(0..=known.len()).collect::<Vec<usize>>()];
    for (i, a) in written.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in known.iter().enumerate() {
            let mut distance = (rows[i][j] + usize::from(a != b)).min(row[j] + 1).min(rows[i][j + 1] + 1);
            if i > 0 && j > 0 && *a == known[j - 1] && written[i - 1] == *b {
                distance = distance.min(rows[i - 1][j - 1] + 1);
            }
            row.push(distance);
        }
        rows.push(row);
    }
    rows[written.len()][known.len()]
}
