use tachometer::instrumented;

#[instrumented(ok_if = 3)]
fn no_function() -> Option<u32> {
    None
}

#[instrumented(ok_if = Option::is_some)]
fn another_type() -> u32 {
    1
}

#[instrumented(error_if = |value| value + 1)]
async fn no_bool() -> u32 {
    1
}

fn main() {
    no_function();
    another_type();
    drop(no_bool());
}
