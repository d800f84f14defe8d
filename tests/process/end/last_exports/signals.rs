//! The last exports of programs that a signal ends.

use super::*;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use tachometer::MetricsRegistry;

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

pub(super) fn waits() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").on_signals().start()?;
    count();
    loop {
        thread::park();
    }
}

pub(super) fn holds_stdout_and_waits() -> Outcome {
    let _stdout = io::stdout().lock();
    let _exporter = exporter().every(LONG).to_stdout().on_signals().start()?;
    count();
    loop {
        thread::park();
    }
}

pub(super) fn waits_for_ctrl_c() -> Outcome {
    // Not ignored from here on, whatever runs these tests: in the background of a shell it would be.
    signal_hook::flag::register(SIGINT, Arc::default())?;
    waits()
}

/// Two exporters; the second's sink waits for a line on stdin.
pub(super) fn takes_its_time() -> Outcome {
    let _quick = exporter().every(LONG).to_file("metrics.prom").on_signals().start()?;
    let other = MetricsRegistry::new(LONG);
    let slow = |_: &tachometer::FullSnapshot| {
        println!("\nbegun");
        io::stdin().read_line(&mut String::new())?;
        println!("\ndone");
        io::stdout().flush()
    };
    let _slow = other.exporter().to("slow", slow).on_signals().start()?;
    count();
    loop {
        thread::park();
    }
}

pub(super) fn has_stopped() -> Outcome {
    let builder = exporter().every(LONG).to("sink", |_| {
        println!("\nexport");
        Ok(())
    });
    drop(builder.on_signals().start()?);
    count();
    loop {
        thread::park();
    }
}

pub(super) fn does_not_wait_for_signals() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").start()?;
    count();
    loop {
        thread::park();
    }
}

impl Program {
    /// Sends the signal so many times, one at the heels of the other.
    fn send(&self, signal: &str, times: usize) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").arg(signal).args(vec![id; times]).status();
        assert!(status.expect("there is a command `kill`").success());
    }
}

#[test]
fn there_is_a_last_export_on_sigterm() {
    let mut program = start("wait", "sigterm");
    program.send("-TERM", 1);
    let status = program.wait();
    assert_eq!((status.signal(), status.code()), (Some(SIGTERM), None));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn there_is_a_last_export_on_ctrl_c() {
    let mut program = start("interrupt", "sigint");
    program.send("-INT", 1);
    let status = program.wait();
    assert_eq!((status.signal(), status.code()), (Some(SIGINT), None));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn a_signal_ends_a_process_that_holds_the_lock_of_stdout() {
    let mut program = start("held_wait", "held_wait");
    program.send("-TERM", 1);
    assert_eq!(program.wait().signal(), Some(SIGTERM));
    let mut printed = String::new();
    io::Read::read_to_string(&mut program.stdout, &mut printed).expect("UTF-8");
    assert!(printed.starts_with("# HELP jobs "), "{printed}");
    assert!(printed.ends_with("{sink=\"stdout\",result=\"panic\"} 0\n"), "{printed}");
}

/// Also: a signal that comes twice at once is one.
#[test]
fn a_signal_ends_the_process_when_all_exporters_have_made_their_last_exports() {
    let mut program = start("slow", "slow");
    program.send("-TERM", 2);
    program.read_until("begun");
    writeln!(program.stdin.as_mut().expect("it is piped"), "go on").expect("it listens");
    program.read_until("done");
    assert_eq!(program.wait().signal(), Some(SIGTERM));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn a_second_signal_ends_a_last_export_that_hangs() {
    let mut program = start("slow", "second");
    program.send("-TERM", 1);
    program.read_until("begun");
    // The first that come may be taken for the one before.
    let began = Instant::now();
    let status = loop {
        assert!(began.elapsed() < HUNG, "it hangs");
        match program.child.try_wait().expect("it can be asked") {
            Some(status) => break status,
            None => program.send("-TERM", 1),
        }
    };
    assert_eq!(status.signal(), Some(SIGTERM));
}

#[test]
fn signals_end_the_process_as_ever_when_the_exporter_has_stopped() {
    let mut program = start("stopped", "stopped");
    program.send("-TERM", 1);
    assert_eq!(program.wait().signal(), Some(SIGTERM));
    let mut printed = String::new();
    io::Read::read_to_string(&mut program.stdout, &mut printed).expect("UTF-8");
    assert_eq!(printed, "");
}

/// Linux alone says what is ignored without `unsafe`.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' INT; exec \"$0\" \"$@\""]).args(itself::words());
    let mut program = start_by(&mut shell, "wait", "ignored");
    // Had the first any effect, it would be the one that ends the process: the other comes at its heels.
    program.send("-INT", 1);
    program.send("-TERM", 1);
    assert_eq!(program.wait().signal(), Some(SIGTERM));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn signals_are_waited_for_on_request_only() {
    let mut program = start("without", "without");
    program.send("-TERM", 1);
    assert_eq!(program.wait().signal(), Some(SIGTERM));
    program.assert_files(&[]);
}
