use tachometer::instrumented;

#[instrumented(registry = "global")]
fn no_registry() {}

fn main() {
    no_registry();
}
