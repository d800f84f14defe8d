use futures_core::Stream;
use std::pin::Pin;
use tachometer::{Call, instrumented};

trait StreamOfRows {}

impl StreamOfRows for u32 {}

#[instrumented(ends_with = "stream")]
fn no_stream() -> impl StreamOfRows {
    1
}

#[instrumented(ends_with = |call, rows| call.stream(rows))]
fn of_another_type() -> Pin<Box<dyn Stream<Item = u32>>> {
    unimplemented!()
}

#[instrumented(ends_with = Call::ok)]
fn of_another_form() -> u32 {
    1
}

fn main() {
    let _ = no_stream();
    let _ = of_another_type();
    of_another_form();
}
