//! Where snapshots go: to a callback at an interval, and to stdout at the end.

mod on_exit;
mod thread;

pub use on_exit::{PrintOnExit, print_on_exit};
pub use thread::ExportHandle;
