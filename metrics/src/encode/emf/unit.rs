//! CloudWatch's units.

use crate::snapshot::families::{Number, Value};
use crate::snapshot::{ListedFamily, MetricKind};

/// Returns the unit of a metric: that which its name ends in, else `Count` for what is counted, else `None`.
pub(super) fn unit(family: &ListedFamily<'_>, value: &Value<'_>) -> &'static str {
    const UNITS: [(&str, &str); 8] = [
        ("_seconds", "Seconds"),
        ("_milliseconds", "Milliseconds"),
        ("_ms", "Milliseconds"),
        ("_microseconds", "Microseconds"),
        ("_us", "Microseconds"),
        ("_bytes", "Bytes"),
        // Of collectors.
        ("_bytes_sent", "Bytes"),
        ("_percent", "Percent"),
    ];
    // The extremes of a min/max end in the last two.
    let endings = ["_total", "_min", "_max"];
    let name = endings.iter().find_map(|ending| family.name.strip_suffix(ending)).unwrap_or(&family.name);
    match value {
        Value::Histogram(distribution) if distribution.is_of_time() => "Seconds",
        _ => match UNITS.iter().find(|(suffix, _)| name.ends_with(suffix)) {
            Some((_, unit)) => unit,
            None if family.kind == MetricKind::Counter => "Count",
            None if matches!(value, Value::Number(Number::Signed(_))) => "Count",
            None => "None",
        },
    }
}
