//! The objectives of a function: the option `slo`.

use crate::args::{Given, SLO_NEEDS, Target};
use crate::errors::Errors;
use crate::literal::{self, Seconds};
use syn::Expr;

/// Objectives of which at least one is given. Targets are in hundred-millionths.
#[derive(Clone, Copy)]
pub(crate) struct Objectives<'a> {
    pub(crate) success: Option<u32>,
    pub(crate) latency: Option<Latency<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Latency<'a> {
    pub(crate) nanos: u64,
    /// The threshold as it is written, which errors point at.
    pub(crate) threshold: &'a Expr,
    pub(crate) target: u32,
}

const PERCENT: &str = "a target must be a literal percentage from 1 to below 100 with at most six decimals, such as \
                       `99.9`";

/// Parses the targets of `slo` and reports those that are wrong.
pub(crate) fn read<'a>(slo: &'a Given<Vec<Target>>, errors: &mut Errors) -> Option<Objectives<'a>> {
    // After a syntax error the missing target may be one that was not understood.
    if slo.value.is_empty() && errors.is_empty() {
        errors.at(&slo.key, SLO_NEEDS);
    }
    let mut objectives = Objectives { success: None, latency: None };
    let known = errors.len();
    for (index, Target { name, value }) in slo.value.iter().enumerate() {
        if slo.value[..index].iter().any(|other| other.name == *name) {
            errors.at(name, format!("the target of `{name}` is given twice"));
        } else if name == "success" {
            objectives.success = read_target(value, errors);
        } else if name == "latency" {
            objectives.latency = read_latency(value, errors);
        } else {
            errors.at(
                name,
                format!("unknown target `{name}`; the targets of `slo` are `success` and `latency`"),
            );
        }
    }
    (errors.len() == known && !slo.value.is_empty()).then_some(objectives)
}

fn read_target(value: &Expr, errors: &mut Errors) -> Option<u32> {
    let target = literal::percent(value);
    if target.is_none() {
        errors.at(value, PERCENT);
    }
    target
}

fn read_latency<'a>(value: &'a Expr, errors: &mut Errors) -> Option<Latency<'a>> {
    let Some((threshold, target)) = pair(value) else {
        let message = "`latency` must be a threshold in seconds and a percentage, as in `latency = (0.25, 99.0)`: 99 % take \
                       at most 0.25 s";
        errors.at(value, message);
        return None;
    };
    let nanos = if let Seconds::Nanos(nanos) = literal::seconds(threshold) {
        Some(nanos)
    } else {
        let message =
            "the threshold must be a literal number of seconds, such as `0.25`, and a bound of `buckets`";
        errors.at(threshold, message);
        None
    };
    let target = read_target(target, errors);
    Some(Latency { nanos: nanos?, threshold, target: target? })
}

fn pair(value: &Expr) -> Option<(&Expr, &Expr)> {
    match value {
        Expr::Tuple(tuple) if tuple.elems.len() == 2 => Some((&tuple.elems[0], &tuple.elems[1])),
        // What a `macro_rules!` fragment comes in.
        Expr::Group(group) => pair(&group.expr),
        _ => None,
    }
}

/// The default bounds of the library, which checks the threshold too.
pub(crate) const DEFAULT_BOUNDS: [u64; 22] = {
    const STEPS: [u64; 3] = [1_000, 2_500, 5_000];
    let mut bounds = [0; 22];
    let (mut index, mut decade) = (0, 1);
    while index < bounds.len() {
        bounds[index] = STEPS[index % STEPS.len()] * decade;
        index += 1;
        if index % STEPS.len() == 0 {
            decade *= 10;
        }
    }
    bounds
};

impl Latency<'_> {
    /// Reports a threshold that is none of the bounds, which increase.
    pub(crate) fn check_is_among(&self, bounds: &[u64], errors: &mut Errors) {
        let above = bounds.partition_point(|bound| *bound < self.nanos);
        if bounds.get(above) == Some(&self.nanos) {
            return;
        }
        let seconds = |nanos: u64| nanos as f64 / 1e9;
        let threshold = seconds(self.nanos);
        let place = match (above.checked_sub(1).map(|below| seconds(bounds[below])), bounds.get(above)) {
            (Some(below), Some(above)) => format!("lies between the bounds {below} and {}", seconds(*above)),
            (Some(last), None) => format!("is above the last one, {last}"),
            (None, Some(first)) => format!("is below the first one, {}", seconds(*first)),
            (None, None) => "is none".to_owned(),
        };
        let message =
            format!("the threshold of an objective must be a bound of its buckets; {threshold} {place}");
        errors.at(self.threshold, message);
    }
}
