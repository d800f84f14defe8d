//! Names that Prometheus allows.

/// Whether a metric may have this name: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub(crate) fn is_metric_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let starts_well = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
    starts_well && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::is_metric_name;

    #[test]
    fn names_follow_the_grammar_of_prometheus() {
        for good in ["a", "_", ":", "http_requests", "job:rate:5m", "A9"] {
            assert!(is_metric_name(good), "{good}");
        }
        for bad in ["", "9a", "a-b", "a b", "é", "a.b", "a\n", "a{"] {
            assert!(!is_metric_name(bad), "{bad}");
        }
    }
}
