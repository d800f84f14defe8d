//! The exemplars of series, as text of OpenMetrics; which one a bucket shows.

use super::number::{push_float, push_signed, push_unsigned};
use crate::snapshot::Exemplar;
use crate::snapshot::families::{Distribution, Number};
use std::fmt::Write;

/// The exemplars of a histogram, from which printed buckets take theirs in ascending order.
pub(super) struct BucketExemplars<'d, 'a> {
    distribution: &'d Distribution<'a>,
    rest: &'a [Exemplar],
}

impl<'d, 'a> BucketExemplars<'d, 'a> {
    #[inline]
    pub(super) fn new(distribution: &'d Distribution<'a>) -> Self {
        BucketExemplars { distribution, rest: distribution.recorded().exemplars() }
    }

    /// Returns the latest exemplar up to the recorded bucket at `index`, of those that were not returned for a bucket before.
    ///
    /// A scraper refuses exemplars that are older than the last of their bucket. If only the latest is shown, none is.
    #[inline]
    pub(super) fn up_to(&mut self, index: usize) -> Option<&'a Exemplar> {
        if self.rest.is_empty() { None } else { self.find(index) }
    }

    #[inline(never)]
    fn find(&mut self, index: usize) -> Option<&'a Exemplar> {
        let histogram = self.distribution.recorded();
        let here = self.rest.partition_point(|exemplar| histogram.bucket_of(exemplar) <= index);
        let (here, rest) = self.rest.split_at(here);
        self.rest = rest;
        here.iter().max_by_key(|exemplar| exemplar.time())
    }
}

/// Appends an exemplar with its time. Its labels have 63 code points together; 128 are allowed.
#[cold]
pub(super) fn push_exemplar(out: &mut String, exemplar: &Exemplar, value: Number) {
    let (trace, time) = (exemplar.trace(), exemplar.since_1970());
    let (trace_id, span_id) = (trace.trace_id_text(), trace.span_id_text());
    write!(out, " # {{trace_id=\"{trace_id}\",span_id=\"{span_id}\"}} ")
        .expect("writing to a string cannot fail");
    match value {
        Number::Unsigned(count) => push_unsigned(out, count),
        Number::Signed(level) => push_signed(out, level),
        Number::Float(quantity) => push_float(out, quantity),
    }
    // Nanoseconds would not fit in a float.
    let micros = time.subsec_micros();
    write!(out, " {}.{micros:06}", time.as_secs()).expect("writing to a string cannot fail");
}
