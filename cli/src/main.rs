//! `tachometer`: instrumented functions in a terminal, comparisons of two runs, and alert rules.
//!
//! `tachometer --help` lists the commands; `README.md` shows what they print.

#![forbid(unsafe_code)]

mod args;
mod diff;
mod model;
mod parse;
mod rules;
mod scrape;
mod text;
mod top;

use args::Command;
use std::io::{self, Write};
use std::process::ExitCode;

/// What a command that has run says to the shell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Fine,
    /// A threshold of `diff` is exceeded.
    Exceeded,
}

fn main() -> ExitCode {
    let result = args::read(lexopt::Parser::from_env()).and_then(|command| match command {
        Command::Help(text) => print(text).map(|()| Outcome::Fine),
        Command::Top(options) => top::run(&options).map(|()| Outcome::Fine),
        Command::Diff(options) => diff::run(&options),
        Command::Rules(options) => rules::run(&options).map(|()| Outcome::Fine),
    });
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Exceeded) => ExitCode::from(1),
        Err(reason) => {
            // Without stderr there is no place to say so.
            let _ = writeln!(io::stderr(), "tachometer: {reason}");
            ExitCode::from(2)
        }
    }
}

/// Prints a text to stdout. A reader that has enough, such as `head`, is no error.
fn print(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("stdout: {error}")),
        _ => Ok(()),
    }
}
