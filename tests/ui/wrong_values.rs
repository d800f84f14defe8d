use tachometer::instrumented;

#[instrumented(name = 5)]
fn number() {}

#[instrumented(name)]
fn nothing() {}

#[instrumented(name = "")]
fn empty() {}

#[instrumented(labels = "gold")]
fn not_a_list() {}

#[instrumented(buckets = 5)]
fn not_an_array() {}

#[instrumented(skip)]
fn not_in_an_impl() {}

#[instrumented(name = "a" labels(x = 1))]
fn no_comma() {}

#[instrumented(sample = 0)]
fn sampled_never() {}

#[instrumented(sample = "16")]
fn sampled_by_a_text() {}

#[instrumented(native = "no")]
fn native_by_a_text() {}

#[instrumented(native = 3)]
fn native_by_a_schema() {}

#[instrumented(native = !true)]
fn native_by_an_expression() {}

#[instrumented(native)]
fn native_by_nothing() {}

fn main() {
    native_by_a_text();
    native_by_a_schema();
    native_by_an_expression();
    native_by_nothing();
    sampled_never();
    sampled_by_a_text();
    number();
    nothing();
    empty();
    not_a_list();
    not_an_array();
    not_in_an_impl();
    no_comma();
}
