//! Histograms: classic buckets and native ones, in one message.

use super::exemplar;
use crate::encode::exemplars::BucketExemplars;
use crate::encode::last_bounds::LastBounds;
use crate::encode::values::float_of;
use crate::encode::wire::{
    Key, MAX_VARINT, double, push_bytes, push_part, push_unsigned, push_varint, push_with_length, put_varint,
    zigzag,
};
use crate::snapshot::families::Distribution;
use crate::snapshot::{Exemplar, NativeBuckets};

/// A writer of histograms. The next one usually has the same bounds as the last, so these are encoded once.
pub(super) struct Histograms {
    /// The time from which all of them have counted, as a message.
    start: Option<Vec<u8>>,
    last: LastBounds,
    /// The bucket of each recorded bound. `None` if it is not printed, because the next bound is equal as a float.
    buckets: Vec<Option<BucketField>>,
    native: NativeParts,
}

/// The parts of a native histogram that are collected in one pass over its buckets, for one histogram after the other.
#[derive(Default)]
struct NativeParts {
    /// The offset and the length of each span.
    spans: Vec<(i32, i32)>,
    /// The count of each bucket of the spans, as the difference from the count of the one before.
    deltas: Vec<u8>,
}

/// A field that is a classic bucket with a count below 128, followed by unused bytes: a copy of 16 bytes is a single store.
#[derive(Clone, Copy)]
struct BucketField([u8; 16]);

impl Histograms {
    /// Creates a writer of histograms with this `start` time.
    pub(super) fn new(start: Option<Vec<u8>>) -> Self {
        Histograms { start, last: LastBounds::default(), buckets: Vec::new(), native: NativeParts::default() }
    }

    /// Appends the fields of a histogram with these native buckets. Returns the number of series in a text: a bucket for each bound, the
    /// sum and the count.
    pub(super) fn push(
        &mut self,
        out: &mut Vec<u8>,
        distribution: &Distribution<'_>,
        native: Option<NativeBuckets<'_>>,
    ) -> usize {
        const COUNT: Key = Key::varint(1);
        const SUM: Key = Key::double(2);
        const START: Key = Key::delimited(15);
        push_unsigned(out, COUNT, distribution.count());
        out.extend_from_slice(&double(SUM, float_of(distribution.sum())));
        let buckets = self.push_classic(out, distribution);
        if let Some(native) = native {
            push_native(out, native, &mut self.native);
        }
        if let Some(start) = &self.start {
            push_bytes(out, START, start);
        }
        if native.is_some() {
            push_native_exemplars(out, distribution);
        }
        buckets + 2
    }

    /// Appends the classic buckets. Returns their number.
    fn push_classic(&mut self, out: &mut Vec<u8>, distribution: &Distribution<'_>) -> usize {
        let histogram = distribution.recorded();
        if let Some(bounds) = self.last.if_changed(distribution) {
            self.buckets = bounds.into_iter().map(|bound| bound.map(BucketField::new)).collect();
        }
        let (mut count, mut buckets) = (0_u64, 0);
        let mut exemplars = BucketExemplars::new(distribution);
        for (index, (values, bucket)) in histogram.buckets.iter().zip(&self.buckets).enumerate() {
            count = count.saturating_add(*values);
            if let Some(bucket) = bucket {
                match exemplars.up_to(index) {
                    None => bucket.push(out, count),
                    Some(exemplar) => {
                        let value = float_of(distribution.value_of(exemplar));
                        bucket.push_with_exemplar(out, count, exemplar, value);
                    }
                }
                buckets += 1;
            }
        }
        buckets
    }
}

impl BucketField {
    /// The place of the cumulative count, after the key and the length of the bucket, and its own key.
    const COUNT: usize = 3;
    /// The place of the bound if the count has one byte.
    const BOUND: usize = Self::COUNT + 1;
    const LENGTH: usize = Self::BOUND + 9;

    #[expect(clippy::cast_possible_truncation, reason = "below 256")]
    fn new(bound: f64) -> Self {
        const BUCKET: Key = Key::delimited(3);
        const CUMULATIVE_COUNT: Key = Key::varint(1);
        const UPPER_BOUND: Key = Key::double(2);
        let mut bytes = [0; 16];
        bytes[..Self::BOUND].copy_from_slice(&[
            BUCKET.byte(),
            Self::LENGTH as u8 - 2,
            CUMULATIVE_COUNT.byte(),
            0,
        ]);
        bytes[Self::BOUND..Self::LENGTH].copy_from_slice(&double(UPPER_BOUND, bound));
        BucketField(bytes)
    }

    /// Appends the bucket with this count.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "below 128")]
    fn push(&self, out: &mut Vec<u8>, cumulative_count: u64) {
        if cumulative_count < 0x80 {
            let mut bytes = self.0;
            bytes[Self::COUNT] = cumulative_count as u8;
            push_part(out, &bytes, Self::LENGTH);
        } else {
            self.push_large(out, cumulative_count);
        }
    }

    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, reason = "below 256")]
    fn push_large(&self, out: &mut Vec<u8>, cumulative_count: u64) {
        let mut bytes = [0; Self::COUNT + MAX_VARINT + 9];
        bytes[..Self::COUNT].copy_from_slice(&self.0[..Self::COUNT]);
        let (_, count) = bytes.split_at_mut(Self::COUNT);
        let digits = put_varint(count.first_chunk_mut().expect("there is room"), cumulative_count);
        bytes[1] += digits as u8 - 1;
        bytes[Self::COUNT + digits..][..9].copy_from_slice(&self.0[Self::BOUND..Self::LENGTH]);
        push_part(out, &bytes, Self::LENGTH + digits - 1);
    }

    /// Appends the bucket with this count and an exemplar with this value.
    #[cold]
    fn push_with_exemplar(&self, out: &mut Vec<u8>, cumulative_count: u64, exemplar: &Exemplar, value: f64) {
        const CUMULATIVE_COUNT: Key = Key::varint(1);
        const EXEMPLAR: Key = Key::delimited(3);
        out.push(self.0[0]);
        push_with_length::<1>(out, |out| {
            push_unsigned(out, CUMULATIVE_COUNT, cumulative_count);
            out.extend_from_slice(&self.0[Self::BOUND..Self::LENGTH]);
            out.push(EXEMPLAR.byte());
            push_with_length::<1>(out, |out| exemplar::push_fields(out, exemplar, value));
        });
    }
}

/// Appends the exemplars of a native histogram, which has them in one list.
fn push_native_exemplars(out: &mut Vec<u8>, distribution: &Distribution<'_>) {
    /// The key of a message with the number 16, which has two bytes.
    const EXEMPLAR: u64 = 16 << 3 | 2;
    for exemplar in distribution.exemplars() {
        push_varint(out, EXEMPLAR);
        let value = float_of(distribution.value_of(exemplar));
        push_with_length::<1>(out, |out| exemplar::push_fields(out, exemplar, value));
    }
}

/// The width of the zero bucket: 2⁻¹²⁸, as other client libraries have it. It contains values that are 0 and no others.
///
/// Histograms with different widths cannot be summed exactly. With a width of 0, an empty histogram is a classic one for Prometheus
/// before 2.47, until it has a value.
const ZERO_THRESHOLD: f64 = 1.0 / (1_u128 << 127) as f64 / 2.0;

/// Appends the fields of a native histogram, of which `parts` are used as a buffer.
fn push_native(out: &mut Vec<u8>, native: NativeBuckets<'_>, parts: &mut NativeParts) {
    const SCHEMA: Key = Key::varint(5);
    const ZERO_WIDTH: Key = Key::double(6);
    const ZERO_COUNT: Key = Key::varint(7);
    const DELTAS: Key = Key::delimited(13);
    push_unsigned(out, SCHEMA, zigzag(native.schema().into()));
    out.extend_from_slice(&double(ZERO_WIDTH, ZERO_THRESHOLD));
    push_unsigned(out, ZERO_COUNT, native.zero_count());
    parts.collect(native);
    for (offset, length) in &parts.spans {
        push_span(out, *offset, *length);
    }
    if !parts.deltas.is_empty() {
        push_bytes(out, DELTAS, &parts.deltas);
    }
}

/// The largest number of empty buckets that belong to a span. A new span takes as many bytes or more.
const MAX_GAP: i32 = 2;

/// The counts below this, and their differences, are mapped to a byte.
const SMALL: i64 = 1 << 6;

impl NativeParts {
    /// Replaces the parts with those of a histogram. Without a bucket, there is one span that contains none: it tells a native histogram
    /// from a classic one.
    ///
    /// Where the gaps are cannot be predicted. So spans and small counts are collected without branches.
    #[expect(clippy::cast_possible_truncation, reason = "small counts")]
    fn collect(&mut self, native: NativeBuckets<'_>) {
        let NativeParts { spans, deltas } = self;
        deltas.clear();
        spans.clear();
        spans.resize(native.max_buckets().max(1), (0, 0));
        let (mut is_first, mut current, mut span, mut end, mut last) = (true, 0, (0, 0), 0, 0);
        native.each_bucket(|index, count| {
            let gap = index - end;
            let begins = is_first || gap > MAX_GAP;
            current += usize::from(!is_first && begins);
            is_first = false;
            span = select(begins, (gap, 1), (span.0, span.1 + gap + 1));
            spans[current] = span;
            let empty = select(begins, (0, 0), (gap, 0)).0;
            let count = count.cast_signed();
            if count < SMALL && last < SMALL {
                push_small_deltas(deltas, last as i32, empty, count as i32);
            } else {
                push_deltas(deltas, last, empty, count);
            }
            (end, last) = (index + 1, count);
        });
        spans.truncate(current + 1);
    }
}

/// Returns `yes` if `condition` holds, else `no`, without a branch.
#[inline]
fn select(condition: bool, yes: (i32, i32), no: (i32, i32)) -> (i32, i32) {
    let mask = -i32::from(condition);
    let select = |yes: i32, no: i32| (yes & mask) | (no & !mask);
    (select(yes.0, no.0), select(yes.1, no.1))
}

/// Appends the deltas of at most two `empty` buckets and of the one after them. Both counts are [`SMALL`]: each delta is a byte.
#[inline]
fn push_small_deltas(deltas: &mut Vec<u8>, last: i32, empty: i32, count: i32) {
    let zigzag = |delta: i32| (delta << 1 ^ delta >> 31).cast_unsigned();
    let direct = zigzag(count - last);
    let with_empty = zigzag(-last) | zigzag(count) << (8 * empty);
    let mask = u32::from(empty == 0).wrapping_neg();
    let bytes = ((direct & mask) | (with_empty & !mask)).to_le_bytes();
    push_part(deltas, &bytes, 1 + empty.unsigned_abs() as usize);
}

/// The same for any counts.
#[inline(never)]
fn push_deltas(deltas: &mut Vec<u8>, mut last: i64, empty: i32, count: i64) {
    for _ in 0..empty {
        push_varint(deltas, zigzag(-last));
        last = 0;
    }
    push_varint(deltas, zigzag(count - last));
}

/// Appends a span that begins at `offset`, counted from the end of the last one.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "below 128")]
fn push_span(out: &mut Vec<u8>, offset: i32, length: i32) {
    const SPAN: Key = Key::delimited(12);
    const OFFSET: Key = Key::varint(1);
    const LENGTH: Key = Key::varint(2);
    let (offset, length) = (zigzag(offset.into()), u64::from(length.unsigned_abs()));
    if offset < 0x80 && length < 0x80 {
        // Nearly all are so short.
        let bytes = [SPAN.byte(), 4, OFFSET.byte(), offset as u8, LENGTH.byte(), length as u8];
        out.extend_from_slice(&bytes);
        return;
    }
    out.push(SPAN.byte());
    push_with_length::<1>(out, |out| {
        push_unsigned(out, OFFSET, offset);
        push_unsigned(out, LENGTH, length);
    });
}
