//! Reports as comma-separated values, as RFC 4180 has them, but for lines that end in LF.

use super::Row;
use std::time::Duration;

const HEADING: &str = "module,function,labels,calls,ok,errors,panics,cancelled,in_flight,total_seconds,share,mean_seconds,\
                       p50_seconds,p95_seconds,p99_seconds,min_seconds,max_seconds\n";

pub(super) fn write(rows: &[Row<'_>]) -> String {
    let mut text = HEADING.to_owned();
    for row in rows {
        let function = row.function();
        let labels: Vec<String> =
            function.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let seconds =
            |time: Option<Duration>| time.map_or_else(String::new, |time| time.as_secs_f64().to_string());
        let count = |count: u64| count.to_string();
        let cells = [
            quoted(&function.module),
            quoted(&function.function),
            quoted(&labels.join(",")),
            count(function.calls()),
            count(function.ok),
            count(function.errors),
            count(function.panics),
            count(function.cancelled),
            function.in_flight.to_string(),
            seconds(Some(row.total_time())),
            row.share().map_or_else(String::new, |share| share.to_string()),
            seconds(function.mean()),
            seconds(function.percentile(0.5)),
            seconds(function.percentile(0.95)),
            seconds(function.percentile(0.99)),
            seconds(function.min()),
            seconds(function.max()),
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// Returns a text as a cell. A program for tables would take one that begins like a formula for one.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula || text.contains([',', '"', '\n', '\r']) {
        let guard = if is_formula { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_quoted_if_they_must_be() {
        for (text, cell) in [
            ("plain é", "plain é"),
            ("a,b", "\"a,b\""),
            ("a\"b\n", "\"a\"\"b\n\""),
            ("=1+1", "\"'=1+1\""),
            ("@x", "\"'@x\""),
        ] {
            assert_eq!(quoted(text), cell);
        }
    }
}
