//! Reports in files.

use super::sink::write_past_lock;
use crate::snapshot::FullSnapshot;
use std::env;
use std::fs;
use std::io;
use std::path::Path;

const VARIABLE: &str = "TACHOMETER_REPORT";

/// Writes the report to the file that the environment names. Returns `false` if it names none, or if the report cannot be written there.
pub(super) fn write(snapshot: &FullSnapshot) -> bool {
    let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) else { return false };
    let path = Path::new(&path);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let contents = match extension.to_ascii_lowercase().as_str() {
        "csv" => Ok(snapshot.report().to_csv()),
        "json" => json(snapshot),
        _ => Ok(snapshot.report().to_string()),
    };
    let written = contents.and_then(|contents| fs::write(path, contents).map_err(|error| error.to_string()));
    if let Err(reason) = &written {
        let line = format!("tachometer: no report in `{}` ({VARIABLE}): {reason}\n", path.display());
        // If stderr is closed, there is nowhere to report to.
        let _ = write_past_lock(io::stderr(), line.as_bytes());
    }
    written.is_ok()
}

#[cfg(feature = "json")]
#[expect(clippy::unnecessary_wraps, reason = "as without the feature")]
fn json(snapshot: &FullSnapshot) -> Result<String, String> {
    Ok(snapshot.to_json() + "\n")
}

#[cfg(not(feature = "json"))]
fn json(_: &FullSnapshot) -> Result<String, String> {
    Err("JSON requires the feature `json` of `tachometer`".to_owned())
}
