//! Every name and signature that users write against. What changes one of these lines breaks somebody's program.

mod cells;
mod own;
mod snapshots;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tachometer::families::MetricKind;
use tachometer::{
    AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, CallbackCounter, CallbackGauge, Counter,
    DynamicFamily, Endpoint, Error, ExportHandle, Family, FloatCounter, FloatGauge, Format, FullSnapshot,
    FunctionSnapshot, Gauge, Histogram, HistogramSnapshot, Info, LabelSet, LabelValue, MetricsCollector,
    MetricsRegistry, MetricsSnapshot, TraceContext,
    collect::{Collect, Collected, FamilyDescription, MetricDescription},
    export::{Emf, Exporter, ExporterBuilder, Statsd, StatsdDialect},
    families::{FamilySnapshot, SampleValue, SeriesSnapshot},
    family::{Held, LabelVisitor, Metric, Series},
    guard::SeriesGuard,
    http::{Exposition, Server},
};

/// A value of somebody's own.
struct Tier;

impl LabelValue for Tier {
    fn write(&self, into: &mut dyn std::fmt::Write) -> std::fmt::Result {
        into.write_str("gold")
    }
}

fn is_label_value<T: LabelValue + ?Sized>() {}

/// A value of somebody's own, one of few.
#[derive(LabelValue)]
enum Size {
    Small,
    Large,
}

const _: Option<&'static [&'static str]> = <Size as LabelValue>::VALUES;
const _: () = assert!(<Tier as LabelValue>::VALUES.is_none() && <bool as LabelValue>::VALUES.is_some());

const _: fn() = || {
    is_label_value::<str>();
    is_label_value::<String>();
    is_label_value::<std::borrow::Cow<'_, str>>();
    is_label_value::<Box<str>>();
    is_label_value::<Arc<str>>();
    is_label_value::<bool>();
    is_label_value::<char>();
    is_label_value::<u64>();
    is_label_value::<i128>();
    is_label_value::<usize>();
    is_label_value::<&Tier>();
    is_label_value::<Size>();
    let _: fn(&Size) -> usize = LabelValue::index;
    let _: fn(&Size, &mut dyn std::fmt::Write) -> std::fmt::Result = LabelValue::write;
    let _ = (Size::Small, Size::Large);
};

/// Labels of somebody's own.
#[derive(LabelSet)]
struct Labels<'a> {
    size: Size,
    #[label("tenant")]
    name: &'a str,
}

/// Who is shown them.
struct Count(usize);

impl LabelVisitor for Count {
    fn value<V: LabelValue + ?Sized>(&mut self, _: &V) {
        self.0 += 1;
    }
}

fn is_label_set<L: LabelSet>() {}

const _: &[&str] = <Labels<'_> as LabelSet>::NAMES;
const _: &[Option<&[&str]>] = <Labels<'_> as LabelSet>::VALUES;
const _: Option<usize> = <Labels<'_> as LabelSet>::COUNT;
const _: fn() = || {
    is_label_set::<()>();
    is_label_set::<Labels<'_>>();
    let _: fn(&Labels<'static>, &mut Count) = LabelSet::visit;
    let _: fn(&Labels<'static>) -> usize = LabelSet::index;
    let _: Option<Vec<&'static str>> = <()>::values_at(0).map(Iterator::collect);
    let _ = Labels { size: Size::Small, name: "" };
};

fn is_cell<T: Send + Sync + Debug + 'static>() {}
fn is_default<T: Default>() {}
fn is_snapshot<T: Clone + Debug + PartialEq + Send + Sync + 'static>() {}
fn is_error<E: StdError + Clone + PartialEq + Send + Sync + 'static>() {}
fn is_shared<T: Send + Sync + Debug>(_: &T) {}

#[test]
fn registration() -> Result<(), Error> {
    let _: fn(Duration) -> MetricsRegistry = MetricsRegistry::new;
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    is_shared(&registry);

    let _: Arc<MetricsCollector> = registry.register_collector("collector");
    let _: Arc<AtomicHistogram<2>> = registry.register_histogram("histogram", [1_u64, 2]);
    let _: Arc<AtomicMinMax> = registry.register_minmax("minmax");
    let _: Arc<AtomicCounter> = registry.register_counter("counter");
    let _: Arc<AtomicGauge> = registry.register_gauge("gauge");
    registry.describe("counter", "what it counts");

    let _: Arc<MetricsCollector> = registry.register_collector(String::from("collector"));
    let _: Arc<AtomicHistogram<2>> = registry.register_histogram(String::from("histogram"), [1, 2]);
    let _: Arc<AtomicMinMax> = registry.register_minmax(String::from("minmax"));
    let _: Arc<AtomicCounter> = registry.register_counter(String::from("counter"));
    let _: Arc<AtomicGauge> = registry.register_gauge(String::from("gauge"));
    registry.describe(String::from("counter"), String::from("what it counts"));

    let _: Arc<MetricsCollector> = registry.try_register_collector("collector")?;
    let _: Arc<AtomicHistogram<2>> = registry.try_register_histogram("histogram", [1, 2])?;
    let _: Arc<AtomicMinMax> = registry.try_register_minmax("minmax")?;
    let _: Arc<AtomicCounter> = registry.try_register_counter("counter")?;
    let _: Arc<AtomicGauge> = registry.try_register_gauge("gauge")?;
    let _: Arc<MetricsCollector> = registry.try_register_collector(String::from("collector"))?;
    let _: Arc<AtomicHistogram<2>> = registry.try_register_histogram(String::from("histogram"), [1, 2])?;
    let _: Arc<AtomicMinMax> = registry.try_register_minmax(String::from("minmax"))?;
    let _: Arc<AtomicCounter> = registry.try_register_counter(String::from("counter"))?;
    let _: Arc<AtomicGauge> = registry.try_register_gauge(String::from("gauge"))?;
    Ok(())
}

/// A collector of somebody's own.
struct Shop;

impl Collect for Shop {
    fn families(&self) -> Vec<FamilyDescription> {
        vec![
            FamilyDescription::counter("sales_total", "Sales"),
            FamilyDescription::gauge(String::from("open"), String::from("Open")),
            FamilyDescription::histogram("prices", "Prices"),
        ]
    }

    fn collect(&self, into: &mut Collected<'_>) {
        let _: fn(&mut Collected<'static>, &str, &[(&str, &str)], f64) = Collected::counter;
        let _: fn(&mut Collected<'static>, &str, &[(&str, &str)], f64) = Collected::gauge;
        into.add("open", &[("shop", "x")], SampleValue::Level(1));
    }
}

static ON_DEMAND: (CallbackGauge, CallbackCounter, Info) = (
    CallbackGauge::new("contract_gauge", "A gauge", || 1.0),
    CallbackCounter::new("contract_total", "A counter", || 1.0),
    Info::new("contract_info", "An info metric", &[("label", "value")]),
);

static BY_SIZE: Family<OfSize, Counter> = Family::new("contract_sizes_total", "By size");
static BY_NAME: Family<Labels<'static>, Gauge> =
    Family::new("contract_names", "By name").max_series(2).expire_after(Duration::from_mins(1));
static TIMES: Family<OfSize, Histogram> = Family::histogram_of_time("contract_seconds", "Times", &[1, 2]);
static CLASSIC: Family<OfSize, Histogram> =
    Family::histogram_of_time("contract_seconds", "Times", &[1, 2]).classic();
static NATIVE: Family<OfSize, Histogram> =
    Family::histogram("contract_amounts", "Amounts", &[1, 2]).native(3);
static ALONE: [Histogram; 2] = [
    Histogram::of_time("contract_seconds", "Times", &[1, 2]).classic(),
    Histogram::new("contract_amounts", "Amounts", &[1, 2]).native(0),
];
static AMOUNTS: Family<OfSize, Histogram> = Family::histogram("contract_amounts", "Amounts", &[1, 2]);

/// Labels whose values are known.
#[derive(LabelSet)]
struct OfSize {
    size: Size,
}

#[test]
fn exports() -> Result<(), Error> {
    let registry = MetricsRegistry::new(Duration::from_secs(4_000));
    let long = Duration::from_secs(4_000);
    // A callback may change what it owns, and need not be `Sync`.
    let calls = std::cell::Cell::new(0);
    let count = move |_: FullSnapshot| calls.set(calls.get() + 1);
    let mut kept = Vec::new();
    let keep = move |snapshot: FullSnapshot| kept.push(snapshot);

    let handle: ExportHandle = registry.start_export_thread(count.clone());
    is_shared(&handle);
    let _: ExportHandle = registry.start_export_thread_every(long, count.clone());
    let _: ExportHandle = registry.try_start_export_thread(count)?;
    let _: ExportHandle = registry.try_start_export_thread_every(long, keep)?;
    let _: fn(&ExportHandle) = ExportHandle::stop;
    let _: fn(&MetricsRegistry) = MetricsRegistry::stop;
    handle.stop();
    registry.stop();
    Ok(())
}

#[test]
fn exporter() -> Result<(), Error> {
    let _: fn() -> ExporterBuilder<'static> = tachometer::exporter;
    let _: fn(&MetricsRegistry) -> ExporterBuilder<'_> = MetricsRegistry::exporter;
    let registry = MetricsRegistry::new(Duration::from_secs(4_000));
    let builder = registry
        .exporter()
        .every(Duration::from_secs(4_000))
        .format(Format::OpenMetrics)
        .to_file(std::env::temp_dir().join(format!("tachometer-contract-{}", std::process::id())))
        .to("sink", |snapshot: &FullSnapshot| -> std::io::Result<()> {
            let _: BTreeMap<String, u64> = snapshot.counters.clone();
            Ok(())
        })
        .json()
        .table()
        .on_error(|sink: &str, error: &std::io::Error| eprintln!("{sink}: {error}"));
    drop(builder);
    let _: fn(ExporterBuilder<'static>) -> ExporterBuilder<'static> = ExporterBuilder::to_stdout;
    #[cfg(unix)]
    let _: fn(ExporterBuilder<'static>) -> ExporterBuilder<'static> = ExporterBuilder::on_signals;
    let exporter: Exporter = registry.exporter().to("sink", |_| Ok(())).start()?;
    is_shared(&exporter);
    let _: fn(&Exporter, Duration) -> bool = Exporter::flush;
    let _: fn(&Exporter) = Exporter::stop;
    drop(exporter);
    let statsd =
        Statsd::new("127.0.0.1:8125").dialect(StatsdDialect::DogStatsd).prefix("shop").tag("env", "prod");
    let statsd: Statsd = statsd.max_datagram(1_432).timeout(Duration::from_secs(1));
    let emf: Emf =
        Emf::new("Shop").dimension("env", "prod").dimension_labels(["function"]).to_file("metrics.log");
    let builder =
        registry.exporter().to_statsd("127.0.0.1:8125").to_statsd(statsd).to_emf("Shop").to_emf(emf);
    drop(builder.to_existing_file("metrics.prom"));
    Ok(())
}

#[test]
fn json() {
    let _: fn(&FullSnapshot) -> String = FullSnapshot::to_json;
    let _: fn(&FullSnapshot, &mut String) = FullSnapshot::encode_json;
    let _: fn(&str) -> Result<FullSnapshot, Error> = FullSnapshot::from_json;
    let _: fn(&FullSnapshot) -> serde_json::Result<String> = serde_json::to_string;
    let _: fn(&'static str) -> serde_json::Result<FullSnapshot> = serde_json::from_str;
    let _: fn(&FunctionSnapshot) -> serde_json::Result<String> = serde_json::to_string;
    let _: fn(&'static str) -> serde_json::Result<FunctionSnapshot> = serde_json::from_str;
    let _: fn(&HistogramSnapshot) -> serde_json::Result<String> = serde_json::to_string;
    let _: fn(&'static str) -> serde_json::Result<HistogramSnapshot> = serde_json::from_str;
    let _: fn(&MetricsSnapshot) -> serde_json::Result<String> = serde_json::to_string;
    let _: fn(&'static str) -> serde_json::Result<MetricsSnapshot> = serde_json::from_str;
}

#[test]
fn functions_of_the_crate() {
    type Clock = fn() -> Duration;
    type Source = fn() -> Option<TraceContext>;
    let _: fn() -> &'static MetricsRegistry = tachometer::global;
    let _: fn() -> FullSnapshot = tachometer::snapshot;
    let _: fn(MetricsRegistry) -> Result<(), Error> = tachometer::install;
    let _: fn() -> Result<(), Error> = tachometer::force_os_clock;
    let _: fn(Clock) -> Result<(), Error> = tachometer::set_clock;
    let _: fn(Source) = tachometer::set_trace_source;
    let TraceContext { trace_id, span_id } = TraceContext { trace_id: [1; 16], span_id: [2; 8] };
    let _: ([u8; 16], [u8; 8]) = (trace_id, span_id);
    let _ = std::mem::ManuallyDrop::new(tachometer::print_on_exit());
}

#[test]
fn endpoint() {
    let _: fn() -> Endpoint = Endpoint::new;
    let _: fn(Endpoint, &'static str, &MetricsRegistry) -> Endpoint = Endpoint::path;
    let _: fn(Endpoint, String) -> Endpoint = Endpoint::health_path;
    let _: fn(Endpoint, bool) -> Endpoint = Endpoint::created;
    let _: fn(Endpoint, usize) -> Endpoint = Endpoint::max_connections;
    let _: fn(Endpoint, Duration) -> Endpoint = Endpoint::request_deadline;
    let _: fn(Endpoint, Duration) -> Endpoint = Endpoint::response_deadline;
    let _: fn(Endpoint, Duration) -> Endpoint = Endpoint::patience;
    let _: fn(&Endpoint, &'static str) -> Result<Server, Error> = Endpoint::serve;
    let _: fn(&Endpoint, SocketAddr) -> Result<Server, Error> = Endpoint::serve;
    let _: fn(&'static str) -> Result<Server, Error> = tachometer::serve;
    let _: fn(&Server) -> &SocketAddr = Server::address;
    let _: fn(&Server) = Server::stop;
    let _: fn(Server) = Server::detach;
    is_default::<Endpoint>();
    is_shared(&Endpoint::new());
    is_shared(&tachometer::serve("127.0.0.1:0").expect("a free port"));
    #[cfg(unix)]
    let _: fn(&Endpoint, &'static str, u32) -> Result<Server<PathBuf>, Error> = Endpoint::serve_unix;
}

#[test]
fn exposition() {
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    let exposition = registry.expose([("accept", "*/*")]);
    let _: Vec<(&'static str, &'static str)> = exposition.headers().collect();
    let Exposition { content_type, content_encoding, body, .. } = exposition;
    let _: (&'static str, Option<&'static str>, Vec<u8>) = (content_type, content_encoding, body);
    // What servers call their headers, by value and by reference.
    let _: Exposition = tachometer::expose(&hyper::HeaderMap::new());
    let _: Exposition = tachometer::expose(Vec::<(String, Vec<u8>)>::new());

    let page = registry.expose_page([("accept", "text/html")]);
    let _: Option<&'static str> = page.content_security_policy;
    let _: Exposition = tachometer::http::expose_page(&hyper::HeaderMap::new());
    let _: fn(Endpoint, bool) -> Endpoint = Endpoint::page;
}

#[test]
fn errors_fit_into_any_box() {
    fn is_error<T: StdError + Send + Sync + 'static>() {}
    fn fails() -> Result<(), Box<dyn StdError + Send + Sync>> {
        AtomicHistogram::try_new([2, 1])?;
        Ok(())
    }

    is_error::<Error>();
    let _: fn(&Error) -> tachometer::error::Kind = Error::kind;
    let _: fn(&Error) -> Option<&std::io::Error> = Error::io_error;
    assert!(fails().is_err());
}

#[tachometer::instrumented]
fn annotated() -> u8 {
    1
}

#[test]
fn the_annotation_leaves_the_signature() {
    let _: fn() -> u8 = annotated;
    assert_eq!(annotated(), 1);
}
