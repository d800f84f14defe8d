//! Names of metrics and labels: what Prometheus allows, and what the library reserves.

/// Returns whether a metric may have this name: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
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

/// Returns whether a label may have this name: `[a-zA-Z_][a-zA-Z0-9_]*`, except names that begin with `__`, which Prometheus
/// reserves.
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

/// Labels that the library or a format sets itself.
pub(crate) const RESERVED_LABELS: [&str; 6] =
    ["function", "module", "outcome", "error_kind", "le", "quantile"];

/// Returns the unit that a name ends in, before `_total`: one of the base units that Prometheus and OpenMetrics recommend.
pub(crate) fn unit_of(name: &str) -> Option<&'static str> {
    const UNITS: [&str; 9] =
        ["seconds", "bytes", "ratio", "celsius", "meters", "grams", "joules", "volts", "amperes"];
    let name = name.strip_suffix("_total").unwrap_or(name);
    let (_, last) = name.rsplit_once('_')?;
    UNITS.into_iter().find(|unit| *unit == last)
}

/// Returns whether Prometheus sets a label of this name itself, for histograms or summaries.
pub(crate) const fn is_reserved(name: &str) -> bool {
    is_equal(name, "le") || is_equal(name, "quantile")
}

/// Returns the name of a counter's family in OpenMetrics, which adds `_total` to it for the samples; `None` if the counter has
/// no such name: it would be empty, or still end in `_total`.
pub(crate) fn without_total(counter: &str) -> Option<&str> {
    counter.strip_suffix("_total").filter(|name| !name.is_empty() && !name.ends_with("_total"))
}

/// Compares two texts, in constants too.
pub(crate) const fn is_equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// The name of the family of objectives.
pub(crate) const OBJECTIVE_FAMILY: &str = "slo_objective";

/// Returns whether a name belongs, in any format, to the families of instrumented functions and of objectives, or to the
/// self-metrics.
pub(crate) fn is_printed_by_the_library(name: &str) -> bool {
    const FUNCTION_FAMILIES: [&str; 19] = [
        "function_calls",
        "function_calls_total",
        "function_calls_created",
        "function_cancellations",
        "function_cancellations_total",
        "function_cancellations_created",
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
        OBJECTIVE_FAMILY,
    ];
    name.starts_with(OWN_PREFIX) || FUNCTION_FAMILIES.contains(&name)
}

/// The prefix of the names of self-metrics.
pub(crate) const OWN_PREFIX: &str = "tachometer_";

/// Checks the name of a label that a metric declares.
///
/// # Panics
/// If Prometheus does not allow the name, or uses it itself. In a constant, this is a compile error.
pub(crate) const fn check_label_name(name: &str) {
    assert!(
        is_label_name(name),
        "a label's name must be ASCII letters, digits and `_`, and not begin with a digit or `__`"
    );
    assert!(
        !is_reserved(name),
        "a label must not be called `le` or `quantile`: Prometheus uses these names itself"
    );
}

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
