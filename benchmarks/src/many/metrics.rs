//! `metrics` with its Prometheus exporter, which makes its text while it reads. Recorders of their own keep the families
//! apart; the macros ask the thread for one that stands in for that of the process.

use super::{COUNTER, COUNTER_TOTAL, GAUGE, HISTOGRAM, LABEL, Library, Many, path, seconds};
use crate::peers::SECONDS;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use std::sync::LazyLock;

fn recorder(describe: fn()) -> PrometheusRecorder {
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS).expect("there are bounds");
    let recorder = builder.build_recorder();
    metrics::with_local_recorder(&recorder, describe);
    recorder
}

static COUNTERS: LazyLock<PrometheusRecorder> =
    LazyLock::new(|| recorder(|| describe_counter!(COUNTER_TOTAL, COUNTER.1)));
static GAUGES: LazyLock<PrometheusRecorder> =
    LazyLock::new(|| recorder(|| describe_gauge!(GAUGE.0, GAUGE.1)));
static HISTOGRAMS: LazyLock<PrometheusRecorder> =
    LazyLock::new(|| recorder(|| describe_histogram!(HISTOGRAM.0, HISTOGRAM.1)));

fn render(recorder: &PrometheusRecorder, text: &mut String) {
    text.push_str(&recorder.handle().render());
}

pub(super) const LIBRARY: Library = Library {
    name: "`metrics` 0.24 with its exporter 0.18",
    counters: Many {
        update: |number| {
            metrics::with_local_recorder(&*COUNTERS, || {
                counter!(COUNTER_TOTAL, LABEL => path(number)).increment(u64::from(number) + 1);
            });
        },
        render: |text| render(&COUNTERS, text),
        read: None,
    },
    gauges: Many {
        update: |number| {
            metrics::with_local_recorder(&*GAUGES, || {
                gauge!(GAUGE.0, LABEL => path(number)).set(number);
            });
        },
        render: |text| render(&GAUGES, text),
        read: None,
    },
    histograms: Many {
        update: |number| {
            metrics::with_local_recorder(&*HISTOGRAMS, || {
                let histogram = histogram!(HISTOGRAM.0, LABEL => path(number));
                seconds(number).for_each(|time| histogram.record(time));
            });
        },
        render: |text| render(&HISTOGRAMS, text),
        read: None,
    },
};
