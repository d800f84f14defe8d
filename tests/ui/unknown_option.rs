use tachometer::instrumented;

#[instrumented(nme = "checkout")]
fn near() {}

#[instrumented(lables(tier = "gold"))]
fn swapped() {}

#[instrumented(colour = "red", name = "far")]
fn far() {}

#[instrumented(error_kind = kind)]
fn planned() {}

#[instrumented(error_kind = kind_of, max_label_sets = 3)]
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
