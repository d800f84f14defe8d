//! What the library costs, measured beside its peers: one binary, a subcommand for each question.

mod calls;
mod compile;
mod crowd;
mod declared;
mod encode;
mod families;
mod functions;
mod machine;
mod many;
mod memory;
mod peers;
mod primitives;
mod record;
mod rounds;
mod row;
mod sizes;
mod snapshots;
mod statistics;
mod table;

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode};

type Fallible<T = ()> = Result<T, Box<dyn Error>>;

/// Runs a subcommand, given the arguments behind its name.
type Run = fn(&[String]) -> Fallible;

const SUBCOMMANDS: [(&str, Run); 9] = [
    ("calls", calls::run),
    ("primitives", primitives::run),
    ("declared", declared::run),
    ("families", families::run),
    ("snapshots", snapshots::run),
    ("encode", encode::run),
    ("memory", memory::run),
    ("sizes", sizes::run),
    ("compile", compile::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Fallible {
    if cfg!(debug_assertions) {
        return Err("figures of an unoptimised build say nothing: add `--release`".into());
    }
    let Some((name, rest)) = arguments.split_first() else {
        return run_all();
    };
    if let Some((_, run)) = SUBCOMMANDS.iter().find(|(allowed, _)| allowed == name) {
        return run(rest);
    }
    let allowed = SUBCOMMANDS.map(|(name, _)| format!("`{name}`")).join(", ");
    Err(format!("unknown subcommand `{name}`: expected one of {allowed}").into())
}

/// Every subcommand in a process of its own: what one leaves behind in memory and threads is no part of the next.
fn run_all() -> Fallible {
    for (name, _) in SUBCOMMANDS {
        let status = Command::new(env::current_exe()?).arg(name).status()?;
        if !status.success() {
            return Err(format!("`{name}` failed: {status}").into());
        }
    }
    Ok(())
}

/// For subcommands that take none.
fn no_arguments(arguments: &[String]) -> Fallible {
    if arguments.is_empty() {
        Ok(())
    } else {
        Err(format!("unknown arguments `{}`: expected none", arguments.join(" ")).into())
    }
}
