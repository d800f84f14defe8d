use tachometer::instrumented;

#[instrumented(nme = "checkout")]
fn near() {}

#[instrumented(lables(tier = "gold"))]
fn swapped() {}

#[instrumented(colour = "red", name = "far")]
fn far() {}

fn main() {
    near();
    swapped();
    far();
}
