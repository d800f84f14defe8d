//! The library's own families.

use super::labels::{Kind, LABELS, Labels, Urgency, all_of, each};
use crate::peers::BOUNDS;
use crate::row::Row;
use std::sync::LazyLock;
use tachometer::{
    Counter, DynamicFamily, Family, Histogram, LabelSet,
    family::{Held, Series},
};

#[derive(LabelSet)]
struct Job {
    kind: Kind,
    urgency: Urgency,
}

impl Job {
    fn of(labels: &Labels) -> Self {
        Job { kind: labels.kind, urgency: labels.urgency }
    }
}

#[derive(LabelSet)]
struct Request<'a> {
    method: &'a str,
    path: &'a str,
}

impl<'a> Request<'a> {
    fn of(labels: &'a Labels) -> Self {
        Request { method: labels.method, path: labels.path }
    }
}

// Without `metrics!`: these are then shown from their first use on, and no part of what other subcommands read.
static JOBS: Family<Job, Counter> = Family::new("family_jobs_total", "Jobs");
static HELD_JOBS: Family<Job, Counter> = Family::new("family_held_jobs_total", "Jobs");
static REQUESTS: Family<Request<'static>, Counter> = Family::new("family_requests_total", "Requests");
static HELD_REQUESTS: Family<Request<'static>, Counter> =
    Family::new("family_held_requests_total", "Requests");
static SIZES: Family<Job, Histogram> = Family::histogram("family_sizes", "Sizes", &BOUNDS);
static HELD_SIZES: Family<Job, Histogram> = Family::histogram("family_held_sizes", "Sizes", &BOUNDS);
static REQUEST_SIZES: Family<Request<'static>, Histogram> =
    Family::histogram("family_request_sizes", "Sizes", &BOUNDS);

pub(super) fn enums() -> Vec<Row> {
    vec![
        Row::new("`Family::with`", |calls| each(calls, |labels| JOBS.with(&Job::of(labels)).increment()))
            .recorded(|| all_of(|labels| JOBS.with(&Job::of(labels)).get())),
    ]
}

pub(super) fn held() -> Vec<Row> {
    type Handles = LazyLock<Vec<Series<Counter, Held>>>;
    static JOBS: Handles =
        LazyLock::new(|| LABELS.iter().map(|labels| HELD_JOBS.hold(&Job::of(labels))).collect());
    static REQUESTS: Handles =
        LazyLock::new(|| LABELS.iter().map(|labels| HELD_REQUESTS.hold(&Request::of(labels))).collect());
    vec![
        Row::new("`Family::hold`, labels of enums", |calls| {
            each(calls, |labels| JOBS[labels.number].increment());
        })
        .recorded(|| all_of(|labels| HELD_JOBS.with(&Job::of(labels)).get())),
        Row::new("… labels of strings", |calls| each(calls, |labels| REQUESTS[labels.number].increment()))
            .recorded(|| all_of(|labels| HELD_REQUESTS.with(&Request::of(labels)).get())),
    ]
}

pub(super) fn strings() -> Vec<Row> {
    static NAMED: LazyLock<DynamicFamily<Counter>> = LazyLock::new(|| {
        let family = DynamicFamily::new("family_named_requests_total", "Requests", ["method", "path"]);
        family.expect("the names are allowed")
    });
    vec![
        Row::new("`Family::with`", |calls| {
            each(calls, |labels| REQUESTS.with(&Request::of(labels)).increment());
        })
        .recorded(|| all_of(|labels| REQUESTS.with(&Request::of(labels)).get())),
        Row::new("`DynamicFamily::with`", |calls| {
            each(calls, |labels| NAMED.with(&[labels.method, labels.path]).increment());
        })
        .recorded(|| all_of(|labels| NAMED.with(&[labels.method, labels.path]).get())),
    ]
}

pub(super) fn histograms() -> Vec<Row> {
    static HANDLES: LazyLock<Vec<Series<Histogram, Held>>> =
        LazyLock::new(|| LABELS.iter().map(|labels| HELD_SIZES.hold(&Job::of(labels))).collect());
    vec![
        Row::new("`Family::with`", |calls| {
            each(calls, |labels| SIZES.with(&Job::of(labels)).observe(labels.value));
        })
        .recorded(|| all_of(|labels| SIZES.with(&Job::of(labels)).snapshot().total())),
        Row::new("… labels of two strings", |calls| {
            each(calls, |labels| REQUEST_SIZES.with(&Request::of(labels)).observe(labels.value));
        })
        .recorded(|| all_of(|labels| REQUEST_SIZES.with(&Request::of(labels)).snapshot().total())),
        Row::new("`Family::hold`", |calls| {
            each(calls, |labels| HANDLES[labels.number].observe(labels.value));
        })
        .recorded(|| all_of(|labels| HELD_SIZES.with(&Job::of(labels)).snapshot().total())),
    ]
}
