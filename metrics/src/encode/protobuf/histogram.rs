//! Histograms: classic buckets and native ones, in one message.

use super::family::float_of;
use super::wire::{
    Key, MAX_VARINT, double, push_bytes, push_unsigned, push_varint, push_with_length, put_varint, zigzag,
};
use crate::snapshot::NativeBuckets;
use crate::snapshot::families::Distribution;

/// A writer of histograms. The next one usually has the same bounds as the last, so these are encoded once.
#[derive(Default)]
pub(super) struct Histograms {
    /// The bounds of the last histogram as they were recorded.
    recorded: Vec<u64>,
    is_of_time: bool,
    /// For each recorded bound, its field. `None` if it is not printed, because the next one is equal as a float.
    fields: Vec<Option<[u8; 9]>>,
}

impl Histograms {
    /// Appends the fields of a histogram, with its `start` time as a message. Returns the number of series in a text: a bucket for each
    /// bound, the sum and the count.
    pub(super) fn push(
        &mut self,
        out: &mut Vec<u8>,
        distribution: &Distribution<'_>,
        start: Option<&[u8]>,
    ) -> usize {
        const COUNT: Key = Key::varint(1);
        const SUM: Key = Key::double(2);
        const START: Key = Key::delimited(15);
        let count = distribution.count();
        push_unsigned(out, COUNT, count);
        out.extend_from_slice(&double(SUM, float_of(distribution.sum())));
        let buckets = self.push_classic(out, distribution);
        if let Some(native) = distribution.native().filter(|native| holds(native, count)) {
            push_native(out, &native);
        }
        if let Some(start) = start {
            push_bytes(out, START, start);
        }
        buckets + 2
    }

    /// Appends the classic buckets. Returns their number.
    fn push_classic(&mut self, out: &mut Vec<u8>, distribution: &Distribution<'_>) -> usize {
        let histogram = distribution.recorded();
        if histogram.boundaries != self.recorded || distribution.is_of_time() != self.is_of_time {
            self.set_bounds(distribution);
        }
        let (mut count, mut buckets) = (0_u64, 0);
        for (values, bound) in histogram.buckets.iter().zip(&self.fields) {
            count = count.saturating_add(*values);
            if let Some(bound) = bound {
                push_bucket(out, count, bound);
                buckets += 1;
            }
        }
        buckets
    }

    #[cold]
    fn set_bounds(&mut self, distribution: &Distribution<'_>) {
        const UPPER_BOUND: Key = Key::double(2);
        self.recorded.clone_from(&distribution.recorded().boundaries);
        self.is_of_time = distribution.is_of_time();
        let bounds: Vec<f64> = distribution.upper_bounds().collect();
        let next = bounds.iter().skip(1).map(Some).chain([None]);
        self.fields.clear();
        self.fields.extend(
            bounds
                .iter()
                .zip(next)
                .map(|(bound, next)| (next != Some(bound)).then(|| double(UPPER_BOUND, *bound))),
        );
    }
}

/// Appends a classic bucket.
#[inline]
fn push_bucket(out: &mut Vec<u8>, cumulative_count: u64, bound: &[u8; 9]) {
    const BUCKET: Key = Key::delimited(3);
    const CUMULATIVE_COUNT: Key = Key::varint(1);
    let mut count = [0; MAX_VARINT];
    let digits = put_varint(&mut count, cumulative_count);
    let length = 1 + digits + bound.len();
    // Written as one piece: most of the time of a histogram is that of its buckets.
    let mut bucket = [0; 3 + MAX_VARINT + 9];
    bucket[0] = BUCKET.byte();
    bucket[1] = length as u8;
    bucket[2] = CUMULATIVE_COUNT.byte();
    bucket[3..3 + digits].copy_from_slice(&count[..digits]);
    bucket[3 + digits..2 + length].copy_from_slice(bound);
    out.extend_from_slice(&bucket[..2 + length]);
}

/// Returns whether native buckets hold `count` values. Prometheus refuses other histograms.
///
/// After a reset, a difference may have other values in one kind of buckets than in the other. Differences between the counts of
/// buckets must fit in a signed integer.
fn holds(native: &NativeBuckets<'_>, count: u64) -> bool {
    let counts = native.buckets().map(|(_, count)| count);
    let sum = counts.fold(native.zero_count(), u64::saturating_add);
    sum == count && i64::try_from(sum).is_ok()
}

/// The width of the zero bucket: 2⁻¹²⁸, as other client libraries have it. It contains values that are 0 and no others.
///
/// Histograms with different widths cannot be summed exactly. With a width of 0, an empty histogram is a classic one for Prometheus
/// before 2.47, until it has a value.
const ZERO_THRESHOLD: f64 = 1.0 / (1_u128 << 127) as f64 / 2.0;

/// Appends the fields of a native histogram.
fn push_native(out: &mut Vec<u8>, native: &NativeBuckets<'_>) {
    const SCHEMA: Key = Key::varint(5);
    const ZERO_WIDTH: Key = Key::double(6);
    const ZERO_COUNT: Key = Key::varint(7);
    const DELTAS: Key = Key::delimited(13);
    push_unsigned(out, SCHEMA, zigzag(native.schema().into()));
    out.extend_from_slice(&double(ZERO_WIDTH, ZERO_THRESHOLD));
    push_unsigned(out, ZERO_COUNT, native.zero_count());
    push_spans(out, native);
    if native.buckets().next().is_some() {
        out.push(DELTAS.byte());
        push_with_length(out, 1, |out| push_deltas(out, native));
    }
}

/// The largest number of empty buckets that belong to a span. A new span takes as many bytes or more.
const MAX_GAP: i32 = 2;

/// Appends the spans of buckets that follow each other.
///
/// Without a bucket, there is one span that contains none: it tells a native histogram from a classic one.
fn push_spans(out: &mut Vec<u8>, native: &NativeBuckets<'_>) {
    let mut end = 0;
    let mut span: Option<(i32, i32)> = None;
    for (index, _) in native.buckets() {
        match &mut span {
            Some((_, length)) if index - end <= MAX_GAP => *length += index - end + 1,
            _ => {
                if let Some((offset, length)) = span {
                    push_span(out, offset, length);
                }
                span = Some((index - end, 1));
            }
        }
        end = index + 1;
    }
    let (offset, length) = span.unwrap_or((0, 0));
    push_span(out, offset, length);
}

/// Appends a span that begins at `offset`, counted from the end of the last one.
fn push_span(out: &mut Vec<u8>, offset: i32, length: i32) {
    const SPAN: Key = Key::delimited(12);
    const OFFSET: Key = Key::varint(1);
    const LENGTH: Key = Key::varint(2);
    out.push(SPAN.byte());
    push_with_length(out, 1, |out| {
        push_unsigned(out, OFFSET, zigzag(offset.into()));
        push_unsigned(out, LENGTH, length.unsigned_abs().into());
    });
}

/// Appends the count of each bucket of the spans, as the difference from the count of the one before.
fn push_deltas(out: &mut Vec<u8>, native: &NativeBuckets<'_>) {
    let (mut end, mut last) = (None, 0_i64);
    for (index, count) in native.buckets() {
        let empty = end.map_or(0, |end: i32| index - end);
        if 0 < empty && empty <= MAX_GAP {
            push_varint(out, zigzag(-last));
            (1..empty).for_each(|_| out.push(0));
            last = 0;
        }
        let count = count.cast_signed();
        push_varint(out, zigzag(count - last));
        (end, last) = (Some(index + 1), count);
    }
}
