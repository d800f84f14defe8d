//! Annotated functions do what they are written to do, and nothing is counted.

#![forbid(unsafe_code)]
#![deny(warnings)]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tachometer::{
    DynamicFamily, ErrorKind, Family, Histogram, HistogramSnapshot, LabelSet, LabelValue, MetricsRegistry,
    NativeBuckets, metrics,
};
use tachometer_disabled::{
    Cart, Failure, Labels, Tier, answer, boxed, check_out, double, halve, held, parse, pieces, sum,
};

#[test]
fn nothing_is_counted() {
    const CART: Cart = Cart::new();
    let mut cart = CART;
    cart.add(double(parse("7").unwrap()));
    assert_eq!(CART.first().unwrap_err().line(), line!());
    assert_eq!(cart.first(), Ok(14));
    assert!(!cart.is_empty() && parse("seven").is_err());
    assert_eq!((boxed().number(), held(3), halve(6)), (4, 3, 3));
    assert_eq!(sum("7"), Ok(8));
    let answer = pin!(answer()).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(answer, Poll::Ready(42));
    assert!(tachometer::snapshot().functions.is_empty());
}

#[test]
fn a_test_that_expects_a_count_is_told_why_there_is_none() {
    let watch = tachometer::testing::watch();
    let _ = parse("7");
    let difference = watch.check(tachometer::testing::function("parse").ok(1)).unwrap_err().to_string();
    assert_eq!(
        difference,
        "no instrumented function is called \"parse\"; there is none at all\n  (Without the feature `enabled` no function \
         is instrumented.)"
    );
}

#[test]
fn the_rest_of_the_library_works() {
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    registry.register_counter("requests").increment();
    assert!(registry.snapshot_all().to_prometheus_format().contains("requests 1\n"));
}

metrics! {
    static TIMES: Histogram = Histogram::of_time("times_seconds", "Times", &[1_000]);
    static CLASSIC: Histogram = Histogram::of_time("classic_seconds", "Times", &[1_000]).classic();
    static SIZES: Family<Labels, Histogram> = Family::histogram("sizes_bytes", "Sizes", &[1_000]).native(2);
}

#[test]
fn declared_histograms_have_native_buckets() {
    TIMES.observe(95);
    CLASSIC.observe(95);
    let sizes = Labels { tier: Tier::Free, is_renewal: false };
    SIZES.with(&sizes).observe(95);
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    let dynamic =
        DynamicFamily::<Histogram>::histogram("amounts", "Amounts", [""; 0], [1_000]).unwrap().native(0);
    let dynamic = registry.family(dynamic);
    dynamic.with(&[]).observe(95);
    let of = |histogram: HistogramSnapshot| {
        let pairs = |native: NativeBuckets<'_>| (native.schema(), native.buckets().collect::<Vec<_>>());
        histogram.native().map(pairs)
    };
    assert_eq!(of(TIMES.snapshot()), Some((3, vec![(-186, 1)])));
    assert_eq!(of(CLASSIC.snapshot()), None);
    assert_eq!(of(SIZES.with(&sizes).snapshot()), Some((2, vec![(27, 1)])));
    assert_eq!(of(dynamic.with(&[]).snapshot()), Some((0, vec![(7, 1)])));
}

#[test]
fn pieces_of_code_are_their_expressions() {
    let run = |text| pin!(pieces(text)).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(run("12"), Poll::Ready(Ok(2))));
    let kind = |text| match run(text) {
        Poll::Ready(Err(failure)) => failure.error_kind(),
        other => panic!("{other:?}"),
    };
    assert_eq!([kind(""), kind("x")], ["not_found", "invalid_digit"]);
    let mut kinds = Vec::new();
    Failure::kinds(&mut |kind| kinds.push(kind));
    assert_eq!(kinds, ["not_found"]);
}

#[test]
fn labels_are_what_they_are() {
    check_out(Tier::Free);
    let mut text = String::new();
    Tier::Paid(3).write(&mut text).unwrap();
    assert_eq!(
        (text.as_str(), Tier::Paid(3).index(), Tier::VALUES),
        ("gold", 1, Some(&["free", "gold"][..]))
    );
    assert_eq!((Labels::NAMES, Labels::COUNT), (&["tier", "again"][..], Some(4)));
    assert_eq!(Labels { tier: Tier::Paid(3), is_renewal: false }.index(), 2);
}

mod without_the_library {
    /// Whatever path a user's `crate` names: an expansion would look in it.
    mod nothing {}

    #[tachometer::instrumented(crate = nothing)]
    fn one() -> u32 {
        1
    }

    #[test]
    fn an_expansion_does_not_name_it() {
        assert_eq!(one(), 1);
    }
}
