#![deny(warnings)]

use tachometer::LabelSet;

#[derive(LabelSet)]
struct Item {
    price: f64,
}

fn use_labels<L: LabelSet>(_: &L) {}

fn main() {
    use_labels(&Item { price: 1.0 });
}
