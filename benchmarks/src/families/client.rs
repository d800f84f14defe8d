//! `prometheus-client`: a family's key is any struct that owns what it holds.

use super::labels::{Kind, LABELS, Labels, Urgency, all, all_of, each};
use crate::peers::{client_text, float_bounds, samples};
use crate::row::Row;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use std::sync::LazyLock;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    kind: Kind,
    urgency: Urgency,
}

impl Job {
    fn of(labels: &Labels) -> Self {
        Job { kind: labels.kind, urgency: labels.urgency }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Owned {
    method: String,
    path: String,
}

impl Owned {
    fn of(labels: &Labels) -> Self {
        Owned { method: labels.method.to_owned(), path: labels.path.to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Static {
    method: &'static str,
    path: &'static str,
}

impl Static {
    fn of(labels: &Labels) -> Self {
        Static { method: labels.method, path: labels.path }
    }
}

pub(super) fn enums() -> Vec<Row> {
    static FAMILY: LazyLock<Family<Job, Counter>> = LazyLock::new(Family::default);
    vec![
        Row::new("`prometheus-client` 0.26", |calls| {
            each(calls, |labels| FAMILY.get_or_create(&Job::of(labels)).inc());
        })
        .recorded(|| all_of(|labels| FAMILY.get_or_create(&Job::of(labels)).get())),
    ]
}

pub(super) fn held() -> Vec<Row> {
    static HANDLES: LazyLock<Vec<Counter>> = LazyLock::new(|| {
        let family = Family::<Job, Counter>::default();
        LABELS.iter().map(|labels| family.get_or_create_owned(&Job::of(labels))).collect()
    });
    vec![
        Row::new("`prometheus-client` 0.26", |calls| each(calls, |labels| HANDLES[labels.number].inc()))
            .recorded(|| all_of(|labels| HANDLES[labels.number].get())),
    ]
}

pub(super) fn strings() -> Vec<Row> {
    static OWNED: LazyLock<Family<Owned, Counter>> = LazyLock::new(Family::default);
    static STATIC: LazyLock<Family<Static, Counter>> = LazyLock::new(Family::default);
    vec![
        Row::new("`prometheus-client` 0.26", |calls| {
            each(calls, |labels| OWNED.get_or_create(&Owned::of(labels)).inc());
        })
        .recorded(|| all_of(|labels| OWNED.get_or_create(&Owned::of(labels)).get())),
        Row::new("… strings that are `'static`", |calls| {
            each(calls, |labels| STATIC.get_or_create(&Static::of(labels)).inc());
        })
        .recorded(|| all_of(|labels| STATIC.get_or_create(&Static::of(labels)).get())),
    ]
}

pub(super) fn histograms() -> Vec<Row> {
    type Histograms = Family<Job, Histogram, fn() -> Histogram>;
    static FAMILY: LazyLock<Histograms> =
        LazyLock::new(|| Family::new_with_constructor(|| Histogram::new(float_bounds())));
    vec![
        Row::new("`prometheus-client` 0.26", |calls| {
            each(calls, |labels| FAMILY.get_or_create(&Job::of(labels)).observe(labels.value as f64));
        })
        .recorded(|| all(samples(&client_text(&*FAMILY), "metric_count"))),
    ]
}
