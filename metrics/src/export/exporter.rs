//! Snapshots to several sinks at an interval.

use super::schedule;
use super::shape::Shape;
use super::sink::{Sink, write_past_lock};
use crate::encode::Format;
use crate::error::{Cause, Error};
use crate::registry::{Contents, MetricsRegistry, global};
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::Arc;
use crate::unbound::{Life, Unbound};
use crate::util::catch_panic;
use crate::util::periodic::PeriodicThread;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Exports of the [`global`] registry: [`MetricsRegistry::exporter`].
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
    /// Begins to say where snapshots of this registry go at an interval, and once more at the end.
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
            shape: None,
            sinks: Vec::new(),
            on_error: None,
            on_signals: false,
        }
    }
}

/// Says where an exporter's snapshots go. Made by [`MetricsRegistry::exporter`] and [`exporter`].
///
/// # Sinks fail alone
/// Each sink has a thread of its own, so one that is slow or hangs holds up no other, and nobody who counts. A sink that
/// fails or panics is called again at the next interval with a new snapshot. Counters only grow, so that snapshot says all
/// that the lost one would have; and as there is one attempt an interval, whoever is at the other end is never flooded with
/// more. Intervals that a slow sink misses are skipped.
///
/// `tachometer_exports_total{sink,result}` counts how the exports to each sink ended: `ok`, `error` or `panic`. The names of
/// the sinks are `stdout`, the path of the file, and whatever was given to [`to`](Self::to); sinks of one name are counted
/// together.
#[must_use = "nothing is exported before `start`"]
pub struct ExporterBuilder<'a> {
    registry: &'a MetricsRegistry,
    interval: Duration,
    /// Of the sink that follows, if one was named.
    shape: Option<Shape>,
    sinks: Vec<Result<Sink, Error>>,
    on_error: Option<Arc<OnError>>,
    on_signals: bool,
}

type OnError = dyn Fn(&str, &io::Error) + Send + Sync;

impl ExporterBuilder<'_> {
    /// Exports at this interval, in the place of the registry's. The first export comes after one interval.
    pub fn every(self, interval: Duration) -> Self {
        ExporterBuilder { interval, ..self }
    }

    /// Has the next sink write `format`. A sink without a format of its own writes Prometheus text.
    pub fn format(self, format: Format) -> Self {
        self.shaped(Shape::Text(format))
    }

    /// Has the next sink write [JSON](FullSnapshot::to_json), each snapshot in a line.
    #[cfg(feature = "json")]
    pub fn json(self) -> Self {
        self.shaped(Shape::JsonLine)
    }

    /// Has the next sink write a table for people.
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
        self.shaped(Shape::Table)
    }

    fn shaped(mut self, shape: Shape) -> Self {
        if self.shape.replace(shape).is_some() {
            self.sinks.push(Err(Cause::FormatWithoutSink.into()));
        }
        self
    }

    /// Writes to the standard output, each text in one piece.
    ///
    /// While a thread holds the lock of `io::stdout()`, the text waits for it, but no longer than a second. On Unix it is
    /// then written past the lock, so that a `main` that holds the lock may drop its exporter; what others print at that
    /// moment may come in between, and a line that is not finished comes after. On other systems it goes on waiting: there,
    /// drop such a lock before the exporter.
    pub fn to_stdout(mut self) -> Self {
        let sink = Sink::stdout(self.shape.take().unwrap_or_default());
        self.with(Ok(sink))
    }

    /// Makes each text all that a file holds, as the node exporter's textfile collector reads it (`NAME.prom`).
    ///
    /// It is written aside, to a new file in the same directory, and then renamed: a reader sees the text before or the text
    /// after, never a part. So it has the permissions of a new file each time, and a link in its place is replaced. A path
    /// that is not absolute is taken from the directory that the program has now. The directory must be there; where it
    /// comes only later, exports begin to succeed then. Nothing is synced to the disk: after a power cut an earlier text
    /// may be there.
    ///
    /// A program that is killed while it writes leaves the new file behind, `.tachometer-….tmp`. Collectors of `*.prom` pass
    /// over it, and no later start removes it.
    ///
    /// A file `*.prom` holds Prometheus text, the only format that the textfile collector reads: [`start`](Self::start) refuses
    /// OpenMetrics, JSON and a table there. A file of another name holds any of them.
    pub fn to_file(mut self, path: impl AsRef<Path>) -> Self {
        let shape = self.shape.take().unwrap_or_default();
        let is_prom = path.as_ref().extension().is_some_and(|extension| extension == "prom");
        let sink = match shape.not_for_prom().filter(|_| is_prom) {
            Some(format) => Err(Cause::FileFormat { path: path.as_ref().to_owned(), format }.into()),
            None => Sink::file(path.as_ref(), shape),
        };
        self.with(sink)
    }

    /// Hands each snapshot to a callback, whose sink is called `name`: to send it somewhere, in a format of its own or by
    /// [`FullSnapshot::encode`]. A format that was named before is that of the next sink that writes text.
    ///
    /// For deltas it may keep the snapshot before and ask [`since`](FullSnapshot::since); one that it could not send is best
    /// not kept, so that the next delta has it.
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

    /// Calls `callback` with the sink's name and the error whenever an export fails: to log it.
    ///
    /// Without it, stderr is told when a sink begins to fail, and not again until it has succeeded in between. Of a panic
    /// the program's panic hook tells.
    pub fn on_error(self, callback: impl Fn(&str, &io::Error) + Send + Sync + 'static) -> Self {
        ExporterBuilder { on_error: Some(Arc::new(callback)), ..self }
    }

    /// Makes the last export on SIGTERM and SIGINT (Ctrl-C) too. With the feature `signals`, on Unix.
    ///
    /// The process then ends as the signal would have ended it, so that whoever waits for it learns of the signal; as process
    /// 1 of a container, which the kernel lets no signal of its own end, it exits with the status 128 + signal (143 for
    /// SIGTERM). Nothing else is run, no destructor either. A second signal while a last export hangs (a quarter of a second
    /// after the first, or later) ends it at once. Once all exporters have stopped, signals end the process as before.
    ///
    /// On Linux, a signal that is ignored at the first start with `on_signals` stays ignored: shells have what they run in the
    /// background ignore SIGINT.
    ///
    /// It is for programs that do not handle these signals. Where another handler runs as well, its program may be ended in
    /// the middle of what it does then: a program that shuts down by itself on a signal, as one does with
    /// `tokio::signal`, returns from `main` in the end, and the exporter's drop makes the last export there.
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

    /// Starts the exports. They go on until the [`Exporter`] is dropped, so it needs a name, usually in `main`:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let _exporter = tachometer::exporter().to_file("metrics.prom").start()?;
    /// // …the program…
    /// #     Ok(())
    /// # }
    /// ```
    ///
    /// `_` binds nothing, so this drops it at once, and the only export is made before anything was counted:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let _ = tachometer::exporter().to_file("metrics.prom").start()?; // WRONG: ends now
    /// #     Ok(())
    /// # }
    /// ```
    ///
    /// The compiler does not warn of this; in debug builds, a line on stderr does.
    ///
    /// # Errors
    /// Where there is no sink or the interval is zero, where a format has no sink, where a path has no file's name or ends in
    /// `.prom` and its format is not Prometheus text, or where the system gives no thread or
    /// does not let signals be waited for.
    pub fn start(self) -> Result<Exporter, Error> {
        let sinks = self.sinks.into_iter().collect::<Result<Vec<_>, _>>()?;
        if self.shape.is_some() {
            return Err(Cause::FormatWithoutSink.into());
        }
        if sinks.is_empty() {
            return Err(Cause::NoSink.into());
        }
        schedule::check(self.interval)?;
        let mut exporter =
            Exporter { tickers: Vec::with_capacity(sinks.len()), life: Arc::new(Life::begin()) };
        for sink in sinks {
            let reporter = self.on_error.clone().map_or(Reporter::Stderr { told: false }, Reporter::Callback);
            let export =
                export_to(Arc::clone(self.registry.contents()), sink, reporter, Arc::clone(&exporter.life));
            exporter.tickers.push(schedule::start(self.registry, self.interval, export)?);
        }
        #[cfg(all(feature = "signals", unix))]
        if self.on_signals {
            super::signals::watch(&exporter.tickers)?;
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

/// Reads `metrics`, hands it to `sink` and counts how that ended.
fn export_to(
    contents: Arc<Contents>,
    mut sink: Sink,
    mut reporter: Reporter,
    life: Arc<Life>,
) -> impl FnMut() {
    let counts = contents.self_metrics().sink(&sink.name);
    move || {
        let snapshot = contents.read();
        life.see(&snapshot);
        match catch_panic(|| (sink.write)(&snapshot)) {
            Some(Ok(())) => {
                counts.ok.increment();
                reporter.succeeded();
            }
            Some(Err(error)) => {
                counts.errors.increment();
                // A user's callback and a user's error.
                catch_panic(|| {
                    reporter.failed(&sink.name, &error);
                    drop(error);
                });
            }
            None => counts.panics.increment(),
        }
    }
}

/// Whom to tell of a failed export.
enum Reporter {
    Callback(Arc<OnError>),
    /// Where there is no callback: once, until it is better again.
    Stderr {
        told: bool,
    },
}

impl Reporter {
    fn succeeded(&mut self) {
        if let Reporter::Stderr { told } = self {
            *told = false;
        }
    }

    fn failed(&mut self, sink: &str, error: &io::Error) {
        match self {
            Reporter::Callback(callback) => callback(sink, error),
            Reporter::Stderr { told: true } => {}
            Reporter::Stderr { told } => {
                *told = true;
                // Whoever has closed stderr does not want to know.
                let line = format!("tachometer: the export to {sink} failed: {error}\n");
                let _ = write_past_lock(io::stderr(), &line);
            }
        }
    }
}

/// Exports until it is dropped, and makes a last export to each sink then. Made by [`ExporterBuilder::start`].
///
/// `let _ = ….start()?` binds nothing: the exporter ends at once. Bound to a name (`let _exporter = …`) in `main`, it does so on return,
/// on `?` and on a panic; not on `process::exit`. Dropping it waits for the
/// last exports: a sink that never returns holds it up. A callback that prints is one, where the thread that drops holds the
/// lock of `io::stdout()`.
#[derive(Debug)]
#[must_use = "the exports end as soon as the exporter is dropped: bind it to a name, as in `let _exporter = …`"]
pub struct Exporter {
    tickers: Vec<PeriodicThread>,
    life: Arc<Life>,
}

static UNBOUND: Unbound = Unbound::new("Exporter", "ended its exports before anything was counted");

impl Exporter {
    /// Ends the exports: wakes their threads at once, has each make one last export, and waits for their end. Called from
    /// inside a sink, it waits for nothing and lets that sink end after this call.
    ///
    /// May be called again. [`MetricsRegistry::stop`] does it too.
    pub fn stop(&self) {
        self.life.set_used();
        PeriodicThread::stop_all(&self.tickers);
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let ends_at_once = self.life.ends_at_once();
        PeriodicThread::stop_all(&self.tickers);
        if ends_at_once && !self.life.is_used() {
            UNBOUND.report();
        }
    }
}
