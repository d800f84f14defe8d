//! Snapshots into the meter of an OpenTelemetry pipeline that stands already.
//!
//!     cargo run -p tachometer-bridges --example to_opentelemetry
//!
//! A program without a pipeline has a shorter way: `tachometer::exporter().to_otlp(…)`, which sends whole histograms. A meter takes
//! single values only, so a histogram is the counters `…_count` and `…_sum` here, and its buckets the counter `…_bucket`.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Meter, MeterProvider};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::time::Duration;
use tachometer::families::{Labels, MetricKind, Number, Value};
use tachometer::{FullSnapshot, instrumented};

/// The instruments of a meter that have been created, by name.
struct Instruments {
    meter: Meter,
    counters: HashMap<String, Counter<f64>>,
    gauges: HashMap<String, Gauge<f64>>,
}

impl Instruments {
    fn add(&mut self, name: &str, difference: f64, labels: &[KeyValue]) {
        let meter = &self.meter;
        let create = || meter.f64_counter(name.to_owned()).build();
        self.counters.entry(name.to_owned()).or_insert_with(create).add(difference, labels);
    }

    fn set(&mut self, name: &str, value: f64, labels: &[KeyValue]) {
        let meter = &self.meter;
        let create = || meter.f64_gauge(name.to_owned()).build();
        self.gauges.entry(name.to_owned()).or_insert_with(create).record(value, labels);
    }
}

/// Returns a sink of an exporter that adds to instruments of `meter` what was counted since the last export.
fn to_meter(meter: Meter) -> impl FnMut(&FullSnapshot) -> io::Result<()> {
    let mut instruments = Instruments { meter, counters: HashMap::new(), gauges: HashMap::new() };
    let mut earlier: Option<FullSnapshot> = None;
    move |now: &FullSnapshot| {
        let difference =
            earlier.replace(now.clone()).map_or_else(|| now.clone(), |earlier| now.since(&earlier));
        for family in difference.families() {
            for series in &family.series {
                let labels = attributes(series.labels);
                match (&series.value, family.kind) {
                    (Value::Number(number), MetricKind::Counter) => {
                        instruments.add(&family.name, float(*number), &labels);
                    }
                    (Value::Number(number), _) => {
                        instruments.set(&family.name, float(*number), &labels);
                    }
                    (Value::Histogram(histogram), _) => {
                        let name = |suffix: &str| format!("{}_{suffix}", family.name);
                        instruments.add(&name("count"), histogram.count() as f64, &labels);
                        instruments.add(&name("sum"), float(histogram.sum()), &labels);
                        for bucket in histogram.buckets() {
                            let mut labels = labels.clone();
                            labels.push(KeyValue::new("le", bucket.upper_bound.to_string()));
                            instruments.add(&name("bucket"), bucket.cumulative_count as f64, &labels);
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn attributes(labels: Labels<'_>) -> Vec<KeyValue> {
    labels.iter().map(|(name, value)| KeyValue::new(name.to_owned(), value.to_owned())).collect()
}

fn float(number: Number) -> f64 {
    match number {
        Number::Unsigned(count) => count as f64,
        Number::Signed(level) => level as f64,
        Number::Float(quantity) => quantity,
        _ => f64::NAN,
    }
}

#[instrumented]
fn work(fails: bool) -> Result<(), ()> {
    if fails { Err(()) } else { Ok(()) }
}

fn main() -> Result<(), Box<dyn Error>> {
    // Stands for the pipeline of the program.
    let received = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(received.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();

    let sink = to_meter(provider.meter("shop"));
    let exporter = tachometer::exporter().every(Duration::from_secs(10)).to("OpenTelemetry", sink).start()?;
    let outcomes = [false, false, true].map(work);
    assert!(exporter.flush(Duration::from_secs(5)), "the export takes no time");
    let _ = work(true);
    drop(exporter); // a last export

    provider.force_flush()?;
    let metrics = received.get_finished_metrics()?;
    let shown = format!("{metrics:?}");
    println!("{} calls and one more, {} bytes of metrics", outcomes.len(), shown.len());
    assert!(shown.contains("function_calls_total") && shown.contains("function_duration_seconds_bucket"));
    Ok(())
}
