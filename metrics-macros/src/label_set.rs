//! `#[derive(LabelSet)]`.

use crate::derive::{self, Place};
use crate::errors::Errors;
use crate::label_name;
use crate::tokens::{ours, ours_at};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, Fields, Generics, Ident, Item, ItemStruct, Type};

const ON_STRUCT: Place = Place {
    attribute: "label",
    string: None,
    allows_transparent: false,
    allows_crate: true,
    allowed: "`#[label(crate = path)]`: a name must be on a field",
};

const ON_FIELD: Place =
    Place { string: Some("name"), allows_crate: false, allowed: "`#[label(\"name\")]`", ..ON_STRUCT };

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    derive::derive(item, |item, errors| match item {
        Item::Struct(item) => of_struct(&item, errors),
        Item::Enum(item) => {
            let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
            let message = "`LabelSet` cannot be derived for an enum: it must be on a struct, whose fields are the labels; an \
                           enum can be the value of one label with `#[derive(LabelValue)]`";
            errors.at(item.enum_token, message);
            implement(&item.ident, &item.generics, &library, &[])
        }
        Item::Union(item) => {
            let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
            let message =
                "`LabelSet` cannot be derived for a union: it must be on a struct with named fields";
            errors.at(item.union_token, message);
            implement(&item.ident, &item.generics, &library, &[])
        }
        other => {
            errors.at(other, "`LabelSet` must be derived for a struct");
            TokenStream::new()
        }
    })
}

struct Label<'a> {
    name: String,
    field: &'a Ident,
    ty: &'a Type,
}

fn of_struct(item: &ItemStruct, errors: &mut Errors) -> TokenStream {
    let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
    if let Fields::Unnamed(fields) = &item.fields {
        if !fields.unnamed.is_empty() {
            let message = "`LabelSet` needs named fields, which name the labels";
            errors.at(fields, message);
        }
    }
    let mut seen = HashSet::new();
    let labels: Vec<Label<'_>> =
        item.fields.iter().filter_map(|field| label(field, &mut seen, errors)).collect();
    implement(&item.ident, &item.generics, &library, &labels)
}

/// Returns the label of a named field.
fn label<'a>(field: &'a Field, seen: &mut HashSet<String>, errors: &mut Errors) -> Option<Label<'a>> {
    let Field { ident: Some(ident), ty, .. } = field else { return None };
    let mistakes = errors.len();
    let given = derive::attributes_of(&field.attrs, ON_FIELD, errors).name;
    let culprit = given.as_ref().map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream);
    let name = given.map_or_else(|| ident.unraw().to_string(), |given| given.value());
    if errors.len() > mistakes {
        // Its name is not known.
    } else if let Some(mistake) = label_name::mistake(&name, &label_name::RESERVED) {
        errors.at(culprit, mistake);
    } else if !seen.insert(name.clone()) {
        errors.at(culprit, format!("the label `{name}` is given twice"));
    }
    Some(Label { name, field: ident, ty })
}

fn implement(name: &Ident, generics: &Generics, library: &TokenStream, labels: &[Label<'_>]) -> TokenStream {
    let of_value = ours!(#library::LabelValue);
    let mut generics = generics.clone();
    let (mut names, mut values, mut visits) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for Label { name, field, ty } in labels {
        derive::add_bound(&mut generics, ty, &of_value);
        // If the type is not a value, all three are reported as one error. The call alone would be a second, with its own reason.
        let here = ours_at(ty.span());
        let known = quote_spanned!(here=> <#ty as #of_value>::VALUES);
        names.extend(ours!(#name,));
        values.extend(ours!(#known,));
        visits.extend(quote_spanned! {here=>
            let _ = #known;
            #library::family::LabelVisitor::value::<#ty>(__visitor, &self.#field);
        });
    }
    let str = ours!(&'static ::core::primitive::str);
    let body = ours! {
        const NAMES: &'static [#str] = &[#names];
        const VALUES: &'static [::core::option::Option<&'static [#str]>] = &[#values];

        #[inline]
        fn visit(&self, __visitor: &mut impl #library::family::LabelVisitor) {
            #visits
        }
    };
    derive::implementation(&ours!(#library::LabelSet), name, &generics, &body)
}
