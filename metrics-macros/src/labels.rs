//! Labels whose values are evaluated at each call.

use crate::args::Options;
use crate::item::{Function, mentions, words};
use crate::plan::{self, Shape};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat};

const DEFAULT_MAX_LABEL_SETS: u32 = 1_000;

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
pub(crate) fn find_site(options: &Options, function: &Function, library: &TokenStream) -> TokenStream {
    let ours = Span::mixed_site();
    let values = plan::evaluated_labels(options);
    if values.is_empty() {
        return quote_spanned!(ours=> let __site = &__TACHOMETER_SITE;);
    }
    let count = values.len();
    let max = options.max_label_sets.as_ref().and_then(|max| plan::max_label_sets(&max.value));
    let max = usize::try_from(max.unwrap_or(DEFAULT_MAX_LABEL_SETS)).unwrap_or(usize::MAX);
    let bindings = bind_by_reference(function);
    let add = values.iter().map(|value| {
        // A value of a wrong type is pointed out where it stands.
        let here = ours.located_at(value.span());
        quote_spanned!(here=> __values.add(&(#value));)
    });
    quote_spanned! {ours=>
        static __TACHOMETER_LABELS: #library::LabelSets<#count> = #library::LabelSets::new(&__TACHOMETER_SITE, #max);
        let __site = {
            #bindings
            let mut __values = #library::Values::<#count>::new();
            #(#add)*
            __TACHOMETER_LABELS.site(&__values)
        };
    }
}

/// The names that patterns among the arguments will bind once these are moved in, as references.
fn bind_by_reference(function: &Function) -> TokenStream {
    let ours = Span::mixed_site();
    if plan::shape(function) == Shape::InPlace {
        return TokenStream::new();
    }
    let binding = |(index, input): (usize, &FnArg)| {
        let FnArg::Typed(argument) = input else { return None };
        if plan::plain_name(&argument.pat).is_some() {
            return None;
        }
        let mut pattern = (*argument.pat).clone();
        make_plain(&mut pattern);
        let name = plan::argument_name(index);
        let cfgs = argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        Some(quote_spanned!(ours=> #[allow(unused_variables)] #(#cfgs)* let #pattern = &#name;))
    };
    function.signature.inputs.iter().enumerate().filter_map(binding).collect()
}

/// Takes out of a pattern how it binds, so that it can bind by reference.
fn make_plain(pattern: &mut Pat) {
    match pattern {
        Pat::Ident(name) => {
            (name.by_ref, name.mutability) = (None, None);
            name.subpat.iter_mut().for_each(|(_, pattern)| make_plain(pattern));
        }
        Pat::Reference(reference) => {
            make_plain(&mut reference.pat);
            *pattern = (*reference.pat).clone();
        }
        Pat::Paren(inner) => make_plain(&mut inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(make_plain),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(make_plain),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(make_plain),
        Pat::Struct(fields) => fields.fields.iter_mut().for_each(|field| make_plain(&mut field.pat)),
        Pat::Or(cases) => cases.cases.iter_mut().for_each(make_plain),
        _ => {}
    }
}

/// Whether a label is evaluated from something that `pattern` binds: then it is used, whatever the body does.
pub(crate) fn use_argument(options: &Options, pattern: &Pat) -> bool {
    let values = plan::evaluated_labels(options);
    words(pattern.to_token_stream())
        .iter()
        .any(|word| values.iter().any(|value| mentions(value.to_token_stream(), &word.to_string())))
}
