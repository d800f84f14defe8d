#![doc = include_str!("../README.md")]

mod builder;
mod cache;
mod families;
mod handles;
mod names;
mod recorder;
mod refusals;
mod shape;

pub use builder::{InstallError, Matcher, RecorderBuilder};
pub use recorder::TachometerRecorder;

/// Installs a recorder with default settings, which counts in the [global registry](tachometer::global), as the global recorder.
///
/// # Errors
/// If there is a global recorder already.
pub fn install() -> Result<(), InstallError> {
    recorder().install()
}

/// Returns the settings of a recorder, to be changed, built or installed.
pub fn recorder() -> RecorderBuilder {
    RecorderBuilder::new()
}
