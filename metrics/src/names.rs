//! Names that Prometheus allows.

/// Whether a metric may have this name: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub(crate) const fn is_metric_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        let is_letter = bytes[index].is_ascii_alphabetic() || matches!(bytes[index], b'_' | b':');
        if !is_letter && (index == 0 || !bytes[index].is_ascii_digit()) {
            return false;
        }
        index += 1;
    }
    index > 0
}

/// Whether a label may have this name: `[a-zA-Z_][a-zA-Z0-9_]*`, but none that begins with `__`, which Prometheus keeps for
/// itself.
pub(crate) const fn is_label_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b':' {
            return false;
        }
        index += 1;
    }
    is_metric_name(name) && !(bytes.len() > 1 && bytes[0] == b'_' && bytes[1] == b'_')
}

/// Labels that the library or a format gives series itself.
pub(crate) const RESERVED_LABELS: [&str; 6] =
    ["function", "module", "outcome", "error_kind", "le", "quantile"];

/// The unit that a name ends in, before `_total`: one of the base units that Prometheus and OpenMetrics recommend.
pub(crate) fn unit_of(name: &str) -> Option<&'static str> {
    const UNITS: [&str; 9] =
        ["seconds", "bytes", "ratio", "celsius", "meters", "grams", "joules", "volts", "amperes"];
    let name = name.strip_suffix("_total").unwrap_or(name);
    let (_, last) = name.rsplit_once('_')?;
    UNITS.into_iter().find(|unit| *unit == last)
}

/// Labels that Prometheus gives a histogram and a summary itself.
pub(crate) const fn is_reserved(name: &str) -> bool {
    is_equal(name, "le") || is_equal(name, "quantile")
}

/// `==`, for constants.
pub(crate) const fn is_equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// Whether a name belongs, in any format, to the families of instrumented functions or to the library's own.
pub(crate) fn is_printed_by_the_library(name: &str) -> bool {
    const FUNCTION_FAMILIES: [&str; 15] = [
        "function_calls",
        "function_calls_total",
        "function_calls_created",
        "function_errors",
        "function_errors_total",
        "function_errors_created",
        "function_calls_in_flight",
        "function_duration_seconds",
        "function_duration_seconds_bucket",
        "function_duration_seconds_sum",
        "function_duration_seconds_count",
        "function_duration_seconds_created",
        "function_duration_min_seconds",
        "function_duration_max_seconds",
        "function_sample_interval",
    ];
    name.starts_with(OWN_PREFIX) || FUNCTION_FAMILIES.contains(&name)
}

/// What the names of the library's own families begin with.
pub(crate) const OWN_PREFIX: &str = "tachometer_";

#[cfg(test)]
mod tests {
    use super::{is_label_name, is_metric_name, unit_of};

    #[test]
    fn names_follow_the_grammar_of_prometheus() {
        for good in ["a", "_", ":", "http_requests", "job:rate:5m", "A9"] {
            assert!(is_metric_name(good), "{good}");
        }
        for bad in ["", "9a", "a-b", "a b", "é", "a.b", "a\n", "a{"] {
            assert!(!is_metric_name(bad), "{bad}");
        }
    }

    #[test]
    fn labels_have_no_colon_and_leave_two_underscores_to_prometheus() {
        for good in ["a", "_", "_a", "zone", "A_9", "a__b", "le"] {
            assert!(is_label_name(good), "{good}");
        }
        for bad in ["", "9a", "a-b", "a b", "é", "a:b", ":", "__", "__name__"] {
            assert!(!is_label_name(bad), "{bad}");
        }
    }

    #[test]
    fn units_are_the_last_word() {
        for (name, unit) in [
            ("sent_bytes_total", Some("bytes")),
            ("wait_seconds", Some("seconds")),
            ("bytes", None),
            ("seconds_left", None),
            ("jobs_total", None),
        ] {
            assert_eq!(unit_of(name), unit, "{name}");
        }
    }
}
