//! `diff`: two runs of a program, function by function.

mod compare;
mod output;

use crate::text::clean;
use crate::{Outcome, print};
use compare::Comparison;
use std::fs;
use std::path::{Path, PathBuf};
use tachometer::FullSnapshot;

/// The arguments of `diff`.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) old: PathBuf,
    pub(crate) new: PathBuf,
    pub(crate) thresholds: Thresholds,
    pub(crate) filter: String,
    pub(crate) format: Format,
}

/// How much worse a function may be, as shares of one.
#[derive(Debug, Clone)]
pub(crate) struct Thresholds {
    /// The largest difference of the shares of errors and panics.
    pub(crate) error: Option<f64>,
    pub(crate) mean: Option<f64>,
    pub(crate) p50: Option<f64>,
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
    /// The number of timed calls below which durations have no threshold.
    pub(crate) min_calls: u64,
    pub(crate) fails_if_missing: bool,
}

impl Thresholds {
    /// Returns whether there is a threshold.
    pub(crate) fn is_any(&self) -> bool {
        let all = [self.error, self.mean, self.p50, self.p95, self.p99];
        self.fails_if_missing || all.iter().any(Option::is_some)
    }

    pub(crate) fn new() -> Self {
        Thresholds {
            error: None,
            mean: None,
            p50: None,
            p95: None,
            p99: None,
            min_calls: 100,
            fails_if_missing: false,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Text,
    Markdown,
    Json,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, String> {
    let (old, old_run) = read(&options.old)?;
    let (new, new_run) = read(&options.new)?;
    if old_run.is_some() && old_run == new_run {
        return Err(format!(
            "{} and {} are snapshots of the same run, of which the later contains the calls of the earlier; compare two runs",
            shown(&options.old),
            shown(&options.new)
        ));
    }
    let comparison = Comparison::new(&old, &new, &options.thresholds, &options.filter);
    // Nothing to compare is within all thresholds: a renamed function or a filter with a typing error would pass for ever.
    if comparison.in_both() == 0 && options.thresholds.is_any() && !comparison.is_exceeded() {
        return Err("there is no function that both runs have called".to_owned());
    }
    print(&match options.format {
        Format::Text => output::text(&comparison),
        Format::Markdown => output::markdown(&comparison),
        Format::Json => output::json(&comparison),
    })?;
    Ok(if comparison.is_exceeded() { Outcome::Exceeded } else { Outcome::Fine })
}

/// Reads a snapshot, and the identity of its run.
fn read(path: &Path) -> Result<(FullSnapshot, Option<serde_json::Value>), String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", shown(path)))?;
    snapshot(&text).map_err(|error| format!("{}: {error}", shown(path)))
}

fn snapshot(text: &str) -> Result<(FullSnapshot, Option<serde_json::Value>), String> {
    let snapshot = FullSnapshot::from_json(text).map_err(|error| clean(&error.to_string()))?;
    let mut value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| clean(&error.to_string()))?;
    Ok((snapshot, value.get_mut("run").map(serde_json::Value::take)))
}

fn shown(path: &Path) -> String {
    clean(&path.display().to_string())
}
