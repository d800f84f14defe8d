//! See [`tachometer_fuzz::request`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tachometer_fuzz::request(bytes));
