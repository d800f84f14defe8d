//! Attributes that behave as some of other crates do: one that adds another behind those that are there, and one that
//! needs the word `async`.

use proc_macro::{TokenStream, TokenTree};

/// Adds `needs_async` behind all other attributes, as test attributes of frameworks add `tokio::test`.
#[proc_macro_attribute]
pub fn adds_another(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens = item.into_iter().peekable();
    let mut attributes = TokenStream::new();
    while let Some(hash) = tokens.next_if(|token| token.to_string() == "#") {
        attributes.extend([Some(hash), tokens.next()].into_iter().flatten());
    }
    let another: TokenStream = "#[::tachometer_test_attributes::needs_async]".parse().expect("an attribute");
    attributes.extend(another);
    attributes.extend(tokens);
    attributes
}

/// Leaves an async function as it is and refuses any other.
#[proc_macro_attribute]
pub fn needs_async(_: TokenStream, item: TokenStream) -> TokenStream {
    let is_async = |token: TokenTree| matches!(token, TokenTree::Ident(word) if word.to_string() == "async");
    if item.clone().into_iter().any(is_async) {
        item
    } else {
        "compile_error! { \"the word `async` is missing\" }".parse().expect("a macro call")
    }
}
