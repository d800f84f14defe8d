//! The program as a shell runs it: what it prints, and its exit status.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;

use tachometer::{Endpoint, MetricsRegistry, MockClock, instrumented};

/// Two runs of one program: two registries with the same functions.
static OLD: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));
static NEW: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(name = "bake", registry = &OLD, slo(success = 99.5))]
fn bake_before(clock: MockClock, time: Duration) -> Result<(), &'static str> {
    clock.advance(time);
    if time.is_zero() { Err("raw") } else { Ok(()) }
}

#[instrumented(name = "bake", registry = &NEW)]
fn bake_after(clock: MockClock, time: Duration) -> Result<(), &'static str> {
    clock.advance(time);
    if time.is_zero() { Err("raw") } else { Ok(()) }
}

#[instrumented(name = "knead", registry = &OLD, labels(dough = "\u{1b}[2J|rye"))]
fn knead() {}

/// Runs the program, in the emulator if it is one for another processor, and returns its status, stdout and stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let program = env!("CARGO_BIN_EXE_tachometer");
    let mut command = match env::var_os("TACHOMETER_TEST_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(program);
            command
        }
        None => Command::new(program),
    };
    let Output { status, stdout, stderr } = command.args(arguments).output().expect("it can be run");
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    assert!(!(stdout.clone() + &stderr).contains('\u{1b}'), "an escape sequence: {stdout}{stderr}");
    (status.code(), stdout, stderr)
}

/// The snapshots of both runs, in files.
static FILES: LazyLock<[String; 2]> = LazyLock::new(|| {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for call in 0..200 {
        // Outcomes are counted.
        let _ = bake_before(clock, Duration::from_millis(if call == 0 { 0 } else { 10 }));
        let _ = bake_after(clock, Duration::from_millis(if call < 5 { 0 } else { 12 }));
    }
    knead();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    [("old.json", &OLD), ("new.json", &NEW)].map(|(name, registry)| {
        let path = folder.join(name);
        fs::write(&path, registry.snapshot_all().to_json()).expect("the folder of tests");
        path.to_str().expect("UTF-8").to_owned()
    })
});

fn diff(options: &[&str]) -> (Option<i32>, String, String) {
    let [old, new] = &*FILES;
    run(&[&["diff", old, new], options].concat())
}

#[test]
fn a_comparison_shows_what_changed() {
    let (status, text, _) = diff(&[]);
    assert_eq!(status, Some(0), "{text}");
    let row = |name: &str| -> Vec<String> {
        let line =
            text.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name} in {text}"));
        line.split_whitespace().skip(1).map(str::to_owned).collect()
    };
    assert_eq!(row("::bake")[..4], ["200", "=", "2.50%", "+2.00pt"]);
    assert!(text.contains("+18%") || text.contains("+19%"), "the mean of 9.95 ms and 11.7 ms: {text}");
    assert_eq!(row("::knead{dough=\"\\u{1b}[2J|rye\"}")[..2], ["(gone)", "1"]);
    assert!(
        text.ends_with("1 function compared, 1 in the old run only; no thresholds were given\n"),
        "{text}"
    );
}

#[test]
fn thresholds_decide_on_the_exit_status() {
    for (options, status, part) in [
        (&["--max-error-increase", "3", "--max-mean-increase", "50%"][..], 0, "all within the thresholds"),
        (&["--max-error-increase", "1.5"], 1, "::bake: errors 0.50% → 2.50%, +2.00pt; at most +1.5pt"),
        (&["--max-mean-increase", "10%"], 1, "::bake: mean 9.95 ms → 11.7 ms"),
        (&["--max-p50-increase", "10%"], 1, "::bake: p50"),
        (&["--max-p95-increase", "10%"], 1, "::bake: p95"),
        (&["--max-p99-increase", "10%"], 1, "::bake: p99"),
        (&["--max-p99-increase", "10%", "--min-calls", "201"], 0, "fewer than 201 timed calls"),
        (
            &["--max-p99-increase", "10%", "--filter", "bake", "--min-calls", "300"],
            0,
            "1 function compared; all",
        ),
        (&["--max-p99-increase", "10%", "--filter", "knead"], 2, "no function that both"),
        (&["--fail-if-missing"], 1, "not called by the new run"),
    ] {
        let (code, text, error) = diff(options);
        assert!(
            code == Some(status) && (text.clone() + &error).contains(part),
            "{options:?}: {code:?}\n{text}{error}"
        );
    }
}

#[test]
fn other_formats_hold_both_runs() {
    let (status, text, _) = diff(&["--format", "json", "--max-p99-increase", "10%"]);
    assert_eq!(status, Some(1));
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let bake = &value["functions"][0];
    assert_eq!(
        (&bake["old"]["errors"], &bake["new"]["errors"], &bake["new"]["calls"]),
        (&1.into(), &5.into(), &200.into())
    );
    assert_eq!((&bake["exceeded"][0]["what"], &value["is_exceeded"]), (&"p99".into(), &true.into()));

    let (_, text, _) = diff(&["--format", "markdown"]);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(rows[0].contains("| 0.50% → 2.50% (+2.00pt) |"), "{text}");
    // One in a name would begin a cell.
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 8), "{text}");
}

#[test]
fn what_cannot_be_compared_is_an_error_of_its_own() {
    let [old, new] = &*FILES;
    let broken = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("broken.json");
    fs::write(&broken, "{\"\u{1b}[2J\": 1}").expect("the folder of tests");
    for (files, part) in [
        ([old.as_str(), old], "snapshots of the same run"),
        ([old, "absent.json"], "absent.json"),
        ([broken.to_str().expect("UTF-8"), new], "broken.json"),
    ] {
        let (status, text, error) = run(&[&["diff"], &files[..]].concat());
        assert!(status == Some(2) && text.is_empty() && error.contains(part), "{status:?} {text}{error}");
    }
    assert_eq!(run(&["diff", old]).0, Some(2));
    assert_eq!(run(&["--help"]).0, Some(0));
    assert!(run(&["diff", "--help"]).1.contains("Exit status"));
}

#[test]
fn an_endpoint_of_the_library_is_shown_once() {
    let _ = &*FILES;
    let server = Endpoint::new().path("/metrics", &OLD).serve("127.0.0.1:0").expect("a free port");
    let address = server.address().to_string();
    let (status, text, error) = run(&["top", &address, "--once", "--sort", "name"]);
    assert_eq!(status, Some(0), "{error}");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0][..3], ["function▲", "calls", "errors"], "{text}");
    assert_eq!(lines[1][..6], ["bake", "200", "0.50%", "0", "0", "0"], "{text}");
    assert!(lines[2][0].starts_with("knead{dough=\"\\u{1b}"), "{text}");
    // The longest call is known exactly.
    assert!(lines[1].windows(2).any(|cells| cells == ["10.0", "ms"]), "{text}");

    let (_, text, _) = run(&["top", &address, "--once", "--interval", "0.1", "--filter", "BAKE"]);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((lines.len(), &lines[0][1], &lines[1][1]), (2, &"calls/s", &"0"), "{text}");

    let (status, _, error) = run(&["top", &address]);
    assert!(status == Some(2) && error.contains("needs a terminal"), "{error}");
    let (status, _, error) = run(&["top", &format!("{address}/absent"), "--once"]);
    assert!(status == Some(2) && error.contains("404"), "{error}");
    drop(server);
    let (status, _, error) = run(&["top", &address, "--once"]);
    assert!(status == Some(2) && error.contains(&address), "{error}");
}

#[test]
fn rules_are_the_same_from_an_endpoint_and_from_files() {
    let [old, new] = &*FILES;
    let server = Endpoint::new().path("/metrics", &OLD).serve("127.0.0.1:0").expect("a free port");
    let text = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("old.prom");
    fs::write(&text, OLD.snapshot_all().to_prometheus_format()).expect("the folder of tests");
    let expected = tachometer::slo::rules(&OLD.snapshot_all().objectives());
    assert!(expected.contains("objective"));
    for source in [old.as_str(), text.to_str().expect("UTF-8"), &server.address().to_string()] {
        let (status, rules, error) = run(&["rules", source]);
        assert!(status == Some(0) && rules == expected, "{source}: {error}{rules}");
    }
    let (status, rules, error) = run(&["rules", new]);
    assert!(status == Some(2) && rules.is_empty() && error.contains("no objective"), "{error}");
}
