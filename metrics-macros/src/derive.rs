//! The shared parts of the derives: their attributes, and parts of their implementations.

use crate::errors::Errors;
use crate::spelling::nearest;
use crate::tokens::{library, mentions, ours};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Field, Generics, Ident, Item, LitStr, Meta, Path, Token, Type};

/// Returns the implementation for the item, followed by all errors: it is there beside errors too, so that no use of it is
/// another one.
pub(crate) fn derive(
    item: TokenStream,
    implement: impl FnOnce(Item, &mut Errors) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let expansion = match syn::parse2(item) {
        Ok(item) => implement(item, &mut errors),
        Err(error) => {
            errors.push(error);
            TokenStream::new()
        }
    };
    errors.beside(&expansion)
}

/// A place for a derive's attribute, and what is allowed there.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The name of the attribute.
    pub(crate) attribute: &'static str,
    /// What a string in it is, if one is allowed.
    pub(crate) string: Option<&'static str>,
    pub(crate) allows_transparent: bool,
    pub(crate) allows_crate: bool,
    /// All that is allowed, as an error lists it.
    pub(crate) allowed: &'static str,
}

/// The attribute that all derives share.
const SHARED: &str = "tachometer";

/// The shared attribute on a type.
const SHARED_ON_TYPE: Place = Place {
    attribute: SHARED,
    string: None,
    allows_transparent: false,
    allows_crate: true,
    allowed: "`#[tachometer(crate = path)]`",
};

/// The values of the attributes at one place.
#[derive(Default)]
pub(crate) struct Own {
    pub(crate) name: Option<LitStr>,
    pub(crate) transparent: Option<Ident>,
    library: Option<Path>,
}

impl Own {
    /// Returns the path of this library.
    pub(crate) fn library(&self) -> TokenStream {
        library(self.library.as_ref())
    }

    /// Returns the name if it is not empty; `mistake` is the error if it is.
    pub(crate) fn non_empty_name(self, mistake: &str, errors: &mut Errors) -> Option<LitStr> {
        if let Some(name) = self.name.as_ref().filter(|name| name.value().is_empty()) {
            errors.at(name, mistake);
        }
        self.name.filter(|name| !name.value().is_empty())
    }
}

/// Parses the attributes at one place.
pub(crate) fn attributes_of(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Own {
    let mut own = Own::default();
    for attribute in attributes {
        let place = if attribute.path().is_ident(place.attribute) {
            place
        } else if !attribute.path().is_ident(SHARED) {
            continue;
        } else if place.allows_crate {
            SHARED_ON_TYPE
        } else {
            errors.at(attribute, SHARED_NOT_ALLOWED);
            continue;
        };
        let parsed = match &attribute.meta {
            Meta::List(list) => list.parse_args_with(|input: ParseStream<'_>| parse(input, place, &mut own)),
            _ => Err(syn::Error::new_spanned(attribute, format!("expected {}", place.allowed))),
        };
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
    own
}

const SHARED_NOT_ALLOWED: &str = "`#[tachometer(…)]` is not allowed here: it must be on the type";

fn parse(input: ParseStream<'_>, place: Place, own: &mut Own) -> syn::Result<()> {
    let wrong = |span: Span| syn::Error::new(span, format!("expected {}", place.allowed));
    let span = input.span();
    if place.allows_crate && input.peek(Token![crate]) {
        input.parse::<Token![crate]>()?;
        if own.library.is_some() {
            return Err(syn::Error::new(span, "`crate` is given twice"));
        }
        input.parse::<Token![=]>().map_err(|_| wrong(span))?;
        let span = input.span();
        own.library = Some(input.call(Path::parse_mod_style).map_err(|_| wrong(span))?);
    } else {
        let is_given = own.name.is_some() || own.transparent.is_some();
        if let Some(string) = place.string.filter(|_| is_given) {
            return Err(syn::Error::new(span, format!("the {string} is given twice")));
        }
        match input.call(Ident::parse_any) {
            Ok(word) if place.allows_transparent && word == "transparent" => own.transparent = Some(word),
            Ok(word) => {
                let known = [("transparent", place.allows_transparent), ("crate", place.allows_crate)];
                let known = known.into_iter().filter_map(|(word, is_allowed)| is_allowed.then_some(word));
                return Err(match nearest(&word.to_string(), known) {
                    Some(near) => {
                        syn::Error::new(span, format!("unknown word `{word}`; did you mean `{near}`?"))
                    }
                    None => wrong(span),
                });
            }
            Err(_) if place.string.is_some() => {
                own.name = Some(input.parse().map_err(|_| wrong(span))?);
            }
            Err(_) => return Err(wrong(span)),
        }
    }
    if input.is_empty() { Ok(()) } else { Err(wrong(input.span())) }
}

/// Refuses an attribute, and the shared one, on fields.
pub(crate) fn refuse_on_fields<'a>(
    fields: impl IntoIterator<Item = &'a Field>,
    attribute: &str,
    message: &str,
    errors: &mut Errors,
) {
    for written in fields.into_iter().flat_map(|field| &field.attrs) {
        if written.path().is_ident(attribute) {
            errors.at(written, message);
        } else if written.path().is_ident(SHARED) {
            errors.at(written, SHARED_NOT_ALLOWED);
        }
    }
}

/// Returns the name of a field as an expression uses it: a number in a tuple.
pub(crate) fn member(field: &Field, index: usize) -> TokenStream {
    let number = || {
        let mut number = proc_macro2::Literal::usize_unsuffixed(index);
        number.set_span(Span::mixed_site());
        number.to_token_stream()
    };
    field.ident.as_ref().map_or_else(number, ToTokens::to_token_stream)
}

/// Adds the bound that `ty` implements the trait, if it depends on a parameter.
pub(crate) fn add_bound(generics: &mut Generics, ty: &Type, of_trait: &TokenStream) {
    let depends =
        generics.type_params().any(|parameter| mentions(ty.to_token_stream(), &parameter.ident.to_string()));
    if depends {
        let bound = syn::parse_quote_spanned!(Span::mixed_site()=> #ty: #of_trait);
        generics.make_where_clause().predicates.push(bound);
    }
}

/// Returns the implementation of a trait.
pub(crate) fn implementation(
    of_trait: &TokenStream,
    name: &Ident,
    generics: &Generics,
    body: &TokenStream,
) -> TokenStream {
    let (parameters, arguments, bounds) = generics.split_for_impl();
    ours! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables)]
        impl #parameters #of_trait for #name #arguments #bounds { #body }
    }
}

/// Returns a name in snake case: `HTTPError` becomes `http_error`, `Utf8` `utf8`.
pub(crate) fn snake_case(name: &Ident) -> String {
    let letters: Vec<char> = name.unraw().to_string().chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                let ends_acronym =
                    before.is_uppercase() && letters.get(index + 1).is_some_and(|next| next.is_lowercase());
                before != '_' && (!before.is_uppercase() || ends_acronym)
            });
        if begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
