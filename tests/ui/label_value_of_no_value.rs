#![deny(warnings)]

use tachometer::LabelValue;

#[derive(LabelValue)]
struct Price(f64);

fn use_value<V: LabelValue>(_: &V) {}

fn main() {
    use_value(&Price(1.0));
}
