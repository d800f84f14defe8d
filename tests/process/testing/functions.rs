//! What is expected of functions.

use super::*;

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
        watch.assert(function("testing::functions::outcomes::checkout").errors(1));
        watch.assert(function("checkout").calls(1));
        watch.assert(function("checkout").calls(1).errors(1));
        let _ = (checkout(&[2]), checkout(&[3, 4]));
        let _ = panic::catch_unwind(|| checkout(&[0]));

        let line = line!() + 1;
        let (text, panicked_at) = failure(|| watch.assert(function("checkout").errors(1)));
        assert_eq!(panicked_at, line);
        assert_eq!(
            text,
            "function \"checkout\" (module \"testing::functions::outcomes\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
          expected  counted
  ok             0        2  <--
  errors         1        1
  panics         0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("checkout").not_called()),
            "function \"checkout\" (module \"testing::functions::outcomes\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
          expected  counted
  ok             0        2  <--
  errors         0        1  <--
  panics         0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("checkout").calls(12).errors(2).cancelled(1)),
            "function \"checkout\" (module \"testing::functions::outcomes\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
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
            "function \"wait\" (module \"testing::functions::outcomes\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
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
            "function \"load\" (module \"testing::functions::kinds\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
                      expected  counted
  errors                     1        3  <--
  errors \"too_heavy\"         1        2  <--
  errors \"too_wide\"          0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("load").errors(3).errors_of_kind("too_hevy", 3)),
            "function \"load\" (module \"testing::functions::kinds\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
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
        // The text's families are metrics too, with more labels.
        let calls = || metric("function_calls_total").with("function", "serve");
        watch.assert(calls().by(3));
        watch.assert(calls().with("tenant", 7).with("outcome", "ok").by(2));
        watch.assert(calls().with("outcome", "panic").unchanged());
        assert_eq!(
            difference(&watch, calls().with("outcom", "ok").by(2)),
            "counter \"function_calls_total\" with function=\"serve\", outcom=\"ok\": it has no label \"outcom\"; most like it: \"outcome\""
        );
        assert_eq!(
            difference(&watch, function("serve").with("tenant", 8).ok(1)),
            "function \"serve\" with tenant=\"8\" (module \"testing::functions::labels\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
      expected  counted
  ok         1        0  <--
  no series has tenant=\"8\"; values of \"tenant\": \"0\" and \"7\"
  series of it that changed:
    tenant=\"0\", tier=\"free\", site=\"north\": 1 error
    tenant=\"7\", tier=\"free\", site=\"north\": 1 ok
    tenant=\"7\", tier=\"gold\", site=\"north\": 1 ok"
        );
        // Values beside the other label that is wanted, the most similar first.
        assert_eq!(
            difference(&watch, function("serve").with("tenant", 0).with("tier", "fre").errors(1)),
            "function \"serve\" with tenant=\"0\", tier=\"fre\" (module \"testing::functions::labels\") is not as expected, \
             since the watch at tests/process/testing/functions.rs:LINE
          expected  counted
  errors         1        0  <--
  no series has tier=\"fre\"; values of \"tier\": \"free\"
  series of it that changed:
    tenant=\"0\", tier=\"free\", site=\"north\": 1 error
    tenant=\"7\", tier=\"free\", site=\"north\": 1 ok
    tenant=\"7\", tier=\"gold\", site=\"north\": 1 ok"
        );
        assert_eq!(
            difference(&watch, function("serve").with("tenat", 8).not_called()),
            "function \"serve\" with tenat=\"8\" (module \"testing::functions::labels\"): it has no label \"tenat\"; \
             most like it: \"tenant\""
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
            "function \"work\" (module \"testing::functions::times\") is not as expected, since the watch at \
             tests/process/testing/functions.rs:LINE
               expected  counted
  ok                  2        2
  total time       10ms      5ms  <--
  above 2.5ms         0        1  <--"
        );
        assert_eq!(
            difference(&watch, function("work").ok(2).all_within(Duration::from_millis(4))),
            "function \"work\" (module \"testing::functions::times\"): the number of values above 4ms is unknown, \
             because it is not a bound of the buckets; the next ones are 2.5ms and 5ms"
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
    struct Basket(u32);
    #[instrumented]
    impl Basket {
        fn put_in(&mut self) {
            self.0 += 1;
        }
    }

    metrics! {
        static SHIPPED: Counter = Counter::new("orders_shipped_total", "Orders that were shipped");
    }

    #[test]
    fn a_name_that_is_not_there_is_said_with_those_most_like_it() {
        let watch = testing::watch();
        Basket(0).put_in();
        SHIPPED.increment();
        for (misspelt, text) in [
            ("put_in", "no instrumented function is called \"put_in\"; most like it: \"Basket::put_in\""),
            (
                "Basket::putin",
                "no instrumented function is called \"Basket::putin\"; most like it: \"Basket::put_in\"",
            ),
            (
                "testing::functions::names::Basket::putin",
                "no instrumented function is called \"testing::functions::names::Basket::putin\"; most like it: \
                 \"testing::functions::names::Basket::put_in\"",
            ),
            (
                "orders_shipped_total",
                "\"orders_shipped_total\" is a metric, not a function: use `metric(\"orders_shipped_total\")`",
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
            "\"Basket::put_in\" is a function, not a metric: use `function(\"Basket::put_in\")`"
        );
    }

    #[test]
    fn a_name_that_two_modules_have_must_be_said_with_its_module() {
        let watch = testing::watch();
        one::twice_there();
        watch.assert(function("testing::functions::names::one::twice_there").ok(1));
        watch.assert(function("testing::functions::names::two::twice_there").not_called());
        two::twice_there();
        assert_eq!(
            difference(&watch, function("twice_there").ok(2)),
            "several functions are called \"twice_there\": use one of \
             \"testing::functions::names::one::twice_there\" and \"testing::functions::names::two::twice_there\""
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

    #[instrumented(registry = overflowing(), labels(side = side), max_label_sets = 1)]
    fn on_many_sides(side: u8) {
        let _ = side;
    }

    fn overflowing() -> &'static MetricsRegistry {
        static OVERFLOWING: OnceLock<MetricsRegistry> = OnceLock::new();
        OVERFLOWING.get_or_init(registry)
    }

    #[test]
    fn what_the_library_says_of_itself_is_no_change() {
        let watch = testing::watch_registry(overflowing());
        on_many_sides(1);
        on_many_sides(2);
        watch.assert(metric("tachometer_overflowed_label_sets_total").by(1));
        watch.assert_only(&["on_many_sides"]);
    }

    #[test]
    fn functions_of_a_registry_of_their_own_are_watched_there() {
        let watch = testing::watch_registry(own());
        let _ = first_of_two(true);
        watch.assert_only(&["first_of_two"]);
        watch.assert(function("first_of_two").errors(1));
        watch.assert(function("second_of_two").not_called());
        second_of_two(true);
        let text = without_lines(
            &watch.check_only(&["testing::functions::only::first_of_two"]).unwrap_err().to_string(),
        );
        assert_eq!(
            text,
            "more than \"testing::functions::only::first_of_two\" has changed, since the watch at tests/process/testing/functions.rs:LINE
  the rest is:
    function \"second_of_two\" with side=\"true\" (module \"testing::functions::only\"): 1 ok"
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
