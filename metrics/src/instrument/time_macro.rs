//! `time!`, for a piece of code that is no function.

/// Counts and times a piece of code that is no function.
///
/// ```
/// fn total(text: &str) -> Result<u32, std::num::ParseIntError> {
///     let numbers = tachometer::time!("read", text.split(' ').map(str::parse).collect::<Result<Vec<u32>, _>>())?;
///     Ok(tachometer::time!("sum", numbers.iter().sum()))
/// }
///
/// fn main() {
///     assert_eq!(total("3 4"), Ok(7));
///     assert!(total("three").is_err());
///
///     let snapshot = tachometer::snapshot();
///     let read = snapshot.function("read").unwrap();
///     assert_eq!((read.ok, read.errors), (1, 1));
///     assert_eq!(snapshot.function("sum").unwrap().ok, 1);
/// }
/// ```
///
/// `time!("name", EXPRESSION)` is the value of EXPRESSION, which runs where it stands: `?`, `return`, `break` and `.await` in it
/// do what they always do. The `function` label is the name, a string literal, beside the module; the same name twice in
/// a module is one series.
///
/// Each run ends once, as a call of a [function](macro@crate::instrumented) does: as `error` if the value is an `Err`, as
/// `panic` if EXPRESSION unwound, else as `ok`. It is `cancelled` if EXPRESSION was left early, by `?`, `return` or `break`,
/// or because the future around it was dropped; so an error that is to be one is passed on behind the macro:
/// `time!("read", read())?`. Where the future around it is dropped by a panic that began elsewhere, it counts as `panic`.
///
/// The value's type must be known where it stands, by EXPRESSION or by what is expected of it; an EXPRESSION that never has
/// a value, such as a `loop` without `break`, has none.
///
/// Without the feature `enabled`, all this is EXPRESSION alone.
#[cfg(feature = "enabled")]
#[macro_export]
macro_rules! time {
    ($name:literal, $expression:expr $(,)?) => {
        $crate::__private::Piece::end(
            $crate::__private::Piece::begin({
                static SITE: $crate::__private::Site<$crate::__private::Wall> =
                    $crate::__private::Site::new($crate::__private::Description {
                        module: ::core::module_path!(),
                        place: (::core::line!(), ::core::column!()),
                        // The name says it all.
                        path: || "",
                        name: $crate::__private::given_name($name),
                        labels: &[],
                        buckets: &$crate::__private::DEFAULT_BUCKETS,
                        sample: 1,
                        error_kinds: ::core::option::Option::None,
                    });
                $crate::__private::link!(SITE);
                &SITE
            }),
            $expression,
            |__value| {
                use $crate::__private::{AnyValue as _, ResultValue as _};
                __value.__tachometer_outcome()
            },
        )
    };
    ($($mistake:tt)*) => {
        ::core::compile_error!(
            "`time!` needs a string literal and an expression, as in `time!(\"parse\", parse(text))`"
        )
    };
}

/// Its expression: without the feature `enabled` it counts nothing.
#[cfg(not(feature = "enabled"))]
#[macro_export]
macro_rules! time {
    ($name:literal, $expression:expr $(,)?) => {
        $expression
    };
    ($($mistake:tt)*) => {
        ::core::compile_error!(
            "`time!` needs a string literal and an expression, as in `time!(\"parse\", parse(text))`"
        )
    };
}
