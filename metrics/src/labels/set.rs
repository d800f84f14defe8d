//! Labels that belong together.

use super::value::LabelValue;

/// The labels of a series: their names, and a value of each.
///
/// [Derived](derive@crate::LabelSet) for structs, whose fields are the labels; `()` is no labels at all. By hand it looks
/// like this:
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
/// /// All values of a set, each behind a `/`.
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
/// # Sets that are known
/// Where the values of each label are few and known while compiling (a `bool`, an enum by derive), so are the sets: there
/// are [`COUNT`](Self::COUNT) of them, [`index`](Self::index) says which of them one is, and
/// [`values_at`](Self::values_at) what the labels of one are. A place in an array is then enough to find a series, and all of
/// them are there from the start. `COUNT` is a constant, so that what a set does not need is not even compiled.
///
/// What is said by hand must agree: as many `VALUES` and visits as `NAMES`, in one order. Where it does not, values are
/// counted under another label or for another series; memory is safe all the same.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of labels",
    label = "a set of labels is a struct that derives `LabelSet`, or `()` if there are none"
)]
pub trait LabelSet {
    /// What the labels are called, in order; all different, and each as Prometheus allows: `[a-zA-Z_][a-zA-Z0-9_]*`.
    const NAMES: &'static [&'static str];

    /// Of each label, in the order of the names, its [values](LabelValue::VALUES) where they are known. May be left out
    /// where not all of them are.
    const VALUES: &'static [Option<&'static [&'static str]>] = &[];

    /// How many sets there are, if the values of each label are known, and at most 65 536: all are to be held in memory.
    ///
    /// It follows from the other two. Do not say it by hand.
    const COUNT: Option<usize> = count(Self::NAMES.len(), Self::VALUES);

    /// Shows the visitor the value of each label, in the order of the names.
    fn visit(&self, visitor: &mut impl LabelVisitor);

    /// Which of the [`COUNT`](Self::COUNT) sets this is: from 0, the values of the first label changing slowest. Without
    /// a `COUNT` it means nothing.
    #[inline]
    fn index(&self) -> usize {
        let mut index = Index(0);
        self.visit(&mut index);
        index.0
    }

    /// The value of each label of the set with this [`index`](Self::index), if there is one.
    fn values_at(index: usize) -> Option<impl Iterator<Item = &'static str>> {
        values_of(Self::VALUES, Self::COUNT?, index)
    }
}

/// Who is shown the values of a [`LabelSet`](trait@crate::LabelSet), one after the other.
pub trait LabelVisitor {
    /// The value of the next label.
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V);
}

impl LabelSet for () {
    const NAMES: &'static [&'static str] = &[];

    #[inline]
    fn visit(&self, _: &mut impl LabelVisitor) {}
}

/// More than so many sets are not worth a place for each.
const MOST_KNOWN: usize = 1 << 16;

/// The value of each label of the set with this index, of `count` sets.
pub(crate) fn values_of(
    values: &'static [Option<&'static [&'static str]>],
    count: usize,
    index: usize,
) -> Option<impl Iterator<Item = &'static str>> {
    let mut sets = count;
    (index < count).then(|| {
        values.iter().flatten().map(move |values| {
            // Of the sets that have the values so far, as many have each value of this label.
            sets /= values.len();
            values[index / sets % values.len()]
        })
    })
}

/// How many sets there are of so many labels with these values.
pub(crate) const fn count(names: usize, values: &[Option<&[&str]>]) -> Option<usize> {
    if names != values.len() {
        return None;
    }
    let (mut count, mut label) = (1_usize, 0);
    while label < names {
        let Some(values) = values[label] else { return None };
        count = count.saturating_mul(values.len());
        if count > MOST_KNOWN {
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
        // Wrapping, for a value that says a wrong index is not worth a panic.
        if let Some(values) = V::VALUES {
            self.0 = self.0.wrapping_mul(values.len()).wrapping_add(value.index());
        }
    }
}
