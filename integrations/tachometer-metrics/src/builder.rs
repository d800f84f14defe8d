//! What a recorder is built with.

use crate::recorder::TachometerRecorder;
use crate::shape::{Shape, Shapes};
use std::error::Error;
use std::fmt;
use tachometer::MetricsRegistry;

/// The histograms that a setting of a [`RecorderBuilder`] is for, by the name that the program gives them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Matcher {
    /// The one with this name.
    Full(String),
    /// Those whose name begins so.
    Prefix(String),
    /// Those whose name ends so.
    Suffix(String),
}

impl Matcher {
    pub(crate) fn matches(&self, name: &str) -> bool {
        match self {
            Matcher::Full(full) => name == full,
            Matcher::Prefix(prefix) => name.starts_with(prefix),
            Matcher::Suffix(suffix) => name.ends_with(suffix),
        }
    }
}

/// The settings of a recorder. Created by [`recorder`](crate::recorder).
#[derive(Debug)]
#[must_use = "it is the settings of a recorder, which `install` or `build` creates"]
pub struct RecorderBuilder {
    registry: Option<&'static MetricsRegistry>,
    max_series: usize,
    max_names: usize,
    shapes: Shapes,
    mistake: Option<Matcher>,
}

impl RecorderBuilder {
    pub(crate) fn new() -> Self {
        RecorderBuilder {
            registry: None,
            max_series: 1_000,
            max_names: 10_000,
            shapes: Shapes::default(),
            mistake: None,
        }
    }

    /// Counts in `registry` instead of the global one.
    pub fn registry(mut self, registry: &'static MetricsRegistry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Sets the cardinality limit of each name, which is 1000 by default: label sets beyond it are one overflow series, each of whose
    /// labels has the value `__overflow__`. `tachometer_overflowed_updates_total` counts its updates. At least 1, at most a million.
    pub fn max_series(mut self, most: usize) -> Self {
        self.max_series = most.clamp(1, 1_000_000);
        self
    }

    /// Sets the number of names that are accepted, which is 10 000 by default. Further ones are refused.
    pub fn max_names(mut self, most: usize) -> Self {
        self.max_names = most;
        self
    }

    /// Sets the inclusive upper bounds of histograms. Without, they are 1, 2.5, 5 a decade, from 1 µs to 10 s for times, and from 0.001 to
    /// 1000 for others.
    ///
    /// If several settings are for a name, the first one holds.
    pub fn buckets(mut self, matcher: Matcher, bounds: &[f64]) -> Self {
        match Shape::with_bounds(bounds) {
            Some(shape) => self.shapes.add(matcher, shape),
            None => self.mistake = self.mistake.or(Some(matcher)),
        }
        self
    }

    /// Records histograms as integers, with these inclusive upper bounds, beside native buckets. Values are rounded. The sum is exact up to
    /// 2⁶⁴, where other histograms reach only 1.8 × 10¹⁰.
    ///
    /// Without it, this holds for names that end in `_bytes`, `_size`, `_length` or `_count`, and for histograms that were described with
    /// `Unit::Count` or a unit of data before their first use. Their bounds are the powers of four up to 4¹⁵.
    pub fn integers(mut self, matcher: Matcher, bounds: &[u64]) -> Self {
        match Shape::of_integers(bounds) {
            Some(shape) => self.shapes.add(matcher, shape),
            None => self.mistake = self.mistake.or(Some(matcher)),
        }
        self
    }

    /// Creates a recorder, for `metrics::with_local_recorder` or `metrics::set_global_recorder`.
    ///
    /// # Errors
    /// If bounds do not strictly increase, are not above zero, or are more than 1.8 × 10¹⁰.
    pub fn build(self) -> Result<TachometerRecorder, InstallError> {
        if let Some(matcher) = self.mistake {
            return Err(InstallError { cause: Cause::Bounds(matcher) });
        }
        let registry = self.registry.unwrap_or_else(tachometer::global);
        Ok(TachometerRecorder::new(registry, self.max_series, self.max_names, self.shapes))
    }

    /// Creates a recorder and makes it the global one, which all macros use that have no local one.
    ///
    /// # Errors
    /// If [`build`](Self::build) would return an error, or if there is a global recorder already.
    pub fn install(self) -> Result<(), InstallError> {
        let recorder = self.build()?;
        metrics::set_global_recorder(recorder).map_err(|_| InstallError { cause: Cause::Installed })
    }
}

/// The reason why there is no recorder. Returned by [`install`](crate::install), [`RecorderBuilder::install`] and
/// [`RecorderBuilder::build`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallError {
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Bounds(Matcher),
    Installed,
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Bounds(matcher) => {
                write!(
                    f,
                    "the bounds of histograms must be above zero and strictly increase; those of {matcher:?} do not"
                )
            }
            Cause::Installed => f.write_str("there is a global recorder of `metrics` already"),
        }
    }
}

impl Error for InstallError {}
