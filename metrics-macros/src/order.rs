//! Other attributes below ours that need to see the item as it was written.
//!
//! `tokio::main`, `tokio::test` and `async_trait` look for the word `async`, which an expansion of ours takes away;
//! `tracing::instrument` looks for the future that a function returns, which an expansion of ours hides. If such an
//! attribute follows, ours moves below it and waits for its turn. An attribute that expands meanwhile may add further ones
//! below ours, and then ours waits again. It does not wait twice for the same one: an attribute that is still there is inert.

use crate::args::{BLOCK, Options, WAITED_FOR};
use crate::item::{Function, Item, metas_of_cfg_attr};
use crate::returns;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::Parser;
use syn::{Attribute, Path};

/// Whether a foreign attribute, which stands below ours or it would be gone by now, is to go first.
pub(crate) fn must_wait(options: &Options, item: &Item) -> bool {
    match item {
        Item::Function(function) => function_must_wait(options, function),
        Item::Impl(block) => is_any_new(&block.attributes, options),
    }
}

/// Whether a function is async, or returns a future, and has an attribute that may look for it.
pub(crate) fn function_must_wait(options: &Options, function: &Function) -> bool {
    let signature = &function.signature;
    (signature.asyncness.is_some() || returns::returned_future(&signature.output).is_some())
        && is_any_new(&function.attributes, options)
}

fn is_any_new(attributes: &[Attribute], options: &Options) -> bool {
    foreign(attributes).any(|attribute| !options.waited_for.contains(&attribute))
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
    let foreign = Attribute::parse_outer.parse2(attributes.clone()).unwrap_or_default();
    let annotation = annotation(options, &foreign, &options.tokens);
    quote!(#attributes #annotation #rest)
}

/// [`put_last`] for a method inside an annotated block.
pub(crate) fn put_last_on_method(own: &Options, block: &Options, method: &Function) -> TokenStream {
    let (name, of_block, of_method) = (format_ident!("{BLOCK}"), &block.tokens, &own.tokens);
    let options = own.clone().or(block);
    let annotation = annotation(&options, &method.attributes, &quote!(#name(#of_block), #of_method));
    let Function { attributes, head, signature, body, .. } = method;
    quote!(#(#attributes)* #annotation #head #signature #body)
}

fn annotation(options: &Options, attributes: &[Attribute], arguments: &TokenStream) -> TokenStream {
    let library = options
        .library
        .as_ref()
        .map_or_else(|| quote_spanned!(Span::mixed_site()=> ::tachometer), ToTokens::to_token_stream);
    let (waited_for, foreign) = (format_ident!("{WAITED_FOR}"), foreign(attributes));
    quote!(#[#library::instrumented(#waited_for(#(#foreign),*), #arguments)])
}

/// The foreign attributes as text, without the white space that differs from one expansion to the next.
fn foreign(attributes: &[Attribute]) -> impl Iterator<Item = String> {
    let text = |attribute: &Attribute| {
        attribute.to_token_stream().to_string().split_whitespace().collect::<String>()
    };
    attributes.iter().filter(|attribute| is_foreign(attribute)).map(text)
}

/// Whether an attribute is neither the language's nor a tool's, or becomes such a one under a condition.
fn is_foreign(attribute: &Attribute) -> bool {
    match metas_of_cfg_attr(attribute) {
        Some((_, metas)) => metas.iter().any(|meta| is_foreign_path(meta.path())),
        None => is_foreign_path(attribute.path()),
    }
}

fn is_foreign_path(path: &Path) -> bool {
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
    let segments = &path.segments;
    let first = segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    match segments.len() {
        1 => !OF_THE_LANGUAGE.contains(&first.as_str()),
        _ => !TOOLS.contains(&first.as_str()),
    }
}
