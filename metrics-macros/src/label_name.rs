//! Valid names of labels.

/// Names that exposition formats use themselves.
pub(crate) const RESERVED: [&str; 2] = ["le", "quantile"];

/// Returns why no label may be called `name`; `reserved` are the names that are taken.
pub(crate) fn mistake(name: &str, reserved: &[&str]) -> Option<String> {
    if name.is_empty() {
        Some("the name of a label must not be empty".to_owned())
    } else if reserved.contains(&name) || name.starts_with("__") {
        let reserved = reserved.join("`, `");
        Some(format!(
            "the label name `{name}` is reserved, as are `{reserved}` and every name that begins with `__`"
        ))
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Some(format!("the label name `{name}` must consist of ASCII letters, digits and `_`"))
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        Some(format!("the label name `{name}` must not begin with a digit"))
    } else {
        None
    }
}
