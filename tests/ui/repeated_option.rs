use tachometer::instrumented;

#[instrumented(name = "a", labels(x = 1), name = "b")]
fn twice() {}

#[instrumented]
#[instrumented]
fn annotated_twice() {}

fn main() {
    twice();
    annotated_twice();
}
