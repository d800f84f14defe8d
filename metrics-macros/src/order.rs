//! Other attributes below ours that need to see the item as it was written.
//!
//! `tokio::main`, `tokio::test` and `async_trait` look for the word `async`, which an expansion of ours takes away. So
//! where such an attribute follows, ours is put behind it and waits for its turn.

use crate::args::{BLOCK, IS_LAST, Options};
use crate::item::{Function, Item};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Attribute;

/// Whether a foreign attribute, which stands below ours or it would be gone by now, is to go first.
pub(crate) fn must_wait(options: &Options, item: &Item) -> bool {
    !options.is_last
        && match item {
            Item::Function(function) => needs_async(function),
            Item::Impl(block) => block.attributes.iter().any(is_foreign),
        }
}

/// Whether a function has the word `async` and an attribute that may look for it.
pub(crate) fn needs_async(function: &Function) -> bool {
    function.signature.asyncness.is_some() && function.attributes.iter().any(is_foreign)
}

/// The item as it was written, with our annotation behind its other attributes.
pub(crate) fn put_last(options: &Options, item: TokenStream) -> TokenStream {
    let mut tokens = item.into_iter().peekable();
    let mut attributes = TokenStream::new();
    while let Some(hash) =
        tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#'))
    {
        attributes.extend([hash]);
        attributes.extend(tokens.next());
    }
    let rest: TokenStream = tokens.collect();
    let annotation = annotation(options, &options.tokens);
    quote!(#attributes #annotation #rest)
}

/// [`put_last`] for a method inside an annotated block.
pub(crate) fn put_last_on_method(own: &Options, block: &Options, method: &Function) -> TokenStream {
    let (name, of_block, of_method) = (format_ident!("{BLOCK}"), &block.tokens, &own.tokens);
    let annotation = annotation(&own.clone().or(block), &quote!(#name(#of_block), #of_method));
    let Function { attributes, head, signature, body } = method;
    quote!(#(#attributes)* #annotation #head #signature #body)
}

fn annotation(options: &Options, arguments: &TokenStream) -> TokenStream {
    let library = options
        .library
        .as_ref()
        .map_or_else(|| quote_spanned!(Span::mixed_site()=> ::tachometer), ToTokens::to_token_stream);
    let is_last = format_ident!("{IS_LAST}");
    quote!(#[#library::instrumented(#is_last, #arguments)])
}

/// Whether an attribute is neither the language's nor a tool's.
fn is_foreign(attribute: &Attribute) -> bool {
    const OF_THE_LANGUAGE: [&str; 26] = [
        "allow",
        "automatically_derived",
        "bench",
        "cfg",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "export_name",
        "forbid",
        "ignore",
        "inline",
        "instruction_set",
        "link_section",
        "must_use",
        "naked",
        "no_mangle",
        "optimize",
        "should_panic",
        "target_feature",
        "test",
        "track_caller",
        "unsafe",
        "warn",
    ];
    const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];
    let segments = &attribute.path().segments;
    let first = segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    match segments.len() {
        1 => !OF_THE_LANGUAGE.contains(&first.as_str()),
        _ => !TOOLS.contains(&first.as_str()),
    }
}
