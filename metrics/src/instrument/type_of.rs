//! Types that generated code cannot name: that of a value, and that of a function's result.

/// Returns the name of a value's type. The function of the standard library is newer than the oldest supported Rust, and a lint
/// would report it in each annotated function.
#[must_use]
pub fn type_name_of_val<T>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}

/// The type that a function returns, if it cannot be named otherwise (`!`).
pub trait Return {
    /// The returned type.
    type Output;
}

impl<R> Return for fn() -> R {
    type Output = R;
}
