//! The library in a shared object, with a function and a metric beside it.

pub use tachometer;

#[tachometer::instrumented]
pub fn in_dylib() {}

#[tachometer::instrumented]
pub fn in_dylib_never() {}

tachometer::metrics! {
    pub static IN_DYLIB: tachometer::Counter = tachometer::Counter::new("in_dylib_total", "In the dylib");
}
