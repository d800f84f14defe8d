//! Objectives of a service: the share of calls that succeed or are fast enough, and alerts for when they will be missed.
//!
//! `#[instrumented(slo(…))]` declares the objectives of a [function](macro@crate::instrumented#options),
//! [`Histogram::slo`](crate::Histogram::slo) that of a histogram. They are exported as the family `slo_objective`;
//! [`rules`] returns the recording and alerting rules that Prometheus evaluates. [`docs::guide::objectives`](crate::docs::guide::objectives)
//! shows how to use them.

mod objective;
mod rules;
mod series;
#[cfg(test)]
mod tests;

pub use objective::{Objective, Subject};
pub use rules::rules;
pub(crate) use series::{add_objective_of_histogram, add_objectives_of_function};
