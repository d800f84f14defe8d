//! `#[derive(LabelValue)]`.

use crate::derive::{self, Place, ours};
use crate::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Ident, Item, ItemEnum, ItemStruct, LitStr, Variant};

const ON_ENUM: Place = Place {
    attribute: "label_value",
    gives: None,
    takes_transparent: false,
    takes_crate: true,
    allowed: "`#[label_value(crate = path)]`; a value stands on its variant",
};

const ON_STRUCT: Place = Place {
    allowed: "`#[label_value(crate = path)]`: the value of a struct is that of its only field",
    ..ON_ENUM
};

const ON_VARIANT: Place =
    Place { gives: Some("value"), takes_crate: false, allowed: "`#[label_value(\"value\")]`", ..ON_ENUM };

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    derive::derive(item, |item, errors| match item {
        Item::Enum(item) => of_enum(&item, errors),
        Item::Struct(item) => of_struct(&item, errors),
        Item::Union(item) => {
            let message = "`LabelValue` is derived for an enum, or a struct with one field: a union does not know \
                           what it holds";
            errors.at(item.union_token, message);
            let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
            let of_trait = ours!(#library::LabelValue);
            derive::implementation(&of_trait, &item.ident, &item.generics, &writes_nothing())
        }
        other => {
            errors.at(other, "`LabelValue` is derived for an enum, or a struct with one field");
            TokenStream::new()
        }
    })
}

fn of_enum(item: &ItemEnum, errors: &mut Errors) -> TokenStream {
    let library = derive::attributes_of(&item.attrs, ON_ENUM, errors).library();
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    let mut values = Vec::new();
    for variant in &item.variants {
        let mistakes = errors.len();
        let given = given_value(variant, errors);
        let is_right = errors.len() == mistakes;
        let culprit =
            given.as_ref().map_or_else(|| variant.ident.to_token_stream(), ToTokens::to_token_stream);
        let value = given.map_or_else(|| derive::snake_case(&variant.ident), |given| given.value());
        match seen.get(&value) {
            // Almost always a slip; and two places in `VALUES` would be two series that nobody can tell apart.
            Some(first) if is_right => {
                let message =
                    format!("`{first}` has the value \"{value}\" already: both would be one series");
                errors.at(culprit, message);
            }
            None if is_right => {
                seen.insert(value.clone(), &variant.ident);
            }
            _ => {}
        }
        values.push(value);
    }
    let arms = |texts_or_places: Vec<TokenStream>| {
        let names = item.variants.iter().map(|variant| &variant.ident);
        ours!(match self { #(Self::#names { .. } => #texts_or_places,)* })
    };
    let text = arms(values.iter().map(ToTokens::to_token_stream).collect());
    let place = arms((0..values.len()).map(|place| place.to_token_stream()).collect());
    let (write, index) = if values.is_empty() {
        (write(&ours!(match *self {})), index(&ours!(match *self {})))
    } else {
        (write(&ours!(::core::fmt::Write::write_str(__into, #text))), index(&place))
    };
    let values_const = values_const(&ours!(::core::option::Option::Some(&[#(#values),*])));
    let of_trait = ours!(#library::LabelValue);
    derive::implementation(&of_trait, &item.ident, &item.generics, &ours!(#values_const #write #index))
}

fn given_value(variant: &Variant, errors: &mut Errors) -> Option<LitStr> {
    let message = "`#[label_value(…)]` stands on the variant, not on its field";
    derive::refuse_on_fields(&variant.fields, ON_VARIANT.attribute, message, errors);
    let mistakes = errors.len();
    let own = derive::attributes_of(&variant.attrs, ON_VARIANT, errors);
    if !variant.fields.is_empty() && own.name.is_none() && errors.len() == mistakes {
        // It could mean the variant, or what is in the field.
        let name = derive::snake_case(&variant.ident);
        let message = format!(
            "a variant with fields must name its value, which is the same whatever they hold, as in \
             `#[label_value(\"{name}\")]`"
        );
        errors.at(&variant.ident, message);
    }
    own.name_but("a label's value must not be empty: to Prometheus, that is no label at all", errors)
}

fn of_struct(item: &ItemStruct, errors: &mut Errors) -> TokenStream {
    let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
    let message = "`#[label_value(…)]` stands on the struct, not on its field";
    derive::refuse_on_fields(&item.fields, ON_STRUCT.attribute, message, errors);
    let of_trait = ours!(#library::LabelValue);
    let mut generics = item.generics.clone();
    let body = match item.fields.iter().next() {
        Some(field) if item.fields.len() == 1 => {
            let (ty, member) = (&field.ty, derive::member(field, 0));
            derive::add_bound(&mut generics, ty, &of_trait);
            // Where it is no value, all three are one error.
            let here = Span::mixed_site().located_at(ty.span());
            let of_field = quote_spanned!(here=> <#ty as #of_trait>);
            let values_const = values_const(&ours!(#of_field::VALUES));
            let write = write(&ours!(#of_field::write(&self.#member, __into)));
            let index = index(&ours!(#of_field::index(&self.#member)));
            ours!(#values_const #write #index)
        }
        _ => {
            let message = format!(
                "the value of a struct is that of its only field, and here are {}; several values are labels: \
                 `#[derive(LabelSet)]`",
                item.fields.len()
            );
            errors.at(&item.ident, message);
            writes_nothing()
        }
    };
    derive::implementation(&of_trait, &item.ident, &generics, &body)
}

fn writes_nothing() -> TokenStream {
    write(&ours!(::core::result::Result::Ok(())))
}

fn values_const(values: &TokenStream) -> TokenStream {
    ours! {
        const VALUES: ::core::option::Option<&'static [&'static ::core::primitive::str]> = #values;
    }
}

fn write(writes: &TokenStream) -> TokenStream {
    ours! {
        #[inline]
        fn write(&self, __into: &mut dyn ::core::fmt::Write) -> ::core::fmt::Result {
            #writes
        }
    }
}

fn index(place: &TokenStream) -> TokenStream {
    ours! {
        #[inline]
        fn index(&self) -> ::core::primitive::usize {
            #place
        }
    }
}
