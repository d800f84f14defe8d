//! Native buckets in JSON: round trips, and the refusal of invalid ones.

use super::random::alone;
use crate::buckets::native::{INTEGERS, NativeCounts, SECONDS};
use crate::snapshot::{FullSnapshot, HistogramSnapshot, MetricKind, SampleValue};
use std::time::UNIX_EPOCH;

/// Returns counts of these values in nanoseconds, in ascending order.
fn native_of(values: &[u64]) -> NativeCounts {
    let mut native = NativeCounts::new(&SECONDS);
    for value in values {
        match SECONDS.cell_of(*value) {
            Some(cell) => native.push(cell, 1),
            None => native.zero += 1,
        }
    }
    native
}

/// A histogram with the values 0, 95 twice, 100 and 2 000, in nanoseconds.
fn latency() -> HistogramSnapshot {
    let native = native_of(&[0, 95, 95, 100, 2_000]);
    HistogramSnapshot::new(&[97, 1_000], vec![3, 1, 1], 2_290).with_native(Some(native))
}

const LATENCY: &str = concat!(
    r#"{"buckets":[3,1,1],"boundaries":[97,1000,18446744073709551615],"sum":2290,"extremes":null,"#,
    r#""native":{"schema":3,"per_unit":1000000000,"zero":1,"buckets":[[-186,3],[-151,1]],"parts":[[2047,1]]}}"#
);

fn read(json: &str) -> Result<HistogramSnapshot, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// Programs of users parse this.
#[test]
fn native_buckets_are_a_schema_a_unit_and_pairs() {
    assert_eq!(serde_json::to_string(&latency()).unwrap(), LATENCY);
    let back = read(LATENCY).unwrap();
    assert_eq!(back, latency());
    assert_eq!(back.native().unwrap().buckets().collect::<Vec<_>>(), [(-186, 3), (-151, 1)]);
    // 92 to 100 overlaps both of the first buckets. The last is from 1 908 to 2 080, and its part up to 2 047.
    assert_eq!([0.2, 0.4, 0.8, 1.0].map(|p| back.percentile(p)), [0, 94, 99, 1_975]);
}

/// 18 and 19 are in one bucket, and so are 39 to 42.
#[test]
fn buckets_of_several_cells_are_written_with_their_parts() {
    let histogram = |values: &[u64]| {
        let buckets = vec![values.len() as u64, 0];
        HistogramSnapshot::new(&[1_000], buckets, values.iter().sum()).with_native(Some(native_of(values)))
    };
    for (values, expected) in [
        (&[18, 18, 19][..], r#""buckets":[[-205,3]],"parts":[[18,2]]"#),
        (&[19], r#""buckets":[[-205,1]],"parts":[]"#),
        (&[18], r#""buckets":[[-205,1]],"parts":[[18,1]]"#),
        (
            &[18, 20, 21, 39, 42, 42],
            r#""buckets":[[-205,1],[-204,2],[-196,3]],"parts":[[18,1],[20,1],[41,1]]"#,
        ),
        (&[15, 16], r#""buckets":[[-207,2]],"parts":[[15,1]]"#),
        (&[], r#""buckets":[],"parts":[]"#),
    ] {
        let written = histogram(values);
        let json = serde_json::to_string(&written).unwrap();
        assert!(json.contains(expected), "{json}");
        let back = read(&json).unwrap();
        assert_eq!(back, written);
        for (rank, value) in (1..).zip(values) {
            let found = back.percentile(f64::from(rank) / values.len() as f64);
            assert!(found.abs_diff(*value) as f64 <= 0.046 * *value as f64, "{found} for {value}");
        }
    }
}

/// An older version wrote no parts.
#[test]
fn without_parts_the_buckets_are_known() {
    let json = LATENCY.replace(r#","parts":[[2047,1]]"#, "");
    let older = read(&json).unwrap();
    assert_eq!(serde_json::to_string(&older).unwrap(), json);
    assert_eq!(older.native().unwrap().buckets().collect::<Vec<_>>(), [(-186, 3), (-151, 1)]);
    assert_eq!([0.2, 0.4, 0.8, 1.0].map(|p| older.percentile(p)), [0, 94, 99, 1_990]);
    assert_eq!(read(&json.replace("}}", r#","parts":null}}"#)).unwrap(), older);
    // A difference and a sum with one know the buckets, too.
    let mut twice = latency();
    twice.merge(&older);
    for since in [twice.since(&latency()), twice.since(&older)] {
        assert_eq!(since, older);
    }
    // Where there is a part of a classic bucket, only that of the bucket counts.
    let split = HistogramSnapshot::new(&[1_999], vec![0, 1], 2_000).with_native(Some(native_of(&[2_000])));
    let json = serde_json::to_string(&split).unwrap().replace(r#","parts":[[2047,1]]"#, "");
    assert_eq!([split.percentile(0.5), read(&json).unwrap().percentile(0.5)], [2_023, 2_039]);
}

#[test]
fn without_native_buckets_it_is_as_an_older_version_wrote_it() {
    let older = latency().with_native(None::<NativeCounts>);
    let json = serde_json::to_string(&older).unwrap();
    assert_eq!(json, LATENCY.split(",\"native\"").next().unwrap().to_owned() + "}");
    for json in [&json, &json.replace('}', ",\"native\":null}")] {
        let back = read(json).unwrap();
        assert_eq!(back, older);
        assert_eq!((back.native(), back.percentile(0.6)), (None, 97));
    }
    // What came since an older snapshot is known by the buckets alone; since an empty one, or since the same one, it is precise.
    let (mut twice, empty) = (latency(), HistogramSnapshot::new(&[97, 1_000], vec![0; 3], 0));
    twice.merge(&latency());
    assert_eq!((twice.since(&older).native(), twice.since(&older).total()), (None, 5));
    assert_eq!(latency().since(&empty), latency());
    assert_eq!(twice.since(&latency()), latency());
}

#[test]
fn a_difference_over_a_removal_has_no_native_buckets() {
    let again = HistogramSnapshot::new(&[97, 1_000], vec![4, 0, 0], 80);
    let again = again.with_native(Some(native_of(&[20; 4])));
    let since = again.since(&latency());
    assert_eq!((since.buckets.as_slice(), since.native()), ([1, 0, 0].as_slice(), None));
    assert_eq!(since.percentile(0.5), 97);
}

#[test]
fn invalid_native_buckets_are_refused_with_the_reason() {
    let different = "its native buckets and its buckets hold different values";
    for (from, to, why) in [
        ("\"schema\":3", "\"schema\":4", "no native buckets have schema 4 and 1000000000 to the unit"),
        ("\"schema\":3", "\"schema\":-4", "no native buckets have schema -4"),
        ("\"schema\":3", "\"schema\":2", "no native buckets have schema 2 and 1000000000"),
        ("\"schema\":3", "\"schema\":300", "expected i8"),
        ("\"schema\":3,", "", "missing field `schema`"),
        ("1000000000", "1000", "and 1000 to the unit: the schemas are 0 to 3 with 1, and 3 with 1000000000"),
        ("1000000000", "0", "and 0 to the unit"),
        ("\"per_unit\":1000000000,", "", "missing field `per_unit`"),
        ("[-186,3],[-151,1]", "[-151,1],[-186,3]", "the indices of native buckets must increase"),
        ("[-186,3],[-151,1]", "[-186,2],[-186,1],[-151,1]", "the indices of native buckets must increase"),
        ("[-151,1]", "[2147483647,1]", "the native bucket 2147483647 contains no 64-bit integer"),
        ("[-151,1]", "[2147483648,1]", "expected i32"),
        ("[-186,3]", "[-2147483648,3]", "the native bucket -2147483648 contains no 64-bit integer"),
        ("[-186,3]", "[-238,3]", "the native bucket -238 contains no 64-bit integer"),
        ("[-151,1]", "[-151,0]", "the native bucket -151 has no values, so it must be left out"),
        ("[-151,1]", "[-151,-1]", "expected u64"),
        ("[-151,1]", "[-151]", "invalid length 1"),
        ("[-151,1]", "[-151,1],[-150,18446744073709551615]", different),
        ("[-186,3]", "[-186,18446744073709551615]", different),
        ("\"zero\":1", "\"zero\":0", different),
        ("\"zero\":1", "\"zero\":18446744073709551615", different),
        (",[-151,1]", "", "no native bucket with values has a part up to 2047"),
        ("[-151,1]", "[-186,1]", "the indices of native buckets must increase"),
        ("[-186,3],[-151,1]", "[-186,4]", "no native bucket with values has a part up to 2047"),
        ("[2047,1]", "[2047,2]", "the native bucket -151 has fewer values than its parts"),
        ("[2047,1]", "[2047,0]", "the part up to 2047 has no values, so it must be left out"),
        (
            "[2047,1]",
            "[2046,1]",
            "no native bucket with values has a part up to 2046, or it is not in ascending order",
        ),
        ("[2047,1]", "[2080,1]", "no native bucket with values has a part up to 2080"),
        ("[2047,1]", "[100,3],[2047,1]", "no native bucket with values has a part up to 100"),
        ("[2047,1]", "[2047,1],[2047,1]", "no native bucket with values has a part up to 2047"),
        ("[2047,1]", "[2047,-1]", "expected u64"),
        ("[2047,1]", "[2047]", "invalid length 1"),
        ("[2047,1]", "2047", "expected a tuple of size 2"),
        ("[-186,3],[-151,1]", "[-160,3],[-151,1]", different),
    ] {
        assert_eq!(LATENCY.matches(from).count(), 1, "{from}");
        let why_not = read(&LATENCY.replace(from, to)).unwrap_err();
        assert!(why_not.contains(why), "{to}: {why_not}");
    }
}

#[test]
fn native_buckets_are_in_the_unit_of_their_family() {
    let mut native = NativeCounts::new(&INTEGERS[3]);
    native.zero = 5;
    let integers = HistogramSnapshot::new(&[7], vec![5, 0], 0).with_native(Some(native));
    let read = |name: &str, value| {
        let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
        snapshot.declared.insert(name.to_owned(), alone(MetricKind::Histogram, value));
        FullSnapshot::from_json(&snapshot.to_json()).map_err(|error| error.to_string())
    };
    assert!(read("sizes", SampleValue::Histogram(integers.clone())).is_ok());
    assert!(read("times", SampleValue::Times(latency())).is_ok());
    assert_eq!(
        read("times", SampleValue::Times(integers.clone())).unwrap_err(),
        "invalid snapshot JSON: metric \"times\": its native buckets must have 1000000000 to the unit, not 1"
    );
    assert_eq!(
        read("sizes", SampleValue::Histogram(latency())).unwrap_err(),
        "invalid snapshot JSON: metric \"sizes\": its native buckets must have 1 to the unit, not 1000000000"
    );
    let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
    snapshot.histograms.insert("cells".into(), latency());
    let error = FullSnapshot::from_json(&snapshot.to_json()).unwrap_err().to_string();
    assert!(error.contains("histogram \"cells\": its native buckets must have 1 to the unit"), "{error}");
}

#[test]
fn lists_that_were_changed_by_hand_have_percentiles() {
    // The fields are public.
    let mut histogram = latency();
    histogram.buckets = vec![0, 900, u64::MAX];
    for p in [0.0, 1e-18, 0.5, 1.0] {
        assert!(histogram.percentile(p) >= 98, "{p}");
    }
    histogram.buckets = vec![1, 0, 0];
    assert_eq!(histogram.percentile(0.5), 0);
}
