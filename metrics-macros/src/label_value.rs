//! `#[derive(LabelValue)]`.

use crate::derive::{self, Place};
use crate::errors::Errors;
use crate::tokens::{ours, ours_at};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Ident, Item, ItemEnum, ItemStruct, LitStr, Variant};

const ON_ENUM: Place = Place {
    attribute: "label_value",
    string: None,
    allows_transparent: false,
    allows_crate: true,
    allowed: "`#[label_value(crate = path)]`: a value must be on a variant",
};

const ON_STRUCT: Place = Place {
    allowed: "`#[label_value(crate = path)]`: the value of a struct is that of its only field",
    ..ON_ENUM
};

const ON_VARIANT: Place =
    Place { string: Some("value"), allows_crate: false, allowed: "`#[label_value(\"value\")]`", ..ON_ENUM };

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    derive::derive(item, |item, errors| match item {
        Item::Enum(item) => of_enum(&item, errors),
        Item::Struct(item) => of_struct(&item, errors),
        Item::Union(item) => {
            let message = "`LabelValue` cannot be derived for a union: it must be on an enum or a struct with one field";
            errors.at(item.union_token, message);
            let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
            let of_trait = ours!(#library::LabelValue);
            derive::implementation(&of_trait, &item.ident, &item.generics, &writes_nothing())
        }
        other => {
            errors.at(other, "`LabelValue` must be derived for an enum or a struct with one field");
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
            // Almost always a slip; and two equal `VALUES` would be two series that a reader cannot tell apart.
            Some(first) if is_right => {
                let message =
                    format!("the value \"{value}\" is already that of `{first}`: both would be one series");
                errors.at(culprit, message);
            }
            None if is_right => {
                seen.insert(value.clone(), &variant.ident);
            }
            _ => {}
        }
        values.push(value);
    }
    let arms = |texts_or_indices: Vec<TokenStream>| {
        let names = item.variants.iter().map(|variant| &variant.ident);
        ours!(match self { #(Self::#names { .. } => #texts_or_indices,)* })
    };
    let text = arms(values.iter().map(ToTokens::to_token_stream).collect());
    let position = arms((0..values.len()).map(|position| position.to_token_stream()).collect());
    let (write, index) = if values.is_empty() {
        (write(&ours!(match *self {})), index(&ours!(match *self {})))
    } else {
        (write(&ours!(::core::fmt::Write::write_str(__into, #text))), index(&position))
    };
    let values_const = values_const(&ours!(::core::option::Option::Some(&[#(#values),*])));
    let of_trait = ours!(#library::LabelValue);
    derive::implementation(&of_trait, &item.ident, &item.generics, &ours!(#values_const #write #index))
}

fn given_value(variant: &Variant, errors: &mut Errors) -> Option<LitStr> {
    let message = "`#[label_value(…)]` is not allowed on a field: it must be on the variant";
    derive::refuse_on_fields(&variant.fields, ON_VARIANT.attribute, message, errors);
    let mistakes = errors.len();
    let own = derive::attributes_of(&variant.attrs, ON_VARIANT, errors);
    if !variant.fields.is_empty() && own.name.is_none() && errors.len() == mistakes {
        // The value could be that of the variant or that of the field.
        let name = derive::snake_case(&variant.ident);
        let message = format!(
            "a variant with fields needs an explicit value, the same for all their contents, as in \
             `#[label_value(\"{name}\")]`"
        );
        errors.at(&variant.ident, message);
    }
    own.non_empty_name(
        "a label's value must not be empty: Prometheus treats an empty value as no label",
        errors,
    )
}

fn of_struct(item: &ItemStruct, errors: &mut Errors) -> TokenStream {
    let library = derive::attributes_of(&item.attrs, ON_STRUCT, errors).library();
    let message = "`#[label_value(…)]` is not allowed on a field: a struct takes the value of its only field";
    derive::refuse_on_fields(&item.fields, ON_STRUCT.attribute, message, errors);
    let of_trait = ours!(#library::LabelValue);
    let mut generics = item.generics.clone();
    let body = match item.fields.iter().next() {
        Some(field) if item.fields.len() == 1 => {
            let (ty, member) = (&field.ty, derive::member(field, 0));
            derive::add_bound(&mut generics, ty, &of_trait);
            // If the type is not a value, all three are reported as one error.
            let here = ours_at(ty.span());
            let of_field = quote_spanned!(here=> <#ty as #of_trait>);
            let values_const = values_const(&ours!(#of_field::VALUES));
            let write = write(&ours!(#of_field::write(&self.#member, __into)));
            let index = index(&ours!(#of_field::index(&self.#member)));
            ours!(#values_const #write #index)
        }
        _ => {
            let message = format!(
                "`LabelValue` needs a struct with exactly one field, whose value it takes: here are {}; several fields \
                 can be labels with `#[derive(LabelSet)]`",
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

fn index(position: &TokenStream) -> TokenStream {
    ours! {
        #[inline]
        fn index(&self) -> ::core::primitive::usize {
            #position
        }
    }
}
