//! A progress bar on stderr, whose message an export thread keeps up to date.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;
use tachometer::{ExportHandle, FullSnapshot};

pub(crate) struct Progress {
    bar: ProgressBar,
    export: ExportHandle,
}

impl Progress {
    /// Shows a bar over `files` files; nothing if stderr is not a terminal.
    pub(crate) fn start(files: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files {msg}")
            .expect("the template is well-formed");
        let bar = ProgressBar::new(files as u64).with_style(style);
        let shown = bar.clone();
        let mut earlier = tachometer::snapshot();
        let export = tachometer::global().start_export_thread_every(Duration::from_millis(250), move |now| {
            shown.set_message(speed(&now.since(&earlier)));
            earlier = now;
        });
        Progress { bar, export }
    }

    /// Counts one more file.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Stops the thread that writes to the bar, then removes the bar.
    pub(crate) fn finish(self) {
        self.export.stop();
        self.bar.finish_and_clear();
    }
}

/// The progress of the last quarter of a second, in a few words.
fn speed(difference: &FullSnapshot) -> String {
    let (Some(elapsed), Some(count)) = (difference.elapsed(), difference.function("count")) else {
        return String::new();
    };
    let per_second = count.calls() as f64 / elapsed.as_secs_f64();
    let p99 = count.percentile(0.99).unwrap_or_default();
    format!("{per_second:.0}/s, count p99 {p99:.1?}")
}
