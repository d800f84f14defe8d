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
    let nanos = match literal::seconds(threshold) {
        Seconds::Nanos(nanos) => Some(nanos),
        _ => {
            errors.at(
                threshold,
                "the threshold must be a literal number of seconds, such as `0.25`, and a bound of `buckets`",
            );
            None
        }
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
