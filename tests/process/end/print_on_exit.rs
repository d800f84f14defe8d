//! What is printed when a program ends, in programs that really end.

use super::{PROGRAM, itself};
use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;
use tachometer::{MetricsRegistry, global, install, print_on_exit};

/// The child prints it on a line of its own before the program begins, behind what the test harness prints.
const BEGIN: &str = "=== the program begins ===";

const TEXT: &str = "# HELP jobs Counter jobs.\n# TYPE jobs counter\njobs 3\n";

/// In a child: runs one of the programs, and exits. Else: nothing.
#[test]
fn child() {
    let Ok(program) = std::env::var(PROGRAM) else { return };
    println!("\n{BEGIN}");
    let body = match program.as_str() {
        "return" => returns,
        "question_mark" => fails,
        "panic" => panics,
        "exit" => exits,
        "export" => exports,
        "own_registry" => has_its_own_registry,
        "installed" => installs,
        "nothing" => counts_nothing,
        "twice" => prints_twice,
        "broken_pipe" => is_not_read_to_the_end,
        other => panic!("no program is called {other}"),
    };
    let code = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => 0,
        Ok(Err(_)) => 1,
        Err(_) => 101,
    };
    std::process::exit(code);
}

type Outcome = Result<(), std::num::ParseIntError>;

fn count() {
    global().register_counter("jobs").add(3);
}

#[expect(clippy::unnecessary_wraps, reason = "all programs have one signature")]
fn returns() -> Outcome {
    let _print = print_on_exit();
    count();
    println!("before the end");
    Ok(())
}

fn fails() -> Outcome {
    let _print = print_on_exit();
    count();
    let _: u64 = "no number".parse()?;
    println!("never reached");
    Ok(())
}

fn panics() -> Outcome {
    let _print = print_on_exit();
    count();
    panic!("a panic that is meant to be");
}

fn exits() -> Outcome {
    let _print = print_on_exit();
    count();
    std::process::exit(3);
}

#[expect(clippy::unnecessary_wraps, reason = "all programs have one signature")]
fn exports() -> Outcome {
    let _print = print_on_exit();
    global().start_export_thread(|snapshot| {
        // Printed through the same handle, so the order of the two shows in the output.
        println!("last export: {}", snapshot.counters["jobs"]);
        // What an export counts is printed too.
        global().register_counter("exports").increment();
    });
    count();
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all programs have one signature")]
fn has_its_own_registry() -> Outcome {
    let registry = MetricsRegistry::new(Duration::from_secs(4_000));
    let _print = registry.print_on_exit();
    registry.start_export_thread(|snapshot| println!("last export: {}", snapshot.counters["own"]));
    registry.register_counter("own").add(5);
    count();
    Ok(())
}

fn installs() -> Outcome {
    install(MetricsRegistry::new(Duration::from_secs(4_000))).expect("nothing was before it");
    returns()
}

#[expect(clippy::unnecessary_wraps, reason = "all programs have one signature")]
fn counts_nothing() -> Outcome {
    let _print = print_on_exit();
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all programs have one signature")]
fn prints_twice() -> Outcome {
    count();
    drop(print_on_exit());
    println!("in between");
    drop(print_on_exit());
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all programs have one signature")]
fn is_not_read_to_the_end() -> Outcome {
    let print = print_on_exit();
    // More than a pipe holds.
    for number in 0..5_000 {
        global().register_counter(format!("a_counter_with_a_long_name_{number}"));
    }
    // Until the parent has closed its end of our stdout.
    std::io::stdin().read_to_end(&mut Vec::new()).expect("stdin ends");
    drop(print);
    std::io::stderr().write_all(b"still here\n").expect("stderr is open");
    Ok(())
}

fn start(program: &str) -> Child {
    itself::command()
        .args(["print_on_exit::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(PROGRAM, program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test can be run again")
}

/// Runs a program to its end: what it printed, and how it ended.
fn run(program: &str) -> (String, ExitStatus) {
    let output = start(program).wait_with_output().expect("it ends");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let (_, printed) = printed.split_once(&format!("{BEGIN}\n")).expect("it has begun");
    (printed.to_owned(), output.status)
}

#[test]
fn prints_on_return() {
    let (printed, status) = run("return");
    assert_eq!((printed.as_str(), status.code()), (&*format!("before the end\n{TEXT}"), Some(0)));
}

#[test]
fn prints_on_a_question_mark() {
    let (printed, status) = run("question_mark");
    assert_eq!((printed.as_str(), status.code()), (TEXT, Some(1)));
}

#[test]
fn prints_on_a_panic() {
    let (printed, status) = run("panic");
    assert_eq!((printed.as_str(), status.code()), (TEXT, Some(101)));
}

#[test]
fn does_not_print_on_exit_of_the_process() {
    let (printed, status) = run("exit");
    assert_eq!((printed.as_str(), status.code()), ("", Some(3)));
}

#[test]
fn the_last_export_comes_before_the_text() {
    let (printed, status) = run("export");
    let expected = format!(
        "last export: 3\n# HELP exports Counter exports.\n# TYPE exports counter\nexports 1\n{TEXT}\
         # HELP tachometer_export_panics_total Callbacks of export threads that panicked.\n\
         # TYPE tachometer_export_panics_total counter\ntachometer_export_panics_total 0\n"
    );
    assert_eq!((printed, status.code()), (expected, Some(0)));
}

#[test]
fn prints_a_registry_of_ones_own() {
    let (printed, status) = run("own_registry");
    let expected = "last export: 5\n# HELP own Counter own.\n# TYPE own counter\nown 5\n";
    assert!(printed.starts_with(expected), "{printed}");
    assert!(!printed.contains("jobs"), "{printed}");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn prints_an_installed_registry() {
    let (printed, status) = run("installed");
    assert_eq!((printed.as_str(), status.code()), (&*format!("before the end\n{TEXT}"), Some(0)));
}

#[test]
fn prints_nothing_of_nothing() {
    let (printed, status) = run("nothing");
    assert_eq!((printed.as_str(), status.code()), ("", Some(0)));
}

#[test]
fn prints_once_a_guard() {
    let (printed, status) = run("twice");
    assert_eq!((printed, status.code()), (format!("{TEXT}in between\n{TEXT}"), Some(0)));
}

#[test]
fn a_reader_that_has_gone_is_no_panic() {
    let mut child = start("broken_pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    while line.trim_end() != BEGIN {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).expect("UTF-8"), 0, "it has not begun");
    }
    drop(stdout);
    // Closes the child's stdin, which lets it go on.
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("still here"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(output.status.code(), Some(0));
}
