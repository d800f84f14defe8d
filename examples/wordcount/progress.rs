//! A progress bar on stderr, whose message an export thread keeps up to date.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;
use tachometer::{ExportHandle, FullSnapshot};

pub(crate) struct Progress {
    bar: ProgressBar,
    export: ExportHandle,
}

impl Progress {
    /// Shows a bar over `files` files; nothing where stderr is no terminal.
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

    /// One file is done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away, and the thread that writes to it before that.
    pub(crate) fn finish(self) {
        self.export.stop();
        self.bar.finish_and_clear();
    }
}

/// What a quarter of a second has done, in a few words.
fn speed(difference: &FullSnapshot) -> String {
    let (Some(elapsed), Some(count)) = (difference.elapsed(), difference.function("count")) else {
        return String::new();
    };
    let per_second = count.calls() as f64 / elapsed.as_secs_f64();
    let p99 = count.percentile(0.99).unwrap_or_default();
    format!("{per_second:.0}/s, count p99 {p99:.1?}")
}
