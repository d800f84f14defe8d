//! Reading instrumented functions into snapshots.

use super::description::{Description, Label};
use super::instrumented::Function;
use crate::recorder::{CallCells, Reader};
use crate::snapshot::{
    CancelledByStage, Exemplar, FunctionSnapshot, HistogramSnapshot, Place, SelectedCalls, of_buckets,
};

/// The snapshots of functions.
#[derive(Debug, Default)]
pub(crate) struct FunctionReadings {
    pub(crate) series: Vec<FunctionSnapshot>,
    /// Calls that ended in overflow series; `None` if no function has labels that are evaluated at each call.
    pub(crate) overflowed_calls: Option<u64>,
}

/// The calls of a function with the same labels: a series, and what has been read of it so far.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    function: &'static Function,
    /// The `function` label that its registry has chosen.
    label: &'a str,
    has_evaluated_labels: bool,
    is_overflow: bool,
    /// Counted after the end of a call, so read before the calls.
    error_kinds: Vec<(String, u64)>,
    cancelled_by_stage: Option<CancelledByStage>,
}

impl Function {
    /// Returns whether it has labels whose values are evaluated at each call.
    pub(crate) fn has_evaluated_labels(&self) -> bool {
        self.description.labels.iter().any(|(_, value)| value.is_none())
    }

    /// Returns the functions whose cells hold its calls: itself, or one for each set of evaluated labels.
    fn parts(&'static self) -> impl Iterator<Item = &'static Function> {
        let own = (!self.has_evaluated_labels()).then_some(self);
        own.into_iter().chain(self.labelled.iter().map(|calls| calls.function))
    }

    /// Shows the error kinds that are known at compile time from now on. Runs code of the error type.
    pub(crate) fn declare_error_kinds(&'static self) {
        if let Some(all) = self.description.error_kinds {
            self.parts().for_each(|part| part.error_kinds.declare(all));
        }
    }

    /// Adds its parts, with the kinds of its errors and the stages of its cancellations, for [`Part::read`] to combine with its calls.
    pub(crate) fn read_parts<'a>(&'static self, label: &'a str, into: &mut Vec<Part<'a>>) {
        if !self.has_evaluated_labels() {
            into.push(Part::new(self, label, None));
            return;
        }
        into.extend(
            self.labelled.iter().map(|calls| Part::new(calls.function, label, Some(calls.is_overflow))),
        );
    }
}

impl<'a> Part<'a> {
    /// Reads what is counted after the end of a call. `is_overflow` is `None` if no labels are evaluated at each call.
    fn new(function: &'static Function, label: &'a str, is_overflow: Option<bool>) -> Self {
        Part {
            function,
            label,
            has_evaluated_labels: is_overflow.is_some(),
            is_overflow: is_overflow.unwrap_or(false),
            error_kinds: function.error_kinds.read(),
            cancelled_by_stage: function.description.ends_later.then(|| function.cancellations.read()),
        }
    }

    pub(crate) fn cells(&self) -> &'static CallCells {
        &self.function.cells
    }

    /// Adds its series.
    pub(crate) fn read(self, reader: &mut Reader, into: &mut FunctionReadings) {
        // Labels of a future are not shown before the future is polled.
        if self.has_evaluated_labels && !self.cells().has_calls() {
            return;
        }
        let is_overflow = self.is_overflow;
        let series = self.read_cells(reader);
        if is_overflow {
            *into.overflowed_calls.get_or_insert_default() += series.calls();
        }
        into.series.push(series);
    }

    fn read_cells(self, reader: &mut Reader) -> FunctionSnapshot {
        let Part { function, label, error_kinds, cancelled_by_stage, .. } = self;
        let reading = reader.read(&function.cells);
        let [errors, panics, cancelled] = reading.failed;
        let exemplars = &reading.exemplars;
        let owned = |(name, value): &Label| Some(((*name).to_owned(), (*value)?.to_owned()));
        let Description { module, file, place: (line, _), labels, buckets, sample, .. } =
            function.description;
        FunctionSnapshot {
            function: label.to_owned(),
            module: module.to_owned(),
            // A function that is described at run time may have none.
            place: (!file.is_empty()).then(|| Place { file: file.into(), line }),
            labels: labels.iter().filter_map(owned).collect(),
            ok: reading.ended - errors - panics - cancelled,
            errors,
            panics,
            cancelled,
            in_flight: reading.in_flight(),
            error_kinds,
            cancelled_by_stage,
            sample_interval: sample,
            latency: HistogramSnapshot::new(buckets.finite_bounds(), reading.buckets, reading.sum)
                .with_native(reading.native)
                .with_extremes(reading.extremes, reading.recent)
                .with_exemplars(of_buckets(exemplars.buckets.iter().map(|(_, call)| call))),
            selected: SelectedCalls {
                slowest: exemplars.slowest.as_ref().map(Exemplar::new),
                last_error: exemplars.last_error.as_ref().map(Exemplar::new),
                last_panic: exemplars.last_panic.as_ref().map(Exemplar::new),
            }
            .boxed(),
        }
    }
}
