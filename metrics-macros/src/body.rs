//! The user's body as a call that is counted, in each of its shapes.

use crate::args::{Given, Outcome};
use crate::arguments;
use crate::item::{cfgs, parameters};
use crate::plan::{FunctionPlan, Name};
use crate::returns::{self, Holder, ReturnedFuture};
use crate::settings::EndsWith;
use crate::shape::Shape;
use crate::tokens::{moved_to, ours, ours_at};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, ReturnType, Signature, Token, Type};

/// The parts of a function that differ from one shape to another.
pub(crate) struct Expansion {
    pub(crate) signature: TokenStream,
    /// An item that the body needs.
    pub(crate) nested: Option<TokenStream>,
    /// The call, as the last statements of the body.
    pub(crate) run: TokenStream,
}

/// Returns the signature and the call of a function.
pub(crate) fn expand(plan: &FunctionPlan<'_>) -> Expansion {
    let nested = matches!(plan.shape, Shape::NestedFunction).then(|| nested_function(plan));
    let (signature, run) = match &plan.shape {
        Shape::Future => future(plan),
        Shape::ReturnedFuture(kind) => returned_future(kind, plan),
        Shape::Closure => closure(plan),
        Shape::InPlace => in_place(plan),
        Shape::NestedFunction => call_nested_function(plan),
    };
    // A future has its span inside: it is entered in each poll.
    let entered = plan.span.filter(|_| !plan.shape.is_future()).map(|level| {
        let span = span(level, plan);
        ours!(let __entered = #span.entered();)
    });
    Expansion { signature: signature.to_token_stream(), nested, run: ours!(#entered #run) }
}

/// Returns a span for a call, which ends inside it, so that its exemplar has this span.
fn span(level: &str, plan: &FunctionPlan<'_>) -> TokenStream {
    let level = Ident::new(level, Span::mixed_site());
    let name = match &plan.name {
        Name::Given(name) => name.clone(),
        Name::Path | Name::InType(_) => plan.function.signature.ident.unraw().to_string(),
    };
    ours!(::tracing::span!(::tracing::Level::#level, #name))
}

fn closure(plan: &FunctionPlan<'_>) -> (Signature, TokenStream) {
    let library = &plan.library;
    let (signature, bindings) = arguments::move_in(plan);
    let returned = match &signature.output {
        ReturnType::Default => Some(ours!(-> ())),
        ReturnType::Type(arrow, ty) => returns::nameable(ty).map(|ty| ours!(#arrow #ty)),
    };
    let body = body_with(&bindings, &plan.function.body);
    // The body's own braces are those that a closure with an explicit type needs.
    let value = ours!(#library::once(move || #returned #body)());
    (signature, run_sync(&value, plan))
}

/// Returns a call from its start to its end, in which `value` is evaluated.
fn run_sync(value: &TokenStream, plan: &FunctionPlan<'_>) -> TokenStream {
    let library = &plan.library;
    if plan.ends_with.is_some() {
        let end = end_head(plan);
        return ours! {
            let __call = #library::begin(__site);
            let __head = __call.head(#value);
            #end
        };
    }
    let returned = match is_ok(plan) {
        None => ours!(returned(#value)),
        Some(is_ok) => ours!(returned_if(#value, #is_ok)),
    };
    let end = end_returned(plan);
    ours! {
        let __call = #library::begin(__site);
        let __returned = __call.#returned;
        #end
    }
}

/// Returns the end of `__returned`, by the value's type: whether it is a `Result`, and whether its error has kinds.
fn end_returned(plan: &FunctionPlan<'_>) -> TokenStream {
    let library = &plan.library;
    if !returns::may_be_result(&plan.function.signature.output) {
        return ours!(#library::EndAny::__end(__returned));
    }
    let (with_kinds, import) = with_kinds(plan);
    ours!({ use #library::EndAny as _; #import __returned.#with_kinds.__end() })
}

/// Returns the value of `__head`, into which the call was put, unless it is an `Err`.
fn end_head(plan: &FunctionPlan<'_>) -> TokenStream {
    let library = &plan.library;
    let (with_kinds, import) = with_kinds(plan);
    let decided = is_ok(plan).map(|is_ok| ours!(decided(#is_ok).));
    let hold = hold(plan);
    ours!({ use #library::HoldAny as _; #import __head.#decided #with_kinds.__hold(#hold) })
}

/// Returns the function that puts a call into a value.
fn hold(plan: &FunctionPlan<'_>) -> TokenStream {
    match plan.ends_with {
        Some(EndsWith::Value(hold)) => hold.to_token_stream(),
        Some(EndsWith::Stream(literal)) => hold_in_stream(literal.span(), plan),
        None => TokenStream::new(),
    }
}

/// Returns the function that puts a call into a stream. The compiler points at `here` if it is none.
fn hold_in_stream(here: Span, plan: &FunctionPlan<'_>) -> TokenStream {
    let library = &plan.library;
    let returned = plan.shape.returned(plan.function);
    let here = ours_at(here);
    let library_here = moved_to(here, library);
    // Named, or the compiler might guess that an item is a `Result` where only the return type tells what it is.
    let item = returned.map_or_else(|| ours!(_), |ty| returns::item_of_stream(ty).to_token_stream());
    let item = moved_to(here, &item);
    let stream = quote_spanned!(here=> #library_here::items::<#item, _>(__call, __stream));
    let stream = ours!({
        use #library::AnyItems as _;
        use #library::WithoutKinds as _;
        #stream.__with_kinds().__stream()
    });
    match returned.and_then(returns::boxed_stream) {
        None => ours!(|__call, __stream| #stream),
        Some(ty) => ours!(|__call, __stream| -> #ty { #library::boxed(#stream) }),
    }
}

/// Returns the predicate on the value, if there is one. It is evaluated at the call's end, so that it may panic.
fn is_ok(plan: &FunctionPlan<'_>) -> Option<TokenStream> {
    let (library, decision) = (&plan.library, plan.decision?);
    let not = matches!(decision.outcome, Outcome::Error).then(|| ours!(!));
    let predicate = &decision.predicate;
    Some(ours!(|__value| #not #library::says(__value, #predicate)))
}

/// Returns a method call that tells where the kind of an error comes from, and the trait it may need.
fn with_kinds(plan: &FunctionPlan<'_>) -> (TokenStream, Option<TokenStream>) {
    let library = &plan.library;
    match plan.error_kind {
        None => (ours!(__with_kinds()), Some(ours!(use #library::WithoutKinds as _;))),
        Some(Given { key, value: kind }) => {
            // The compiler points there if no `Result` is returned.
            let method = Ident::new("with_kinds_by", ours_at(key.span()));
            (ours!(#method(#kind)), None)
        }
    }
}

fn future(plan: &FunctionPlan<'_>) -> (Signature, TokenStream) {
    let library = &plan.library;
    let (mut signature, bindings) = arguments::move_in(plan);
    // The future holds `self` even if the body does not use it: that decides whether it is `Send`.
    let hold_self =
        signature.receiver().map(|receiver| &receiver.self_token).map(|this| ours!(let _ = &#this;));
    signature.asyncness = None;
    let is_never = returns::is_never(&signature.output);
    let output = match &signature.output {
        ReturnType::Default => ours!(()),
        // `!` may only be named as the return type of a function.
        ReturnType::Type(_, ty) if is_never => ours!(<fn() -> #ty as #library::Return>::Output),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    // The type of an async block cannot be written. A `return` that is never reached tells it, so that the body's values are
    // coerced as they would be in the function.
    let nameable = match &signature.output {
        ReturnType::Default => Some(ours!(())),
        ReturnType::Type(..) if is_never => None,
        ReturnType::Type(_, ty) => returns::nameable(ty).map(|ty| ty.to_token_stream()),
    };
    let tell_type = nameable.map(|ty| ours!(if false { return #library::never::<#ty>(); }));
    let body = body_with(&ours!(#hold_self #bindings #tell_type), &plan.function.body);
    let end = if is_never {
        // Its output is not a `Result`, and the compiler must not guess that it might be.
        ours!(#library::EndAnyFuture::__end(__future))
    } else {
        end_future(plan)
    };
    let end = in_span(end, plan);
    let run = ours! {
        let __future = #library::timed(__site, async move #body);
        #end
    };
    // Lints point from the signature's first token to its last one, which must be the user's: otherwise they point to the
    // annotation.
    let last = match &signature.output {
        ReturnType::Default => signature.paren_token.span.close(),
        ReturnType::Type(_, ty) => {
            ty.to_token_stream().into_iter().last().map_or_else(Span::call_site, |token| token.span())
        }
    };
    let close = quote_spanned!(last=> >);
    let future = ours!(impl ::core::future::Future<Output = #output #close);
    let arrow = Token![->](Span::mixed_site());
    signature.output = ReturnType::Type(arrow, Box::new(Type::Verbatim(future)));
    (signature, run)
}

/// Returns `future` in its span, if it has one.
fn in_span(future: TokenStream, plan: &FunctionPlan<'_>) -> TokenStream {
    let Some(level) = plan.span else { return future };
    let span = span(level, plan);
    ours!(::tracing::Instrument::instrument(#future, #span))
}

/// Returns `__future` with the outcomes that the annotation defines, or else those of its output's type.
fn end_future(plan: &FunctionPlan<'_>) -> TokenStream {
    let library = &plan.library;
    if plan.ends_with.is_some() {
        let end = end_head(plan);
        return ours!(__future.held(|__head| #end));
    }
    let (with_kinds, import) = with_kinds(plan);
    match is_ok(plan) {
        None => ours!({ use #library::EndAnyFuture as _; #import __future.#with_kinds.__end() }),
        Some(is_ok) => ours!({ #import __future.#with_kinds.end_if(#is_ok) }),
    }
}

fn returned_future(future: &ReturnedFuture<'_>, plan: &FunctionPlan<'_>) -> (Signature, TokenStream) {
    let library = &plan.library;
    let (signature, bindings) = arguments::move_in(plan);
    let body = body_with(&bindings, &plan.function.body);
    let (output, end) = (&future.output, in_span(end_future(plan), plan));
    let (returned, end) = match future.holder {
        Holder::Opaque => (None, end),
        Holder::Boxed(arrow, ty) => {
            let returned = returns::nameable(ty).map(|ty| ours!(#arrow #ty));
            // The compiler points there if the future must live longer than its output does.
            let here = ours_at(ty.span());
            let boxed = moved_to(here, &ours!(#library::boxed));
            (returned, quote_spanned!(here=> #boxed(#end)))
        }
    };
    let run = ours! {
        let __future = #library::timed(__site, #library::making::<#output, _, _>(move || #returned #body)());
        #end
    };
    (signature, run)
}

fn in_place(plan: &FunctionPlan<'_>) -> (Signature, TokenStream) {
    let library = &plan.library;
    let body = nested_body(&plan.function.body);
    let check = check_no_result(&plan.function.signature.output, library);
    let run = ours! {
        #check
        let __call = #library::InPlace::begin(__site);
        #body
    };
    (plan.function.signature.clone(), run)
}

/// Returns a check by which the compiler refuses a `Result`, under any name: a guard does not see the value of a body that
/// runs in place.
fn check_no_result(output: &ReturnType, library: &TokenStream) -> Option<TokenStream> {
    let ReturnType::Type(_, ty) = output else { return None };
    let is_asked = returns::may_be_result(output) && !returns::is_opaque(output);
    is_asked.then(|| {
        let here = ours_at(ty.span());
        let library = moved_to(here, library);
        quote_spanned!(here=> { use #library::NotResult as _; let _: fn() = <#library::InPlaceOf<#ty>>::__in_place; })
    })
}

const NESTED_FUNCTION: &str = "__tachometer_body";

/// Returns the body as a function of its own.
fn nested_function(plan: &FunctionPlan<'_>) -> TokenStream {
    let mut nested = plan.function.signature.clone();
    nested.ident = Ident::new(NESTED_FUNCTION, Span::mixed_site());
    let body = body_with(&arguments::use_all(plan), &plan.function.body);
    ours!(#[track_caller] #nested #body)
}

fn call_nested_function(plan: &FunctionPlan<'_>) -> (Signature, TokenStream) {
    let (signature, _) = arguments::move_in(plan);
    let arguments = signature.inputs.iter().filter_map(|input| {
        let FnArg::Typed(argument) = input else { return None };
        let (cfgs, name) = (cfgs(&argument.attrs), &argument.pat);
        Some(ours!(#(#cfgs)* #name))
    });
    let nested = Ident::new(NESTED_FUNCTION, Span::mixed_site());
    // Explicit, for a parameter may be known by the return type alone.
    let parameters = parameters(&signature.generics);
    let value = ours!(#nested::<#(#parameters),*>(#(#arguments),*));
    let run = run_sync(&value, plan);
    (signature, run)
}

/// Returns `{ bindings { the user's body } }`, or the user's body alone.
///
/// The outer braces are of this crate's edition, 2024, which drops the temporaries of a block's last expression before its
/// variables: so they are dropped before the arguments, as in a function of any edition.
fn body_with(bindings: &TokenStream, body: &Group) -> TokenStream {
    if bindings.is_empty() {
        return body.to_token_stream();
    }
    let body = nested_body(body);
    ours!({ #bindings #body })
}

/// Returns the user's body as a block inside of ours. Its braces are the user's own: by them lints tell whose its statements
/// are. The compiler would call them unnecessary around an expression alone, so an item is added there.
fn nested_body(body: &Group) -> Group {
    let is_semicolon = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let statements = body.stream();
    let item = (!statements.clone().into_iter().any(is_semicolon)).then(|| {
        ours!(
            const _: () = ();
        )
    });
    let mut nested = Group::new(Delimiter::Brace, ours!(#item #statements));
    nested.set_span(body.span());
    nested
}
