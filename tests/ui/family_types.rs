#![deny(warnings)]

use tachometer::{Counter, Family, LabelSet};

#[derive(LabelSet)]
struct Named {
    name: &'static str,
}

static NO_METRIC: Family<Named, u64> = Family::new("jobs_total", "Jobs");
static NO_LABELS: Family<&'static str, Counter> = Family::new("jobs_total", "Jobs");
static NAMED: Family<Named, Counter> = Family::new("jobs_total", "Jobs");

fn main() {
    NAMED.with(&Named { name: "a" }).set(3);
    NAMED.with(&"a").increment();
}
