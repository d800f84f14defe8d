//! `#[derive(ErrorKind)]`.

use crate::derive::{self, Own, Place};
use crate::errors::Errors;
use crate::tokens::{ours, ours_at};
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Fields, Generics, Ident, Item, Type};

const ON_ENUM: Place = Place {
    attribute: "error_kind",
    string: None,
    allows_transparent: false,
    allows_crate: true,
    allowed: "`#[error_kind(crate = path)]`: a name or `transparent` must be on a variant",
};

const ON_STRUCT: Place = Place {
    string: Some("kind"),
    allows_transparent: true,
    allowed: "`#[error_kind(\"name\")]`, `#[error_kind(transparent)]` or `#[error_kind(crate = path)]`",
    ..ON_ENUM
};

const ON_VARIANT: Place = Place {
    allows_crate: false,
    allowed: "`#[error_kind(\"name\")]` or `#[error_kind(transparent)]`",
    ..ON_STRUCT
};

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    derive::derive(item, |item, errors| match item {
        Item::Enum(item) => {
            let library = derive::attributes_of(&item.attrs, ON_ENUM, errors).library();
            let variants = item.variants.iter().map(|variant| {
                let name = &variant.ident;
                let own = derive::attributes_of(&variant.attrs, ON_VARIANT, errors);
                case(name, &ours!(Self::#name), &variant.fields, own, errors)
            });
            implement(&item.ident, &item.generics, &library, variants.collect())
        }
        Item::Struct(item) => {
            let own = derive::attributes_of(&item.attrs, ON_STRUCT, errors);
            let library = own.library();
            let only = case(&item.ident, &ours!(Self), &item.fields, own, errors);
            implement(&item.ident, &item.generics, &library, vec![only])
        }
        Item::Union(item) => {
            let message = "`ErrorKind` cannot be derived for a union: it must be on an enum or a struct";
            errors.at(item.union_token, message);
            let library = derive::attributes_of(&item.attrs, ON_ENUM, errors).library();
            let only = Case { pattern: ours!(_), kind: Kind::Named(String::new()) };
            implement(&item.ident, &item.generics, &library, vec![only])
        }
        other => {
            errors.at(other, "`ErrorKind` must be derived for an enum or a struct");
            TokenStream::new()
        }
    })
}

/// A variant, or a whole struct.
struct Case {
    pattern: TokenStream,
    kind: Kind,
}

enum Kind {
    Named(String),
    /// The kind of the only field.
    OfField(Box<Type>),
}

fn case(name: &Ident, path: &TokenStream, fields: &Fields, own: Own, errors: &mut Errors) -> Case {
    let message = "`#[error_kind(…)]` is not allowed on a field: it must be on the variant or the struct";
    derive::refuse_on_fields(fields, ON_VARIANT.attribute, message, errors);
    let only_field = fields.iter().next().filter(|_| fields.len() == 1);
    match (&own.transparent, only_field) {
        (Some(_), Some(field)) => {
            let member = derive::member(field, 0);
            Case {
                pattern: ours!(#path { #member: __error }),
                kind: Kind::OfField(Box::new(field.ty.clone())),
            }
        }
        (transparent, _) => {
            if let Some(transparent) = transparent {
                let message = format!(
                    "`transparent` needs exactly one field, whose kinds it takes: here are {}",
                    fields.len()
                );
                errors.at(transparent, message);
            }
            let given = own.non_empty_name("the name of a kind must not be empty", errors);
            let kind = given.map_or_else(|| derive::snake_case(name), |given| given.value());
            Case { pattern: ours!(#path { .. }), kind: Kind::Named(kind) }
        }
    }
}

fn implement(name: &Ident, generics: &Generics, library: &TokenStream, cases: Vec<Case>) -> TokenStream {
    let of_trait = ours!(#library::ErrorKind);
    let mut generics = generics.clone();
    let (mut visits, mut arms) = (TokenStream::new(), TokenStream::new());
    for Case { pattern, kind } in cases {
        match kind {
            Kind::Named(kind) => {
                visits.extend(ours!(__visit(#kind);));
                arms.extend(ours!(#pattern => #kind,));
            }
            Kind::OfField(ty) => {
                // If the type has no kinds, both are reported as one error.
                let here = ours_at(ty.span());
                let of_field = quote_spanned!(here=> <#ty as #of_trait>);
                visits.extend(ours!(#of_field::kinds(__visit);));
                arms.extend(ours!(#pattern => #of_field::error_kind(__error),));
                derive::add_bound(&mut generics, &ty, &of_trait);
            }
        }
    }
    // A `match` on a reference to an empty enum would not be exhaustive.
    let of_self = if arms.is_empty() { ours!(*self) } else { ours!(self) };
    let body = ours! {
        fn kinds(__visit: &mut dyn ::core::ops::FnMut(&'static ::core::primitive::str)) {
            #visits
        }

        fn error_kind(&self) -> &'static ::core::primitive::str {
            match #of_self { #arms }
        }
    };
    derive::implementation(&of_trait, name, &generics, &body)
}
