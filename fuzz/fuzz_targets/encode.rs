//! See [`tachometer_fuzz::encode`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tachometer_fuzz::encode(bytes));
