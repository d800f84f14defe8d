//! The macros of `tachometer`. Use them through that crate, which re-exports them and documents what they count.
//!
//! One street: `args` and `item` parse, `check` finds every mistake, `plan` decides what to generate, `expand` writes it
//! and cannot fail. The derives have a file each, and in `derive` what they share.

mod args;
mod check;
mod derive;
mod error_kind;
mod errors;
mod expand;
mod item;
mod label_name;
mod label_set;
mod label_value;
mod labels;
mod order;
mod plan;
mod returns;

use errors::Errors;
use proc_macro2::TokenStream;

/// Counts and times every call of a function, of a method, or of all methods of an `impl` block.
#[proc_macro_attribute]
pub fn instrumented(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    instrument(arguments.into(), item.into()).into()
}

/// Gives an error type its kinds.
#[proc_macro_derive(ErrorKind, attributes(error_kind))]
pub fn derive_error_kind(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    error_kind::derive(item.into()).into()
}

/// Makes an enum, or a struct with one field, the value of a label.
#[proc_macro_derive(LabelValue, attributes(label_value))]
pub fn derive_label_value(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    label_value::derive(item.into()).into()
}

/// Makes a struct a set of labels.
#[proc_macro_derive(LabelSet, attributes(label))]
pub fn derive_label_set(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    label_set::derive(item.into()).into()
}

fn instrument(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = args::parse(arguments, &mut errors);
    let expansion = match item::parse(item.clone(), &mut errors) {
        None => {
            check::check_options(&options, &mut errors);
            item
        }
        Some(parsed) => {
            check::check(&options, &parsed, &mut errors);
            if !errors.is_empty() || !cfg!(feature = "enabled") {
                item::without_annotations(&parsed)
            } else if order::must_wait(&options, &parsed) {
                order::put_last(&options, item)
            } else {
                expand::expand(&options, &parsed)
            }
        }
    };
    errors.beside(&expansion)
}
