//! `#[derive(LabelSet)]`.

use crate::derive::{self, Place, ours};
use crate::errors::Errors;
use crate::label_name;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, Fields, Generics, Ident, Item, ItemStruct, Type};

const ON_STRUCT: Place = Place {
    attribute: "label",
    gives: None,
    takes_transparent: false,
    takes_crate: true,
    allowed: "`#[label(crate = path)]`; a name stands on its field",
};

const ON_FIELD: Place =
    Place { gives: Some("name"), takes_crate: false, allowed: "`#[label(\"name\")]`", ..ON_STRUCT };

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    derive::derive(item, |item, errors| match item {
        Item::Struct(item) => of_struct(&item, errors),
        Item::Enum(item) => {
            let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
            let message = "`LabelSet` is derived for a struct, whose fields are the labels: an enum is one value, which is \
                 `#[derive(LabelValue)]`";
            errors.at(item.enum_token, message);
            implement(&item.ident, &item.generics, &library, &[])
        }
        Item::Union(item) => {
            let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
            let message = "`LabelSet` is derived for a struct: a union does not know what it holds";
            errors.at(item.union_token, message);
            implement(&item.ident, &item.generics, &library, &[])
        }
        other => {
            errors.at(other, "`LabelSet` is derived for a struct");
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
            let message =
                "`LabelSet` is derived for a struct with named fields: their names are those of the labels";
            errors.at(fields, message);
        }
    }
    let mut seen = HashSet::new();
    let labels: Vec<Label<'_>> =
        item.fields.iter().filter_map(|field| label(field, &mut seen, errors)).collect();
    implement(&item.ident, &item.generics, &library, &labels)
}

/// The label that a named field is.
fn label<'a>(field: &'a Field, seen: &mut HashSet<String>, errors: &mut Errors) -> Option<Label<'a>> {
    let Field { ident: Some(ident), ty, .. } = field else { return None };
    let mistakes = errors.len();
    let given = derive::attributes_of(&field.attrs, ON_FIELD, errors).name;
    let culprit = given.as_ref().map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream);
    let name = given.map_or_else(|| ident.unraw().to_string(), |given| given.value());
    if errors.len() > mistakes {
        // What it should be called is not known.
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
        // Where it is no value, all three are one error. The call alone would be another, for it says why it asks.
        let here = Span::mixed_site().located_at(ty.span());
        let known = quote_spanned!(here=> <#ty as #of_value>::VALUES);
        names.extend(ours!(#name,));
        values.extend(ours!(#known,));
        visits.extend(quote_spanned! {here=>
            let _ = #known;
            #library::LabelVisitor::value::<#ty>(__visitor, &self.#field);
        });
    }
    let str = ours!(&'static ::core::primitive::str);
    let body = ours! {
        const NAMES: &'static [#str] = &[#names];
        const VALUES: &'static [::core::option::Option<&'static [#str]>] = &[#values];

        #[inline]
        fn visit(&self, __visitor: &mut impl #library::LabelVisitor) {
            #visits
        }
    };
    derive::implementation(&ours!(#library::LabelSet), name, &generics, &body)
}
