//! Exemplars of random snapshots.

use serde_json::{Value, json};
use tachometer::FullSnapshot;

/// Gives exemplars to some functions: to all buckets of the first, to none of the last, and to others in between.
pub(super) fn with_exemplars(snapshot: &FullSnapshot) -> FullSnapshot {
    let mut json: Value = serde_json::from_str(&snapshot.to_json()).expect("a JSON form");
    for (number, function) in json["functions"].as_array_mut().expect("a list").iter_mut().enumerate() {
        let exemplar = |salt: usize, value: Option<&Value>| {
            let id = format!("{:032x}", (number * 1_000 + salt) as u128 * 0x9e37_79b9_7f4a_7c15_f39c_c060);
            json!({
                "trace_id": &id,
                "span_id": &id[16..],
                "value": value,
                // Of two buckets that are printed as one, the first may have the later exemplar.
                "time_unix_nano": 1_800_000_000_123_456_789 - salt as u64 % 3,
            })
        };
        let bounds = function["latency"]["boundaries"].as_array().expect("bounds").clone();
        let bound_of = |bound: &Value| bound.as_u64().expect("a bound");
        let value_in = |bucket: usize| match bound_of(&bounds[bucket]) {
            u64::MAX => bound_of(&bounds[bucket - 1]) + 1,
            bound => bound,
        };
        let buckets = (0..bounds.len()).filter(|bucket| number == 0 || (bucket + number) % 9 > number);
        let of_buckets: Vec<Value> =
            buckets.map(|bucket| exemplar(bucket, Some(&value_in(bucket).into()))).collect();
        function["latency"]["exemplars"] = of_buckets.into();
        if number % 3 < 2 {
            let timed = bounds.first().filter(|_| number % 2 == 0);
            function["exemplars"] = json!({ "slowest": exemplar(90, timed), "last_error": exemplar(91, timed), "last_panic": exemplar(92, None) });
        }
    }
    FullSnapshot::from_json(&json.to_string()).expect("a snapshot")
}
