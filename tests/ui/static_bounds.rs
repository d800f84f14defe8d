use tachometer::AtomicHistogram;

static FALLING: AtomicHistogram<3> = AtomicHistogram::new([10, 50, 20]);
static EMPTY: AtomicHistogram<0> = AtomicHistogram::new([]);

fn main() {
    FALLING.record(1);
    EMPTY.record(1);
}
