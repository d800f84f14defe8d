//! Snapshots into the recorder of the `metrics` facade that a program has installed already.
//!
//!     cargo run -p tachometer-bridges --example to_metrics
//!
//! The facade's counters can be set (`absolute`), so the totals of both sides are the same at each export. A histogram of the facade
//! takes single values only, so one of `tachometer` is the counters `…_count` and `…_bucket` and the gauge `…_sum` here: counters of
//! the facade are integers.

use metrics::{Key, Label, Level, Metadata, Recorder};
use metrics_util::debugging::DebuggingRecorder;
use std::error::Error;
use std::io;
use std::time::Duration;
use tachometer::families::{Labels, MetricKind, Number, Value};
use tachometer::{FullSnapshot, instrumented};

static METADATA: Metadata<'static> = Metadata::new("tachometer", Level::INFO, Some(module_path!()));

/// A sink of an exporter: sets the counters and gauges of the recorder.
#[expect(clippy::unnecessary_wraps, reason = "the form of a sink")]
fn to_recorder(now: &FullSnapshot) -> io::Result<()> {
    metrics::with_recorder(|recorder| {
        for family in now.families() {
            for series in &family.series {
                let labels = labels_of(series.labels);
                let name = family.name.to_string();
                match (&series.value, family.kind) {
                    (Value::Number(Number::Unsigned(count)), MetricKind::Counter) => {
                        set_counter(recorder, name, *count, labels);
                    }
                    (Value::Number(number), _) => set_gauge(recorder, name, float(*number), labels),
                    (Value::Histogram(histogram), _) => {
                        for bucket in histogram.buckets() {
                            let bound = Label::new("le", bucket.upper_bound.to_string());
                            let labels = labels.iter().cloned().chain([bound]).collect();
                            set_counter(recorder, format!("{name}_bucket"), bucket.cumulative_count, labels);
                        }
                        set_gauge(recorder, format!("{name}_sum"), float(histogram.sum()), labels.clone());
                        set_counter(recorder, format!("{name}_count"), histogram.count(), labels);
                    }
                    _ => {}
                }
            }
        }
    });
    Ok(())
}

fn set_counter(recorder: &dyn Recorder, name: String, count: u64, labels: Vec<Label>) {
    recorder.register_counter(&Key::from_parts(name, labels), &METADATA).absolute(count);
}

fn set_gauge(recorder: &dyn Recorder, name: String, value: f64, labels: Vec<Label>) {
    recorder.register_gauge(&Key::from_parts(name, labels), &METADATA).set(value);
}

fn labels_of(labels: Labels<'_>) -> Vec<Label> {
    labels.iter().map(|(name, value)| Label::new(name.to_owned(), value.to_owned())).collect()
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
    // Stands for the recorder of the program.
    let recorder = DebuggingRecorder::new();
    let seen = recorder.snapshotter();
    recorder.install()?;

    let exporter =
        tachometer::exporter().every(Duration::from_secs(10)).to("metrics", to_recorder).start()?;
    let outcomes = [false, false, true].map(work);
    drop(exporter); // a last export

    let seen = format!("{:?}", seen.snapshot().into_vec());
    println!("{} calls, {} bytes of metrics", outcomes.len(), seen.len());
    assert!(seen.contains("function_calls_total") && seen.contains("function_duration_seconds_bucket"));
    Ok(())
}
