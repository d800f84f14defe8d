//! Other attributes below ours that need to see the item as it was written.
//!
//! `tokio::main`, `tokio::test` and `async_trait` look for the word `async`, which an expansion of ours takes away. So
//! where such an attribute follows, ours is put behind it and waits for its turn.

use crate::args::Options;
use crate::item::Item;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Attribute;

/// The option by which an annotation knows that it was put last, and need not be again.
pub(crate) const IS_LAST: &str = "__is_last";

/// Whether a foreign attribute, which stands below ours or it would be gone by now, is to go first.
pub(crate) fn must_wait(options: &Options, item: &Item) -> bool {
    let attributes = match item {
        Item::Function(function) if function.signature.asyncness.is_some() => &function.attributes,
        Item::Function(_) => return false,
        Item::Impl(block) => &block.attributes,
    };
    !options.is_last && attributes.iter().any(is_foreign)
}

/// The item as it was written, with our annotation behind its other attributes.
pub(crate) fn put_last(options: &Options, arguments: &TokenStream, item: TokenStream) -> TokenStream {
    let library = options
        .library
        .as_ref()
        .map_or_else(|| quote_spanned!(Span::mixed_site()=> ::tachometer), ToTokens::to_token_stream);
    let is_last = format_ident!("{IS_LAST}");
    let mut tokens = item.into_iter().peekable();
    let mut attributes = TokenStream::new();
    while let Some(hash) =
        tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#'))
    {
        attributes.extend([hash]);
        attributes.extend(tokens.next());
    }
    let rest: TokenStream = tokens.collect();
    quote!(#attributes #[#library::instrumented(#is_last, #arguments)] #rest)
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
