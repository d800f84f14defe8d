//! The tokens of an instrumented item. No plan can fail to expand.
//!
//! The names that are written here are absolute, or begin with `__`, or are local and of this crate's hygiene; the user's
//! tokens keep their spans.

use crate::body;
use crate::item::Function;
use crate::plan::{FunctionPlan, ImplPlan, MemberPlan, Plan};
use crate::shape::Shape;
use crate::site;
use crate::tokens::{mentions, ours};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;

/// Returns the tokens that replace the annotated item.
pub(crate) fn expand(plan: &Plan<'_>) -> TokenStream {
    match plan {
        Plan::Function(plan) => expand_function(plan),
        Plan::Impl(plan) => expand_impl(plan),
    }
}

fn expand_impl(plan: &ImplPlan<'_>) -> TokenStream {
    let block = plan.block;
    let members = block.with_members(plan.members.iter().map(|member| match member {
        MemberPlan::Other(tokens) => tokens.clone(),
        MemberPlan::Instrumented(method) => expand_function(method),
    }));
    // These ask for a body of one expression, which is what the user wrote but no longer what the compiler sees.
    let is_canonical = ["Clone", "PartialOrd"].iter().any(|name| mentions(block.header.clone(), name));
    let allow = is_canonical
        .then(|| ours!(#[allow(clippy::non_canonical_clone_impl, clippy::non_canonical_partial_ord_impl)]));
    quote!(#allow #members)
}

fn expand_function(plan: &FunctionPlan<'_>) -> TokenStream {
    let Function { attributes, head, signature, body, .. } = plan.function;
    let (site, find_site) = (site::declare(plan), site::find(plan));
    let body::Expansion { signature: new_signature, nested, run } = body::expand(plan);
    let mut new_body = Group::new(Delimiter::Brace, ours!(#site #nested #find_site #run));
    new_body.set_span(body.span());
    let must_use = attributes.iter().any(|attribute| attribute.path().is_ident("must_use"));
    // On an `async fn`, it was for the future's output.
    let allow =
        (matches!(plan.shape, Shape::Future) && must_use).then(|| ours!(#[allow(clippy::double_must_use)]));
    // The compiler does not see that a `self` moved into a closure or an async block is read by its own destructor. It cannot
    // be bound to its name again there, as arguments are.
    let moves_self = matches!(plan.shape, Shape::Closure | Shape::Future | Shape::ReturnedFuture(_))
        && signature.receiver().is_some_and(|receiver| receiver.mutability.is_some());
    let allow_assignments = moves_self.then(|| ours!(#[allow(unused_assignments)]));
    quote!(#allow_assignments #(#attributes)* #allow #head #new_signature #new_body)
}
