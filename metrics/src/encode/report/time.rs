//! Times for people.

use std::time::Duration;

/// Formats a time in the unit that keeps it below a thousand, with about three digits.
pub(crate) fn short_time(time: Duration) -> String {
    const UNITS: [(&str, f64); 3] = [("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let nanos = time.as_nanos() as f64;
    if nanos < 1e3 {
        return format!("{nanos} ns");
    }
    // 999.95 µs would be rounded to 1000 µs.
    let (unit, per_unit) =
        UNITS.into_iter().find(|(_, per_unit)| nanos / per_unit < 999.5).unwrap_or(("s", 1e9));
    let value = nanos / per_unit;
    match value {
        ..9.995 => format!("{value:.2} {unit}"),
        ..99.95 => format!("{value:.1} {unit}"),
        _ => format!("{value:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        for (nanos, shown) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (9_994, "9.99 µs"),
            (9_995, "10.0 µs"),
            (99_949, "99.9 µs"),
            (99_950, "100 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (61_000_000_000, "61.0 s"),
            (3_600_000_000_000, "3600 s"),
        ] {
            assert_eq!(short_time(Duration::from_nanos(nanos)), shown, "{nanos}");
        }
    }
}
