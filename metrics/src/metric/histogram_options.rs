//! The options of histograms.

use crate::buckets::native;
use crate::buckets::table::BucketTable;
use crate::objective::LatencyObjective;

/// The bounds and the unit of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramOptions {
    pub(crate) bounds: &'static [u64],
    pub(crate) is_of_time: bool,
    pub(crate) native: Native,
    pub(crate) objective: Option<LatencyObjective>,
}

/// Which native buckets a histogram has, beside the given ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Native {
    None,
    /// Of nanoseconds, in seconds, at schema 3.
    Seconds,
    /// Of integers, at a schema from 0 to 3.
    Integers(u8),
}

impl HistogramOptions {
    /// Returns the options of a histogram of times, with native buckets, or of integers, without.
    pub(crate) const fn new(bounds: &'static [u64], is_of_time: bool) -> Self {
        let native = if is_of_time { Native::Seconds } else { Native::None };
        HistogramOptions { bounds, is_of_time, native, objective: None }
    }

    /// Returns these options without native buckets.
    pub(crate) const fn classic(self) -> Self {
        HistogramOptions { native: Native::None, ..self }
    }

    /// Returns these options with native buckets of `schema`.
    ///
    /// # Panics
    /// If `schema` is above 3, or for a histogram of times.
    #[track_caller]
    pub(crate) const fn native(self, schema: u8) -> Self {
        assert!(
            !self.is_of_time,
            "a histogram of times has native buckets of schema 3, and takes no other schema"
        );
        assert!(schema <= 3, "the schema of native buckets must be from 0 to 3");
        HistogramOptions { native: Native::Integers(schema), ..self }
    }

    /// Returns these options with an objective.
    ///
    /// # Panics
    /// If the threshold is not a bound, the percentage is not allowed, or there is an objective already.
    #[track_caller]
    pub(crate) const fn slo(self, threshold: f64, percent: f64) -> Self {
        assert!(self.objective.is_none(), "a histogram has one objective");
        let objective = LatencyObjective::of_histogram(self.bounds, self.is_of_time, threshold, percent);
        HistogramOptions { objective: Some(objective), ..self }
    }

    pub(super) const fn table(self) -> BucketTable {
        let scale = match self.native {
            Native::None => &native::NONE,
            Native::Seconds => &native::SECONDS,
            Native::Integers(schema) => &native::INTEGERS[schema as usize],
        };
        BucketTable::with_scale(self.bounds, scale)
    }
}
