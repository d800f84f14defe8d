//! What a label may be called.

/// What formats use themselves.
pub(crate) const RESERVED: [&str; 2] = ["le", "quantile"];

/// Why no label may have this name, `reserved` being those that are not to be had.
pub(crate) fn mistake(name: &str, reserved: &[&str]) -> Option<String> {
    if name.is_empty() {
        Some("the name of a label must not be empty".to_owned())
    } else if reserved.contains(&name) || name.starts_with("__") {
        let reserved = reserved.join("`, `");
        Some(format!(
            "the label `{name}` is reserved, like `{reserved}` and all that begin with `__`; choose another"
        ))
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Some(format!("the label `{name}` must be ASCII letters, digits and `_`"))
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        Some(format!("the label `{name}` must not begin with a digit"))
    } else {
        None
    }
}
