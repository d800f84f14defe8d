use tachometer::instrumented;

#[instrumented(nme = "checkout")]
fn near() {}

#[instrumented(lables(tier = "gold"))]
fn swapped() {}

#[instrumented(colour = "red", name = "far")]
fn far() {}

#[instrumented(sample = 16)]
fn planned() {}

#[instrumented(ok_if = |value| *value, error_kind = kind)]
fn two_planned() -> bool {
    true
}

fn main() {
    near();
    swapped();
    far();
    planned();
    two_planned();
}
