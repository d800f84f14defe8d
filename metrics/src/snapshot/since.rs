//! Differences between two snapshots.

use super::collector::MetricsSnapshot;
use super::declared::FamilySnapshot;
use super::full::FullSnapshot;
use super::function::FunctionSnapshot;
use super::moment::Moment;
use crate::error::{Cause, Error};
use std::collections::BTreeMap;
use std::time::Duration;

impl FullSnapshot {
    /// Returns the difference since `earlier`, an earlier snapshot of the same registry.
    ///
    /// Counters and histograms are subtracted, never below zero; gauges have the later value; extremes, including recent ones, are
    /// absent, for they cannot be subtracted; exemplars are those that `earlier` does not have. Metrics that `earlier` does not contain are unchanged. Nothing is reset, so any number
    /// of readers can each keep their own earlier snapshot, and none of them loses anything.
    ///
    /// The time in between is measured by a monotonic clock; if one of the two was read from JSON, by their timestamps.
    ///
    /// Two snapshots of different runs (of two registries, or of a program before and after a restart) have no difference: their
    /// counters started at zero at different times. Then the result is everything that this run has counted since its own start, as
    /// Prometheus treats a counter that was reset. [`try_since`](Self::try_since) fails instead.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let jobs = registry.register_counter("jobs");
    /// jobs.add(5);
    /// let earlier = registry.snapshot_all();
    /// jobs.add(2);
    /// let difference = registry.snapshot_all().since(&earlier);
    /// assert_eq!(difference.counters["jobs"], 2);
    /// assert!(difference.elapsed().is_some());
    /// ```
    #[must_use]
    pub fn since(&self, earlier: &FullSnapshot) -> FullSnapshot {
        if self.is_of_another_run_than(earlier) { self.since_its_start() } else { self.less(earlier) }
    }

    /// Returns the difference since `earlier` with the extremes of this snapshot, for formats that show them as gauges.
    #[cfg(feature = "otlp")]
    pub(crate) fn since_with_extremes(&self, earlier: &FullSnapshot) -> FullSnapshot {
        let mut difference = self.since(earlier);
        difference.minmax.clone_from(&self.minmax);
        for (difference, now) in difference.functions.iter_mut().zip(&self.functions) {
            difference.latency.extremes = now.latency.extremes;
        }
        difference
    }

    /// Returns whether the runs of both are known and differ.
    fn is_of_another_run_than(&self, earlier: &FullSnapshot) -> bool {
        matches!((self.run, earlier.run), (Some(later), Some(earlier)) if later != earlier)
    }

    fn since_its_start(&self) -> FullSnapshot {
        let start = FullSnapshot {
            timestamp: self.created,
            taken: Moment::default(),
            ..FullSnapshot::empty(self.created)
        };
        self.less(&start)
    }

    fn less(&self, earlier: &FullSnapshot) -> FullSnapshot {
        FullSnapshot {
            timestamp: self.timestamp,
            metrics: differences(&self.metrics, &earlier.metrics, MetricsSnapshot::since),
            histograms: differences(&self.histograms, &earlier.histograms, |later, earlier| {
                later.since(earlier)
            }),
            minmax: BTreeMap::new(),
            counters: differences(&self.counters, &earlier.counters, |later, earlier| {
                later.saturating_sub(*earlier)
            }),
            gauges: self.gauges.clone(),
            declared: differences(&self.declared, &earlier.declared, FamilySnapshot::since),
            functions: self.functions.iter().map(|function| function.since_in(earlier)).collect(),
            labels: self.labels.clone(),
            help: self.help.clone(),
            self_metrics: self
                .self_metrics
                .iter()
                .map(|family| family.since(&earlier.self_metrics))
                .collect(),
            created: earlier.timestamp,
            run: self.run,
            taken: self.taken,
            elapsed: Some(self.time_since(earlier)),
        }
    }

    /// Returns the difference as [`since`](Self::since) does, for two snapshots of the same run.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let first = MetricsRegistry::new(Duration::from_secs(10));
    /// let second = MetricsRegistry::new(Duration::from_secs(10));
    /// let earlier = first.snapshot_all();
    /// assert!(first.snapshot_all().try_since(&earlier).is_ok());
    /// let error = second.snapshot_all().try_since(&earlier).unwrap_err().to_string();
    /// assert!(error.starts_with("the two snapshots are from different runs"), "{error}");
    /// ```
    ///
    /// # Errors
    /// If the two were taken of different registries, or in different runs of a program. JSON contains the run of a snapshot; JSON
    /// from elsewhere without it counts as the same run.
    pub fn try_since(&self, earlier: &FullSnapshot) -> Result<FullSnapshot, Error> {
        if self.is_of_another_run_than(earlier) {
            return Err(Cause::OtherRun.into());
        }
        Ok(self.since(earlier))
    }

    fn time_since(&self, earlier: &FullSnapshot) -> Duration {
        let by_calendar = || self.timestamp.duration_since(earlier.timestamp).unwrap_or_default();
        self.taken.since(earlier.taken).unwrap_or_else(by_calendar)
    }

    /// Returns the time that a difference ([`since`](Self::since)) spans; `None` for a snapshot as it was taken.
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }
}

/// Subtracts from each entry of `later` the entry of the same name in `earlier`.
fn differences<T: Clone>(
    later: &BTreeMap<String, T>,
    earlier: &BTreeMap<String, T>,
    subtract: impl Fn(&T, &T) -> T,
) -> BTreeMap<String, T> {
    let difference = |(name, later): (&String, &T)| {
        let rest = earlier.get(name).map_or_else(|| later.clone(), |earlier| subtract(later, earlier));
        (name.clone(), rest)
    };
    later.iter().map(difference).collect()
}

impl MetricsSnapshot {
    fn since(&self, earlier: &MetricsSnapshot) -> MetricsSnapshot {
        MetricsSnapshot {
            requests: self.requests.saturating_sub(earlier.requests),
            errors: self.errors.saturating_sub(earlier.errors),
            bytes_sent: self.bytes_sent.saturating_sub(earlier.bytes_sent),
            active_connections: self.active_connections,
        }
    }
}

impl FunctionSnapshot {
    /// Returns the calls of this function since those in `earlier`, if any.
    fn since_in(&self, earlier: &FullSnapshot) -> FunctionSnapshot {
        match self.find_in(&earlier.functions) {
            Some(earlier) => self.since(earlier),
            None => FunctionSnapshot { latency: self.latency.clone().without_extremes(), ..self.clone() },
        }
    }

    /// Returns the series of this function in `functions`, which are sorted.
    fn find_in<'a>(&self, functions: &'a [FunctionSnapshot]) -> Option<&'a FunctionSnapshot> {
        if let Ok(index) = functions.binary_search_by(|function| function.identity().cmp(&self.identity())) {
            return Some(&functions[index]);
        }
        // Its labels may have another order, and so may it among the series of the function.
        let is_before =
            |function: &FunctionSnapshot| function.module_and_function() < self.module_and_function();
        let first = functions.partition_point(is_before);
        functions[first..]
            .iter()
            .take_while(|function| function.module_and_function() == self.module_and_function())
            .find(|function| function.has_labels_of(self))
    }

    fn since(&self, earlier: &FunctionSnapshot) -> FunctionSnapshot {
        let error_kinds = self.error_kinds.iter().map(|(kind, count)| {
            let before =
                earlier.error_kinds.iter().find(|(known, _)| known == kind).map_or(0, |(_, count)| *count);
            (kind.clone(), count.saturating_sub(before))
        });
        FunctionSnapshot {
            ok: self.ok.saturating_sub(earlier.ok),
            errors: self.errors.saturating_sub(earlier.errors),
            panics: self.panics.saturating_sub(earlier.panics),
            cancelled: self.cancelled.saturating_sub(earlier.cancelled),
            error_kinds: error_kinds.collect(),
            cancelled_by_stage: self
                .cancelled_by_stage
                .map(|stages| stages.since(earlier.cancelled_by_stage.unwrap_or_default())),
            latency: self.latency.since(&earlier.latency),
            selected: self.selected.as_deref().and_then(|later| later.since(earlier.selected.as_deref())),
            ..self.clone()
        }
    }
}
