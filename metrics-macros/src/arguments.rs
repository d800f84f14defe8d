//! The arguments of a function: how its patterns bind them, and how they move into the body.

use crate::item::cfgs;
use crate::plan::FunctionPlan;
use crate::tokens::{mentions, ours};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, PatType, ReceiverKind, Signature, Type};

/// Returns the signature with a plain name for each argument, and the statements that move all arguments to where the body
/// runs and bind them by their patterns. So they are dropped in their own order, inside the call.
pub(crate) fn move_in(plan: &FunctionPlan<'_>) -> (Signature, TokenStream) {
    let mut signature = plan.function.signature.clone();
    let mut bindings = TokenStream::new();
    for (index, input) in signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                // A body that uses a part of `self` would move only that part.
                if !matches!(receiver.kind, ReceiverKind::Reference(..)) {
                    let receiver = receiver.self_token;
                    bindings.extend(ours!(let _ = &#receiver;));
                }
            }
            FnArg::Typed(argument) => bindings.extend(move_argument(index, argument, plan)),
        }
    }
    (signature, bindings)
}

fn move_argument(index: usize, argument: &mut PatType, plan: &FunctionPlan<'_>) -> TokenStream {
    let (of_argument, attributes): (Vec<_>, Vec<_>) = argument.attrs.drain(..).partition(expects_of_argument);
    argument.attrs.clone_from(&attributes);
    argument.attrs.retain(|attribute| !attribute.path().is_ident("expect"));
    argument.attrs.extend(of_argument);
    let uses = use_if_present(argument, plan);
    let pattern = &argument.pat;
    let (name, bindings) = if let Some(name) = plain_name(argument) {
        // Moving an argument does not make it another variable, nor is it the use that its name may deny.
        let allow = ours!(#[allow(clippy::shadow_same, clippy::no_effect_underscore_binding, clippy::used_underscore_binding)]);
        (name.clone(), ours!(#allow #(#attributes)* let #pattern = #name; #uses))
    } else {
        let name = argument_name(index);
        let tokens = pattern.to_token_stream();
        let by_ref_mut = mentions(tokens.clone(), "ref") && mentions(tokens, "mut");
        let mutable = by_ref_mut.then(|| ours!(mut));
        let allow = by_ref_mut.then(|| ours!(#[allow(unused_mut)]));
        let cfgs = cfgs(&attributes);
        let bindings = ours! {
            #(#cfgs)* #allow let #mutable #name = #name;
            #(#attributes)* let #pattern = #name;
            #uses
        };
        (name, bindings)
    };
    *argument.pat = Pat::Verbatim(name.into_token_stream());
    bindings
}

/// Returns whether an attribute expects a lint of the argument and none of the variable it binds: only one of the two gets it.
fn expects_of_argument(attribute: &Attribute) -> bool {
    let of_variable = |lint: &str| mentions(attribute.to_token_stream(), lint);
    attribute.path().is_ident("expect")
        && !["unused", "unused_variables", "unused_mut"].into_iter().any(of_variable)
}

/// Returns the names that patterns among the arguments bind once these are moved, as references.
pub(crate) fn bind_by_reference(signature: &Signature) -> TokenStream {
    let binding = |(index, input): (usize, &FnArg)| {
        let FnArg::Typed(argument) = input else { return None };
        if plain_name(argument).is_some() {
            return None;
        }
        let mut pattern = (*argument.pat).clone();
        make_plain(&mut pattern);
        let (name, cfgs) = (argument_name(index), cfgs(&argument.attrs));
        // A label need not use all of them.
        Some(ours!(#(#cfgs)* #[allow(unused_variables)] let #pattern = &#name;))
    };
    signature.inputs.iter().enumerate().filter_map(binding).collect()
}

/// Returns statements that use all arguments from which labels are evaluated: the compiler need not ask for another use.
pub(crate) fn use_all(plan: &FunctionPlan<'_>) -> TokenStream {
    let arguments = plan.function.signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    arguments.map(|argument| use_if_present(argument, plan)).collect()
}

/// Returns statements that use an argument as [`use_all`] does, under its `#[cfg(…)]`.
fn use_if_present(argument: &PatType, plan: &FunctionPlan<'_>) -> TokenStream {
    let statements: TokenStream =
        names_used(plan, &argument.pat).into_iter().map(|name| use_name(&name)).collect();
    if statements.is_empty() {
        return statements;
    }
    let cfgs = cfgs(&argument.attrs);
    ours!(#(#cfgs)* { #statements })
}

/// Returns a statement that only names a variable. A reference would have a future keep a second copy of a large argument.
fn use_name(name: &Ident) -> TokenStream {
    if may_be_constant(name) {
        // Not evaluated: a unit struct would be a second value, which is dropped.
        ours!(let _ = || { let _ = &#name; };)
    } else {
        ours!(let _ = #name;)
    }
}

fn names_used(plan: &FunctionPlan<'_>, pattern: &Pat) -> Vec<Ident> {
    let is_used = |name: &Ident| {
        plan.evaluated_labels().any(|value| mentions(value.to_token_stream(), &name.to_string()))
    };
    make_plain(&mut pattern.clone()).into_iter().filter(is_used).collect()
}

/// Removes from a pattern how it binds, so that it can bind by reference. Returns the names, except those that tell by `_`
/// that they are unused.
fn make_plain(pattern: &mut Pat) -> Vec<Ident> {
    match pattern {
        Pat::Ident(name) => {
            (name.by_ref, name.mutability) = (None, None);
            let mut names: Vec<Ident> =
                name.subpat.iter_mut().flat_map(|(_, pattern)| make_plain(pattern)).collect();
            if !name.ident.to_string().starts_with('_') {
                names.push(name.ident.clone());
            }
            names
        }
        Pat::Reference(reference) => {
            let names = make_plain(&mut reference.pat);
            *pattern = (*reference.pat).clone();
            names
        }
        Pat::Paren(inner) => make_plain(&mut inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter_mut().flat_map(make_plain).collect(),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().flat_map(make_plain).collect(),
        Pat::Slice(slice) => slice.elems.iter_mut().flat_map(make_plain).collect(),
        Pat::Struct(fields) => {
            fields.fields.iter_mut().flat_map(|field| make_plain(&mut field.pat)).collect()
        }
        // Each case binds the same names.
        Pat::Or(cases) => cases.cases.iter_mut().fold(Vec::new(), |_, case| make_plain(case)),
        _ => Vec::new(),
    }
}

/// Returns the name of an argument whose pattern is nothing but that name.
fn plain_name(argument: &PatType) -> Option<&Ident> {
    let Pat::Ident(PatIdent { by_ref: None, mutability, ident, subpat: None, .. }) = &*argument.pat else {
        return None;
    };
    (mutability.is_some() || !may_be_constant(ident) && !is_name_of(ident, &argument.ty)).then_some(ident)
}

/// Returns whether a type has the same name as its argument, which may then be a unit struct with an unusual name.
fn is_name_of(name: &Ident, ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == *name))
}

/// Returns whether a name in a pattern may be a unit struct, a variant or a constant, which binds nothing: as an expression
/// it would be a second value. Only the compiler knows; names that are spelled like one are treated as patterns, which is
/// right for both.
fn may_be_constant(name: &Ident) -> bool {
    name.unraw().to_string().starts_with(char::is_uppercase)
}

/// Returns the name that an argument has instead of a pattern.
fn argument_name(index: usize) -> Ident {
    format_ident!("__argument_{index}", span = Span::mixed_site())
}
