//! `opentelemetry_sdk`: each call hands over its attributes, which are looked up.

use super::labels::{LABELS, Labels, all, each};
use crate::peers::{float_bounds, meter, opentelemetry_text, samples};
use crate::row::Row;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram, Counter, Histogram};
use std::sync::LazyLock;

const NAME: &str = "`opentelemetry_sdk` 0.33";

fn job(labels: &Labels) -> [KeyValue; 2] {
    [KeyValue::new("kind", labels.kind.as_str()), KeyValue::new("urgency", labels.urgency.as_str())]
}

pub(super) fn enums() -> Vec<Row> {
    static FAMILY: LazyLock<Counter<u64>> = LazyLock::new(|| meter().u64_counter("enums").build());
    vec![
        Row::new(NAME, |calls| each(calls, |labels| FAMILY.add(1, &job(labels))))
            .recorded(|| all(samples(&opentelemetry_text(), "enums_total"))),
    ]
}

pub(super) fn held() -> Vec<Row> {
    static HANDLES: LazyLock<Vec<BoundCounter<u64>>> = LazyLock::new(|| {
        let family = meter().u64_counter("held").build();
        LABELS.iter().map(|labels| family.bind(&job(labels))).collect()
    });
    vec![
        Row::new("`opentelemetry_sdk` 0.33, bound (experimental)", |calls| {
            each(calls, |labels| HANDLES[labels.number].add(1));
        })
        .recorded(|| all(samples(&opentelemetry_text(), "held_total"))),
    ]
}

pub(super) fn strings() -> Vec<Row> {
    static OWNED: LazyLock<Counter<u64>> = LazyLock::new(|| meter().u64_counter("strings").build());
    static STATIC: LazyLock<Counter<u64>> = LazyLock::new(|| meter().u64_counter("static_strings").build());
    fn owned(labels: &Labels) -> [KeyValue; 2] {
        [KeyValue::new("method", labels.method.to_owned()), KeyValue::new("path", labels.path.to_owned())]
    }
    fn fixed(labels: &Labels) -> [KeyValue; 2] {
        [KeyValue::new("method", labels.method), KeyValue::new("path", labels.path)]
    }
    vec![
        Row::new(NAME, |calls| each(calls, |labels| OWNED.add(1, &owned(labels))))
            .recorded(|| all(samples(&opentelemetry_text(), "strings_total"))),
        Row::new("… strings that are `'static`", |calls| {
            each(calls, |labels| STATIC.add(1, &fixed(labels)));
        })
        .recorded(|| all(samples(&opentelemetry_text(), "static_strings_total"))),
    ]
}

pub(super) fn histograms() -> Vec<Row> {
    fn histogram(name: &'static str) -> Histogram<u64> {
        meter().u64_histogram(name).with_boundaries(float_bounds().to_vec()).build()
    }
    static FAMILY: LazyLock<Histogram<u64>> = LazyLock::new(|| histogram("histograms"));
    static HANDLES: LazyLock<Vec<BoundHistogram<u64>>> = LazyLock::new(|| {
        let family = histogram("held_histograms");
        LABELS.iter().map(|labels| family.bind(&job(labels))).collect()
    });
    vec![
        Row::new(NAME, |calls| each(calls, |labels| FAMILY.record(labels.value, &job(labels))))
            .recorded(|| all(samples(&opentelemetry_text(), "histograms_count"))),
        Row::new("… bound (experimental)", |calls| {
            each(calls, |labels| HANDLES[labels.number].record(labels.value));
        })
        .recorded(|| all(samples(&opentelemetry_text(), "held_histograms_count"))),
    ]
}
