//! What is generated for a function, decided from what was written.

use crate::args::{Label, Options};
use crate::item::{Function, mentions, parameter_names};
use crate::returns::{self, ReturnedFuture};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, FnArg, Ident, Lit, Pat, PatIdent, PatType, Safety, Type, UnOp};

/// How a body becomes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An async block inside a timed future.
    Future,
    /// The future that the body makes, inside a timed one: the call is what the future does.
    ReturnedFuture(ReturnedFuture),
    /// A closure that the library runs: everything the caller hands over is dropped inside the call, and the outcome is
    /// told from the value.
    Closure,
    /// The body where it stands, beside a guard: for values that cannot pass through a closure, none of which is a
    /// `Result` (the compiler is asked where the type does not tell) or has to be decided about.
    InPlace,
    /// A function of its own: for `#[track_caller]`, which closures do not have.
    NestedFunction,
}

impl Shape {
    pub(crate) fn is_future(self) -> bool {
        matches!(self, Shape::Future | Shape::ReturnedFuture(_))
    }
}

pub(crate) fn shape(function: &Function, options: &Options) -> Shape {
    let output = &function.signature.output;
    let decides = options.decision.is_some();
    let tracks_caller = function.attributes.iter().any(tracks_caller);
    if function.signature.asyncness.is_some() {
        Shape::Future
    } else if let (Some(kind), false) = (returns::returned_future(output), tracks_caller) {
        Shape::ReturnedFuture(kind)
    } else if returns::is_never(output) || (returns::is_opaque(output) && !decides) {
        Shape::InPlace
    } else if !tracks_caller {
        Shape::Closure
    } else if (decides || returns::may_be_result(output)) && can_be_nested(function) {
        Shape::NestedFunction
    } else {
        Shape::InPlace
    }
}

/// The name of an argument that is bound by nothing else.
pub(crate) fn plain_name(argument: &PatType) -> Option<&Ident> {
    let Pat::Ident(PatIdent { by_ref: None, mutability, ident, subpat: None, .. }) = &*argument.pat else {
        return None;
    };
    (mutability.is_some() || !may_be_constant(ident) && !is_name_of(ident, &argument.ty)).then_some(ident)
}

/// Whether a type is called as an argument is, so that this may be a unit struct with an unusual name.
fn is_name_of(name: &Ident, ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == *name))
}

/// Whether a name in a pattern may be a unit struct, a variant or a constant, which binds nothing: as an expression it
/// would be a value of its own. Only the compiler knows; those that are written like one are treated as patterns, which is
/// right for both.
pub(crate) fn may_be_constant(name: &Ident) -> bool {
    name.unraw().to_string().starts_with(char::is_uppercase)
}

/// What an argument is called in the place of a pattern.
pub(crate) fn argument_name(index: usize) -> Ident {
    format_ident!("__argument_{index}", span = Span::mixed_site())
}

pub(crate) fn tracks_caller(attribute: &Attribute) -> bool {
    mentions(attribute.to_token_stream(), "track_caller")
}

/// Whether the body can become a function inside of this one: a method may mention what that cannot name, and an unsafe
/// function would need an unsafe block.
fn can_be_nested(function: &Function) -> bool {
    let Function { signature, body, outer_parameters, .. } = function;
    let own = parameter_names(&signature.generics);
    let is_of_the_block =
        |name: &str| name == "Self" || outer_parameters.iter().flatten().any(|outer| outer == name);
    // Of a block around a function that is annotated alone nothing can be seen. A type without a small letter is most
    // likely its parameter; in a body, where constants are written so, a single letter is.
    let is_like_parameter =
        |name: &str| !own.iter().any(|own| own == name) && !name.contains(char::is_lowercase);
    let in_signature = |name: &str| is_of_the_block(name) || is_like_parameter(name) && name != "_";
    let in_body = |name: &str| {
        is_of_the_block(name)
            || is_like_parameter(name) && name.len() == 1 && name.starts_with(char::is_uppercase)
    };
    let types = signature.inputs.iter().map(|input| match input {
        FnArg::Typed(argument) => argument.ty.to_token_stream(),
        FnArg::Receiver(receiver) => receiver.to_token_stream(),
    });
    signature.receiver().is_none()
        && !matches!(signature.safety, Safety::Unsafe(_))
        && !types.chain([signature.output.to_token_stream()]).any(|ty| has_word(ty, &in_signature))
        && !has_word(signature.generics.where_clause.to_token_stream(), &in_signature)
        && !has_word(body.stream(), &in_body)
}

fn has_word(tokens: TokenStream, is_it: &impl Fn(&str) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => is_it(&word.to_string()),
        TokenTree::Group(group) => has_word(group.stream(), is_it),
        _ => false,
    })
}

/// Whether a function that tracks its caller runs in place and what it returns would have to be seen: by its `ok_if` or
/// `error_if`, or because its type, which may be a `Result`, cannot be named for the compiler to tell.
pub(crate) fn would_lie_to_track_caller(function: &Function, options: &Options) -> bool {
    let output = &function.signature.output;
    shape(function, options) == Shape::InPlace
        && function.attributes.iter().any(tracks_caller)
        && !returns::is_never(output)
        && (options.decision.is_some()
            || returns::may_be_result(output) && mentions(output.to_token_stream(), "impl"))
}

/// Whether a value of `time` is one that there is.
pub(crate) fn is_time(of: &Expr) -> bool {
    string_literal(of).is_some_and(|of| ["busy", "wall"].contains(&of.as_str()))
}

/// The library's type that times the calls.
pub(crate) fn stopwatch(shape: Shape, options: &Options) -> &'static str {
    let of = options.time.as_ref().and_then(|time| string_literal(&time.of));
    let is_busy = shape.is_future() && of.is_some_and(|of| of == "busy");
    match (is_busy, sample(options) > 1) {
        (false, false) => "Wall",
        (true, false) => "Busy",
        (false, true) => "Sampled",
        (true, true) => "SampledBusy",
    }
}

/// One call in so many is timed.
pub(crate) fn sample(options: &Options) -> u64 {
    options.sample.as_ref().and_then(positive).unwrap_or(1)
}

/// A whole number above zero.
pub(crate) fn positive(value: &Expr) -> Option<u64> {
    match literal(value)? {
        Lit::Int(number) => number.base10_parse().ok().filter(|number| *number > 0),
        _ => None,
    }
}

pub(crate) fn string_literal(value: &Expr) -> Option<String> {
    match literal(value)? {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// The text of a label's value, where it is known while compiling.
pub(crate) fn label_value(value: &Expr) -> Option<String> {
    if let Expr::Unary(unary) = value {
        return match (&unary.op, literal(&unary.expr)?) {
            (UnOp::Neg(_), Lit::Int(number)) => Some(format!("-{}", number.base10_digits())),
            _ => None,
        };
    }
    match literal(value)? {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        Lit::Char(char) => Some(char.value().to_string()),
        _ => None,
    }
}

/// Each label's name, with its value where that is known while compiling.
pub(crate) fn labels(labels: &[Label]) -> impl Iterator<Item = (String, Option<String>)> {
    labels.iter().map(|label| (label.name.unraw().to_string(), label_value(&label.value)))
}

/// The values that are evaluated at each call, in order.
pub(crate) fn evaluated_labels(options: &Options) -> Vec<&Expr> {
    let labels = options.labels.as_deref().unwrap_or_default();
    labels.iter().map(|label| &label.value).filter(|value| label_value(value).is_none()).collect()
}

/// An element of `buckets`.
pub(crate) enum Bound {
    Nanos(u64),
    OutOfRange,
    NotANumber,
    /// Something that only the compiler can evaluate.
    Constant,
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
pub(crate) fn bound(element: &Expr) -> Bound {
    let digits = match (element, literal(element)) {
        (_, Some(Lit::Float(number))) => number.base10_digits().to_owned(),
        (_, Some(Lit::Int(number))) => number.base10_digits().to_owned(),
        (Expr::Unary(unary), _) if matches!(unary.op, UnOp::Neg(_)) && literal(&unary.expr).is_some() => {
            return Bound::OutOfRange;
        }
        (_, Some(_)) => return Bound::NotANumber,
        (_, None) => return Bound::Constant,
    };
    match digits.parse::<f64>().map(|seconds| (seconds * 1e9).round()) {
        Ok(nanos) if (1.0..1e19).contains(&nanos) => Bound::Nanos(nanos as u64),
        Ok(_) => Bound::OutOfRange,
        Err(_) => Bound::NotANumber,
    }
}

/// All bounds, where each is a literal.
pub(crate) fn literal_bounds(buckets: &Expr) -> Option<Vec<u64>> {
    let Expr::Array(array) = buckets else { return None };
    let nanos = |element| match bound(element) {
        Bound::Nanos(nanos) => Some(nanos),
        _ => None,
    };
    array.elems.iter().map(nanos).collect()
}

/// A literal, also with a sign.
pub(crate) fn is_literal(value: &Expr) -> bool {
    match value {
        Expr::Unary(unary) => literal(&unary.expr).is_some(),
        value => literal(value).is_some(),
    }
}

fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(literal) => Some(&literal.lit),
        // What a `macro_rules!` fragment comes in.
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}
