//! Other libraries with an annotation of their own, each set up as its documentation says and asked for what ours records, as far as it can:
//! calls, errors, calls in flight, latency.

use crate::row::{Row, repeat};
use autometrics::{autometrics, prometheus_exporter};
use hotpath::{Format, HotpathGuard, HotpathGuardBuilder, Section};
use metered::{ErrorCount, HitCount, InFlight, ResponseTime, metered};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use std::{env, fs, process};
use tachometer_benchmarks_elsewhere::{Outcome, work};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("`metered` 0.9, `#[measure]`", |calls| repeat(calls, 7, |number| METERED.call(number)))
            .lacks("cancelled calls and panics as such; latencies below 1 ms")
            .recorded(metered_calls),
        Row::new("`hotpath` 0.30, `#[measure]`", |calls| repeat(calls, 7, hotpath_call))
            .lacks(
                "errors, cancelled calls and panics as such; calls in flight \
                 (and folds its events later, on another thread)",
            )
            .begin(begin_hotpath)
            .recorded(hotpath_calls)
            .settle(HOTPATH_SETTLES),
        Row::new("`autometrics` 3, `#[autometrics(track_concurrency)]`", |calls| {
            repeat(calls, 7, autometrics_call);
        })
        .lacks(
            "cancelled calls and panics (both stay in flight); latencies below 5 ms; \
                 shortest and longest call",
        )
        .begin(prometheus_exporter::init)
        .recorded(autometrics_calls),
    ]
}

#[derive(Default)]
struct Metered {
    metrics: MeteredMetrics,
}

static METERED: LazyLock<Metered> = LazyLock::new(Metered::default);

#[metered(registry = MeteredMetrics)]
impl Metered {
    #[measure([HitCount, ErrorCount, InFlight, ResponseTime])]
    #[inline(never)]
    fn call(&self, number: u64) -> Outcome {
        work(number)
    }
}

fn metered_calls() -> u64 {
    let metrics = &METERED.metrics.call;
    assert_eq!(metrics.response_time.histogram().len(), metrics.hit_count.get());
    metrics.hit_count.get()
}

#[hotpath::measure]
#[inline(never)]
fn hotpath_call(number: u64) -> Outcome {
    work(number)
}

/// Measures while it lives and writes its report, its only reader in the process, when it is dropped.
static HOTPATH: Mutex<Option<HotpathGuard>> = Mutex::new(None);

/// Its worker takes up to 65 536 events of a thread every 50 ms, so that it needs two turns for a round.
const HOTPATH_SETTLES: Duration = Duration::from_millis(120);

fn hotpath_report() -> PathBuf {
    env::temp_dir().join(format!("hotpath-{}.json", process::id()))
}

fn begin_hotpath() {
    let guard = HotpathGuardBuilder::new("calls")
        .format(Format::Json)
        .output_path(hotpath_report())
        .sections(vec![Section::FunctionsTiming])
        .build();
    *HOTPATH.lock().unwrap_or_else(PoisonError::into_inner) = Some(guard);
}

fn hotpath_calls() -> u64 {
    drop(HOTPATH.lock().unwrap_or_else(PoisonError::into_inner).take());
    let report = fs::read_to_string(hotpath_report()).expect("the guard wrote it");
    fs::remove_file(hotpath_report()).expect("it was just read");
    let report: serde_json::Value = serde_json::from_str(&report).expect("it is JSON");
    let functions = report["functions_timing"]["data"].as_array().expect("functions were asked for");
    let measured =
        |function: &&serde_json::Value| function["name"] == concat!(module_path!(), "::hotpath_call");
    functions.iter().find(measured).and_then(|function| function["calls"].as_u64()).unwrap_or(0)
}

#[autometrics(track_concurrency)]
#[inline(never)]
fn autometrics_call(number: u64) -> Outcome {
    work(number)
}

fn autometrics_calls() -> u64 {
    let text = prometheus_exporter::encode_to_string().expect("the exporter was initialised");
    let calls = text.lines().filter(|line| line.starts_with("function_calls_total{"));
    calls.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}
