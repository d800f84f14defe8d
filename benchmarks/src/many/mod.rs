//! Thousands of series of one family that a string tells apart, in each library: to be weighed, and to be rendered.

mod client;
mod measured;
mod metrics;
mod opentelemetry;
pub(crate) mod ours;
mod prometheus;

use std::time::Duration;

/// Names and help texts of the three families, without the endings that a library adds by itself.
const COUNTER: (&str, &str) = ("orders", "Orders that were taken");
const COUNTER_TOTAL: &str = "orders_total";
const GAUGE: (&str, &str) = ("order_lines", "Lines of orders");
const HISTOGRAM: (&str, &str) = ("order_seconds", "How long orders took");

/// The only label.
const LABEL: &str = "path";

/// How many series there may be, in libraries that ask.
const MOST: usize = 20_000;

/// One library.
pub(crate) struct Library {
    pub(crate) name: &'static str,
    pub(crate) counters: Many,
    pub(crate) gauges: Many,
    pub(crate) histograms: Many,
}

/// The series of one family, and nothing else beside them.
#[derive(Clone, Copy)]
pub(crate) struct Many {
    /// Updates the series of that number once.
    pub(crate) update: fn(u32),
    /// Appends the text of all that were updated.
    pub(crate) render: fn(&mut String),
    /// Reads them without making text of them, where the library can.
    pub(crate) read: Option<fn()>,
}

pub(crate) const LIBRARIES: [Library; 6] = [
    ours::LIBRARY,
    client::LIBRARY,
    prometheus::LIBRARY,
    measured::LIBRARY,
    metrics::LIBRARY,
    opentelemetry::LIBRARY,
];

/// The value of the label.
fn path(number: u32) -> String {
    format!("/orders/{number}")
}

/// What a histogram observes: from a microsecond to ten seconds.
fn times(number: u32) -> impl Iterator<Item = Duration> {
    (0..10).map(move |time| {
        let exponent = f64::from((number * 10 + time) * 37 % 700) / 100.0 - 6.0;
        Duration::from_secs_f64(10_f64.powf(exponent))
    })
}

/// The same in seconds.
fn seconds(number: u32) -> impl Iterator<Item = f64> {
    times(number).map(|time| time.as_secs_f64())
}

#[test]
fn every_library_prints_the_same_samples() {
    type Kind = fn(&Library) -> Many;
    let kinds: [(Kind, usize); 3] = [
        (|library| library.counters, 3),
        (|library| library.gauges, 3),
        (|library| library.histograms, 3 * (22 + 1 + 2)),
    ];
    for (kind, samples) in kinds {
        let text = |library: &Library| {
            let Many { update, render, .. } = kind(library);
            (0..3).for_each(update);
            let mut text = String::new();
            render(&mut text);
            (library.name, text)
        };
        let texts: Vec<_> = LIBRARIES.iter().map(text).collect();
        assert_eq!(crate::encode::assert_same_samples(&texts), samples);
    }
}
