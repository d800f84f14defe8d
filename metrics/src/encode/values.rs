//! Values of series, as binary formats have them.

use crate::snapshot::NativeBuckets;
use crate::snapshot::families::{Distribution, Number};

/// Returns the float that is nearest to a number.
#[inline]
pub(super) fn float_of(number: Number) -> f64 {
    match number {
        Number::Unsigned(count) => count as f64,
        Number::Signed(level) => level as f64,
        Number::Float(quantity) => quantity,
    }
}

/// Returns the native buckets of a histogram, if they hold as many values as the classic ones. Prometheus refuses others.
///
/// A program may have changed one of the lists. Differences between the counts of buckets must fit in a signed integer.
pub(super) fn native_of<'a>(distribution: &Distribution<'a>) -> Option<NativeBuckets<'a>> {
    let native = distribution.native()?;
    let sum = native.total();
    (sum == distribution.count() && i64::try_from(sum).is_ok()).then_some(native)
}
