//! Counts the words of every text file below a directory on several threads, and prints what it cost.
//!
//! ```text
//! cargo run --release --example wordcount [-- [--list-accepted FILE] [--list-rejected] [DIR]]
//! ```
//!
//! Without `DIR` it counts this workspace's own sources. Directories that are hidden or called `target` are left out;
//! symbolic links are not followed. A file that cannot be read or is not UTF-8 is rejected. stdout gets a table of the
//! result, a table of the annotated functions, and their metrics as Prometheus text, separated by blank lines. With
//! `--list-rejected`, stderr gets the path of each rejected file and the reason.
//!
//! The words are those of `wc -w`. To compare the two over the same files:
//!
//! ```text
//! cargo run --release --example wordcount -- --list-accepted /tmp/files DIR
//! LC_ALL=C.UTF-8 wc -w --files0-from=/tmp/files
//! ```

mod executor;
mod progress;
mod report;
mod stages;
mod walk;

use progress::Progress;
use report::{Functions, Report};
use stages::{Counts, Rejection, process};
use std::error::Error;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

const USAGE: &str = "\
usage: wordcount [--list-accepted FILE] [--list-rejected] [DIR]
  DIR                   the directory to count (default: the sources of this workspace)
  --list-accepted FILE  write the paths of the counted files to FILE, each terminated by a NUL
  --list-rejected       write the paths of the rejected files to stderr, each with the reason";

fn main() -> ExitCode {
    let done = match Command::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => writeln!(io::stdout(), "{USAGE}").map_err(Into::into),
        Ok(Command::Count(options)) => run(&options),
        Err(mistake) => Err(format!("{mistake}\n{USAGE}").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wordcount: {error}");
            ExitCode::from(2)
        }
    }
}

enum Command {
    Help,
    Count(Options),
}

struct Options {
    dir: PathBuf,
    list_accepted: Option<PathBuf>,
    list_rejected: bool,
}

impl Command {
    fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut dir = None;
        let mut list_accepted = None;
        let mut list_rejected = false;
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--help" | "-h") => return Ok(Command::Help),
                Some("--list-accepted") => {
                    let file = args.next().ok_or("--list-accepted wants a FILE")?;
                    list_accepted = Some(file.into());
                }
                Some("--list-rejected") => list_rejected = true,
                Some(option) if option.starts_with('-') => return Err(format!("unknown option {option:?}")),
                _ if dir.is_some() => {
                    return Err(format!("one DIR is enough, {} is too many", arg.display()));
                }
                _ => dir = Some(arg.into()),
            }
        }
        let workspace =
            || Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is a folder of it").to_owned();
        let dir = dir.unwrap_or_else(workspace);
        Ok(Command::Count(Options { dir, list_accepted, list_rejected }))
    }
}

fn run(Options { dir, list_accepted, list_rejected }: &Options) -> Result<(), Box<dyn Error>> {
    let tree = walk::walk(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let _print = tachometer::print_on_exit();

    let progress = Progress::start(tree.files.len());
    let outcomes = process_all(&tree.files, &progress);
    progress.finish();

    let mut report = Report::default();
    for (dir, error) in tree.unreadable {
        report.reject(dir, error.into());
    }
    for (file, outcome) in tree.files.into_iter().zip(outcomes) {
        match outcome {
            Ok(counts) => report.accept(file, counts),
            Err(rejection) => report.reject(file, rejection),
        }
    }
    if let Some(list) = list_accepted {
        write_list(list, &report.accepted).map_err(|error| format!("{}: {error}", list.display()))?;
    }
    writeln!(io::stdout().lock(), "{report}\n{}", Functions(&tachometer::snapshot()))?;
    if *list_rejected {
        for (path, rejection) in &report.rejected {
            eprintln!("wordcount: {}: {rejection}", path.display());
        }
    }
    Ok(())
}

/// Processes `files` on as many threads as the machine runs at once; the outcomes are in the order of the files.
fn process_all(files: &[PathBuf], progress: &Progress) -> Vec<Result<Counts, Rejection>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(files.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            // Relaxed: hands each number out once; the files themselves were there before the threads were.
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { break done };
            done.push((index, executor::block_on(process(file))));
            progress.advance();
        }
    };
    let mut outcomes: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no stage panics")).collect()
    });
    outcomes.sort_unstable_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Writes what `wc --files0-from` reads.
fn write_list(list: &Path, accepted: &[PathBuf]) -> io::Result<()> {
    let mut list = BufWriter::new(File::create(list)?);
    for file in accepted {
        list.write_all(file.as_os_str().as_encoded_bytes())?;
        list.write_all(b"\0")?;
    }
    list.flush()
}

/// Whether the reader of stdout has seen enough, as in `wordcount | head`.
fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
