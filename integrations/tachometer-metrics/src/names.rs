//! Names that Prometheus allows, made of those of a program.

use std::borrow::Cow;

/// Returns the exported name of a metric: other characters than ASCII letters, digits, `_` and `:` become `_`.
pub(crate) fn of_metric(name: &str) -> Cow<'_, str> {
    sanitized(name, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}

/// Returns the exported name of a label: other characters than ASCII letters, digits and `_` become `_`. Prometheus reserves names
/// that begin with two underscores, and the names `le` and `quantile`.
pub(crate) fn of_label(name: &str) -> Cow<'_, str> {
    if matches!(name, "le" | "quantile") {
        return format!("label_{name}").into();
    }
    let name = sanitized(name, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.starts_with("__") { format!("_{}", name.trim_start_matches('_')).into() } else { name }
}

fn sanitized(name: &str, is_allowed: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let needs_prefix = name.bytes().next().is_none_or(|first| first.is_ascii_digit());
    if !needs_prefix && name.bytes().all(&is_allowed) {
        return name.into();
    }
    let prefix = if needs_prefix { "_" } else { "" };
    let allowed = |char: char| if u8::try_from(char).is_ok_and(&is_allowed) { char } else { '_' };
    prefix.chars().chain(name.chars().map(allowed)).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::{of_label, of_metric};

    #[test]
    fn names_become_valid_and_valid_ones_stay() {
        for (name, exported) in [
            ("http_requests", "http_requests"),
            ("job:rate", "job:rate"),
            ("http.requests", "http_requests"),
            ("9lives", "_9lives"),
            ("größe µ", "gr__e__"),
            ("", "_"),
        ] {
            assert_eq!(of_metric(name), exported);
        }
        for (name, exported) in [
            ("zone", "zone"),
            ("user.id", "user_id"),
            ("a:b", "a_b"),
            ("__name__", "_name__"),
            ("__", "_"),
            ("..", "_"),
            ("le", "label_le"),
            ("quantile", "label_quantile"),
            ("0", "_0"),
        ] {
            assert_eq!(of_label(name), exported);
        }
    }
}
