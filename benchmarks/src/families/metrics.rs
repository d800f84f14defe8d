//! `metrics` with its Prometheus exporter: each call names its metric and labels, which are looked up together.

use super::labels::{LABELS, Labels, all, each};
use crate::peers::{begin_metrics, metrics_text, samples, tend_metrics};
use crate::row::Row;
use metrics::{Counter, counter, histogram};
use std::sync::LazyLock;

const NAME: &str = "`metrics` 0.24 with its exporter 0.18";

pub(super) fn enums() -> Vec<Row> {
    fn job(labels: &Labels) -> Counter {
        counter!("enums_total", "kind" => labels.kind.as_str(), "urgency" => labels.urgency.as_str())
    }
    vec![
        Row::new(NAME, |calls| each(calls, |labels| job(labels).increment(1)))
            .begin(begin_metrics)
            .recorded(|| all(samples(&metrics_text(), "enums_total"))),
    ]
}

pub(super) fn held() -> Vec<Row> {
    static HANDLES: LazyLock<Vec<Counter>> = LazyLock::new(|| {
        let job = |labels: &Labels| counter!("held_total", "kind" => labels.kind.as_str(), "urgency" => labels.urgency.as_str());
        LABELS.iter().map(job).collect()
    });
    vec![
        Row::new(NAME, |calls| each(calls, |labels| HANDLES[labels.number].increment(1)))
            .begin(begin_metrics)
            .recorded(|| all(samples(&metrics_text(), "held_total"))),
    ]
}

pub(super) fn strings() -> Vec<Row> {
    fn owned(labels: &Labels) -> Counter {
        counter!("strings_total", "method" => labels.method.to_owned(), "path" => labels.path.to_owned())
    }
    fn fixed(labels: &Labels) -> Counter {
        counter!("static_strings_total", "method" => labels.method, "path" => labels.path)
    }
    vec![
        Row::new(NAME, |calls| each(calls, |labels| owned(labels).increment(1)))
            .begin(begin_metrics)
            .recorded(|| all(samples(&metrics_text(), "strings_total"))),
        Row::new("… strings that are `'static`", |calls| each(calls, |labels| fixed(labels).increment(1)))
            .begin(begin_metrics)
            .recorded(|| all(samples(&metrics_text(), "static_strings_total"))),
    ]
}

pub(super) fn histograms() -> Vec<Row> {
    fn observe(labels: &Labels) {
        histogram!("histograms", "kind" => labels.kind.as_str(), "urgency" => labels.urgency.as_str())
            .record(labels.value as f64);
    }
    vec![
        Row::new("`metrics` 0.24 with its exporter 0.18 (which files values later)", |calls| {
            each(calls, observe);
        })
        .begin(begin_metrics)
        .tend(tend_metrics)
        .recorded(|| all(samples(&metrics_text(), "histograms_count"))),
    ]
}
