//! What programs print and export as they end. A process ends once, so each of these tests runs itself as its own child.

#[path = "../itself.rs"]
mod itself;
mod last_exports;
mod print_on_exit;
mod report_on_exit;

/// Says to the child which of the programs it is.
const PROGRAM: &str = "TACHOMETER_TEST_PROGRAM";
