//! See [`tachometer_fuzz::negotiation`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tachometer_fuzz::negotiation(bytes));
