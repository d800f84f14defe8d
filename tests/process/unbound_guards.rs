//! Guards that are dropped as soon as they are made, in programs of their own: this test runs itself as its own child.

#[path = "itself.rs"]
mod itself;

use std::io::{BufRead, BufReader};
use std::panic::{catch_unwind, resume_unwind};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tachometer::{Endpoint, Error, exporter, global, print_on_exit, serve};

/// Tells the child which of the programs it is.
const PROGRAM: &str = "TACHOMETER_TEST_PROGRAM";

/// Often enough that the scheduler cannot interrupt each between the call and the drop. The line comes once.
const TIMES: usize = 50;

const BEGINNING: &str = "tachometer: `";
const FIX: &str = "bind it to a name, as in `let _guard = …`, not `let _ = …`";

/// In a child: runs one of the programs. Else: nothing.
#[test]
fn child() -> Result<(), Error> {
    match std::env::var(PROGRAM).as_deref() {
        Err(_) => {}
        Ok("print") => (0..TIMES).for_each(|_| {
            let _ = print_on_exit();
        }),
        Ok("serve") => (0..TIMES).for_each(|_| {
            let _ = serve("127.0.0.1:0");
        }),
        Ok("endpoint") => {
            for _ in 0..TIMES {
                let _ = Endpoint::new().serve("127.0.0.1:0")?;
            }
        }
        Ok("exporter") => {
            for _ in 0..TIMES {
                let _ = exporter().to("nowhere", |_| Ok(())).start()?;
            }
        }
        Ok("counted") => {
            let _print = print_on_exit();
            let _exporter = exporter().to("nowhere", |_| Ok(())).start()?;
            global().register_counter("jobs").increment();
        }
        Ok("used") => {
            exporter().to("nowhere", |_| Ok(())).start()?.stop();
            serve("127.0.0.1:0")?.stop();
            serve("127.0.0.1:0")?.detach();
            println!("{}", serve("127.0.0.1:0")?.address());
        }
        Ok("held") => {
            let guards =
                (print_on_exit(), serve("127.0.0.1:0")?, exporter().to("nowhere", |_| Ok(())).start()?);
            let made = Instant::now();
            while made.elapsed() < Duration::from_millis(10) {
                std::thread::yield_now();
            }
            drop(guards);
        }
        Ok("panic") => {
            for _ in 0..TIMES {
                // No hook is called, which might take its time.
                let unwind = || resume_unwind(Box::new("a panic that is meant to be"));
                let ends = [
                    catch_unwind(|| {
                        let _print = print_on_exit();
                        unwind();
                    }),
                    catch_unwind(|| {
                        let _server = serve("127.0.0.1:0");
                        unwind();
                    }),
                    catch_unwind(|| {
                        let _exporter = exporter().to("nowhere", |_| Ok(())).start();
                        unwind();
                    }),
                ];
                assert!(ends.iter().all(Result::is_err));
            }
        }
        Ok(other) => panic!("no program is called {other}"),
    }
    Ok(())
}

fn program(name: &str) -> Command {
    let mut command = itself::command();
    command.args(["child", "--exact", "--nocapture", "--test-threads=1"]).env(PROGRAM, name);
    command
}

/// Runs a program to its end: the lines of its stderr about guards, and whether it succeeded.
fn run(name: &str) -> (Vec<String>, bool) {
    let output = program(name).output().expect("this test can be run again");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    let lines = said.lines().filter(|line| line.starts_with(BEGINNING));
    (lines.map(str::to_owned).collect(), output.status.success())
}

#[test]
fn one_that_is_dropped_at_once_is_reported_once_in_debug_builds() {
    for (name, guard, effect) in [
        ("print", "PrintOnExit", "printed the metrics before anything was counted"),
        ("serve", "Server", "closed its endpoint"),
        ("endpoint", "Server", "closed its endpoint"),
        ("exporter", "Exporter", "ended its exports before anything was counted"),
    ] {
        let line =
            format!("{BEGINNING}{guard}` was dropped as soon as it was created, which {effect}: {FIX}");
        let expected = if cfg!(debug_assertions) { vec![line] } else { Vec::new() };
        assert_eq!(run(name), (expected, true), "{name}");
    }
}

#[test]
fn a_short_program_in_which_it_was_of_use_is_not_accused() {
    for name in ["counted", "used", "held"] {
        assert_eq!(run(name), (Vec::new(), true), "{name}");
    }
}

#[test]
fn one_that_a_panic_drops_is_not_reported() {
    assert_eq!(run("panic"), (Vec::new(), true));
}

#[test]
fn a_closed_stderr_is_no_panic() {
    let mut child =
        program("print").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be run again");
    drop(child.stderr.take());
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let last = stdout.lines().map(|line| line.expect("UTF-8")).filter(|line| !line.is_empty()).last();
    assert!(last.is_some_and(|line| line.starts_with("test result: ok")), "the program did not succeed");
    assert!(child.wait().expect("it ends").success());
}
