//! Collected errors, reported together, each at its own token.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::fmt::Display;

#[derive(Default)]
pub(crate) struct Errors {
    all: Vec<syn::Error>,
}

impl Errors {
    /// Adds an error at `culprit`.
    pub(crate) fn at(&mut self, culprit: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(culprit, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.all.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns `item`, followed by the errors as compile errors.
    pub(crate) fn beside(self, item: &TokenStream) -> TokenStream {
        let errors = self.all.iter().map(syn::Error::to_compile_error);
        quote!(#item #(#errors)*)
    }
}
