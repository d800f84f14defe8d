//! The order of attributes: those below ours that must see the item as it is written go first.
//!
//! `tokio::main`, `tokio::test` and `async_trait` look for the word `async`, which our expansion removes;
//! `tracing::instrument` looks for the future that a function returns, which our expansion hides. If such an attribute
//! follows, ours moves below it and waits for its turn. An attribute that expands meanwhile may add further ones below
//! ours, and then ours waits again. It does not wait twice for the same one: an attribute that is still there is inert.

use crate::args::{BLOCK, Options, WAITED_FOR};
use crate::item::{Function, Item, metas_of_cfg_attr};
use crate::returns;
use crate::tokens::library;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::parse::Parser;
use syn::{Attribute, Path};

/// Returns whether a foreign attribute, which is below ours or it would be gone by now, must go first.
pub(crate) fn must_wait(options: &Options, item: &Item) -> bool {
    match item {
        Item::Function(function) => function_must_wait(Some(options), function),
        Item::Impl(block) => is_any_new(&block.attributes, &options.waited_for),
    }
}

/// Returns whether a function is async, or returns a future, and has an attribute that may look for it.
pub(crate) fn function_must_wait(options: Option<&Options>, function: &Function) -> bool {
    let signature = &function.signature;
    (signature.asyncness.is_some() || returns::returned_future(&signature.output).is_some())
        && is_any_new(&function.attributes, options.map_or(&[], |options| &options.waited_for))
}

fn is_any_new(attributes: &[Attribute], waited_for: &[String]) -> bool {
    foreign(attributes).any(|attribute| !waited_for.contains(&attribute))
}

/// Returns the item as it is written, with our annotation after its other attributes.
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
    let path = options.library.as_ref().map(|library| &library.value);
    let annotation = annotation(path, &foreign, &options.tokens);
    quote!(#attributes #annotation #rest)
}

/// Does the same as [`put_last`] for a method inside an annotated block; `own` are the options of its own annotation.
pub(crate) fn put_last_on_method(own: Option<&Options>, block: &Options, method: &Function) -> TokenStream {
    let (name, of_block) = (format_ident!("{BLOCK}"), &block.tokens);
    let of_method = own.map(|own| &own.tokens);
    let path = own.and_then(|own| own.library.as_ref()).or(block.library.as_ref());
    let path = path.map(|library| &library.value);
    let annotation = annotation(path, &method.attributes, &quote!(#name(#of_block), #of_method));
    let Function { attributes, head, signature, body, .. } = method;
    quote!(#(#attributes)* #annotation #head #signature #body)
}

fn annotation(path: Option<&Path>, attributes: &[Attribute], arguments: &TokenStream) -> TokenStream {
    let library = library(path);
    let (waited_for, foreign) = (format_ident!("{WAITED_FOR}"), foreign(attributes));
    quote!(#[#library::instrumented(#waited_for(#(#foreign),*), #arguments)])
}

/// Returns the foreign attributes as text, without the white space that differs from one expansion to the next.
fn foreign(attributes: &[Attribute]) -> impl Iterator<Item = String> {
    let text = |attribute: &Attribute| {
        attribute.to_token_stream().to_string().split_whitespace().collect::<String>()
    };
    attributes.iter().filter(|attribute| is_foreign(attribute)).map(text)
}

/// Returns whether an attribute is neither the language's nor a tool's, or may expand to such a one.
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
