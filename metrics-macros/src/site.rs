//! The call site: its `static`, and how a call finds it.

use crate::arguments;
use crate::objectives::{Latency, Objectives};
use crate::plan::{FunctionPlan, Name, Stopwatch};
use crate::settings::{Buckets, LabelValue};
use crate::shape::Shape;
use crate::tokens::{moved_to, ours, ours_at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

/// Returns the call site, and the item whose path gives the function's.
pub(crate) fn declare(plan: &FunctionPlan<'_>) -> TokenStream {
    let library = &plan.library;
    let name = match &plan.name {
        Name::Path => ours!(#library::Name::Path),
        Name::Given(name) => ours!(#library::Name::Given(#name)),
        Name::InType(name) => ours!(#library::Name::InType(#name)),
    };
    let labels = plan.labels.iter().map(|label| {
        let name = &label.name;
        let value = match &label.value {
            LabelValue::Known(text) => ours!(::core::option::Option::Some(#text)),
            LabelValue::Evaluated(_) => ours!(::core::option::Option::None),
        };
        ours!((#name, #value))
    });
    let table = Ident::new(if plan.has_native_buckets { "of_time" } else { "new" }, Span::mixed_site());
    let buckets = match &plan.buckets {
        None if plan.has_native_buckets => ours!(&#library::DEFAULT_BUCKETS),
        None => ours!(&#library::DEFAULT_CLASSIC_BUCKETS),
        Some(Buckets::Nanos(nanos)) => ours!(&const { #library::BucketTable::#table(&[#(#nanos),*]) }),
        Some(Buckets::Constant(constant)) => {
            // The compiler points there if a bound is wrong.
            let here = ours_at(constant.span());
            let library = moved_to(here, library);
            let nanos = quote_spanned!(here=> #library::nanos(#constant));
            ours!(&const { #library::BucketTable::#table(&const { #nanos }) })
        }
    };
    let (bounds, buckets, objectives) = match plan.objectives {
        None => (TokenStream::new(), buckets, ours!(::core::option::Option::None)),
        Some(objectives) => {
            let bounds = ours!(const __TACHOMETER_BUCKETS: &#library::BucketTable = #buckets;);
            (bounds, ours!(__TACHOMETER_BUCKETS), declare_objectives(objectives, library))
        }
    };
    let sample = plan.sample.get();
    let stopwatch = stopwatch(plan.stopwatch);
    let error_kinds = match &plan.declared_kinds {
        None => ours!(::core::option::Option::None),
        Some(ty) => ours!({ use #library::NoKindsOf as _; <#library::KindsOf<#ty>>::ALL }),
    };
    let ends_later = plan.ends_with.is_some();
    let description = ours!(#library::Description {
        module: ::core::module_path!(),
        place: (::core::line!(), ::core::column!()),
        path: || #library::type_name_of_val(&__tachometer_here),
        name: #name,
        labels: &[#(#labels),*],
        buckets: #buckets,
        sample: #sample,
        error_kinds: #error_kinds,
        ends_later: #ends_later,
        objectives: #objectives,
    });
    let new = match plan.registry {
        None => ours!(new(#description)),
        Some(registry) => {
            ours!(attached_by(#description, |__function| #library::attach_to(#registry, __function)))
        }
    };
    ours! {
        #bounds
        static __TACHOMETER_SITE: #library::Site<#library::#stopwatch> = #library::Site::#new;
        fn __tachometer_here() {}
        #library::link!(__TACHOMETER_SITE);
    }
}

/// Returns the objectives of a function, an `Option`. They refer to the constant of its buckets.
fn declare_objectives(objectives: Objectives<'_>, library: &TokenStream) -> TokenStream {
    let success = match objectives.success {
        None => ours!(::core::option::Option::None),
        Some(target) => ours!(::core::option::Option::Some(#library::Target::new(#target))),
    };
    let latency = match objectives.latency {
        None => ours!(::core::option::Option::None),
        Some(Latency { nanos, threshold, target }) => {
            // The compiler points there if it is not a bound.
            let here = ours_at(threshold.span());
            let library = moved_to(here, library);
            let objective = quote_spanned! { here=>
                #library::LatencyObjective::new(__TACHOMETER_BUCKETS, #nanos, #library::Target::new(#target))
            };
            ours!(::core::option::Option::Some(#objective))
        }
    };
    ours!(::core::option::Option::Some(
        &const { #library::FunctionObjectives { success: #success, latency: #latency } }
    ))
}

fn stopwatch(stopwatch: Stopwatch) -> Ident {
    let name = match stopwatch {
        Stopwatch::Wall => "Wall",
        Stopwatch::Busy => "Busy",
        Stopwatch::Sampled => "Sampled",
        Stopwatch::SampledBusy => "SampledBusy",
    };
    Ident::new(name, Span::mixed_site())
}

/// Returns the statements that find the site of a call, `__site`. They come before all others, while the arguments have not
/// been moved yet.
pub(crate) fn find(plan: &FunctionPlan<'_>) -> TokenStream {
    let mut values = plan.evaluated_labels().peekable();
    if values.peek().is_none() {
        return ours!(let __site = &__TACHOMETER_SITE;);
    }
    let (library, max) = (&plan.library, plan.max_label_sets);
    let bindings = match plan.shape {
        // The arguments keep their patterns there.
        Shape::InPlace => TokenStream::new(),
        _ => arguments::bind_by_reference(&plan.function.signature),
    };
    let stopwatch = stopwatch(plan.stopwatch);
    let add = values.map(|value| {
        // The compiler points there if its type is wrong.
        let here = ours_at(value.span());
        quote_spanned!(here=> __values.add(&(#value));)
    });
    ours! {
        static __TACHOMETER_LABELS: #library::LabelSets<#library::#stopwatch> =
            #library::LabelSets::new(&__TACHOMETER_SITE, #max);
        let __site = {
            #bindings
            let mut __values = #library::LabelText::new();
            #(#add)*
            __TACHOMETER_LABELS.site(&__values)
        };
    }
}
