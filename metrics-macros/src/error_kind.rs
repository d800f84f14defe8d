//! `#[derive(ErrorKind)]`.

use crate::args::nearest;
use crate::errors::Errors;
use crate::item::mentions;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Generics, Ident, Item, LitStr, Meta, Path, Token, Type};

macro_rules! ours {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

/// The implementation, with all mistakes: it is there beside them too, so that no use of it is one more.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let expansion = match syn::parse2(item) {
        Ok(Item::Enum(item)) => {
            let library = attributes_of(&item.attrs, Place::Enum, &mut errors).library;
            let variants = item
                .variants
                .iter()
                .map(|variant| {
                    let name = &variant.ident;
                    let own = attributes_of(&variant.attrs, Place::Variant, &mut errors);
                    case(name, &ours!(Self::#name), &variant.fields, own, &mut errors)
                })
                .collect();
            implement(&item.ident, &item.generics, library, variants)
        }
        Ok(Item::Struct(item)) => {
            let mut own = attributes_of(&item.attrs, Place::Struct, &mut errors);
            let library = own.library.take();
            let only = case(&item.ident, &ours!(Self), &item.fields, own, &mut errors);
            implement(&item.ident, &item.generics, library, vec![only])
        }
        Ok(Item::Union(item)) => {
            errors.at(
                item.union_token,
                "`ErrorKind` is derived for an enum or a struct: a union does not know what it holds",
            );
            let only = Case { pattern: ours!(_), kind: Kind::Named(String::new()) };
            implement(&item.ident, &item.generics, None, vec![only])
        }
        Ok(other) => {
            errors.at(other, "`ErrorKind` is derived for an enum or a struct");
            TokenStream::new()
        }
        Err(error) => {
            errors.push(error);
            TokenStream::new()
        }
    };
    errors.beside(&expansion)
}

/// A variant, or a struct as its own only one.
struct Case {
    pattern: TokenStream,
    kind: Kind,
}

enum Kind {
    Named(String),
    /// That of the only field.
    OfField(Box<Type>),
}

/// What `#[error_kind(…)]` says.
#[derive(Default)]
struct Own {
    name: Option<LitStr>,
    transparent: Option<Ident>,
    library: Option<Path>,
}

fn case(name: &Ident, path: &TokenStream, fields: &Fields, own: Own, errors: &mut Errors) -> Case {
    for attribute in fields.iter().flat_map(|field| &field.attrs).filter(|attribute| is_ours(attribute)) {
        errors.at(attribute, "`#[error_kind(…)]` stands on the variant or the struct, not on its field");
    }
    let only_field = fields.iter().next().filter(|_| fields.len() == 1);
    match (&own.transparent, only_field) {
        (Some(_), Some(field)) => {
            let place = field.ident.as_ref().map_or_else(|| ours!(0), ToTokens::to_token_stream);
            Case {
                pattern: ours!(#path { #place: __error }),
                kind: Kind::OfField(Box::new(field.ty.clone())),
            }
        }
        (transparent, _) => {
            if let Some(transparent) = transparent {
                let message = format!(
                    "`transparent` takes the kinds of the error in the only field, and here are {} fields",
                    fields.len()
                );
                errors.at(transparent, message);
            }
            let kind = own.name.map_or_else(|| snake_case(&name.unraw().to_string()), |name| name.value());
            Case { pattern: ours!(#path { .. }), kind: Kind::Named(kind) }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Enum,
    Struct,
    Variant,
}

fn attributes_of(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Own {
    let mut own = Own::default();
    for attribute in attributes.iter().filter(|attribute| is_ours(attribute)) {
        let parsed = match &attribute.meta {
            Meta::List(list) => list.parse_args_with(|input: ParseStream<'_>| parse(input, place, &mut own)),
            _ => Err(syn::Error::new_spanned(attribute, format!("expected {}", allowed(place)))),
        };
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
    own
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().is_ident("error_kind")
}

fn allowed(place: Place) -> &'static str {
    match place {
        Place::Enum => "`#[error_kind(crate = path)]`; a name and `transparent` stand on its variants",
        Place::Struct => {
            "`#[error_kind(\"name\")]`, `#[error_kind(transparent)]` or `#[error_kind(crate = path)]`"
        }
        Place::Variant => "`#[error_kind(\"name\")]` or `#[error_kind(transparent)]`",
    }
}

fn parse(input: ParseStream<'_>, place: Place, own: &mut Own) -> syn::Result<()> {
    let wrong = |span: Span| syn::Error::new(span, format!("expected {}", allowed(place)));
    let span = input.span();
    if place != Place::Variant && input.peek(Token![crate]) {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>().map_err(|_| wrong(span))?;
        let span = input.span();
        own.library = Some(input.call(Path::parse_mod_style).map_err(|_| wrong(span))?);
    } else if place != Place::Enum && (own.name.is_some() || own.transparent.is_some()) {
        return Err(syn::Error::new(span, "the kind is given twice"));
    } else if place != Place::Enum {
        match input.parse::<LitStr>() {
            Ok(name) if name.value().is_empty() => {
                return Err(syn::Error::new(name.span(), "the name of a kind must not be empty"));
            }
            Ok(name) => own.name = Some(name),
            Err(_) => match input.parse::<Ident>() {
                Ok(word) if word == "transparent" => own.transparent = Some(word),
                Ok(word) if nearest(&word.to_string(), ["transparent"]).is_some() => {
                    return Err(syn::Error::new(span, "did you mean `transparent`?"));
                }
                _ => return Err(wrong(span)),
            },
        }
    } else {
        return Err(wrong(span));
    }
    if input.is_empty() { Ok(()) } else { Err(wrong(input.span())) }
}

fn implement(name: &Ident, generics: &Generics, library: Option<Path>, cases: Vec<Case>) -> TokenStream {
    let library = library.map_or_else(|| ours!(::tachometer), |path| ours!(#path));
    let mut generics = generics.clone();
    let parameters: Vec<String> =
        generics.type_params().map(|parameter| parameter.ident.to_string()).collect();
    let (mut visits, mut arms) = (TokenStream::new(), TokenStream::new());
    for Case { pattern, kind } in cases {
        match kind {
            Kind::Named(kind) => {
                visits.extend(ours!(__visit(#kind);));
                arms.extend(ours!(#pattern => #kind,));
            }
            Kind::OfField(ty) => {
                // Where it has no kinds, both are one error.
                let here = Span::mixed_site().located_at(ty.span());
                let of_field = quote_spanned!(here=> <#ty as #library::ErrorKind>);
                visits.extend(ours!(#of_field::kinds(__visit);));
                arms.extend(ours!(#pattern => #of_field::error_kind(__error),));
                if parameters.iter().any(|parameter| mentions(ty.to_token_stream(), parameter)) {
                    let bound = syn::parse_quote_spanned!(Span::mixed_site()=> #ty: #library::ErrorKind);
                    generics.make_where_clause().predicates.push(bound);
                }
            }
        }
    }
    let (parameters, arguments, bounds) = generics.split_for_impl();
    // An empty enum has no place behind a reference that a `match` could take for covered.
    let of_self = if arms.is_empty() { ours!(*self) } else { ours!(self) };
    ours! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables)]
        impl #parameters #library::ErrorKind for #name #arguments #bounds {
            fn kinds(__visit: &mut dyn ::core::ops::FnMut(&'static ::core::primitive::str)) {
                #visits
            }

            fn error_kind(&self) -> &'static ::core::primitive::str {
                match #of_self { #arms }
            }
        }
    }
}

/// `HTTPError` becomes `http_error`, `Utf8` `utf8`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
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
