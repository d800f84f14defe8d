//! See [`tachometer_fuzz::json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tachometer_fuzz::json(bytes));
