//! The buckets of histograms, whose bounds are formatted once for many histograms.

use super::exemplars::{BucketExemplars, push_exemplar};
use super::last_bounds::LastBounds;
use super::number::{push_float, push_unsigned};
use crate::snapshot::families::Distribution;

/// The bounds of the last histogram, with their text.
#[derive(Default)]
pub(super) struct Bounds {
    last: LastBounds,
    /// For each recorded bound, the text between the start of the bound and the count of its bucket: `0.5"} `. Empty if the bound
    /// is not printed, because the next one is equal as a float.
    texts: Vec<String>,
}

impl Bounds {
    /// Appends a line for each bucket of a histogram, beginning with `bucket`, and with its exemplar if `exemplars`. Returns the count of
    /// the last one, which is that of the histogram.
    pub(super) fn push_buckets(
        &mut self,
        out: &mut String,
        bucket: &str,
        distribution: &Distribution<'_>,
        exemplars: bool,
    ) -> u64 {
        let histogram = distribution.recorded();
        if let Some(bounds) = self.last.if_changed(distribution) {
            self.texts = bounds.into_iter().map(|bound| bound.map_or_else(String::new, text_of)).collect();
        }
        let mut count = 0_u64;
        let mut of_buckets = BucketExemplars::new(distribution);
        for (index, (values, text)) in histogram.buckets.iter().zip(&self.texts).enumerate() {
            count = count.saturating_add(*values);
            if !text.is_empty() {
                out.push_str(bucket);
                out.push_str(text);
                push_unsigned(out, count);
                if let Some(exemplar) = exemplars.then(|| of_buckets.up_to(index)).flatten() {
                    push_exemplar(out, exemplar, distribution.value_of(exemplar));
                }
                out.push('\n');
            }
        }
        count
    }
}

/// Returns the text between the start of a bound and the count of its bucket.
fn text_of(bound: f64) -> String {
    let mut text = String::new();
    push_float(&mut text, bound);
    text.push_str("\"} ");
    text
}
