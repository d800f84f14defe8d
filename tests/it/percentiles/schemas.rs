//! Values that are no times, at the schemas they can have.

use super::{Precision, check, recorded, shares};
use proptest::prelude::*;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use tachometer::families::SampleValue;
use tachometer::{DynamicFamily, FullSnapshot, Histogram, MetricsRegistry, metrics};

const BOUNDS: &[u64] = &[0, 3, 10, 1_000, 1_001, 1 << 40];

metrics! {
    static DOUBLING: Histogram = Histogram::new("schema_zero", "Any values", BOUNDS).native(0);
    static ONE: Histogram = Histogram::new("schema_one", "Any values", BOUNDS).native(1);
    static TWO: Histogram = Histogram::new("schema_two", "Any values", BOUNDS).native(2);
    static THREE: Histogram = Histogram::new("schema_three", "Any values", BOUNDS).native(3);
}

/// The schemas with what `Histogram::native` promises: a share, and the rounding to an integer.
const SCHEMAS: [(&Histogram, &str, f64, f64); 4] = [
    (&DOUBLING, "schema_zero", 0.3334, 0.5),
    (&ONE, "schema_one", 0.1716, 0.5),
    (&TWO, "schema_two", 0.0865, 0.5),
    (&THREE, "schema_three", super::NEAR, 0.0),
];

fn values() -> BoxedStrategy<u64> {
    let spread = (1_u32..=64).prop_flat_map(|bits| 1_u64 << (bits - 1)..=u64::MAX >> (64 - bits));
    let near_powers = (0_u32..64, -1_i64..=1).prop_map(|(bit, by)| (1_u64 << bit).saturating_add_signed(by));
    prop_oneof![3 => spread, 3 => 0_u64..50, 2 => near_powers, 1 => 995_u64..1_010, 1 => Just(u64::MAX)]
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn of_values_are_within_the_schema(recorded in recorded(values(), 2, 2), schema in 0_u8..4, shares in shares()) {
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock();
        let (histogram, name, share, rounding) = SCHEMAS[usize::from(schema)];
        let precision = Precision { schema: schema.into(), per_unit: 1, share, rounding };
        let registry = MetricsRegistry::new(Duration::MAX);
        let family = DynamicFamily::<Histogram>::histogram("sizes", "", ["which"], BOUNDS).unwrap().native(schema);
        let family = registry.family(family);

        let before = tachometer::snapshot();
        for (part, values) in recorded.iter().enumerate() {
            let (earlier, familys) = (tachometer::snapshot(), registry.snapshot_all());
            thread::scope(|scope| {
                for values in values {
                    let family = &family;
                    scope.spawn(move || values.iter().for_each(|value| {
                        histogram.observe(*value);
                        family.with(&["it"]).observe(*value);
                    }));
                }
            });
            let values: Vec<u64> = values.iter().flatten().copied().collect();
            let find = |snapshot: &FullSnapshot, name: &str| {
                snapshot.declared.get(name)?.series.first()?.value.as_histogram().cloned()
            };
            let since = find(&tachometer::snapshot().since(&earlier), name);
            check(&since.expect("it is declared"), &values, &shares, precision)?;
            if let Some(since) = find(&registry.snapshot_all().since(&familys), "sizes") {
                check(&since, &values, &shares, precision)?;
            } else {
                prop_assert!(part == 0 && values.is_empty());
            }
        }
        let all: Vec<u64> = recorded.iter().flatten().flatten().copied().collect();
        let SampleValue::Histogram(family) = &registry.snapshot_all().declared["sizes"].series[0].value else {
            panic!("no histogram of integers")
        };
        check(family, &all, &shares, precision)?;
        let since = tachometer::snapshot().since(&before);
        check(since.declared[name].value().unwrap().as_histogram().unwrap(), &all, &shares, precision)?;
    }
}

#[test]
fn of_each_integer_at_schema_3_they_are_within_the_promise() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let sizes = DynamicFamily::<Histogram>::histogram("each_size", "", ["which"], [u64::MAX / 2]).unwrap();
    let sizes = registry.family(sizes.native(3));
    sizes.with(&["it"]).observe(0);
    let mut before = registry.snapshot_all();
    for value in 1..20_000 {
        sizes.with(&["it"]).observe(value);
        let later = registry.snapshot_all();
        let since = later.since(&before);
        before = later;
        let since = since.declared["each_size"].series[0].value.as_histogram().unwrap();
        check(
            since,
            &[value],
            &[0.5],
            Precision { schema: 3, per_unit: 1, share: super::NEAR, rounding: 0.0 },
        )
        .unwrap();
    }
}

#[test]
fn a_schema_that_is_not_there_panics_with_those_that_are() {
    fn sizes() -> DynamicFamily<Histogram> {
        DynamicFamily::<Histogram>::histogram("refused_bytes", "", ["which"], [1]).unwrap()
    }
    fn times() -> DynamicFamily<Histogram> {
        DynamicFamily::<Histogram>::histogram_of_time("refused_seconds", "", ["which"], [1]).unwrap()
    }
    let refused = |make: fn() -> DynamicFamily<Histogram>| {
        let panic = std::panic::catch_unwind(make).unwrap_err();
        panic.downcast_ref::<&str>().map(|text| (*text).to_owned())
    };
    for make in [|| sizes().native(4), || sizes().classic().native(u8::MAX)] as [fn() -> _; 2] {
        assert_eq!(refused(make).as_deref(), Some("the schema of native buckets must be from 0 to 3"));
    }
    for make in [|| times().native(3), || times().classic().native(2)] as [fn() -> _; 2] {
        let expected = "a histogram of times has native buckets of schema 3, and takes no other schema";
        assert_eq!(refused(make).as_deref(), Some(expected));
    }
}
