//! The shape of an expansion: how a function's body becomes a call that is counted.

use crate::item::{Function, parameter_names};
use crate::returns::{self, ReturnedFuture};
use crate::tokens::{mentions, mentions_any};
use quote::ToTokens;
use syn::{Attribute, FnArg, ReturnType, Safety, Type};

#[expect(clippy::large_enum_variant, reason = "there is one a function")]
pub(crate) enum Shape<'a> {
    /// An async block inside a timed future.
    Future,
    /// The future that the body makes, inside a timed one: the call is what the future does.
    ReturnedFuture(ReturnedFuture<'a>),
    /// A closure that the library runs: all arguments are dropped inside the call, and the value gives the outcome.
    Closure,
    /// The body where it is, beside a guard: for values that cannot pass through a closure. None of these is a `Result` (if
    /// the spelling of the type does not tell, the compiler is asked) or has a predicate.
    InPlace,
    /// A function of its own: for `#[track_caller]`, which closures do not have.
    NestedFunction,
}

impl Shape<'_> {
    /// Returns the shape of a function; `decides` if it has an option that sees the returned value: `ok_if`, `error_if`, `ends_with`.
    pub(crate) fn of(function: &Function, decides: bool) -> Shape<'_> {
        let output = &function.signature.output;
        let tracks_caller = function.attributes.iter().any(tracks_caller);
        if function.signature.asyncness.is_some() {
            return Shape::Future;
        }
        match returns::returned_future(output) {
            Some(future) if !tracks_caller => Shape::ReturnedFuture(future),
            _ if returns::is_never(output) || (returns::is_opaque(output) && !decides) => Shape::InPlace,
            _ if !tracks_caller => Shape::Closure,
            _ if (decides || returns::may_be_result(output)) && can_be_nested(function) => {
                Shape::NestedFunction
            }
            _ => Shape::InPlace,
        }
    }

    /// Returns the type of the value with which the call ends: of a future, its output. `None` if it is not written.
    pub(crate) fn returned<'a>(&'a self, function: &'a Function) -> Option<&'a Type> {
        match (self, &function.signature.output) {
            (Shape::ReturnedFuture(future), _) => Some(&future.output),
            (_, ReturnType::Type(_, ty)) => Some(ty),
            (_, ReturnType::Default) => None,
        }
    }

    /// Returns whether the call is a future.
    pub(crate) fn is_future(&self) -> bool {
        matches!(self, Shape::Future | Shape::ReturnedFuture(_))
    }
}

/// Returns whether an attribute is `#[track_caller]`, or may become it.
pub(crate) fn tracks_caller(attribute: &Attribute) -> bool {
    mentions(attribute.to_token_stream(), "track_caller")
}

/// Returns whether a function that tracks its caller runs in place although its value would have to be seen: by its `ok_if`,
/// `error_if` or `ends_with`, or because its type, which may be a `Result`, cannot be named for the compiler to tell.
pub(crate) fn hides_outcome(function: &Function, decides: bool) -> bool {
    let output = &function.signature.output;
    matches!(Shape::of(function, decides), Shape::InPlace)
        && function.attributes.iter().any(tracks_caller)
        && !returns::is_never(output)
        && (decides || returns::may_be_result(output) && mentions(output.to_token_stream(), "impl"))
}

/// Returns whether the body can become a function inside of this one: a method may mention what that cannot name, and an
/// unsafe function would need an unsafe block.
fn can_be_nested(function: &Function) -> bool {
    let Function { signature, body, outer_parameters, .. } = function;
    let own = parameter_names(&signature.generics);
    let is_of_the_block =
        |name: &str| name == "Self" || outer_parameters.iter().flatten().any(|outer| outer == name);
    // The block around a function that is annotated alone is not visible. A type without a lower-case letter is most likely
    // its parameter; in a body, where constants are written so, a single letter is.
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
        && !types.chain([signature.output.to_token_stream()]).any(|ty| mentions_any(ty, &in_signature))
        && !mentions_any(signature.generics.where_clause.to_token_stream(), &in_signature)
        && !mentions_any(body.stream(), &in_body)
}
