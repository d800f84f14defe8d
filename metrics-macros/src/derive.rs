//! What the derives share: the attributes that name things, and parts of what they generate.

use crate::args::nearest;
use crate::errors::Errors;
use crate::item::mentions;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Field, Generics, Ident, Item, LitStr, Meta, Path, Token, Type};

macro_rules! ours {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}
pub(crate) use ours;

/// What `implement` makes of the item, with all mistakes: it is there beside them too, so that no use of it is one more.
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

/// A place where a derive's attribute may stand, and what it may say there.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// What the attribute is called.
    pub(crate) attribute: &'static str,
    /// What a string in it gives, if it takes one.
    pub(crate) gives: Option<&'static str>,
    pub(crate) takes_transparent: bool,
    pub(crate) takes_crate: bool,
    /// All this, for those who wrote something else.
    pub(crate) allowed: &'static str,
}

/// What the attributes at one place say.
#[derive(Default)]
pub(crate) struct Own {
    pub(crate) name: Option<LitStr>,
    pub(crate) transparent: Option<Ident>,
    library: Option<Path>,
}

impl Own {
    /// Where this library is.
    pub(crate) fn library(&self) -> TokenStream {
        self.library.as_ref().map_or_else(|| ours!(::tachometer), ToTokens::to_token_stream)
    }

    /// The name, if it is not empty; `mistake` says why it must not be.
    pub(crate) fn name_but(self, mistake: &str, errors: &mut Errors) -> Option<LitStr> {
        if let Some(name) = self.name.as_ref().filter(|name| name.value().is_empty()) {
            errors.at(name, mistake);
        }
        self.name.filter(|name| !name.value().is_empty())
    }
}

pub(crate) fn attributes_of(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Own {
    let mut own = Own::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(place.attribute)) {
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

fn parse(input: ParseStream<'_>, place: Place, own: &mut Own) -> syn::Result<()> {
    let wrong = |span: Span| syn::Error::new(span, format!("expected {}", place.allowed));
    let span = input.span();
    if place.takes_crate && input.peek(Token![crate]) {
        input.parse::<Token![crate]>()?;
        if own.library.is_some() {
            return Err(syn::Error::new(span, "`crate` is given twice"));
        }
        input.parse::<Token![=]>().map_err(|_| wrong(span))?;
        let span = input.span();
        own.library = Some(input.call(Path::parse_mod_style).map_err(|_| wrong(span))?);
    } else {
        let is_given = own.name.is_some() || own.transparent.is_some();
        if let Some(gives) = place.gives.filter(|_| is_given) {
            return Err(syn::Error::new(span, format!("the {gives} is given twice")));
        }
        match input.call(Ident::parse_any) {
            Ok(word) if place.takes_transparent && word == "transparent" => own.transparent = Some(word),
            Ok(word) => {
                let known = [("transparent", place.takes_transparent), ("crate", place.takes_crate)];
                let known = known.into_iter().filter_map(|(word, takes)| takes.then_some(word));
                return Err(match nearest(&word.to_string(), known) {
                    Some(near) => syn::Error::new(span, format!("did you mean `{near}`?")),
                    None => wrong(span),
                });
            }
            Err(_) if place.gives.is_some() => {
                own.name = Some(input.parse().map_err(|_| wrong(span))?);
            }
            Err(_) => return Err(wrong(span)),
        }
    }
    if input.is_empty() { Ok(()) } else { Err(wrong(input.span())) }
}

/// An attribute on a field, where it says nothing.
pub(crate) fn refuse_on_fields<'a>(
    fields: impl IntoIterator<Item = &'a Field>,
    attribute: &str,
    message: &str,
    errors: &mut Errors,
) {
    for written in fields.into_iter().flat_map(|field| &field.attrs) {
        if written.path().is_ident(attribute) {
            errors.at(written, message);
        }
    }
}

/// How a field is called where one is named: tuples have numbers.
pub(crate) fn member(field: &Field, index: usize) -> TokenStream {
    let number = || {
        let mut number = proc_macro2::Literal::usize_unsuffixed(index);
        number.set_span(Span::mixed_site());
        number.to_token_stream()
    };
    field.ident.as_ref().map_or_else(number, ToTokens::to_token_stream)
}

/// Where `ty` depends on a parameter, the bound that it has the trait.
pub(crate) fn add_bound(generics: &mut Generics, ty: &Type, of_trait: &TokenStream) {
    let depends =
        generics.type_params().any(|parameter| mentions(ty.to_token_stream(), &parameter.ident.to_string()));
    if depends {
        let bound = syn::parse_quote_spanned!(Span::mixed_site()=> #ty: #of_trait);
        generics.make_where_clause().predicates.push(bound);
    }
}

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

/// `HTTPError` becomes `http_error`, `Utf8` `utf8`.
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
