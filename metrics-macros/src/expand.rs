//! The tokens of an instrumented item. Whatever comes here can be expanded.
//!
//! All that is written here is named absolutely, or begins with `__`, or is a local name of its own hygiene; the
//! user's tokens keep their places in the source.

use crate::args::{Decision, ErrorKind, Options};
use crate::item::{Function, ImplBlock, Item, Member, mentions, parameter_names, parameters};
use crate::labels;
use crate::order;
use crate::plan::{self, Shape};
use crate::returns::{self, ReturnedFuture};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, PatType, ReceiverKind, ReturnType, Signature};

/// Tokens of this macro's own: local names do not meet the user's, and words have the meaning of this crate's edition.
macro_rules! ours {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

pub(crate) fn expand(options: &Options, item: &Item) -> TokenStream {
    match item {
        Item::Function(function) => match &options.block {
            None => expand_function(options, NameOf::Function, function, true),
            // Of the block around it only the options came along.
            Some(block) => expand_method(options.clone(), block, function, false),
        },
        Item::Impl(block) => expand_impl(options, block),
    }
}

fn expand_impl(block_options: &Options, block: &ImplBlock) -> TokenStream {
    let members = block.with_members(block.members.iter().map(|member| match member {
        Member::Other(tokens) => tokens.clone(),
        Member::Method(method, Some(own)) if own.skip.is_some() => method.to_token_stream(),
        Member::Method(method, None) if method.signature.constness.is_some() => method.to_token_stream(),
        Member::Method(method, own) => {
            let own = own.clone().unwrap_or_default();
            if order::function_must_wait(&own, method) {
                order::put_last_on_method(&own, block_options, method)
            } else {
                expand_method(own, block_options, method, true)
            }
        }
    }));
    // What these ask for, a body of one expression, is what was written, and no longer what the compiler sees.
    let is_canonical = ["Clone", "PartialOrd"].iter().any(|name| mentions(block.header.clone(), name));
    let allow = is_canonical
        .then(|| ours!(#[allow(clippy::non_canonical_clone_impl, clippy::non_canonical_partial_ord_impl)]));
    quote!(#allow #members)
}

fn expand_method(own: Options, block: &Options, method: &Function, knows_parameters: bool) -> TokenStream {
    let name_of = if own.name.is_some() { NameOf::Function } else { NameOf::Type };
    expand_function(&own.or(block), name_of, method, knows_parameters)
}

const NESTED_FUNCTION: &str = "__tachometer_body";

/// What a given name stands for.
#[derive(Clone, Copy)]
enum NameOf {
    Function,
    Type,
}

fn expand_function(
    options: &Options,
    name_of: NameOf,
    function: &Function,
    knows_parameters: bool,
) -> TokenStream {
    let library = options.library.as_ref().map_or_else(|| ours!(::tachometer), |path| ours!(#path));
    let library = ours!(#library::__private);
    let shape = plan::shape(function, options);
    let error_kinds = error_kinds(function, options, knows_parameters, &library);
    let site = site(options, shape, name_of, &error_kinds, &library);
    let find_site = labels::find_site(function, options, shape, &library);
    let nested = (shape == Shape::NestedFunction).then(|| nested_function(function, options));
    let (signature, run) = match shape {
        Shape::Future => future(function, options, &library),
        Shape::ReturnedFuture(kind) => returned_future(kind, function, options, &library),
        Shape::Closure => closure(function, options, &library),
        Shape::InPlace => in_place(function, &library),
        Shape::NestedFunction => call_nested_function(function, options, &library),
    };
    let mut body = Group::new(Delimiter::Brace, ours!(#site #nested #find_site #run));
    body.set_span(function.body.span());
    let Function { attributes, head, .. } = function;
    let must_use = attributes.iter().any(|attribute| attribute.path().is_ident("must_use"));
    // Written on an `async fn`, it was for the future's output.
    let allow = (shape == Shape::Future && must_use).then(|| ours!(#[allow(clippy::double_must_use)]));
    // In a closure or an async block, a `self` that has been moved in is not seen to be read by its own destructor. Nothing there
    // can be bound to the name again, as arguments are.
    let moves_self = matches!(shape, Shape::Closure | Shape::Future | Shape::ReturnedFuture(_))
        && function.signature.receiver().is_some_and(|receiver| receiver.mutability.is_some());
    let allow_assignments = moves_self.then(|| ours!(#[allow(unused_assignments)]));
    quote!(#allow_assignments #(#attributes)* #allow #head #signature #body)
}

/// The call site, and the item whose path tells the function's.
fn site(
    options: &Options,
    shape: Shape,
    name_of: NameOf,
    error_kinds: &TokenStream,
    library: &TokenStream,
) -> TokenStream {
    let name = match (options.name.as_ref().and_then(plan::string_literal), name_of) {
        (None, _) => ours!(#library::Name::Path),
        (Some(name), NameOf::Function) => ours!(#library::Name::Given(#name)),
        (Some(name), NameOf::Type) => ours!(#library::Name::InType(#name)),
    };
    let labels = plan::labels(options.labels.as_deref().unwrap_or_default()).map(|(name, value)| {
        let value = value.map_or_else(
            || ours!(::core::option::Option::None),
            |value| ours!(::core::option::Option::Some(#value)),
        );
        ours!((#name, #value))
    });
    let buckets = match (&options.buckets, options.buckets.as_ref().and_then(plan::literal_bounds)) {
        (None, _) => ours!(&#library::DEFAULT_BUCKETS),
        (Some(_), Some(nanos)) => ours!(&const { #library::BucketTable::new(&[#(#nanos),*]) }),
        (Some(constant), None) => {
            // Which the compiler is to point at where a bound is wrong.
            let here = Span::mixed_site().located_at(constant.span());
            let library = located_at(here, library.clone());
            let nanos = quote_spanned!(here=> #library::nanos(#constant));
            ours!(&const { #library::BucketTable::new(&const { #nanos }) })
        }
    };
    let sample = plan::sample(options);
    let stopwatch = Ident::new(plan::stopwatch(shape, options), Span::mixed_site());
    let description = ours!(#library::Description {
        module: ::core::module_path!(),
        place: (::core::line!(), ::core::column!()),
        path: || #library::type_name_of_val(&__tachometer_here),
        name: #name,
        labels: &[#(#labels),*],
        buckets: #buckets,
        sample: #sample,
        error_kinds: #error_kinds,
    });
    let new = match &options.registry {
        None => ours!(new(#description)),
        Some(registry) => {
            ours!(attached_by(#description, |__function| #library::attach_to(#registry, __function)))
        }
    };
    ours! {
        static __TACHOMETER_SITE: #library::Site<#library::#stopwatch> = #library::Site::#new;
        fn __tachometer_here() {}
        #library::link!(__TACHOMETER_SITE);
    }
}

/// The same names in another place.
fn located_at(place: Span, tokens: TokenStream) -> TokenStream {
    let moved = |mut token: TokenTree| {
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.into_iter().map(moved).collect()
}

/// The kinds that are shown before the first call.
fn error_kinds(
    function: &Function,
    options: &Options,
    knows_parameters: bool,
    library: &TokenStream,
) -> TokenStream {
    let signature = &function.signature;
    let mut parameters = parameter_names(&signature.generics);
    parameters.extend(function.outer_parameters.iter().flatten().cloned());
    let is_method = signature.receiver().is_some() || mentions(signature.to_token_stream(), "Self");
    let hidden = (is_method && function.outer_parameters.is_none()).then_some(signature);
    let is_asked = knows_parameters && options.error_kind.is_none();
    let ty = is_asked.then(|| returns::nameable_result(&signature.output, &parameters, hidden));
    match ty.flatten() {
        None => ours!(::core::option::Option::None),
        Some(ty) => ours!({ use #library::NoKindsOf as _; <#library::KindsOf<#ty>>::ALL }),
    }
}

/// A predicate on the value, where the annotation has one. It is evaluated at the call's end, so that it may panic.
fn is_ok(options: &Options, library: &TokenStream) -> Option<TokenStream> {
    let Decision { key, decide } = options.decision.as_ref()?;
    let not = (key == "error_if").then(|| ours!(!));
    Some(ours!(|__value| #not #library::says(__value, #decide)))
}

fn closure(function: &Function, options: &Options, library: &TokenStream) -> (TokenStream, TokenStream) {
    let (signature, bindings) = move_arguments(&function.signature, options);
    let returned = match &signature.output {
        ReturnType::Default => Some(ours!(-> ())),
        ReturnType::Type(arrow, ty) => returns::nameable(ty).map(|ty| ours!(#arrow #ty)),
    };
    let body = body_with(&bindings, function);
    // The braces that a closure with a written type needs are the body's own.
    let value = ours!(#library::once(move || #returned #body)());
    (signature.to_token_stream(), run_sync(&value, function, options, library))
}

/// A call from its begin to its end, in which `value` is evaluated.
fn run_sync(
    value: &TokenStream,
    function: &Function,
    options: &Options,
    library: &TokenStream,
) -> TokenStream {
    let returned = match is_ok(options, library) {
        None => ours!(returned(#value)),
        Some(is_ok) => ours!(returned_if(#value, #is_ok)),
    };
    let end = end_returned(function, options, library);
    ours! {
        let __call = #library::begin(__site);
        let __returned = __call.#returned;
        #end
    }
}

/// The end of `__returned`, by the value's type: whether that is a `Result`, and whether its error has kinds.
fn end_returned(function: &Function, options: &Options, library: &TokenStream) -> TokenStream {
    if !returns::may_be_result(&function.signature.output) {
        return ours!(#library::EndAny::__end(__returned));
    }
    let (with_kinds, import) = with_kinds(options, library);
    ours!({ use #library::EndAny as _; #import __returned.#with_kinds.__end() })
}

/// A method call that says where the kind of an error is from, and the trait it may need.
fn with_kinds(options: &Options, library: &TokenStream) -> (TokenStream, Option<TokenStream>) {
    match &options.error_kind {
        None => (ours!(__with_kinds()), Some(ours!(use #library::WithoutKinds as _;))),
        Some(ErrorKind { key, kind }) => {
            // What is wrong where no `Result` is returned.
            let method = Ident::new("with_kinds_by", Span::mixed_site().located_at(key.span()));
            (ours!(#method(#kind)), None)
        }
    }
}

fn future(function: &Function, options: &Options, library: &TokenStream) -> (TokenStream, TokenStream) {
    let (mut signature, bindings) = move_arguments(&function.signature, options);
    // The future holds `self` also where the body does not use it: that decides whether it is `Send`.
    let hold_self =
        signature.receiver().map(|receiver| &receiver.self_token).map(|this| ours!(let _ = &#this;));
    signature.asyncness = None;
    let is_never = returns::is_never(&signature.output);
    let output = match &signature.output {
        ReturnType::Default => ours!(()),
        // `!` may only be named as what a function returns.
        ReturnType::Type(_, ty) if is_never => ours!(<fn() -> #ty as #library::Return>::Output),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    // An async block has no place for its type. A `return` that is never reached tells it, so that the body's values are
    // coerced as they would be in the function.
    let nameable = match &signature.output {
        ReturnType::Default => Some(ours!(())),
        ReturnType::Type(..) if is_never => None,
        ReturnType::Type(_, ty) => returns::nameable(ty).map(|ty| ty.to_token_stream()),
    };
    let tell_type = nameable.map(|ty| ours!(if false { return #library::never::<#ty>(); }));
    let body = body_with(&ours!(#hold_self #bindings #tell_type), function);
    let end = if is_never {
        // Its output is no `Result`, and the compiler must not guess that it might be.
        ours!(#library::EndAnyFuture::__end(__future))
    } else {
        end_future(options, library)
    };
    let run = ours! {
        let __future = #library::timed(__site, async move #body);
        #end
    };
    // Lints point from the signature's first token to its last one, which must be the user's: else, to the annotation.
    let last = match &signature.output {
        ReturnType::Default => signature.paren_token.span.close(),
        ReturnType::Type(_, ty) => {
            ty.to_token_stream().into_iter().last().map_or_else(Span::call_site, |token| token.span())
        }
    };
    let close = quote_spanned!(last=> >);
    signature.output = syn::parse_quote_spanned!(Span::mixed_site()=> -> impl ::core::future::Future<Output = #output #close);
    (signature.to_token_stream(), run)
}

/// `__future`, whose outcomes are what the annotation says, or else what its output's type says.
fn end_future(options: &Options, library: &TokenStream) -> TokenStream {
    let (with_kinds, import) = with_kinds(options, library);
    match is_ok(options, library) {
        None => ours!({ use #library::EndAnyFuture as _; #import __future.#with_kinds.__end() }),
        Some(is_ok) => ours!({ #import __future.#with_kinds.end_if(#is_ok) }),
    }
}

fn returned_future(
    kind: ReturnedFuture,
    function: &Function,
    options: &Options,
    library: &TokenStream,
) -> (TokenStream, TokenStream) {
    let (signature, bindings) = move_arguments(&function.signature, options);
    let body = body_with(&bindings, function);
    let output = returns::future_output(&signature.output);
    let (returned, end) = match (kind, &signature.output) {
        (ReturnedFuture::Boxed, ReturnType::Type(arrow, ty)) => {
            let returned = returns::nameable(ty).map(|ty| ours!(#arrow #ty));
            let end = end_future(options, library);
            // Which the compiler is to point at where the future must live longer than its output does.
            let here = Span::mixed_site().located_at(ty.span());
            let boxed = located_at(here, ours!(#library::boxed));
            (returned, quote_spanned!(here=> #boxed(#end)))
        }
        _ => (None, end_future(options, library)),
    };
    let run = ours! {
        let __future = #library::timed(__site, #library::making::<#output, _, _>(move || #returned #body)());
        #end
    };
    (signature.to_token_stream(), run)
}

fn in_place(function: &Function, library: &TokenStream) -> (TokenStream, TokenStream) {
    let body = nested_body(function);
    let check = check_no_result(&function.signature.output, library);
    let run = ours! {
        #check
        let __call = #library::InPlace::begin(__site);
        #body
    };
    (function.signature.to_token_stream(), run)
}

/// Has the compiler refuse a `Result`, whatever name it was written with: nothing sees the value of a body in place.
fn check_no_result(output: &ReturnType, library: &TokenStream) -> Option<TokenStream> {
    let ReturnType::Type(_, ty) = output else { return None };
    let is_asked = returns::may_be_result(output) && !returns::is_opaque(output);
    is_asked.then(|| {
        let here = Span::mixed_site().located_at(ty.span());
        let library = located_at(here, library.clone());
        quote_spanned!(here=> { use #library::NotResult as _; let _: fn() = <#library::InPlaceOf<#ty>>::__in_place; })
    })
}

/// The body as a function of its own.
fn nested_function(function: &Function, options: &Options) -> TokenStream {
    let mut nested = function.signature.clone();
    nested.ident = Ident::new(NESTED_FUNCTION, Span::mixed_site());
    let arguments = nested.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    let uses: TokenStream =
        arguments.map(|argument| with_cfgs(argument, &labels::use_bound(options, &argument.pat))).collect();
    let body = body_with(&uses, function);
    ours!(#[track_caller] #nested #body)
}

fn call_nested_function(
    function: &Function,
    options: &Options,
    library: &TokenStream,
) -> (TokenStream, TokenStream) {
    let (signature, _) = move_arguments(&function.signature, options);
    let arguments = signature.inputs.iter().filter_map(|input| {
        let FnArg::Typed(argument) = input else { return None };
        let cfgs = argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let name = &argument.pat;
        Some(ours!(#(#cfgs)* #name))
    });
    let nested = Ident::new(NESTED_FUNCTION, Span::mixed_site());
    // What only the return type tells is not to be guessed.
    let parameters = parameters(&signature.generics);
    let value = ours!(#nested::<#(#parameters),*>(#(#arguments),*));
    (signature.to_token_stream(), run_sync(&value, function, options, library))
}

/// `{ bindings { the user's body } }`, or the user's body alone.
///
/// The outer braces are of this crate's edition, 2024, in which temporaries of a block's last expression are dropped
/// before its variables: so they are before the arguments, as in a function of any edition.
fn body_with(bindings: &TokenStream, function: &Function) -> TokenStream {
    if bindings.is_empty() {
        return function.body.to_token_stream();
    }
    let body = nested_body(function);
    ours!({ #bindings #body })
}

/// The user's body as a block inside of ours. Its braces are the user's own: by them lints tell whose its statements are. The
/// compiler would call them unnecessary around an expression alone, so that gets company.
fn nested_body(function: &Function) -> Group {
    let is_semicolon = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let statements = function.body.stream();
    let company = (!statements.clone().into_iter().any(is_semicolon)).then(|| {
        ours!(
            const _: () = ();
        )
    });
    let mut body = Group::new(Delimiter::Brace, ours!(#company #statements));
    body.set_span(function.body.span());
    body
}

/// The signature with a plain name for each argument, and the statements that move all arguments in where the body
/// runs and bind them as they were written. So they drop where, and in the order, they always did.
fn move_arguments(written: &Signature, options: &Options) -> (Signature, TokenStream) {
    let mut signature = written.clone();
    let mut bindings = TokenStream::new();
    for (index, input) in signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                // A body that uses a part of `self` would move only that part in.
                if !matches!(receiver.kind, ReceiverKind::Reference(..)) {
                    let receiver = receiver.self_token;
                    bindings.extend(ours!(let _ = &#receiver;));
                }
            }
            FnArg::Typed(argument) => {
                let (of_argument, attributes): (Vec<_>, Vec<_>) =
                    argument.attrs.drain(..).partition(expects_of_argument);
                argument.attrs.clone_from(&attributes);
                argument.attrs.retain(|attribute| !attribute.path().is_ident("expect"));
                argument.attrs.extend(of_argument);
                let cfgs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
                let uses = with_cfgs(argument, &labels::use_bound(options, &argument.pat));
                let pattern = &argument.pat;
                if let Some(name) = plan::plain_name(argument) {
                    // Moving an argument in is no other variable, nor the use that its name may deny.
                    let allow = ours!(#[allow(clippy::shadow_same, clippy::no_effect_underscore_binding, clippy::used_underscore_binding)]);
                    bindings.extend(ours!(#allow #(#attributes)* let #pattern = #name; #uses));
                    *argument.pat = syn::parse_quote!(#name);
                } else {
                    let name = plan::argument_name(index);
                    let tokens = pattern.to_token_stream();
                    let by_ref_mut = mentions(tokens.clone(), "ref") && mentions(tokens, "mut");
                    let mutable = by_ref_mut.then(|| ours!(mut));
                    let allow = by_ref_mut.then(|| ours!(#[allow(unused_mut)]));
                    bindings.extend(ours! {
                        #(#cfgs)* #allow let #mutable #name = #name;
                        #(#attributes)* let #pattern = #name;
                        #uses
                    });
                    *argument.pat = syn::parse_quote!(#name);
                }
            }
        }
    }
    (signature, bindings)
}

/// Whether an attribute expects a lint of the argument that is none of the variable it binds: only one of the two meets it.
fn expects_of_argument(attribute: &Attribute) -> bool {
    let of_variable = |lint: &str| mentions(attribute.to_token_stream(), lint);
    attribute.path().is_ident("expect")
        && !["unused", "unused_variables", "unused_mut"].into_iter().any(of_variable)
}

/// Statements that are there where the argument is.
fn with_cfgs(argument: &PatType, statements: &TokenStream) -> TokenStream {
    let cfgs = argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    if statements.is_empty() { TokenStream::new() } else { ours!(#(#cfgs)* { #statements }) }
}
