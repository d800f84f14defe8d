//! Families: the series of labels, exactly, whoever comes and goes.

use tachometer::{Counter, Family, LabelSet, LabelValue, metrics, snapshot};

#[derive(LabelValue, Clone, Copy)]
enum Kind {
    Mail,
    Report,
    Backup,
}

#[derive(LabelSet)]
struct Job<'a> {
    kind: Kind,
    tenant: &'a str,
}

#[derive(LabelSet)]
struct Known {
    kind: Kind,
    urgent: bool,
}

metrics! {
    static JOBS: Family<Job<'static>, Counter> = Family::new("jobs_total", "Jobs");
    static KNOWN: Family<Known, Counter> = Family::new("known_total", "Jobs");
}

#[test]
fn labels_tell_series_apart() {
    let tenant = String::from("a");
    JOBS.with(&Job { kind: Kind::Mail, tenant: &tenant }).increment();
    JOBS.with(&Job { kind: Kind::Report, tenant: &tenant }).add(3);
    KNOWN.with(&Known { kind: Kind::Backup, urgent: true }).add(3);
    println!("{}", snapshot().to_prometheus_format());
}
