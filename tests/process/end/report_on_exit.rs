//! Reports at the end of programs that really end.

use super::{PROGRAM, itself};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{MetricsRegistry, MockClock, instrumented};

/// Printed by the child before the program begins, after what the test harness prints.
const BEGIN: &str = "=== the program begins ===";

/// Not the global registry: other programs here print that.
static REGISTRY: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(name = "bake", registry = &REGISTRY)]
fn bake(clock: MockClock, time: Duration) -> Result<(), String> {
    clock.advance(time);
    if time.is_zero() { Err("raw".to_owned()) } else { Ok(()) }
}

/// In a child: calls a function, and exits after the report. Else: nothing.
#[test]
fn child() {
    if std::env::var_os(PROGRAM).is_none() {
        return;
    }
    println!("\n{BEGIN}");
    {
        let _report = REGISTRY.report_on_exit();
        let clock = MockClock::new();
        let _entered = clock.enter();
        for minutes in [0, 10, 20] {
            // Its outcome is counted.
            let _ = bake(clock, Duration::from_secs(60 * minutes));
        }
    }
    std::process::exit(0);
}

/// Runs the program with these variables, and returns what it has printed and said.
fn run(variables: &[(&str, &str)]) -> (String, String) {
    let mut command: Command = itself::command();
    command
        .args(["report_on_exit::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(PROGRAM, "report");
    for name in ["COLUMNS", "NO_COLOR", "TACHOMETER_REPORT"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("this test can be run again");
    assert!(status.success(), "{status}");
    let [printed, said] = [stdout, stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    let (_, printed) = printed.split_once(&format!("{BEGIN}\n")).expect("it has begun");
    (printed.to_owned(), said)
}

/// A file in the folder for tests, which does not exist yet.
fn file(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

/// Asserts that this is the table.
fn assert_table(text: &str) {
    let lines: Vec<String> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[0], "function calls errors total share p50 p95 p99 max", "{text}");
    assert!(lines[1].starts_with("bake 3 1 1800 s "), "{text}");
    assert!(lines[2].starts_with("3 calls of 1 function in "), "{text}");
    assert_eq!(lines.len(), 3, "{text}");
}

#[test]
fn a_table_is_printed_without_colours_into_a_pipe() {
    let (printed, _) = run(&[]);
    assert_table(&printed);
    assert!(!printed.contains('\x1b'), "{printed:?}");
    let longest = |text: &str| text.lines().map(|line| line.chars().count()).max();
    assert!(longest(&printed) <= Some(80), "{printed}");
    let (narrow, _) = run(&[("COLUMNS", "70")]);
    assert!(longest(&narrow) <= Some(70), "{narrow}");
}

#[test]
fn a_file_is_written_instead() {
    let csv = file("a.csv");
    let (printed, _) = run(&[("TACHOMETER_REPORT", csv.to_str().expect("UTF-8"))]);
    assert_eq!(printed, "");
    let written = fs::read_to_string(&csv).expect("it is written");
    assert!(written.starts_with("module,function,"), "{written}");
    assert!(written.contains(",bake,,3,2,1,0,0,0,1800,"), "{written}");
    let json = file("a.json");
    let (printed, _) = run(&[("TACHOMETER_REPORT", json.to_str().expect("UTF-8"))]);
    assert_eq!(printed, "");
    let snapshot = tachometer::FullSnapshot::from_json(&fs::read_to_string(&json).expect("it is written"));
    assert_eq!(snapshot.expect("a snapshot").function("bake").expect("it was called").calls(), 3);
    let text = file("a.txt");
    let (printed, _) = run(&[("TACHOMETER_REPORT", text.to_str().expect("UTF-8"))]);
    assert_eq!(printed, "");
    assert_table(&fs::read_to_string(&text).expect("it is written"));
    for path in [csv, json, text] {
        fs::remove_file(path).expect("it is there");
    }
}

#[test]
fn if_the_file_cannot_be_written_the_table_is_printed() {
    let path = file("missing").join("a.csv");
    let (printed, said) = run(&[("TACHOMETER_REPORT", path.to_str().expect("UTF-8"))]);
    assert_table(&printed);
    let expected = format!("tachometer: no report in `{}` (TACHOMETER_REPORT): ", path.display());
    assert!(said.contains(&expected), "{said}");
}
