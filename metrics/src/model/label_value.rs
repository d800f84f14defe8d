//! What may be the value of a label.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// What a label of [`#[instrumented]`](crate::instrumented) may be evaluated to: strings, integers, `bool`, `char`,
/// references to these, and types of your own:
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "a label's value is a string, an integer, a `bool`, a `char`, or a type that implements `LabelValue`"
)]
pub trait LabelValue {
    /// Writes the value as text. An error ends the value there; `into` itself never returns one.
    ///
    /// Called at each call of the function: best without allocating.
    ///
    /// # Errors
    /// As `into` returns them.
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result;
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
    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str(if *self { "true" } else { "false" })
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

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: LabelValue + ?Sized> LabelValue for $pointer {
            #[inline]
            fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
                T::write(self, into)
            }
        }
    )*};
}

pointers!(&T &mut T Box<T> Rc<T> Arc<T>);

impl<T: LabelValue + ToOwned + ?Sized> LabelValue for Cow<'_, T> {
    #[inline]
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        T::write(self, into)
    }
}
