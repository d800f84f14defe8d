//! A thousand instrumented functions. They cannot be one generic function: all its instantiations are one series.

use std::hint::black_box;
use tachometer_benchmarks_elsewhere::Outcome;

pub(crate) type Function = fn(u64) -> Outcome;

/// Ten modules of the same content, and an array of what each of them calls `ALL`.
macro_rules! ten {
    (@ $content:tt $type:ty, $($module:ident)*) => {
        $(mod $module $content)*
        pub(super) const ALL: [$type; 10] = [$($module::ALL),*];
    };
    ($type:ty, $content:tt) => { ten!(@ $content $type, a b c d e f g h i j); };
}

ten!([[Function; 10]; 10], {
    ten!([crate::functions::Function; 10], {
        ten!(crate::functions::Function, {
            use tachometer_benchmarks_elsewhere::{Outcome, work};

            #[tachometer::instrumented]
            #[inline(never)]
            fn function(number: u64) -> Outcome {
                work(number)
            }

            pub(super) const ALL: crate::functions::Function = function;
        });
    });
});

static THOUSAND: [[[Function; 10]; 10]; 10] = ALL;

pub(crate) fn thousand() -> &'static [Function] {
    THOUSAND.as_flattened().as_flattened()
}

/// Calls each of the functions once.
pub(crate) fn call(functions: &[Function]) {
    for function in functions {
        let _ = black_box(function(black_box(7)));
    }
}
