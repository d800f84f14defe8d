//! `roundtrip SEED COUNT` prints random snapshots for parsers of other languages, which `.ci/check_roundtrip.py` asks.
//!
//! Each line is JSON: a format, a text in it, and what a reader must find there.

#[allow(dead_code, reason = "only what is expected is needed here, not the reader")]
mod random;
#[allow(dead_code, reason = "as above")]
mod reader;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use random::{expected, snapshots};
use reader::{Exemplar, Family, Label, Sample};
use std::io::{self, Write};
use tachometer::Format;

fn main() -> io::Result<()> {
    let arguments: Vec<u64> = std::env::args().skip(1).map_while(|argument| argument.parse().ok()).collect();
    let [seed, count] = arguments[..] else {
        return Err(io::Error::other(
            "two numbers are expected, a seed and how many snapshots there shall be",
        ));
    };
    let mut seeds = [0; 32];
    seeds[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seeds);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let strategy = snapshots();
    let mut out = io::stdout().lock();
    for _ in 0..count {
        let random = strategy.new_tree(&mut runner).expect("no snapshot is rejected").current();
        for (name, format) in [
            ("text", Format::Prometheus),
            ("openmetrics", Format::OpenMetrics),
            ("created", Format::OpenMetricsWithCreated),
        ] {
            let mut text = String::new();
            random.snapshot.encode(format, &mut text);
            let families = list(&expected(&random, format), family);
            writeln!(out, r#"{{"format":"{name}","text":{},"families":{families}}}"#, quoted(&text))?;
        }
    }
    Ok(())
}

fn family(family: &Family) -> String {
    let Family { name, help, kind, unit, samples } = family;
    let unit = quoted(unit.as_deref().unwrap_or_default());
    format!(
        r#"{{"name":{},"help":{},"kind":{},"unit":{unit},"samples":{}}}"#,
        quoted(name),
        quoted(help),
        quoted(kind),
        list(samples, sample)
    )
}

fn sample(sample: &Sample) -> String {
    let Sample { name, labels, value, exemplar } = sample;
    let exemplar = exemplar.as_ref().map_or("null".to_owned(), |Exemplar { labels, value, time }| {
        format!("[{},{},{}]", list(labels, label), quoted(value), quoted(time))
    });
    format!("[{},{},{},{exemplar}]", quoted(name), list(labels, label), quoted(value))
}

fn label((name, value): &Label) -> String {
    format!("[{},{}]", quoted(name), quoted(value))
}

fn list<T>(items: &[T], item: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(","))
}

/// A string of JSON; each character is written as its number, which needs no thought.
fn quoted(text: &str) -> String {
    let escaped: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{}\"", escaped.concat())
}
