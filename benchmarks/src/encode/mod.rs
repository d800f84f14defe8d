//! What it takes to make text or protocol buffers of a snapshot, beside other libraries with the same content.

mod content;
mod peers;

use crate::many::{LIBRARIES, Library, Many, ours};
use crate::peers::SECONDS;
use crate::record::Record;
use crate::statistics::median;
use crate::table::Table;
use crate::{Fallible, machine, rounds};
use std::hint::black_box;
use std::mem;
use tachometer::{Format, FullSnapshot};

/// How many sets of labels are rendered beside peers.
const SERIES: u32 = 1_000;

/// How many of them ours renders alone.
const GROWTH: [u32; 3] = [SERIES, 10 * SERIES, 100 * SERIES];

/// How the row begins that others are compared with.
const REFERENCE: &str = "`prometheus-client`";

/// How many series of counters, and of histograms, are rendered beside peers.
const COUNTERS: u32 = 10_000;
const HISTOGRAMS: u32 = 1_000;

/// Renderings by the largest number of label sets take a quarter of a second each.
const GROWTH_ROUNDS: usize = 21;

/// What appends to a body.
type Render = Box<dyn Fn(&mut Vec<u8>)>;

/// One thing to measure: it appends to a body that keeps its room from round to round.
struct Renderer {
    name: &'static str,
    render: Render,
    body: Vec<u8>,
    /// The number of samples of a body that is no text, whose lines could be counted.
    samples: Option<usize>,
}

impl Renderer {
    /// One that appends to a text.
    fn new(name: &'static str, render: impl Fn(&mut String) + 'static) -> Self {
        let render = move |body: &mut Vec<u8>| {
            let mut text = String::from_utf8(mem::take(body)).expect("it is empty");
            render(&mut text);
            *body = text.into_bytes();
        };
        Renderer { name, render: Box::new(render), body: Vec::new(), samples: None }
    }

    fn of_snapshot(name: &'static str, format: Format, snapshot: FullSnapshot) -> Self {
        Self::new(name, move |text| snapshot.encode(format, text))
    }

    /// Protocol buffers, with the samples that the text would have.
    fn protobuf(name: &'static str, snapshot: FullSnapshot) -> Self {
        let samples = samples_in(&snapshot.to_prometheus_format());
        let render = move |body: &mut Vec<u8>| snapshot.encode_bytes(Format::Protobuf, body);
        Renderer { name, render: Box::new(render), body: Vec::new(), samples: Some(samples) }
    }

    /// The processor's time of one rendering, in milliseconds: long ones would be interrupted more often than short ones.
    fn millis(&mut self) -> f64 {
        self.body.clear();
        let before = machine::thread_time();
        (self.render)(black_box(&mut self.body));
        machine::thread_time().saturating_sub(before).as_secs_f64() * 1e3
    }

    fn samples(&self) -> usize {
        self.samples.unwrap_or_else(|| samples_in(str::from_utf8(&self.body).expect("text")))
    }
}

fn samples_in(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
}

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, rounds::ROUNDS)?;
    content::count(0, SERIES);
    let mut renderers = rows(SERIES);
    renderers.insert(1, Renderer::protobuf("ours, protocol buffers", content::snapshot()));
    let functions = beside_peers(renderers, rounds);
    let alone = alone();
    let counters = beside_peers(many(COUNTERS, |library| library.counters, ours::counters), rounds);
    let histograms = beside_peers(many(HISTOGRAMS, |library| library.histograms, ours::histograms), rounds);
    Record {
        name: "encode",
        title: "What it takes to make text of thousands of series, beside other libraries",
        facts: vec![
            ("rounds", rounds.to_string()),
            ("rounds of the second table", GROWTH_ROUNDS.to_string()),
        ],
        body: format!(
            "1 000 functions:\n\n{functions}\n{alone}\n\
             {COUNTERS} counters of one family, told apart by a string, read and rendered:\n\n{counters}\n\
             {HISTOGRAMS} histograms with {} bounds, likewise:\n\n{histograms}",
            SECONDS.len()
        ),
        caveat: "The cores are those of a shared virtual machine: ratios are medians over the rounds, each taken within \
                 its round.",
    }
    .publish()
}

/// The rows with `SERIES` label sets, of which ours has counted the calls already.
fn rows(series: u32) -> Vec<Renderer> {
    let content = || content::calls(0, series);
    let snapshot = content::snapshot;
    vec![
        Renderer::of_snapshot("ours, text", Format::Prometheus, snapshot()),
        Renderer::of_snapshot("ours, OpenMetrics", Format::OpenMetrics, snapshot()),
        Renderer::of_snapshot("ours, with `_created`", Format::OpenMetricsWithCreated, snapshot()),
        Renderer::new("ours, the snapshot and its text", move |text| {
            snapshot().encode(Format::Prometheus, text);
        }),
        peers::prometheus_client(content()),
        peers::prometheus(content()),
        peers::measured(content()),
        peers::metrics(content()),
        peers::opentelemetry(content()),
    ]
}

/// So many series of one kind in each library, and in a snapshot of ours that is there already.
fn many(series: u32, kind: fn(&Library) -> Many, snapshot: fn() -> FullSnapshot) -> Vec<Renderer> {
    let renderer = |library: &Library| {
        let Many { update, render, .. } = kind(library);
        (0..series).for_each(update);
        Renderer::new(library.name, render)
    };
    let mut renderers: Vec<Renderer> = LIBRARIES.iter().map(renderer).collect();
    let alone = [
        Renderer::of_snapshot("… the text alone", Format::Prometheus, snapshot()),
        Renderer::of_snapshot("… the text alone, OpenMetrics", Format::OpenMetrics, snapshot()),
        Renderer::of_snapshot(
            "… the text alone, with `_created`",
            Format::OpenMetricsWithCreated,
            snapshot(),
        ),
        Renderer::protobuf("… protocol buffers alone", snapshot()),
    ];
    renderers.splice(1..1, alone);
    renderers
}

fn beside_peers(mut rows: Vec<Renderer>, rounds: usize) -> Table {
    let millis = measure(&mut rows, rounds);
    let is_reference = |row: &Renderer| row.name.starts_with(REFERENCE);
    let reference = rows.iter().position(is_reference).expect("the reference is a row");
    let mut table = Table::new(&["row", "ms", "ratio", "to the first row", "samples", "MB", "ns a sample"]);
    for (index, row) in rows.iter().enumerate() {
        let samples = row.samples();
        table.row([
            row.name.to_owned(),
            format!("{:.2}", median(&millis[index])),
            format!("{:.3}", ratio(&millis[index], &millis[reference])),
            format!("{:.2}", ratio(&millis[index], &millis[0])),
            samples.to_string(),
            format!("{:.2}", row.body.len() as f64 / 1e6),
            format!("{:.1}", median(&millis[index]) * 1e6 / samples as f64),
        ]);
    }
    table
}

/// Ours alone, with ever more label sets.
fn alone() -> Table {
    let mut counted = SERIES;
    let mut rows: Vec<Renderer> = GROWTH
        .iter()
        .map(|&series| {
            content::count(counted, series);
            counted = series;
            Renderer::of_snapshot("", Format::Prometheus, content::snapshot())
        })
        .collect();
    let millis = measure(&mut rows, GROWTH_ROUNDS);
    let mut table =
        Table::new(&["ours, text: functions", "ms", "samples", "MB", "ns a sample", "times the first"]);
    let mut first = None;
    for ((row, millis), series) in rows.iter().zip(&millis).zip(GROWTH) {
        let samples = row.samples();
        let nanos = median(millis) * 1e6 / samples as f64;
        table.row([
            series.to_string(),
            format!("{:.2}", median(millis)),
            samples.to_string(),
            format!("{:.2}", row.body.len() as f64 / 1e6),
            format!("{nanos:.1}"),
            format!("{:.2}", nanos / *first.get_or_insert(nanos)),
        ]);
    }
    table
}

/// Renders each row once a round, in another order each round. Milliseconds, by row and round.
fn measure(rows: &mut [Renderer], rounds: usize) -> Vec<Vec<f64>> {
    // A first rendering makes the room for the text.
    for row in &mut *rows {
        row.millis();
    }
    let mut millis = vec![Vec::new(); rows.len()];
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        fastrand::Rng::with_seed(round as u64).shuffle(&mut order);
        for index in order {
            millis[index].push(rows[index].millis());
        }
    }
    millis
}

/// The median over the rounds of one row's time relative to another's in the same round.
fn ratio(row: &[f64], reference: &[f64]) -> f64 {
    median(&row.iter().zip(reference).map(|(row, reference)| row / reference).collect::<Vec<f64>>())
}

#[cfg(test)]
pub(crate) use tests::assert_same_samples;

#[cfg(test)]
mod tests {
    use super::{content, rows};
    use std::collections::BTreeMap;

    /// Samples by name and labels in one spelling, without what ours says of itself and times of creation.
    fn samples(text: &str) -> BTreeMap<String, f64> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', 't']));
        lines
            .filter(|line| !line.contains("_created{"))
            .map(|line| {
                let (series, value) = line.rsplit_once(' ').expect("a value");
                let (name, labels) = series.trim_end_matches('}').split_once('{').expect("labels");
                let mut labels: Vec<String> = labels.split(',').map(canonical).collect();
                labels.sort();
                (format!("{name}{labels:?}"), value.parse().expect("a number"))
            })
            .collect()
    }

    /// `le="1"` and `le="1.0"` are one bound.
    fn canonical(label: &str) -> String {
        match label.strip_prefix("le=\"").and_then(|bound| bound.strip_suffix('"')) {
            Some(bound) => format!("le={}", bound.parse::<f64>().expect("a bound")),
            None => label.to_owned(),
        }
    }

    /// That all texts, each with its name, have the same samples as the first; returns how many.
    pub(crate) fn assert_same_samples(texts: &[(&str, String)]) -> usize {
        let expected = samples(&texts[0].1);
        for (name, text) in texts {
            let samples = samples(text);
            assert!(samples.keys().eq(expected.keys()), "{name}: {:?}", samples.keys());
            for (series, value) in &samples {
                let expected = expected[series];
                assert!((value - expected).abs() <= expected.abs() * 1e-9 + 1e-9, "{name}: {series} {value}");
            }
        }
        expected.len()
    }

    #[test]
    fn every_row_prints_the_same_samples() {
        content::count(0, 3);
        let texts: Vec<(&str, String)> = rows(3)
            .into_iter()
            .map(|mut row| {
                row.millis();
                (row.name, String::from_utf8(row.body).expect("text"))
            })
            .collect();
        assert_eq!(assert_same_samples(&texts), 3 * (4 + 1 + 2 + 25));
    }
}
