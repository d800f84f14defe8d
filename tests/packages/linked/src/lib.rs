//! Functions and metrics of a library that a program links and never uses: they are at zero in the program's snapshots.
//! `.ci/macos` counts the annotations of this package in its sources, and the entries of the sections in what was linked.

#![forbid(unsafe_code)]

use tachometer::{Counter, Gauge, instrumented, metrics};

metrics! {
    static OF_THE_LIBRARY: Counter = Counter::new("of_the_library_total", "Never used");
}

/// Is public.
#[instrumented]
pub fn public() {}

#[expect(dead_code, reason = "that nothing refers to it is the point")]
#[instrumented]
fn private() {}

mod apart {
    use super::{Gauge, instrumented, metrics};

    metrics! {
        static OF_A_MODULE: Gauge = Gauge::new("of_a_module", "Never used");
    }

    #[expect(dead_code, reason = "that nothing refers to it is the point")]
    #[instrumented]
    async fn private_in_a_module() -> Result<(), ()> {
        Ok(())
    }
}

/// Is generic, and never instantiated.
#[instrumented]
pub fn generic<T: Default>() -> T {
    OF_THE_LIBRARY.increment();
    T::default()
}
