//! Two metrics in `static`s of one name: the second is not exported, and stderr says so once. In a process of its own, for
//! all that it says on stderr is looked at.

#[path = "itself.rs"]
mod itself;

use std::env;
use tachometer::{Counter, metrics};

metrics! {
    static FIRST: Counter = Counter::new("jobs_total", "Jobs");
    static SECOND: Counter = Counter::new("jobs_total", "Jobs");
}

#[test]
fn a_name_that_is_declared_twice_is_told_to_stderr_once() {
    const INSIDE: &str = "TACHOMETER_REFUSED_STATICS";
    if env::var_os(INSIDE).is_some() {
        FIRST.increment();
        SECOND.increment();
        for _ in 0..3 {
            assert!(tachometer::snapshot().to_prometheus_format().contains("tachometer_refused_metric_info"));
        }
        return;
    }
    let output = itself::command().env(INSIDE, "1").arg("--nocapture").output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let lines: Vec<_> = stderr.lines().filter(|line| line.starts_with("tachometer: ")).collect();
    assert_eq!(lines.len(), 1, "{stderr}");
    assert_eq!(lines[0].matches(file!()).count(), 2, "both places: {}", lines[0]);
    assert!(
        lines[0].contains("\"jobs_total\"") && lines[0].ends_with("; it is not exported"),
        "{}",
        lines[0]
    );
}
