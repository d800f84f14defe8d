use tachometer::instrumented;

#[instrumented(span = "verbose")]
fn unknown_level() {}

#[instrumented(span = INFO)]
fn no_string() {}

#[instrumented(span =)]
fn nothing() {}

#[instrumented(span, span = "debug")]
fn twice() {}

fn main() {}
