//! The macros of `tachometer`. Use them through that crate, which re-exports them and documents what they count.
//!
//! An annotation passes through `args` and `item`, which parse it, and `check`, which reports every error or makes a typed
//! `plan`; `expand` writes the plan as tokens and cannot fail. Each derive is a module of its own.
//!
//! The order of the modules: each imports only from rows above its own.
//!
//! | modules | subject |
//! | --- | --- |
//! | `errors`, `tokens`, `spelling`, `literal`, `label_name` | helpers |
//! | `returns` | return types, by their spelling |
//! | `args` | the options as they are written |
//! | `item` | the annotated item |
//! | `objectives` | the option `slo` as typed values |
//! | `settings` | the options as typed values |
//! | `shape` | how a body becomes a call |
//! | `order` | attributes that must go first |
//! | `plan` | all that is generated |
//! | `check` | all errors, or the plan |
//! | `arguments` | how arguments move into a body |
//! | `site`, `body` | the parts of an expansion |
//! | `expand` | the plan as tokens |
//! | `derive` | shared parts of the derives |
//! | `error_kind`, `label_set`, `label_value` | the derives |

#![forbid(unsafe_code)]

mod args;
mod arguments;
mod body;
mod check;
mod derive;
mod error_kind;
mod errors;
mod expand;
mod item;
mod label_name;
mod label_set;
mod label_value;
mod literal;
mod objectives;
mod order;
mod plan;
mod returns;
mod settings;
mod shape;
mod site;
mod spelling;
mod tokens;

use errors::Errors;
use proc_macro2::TokenStream;
use settings::Settings;

/// Counts and times every call of a function, of a method, or of all methods of an `impl` block.
#[proc_macro_attribute]
pub fn instrumented(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    instrument(arguments.into(), item.into()).into()
}

/// Implements `ErrorKind` for an error type.
#[proc_macro_derive(ErrorKind, attributes(error_kind, tachometer))]
pub fn derive_error_kind(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    error_kind::derive(item.into()).into()
}

/// Implements `LabelValue` for an enum, or for a struct with one field.
#[proc_macro_derive(LabelValue, attributes(label_value, tachometer))]
pub fn derive_label_value(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    label_value::derive(item.into()).into()
}

/// Implements `LabelSet` for a struct.
#[proc_macro_derive(LabelSet, attributes(label, tachometer))]
pub fn derive_label_set(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    label_set::derive(item.into()).into()
}

fn instrument(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = args::parse(arguments, &mut errors);
    let expansion = match item::parse(item.clone(), &mut errors) {
        None => {
            Settings::read(&options, &mut errors);
            item
        }
        Some(parsed) => match check::check(&options, &parsed, &mut errors) {
            Some(plan) if cfg!(feature = "enabled") => {
                if order::must_wait(&options, &parsed) {
                    order::put_last(&options, item)
                } else {
                    expand::expand(&plan)
                }
            }
            _ => item::without_annotations(&parsed),
        },
    };
    errors.beside(&expansion)
}
