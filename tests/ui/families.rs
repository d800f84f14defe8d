#![deny(warnings)]

use std::time::Duration;
use tachometer::{family::LabelVisitor, metrics, Counter, Family, Histogram, LabelSet};

#[derive(LabelSet)]
struct Known {
    fresh: bool,
}

#[derive(LabelSet)]
struct Named {
    name: &'static str,
}

struct Names;

impl LabelSet for Names {
    const NAMES: &'static [&'static str] = &["a", "b", "a"];

    fn visit(&self, _: &mut impl LabelVisitor) {}
}

struct Reserved;

impl LabelSet for Reserved {
    const NAMES: &'static [&'static str] = &["quantile"];

    fn visit(&self, _: &mut impl LabelVisitor) {}
}

struct Twice;

impl LabelSet for Twice {
    const NAMES: &'static [&'static str] = &["sure"];
    const VALUES: &'static [Option<&'static [&'static str]>] = &[Some(&["yes", "yes"])];

    fn visit(&self, _: &mut impl LabelVisitor) {}
}

metrics! {
    static NAME: Family<Named, Counter> = Family::new("jobs-total", "Jobs");
    static SAME: Family<Names, Counter> = Family::new("jobs_total", "Jobs");
    static RESERVED: Family<Reserved, Counter> = Family::new("jobs_total", "Jobs");
    static VALUES: Family<Twice, Counter> = Family::new("jobs_total", "Jobs");
    static KNOWN: Family<Known, Counter> = Family::new("jobs_total", "Jobs").max_series(10);
    static LASTING: Family<Known, Counter> = Family::new("jobs_total", "Jobs").expire_after(Duration::from_secs(1));
    static NONE: Family<Named, Counter> = Family::new("jobs_total", "Jobs").max_series(0);
    static MANY: Family<Named, Counter> = Family::new("jobs_total", "Jobs").max_series(1_000_001);
    static AT_ONCE: Family<Named, Counter> = Family::new("jobs_total", "Jobs").expire_after(Duration::ZERO);
    static BOUNDS: Family<Named, Histogram> = Family::histogram("jobs_bytes", "Jobs", &[2, 1]);
    static SCHEMA: Family<Named, Histogram> = Family::histogram("jobs_bytes", "Jobs", &[1]).native(4);
    static TIMES: Family<Named, Histogram> = Family::histogram_of_time("jobs_seconds", "Jobs", &[1]).native(3);
    static ALONE: Histogram = Histogram::new("jobs_bytes", "Jobs", &[1]).native(9);
    static NO_BOUNDS: Family<Named, Histogram> = Family::new("jobs_bytes", "Jobs");
}

fn main() {}
