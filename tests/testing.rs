//! `tachometer::testing`: what is compared, and how a difference reads.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use tachometer::testing::{self, Amount, Difference, Expectation, Watch, function, metric};
use tachometer::{
    Counter, ErrorKind, FloatCounter, FloatGauge, Gauge, Histogram, LabelValue, MetricsRegistry, MockClock,
    buckets, instrumented, metrics,
};

/// What a failed assertion says, with `LINE` in the place of a line of this file; and the line it panics at.
fn failure(assertion: impl FnOnce()) -> (String, u32) {
    // The hook is one of the whole process.
    static HOOK: Mutex<()> = Mutex::new(());
    let (places, place) = mpsc::channel();
    let this = thread::current().id();
    let alone = HOOK.lock().unwrap();
    let before = Arc::new(panic::take_hook());
    let outer = Arc::clone(&before);
    panic::set_hook(Box::new(move |info| match info.location() {
        Some(location) if thread::current().id() == this => {
            places.send((location.file().to_owned(), location.line())).unwrap();
        }
        _ => outer(info),
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(assertion));
    panic::set_hook(Box::new(move |info| before(info)));
    drop(alone);
    let panicked = result.expect_err("the assertion fails");
    let (file, line) = place.recv().expect("a panic has a place");
    assert_eq!(file, file!(), "it panics where the assertion stands");
    (without_lines(panicked.downcast_ref::<String>().expect("a text")), line)
}

fn without_lines(text: &str) -> String {
    regex::Regex::new(r"testing\.rs:\d+").unwrap().replace_all(text, "testing.rs:LINE").into_owned()
}

/// What the twin without a panic says of it.
fn difference(watch: &Watch<'_>, expected: impl Into<Expectation>) -> String {
    without_lines(&watch.check(expected).expect_err("it is not as expected").to_string())
}

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(10))
}

mod outcomes {
    use super::*;

    #[instrumented]
    fn checkout(cart: &[u32]) -> Result<u32, &'static str> {
        match cart {
            [] => Err("nothing to buy"),
            [0, ..] => panic!("free"),
            prices => Ok(prices.iter().sum()),
        }
    }

    #[test]
    fn what_is_not_mentioned_did_not_happen() {
        let _ = checkout(&[1]);
        let watch = testing::watch();
        watch.assert(function("checkout"));
        watch.assert(function("checkout").not_called());
        let _ = checkout(&[]);
        watch.assert(function("checkout").errors(1));
        watch.assert(function("testing::outcomes::checkout").errors(1));
        watch.assert(function("checkout").calls(1));
        watch.assert(function("checkout").calls(1).errors(1));
        let _ = (checkout(&[2]), checkout(&[3, 4]));
        let _ = panic::catch_unwind(|| checkout(&[0]));

        let line = line!() + 1;
        let (text, panicked_at) = failure(|| watch.assert(function("checkout").errors(1)));
        assert_eq!(panicked_at, line);
        assert_eq!(
            text,
            "function \"checkout\" (module \"testing::outcomes\") is not as expected, since the watch at \
             tests/testing.rs:LINE
          expected  counted
  ok             0        2  <--
  errors         1        1
  panics         0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("checkout").not_called()),
            "function \"checkout\" (module \"testing::outcomes\") is not as expected, since the watch at \
             tests/testing.rs:LINE
          expected  counted
  ok             0        2  <--
  errors         0        1  <--
  panics         0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("checkout").calls(12).errors(2).cancelled(1)),
            "function \"checkout\" (module \"testing::outcomes\") is not as expected, since the watch at \
             tests/testing.rs:LINE
             expected  counted
  calls            12        4  <--
  ok              any        2
  errors            2        1  <--
  panics          any        1
  cancelled         1        0  <--"
        );
        watch.assert(function("checkout").ok(2).errors(1).panics(1));
        watch.assert(function("checkout").calls(4));
    }

    #[instrumented]
    async fn wait() {
        std::future::pending::<()>().await;
    }

    #[test]
    fn calls_in_flight_are_mentioned_or_there_are_none() {
        let watch = testing::watch();
        let mut future = Box::pin(wait());
        watch.assert(function("wait").not_called());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        watch.assert(function("wait").in_flight(1));
        let later = testing::watch();
        later.assert(function("wait").not_called());
        assert_eq!(
            difference(&watch, function("wait").not_called()),
            "function \"wait\" (module \"testing::outcomes\") is not as expected, since the watch at \
             tests/testing.rs:LINE
             expected  counted
  in flight         0        1  <--"
        );
        drop(future);
        watch.assert(function("wait").cancelled(1));
        later.assert(function("wait").cancelled(1).in_flight(-1));
    }
}

mod kinds {
    use super::*;

    #[derive(ErrorKind)]
    enum Refusal {
        TooHeavy,
        TooWide,
    }

    #[instrumented]
    fn load(tons: u32, metres: u32) -> Result<(), Refusal> {
        match (tons, metres) {
            (41.., _) => Err(Refusal::TooHeavy),
            (_, 3..) => Err(Refusal::TooWide),
            _ => Ok(()),
        }
    }

    #[test]
    fn kinds_of_errors_are_compared_once_one_is_mentioned() {
        let watch = testing::watch();
        let _ = (load(50, 1), load(60, 1), load(1, 4));
        watch.assert(function("load").errors(3));
        watch.assert(function("load").errors_of_kind("too_heavy", 2).errors_of_kind("too_wide", 1));
        assert_eq!(
            difference(&watch, function("load").errors_of_kind("too_heavy", 1)),
            "function \"load\" (module \"testing::kinds\") is not as expected, since the watch at \
             tests/testing.rs:LINE
                      expected  counted
  errors                     1        3  <--
  errors \"too_heavy\"         1        2  <--
  errors \"too_wide\"          0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("load").errors(3).errors_of_kind("too_hevy", 3)),
            "function \"load\" (module \"testing::kinds\") is not as expected, since the watch at \
             tests/testing.rs:LINE
                      expected  counted
  errors                     3        3
  errors \"too_heavy\"         0        2  <--
  errors \"too_hevy\"          3        0  <--
  errors \"too_wide\"          0        1  <--"
        );
    }
}

mod labels {
    use super::*;

    #[derive(LabelValue)]
    enum Tier {
        Free,
        Gold,
    }

    #[instrumented(labels(tenant = tenant, tier = tier, site = "north"))]
    fn serve(tenant: u64, tier: Tier) -> Result<(), ()> {
        if tenant == 0 { Err(()) } else { Ok(()) }
    }

    #[test]
    fn a_label_chooses_series_and_without_one_all_count_together() {
        let watch = testing::watch();
        // It has no series yet: its labels are evaluated at calls.
        watch.assert(function("serve").not_called());
        watch.assert(function("serve").with("tenant", 7).not_called());
        let _ = (serve(7, Tier::Gold), serve(7, Tier::Free), serve(0, Tier::Free));
        watch.assert(function("serve").ok(2).errors(1));
        watch.assert(function("serve").with("tenant", 7).ok(2));
        watch.assert(function("serve").with("tenant", 7).with("tier", Tier::Gold).ok(1));
        watch.assert(function("serve").with("tier", "free").with("site", "north").ok(1).errors(1));
        watch.assert(function("serve").with("tenant", "8").not_called());
        watch.assert(function("serve").with("zone", "").ok(2).errors(1));
        assert_eq!(
            difference(&watch, function("serve").with("tenant", 8).ok(1)),
            "function \"serve\" with tenant=\"8\" (module \"testing::labels\") is not as expected, since the watch at \
             tests/testing.rs:LINE
      expected  counted
  ok         1        0  <--
  series of it that changed:
    tenant=\"0\", tier=\"free\", site=\"north\": 1 error
    tenant=\"7\", tier=\"free\", site=\"north\": 1 ok
    tenant=\"7\", tier=\"gold\", site=\"north\": 1 ok"
        );
        assert_eq!(
            difference(&watch, function("serve").with("tenat", 8).not_called()),
            "function \"serve\" with tenat=\"8\" (module \"testing::labels\"): it has no label \"tenat\"
  its series are:
    tenant=\"0\", tier=\"free\", site=\"north\"
    tenant=\"7\", tier=\"free\", site=\"north\"
    tenant=\"7\", tier=\"gold\", site=\"north\""
        );
    }
}

mod times {
    use super::*;

    #[instrumented]
    fn work(clock: MockClock, millis: u64) {
        clock.advance(Duration::from_millis(millis));
    }

    #[test]
    fn times_are_exact_under_a_mock_clock() {
        let clock = MockClock::new();
        let _entered = clock.enter();
        work(clock, 900);
        let watch = testing::watch();
        work(clock, 2);
        work(clock, 3);
        let five = Duration::from_millis(5);
        watch.assert(function("work").ok(2).total_time(five).all_within(five));
        assert_eq!(
            difference(&watch, function("work").ok(2).total_time(five * 2).all_within(five / 2)),
            "function \"work\" (module \"testing::times\") is not as expected, since the watch at \
             tests/testing.rs:LINE
               expected  counted
  ok                  2        2
  total time       10ms      5ms  <--
  above 2.5ms         0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("work").ok(2).all_within(Duration::from_millis(4))),
            "function \"work\" (module \"testing::times\"): how much is above 4ms is not known, for that is no bound \
             of its buckets; the next ones are 2.5ms and 5ms"
        );
    }
}

mod names {
    use super::*;

    mod one {
        #[super::instrumented]
        pub(super) fn twice_there() {}
    }
    mod two {
        #[super::instrumented]
        pub(super) fn twice_there() {}
    }
    struct Basket;
    #[instrumented]
    impl Basket {
        fn put_in(&self) {}
    }

    metrics! {
        static SHIPPED: Counter = Counter::new("orders_shipped_total", "Orders that were shipped");
    }

    #[test]
    fn a_name_that_is_not_there_is_said_with_those_most_like_it() {
        let watch = testing::watch();
        Basket.put_in();
        SHIPPED.increment();
        for (misspelt, text) in [
            ("put_in", "no instrumented function is called \"put_in\"; most like it: \"Basket::put_in\""),
            (
                "Basket::putin",
                "no instrumented function is called \"Basket::putin\"; most like it: \"Basket::put_in\"",
            ),
            (
                "testing::names::Basket::putin",
                "no instrumented function is called \"testing::names::Basket::putin\"; most like it: \
                 \"testing::names::Basket::put_in\"",
            ),
            (
                "orders_shipped_total",
                "\"orders_shipped_total\" is no function but a metric: say `metric(\"orders_shipped_total\")`",
            ),
        ] {
            assert_eq!(difference(&watch, function(misspelt).ok(1)), text);
            // A function that is not there was not called either, but whoever says so has misspelt it.
            assert_eq!(difference(&watch, function(misspelt).not_called()), text);
        }
        assert_eq!(
            difference(&watch, metric("orders_shiped_total").by(1)),
            "no metric is called \"orders_shiped_total\"; most like it: \"orders_shipped_total\""
        );
        assert_eq!(
            difference(&watch, metric("Basket::put_in").by(1)),
            "\"Basket::put_in\" is no metric but a function: say `function(\"Basket::put_in\")`"
        );
    }

    #[test]
    fn a_name_that_two_modules_have_must_be_said_with_its_module() {
        let watch = testing::watch();
        one::twice_there();
        watch.assert(function("testing::names::one::twice_there").ok(1));
        watch.assert(function("testing::names::two::twice_there").not_called());
        two::twice_there();
        assert_eq!(
            difference(&watch, function("twice_there").ok(2)),
            "\"twice_there\" is the name of several functions: say which, of \
             \"testing::names::one::twice_there\" and \"testing::names::two::twice_there\""
        );
    }

    #[test]
    fn a_registry_of_its_own_says_where_functions_are() {
        let registry = registry();
        let watch = testing::watch_registry(&registry);
        assert_eq!(
            difference(&watch, function("Basket::put_in").ok(1)),
            "no instrumented function is called \"Basket::put_in\"; there is none at all\n  (This registry is not the \
             global one, where functions without the option `registry` are.)"
        );
        registry.register_counter("alpha");
        registry.register_gauge("beta");
        assert_eq!(
            difference(&watch, metric("gamma").unchanged()),
            "no metric is called \"gamma\"; there is \"alpha\" and \"beta\""
        );
    }
}

mod declared {
    use super::*;

    metrics! {
        static DONE: Counter = Counter::new("loads_done_total", "Loads");
        static WORKED: FloatCounter = FloatCounter::new("loads_worked_seconds_total", "Work");
        static WAITING: Gauge = Gauge::new("loads_waiting", "Loads that wait");
        static FILL: FloatGauge = FloatGauge::new("loads_fill_ratio", "How full");
        static BYTES: Histogram = Histogram::new("loads_bytes", "Sizes", &[10, 100, 1_000]);
        static TIMES: Histogram =
            Histogram::of_time("loads_seconds", "Times", &const { buckets::seconds([0.001, 0.01]) });
    }

    #[test]
    fn metrics_in_statics_are_compared_by_what_they_are() {
        DONE.add(40);
        WORKED.add(1e6);
        WAITING.set(5);
        BYTES.observe(5_000);
        TIMES.observe_duration(Duration::from_secs(1));
        let watch = testing::watch();
        let all = [
            "loads_done_total",
            "loads_worked_seconds_total",
            "loads_waiting",
            "loads_bytes",
            "loads_seconds",
        ];
        for name in all {
            watch.assert(metric(name));
            watch.assert(metric(name).unchanged());
        }
        DONE.add(2);
        for _ in 0..10 {
            WORKED.add(0.1);
        }
        WAITING.sub(2);
        FILL.set(0.75);
        BYTES.observe(7);
        BYTES.observe(70);
        TIMES.observe_duration(Duration::from_millis(3));

        watch.assert(metric("loads_done_total").by(2));
        watch.assert(metric("loads_done_total").by(2_u64));
        watch.assert(metric("loads_worked_seconds_total").by(1));
        watch.assert(metric("loads_worked_seconds_total").by(1.0));
        watch.assert(metric("loads_waiting").by(-2));
        watch.assert(metric("loads_waiting").at(3).by(-2));
        watch.assert(metric("loads_fill_ratio").at(0.75));
        watch.assert(metric("loads_bytes").observations(2).sum(77).all_within(100));
        watch.assert(metric("loads_bytes").all_within(100_u64));
        watch.assert(
            metric("loads_seconds")
                .observations(1)
                .sum(Duration::from_millis(3))
                .all_within(Duration::from_millis(10)),
        );
        // By its text it is a metric too.
        watch.assert(metric("function_calls_total").with("function", "nobody").unchanged());

        for (expected, text) in [
            (
                metric("loads_done_total").by(3),
                "counter \"loads_done_total\" is not as expected, since the watch at tests/testing.rs:LINE
      expected  counted
  by         3        2  <--",
            ),
            (
                metric("loads_waiting").at(4).by(-2),
                "gauge \"loads_waiting\" is not as expected, since the watch at tests/testing.rs:LINE
      expected  counted
  at         4        3  <--
  by        -2       -2
  it was 5, and is 3",
            ),
            (
                metric("loads_fill_ratio").at(0.5),
                "gauge \"loads_fill_ratio\" is not as expected, since the watch at tests/testing.rs:LINE
      expected  counted
  at       0.5     0.75  <--
  it was 0.0, and is 0.75",
            ),
            (
                metric("loads_bytes").unchanged(),
                "histogram \"loads_bytes\" is not as expected, since the watch at tests/testing.rs:LINE
                expected  counted
  observations         0        2  <--",
            ),
            (
                metric("loads_bytes").observations(2).sum(78).all_within(10),
                "histogram \"loads_bytes\" is not as expected, since the watch at tests/testing.rs:LINE
                expected  counted
  observations         2        2
  sum                 78       77  <--
  above 10             0        1  <--",
            ),
            (
                metric("loads_seconds").sum(Duration::from_micros(2_500)),
                "histogram \"loads_seconds\" is not as expected, since the watch at tests/testing.rs:LINE
       expected  counted
  sum     2.5ms      3ms  <--",
            ),
            (
                metric("loads_seconds").sum(3),
                "histogram \"loads_seconds\": a histogram of time: say a `Duration` in the place of 3",
            ),
            (
                metric("loads_bytes").sum(Duration::from_secs(1)),
                "histogram \"loads_bytes\": no histogram of time: say a number in the place of 1s",
            ),
            (
                metric("loads_bytes").all_within(50),
                "histogram \"loads_bytes\": how much is above 50 is not known, for that is no bound of its buckets; \
                 the next ones are 10 and 100",
            ),
            (
                metric("loads_bytes").all_within(-1),
                "histogram \"loads_bytes\": -1 can be no bound: they are whole numbers from 0 on",
            ),
            (
                metric("loads_bytes").by(2),
                "histogram \"loads_bytes\": a histogram has no number to change `by`: say `observations`",
            ),
            (
                metric("loads_done_total").at(42),
                "counter \"loads_done_total\": a counter has no level to be `at`: say `by`",
            ),
            (
                metric("loads_waiting").observations(1),
                "gauge \"loads_waiting\": no histogram: it can be expected to change `by`, or to be `at`",
            ),
        ] {
            assert_eq!(difference(&watch, expected), text);
        }
    }
}

#[test]
fn registered_metrics_are_found_by_their_printed_names() {
    let registry = registry();
    let requests = registry.register_collector("http");
    let histogram = registry.register_histogram("request", [10, 100]);
    let extremes = registry.register_minmax("wait");
    let counter = registry.register_counter("hits");
    let gauge = registry.register_gauge("load");
    extremes.update(3);
    counter.add(10);
    let watch = testing::watch_registry(&registry);
    requests.record_request();
    requests.record_bytes(512);
    requests.connection_opened();
    histogram.record(70);
    extremes.update(9);
    counter.add(5);
    gauge.set(-4);
    watch.assert(metric("http_requests").by(1));
    watch.assert(metric("http_errors").unchanged());
    watch.assert(metric("http_bytes_sent").by(512));
    watch.assert(metric("http_active_connections").at(1).by(1));
    watch.assert(metric("request").observations(1).sum(70).all_within(100));
    watch.assert(metric("request_latency_us").observations(1));
    watch.assert(metric("wait_min").at(3).by(0));
    watch.assert(metric("wait_max").at(9).by(6));
    watch.assert(metric("hits").by(5));
    watch.assert(metric("load").at(-4).by(-4));
    // As in a difference of snapshots, a reset is no negative change.
    counter.reset();
    watch.assert(metric("hits").unchanged());
    assert_eq!(watch.changes().counters["hits"], 0);
}

#[test]
fn only_what_is_named_may_have_changed() {
    let registry = registry();
    let hits = registry.register_counter("hits");
    let load = registry.register_gauge("load");
    let sizes = registry.register_histogram("sizes", [10]);
    let http = registry.register_collector("http");
    let watch = testing::watch_registry(&registry);
    watch.assert_only(&[]);
    hits.add(2);
    watch.assert_only(&["hits"]);
    watch.assert_only(&["hits", "load"]);
    load.set(3);
    sizes.record(7);
    http.record_error();
    watch.assert_only(&["hits", "load", "sizes", "http"]);
    let (text, _) = failure(|| watch.assert_only(&["hits"]));
    assert_eq!(
        text,
        "more than \"hits\" has changed, since the watch at tests/testing.rs:LINE
  the rest is:
    counter \"http_errors\": by 1
    gauge \"load\": from 0 to 3
    histogram \"sizes_latency_us\": 1 observation"
    );
    let text = watch.check_only(&[]).unwrap_err().to_string();
    assert!(text.starts_with("more than nothing has changed"), "{text}");
    let text = watch.check_only(&["hit"]).unwrap_err().to_string();
    assert_eq!(text, "nothing is called \"hit\"; most like it: \"hits\"");
}

mod only {
    use super::*;
    use std::sync::OnceLock;

    fn own() -> &'static MetricsRegistry {
        static OWN: OnceLock<MetricsRegistry> = OnceLock::new();
        OWN.get_or_init(registry)
    }

    #[instrumented(registry = own())]
    fn first_of_two(fails: bool) -> Result<(), ()> {
        if fails { Err(()) } else { Ok(()) }
    }

    #[instrumented(registry = own(), labels(side = side))]
    fn second_of_two(side: bool) {
        let _ = side;
    }

    #[test]
    fn functions_of_a_registry_of_their_own_are_watched_there() {
        let watch = testing::watch_registry(own());
        let _ = first_of_two(true);
        watch.assert_only(&["first_of_two"]);
        watch.assert(function("first_of_two").errors(1));
        watch.assert(function("second_of_two").not_called());
        second_of_two(true);
        let text =
            without_lines(&watch.check_only(&["testing::only::first_of_two"]).unwrap_err().to_string());
        assert_eq!(
            text,
            "more than \"testing::only::first_of_two\" has changed, since the watch at tests/testing.rs:LINE
  the rest is:
    function \"second_of_two\" with side=\"true\" (module \"testing::only\"): 1 ok"
        );
        watch.assert_only(&["first_of_two", "second_of_two"]);
    }
}

mod side_by_side {
    use super::*;

    #[instrumented]
    fn mine() {}

    #[instrumented]
    fn of_all() {}

    #[test]
    fn what_other_threads_do_elsewhere_does_not_disturb() {
        const CALLS: u64 = 200;
        thread::scope(|scope| {
            let others = scope.spawn(|| {
                for _ in 0..CALLS {
                    of_all();
                }
            });
            for _ in 0..20 {
                let watch = testing::watch();
                mine();
                watch.assert(function("mine").ok(1));
            }
            others.join().unwrap();
        });
        let watch = testing::watch();
        thread::spawn(mine).join().unwrap();
        watch.assert(function("mine").ok(1));
        watch.assert(function("of_all").not_called());
    }
}

#[test]
fn a_difference_is_an_error_and_reads_the_same_in_every_way() {
    fn boxed() -> Result<(), Box<dyn std::error::Error>> {
        let registry = registry();
        registry.register_counter("hits");
        testing::watch_registry(&registry).check(metric("hits").by(1))?;
        Ok(())
    }
    let error = boxed().unwrap_err();
    assert!(error.is::<Difference>());
    assert_eq!(format!("{error}"), format!("{error:?}"));
    assert_eq!(Amount::from(7_u32).to_string(), "7");
}
