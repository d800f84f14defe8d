//! Sets of labels: their names, and a value for each name.

use super::value::LabelValue;

/// The labels of a series: their names, and a value for each name.
///
/// [Derived](derive@crate::LabelSet) for structs, whose fields are the labels; `()` is the set without labels. An implementation by
/// hand looks like this:
///
/// ```
/// use tachometer::{family::LabelVisitor, LabelSet};
///
/// struct Status(u16);
///
/// impl LabelSet for Status {
///     const NAMES: &'static [&'static str] = &["class", "code"];
///
///     fn visit(&self, visitor: &mut impl LabelVisitor) {
///         visitor.value(if self.0 < 400 { "good" } else { "bad" });
///         visitor.value(&self.0);
///     }
/// }
///
/// /// All values of a set, each after a `/`.
/// struct Path(String);
///
/// impl LabelVisitor for Path {
///     fn value<V: tachometer::LabelValue + ?Sized>(&mut self, value: &V) {
///         self.0.push('/');
///         let _ = value.write(&mut self.0);
///     }
/// }
///
/// let mut path = Path(String::new());
/// Status(404).visit(&mut path);
/// assert_eq!(path.0, "/bad/404");
/// ```
///
/// # Known sets
/// If the values of each label are few and known at compile time (a `bool`, an enum by derive), so are the sets: there
/// are [`COUNT`](Self::COUNT) of them, [`index`](Self::index) returns the number of a set, and
/// [`values_at`](Self::values_at) the values of the set with a number. A series is then found by an index into an array, and all
/// series exist from the start. `COUNT` is a constant, so that what a set does not need is not even compiled.
///
/// An implementation by hand must be consistent: as many `VALUES` and visits as `NAMES`, in the same order. If it is not, values
/// are counted under another label or for another series; memory safety does not depend on it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of labels",
    label = "a set of labels is a struct that derives `LabelSet`, or `()` if there are none"
)]
pub trait LabelSet {
    /// The names of the labels in order: all different, and each as Prometheus allows, `[a-zA-Z_][a-zA-Z0-9_]*`.
    const NAMES: &'static [&'static str];

    /// The [values](LabelValue::VALUES) of each label that are known, in the order of the names. May be left out if not all of
    /// them are known.
    const VALUES: &'static [Option<&'static [&'static str]>] = &[];

    /// The number of sets, if the values of each label are known and the sets are at most 65 536: all of them are kept in memory.
    ///
    /// Computed from the other two constants. Do not set it by hand.
    const COUNT: Option<usize> = count(Self::NAMES.len(), Self::VALUES);

    /// Shows the visitor the value of each label, in the order of the names.
    fn visit(&self, visitor: &mut impl LabelVisitor);

    /// Returns the number of this set among the [`COUNT`](Self::COUNT) sets: from 0, the values of the first label changing
    /// slowest. Has no meaning without a `COUNT`.
    #[inline]
    fn index(&self) -> usize {
        let mut index = Index(0);
        self.visit(&mut index);
        index.0
    }

    /// Returns the value of each label of the set with this [`index`](Self::index), if there is such a set.
    fn values_at(index: usize) -> Option<impl Iterator<Item = &'static str>> {
        values_of(Self::VALUES, Self::COUNT?, index)
    }
}

/// A visitor of the values of a [`LabelSet`](trait@crate::LabelSet), one after the other.
pub trait LabelVisitor {
    /// Visits the value of the next label.
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V);
}

/// Labels whose values can be visited, one after the other: those of a [`LabelSet`], of dynamic labels, or of a held series.
pub(crate) trait Labels {
    fn visit(&self, visitor: &mut impl LabelVisitor);
}

impl LabelSet for () {
    const NAMES: &'static [&'static str] = &[];

    #[inline]
    fn visit(&self, _: &mut impl LabelVisitor) {}
}

/// The largest number of sets of which each has a place in an array.
const MAX_KNOWN_SETS: usize = 1 << 16;

/// Returns the value of each label of the set with this index among `count` sets.
pub(crate) fn values_of(
    values: &'static [Option<&'static [&'static str]>],
    count: usize,
    index: usize,
) -> Option<impl Iterator<Item = &'static str>> {
    let mut sets = count;
    (index < count).then(|| {
        values.iter().flatten().map(move |values| {
            // Among the sets with the values so far, each value of this label has an equal share.
            sets /= values.len();
            values[index / sets % values.len()]
        })
    })
}

/// Returns the number of sets of so many labels with these values; `None` if not all values are known or there are too many.
pub(crate) const fn count(names: usize, values: &[Option<&[&str]>]) -> Option<usize> {
    if names != values.len() {
        return None;
    }
    let (mut count, mut label) = (1_usize, 0);
    while label < names {
        let Some(values) = values[label] else { return None };
        count = count.saturating_mul(values.len());
        if count > MAX_KNOWN_SETS {
            return None;
        }
        label += 1;
    }
    Some(count)
}

struct Index(usize);

impl LabelVisitor for Index {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        // Wrapping: the wrong index of a value is not worth a panic.
        if let Some(values) = V::VALUES {
            self.0 = self.0.wrapping_mul(values.len()).wrapping_add(value.index());
        }
    }
}
