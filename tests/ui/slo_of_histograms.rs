use tachometer::{Family, Histogram, LabelSet};

#[derive(LabelSet)]
struct Town<'a> {
    name: &'a str,
}

static NO_BOUND: Histogram = Histogram::new("a_bytes", "A", &[100, 1_000]).slo(500.0, 99.0);
static NO_INTEGER: Histogram = Histogram::new("b_bytes", "B", &[100, 1_000]).slo(100.5, 99.0);
static A_RATIO: Histogram = Histogram::of_time("c_seconds", "C", &[100_000_000]).slo(0.1, 0.99);
static DECIMALS: Histogram = Histogram::of_time("d_seconds", "D", &[100_000_000]).slo(0.1, 99.123_456_7);
static TWICE: Histogram = Histogram::of_time("e_seconds", "E", &[100_000_000]).slo(0.1, 99.0).slo(0.1, 99.9);
static OF_FAMILY: Family<Town<'static>, Histogram> =
    Family::histogram_of_time("f_seconds", "F", &[100_000_000]).slo(0.2, 99.0);

fn main() {
    NO_BOUND.observe(1);
    NO_INTEGER.observe(1);
    A_RATIO.observe(1);
    DECIMALS.observe(1);
    TWICE.observe(1);
    OF_FAMILY.with(&Town { name: "Ulm" }).observe(1);
}
