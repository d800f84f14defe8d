//! The plan of an expansion: all that is generated for an item, in types that leave nothing to fail.

use crate::args::{Decision, Given};
use crate::item::{Function, ImplBlock, parameter_names};
use crate::objectives::Objectives;
use crate::returns;
use crate::settings::{Buckets, EndsWith, Label, LabelValue, Settings, Time};
use crate::shape::Shape;
use crate::tokens::{library, mentions, ours};
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::num::NonZero;
use syn::{Expr, Type};

#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum Plan<'a> {
    Function(FunctionPlan<'a>),
    Impl(ImplPlan<'a>),
}

pub(crate) struct ImplPlan<'a> {
    pub(crate) block: &'a ImplBlock,
    pub(crate) members: Vec<MemberPlan<'a>>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all are of the large one")]
pub(crate) enum MemberPlan<'a> {
    Instrumented(FunctionPlan<'a>),
    /// A member that is not instrumented here, as the tokens it becomes.
    Other(TokenStream),
}

/// The plan of a function or a method.
pub(crate) struct FunctionPlan<'a> {
    pub(crate) function: &'a Function,
    pub(crate) shape: Shape<'a>,
    pub(crate) stopwatch: Stopwatch,
    pub(crate) name: Name,
    pub(crate) labels: Vec<Label<'a>>,
    pub(crate) max_label_sets: usize,
    pub(crate) buckets: Option<Buckets<'a>>,
    pub(crate) has_native_buckets: bool,
    pub(crate) objectives: Option<Objectives<'a>>,
    pub(crate) decision: Option<&'a Decision>,
    pub(crate) error_kind: Option<&'a Given<Expr>>,
    pub(crate) ends_with: Option<EndsWith<'a>>,
    /// The type that tells the kinds of errors which are shown before the first call.
    pub(crate) declared_kinds: Option<Type>,
    /// One call in so many is timed.
    pub(crate) sample: NonZero<u64>,
    /// The level of the span of `tracing` that each call opens.
    pub(crate) span: Option<&'static str>,
    pub(crate) registry: Option<&'a Expr>,
    /// The path of the library's support module.
    pub(crate) library: TokenStream,
}

/// The name of a function.
pub(crate) enum Name {
    /// Its path.
    Path,
    Given(String),
    /// The name that a block gives to its type, with the method's own name after it.
    InType(String),
}

/// The library's type that times the calls.
#[derive(Clone, Copy)]
pub(crate) enum Stopwatch {
    Wall,
    Busy,
    Sampled,
    SampledBusy,
}

/// The part of the block around a method that the macro sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockView {
    /// Its options and its generic parameters.
    Whole,
    /// Its options, which the method's annotation has brought along.
    Options,
}

const DEFAULT_MAX_LABEL_SETS: usize = 1_000;

impl<'a> FunctionPlan<'a> {
    /// Returns the plan of a function, or of a method, that is annotated alone.
    pub(crate) fn of_function(function: &'a Function, settings: Settings<'a>) -> Self {
        let name = settings.name.clone().map_or(Name::Path, Name::Given);
        Self::new(function, settings, name, BlockView::Whole)
    }

    /// Returns the plan of a method in an annotated block.
    pub(crate) fn of_method(
        method: &'a Function,
        own: Settings<'a>,
        block: &Settings<'a>,
        view: BlockView,
    ) -> Self {
        let name = match (&own.name, &block.name) {
            (Some(own), _) => Name::Given(own.clone()),
            (None, Some(block)) => Name::InType(block.clone()),
            (None, None) => Name::Path,
        };
        Self::new(method, own.or(block), name, view)
    }

    fn new(function: &'a Function, settings: Settings<'a>, name: Name, view: BlockView) -> Self {
        let shape = Shape::of(function, settings.sees_value());
        let sample = settings.sample.unwrap_or(NonZero::<u64>::MIN);
        let is_polled = shape.is_future() || settings.ends_with.is_some();
        let is_busy = is_polled && settings.time.is_some_and(|time| time.value == Time::Busy);
        let asks_for_kinds = view == BlockView::Whole && settings.error_kind.is_none();
        let library = library(settings.library);
        FunctionPlan {
            function,
            shape,
            stopwatch: match (is_busy, sample.get() > 1) {
                (false, false) => Stopwatch::Wall,
                (true, false) => Stopwatch::Busy,
                (false, true) => Stopwatch::Sampled,
                (true, true) => Stopwatch::SampledBusy,
            },
            name,
            labels: settings.labels.unwrap_or_default(),
            max_label_sets: settings
                .max_label_sets
                .map_or(DEFAULT_MAX_LABEL_SETS, |max| usize::try_from(max.value.get()).unwrap_or(usize::MAX)),
            buckets: settings.buckets,
            objectives: settings.slo,
            has_native_buckets: settings.native.unwrap_or(true),
            decision: settings.decision.map(|decision| &decision.value),
            error_kind: settings.error_kind,
            ends_with: settings.ends_with.map(|ends_with| ends_with.value),
            declared_kinds: if asks_for_kinds { declared_kinds(function) } else { None },
            sample,
            span: settings.span,
            registry: settings.registry,
            library: ours!(#library::__private),
        }
    }

    /// Returns the values of labels that are evaluated at each call, in order.
    pub(crate) fn evaluated_labels(&self) -> impl Iterator<Item = &'a Expr> {
        self.labels.iter().filter_map(|label| match label.value {
            LabelValue::Evaluated(value) => Some(value),
            LabelValue::Known(_) => None,
        })
    }
}

fn declared_kinds(function: &Function) -> Option<Type> {
    let signature = &function.signature;
    let mut parameters = parameter_names(&signature.generics);
    parameters.extend(function.outer_parameters.iter().flatten().cloned());
    let is_method = signature.receiver().is_some() || mentions(signature.to_token_stream(), "Self");
    let hidden = (is_method && function.outer_parameters.is_none()).then_some(signature);
    returns::nameable_result(&signature.output, &parameters, hidden)
}
