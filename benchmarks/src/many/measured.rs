//! `measured`, which makes its text while it reads.

use super::{COUNTER, COUNTER_TOTAL, GAUGE, HISTOGRAM, Library, Many, path, seconds};
use crate::peers::{SECONDS, measured_text};
use measured::lasso::ThreadedRodeo;
use measured::metric::MetricFamilyEncoding;
use measured::metric::group::Encoding;
use measured::metric::histogram::Thresholds;
use measured::metric::name::MetricName;
use measured::text::TextEncoder;
use measured::{CounterVec, GaugeVec, HistogramVec, LabelGroup, MetricGroup};
use std::io::{Result, Write};
use std::sync::LazyLock;

#[derive(Clone, Copy, LabelGroup)]
#[label(set = OrderSet)]
struct Order<'a> {
    #[label(dynamic_with = ThreadedRodeo, default)]
    path: &'a str,
}

static COUNTERS: LazyLock<CounterVec<OrderSet>> = LazyLock::new(CounterVec::new);
static GAUGES: LazyLock<GaugeVec<OrderSet>> = LazyLock::new(GaugeVec::new);
static HISTOGRAMS: LazyLock<HistogramVec<OrderSet, { SECONDS.len() }>> =
    LazyLock::new(|| HistogramVec::with_metadata(Thresholds::with_buckets(SECONDS)));

/// A family as a group of one.
struct Alone<'a, F>(&'static str, &'static str, &'a F);

impl<F: MetricFamilyEncoding<TextEncoder<W>>, W: Write> MetricGroup<TextEncoder<W>> for Alone<'_, F> {
    fn collect_group_into(&self, encoder: &mut TextEncoder<W>) -> Result<()> {
        let name = MetricName::from_str(self.0);
        encoder.write_help(name, self.1)?;
        self.2.collect_family_into(name, encoder)
    }
}

pub(super) const LIBRARY: Library = Library {
    name: "`measured` 0.0.25",
    counters: Many {
        update: |number| COUNTERS.inc_by(Order { path: &path(number) }, u64::from(number) + 1),
        render: |text| measured_text(&Alone(COUNTER_TOTAL, COUNTER.1, &*COUNTERS), text),
        read: None,
    },
    gauges: Many {
        update: |number| GAUGES.set(Order { path: &path(number) }, i64::from(number)),
        render: |text| measured_text(&Alone(GAUGE.0, GAUGE.1, &*GAUGES), text),
        read: None,
    },
    histograms: Many {
        update: |number| {
            let path = path(number);
            seconds(number).for_each(|time| HISTOGRAMS.observe(Order { path: &path }, time));
        },
        render: |text| measured_text(&Alone(HISTOGRAM.0, HISTOGRAM.1, &*HISTOGRAMS), text),
        read: None,
    },
};
