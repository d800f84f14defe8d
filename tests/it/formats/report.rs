//! Reports for people.

use std::time::Duration;
use tachometer::{FullSnapshot, MetricsRegistry, MockClock, instrumented};

static REGISTRY: std::sync::LazyLock<MetricsRegistry> =
    std::sync::LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(name = "checkout", registry = &REGISTRY)]
fn checkout(clock: MockClock, time: Duration, fails: bool) -> Result<(), String> {
    clock.advance(time);
    if fails { Err("no".to_owned()) } else { Ok(()) }
}

mod stock {
    use super::{Duration, MockClock, REGISTRY, instrumented};

    #[instrumented(name = "load", registry = &REGISTRY)]
    pub(super) fn load(clock: MockClock, time: Duration) {
        clock.advance(time);
    }
}

mod prices {
    use super::{Duration, MockClock, REGISTRY, instrumented};

    #[instrumented(name = "load", labels(source = source), registry = &REGISTRY)]
    pub(super) fn load(clock: MockClock, time: Duration, source: &str) {
        clock.advance(time);
    }
}

#[instrumented(name = "sampled", sample = 4, registry = &REGISTRY)]
fn sampled(clock: MockClock) {
    clock.advance(Duration::from_millis(1));
}

#[instrumented(name = "idle", registry = &REGISTRY)]
fn idle() {}

/// Calls the functions once in the process. Returns what they have done.
fn snapshot() -> FullSnapshot {
    static CALLED: std::sync::Once = std::sync::Once::new();
    CALLED.call_once(|| {
        let clock = MockClock::new();
        let _entered = clock.enter();
        for call in 0..100 {
            let _ = checkout(clock, Duration::from_micros(10 * call), call % 10 == 0);
            stock::load(clock, Duration::from_nanos(100 + call));
        }
        prices::load(clock, Duration::from_secs(2), "a\nb");
        (0..8).for_each(|_| sampled(clock));
        if std::hint::black_box(false) {
            idle();
        }
    });
    REGISTRY.snapshot_all()
}

fn lines_of(rows: &[&str]) -> Vec<String> {
    lines(&rows.join("\n"))
}

/// Returns the table without what depends on the time of the run.
fn lines(text: &str) -> Vec<String> {
    let share = |cell: &&str| !cell.ends_with('%');
    let words = |line: &str| line.split_whitespace().filter(share).collect::<Vec<_>>().join(" ");
    text.lines().map(words).collect()
}

#[test]
fn functions_come_by_their_total_time() {
    let snapshot = snapshot();
    let report = snapshot.report();
    let names: Vec<&str> = report.rows().iter().map(tachometer::report::Row::name).collect();
    let prices = "it::formats::report::prices::load{source=\"a\\nb\"}";
    assert_eq!(names, [prices, "checkout", "sampled", "it::formats::report::stock::load"]);
    // One in four calls is timed.
    assert_eq!(report.rows()[2].total_time(), Duration::from_millis(8));
    assert_eq!(report.rows()[1].total_time(), Duration::from_micros(49_500));
    let share = report.rows()[0].share().unwrap() * report.run().unwrap().as_secs_f64();
    assert!((share - 2.0).abs() < 1e-9, "{share}");
}

#[test]
fn a_table_fits_and_shows_no_outcome_that_no_function_had() {
    let snapshot = snapshot();
    let wide = snapshot.report().width(200).to_string();
    let lines = lines(&wide);
    assert_eq!(lines[0], "function calls errors total share p50 p95 p99 max", "{wide}");
    assert_eq!(
        lines[1],
        "it::formats::report::prices::load{source=\"a\\nb\"} 1 0 2.00 s 2.00 s 2.00 s 2.00 s 2.00 s"
    );
    assert!(lines[2].starts_with("checkout 100 10 49.5 ms "), "{wide}");
    assert!(lines[5].starts_with("209 calls of 4 functions in "), "{wide}");
    assert!(lines[5].ends_with("; 1 was not called"), "{wide}");
    for width in [200, 120, 100, 80, 79, 70, 60] {
        let text = snapshot.report().width(width).to_string();
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width, "{width}:\n{text}");
        assert_eq!(text.lines().count(), 6);
        assert!(!text.contains('\x1b'));
    }
    assert_eq!(snapshot.report().to_string(), snapshot.report().width(80).to_string());
    // What is not known of the last line's length is the time of the run.
    for (width, headings) in
        [(40, "function calls errors total"), (28, "function calls total"), (3, "function calls")]
    {
        let text = snapshot.report().width(width).to_string();
        let rows: Vec<&str> = text.lines().take(5).collect();
        assert!(lines_of(&rows)[0].starts_with(headings), "{width}:\n{text}");
        let longest = rows.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width.max("…e=\"a\\nb\"} calls".len()), "{width}:\n{text}");
    }
}

#[test]
fn errors_are_red_on_request() {
    let snapshot = snapshot();
    let text = snapshot.report().colored(true).to_string();
    assert_eq!(text.matches("\x1b[31m").count(), 1, "{text:?}");
    assert_eq!(
        text.replace("\x1b[31m", "").replace("\x1b[1m", "").replace("\x1b[0m", ""),
        snapshot.report().to_string()
    );
}

#[test]
fn a_difference_reports_what_happened_in_between() {
    let before = snapshot();
    let since = snapshot().since(&before);
    assert_eq!(since.report().rows().len(), 0);
    assert_eq!(since.report().run(), since.elapsed());
    assert_eq!(since.report().to_string(), "none of 5 instrumented functions was called\n");
    let none = MetricsRegistry::new(Duration::MAX).snapshot_all();
    assert_eq!(none.report().to_string(), "no instrumented functions\n");
}

#[test]
fn csv_has_all_outcomes() {
    let snapshot = snapshot();
    let csv = snapshot.report().to_csv();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 5);
    let columns = rows[0].split(',').count();
    assert!(rows[2].starts_with("it::formats::report,checkout,,100,90,10,0,0,0,0.0495,"), "{}", rows[2]);
    assert_eq!(rows[2].split(',').count(), columns);
    assert!(
        rows[1].starts_with("it::formats::report::prices,load,\"source=\"\"a\\nb\"\"\",1,1,0,"),
        "{}",
        rows[1]
    );
}
