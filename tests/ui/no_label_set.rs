#![deny(warnings)]

use tachometer::LabelSet;

struct Labels;

fn use_labels<L: LabelSet>(_: L) {}

fn main() {
    use_labels(Labels);
    use_labels("tier");
}
