//! Choices of what is sent.

/// The time that the points of counters and histograms span.
///
/// Gauges have the value of the moment whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Temporality {
    /// From the start of the registry on. A point that gets lost is made up for by the next.
    #[default]
    Cumulative,
    /// From the earlier snapshot on.
    Delta,
    /// That of the specification's preference `lowmemory`: as [`Delta`](Self::Delta) for counters and histograms that a program updates. It
    /// has cumulative points for counters that are observed, but a snapshot does not distinguish these, and needs no memory to
    /// subtract them. So all are as for `Delta`.
    LowMemory,
}

/// The form of histograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum HistogramAggregation {
    /// Histograms with the bounds that they were declared with.
    #[default]
    Explicit,
    /// Exponential histograms for those that have [native buckets](crate::HistogramSnapshot::native): with 2^*scale* buckets from each
    /// power of two to the next, where the scale is the native buckets' schema, or a smaller one if there would be more than 160
    /// buckets from the first to the last that has values. Others have their bounds. If a family has both, it is two metrics of one name.
    Exponential,
}
