//! The `time!` macro: instrumentation of an expression.

/// Counts and times the evaluation of an expression.
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
/// `time!("name", EXPRESSION)` evaluates to EXPRESSION, which runs in place: `?`, `return`, `break` and `.await` in it
/// work as usual. The `function` label is the name, a string literal; the `module` label is the module. Equal names in
/// a module are one series.
///
/// Each evaluation has one outcome, as a call of a [function](macro@crate::instrumented) does: `error` if the value is an `Err`,
/// `panic` if EXPRESSION unwound, else `ok`. It is `cancelled` if EXPRESSION was left early, by `?`, `return` or `break`,
/// or because the future around it was dropped. So to count an error as `error`, apply `?` after the macro:
/// `time!("read", read())?`. If the future around it is dropped by a panic that began elsewhere, the outcome is `panic`.
///
/// The type of the value must be known in place, from EXPRESSION or from the expected type; an EXPRESSION that never has
/// a value, such as a `loop` without `break`, has no type.
///
/// Without the feature `enabled`, the macro expands to EXPRESSION alone.
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
                        // The name is given.
                        path: || "",
                        name: $crate::__private::given_name($name),
                        labels: &[],
                        buckets: &$crate::__private::DEFAULT_BUCKETS,
                        sample: 1,
                        error_kinds: ::core::option::Option::None,
                        ends_later: false,
                        objectives: ::core::option::Option::None,
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

/// Evaluates its expression: without the feature `enabled` nothing is counted.
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
