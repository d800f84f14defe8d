//! `prometheus`: the labels of a vector are strings, given in the order of their names.

use super::labels::{LABELS, Labels, all_of, each};
use crate::peers::float_bounds;
use crate::row::Row;
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts};
use std::sync::LazyLock;

fn counters(names: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new("family", "Counts"), names).expect("the names are allowed")
}

fn job(labels: &Labels) -> [&'static str; 2] {
    [labels.kind.as_str(), labels.urgency.as_str()]
}

pub(super) fn enums() -> Vec<Row> {
    static FAMILY: LazyLock<IntCounterVec> = LazyLock::new(|| counters(&["kind", "urgency"]));
    vec![
        Row::new("`prometheus` 0.14", |calls| {
            each(calls, |labels| FAMILY.with_label_values(&job(labels)).inc());
        })
        .recorded(|| all_of(|labels| FAMILY.with_label_values(&job(labels)).get())),
    ]
}

pub(super) fn held() -> Vec<Row> {
    static HANDLES: LazyLock<Vec<IntCounter>> = LazyLock::new(|| {
        let family = counters(&["kind", "urgency"]);
        LABELS.iter().map(|labels| family.with_label_values(&job(labels))).collect()
    });
    vec![
        Row::new("`prometheus` 0.14", |calls| each(calls, |labels| HANDLES[labels.number].inc()))
            .recorded(|| all_of(|labels| HANDLES[labels.number].get())),
    ]
}

pub(super) fn strings() -> Vec<Row> {
    static FAMILY: LazyLock<IntCounterVec> = LazyLock::new(|| counters(&["method", "path"]));
    vec![
        Row::new("`prometheus` 0.14", |calls| {
            each(calls, |labels| FAMILY.with_label_values(&[labels.method, labels.path]).inc());
        })
        .recorded(|| all_of(|labels| FAMILY.with_label_values(&[labels.method, labels.path]).get())),
    ]
}

pub(super) fn histograms() -> Vec<Row> {
    static FAMILY: LazyLock<HistogramVec> = LazyLock::new(|| {
        let options = HistogramOpts::new("histogram", "Values").buckets(float_bounds().to_vec());
        HistogramVec::new(options, &["kind", "urgency"]).expect("the bounds rise")
    });
    vec![
        Row::new("`prometheus` 0.14", |calls| {
            each(calls, |labels| FAMILY.with_label_values(&job(labels)).observe(labels.value as f64));
        })
        .recorded(|| all_of(|labels| FAMILY.with_label_values(&job(labels)).get_sample_count())),
    ]
}
