//! Names that Prometheus allows.

use crate::error::{Cause, Error};

/// Refuses a metric name that is not `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub(crate) fn check_metric_name(name: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let starts_well = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
    if starts_well && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(Cause::Name { name: name.to_owned() }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::check_metric_name;

    #[test]
    fn names_follow_the_grammar_of_prometheus() {
        for good in ["a", "_", ":", "http_requests", "job:rate:5m", "A9"] {
            assert!(check_metric_name(good).is_ok(), "{good}");
        }
        for bad in ["", "9a", "a-b", "a b", "é", "a.b", "a\n", "a{"] {
            let error = check_metric_name(bad).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{bad:?} is no metric name")), "{error}");
        }
    }
}
