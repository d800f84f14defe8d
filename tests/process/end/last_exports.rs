//! The last exports of programs that really end.

#[cfg(unix)]
mod signals;

use super::{PROGRAM, itself};
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tachometer::{exporter, global, print_on_exit};

/// The child prints it when the program has counted and could be ended.
const READY: &str = "=== ready ===";
/// Longer than any test: all that is exported is a last export.
const LONG: Duration = Duration::from_secs(4_000);
/// Nothing here takes nearly as long; what does has hung.
const HUNG: Duration = Duration::from_secs(50);

/// In a child: runs one of the programs, and exits. Else: nothing.
#[test]
fn child() {
    let Ok(program) = std::env::var(PROGRAM) else { return };
    let body = match program.as_str() {
        "return" => returns,
        "question_mark" => fails,
        "panic" => panics,
        "exit" => exits,
        "directory" => changes_its_directory,
        "stdout" => prints,
        "held" => holds_stdout,
        "held_print" => holds_stdout_and_prints_on_exit,
        "turns" => prints_in_turn,
        "held_stderr" => holds_stderr,
        "stderr" => tells_of_errors,
        #[cfg(unix)]
        "wait" => signals::waits,
        #[cfg(unix)]
        "interrupt" => signals::waits_for_ctrl_c,
        #[cfg(unix)]
        "held_wait" => signals::holds_stdout_and_waits,
        #[cfg(unix)]
        "slow" => signals::takes_its_time,
        #[cfg(unix)]
        "stopped" => signals::has_stopped,
        #[cfg(unix)]
        "without" => signals::does_not_wait_for_signals,
        other => panic!("no program is called {other}"),
    };
    let code = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => 0,
        Ok(Err(_)) => 1,
        Err(_) => 101,
    };
    std::process::exit(code);
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Counts, and says that it could be ended.
fn count() {
    global().register_counter("jobs").add(3);
    println!("\n{READY}");
}

fn returns() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").start()?;
    count();
    Ok(())
}

fn fails() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").start()?;
    count();
    let _: u64 = "no number".parse()?;
    panic!("never reached");
}

fn panics() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").start()?;
    count();
    panic!("a panic that is meant to be");
}

fn exits() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").start()?;
    count();
    std::process::exit(3);
}

fn changes_its_directory() -> Outcome {
    let _exporter = exporter().every(LONG).to_file("metrics.prom").start()?;
    std::env::set_current_dir("/")?;
    count();
    Ok(())
}

fn prints() -> Outcome {
    let _exporter = exporter().every(LONG).to_stdout().start()?;
    count();
    Ok(())
}

fn holds_stdout() -> Outcome {
    let mut stdout = io::stdout().lock();
    let _exporter = exporter().every(LONG).to_stdout().start()?;
    count();
    writeln!(stdout, "a line")?;
    write!(stdout, "a beginning")?;
    Ok(())
}

fn holds_stdout_and_prints_on_exit() -> Outcome {
    let mut stdout = io::stdout().lock();
    let _exporter = exporter().every(LONG).to_stdout().start()?;
    let _print = print_on_exit();
    count();
    writeln!(stdout, "a line")?;
    Ok(())
}

/// Holds stdout's lock while exports are due, for less than a second.
fn prints_in_turn() -> Outcome {
    count();
    loop {
        let (tell, told) = mpsc::channel();
        let exporter = exporter().every(Duration::from_millis(1)).to_stdout().to("told", move |_| {
            let _ = tell.send(());
            Ok(())
        });
        let _exporter = exporter.start()?;
        let began = Instant::now();
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "held")?;
        told.try_iter().for_each(drop);
        for _ in 0..20 {
            told.recv_timeout(HUNG)?;
        }
        writeln!(stdout, "let go")?;
        // Else the machine is busy, and another round is needed.
        if began.elapsed() < Duration::from_secs(1) {
            return Ok(());
        }
    }
}

fn holds_stderr() -> Outcome {
    let _stderr = io::stderr().lock();
    let _exporter = exporter().every(LONG).to("a sink", |_| Err(io::Error::other("error 1"))).start()?;
    count();
    Ok(())
}

fn tells_of_errors() -> Outcome {
    let (tell, told) = mpsc::channel();
    let mut calls = 0;
    let exporter = exporter().every(Duration::from_millis(1)).to("a sink", move |_| {
        calls += 1;
        let _ = tell.send(());
        if calls == 4 { Ok(()) } else { Err(io::Error::other(format!("error {calls}"))) }
    });
    let _exporter = exporter.start()?;
    count();
    for _ in 0..7 {
        told.recv_timeout(HUNG)?;
    }
    Ok(())
}

/// A child with a directory of its own, which is removed in the end.
struct Program {
    child: Child,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only programs that signals end are written to"))]
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    directory: PathBuf,
}

/// Starts a program, and waits until it is ready.
fn start(program: &str, test: &str) -> Program {
    start_by(&mut itself::command(), program, test)
}

/// As `start`, by a command that goes on with the arguments for this test.
fn start_by(command: &mut Command, program: &str, test: &str) -> Program {
    let directory =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("exporter-{test}-{}", std::process::id()));
    fs::create_dir(&directory).expect("it is new");
    let mut child = command
        .args(["last_exports::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(PROGRAM, program)
        .current_dir(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test can be run again");
    let stdin = child.stdin.take();
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut program = Program { child, stdin, stdout, directory };
    program.read_until(READY);
    program
}

impl Program {
    fn read_until(&mut self, expected: &str) {
        let mut line = String::new();
        while line.trim_end() != expected {
            line.clear();
            assert_ne!(self.stdout.read_line(&mut line).expect("UTF-8"), 0, "it ended without {expected:?}");
        }
    }

    /// How it ended, unless it hangs.
    fn wait(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status;
            }
            assert!(began.elapsed() < HUNG, "it hangs");
            thread::yield_now();
        }
    }

    /// The text in a file of its directory, if there is one.
    fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.directory.join(name)).ok()
    }

    /// Nothing but these files is in its directory, and each is whole.
    #[track_caller]
    fn assert_files(&self, names: &[&str]) {
        let entries = fs::read_dir(&self.directory).expect("it is there");
        let mut found: Vec<_> = entries.map(|entry| entry.expect("it can be read").file_name()).collect();
        found.sort();
        assert_eq!(found, names);
        for name in names {
            let text = self.file(name).expect("it is there");
            assert!(text.starts_with("# HELP jobs Counter jobs.\n# TYPE jobs counter\njobs 3\n"), "{text}");
            assert!(text.ends_with("\",result=\"panic\"} 0\n"), "{text}");
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[test]
fn there_is_a_last_export_on_return() {
    let mut program = start("return", "return");
    assert_eq!(program.wait().code(), Some(0));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn there_is_a_last_export_on_a_question_mark() {
    let mut program = start("question_mark", "question_mark");
    assert_eq!(program.wait().code(), Some(1));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn there_is_a_last_export_on_a_panic() {
    let mut program = start("panic", "panic");
    assert_eq!(program.wait().code(), Some(101));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn there_is_none_on_exit_of_the_process() {
    let mut program = start("exit", "exit");
    assert_eq!(program.wait().code(), Some(3));
    program.assert_files(&[]);
}

#[test]
fn a_path_is_taken_from_the_directory_at_the_start() {
    let mut program = start("directory", "directory");
    assert_eq!(program.wait().code(), Some(0));
    program.assert_files(&["metrics.prom"]);
}

#[test]
fn stdout_is_a_sink() {
    let mut program = start("stdout", "stdout");
    assert_eq!(program.wait().code(), Some(0));
    let mut printed = String::new();
    io::Read::read_to_string(&mut program.stdout, &mut printed).expect("UTF-8");
    assert!(printed.starts_with("# HELP jobs Counter jobs.\n# TYPE jobs counter\njobs 3\n"), "{printed}");
    assert!(printed.ends_with("{sink=\"stdout\",result=\"panic\"} 0\n"), "{printed}");
}

#[cfg(unix)]
#[test]
fn whoever_holds_the_lock_of_stdout_may_wait_for_the_last_export() {
    let mut program = start("held", "held");
    assert_eq!(program.wait().code(), Some(0));
    let mut printed = String::new();
    io::Read::read_to_string(&mut program.stdout, &mut printed).expect("UTF-8");
    assert!(
        printed.starts_with("a line\n# HELP jobs Counter jobs.\n# TYPE jobs counter\njobs 3\n"),
        "{printed}"
    );
    assert!(printed.ends_with("{sink=\"stdout\",result=\"panic\"} 0\na beginning"), "{printed}");
}

#[cfg(unix)]
#[test]
fn whoever_holds_the_lock_of_stdout_may_print_on_exit() {
    let mut program = start("held_print", "held_print");
    assert_eq!(program.wait().code(), Some(0));
    let mut printed = String::new();
    io::Read::read_to_string(&mut program.stdout, &mut printed).expect("UTF-8");
    assert!(printed.starts_with("a line\n# HELP jobs "), "{printed}");
    let counts: Vec<_> = printed.lines().filter(|line| line.contains("result=\"ok\"")).collect();
    let expected =
        [0, 1].map(|count| format!("tachometer_exports_total{{sink=\"stdout\",result=\"ok\"}} {count}"));
    assert_eq!(counts, expected, "first the last export, then the text of the guard");
}

#[test]
fn a_text_waits_for_whoever_holds_the_lock_of_stdout() {
    let mut program = start("turns", "turns");
    let mut printed = String::new();
    io::Read::read_to_string(&mut program.stdout, &mut printed).expect("UTF-8");
    assert_eq!(program.wait().code(), Some(0));
    let (_, turn) = printed.rsplit_once("held\n").expect("it has held the lock");
    assert!(turn.starts_with("let go\n# HELP jobs "), "{turn}");
}

#[cfg(unix)]
#[test]
fn whoever_holds_the_lock_of_stderr_may_wait_for_a_last_export_that_fails() {
    let mut program = start("held_stderr", "held_stderr");
    assert_eq!(program.wait().code(), Some(0));
    let mut said = String::new();
    let mut stderr = program.child.stderr.take().expect("it is piped");
    io::Read::read_to_string(&mut stderr, &mut said).expect("UTF-8");
    assert!(said.contains("tachometer: the export to a sink failed: error 1\n"), "{said}");
}

#[test]
fn stderr_is_told_when_a_sink_begins_to_fail_and_when_it_works_again() {
    let mut program = start("stderr", "stderr");
    assert_eq!(program.wait().code(), Some(0));
    let mut said = String::new();
    let mut stderr = program.child.stderr.take().expect("it is piped");
    io::Read::read_to_string(&mut stderr, &mut said).expect("UTF-8");
    let told: Vec<_> = said.lines().filter(|line| line.contains("a sink")).collect();
    let expected = ["failed: error 1", "works again, after 3 failures", "failed: error 5"]
        .map(|what| format!("tachometer: the export to a sink {what}"));
    assert_eq!(told, expected);
}
