//! Token helpers: searching tokens, and writing tokens of this crate's own hygiene.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Path;

/// Quotes tokens of this crate's own: local names do not meet the user's, and words have the meaning of this crate's
/// edition.
macro_rules! ours {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}
pub(crate) use ours;

/// Returns the span of tokens of this crate's own that the compiler shows at `place`.
pub(crate) fn ours_at(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// Returns the same tokens, shown at another place.
pub(crate) fn moved_to(place: Span, tokens: &TokenStream) -> TokenStream {
    let moved = |mut token: TokenTree| {
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.clone().into_iter().map(moved).collect()
}

/// Returns the path of this library: `given` if it was renamed or re-exported.
pub(crate) fn library(given: Option<&Path>) -> TokenStream {
    given.map_or_else(|| ours!(::tachometer), ToTokens::to_token_stream)
}

/// Returns whether `tokens` contain `word`, at any depth.
pub(crate) fn mentions(tokens: TokenStream, word: &str) -> bool {
    mentions_any(tokens, &|found| found == word)
}

/// Returns whether `tokens` contain a word that fulfils `is_wanted`, at any depth.
pub(crate) fn mentions_any(tokens: TokenStream, is_wanted: &impl Fn(&str) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => is_wanted(&word.to_string()),
        TokenTree::Group(group) => mentions_any(group.stream(), is_wanted),
        _ => false,
    })
}
