//! What rows of other libraries share, wherever they stand: how a library is set up, and how its reader is asked.

use measured::MetricGroup;
use measured::text::TextEncoder;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::metrics::{Instrument, SdkMeterProvider, Stream};
use prometheus_client::registry::Metric;
use std::mem;
use std::sync::LazyLock;

/// Upper bounds of histograms whose values are whole numbers.
pub(crate) static BOUNDS: [u64; 10] = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000];

/// As the libraries want them that know floats alone.
pub(crate) fn float_bounds() -> [f64; 10] {
    BOUNDS.map(|bound| bound as f64)
}

/// What the names of durations end with.
const DURATION: &str = "duration_seconds";

/// The bounds of durations, in seconds: those that ours has by default.
pub(crate) const SECONDS: [f64; 22] = [
    1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 1e-1,
    2.5e-1, 5e-1, 1.0, 2.5, 5.0, 10.0,
];

/// `metrics` with its Prometheus exporter as the recorder of the whole process, which its macros look for.
static METRICS: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    PrometheusBuilder::new()
        .set_buckets(&float_bounds())
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix(DURATION.to_owned()), &SECONDS))
        .and_then(PrometheusBuilder::install_recorder)
        .expect("there are bounds, and no other recorder")
});

/// Before the first use of a macro of `metrics`: without a recorder it counts nowhere.
pub(crate) fn begin_metrics() {
    LazyLock::force(&METRICS);
}

/// Its histograms keep each value until somebody files them, which its documentation asks a program to do regularly.
pub(crate) fn tend_metrics() {
    METRICS.run_upkeep();
}

pub(crate) fn metrics_text() -> String {
    METRICS.render()
}

/// `opentelemetry` whose reader is its Prometheus exporter: it reads when it is asked, on the asking thread.
pub(crate) struct OpenTelemetry {
    registry: prometheus::Registry,
    /// Instruments stop counting once it is gone.
    provider: SdkMeterProvider,
}

impl OpenTelemetry {
    /// With room for so many series an instrument, for which it allocates at once; 2 000 are what its default allows.
    pub(crate) fn new(series: usize) -> Self {
        let registry = prometheus::Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .scope_info_enabled(false)
            .build()
            .expect("the registry is new");
        let room = move |_: &Instrument| Stream::builder().with_cardinality_limit(series).build().ok();
        let provider = SdkMeterProvider::builder().with_reader(exporter).with_view(room).build();
        OpenTelemetry { registry, provider }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.provider.meter("benchmarks")
    }

    pub(crate) fn registry(&self) -> &prometheus::Registry {
        &self.registry
    }
}

static OPENTELEMETRY: LazyLock<OpenTelemetry> = LazyLock::new(|| OpenTelemetry::new(2_000));

/// The meter of the instruments that live as long as the process.
pub(crate) fn meter() -> Meter {
    OPENTELEMETRY.meter()
}

pub(crate) fn opentelemetry_text() -> String {
    let families = OPENTELEMETRY.registry().gather();
    prometheus::TextEncoder::new().encode_to_string(&families).expect("a string takes all")
}

/// One metric of `prometheus-client`, which shows histograms to its encoder alone, named `metric`.
pub(crate) fn client_text(metric: &(impl Metric + Clone)) -> String {
    let mut registry = prometheus_client::registry::Registry::default();
    registry.register("metric", "Read", metric.clone());
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).expect("a string takes all");
    text
}

/// Appends a group of `measured`.
pub(crate) fn measured_text(
    group: &impl for<'a> MetricGroup<TextEncoder<&'a mut Vec<u8>>>,
    text: &mut String,
) {
    let mut bytes = mem::take(text).into_bytes();
    group.collect_group_into(&mut TextEncoder::new(&mut bytes)).expect("a vector takes all");
    *text = String::from_utf8(bytes).expect("what goes in is UTF-8");
}

/// The numbers of all samples of that name.
pub(crate) fn samples(text: &str, name: &str) -> Vec<u64> {
    let number = |line: &str| {
        let labels = line.strip_prefix(name).filter(|rest| rest.starts_with([' ', '{']))?;
        labels.rsplit(' ').next()?.parse().ok()
    };
    text.lines().filter_map(number).collect()
}

#[test]
fn samples_are_found_by_their_whole_name() {
    let text = "# TYPE a counter\na_total 7\na{b=\"c d\"} 1\na{b=\"e\"} 2\nab 3\n";
    assert_eq!(samples(text, "a"), [1, 2]);
    assert_eq!(samples(text, "a_total"), [7]);
}
