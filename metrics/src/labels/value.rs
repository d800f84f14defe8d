//! What may be the value of a label.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// What a label of [`#[instrumented]`](crate::instrumented) or of a [`LabelSet`](trait@crate::LabelSet) may be: strings,
/// integers, `bool`, `char`, references to these, and types of your own. [Derived](derive@crate::LabelValue) for enums of
/// values and structs around one; by hand it looks like this:
///
/// ```
/// use std::fmt;
/// use tachometer::{LabelValue, instrumented};
///
/// enum Tier {
///     Free,
///     Gold,
/// }
///
/// impl LabelValue for Tier {
///     fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
///         into.write_str(match self {
///             Tier::Free => "free",
///             Tier::Gold => "gold",
///         })
///     }
/// }
///
/// #[instrumented(labels(tier = tier))]
/// fn check_out(tier: &Tier) {}
///
/// fn main() {
///     check_out(&Tier::Free);
///     check_out(&Tier::Gold);
///     let snapshot = tachometer::snapshot();
///     let tiers: Vec<&str> =
///         snapshot.functions_named("check_out").iter().map(|set| set.labels[0].1.as_str()).collect();
///     assert_eq!(tiers, ["free", "gold"]);
/// }
/// ```
///
/// Choose values of which there are few: each one that was ever seen is a series until the program ends.
///
/// # Values that are known
/// A type that has few values, all known while compiling, says so by [`VALUES`](Self::VALUES) and
/// [`index`](Self::index), as `bool` and enums by derive do. Labels that are all of such types need not be looked up by their
/// text, and each of their series is there from the start. For that `VALUES` is a constant; so `dyn LabelValue` is no
/// type.
///
/// `VALUES` must hold no text twice, nor an empty one, which to Prometheus is no label. Of each value, `index` must be
/// the place in it of the very text that `write` writes. Where that is not so, calls count for another series than the
/// one of their text, or for none; memory is safe all the same.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "a label's value is a string, an integer, a `bool`, a `char`, or a type that implements `LabelValue`"
)]
pub trait LabelValue {
    /// All values there are, where they are few and known while compiling.
    const VALUES: Option<&'static [&'static str]> = None;

    /// Writes the value as text. An error ends the value there; `into` itself never returns one.
    ///
    /// Called at each call of the function: best without allocating.
    ///
    /// # Errors
    /// As `into` returns them.
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result;

    /// Which of [`VALUES`](Self::VALUES) this is. Nobody asks where there are none.
    ///
    /// Called in the place of `write` where it can be: best a constant for each value.
    #[inline]
    fn index(&self) -> usize {
        0
    }
}

impl LabelValue for str {
    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str(self)
    }
}

impl LabelValue for String {
    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str(self)
    }
}

impl LabelValue for char {
    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_char(*self)
    }
}

impl LabelValue for bool {
    const VALUES: Option<&'static [&'static str]> = Some(&["false", "true"]);

    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str(if *self { "true" } else { "false" })
    }

    #[inline]
    fn index(&self) -> usize {
        usize::from(*self)
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl LabelValue for $integer {
            fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
                write!(into, "{self}")
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// What is absent has the empty value, which to Prometheus is no label.
impl<T: LabelValue> LabelValue for Option<T> {
    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        self.as_ref().map_or(Ok(()), |value| value.write(into))
    }
}

macro_rules! pointers {
    ($($pointer:ty $(where T: $bound:ident)?,)*) => {$(
        impl<T: LabelValue $(+ $bound)? + ?Sized> LabelValue for $pointer {
            const VALUES: Option<&'static [&'static str]> = T::VALUES;

            #[inline]
            fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
                T::write(self, into)
            }

            #[inline]
            fn index(&self) -> usize {
                T::index(self)
            }
        }
    )*};
}

pointers!(&T, &mut T, Box<T>, Rc<T>, Arc<T>, Cow<'_, T> where T: ToOwned,);
