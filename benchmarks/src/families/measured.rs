//! `measured`: labels are a struct, and each says where its values are listed: in an enum, or in a set of strings that is
//! complete when the program begins (`RodeoReader`) or grows with it (`ThreadedRodeo`).

use super::labels::{Kind, LABELS, Labels, Urgency, all_of, each};
use crate::peers::float_bounds;
use crate::row::Row;
use measured::label::LabelGroupSet;
use measured::lasso::{Rodeo, RodeoReader, ThreadedRodeo};
use measured::metric::LabelId;
use measured::metric::histogram::Thresholds;
use measured::{CounterVec, HistogramVec, LabelGroup};
use std::sync::LazyLock;
use std::sync::atomic::Ordering;

#[derive(Clone, Copy, LabelGroup)]
#[label(set = JobSet)]
struct Job {
    kind: Kind,
    urgency: Urgency,
}

impl Job {
    fn of(labels: &Labels) -> Self {
        Job { kind: labels.kind, urgency: labels.urgency }
    }
}

#[derive(Clone, Copy, LabelGroup)]
#[label(set = KnownSet)]
struct Known<'a> {
    #[label(fixed_with = RodeoReader)]
    method: &'a str,
    #[label(fixed_with = RodeoReader)]
    path: &'a str,
}

#[derive(Clone, Copy, LabelGroup)]
#[label(set = RequestSet)]
struct Request<'a> {
    #[label(dynamic_with = ThreadedRodeo, default)]
    method: &'a str,
    #[label(dynamic_with = ThreadedRodeo, default)]
    path: &'a str,
}

fn count<L: LabelGroupSet>(family: &CounterVec<L>, series: LabelId<L>) -> u64 {
    family.get_metric(series).count.load(Ordering::Relaxed)
}

pub(super) fn enums() -> Vec<Row> {
    static DENSE: LazyLock<CounterVec<JobSet>> = LazyLock::new(CounterVec::dense);
    static SPARSE: LazyLock<CounterVec<JobSet>> = LazyLock::new(CounterVec::sparse);
    vec![
        Row::new("`measured` 0.0.25, dense", |calls| each(calls, |labels| DENSE.inc(Job::of(labels))))
            .recorded(|| all_of(|labels| count(&DENSE, DENSE.with_labels(Job::of(labels))))),
        Row::new("… sparse", |calls| each(calls, |labels| SPARSE.inc(Job::of(labels))))
            .recorded(|| all_of(|labels| count(&SPARSE, SPARSE.with_labels(Job::of(labels))))),
    ]
}

pub(super) fn held() -> Vec<Row> {
    static FAMILY: LazyLock<CounterVec<JobSet>> = LazyLock::new(CounterVec::dense);
    static HANDLES: LazyLock<Vec<LabelId<JobSet>>> =
        LazyLock::new(|| LABELS.iter().map(|labels| FAMILY.with_labels(Job::of(labels))).collect());
    vec![
        Row::new("`measured` 0.0.25", |calls| {
            each(calls, |labels| FAMILY.get_metric(HANDLES[labels.number]).inc());
        })
        .recorded(|| all_of(|labels| count(&FAMILY, HANDLES[labels.number]))),
    ]
}

pub(super) fn strings() -> Vec<Row> {
    static KNOWN: LazyLock<CounterVec<KnownSet>> = LazyLock::new(|| {
        let [methods, paths] = [|labels: &Labels| labels.method, |labels: &Labels| labels.path]
            .map(|string| LABELS.iter().map(string).collect::<Rodeo>().into_reader());
        CounterVec::with_label_set(KnownSet::new(methods, paths))
    });
    static FAMILY: LazyLock<CounterVec<RequestSet>> = LazyLock::new(CounterVec::new);
    fn known(labels: &Labels) -> Known<'_> {
        Known { method: labels.method, path: labels.path }
    }
    fn request(labels: &Labels) -> Request<'_> {
        Request { method: labels.method, path: labels.path }
    }
    vec![
        Row::new("`measured` 0.0.25, strings listed in the beginning", |calls| {
            each(calls, |labels| KNOWN.inc(known(labels)));
        })
        .recorded(|| all_of(|labels| count(&KNOWN, KNOWN.with_labels(known(labels))))),
        Row::new("… any strings", |calls| each(calls, |labels| FAMILY.inc(request(labels))))
            .recorded(|| all_of(|labels| count(&FAMILY, FAMILY.with_labels(request(labels))))),
    ]
}

pub(super) fn histograms() -> Vec<Row> {
    static FAMILY: LazyLock<HistogramVec<JobSet, 10>> =
        LazyLock::new(|| HistogramVec::dense_with_metadata(Thresholds::with_buckets(float_bounds())));
    vec![
        Row::new("`measured` 0.0.25, dense", |calls| {
            each(calls, |labels| FAMILY.observe(Job::of(labels), labels.value as f64));
        })
        .recorded(|| {
            all_of(|labels| {
                let histogram = FAMILY.get_metric(FAMILY.with_labels(Job::of(labels)));
                let inner = histogram.inner.read();
                inner.buckets.iter().chain([&inner.inf]).map(|count| count.load(Ordering::Relaxed)).sum()
            })
        }),
    ]
}
