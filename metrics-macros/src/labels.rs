//! Labels whose values are evaluated at each call.

use crate::args::Options;
use crate::item::{Function, mentions};
use crate::plan::{self, Shape};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat};

const DEFAULT_MAX_LABEL_SETS: u64 = 1_000;

/// The first word or sign in a value that leaves the function or needs a future around it.
pub(crate) fn way_out(value: TokenStream) -> Option<TokenTree> {
    value.into_iter().find_map(|token| match &token {
        TokenTree::Ident(word) if word == "return" || word == "await" => Some(token),
        TokenTree::Punct(sign) if sign.as_char() == '?' => Some(token),
        TokenTree::Group(group) => way_out(group.stream()),
        _ => None,
    })
}

/// The statements that find the call site of a call, `__site`. They stand before everything else, where the arguments
/// have not been moved yet.
pub(crate) fn find_site(
    function: &Function,
    options: &Options,
    shape: Shape,
    library: &TokenStream,
) -> TokenStream {
    let ours = Span::mixed_site();
    let values = plan::evaluated_labels(options);
    if values.is_empty() {
        return quote_spanned!(ours=> let __site = &__TACHOMETER_SITE;);
    }
    let max = options.max_label_sets.as_ref().and_then(|max| plan::positive(&max.value));
    let max = usize::try_from(max.unwrap_or(DEFAULT_MAX_LABEL_SETS)).unwrap_or(usize::MAX);
    let bindings = bind_by_reference(function, shape);
    let stopwatch = Ident::new(plan::stopwatch(shape, options), ours);
    let add = values.iter().map(|value| {
        // A value of a wrong type is pointed out where it stands.
        let here = ours.located_at(value.span());
        quote_spanned!(here=> __values.add(&(#value));)
    });
    quote_spanned! {ours=>
        static __TACHOMETER_LABELS: #library::LabelSets<#library::#stopwatch> =
            #library::LabelSets::new(&__TACHOMETER_SITE, #max);
        let __site = {
            #bindings
            let mut __values = #library::LabelText::new();
            #(#add)*
            __TACHOMETER_LABELS.site(&__values)
        };
    }
}

/// The names that patterns among the arguments will bind once these are moved in, as references.
fn bind_by_reference(function: &Function, shape: Shape) -> TokenStream {
    let ours = Span::mixed_site();
    if shape == Shape::InPlace {
        return TokenStream::new();
    }
    let binding = |(index, input): (usize, &FnArg)| {
        let FnArg::Typed(argument) = input else { return None };
        if plan::plain_name(argument).is_some() {
            return None;
        }
        let mut pattern = (*argument.pat).clone();
        make_plain(&mut pattern);
        let name = plan::argument_name(index);
        let cfgs: Vec<_> =
            argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
        // A label need not use all of them.
        Some(quote_spanned!(ours=> #(#cfgs)* #[allow(unused_variables)] let #pattern = &#name;))
    };
    function.signature.inputs.iter().enumerate().filter_map(binding).collect()
}

/// Takes out of a pattern how it binds, so that it can bind by reference. Returns the names, but those that
/// say by `_` that nothing uses them.
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
        Pat::Or(cases) => cases.cases.iter_mut().map(make_plain).last().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Statements that use what labels are evaluated from, where `pattern` has bound it: the compiler need not ask for another use.
/// They only name it. A reference would have a future keep a second copy of a large argument.
pub(crate) fn use_bound(options: &Options, pattern: &Pat) -> TokenStream {
    let use_it = |name: Ident| {
        if plan::may_be_constant(&name) {
            // Not evaluated: a unit struct would be one more, which is dropped.
            quote_spanned!(Span::mixed_site()=> let _ = || { let _ = &#name; };)
        } else {
            quote_spanned!(Span::mixed_site()=> let _ = #name;)
        }
    };
    names_used(options, pattern).into_iter().map(use_it).collect()
}

fn names_used(options: &Options, pattern: &Pat) -> Vec<Ident> {
    let values = plan::evaluated_labels(options);
    let is_used =
        |name: &Ident| values.iter().any(|value| mentions(value.to_token_stream(), &name.to_string()));
    make_plain(&mut pattern.clone()).into_iter().filter(is_used).collect()
}
