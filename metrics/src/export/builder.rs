//! The configuration of an exporter.

use super::exporter::Exporter;
use super::output_format::OutputFormat;
use super::reporter::OnError;
use super::schedule;
#[cfg(all(feature = "otlp", not(target_family = "wasm")))]
use super::sink::Otlp;
#[cfg(all(feature = "push", not(target_family = "wasm")))]
use super::sink::Pushgateway;
use super::sink::Sink;
use crate::encode::Format;
use crate::error::{Cause, Error};
use crate::registry::{MetricsRegistry, global};
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::Arc;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Creates an exporter of the [`global`] registry; see [`MetricsRegistry::exporter`].
///
/// ```no_run
/// use std::time::Duration;
///
/// fn main() -> Result<(), tachometer::Error> {
///     let _exporter = tachometer::exporter().every(Duration::from_secs(15)).to_file("metrics.prom").start()?;
///     // …the program…
///     Ok(())
/// }
/// ```
pub fn exporter() -> ExporterBuilder<'static> {
    global().exporter()
}

impl MetricsRegistry {
    /// Creates an exporter, which writes snapshots of this registry to its sinks at an interval, and once more at the end.
    ///
    /// ```
    /// use std::io;
    /// use std::time::Duration;
    /// use tachometer::{Format, FullSnapshot, MetricsRegistry};
    ///
    /// fn send(snapshot: &FullSnapshot) -> io::Result<()> {
    ///     println!("{} jobs", snapshot.counters["jobs"]); // or over a socket
    ///     Ok(())
    /// }
    ///
    /// # let directory = std::env::temp_dir().join(format!("tachometer-exporter-{}", std::process::id()));
    /// # std::fs::create_dir(&directory)?;
    /// # let path = directory.join("metrics.prom");
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let jobs = registry.register_counter("jobs");
    /// let exporter = registry
    ///     .exporter()
    ///     .every(Duration::from_secs(5))
    ///     .to_file(&path)
    ///     .format(Format::OpenMetrics)
    ///     .to_stdout()
    ///     .to("a socket", send)
    ///     .start()?;
    /// jobs.add(7);
    /// drop(exporter); // a last export to each
    /// assert!(std::fs::read_to_string(&path)?.contains("\njobs 7\n"));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exporter(&self) -> ExporterBuilder<'_> {
        ExporterBuilder {
            registry: self,
            interval: self.interval(),
            format: None,
            sinks: Vec::new(),
            on_error: None,
            on_signals: false,
        }
    }
}

/// The configuration of an exporter: its interval, sinks and formats. Returned by [`MetricsRegistry::exporter`] and
/// [`exporter`].
///
/// # Sinks fail alone
/// Each sink has a thread of its own, so a slow or hanging sink delays neither the other sinks nor the threads that count. A sink
/// that fails or panics is called again at the next interval, with a new snapshot. Counters only grow, so that snapshot contains
/// all counts of the lost one. There is one attempt per interval, so the receiver is not flooded with retries. Intervals that a
/// slow sink misses are skipped.
///
/// `tachometer_exports_total{sink,result}` counts the results of the exports to each sink: `ok`, `error` or `panic`. A sink is
/// named `stdout`, by the path of its file, or by the name passed to [`to`](Self::to). Sinks of the same name are counted
/// together.
#[must_use = "nothing is exported before `start`"]
pub struct ExporterBuilder<'a> {
    registry: &'a MetricsRegistry,
    interval: Duration,
    /// The format of the next sink, if one was set.
    format: Option<OutputFormat>,
    sinks: Vec<Result<Sink, Error>>,
    on_error: Option<Arc<OnError>>,
    on_signals: bool,
}

impl ExporterBuilder<'_> {
    /// Sets the interval, which is that of the registry by default. The first export comes after one interval.
    pub fn every(self, interval: Duration) -> Self {
        ExporterBuilder { interval, ..self }
    }

    /// Sets the format of the next sink. A sink without a format of its own writes Prometheus text. [`Format::Protobuf`], which is not
    /// text, is for files.
    pub fn format(self, format: Format) -> Self {
        self.next_format(OutputFormat::Exposition(format))
    }

    /// Sets the format of the next sink to [JSON](FullSnapshot::to_json) in one line. A file keeps the latest snapshot; it is not a log.
    #[cfg(feature = "json")]
    pub fn json(self) -> Self {
        self.next_format(OutputFormat::JsonLine)
    }

    /// Sets the format of the next sink to a table for people.
    ///
    /// ```
    /// # let directory = std::env::temp_dir().join(format!("tachometer-table-{}", std::process::id()));
    /// # std::fs::create_dir(&directory)?;
    /// # let path = directory.join("metrics.prom");
    /// // A table on stdout, and Prometheus text in the file.
    /// let exporter = tachometer::exporter().table().to_stdout().to_file(&path).start()?;
    /// drop(exporter);
    /// # assert!(std::fs::read_to_string(&path)?.contains("# TYPE "));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn table(self) -> Self {
        self.next_format(OutputFormat::Table)
    }

    fn next_format(mut self, format: OutputFormat) -> Self {
        if self.format.replace(format).is_some() {
            self.sinks.push(Err(Cause::FormatWithoutSink.into()));
        }
        self
    }

    /// Adds the standard output as a sink. Each text is written in one piece.
    ///
    /// If another thread holds the lock of `io::stdout()`, the sink waits for it, but no longer than a second. On Unix it then
    /// writes without the lock, so a `main` that holds the lock can drop its exporter. The output of other threads at that
    /// moment may interleave, and an unfinished line comes after the text. On other systems the sink continues to wait: there,
    /// release the lock before dropping the exporter.
    ///
    /// What is printed is text: [`start`](Self::start) refuses [`Format::Protobuf`].
    pub fn to_stdout(mut self) -> Self {
        let output = self.format.take().unwrap_or_default();
        let sink = if output.is_text() { Ok(Sink::stdout(output)) } else { Err(Cause::StdoutFormat.into()) };
        self.with(sink)
    }

    /// Adds a file as a sink. Each text replaces its contents, as the textfile collector of the node exporter expects
    /// (`NAME.prom`).
    ///
    /// The replacement is an atomic rename of a temporary file in the same directory: a reader sees the previous text or the new
    /// one, never a part. So the file has the permissions of a new file each time, and a symbolic link at the path is replaced;
    /// [`to_existing_file`](Self::to_existing_file) keeps both.
    /// A relative path is resolved against the current directory when this method is called. The directory must exist; exports
    /// fail until it does. Nothing is synced to the disk: after a power failure the file may contain an earlier text.
    ///
    /// On Windows, a file cannot be replaced while another program has it open without sharing it; on file systems other than NTFS, while
    /// anyone has it open. After half a second the export fails with that error, and the file keeps the previous text. A path that
    /// Windows would change is refused by [`start`](Self::start): a drive without a root (`C:metrics.prom`), the name of a device
    /// (`NUL`), dots or blanks at the end, a stream (`metrics.prom:1`).
    ///
    /// A program that is killed while it writes leaves the temporary file, `.tachometer-….tmp`. Collectors of `*.prom` ignore it,
    /// and no later start removes it.
    ///
    /// A file `*.prom` must contain Prometheus text, the only format that the textfile collector reads: [`start`](Self::start)
    /// refuses all other formats for it. Files with other extensions may have any format.
    pub fn to_file(self, path: impl AsRef<Path>) -> Self {
        self.with_file(path.as_ref(), false)
    }

    /// Adds a file as a sink as [`to_file`](Self::to_file) does, but keeps what others have set up at the path, as in mounted folders:
    /// symbolic links are followed, and the file keeps its mode and, on Unix, its owner.
    ///
    /// The file at the end of the links is replaced by an atomic rename in its own folder. If that is not allowed, because the folder is
    /// read-only, the file is a mount of its own, or only root may make files of its owner, its contents are overwritten in place: a reader
    /// may then see a part of the text. A file that does not exist is created, also at the end of a link.
    ///
    /// ```
    /// # #[cfg(unix)]
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("tachometer-kept-{}", std::process::id()));
    /// # std::fs::create_dir(&directory)?;
    /// # let (file, link) = (directory.join("file"), directory.join("link"));
    /// std::os::unix::fs::symlink(&file, &link)?;
    /// drop(tachometer::exporter().to_existing_file(&link).start()?);
    /// assert!(std::fs::read_to_string(&file)?.contains("# TYPE ") && link.is_symlink());
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(unix))]
    /// # fn main() {}
    /// ```
    pub fn to_existing_file(self, path: impl AsRef<Path>) -> Self {
        self.with_file(path.as_ref(), true)
    }

    fn with_file(mut self, path: &Path, is_kept: bool) -> Self {
        let output = self.format.take().unwrap_or_default();
        let is_prom = path.extension().is_some_and(|extension| extension == "prom");
        let sink = match output.name_unless_prometheus().filter(|_| is_prom) {
            Some(format) => Err(Cause::FileFormat { path: path.to_owned(), format }.into()),
            None => Sink::file(path, output, is_kept),
        };
        self.with(sink)
    }

    /// Adds a StatsD daemon as a sink: its address, as in `to_statsd("127.0.0.1:8125")`, or a [`Statsd`](crate::export::Statsd) with
    /// further settings. Requires the feature `statsd`. The sink is named `statsd ADDRESS`.
    #[cfg(all(feature = "statsd", not(target_family = "wasm")))]
    pub fn to_statsd(self, statsd: impl Into<crate::export::Statsd>) -> Self {
        let sink = statsd.into().into_sink();
        self.with(sink)
    }

    /// Adds CloudWatch's embedded metric format as a sink: its namespace, as in `to_emf("Shop")`, which prints documents to stdout, or an
    /// [`Emf`](crate::export::Emf) with further settings. Requires the feature `emf`. The sink is named `emf stdout` or `emf PATH`.
    #[cfg(feature = "emf")]
    pub fn to_emf(self, emf: impl Into<crate::export::Emf>) -> Self {
        let sink = emf.into().into_sink();
        self.with(sink)
    }

    /// Adds a receiver of the OpenTelemetry protocol (OTLP over HTTP) as a sink, by its URL or as an [`Otlp`]. Requires the feature `otlp`.
    ///
    /// A receiver that is not ready, or not there, is tried again within the [timeout](Otlp::timeout), with growing pauses; then at the next
    /// interval.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let _exporter = tachometer::exporter().to_otlp("http://127.0.0.1:4318").start()?;
    /// #     Ok(())
    /// # }
    /// ```
    #[cfg(all(feature = "otlp", not(target_family = "wasm")))]
    pub fn to_otlp(self, receiver: impl Into<Otlp>) -> Self {
        self.with(receiver.into().into_sink())
    }

    /// Adds a Pushgateway as a sink, which each export sends the whole snapshot as Prometheus text. Requires the feature `push`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let _exporter = tachometer::exporter().to_pushgateway(("http://127.0.0.1:9091", "nightly_import")).start()?;
    /// #     Ok(())
    /// # }
    /// ```
    #[cfg(all(feature = "push", not(target_family = "wasm")))]
    pub fn to_pushgateway(self, gateway: impl Into<Pushgateway>) -> Self {
        self.with(gateway.into().into_sink())
    }

    /// Adds a callback as a sink named `name`. It may send each snapshot somewhere, in a format of its own or encoded by
    /// [`FullSnapshot::encode`]. A format set before this call is that of the next sink that writes text.
    ///
    /// For deltas, keep the previous snapshot and call [`since`](FullSnapshot::since). Do not keep a snapshot that could not be
    /// sent, so that the next delta includes it.
    pub fn to(
        self,
        name: impl Into<String>,
        callback: impl FnMut(&FullSnapshot) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let sink = Sink::new(name.into(), callback);
        self.with(Ok(sink))
    }

    fn with(mut self, sink: Result<Sink, Error>) -> Self {
        self.sinks.push(sink);
        self
    }

    /// Sets a callback that is called with the name of the sink and the error whenever an export fails, for example to log it.
    ///
    /// Without it, a line is written to stderr when a sink begins to fail, and when it succeeds again; with the feature `log`, to the
    /// program's logger instead. Panics are reported by the panic hook of the program.
    pub fn on_error(self, callback: impl Fn(&str, &io::Error) + Send + Sync + 'static) -> Self {
        ExporterBuilder { on_error: Some(Arc::new(callback)), ..self }
    }

    /// Makes the last export also on SIGTERM and SIGINT (Ctrl-C). Requires the feature `signals` and Unix.
    ///
    /// After it, the process ends as the signal would have ended it, so its parent sees the signal. Process 1 of a container,
    /// which the kernel protects from signals of its own, exits with the status 128 + signal (143 for SIGTERM). Nothing else is
    /// run, not even destructors. A second signal at least a quarter of a second after the first ends the process at once, in
    /// case a last export hangs. After all exporters have stopped, signals end the process as before.
    ///
    /// On Linux, a signal that is ignored at the first start with `on_signals` stays ignored: shells start background processes
    /// with SIGINT ignored.
    ///
    /// Use it in programs that do not handle these signals. If the program has another handler, it may be ended while that
    /// handler runs. A program that shuts down by itself on a signal, as with `tokio::signal`, does not need it: it returns from
    /// `main`, where dropping the exporter makes the last export.
    ///
    /// ```no_run
    /// fn main() -> Result<(), tachometer::Error> {
    ///     let _exporter = tachometer::exporter().to_file("metrics.prom").on_signals().start()?;
    ///     loop {
    ///         // …the program…
    /// #       std::thread::park();
    ///     }
    /// }
    /// ```
    #[cfg(all(feature = "signals", unix))]
    pub fn on_signals(self) -> Self {
        ExporterBuilder { on_signals: true, ..self }
    }

    /// Starts the exports. They continue until the [`Exporter`] is dropped, so bind it to a name, usually in `main`:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let _exporter = tachometer::exporter().to_file("metrics.prom").start()?;
    /// // …the program…
    /// #     Ok(())
    /// # }
    /// ```
    ///
    /// `_` is not a binding, so this drops the exporter at once, and its only export is made before anything is counted:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let _ = tachometer::exporter().to_file("metrics.prom").start()?; // WRONG: ends now
    /// #     Ok(())
    /// # }
    /// ```
    ///
    /// The compiler does not warn about this. In debug builds, a line on stderr does.
    ///
    /// # Errors
    /// If there is no sink, if the interval is zero, if a format has no sink, if a path does not end in a file name, if a file
    /// `*.prom` has another format than Prometheus text, if the format of stdout is not text, if a setting of a sink is invalid, if a thread
    /// cannot be spawned, or if the signal handlers cannot be registered.
    pub fn start(self) -> Result<Exporter, Error> {
        let sinks = self.sinks.into_iter().collect::<Result<Vec<_>, _>>()?;
        if self.format.is_some() {
            return Err(Cause::FormatWithoutSink.into());
        }
        if sinks.is_empty() {
            return Err(Cause::NoSink.into());
        }
        schedule::check(self.interval)?;
        let exporter = Exporter::start(self.registry, self.interval, sinks, self.on_error.as_ref())?;
        #[cfg(all(feature = "signals", unix))]
        if self.on_signals {
            exporter.watch_signals()?;
        }
        Ok(exporter)
    }
}

impl fmt::Debug for ExporterBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExporterBuilder { interval, sinks, on_signals, .. } = self;
        f.debug_struct("ExporterBuilder")
            .field("interval", interval)
            .field("sinks", sinks)
            .field("on_signals", on_signals)
            .finish_non_exhaustive()
    }
}
