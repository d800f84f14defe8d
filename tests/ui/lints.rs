#![deny(dead_code, unused_variables, unused_mut, unused_must_use)]

use tachometer::instrumented;

#[instrumented]
fn never_called() {}

#[instrumented]
async fn never_called_either() {}

#[instrumented]
fn arguments(unused: u32, mut unchanged: u32) -> u32 {
    unchanged
}

#[instrumented]
async fn later(unused: u32) {}

#[instrumented]
#[must_use]
fn precious() -> u32 {
    1
}

#[instrumented]
fn fallible() -> Result<(), String> {
    Ok(())
}

#[instrumented(labels(used = used, left = left))]
fn labelled(used: u32, unused: u32, (left, right): (u32, u32)) {}

fn main() {
    labelled(1, 2, (3, 4));
    arguments(1, 2);
    precious();
    fallible();
    later(1);
}
