//! What an annotation counts: outcomes, calls in flight, names, labels, buckets, registries, and what it leaves alone.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::sync::{LazyLock, OnceLock};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tachometer::{FunctionSnapshot, MetricsRegistry, instrumented};

fn counted(name: &str) -> FunctionSnapshot {
    tachometer::snapshot().function(name).unwrap_or_else(|| panic!("{name} is not counted")).clone()
}

/// ok, errors, panics, cancelled, in flight
fn outcomes(name: &str) -> (u64, u64, u64, u64, i64) {
    let function = counted(name);
    assert_eq!(function.calls(), function.timed(), "every call that ended is timed");
    (function.ok, function.errors, function.panics, function.cancelled, function.in_flight)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Never done.
async fn forever() {
    std::future::pending::<()>().await;
}

mod sync_outcomes {
    use super::*;

    type Renamed<T> = std::result::Result<T, String>;

    #[instrumented]
    fn aliased(fail: bool) -> Renamed<u32> {
        if fail { Err("failed".into()) } else { Ok(1) }
    }

    #[instrumented]
    fn question_mark(text: &str) -> std::io::Result<u8> {
        let number = text.parse().map_err(std::io::Error::other)?;
        Ok(number)
    }

    #[instrumented]
    fn panics(text: &str) -> Result<u32, String> {
        panic!("{text}")
    }

    #[instrumented]
    fn panics_in_place(text: &'static str) -> impl Iterator<Item = u32> {
        assert!(text.is_empty(), "{text}");
        std::iter::once(1)
    }

    #[instrumented]
    fn option() -> Option<u32> {
        None
    }

    #[instrumented]
    fn hidden<T>(value: T) -> T {
        value
    }

    /// No `Result`, whatever it is called.
    #[allow(dead_code)]
    enum Result2 {
        Err,
    }

    #[instrumented]
    fn of_its_own_type() -> Result2 {
        Result2::Err
    }

    #[test]
    fn every_way_to_end_is_told_from_the_value() {
        let _ = (aliased(true), aliased(false), aliased(true));
        assert_eq!(outcomes("aliased"), (1, 2, 0, 0, 0));
        let _ = (question_mark("1"), question_mark("x"));
        assert_eq!(outcomes("question_mark"), (1, 1, 0, 0, 0));
        assert!(catch_unwind(|| panics("on purpose")).is_err());
        assert_eq!(outcomes("panics"), (0, 0, 1, 0, 0));
        assert!(catch_unwind(|| panics_in_place("on purpose").count()).is_err());
        assert_eq!(panics_in_place("").count(), 1);
        assert_eq!(outcomes("panics_in_place"), (1, 0, 1, 0, 0));
        let _ = (option(), hidden(Err::<(), ()>(())), of_its_own_type());
        assert_eq!(outcomes("option"), (1, 0, 0, 0, 0));
        assert_eq!(outcomes("hidden"), (1, 0, 0, 0, 0));
        assert_eq!(outcomes("of_its_own_type"), (1, 0, 0, 0, 0));
    }

    struct CallsWhenDropped;

    impl Drop for CallsWhenDropped {
        fn drop(&mut self) {
            let _ = aliased_in_drop();
            let _ = in_place_in_drop();
        }
    }

    #[instrumented]
    fn aliased_in_drop() -> Renamed<u32> {
        Ok(1)
    }

    #[instrumented]
    fn in_place_in_drop() -> impl Sized {}

    #[test]
    fn a_call_made_while_unwinding_is_no_panic() {
        let unwound = catch_unwind(|| {
            let _calls = CallsWhenDropped;
            panic!("on purpose");
        });
        assert!(unwound.is_err());
        assert_eq!(outcomes("aliased_in_drop"), (1, 0, 0, 0, 0));
        assert_eq!(outcomes("in_place_in_drop"), (1, 0, 0, 0, 0));
    }
}

mod async_outcomes {
    use super::*;

    #[instrumented]
    async fn waits(then: Result<u32, String>) -> Result<u32, String> {
        let mut first = true;
        std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
            .await;
        assert_ne!(then, Err("panic".into()), "on purpose");
        then
    }

    #[instrumented]
    async fn pending() {
        forever().await;
    }

    #[instrumented]
    async fn never_polled() {}

    #[test]
    fn a_future_counts_from_its_first_poll_to_its_end() {
        for then in [Ok(1), Err("failed".to_owned())] {
            let mut future = pin!(waits(then.clone()));
            assert!(poll(future.as_mut()).is_pending());
            assert_eq!(counted("waits").in_flight, 1);
            assert_eq!(poll(future), Poll::Ready(then));
        }
        let mut future = Box::pin(waits(Err("panic".into())));
        assert!(poll(future.as_mut()).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
        assert_eq!(outcomes("waits"), (1, 1, 1, 0, 0));
        drop(future);
        assert_eq!(outcomes("waits"), (1, 1, 1, 0, 0), "a panicked future is not cancelled as well");

        let mut future = Box::pin(pending());
        assert!(poll(future.as_mut()).is_pending());
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(outcomes("pending"), (0, 0, 0, 0, 1));
        thread::spawn(move || drop(future)).join().unwrap();
        assert_eq!(outcomes("pending"), (0, 0, 0, 1, 0));

        drop(never_polled());
        assert!(tachometer::snapshot().function("never_polled").is_none_or(|function| function.calls() == 0));
    }
}

mod in_flight {
    use super::*;

    #[instrumented]
    fn blocks(entered: &mpsc::Sender<()>, go: &mpsc::Receiver<()>) {
        entered.send(()).unwrap();
        go.recv().unwrap();
    }

    #[test]
    fn a_call_is_in_flight_until_it_ends() {
        let (entered, has_entered) = mpsc::channel();
        let (go, may_go) = mpsc::channel();
        let worker = thread::spawn(move || blocks(&entered, &may_go));
        has_entered.recv().unwrap();
        assert_eq!(outcomes("blocks"), (0, 0, 0, 0, 1));
        go.send(()).unwrap();
        worker.join().unwrap();
        assert_eq!(outcomes("blocks"), (1, 0, 0, 0, 0));
    }
}

mod identity {
    use super::*;

    mod first {
        pub struct Same;
        pub trait Act {
            fn act(&self);
        }
    }

    mod second {
        pub struct Same;
        pub trait Act {
            fn act(&self);
        }
    }

    #[instrumented]
    impl first::Same {
        pub fn touch(self) {}
    }

    #[instrumented]
    impl second::Same {
        pub fn touch(self) {}
    }

    #[instrumented]
    impl first::Act for first::Same {
        fn act(&self) {}
    }

    #[instrumented]
    impl second::Act for first::Same {
        fn act(&self) {}
    }

    struct Generic<T>(T);

    #[instrumented]
    impl Generic<u8> {
        fn get(&self) -> u8 {
            self.0
        }
    }

    #[instrumented]
    impl Generic<u16> {
        fn get(&self) -> u16 {
            self.0
        }
    }

    fn blocks() {
        {
            #[instrumented]
            fn inner() {}
            inner();
        }
        {
            #[instrumented]
            fn inner() {}
            inner();
            inner();
        }
    }

    #[test]
    fn two_functions_never_share_a_series() {
        first::Same.touch();
        second::Same.touch();
        second::Same.touch();
        first::Act::act(&first::Same);
        second::Act::act(&first::Same);
        assert_eq!((Generic(1_u8).get(), Generic(2_u16).get()), (1, 2));
        blocks();
        let snapshot = tachometer::snapshot();
        let calls: Vec<(&str, u64)> = snapshot
            .functions
            .iter()
            .filter(|function| function.module == module_path!() && function.function != "shared")
            .map(|function| (function.function.as_str(), function.calls()))
            .collect();
        let expected = [
            ("<Same as Act>::act", 1),
            ("<instrumented::identity::first::Same as instrumented::identity::second::Act>::act", 1),
            ("Generic<u16>::get", 1),
            ("Generic<u8>::get", 1),
            ("Same::touch", 1),
            ("blocks::inner", 1),
            ("blocks::inner#2", 2),
            ("instrumented::identity::second::Same::touch", 2),
        ];
        assert_eq!(calls, expected);
    }

    mod elsewhere {
        #[tachometer::instrumented]
        pub fn shared() {}
    }

    #[instrumented(name = "shared")]
    fn one() {}

    #[instrumented(name = "shared", buckets = [0.001, 1])]
    fn other() {}

    #[test]
    fn a_name_that_is_given_twice_is_one_series() {
        one();
        other();
        other();
        elsewhere::shared();
        let snapshot = tachometer::snapshot();
        let here = concat!(module_path!(), "::shared");
        let shared = snapshot.function(here).unwrap();
        assert_eq!((shared.ok, shared.latency().total()), (3, 3));
        assert_eq!(
            shared.latency().boundaries,
            [1_000_000, 1_000_000_000, u64::MAX],
            "the bounds that both have"
        );
        assert_eq!(snapshot.functions_named(here).len(), 1);
        let of_elsewhere = concat!(module_path!(), "::elsewhere::shared");
        assert_eq!(snapshot.function(of_elsewhere).unwrap().ok, 1);
        assert_eq!(snapshot.functions_named("shared").len(), 2);
        assert_eq!(snapshot.function("shared").unwrap().module, module_path!(), "the first in order");
    }
}

mod options {
    use super::*;

    const BOUNDS: [f64; 2] = [0.25, 2.0];

    #[instrumented(
        name = "quoted \"name\"\n",
        labels(tier = "go\\ld", shard = -3, r#type = 1_000, primary = true),
        buckets = [0.000_001, 1e-3, 10,],
    )]
    fn everything() {}

    #[instrumented(buckets = BOUNDS)]
    fn constant_bounds() {}

    struct Cart;

    #[instrumented(name = "Basket", labels(kind = "default"))]
    impl Cart {
        fn add() {}
        #[instrumented(labels(kind = "own"))]
        fn remove() {}
        #[instrumented(name = "whole_name")]
        fn pay() {}
        #[instrumented(skip)]
        fn skipped() {}
    }

    #[instrumented(name = "Basket")]
    impl Default for Cart {
        fn default() -> Self {
            Cart
        }
    }

    #[test]
    fn labels_and_names_are_as_they_were_written() {
        everything();
        let function = counted("quoted \"name\"\n");
        let labels: Vec<(&str, &str)> =
            function.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(labels, [("tier", "go\\ld"), ("shard", "-3"), ("type", "1000"), ("primary", "true")]);
        assert_eq!(function.latency().boundaries, [1_000, 1_000_000, 10_000_000_000, u64::MAX]);
        let text = tachometer::snapshot().to_prometheus_format();
        let line = format!(
            "function_calls_total{{function=\"quoted \\\"name\\\"\\n\",module=\"{}\",tier=\"go\\\\ld\",shard=\"-3\",\
             type=\"1000\",primary=\"true\",outcome=\"ok\"}} 1\n",
            module_path!()
        );
        assert!(text.contains(&line), "{text}");

        constant_bounds();
        assert_eq!(counted("constant_bounds").latency().boundaries, [250_000_000, 2_000_000_000, u64::MAX]);
    }

    #[test]
    fn options_of_a_block_are_defaults() {
        Cart::add();
        Cart::remove();
        Cart::pay();
        Cart::skipped();
        let _ = <Cart as Default>::default();
        let kind = |name: &str| counted(name).labels.first().map(|(_, value)| value.clone());
        assert_eq!(kind("Basket::add").as_deref(), Some("default"));
        assert_eq!(kind("Basket::remove").as_deref(), Some("own"));
        assert_eq!(kind("whole_name").as_deref(), Some("default"));
        assert_eq!(counted("<Basket as Default>::default").ok, 1);
        assert!(
            tachometer::snapshot().functions.iter().all(|function| !function.function.contains("skipped"))
        );
    }

    static OWN: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));
    static EVALUATIONS: OnceLock<()> = OnceLock::new();

    fn own() -> &'static MetricsRegistry {
        EVALUATIONS.set(()).expect("the registry is asked for once");
        &OWN
    }

    #[instrumented(registry = own())]
    fn elsewhere(number: u32) -> u32 {
        number
    }

    #[instrumented(registry = &OWN)]
    async fn elsewhere_too() {}

    #[test]
    fn another_registry_is_asked_for_once() {
        assert_eq!(elsewhere(1) + elsewhere(2), 3);
        assert!(poll(pin!(elsewhere_too())).is_ready());
        let snapshot = OWN.snapshot_all();
        assert_eq!(snapshot.function("elsewhere").unwrap().ok, 2);
        assert_eq!(snapshot.function("elsewhere_too").unwrap().ok, 1);
        assert!(tachometer::snapshot().function("elsewhere").is_none());
    }
}

mod unsafe_functions {
    use super::*;

    #[instrumented]
    unsafe fn read(address: *const u8) -> Result<u8, ()> {
        // SAFETY: the caller says so.
        Ok(unsafe { *address })
    }

    #[instrumented]
    async unsafe fn read_later(address: *const u8) -> Result<u8, ()> {
        // SAFETY: the caller says so.
        Ok(unsafe { *address })
    }

    #[test]
    fn stay_unsafe_and_are_counted() {
        let value = 3;
        // SAFETY: `value` lives on.
        assert_eq!(unsafe { read(&raw const value) }, Ok(3));
        // SAFETY: as above.
        assert_eq!(poll(pin!(unsafe { read_later(&raw const value) })), Poll::Ready(Ok(3)));
        assert_eq!(outcomes("read"), (1, 0, 0, 0, 0));
        assert_eq!(outcomes("read_later"), (1, 0, 0, 0, 0));
    }
}

/// What surrounds an annotation may have taken every name there is.
mod hostile {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_macros)]

    struct Ok;
    struct Err;
    struct Some;
    struct None;
    struct Option;
    struct Result;
    struct Box;
    struct String;
    trait Drop {}
    trait Future {}
    trait FnOnce {}
    trait EndAny {
        fn end(self) -> u8;
    }
    impl<T> EndAny for T {
        fn end(self) -> u8 {
            7
        }
    }
    mod std {}
    mod core {}
    macro_rules! panic {
        () => {};
    }
    macro_rules! module_path {
        () => {
            "wrong"
        };
    }

    pub mod facade {
        pub use ::tachometer as renamed;
    }

    #[facade::renamed::instrumented(crate = facade::renamed)]
    fn result(
        call: u32,
        site: u32,
        value: u32,
        __call: u32,
        __returned: u32,
    ) -> ::core::result::Result<u32, u32> {
        let _ = call.end();
        ::core::result::Result::Err(call + site + value + __call + __returned)
    }

    #[::tachometer::instrumented]
    async fn future(future: u32, __future: u32, context: u32) -> ::core::result::Result<u32, u32> {
        ::core::result::Result::Err(future + __future + context)
    }

    #[test]
    fn nothing_is_taken_for_ours() {
        assert_eq!(result(1, 2, 3, 4, 5), ::core::result::Result::Err(15));
        let polled = super::poll(::core::pin::pin!(future(1, 2, 3)));
        assert_eq!(polled, ::core::task::Poll::Ready(::core::result::Result::Err(6)));
        assert_eq!(super::outcomes("result"), (0, 1, 0, 0, 0));
        assert_eq!(super::outcomes("future"), (0, 1, 0, 0, 0));
        assert_eq!(super::counted("result").module, "instrumented::hostile");
    }
}

mod drop_order {
    use super::*;

    thread_local! {
        static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    struct Logs(&'static str);

    impl Logs {
        fn len(&self) -> usize {
            self.0.len()
        }
    }

    impl Drop for Logs {
        fn drop(&mut self) {
            LOG.with_borrow_mut(|log| log.push(self.0));
        }
    }

    fn log() -> Vec<&'static str> {
        LOG.take()
    }

    macro_rules! both {
        ($($item:item)*) => {
            mod plain {
                use super::*;
                $($item)*
            }
            mod annotated {
                use super::*;
                use tachometer::instrumented as the_annotation;
                $(#[the_annotation] $item)*
            }
        };
    }

    pub struct Own {
        #[allow(dead_code, reason = "is dropped")]
        first: Logs,
        second: Logs,
    }

    fn own() -> Own {
        Own { first: Logs("first"), second: Logs("second") }
    }

    impl Own {
        fn plain_method(self) -> usize {
            let _local = Logs("local");
            self.second.len()
        }

        #[instrumented]
        fn annotated_method(self) -> usize {
            let _local = Logs("local");
            self.second.len()
        }
    }

    both! {
        pub fn sync(_a: Logs, (_b, _): (Logs, Logs), _: Logs, mut _c: Logs) -> Option<()> {
            let _local = Logs("local");
            _c = Logs("c");
            None?;
            Some(())
        }

        pub async fn later(_a: Logs, (_b, _): (Logs, Logs), _: Logs, _c: Logs) {
            let _local = Logs("local");
            std::future::poll_fn(|_| Poll::Ready(())).await;
        }

        #[allow(clippy::needless_pass_by_value, reason = "what drops is the point")]
        pub fn of_a_field(own: Own) -> usize {
            let _local = Logs("local");
            own.second.len()
        }

        pub fn in_place(_a: Logs, _: Logs) -> impl Sized {
            let _local = Logs("local");
        }
    }

    fn arguments() -> (Logs, (Logs, Logs), Logs, Logs) {
        (Logs("a"), (Logs("b"), Logs("rest of b")), Logs("_"), Logs("old c"))
    }

    #[test]
    fn arguments_drop_when_they_always_did() {
        let logged = |run: &dyn Fn()| {
            run();
            log()
        };
        let call = |function: fn(Logs, (Logs, Logs), Logs, Logs) -> Option<()>| {
            logged(&|| {
                let (a, b, unnamed, c) = arguments();
                function(a, b, unnamed, c);
            })
        };
        assert_eq!(call(annotated::sync), call(plain::sync));
        assert_eq!(call(plain::sync).len(), 7);
        let field = |function: fn(Own) -> usize| logged(&|| assert_eq!(function(own()), 6));
        assert_eq!(field(annotated::of_a_field), field(plain::of_a_field));
        assert_eq!(
            logged(&|| assert_eq!(own().plain_method(), 6)),
            logged(&|| assert_eq!(own().annotated_method(), 6))
        );
        let in_place = [
            logged(&|| drop(plain::in_place(Logs("a"), Logs("_")))),
            logged(&|| drop(annotated::in_place(Logs("a"), Logs("_")))),
        ];
        assert_eq!(in_place[0], in_place[1]);

        macro_rules! polled_and_dropped {
            ($module:ident) => {{
                let (a, b, unnamed, c) = arguments();
                assert!(poll(pin!($module::later(a, b, unnamed, c))).is_ready());
                let (a, b, unnamed, c) = arguments();
                LOG.with_borrow_mut(|log| log.push("unpolled"));
                drop($module::later(a, b, unnamed, c));
                log()
            }};
        }
        assert_eq!(polled_and_dropped!(annotated), polled_and_dropped!(plain));
    }
}
