//! This test program as a command, for tests that need a process that ends.

use std::env;
use std::ffi::OsString;
use std::process::Command;

/// The emulator that runs this program, if it is one for another processor: a system that knows how to run these executables
/// without being told is rare.
const RUNNER: &str = "TACHOMETER_TEST_RUNNER";

/// Returns the words of a command that runs this program again.
pub(crate) fn words() -> impl Iterator<Item = OsString> {
    let itself = env::current_exe().expect("this test is a file");
    env::var_os(RUNNER).into_iter().chain([itself.into()])
}

/// Returns a command that runs this program again.
pub(crate) fn command() -> Command {
    let mut words = words();
    let mut command = Command::new(words.next().expect("there is a path"));
    command.args(words);
    command
}
