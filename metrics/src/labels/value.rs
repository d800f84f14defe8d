//! Types that can be the value of a label.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// The value of a label of [`#[instrumented]`](crate::instrumented) or of a [`LabelSet`](trait@crate::LabelSet): strings,
/// integers, `bool`, `char`, references to these, and types of your own. [Derived](derive@crate::LabelValue) for enums of
/// values and structs around one; an implementation by hand looks like this:
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
/// Choose values of low cardinality: each value that was ever seen is a series until the program ends.
///
/// # Known values
/// A type with few values, all known at compile time, specifies them by [`VALUES`](Self::VALUES) and
/// [`index`](Self::index), as `bool` and enums by derive do. Labels that all have such types are not looked up by their
/// text, and each of their series exists from the start. `VALUES` is a constant for this purpose, so the trait is not dyn-compatible.
///
/// `VALUES` must not contain a text twice, nor an empty text, which Prometheus treats as a missing label. The `index` of each value
/// must be the position of the very text that `write` writes. Otherwise calls count for another series than that of their text, or
/// for none; memory safety does not depend on it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "a label's value is a string, an integer, a `bool`, a `char`, or a type that implements `LabelValue`"
)]
pub trait LabelValue {
    /// All values of the type, if they are few and known at compile time.
    const VALUES: Option<&'static [&'static str]> = None;

    /// Writes the value as text. An error ends the value there; `into` itself never returns one.
    ///
    /// Called at each call of the function, so it should not allocate.
    ///
    /// # Errors
    /// As `into` returns them.
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result;

    /// Returns the position of this value in [`VALUES`](Self::VALUES). Not called if that is `None`.
    ///
    /// Called instead of `write` if possible, so it should be a constant for each value.
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

/// `None` is the empty value, which Prometheus treats as a missing label.
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
