//! Reading instrumented functions into snapshots.

use super::description::{Description, Label};
use super::instrumented::Function;
use crate::recorder::Reader;
use crate::snapshot::{
    CancelledByStage, Exemplar, FunctionSnapshot, HistogramSnapshot, SelectedCalls, of_buckets,
};
use std::collections::BTreeMap;
use std::ptr;

/// The snapshots of functions.
#[derive(Debug, Default)]
pub(crate) struct FunctionReadings {
    pub(crate) series: Vec<FunctionSnapshot>,
    /// Calls that ended in overflow series; `None` if no function has labels that are evaluated at each call.
    pub(crate) overflowed_calls: Option<u64>,
}

/// What is counted after the end of a call, by function: read before the calls.
pub(crate) type KindReadings = BTreeMap<*const Function, CountedAfterEnd>;

#[derive(Debug)]
pub(crate) struct CountedAfterEnd {
    error_kinds: Vec<(String, u64)>,
    cancelled: Option<CancelledByStage>,
}

impl CountedAfterEnd {
    fn none(function: &Function) -> Self {
        let cancelled = function.description.ends_later.then(CancelledByStage::default);
        CountedAfterEnd { error_kinds: Vec::new(), cancelled }
    }
}

impl Function {
    /// Returns whether it has labels whose values are evaluated at each call.
    fn has_evaluated_labels(&self) -> bool {
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

    /// Reads the kinds of its errors and the stages of its cancellations, for [`read`](Self::read) to combine with its calls.
    pub(crate) fn read_error_kinds(&'static self, into: &mut KindReadings) {
        into.extend(self.parts().map(|part| {
            let error_kinds = part.error_kinds.read();
            let cancelled = part.description.ends_later.then(|| part.cancellations.read());
            (ptr::from_ref(part), CountedAfterEnd { error_kinds, cancelled })
        }));
    }

    /// Adds its series, one for each set of evaluated labels, under the `function` label that its registry has chosen.
    pub(crate) fn read(
        &self,
        label: &str,
        kinds: &mut KindReadings,
        reader: &mut Reader,
        into: &mut FunctionReadings,
    ) {
        if !self.has_evaluated_labels() {
            into.series.push(self.read_cells(label, kinds, reader));
            return;
        }
        let overflowed_calls = into.overflowed_calls.get_or_insert_default();
        // Labels of a future are not shown before the future is polled.
        for calls in self.labelled.iter().filter(|calls| calls.function.cells.has_calls()) {
            let series = calls.function.read_cells(label, kinds, reader);
            if calls.is_overflow {
                *overflowed_calls += series.calls();
            }
            into.series.push(series);
        }
    }

    fn read_cells(&self, label: &str, kinds: &mut KindReadings, reader: &mut Reader) -> FunctionSnapshot {
        let reading = reader.read(&self.cells);
        let [errors, panics, cancelled] = reading.failed;
        let exemplars = &reading.exemplars;
        let owned = |(name, value): &Label| Some(((*name).to_owned(), (*value)?.to_owned()));
        let Description { module, labels, buckets, sample, .. } = self.description;
        // Of a set of labels that is newer than the reading, there is none.
        let CountedAfterEnd { error_kinds, cancelled: cancelled_by_stage } =
            kinds.remove(&ptr::from_ref(self)).unwrap_or_else(|| CountedAfterEnd::none(self));
        FunctionSnapshot {
            function: label.to_owned(),
            module: module.to_owned(),
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
