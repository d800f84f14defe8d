//! Reports for people: instrumented functions by the time they took.
//!
//! [`FullSnapshot::report`](crate::FullSnapshot::report) makes one, and [`report_on_exit`](crate::report_on_exit) prints one at the end of
//! the program.

mod csv;
mod layout;
mod time;

pub(crate) use time::short_time;

use self::layout::Layout;
use crate::snapshot::{FullSnapshot, FunctionSnapshot};
use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

/// The functions of a snapshot that were called, those with the longest total time first. Returned by [`FullSnapshot::report`].
///
/// `Display` writes a table. It fits in 80 columns, or in [another width](Self::width); names that are too long lose their beginning. Columns
/// of outcomes that no function had are left out.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    rows: Vec<Row<'a>>,
    run: Option<Duration>,
    not_called: usize,
    width: usize,
    is_colored: bool,
}

/// A function in a [`Report`].
#[derive(Debug, Clone)]
pub struct Row<'a> {
    function: &'a FunctionSnapshot,
    name: String,
    run: Option<Duration>,
}

const WIDTH: usize = 80;

impl FullSnapshot {
    /// Returns the functions that were called, those with the longest total time first, as a table for people.
    ///
    /// ```
    /// use tachometer::instrumented;
    ///
    /// #[instrumented]
    /// fn bake(minutes: u32) -> Result<u32, String> {
    ///     if minutes < 60 { Ok(minutes) } else { Err("burnt".to_owned()) }
    /// }
    ///
    /// for minutes in [10, 20, 90] {
    ///     let _ = bake(minutes);
    /// }
    /// let snapshot = tachometer::snapshot();
    /// let report = snapshot.report();
    /// let bake = report.rows().iter().find(|row| row.name() == "bake").unwrap();
    /// assert_eq!((bake.function().calls(), bake.function().errors), (3, 1));
    /// println!("{report}");
    /// ```
    pub fn report(&self) -> Report<'_> {
        let called: Vec<&FunctionSnapshot> =
            self.functions.iter().filter(|function| function.is_called()).collect();
        // Without a clock, a registry has been created at the beginning of time.
        let since_creation =
            || self.timestamp.duration_since(self.created).ok().filter(|_| self.created != UNIX_EPOCH);
        let run = self.elapsed().or_else(since_creation).filter(|run| !run.is_zero());
        let mut rows: Vec<Row<'_>> = called
            .iter()
            .map(|function| Row { function, name: name_among(function, &called), run })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.total_time()));
        Report { not_called: self.functions.len() - rows.len(), rows, run, width: WIDTH, is_colored: false }
    }
}

impl<'a> Report<'a> {
    /// Returns the functions, those with the longest total time first.
    pub fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }

    /// Returns the time that the snapshot spans: since the registry was created, or since the earlier snapshot of a
    /// [difference](FullSnapshot::since). `None` if there was no clock.
    pub fn run(&self) -> Option<Duration> {
        self.run
    }

    /// Sets the number of columns in which the table fits, which is 80 by default.
    #[must_use]
    pub fn width(self, columns: usize) -> Self {
        Report { width: columns, ..self }
    }

    /// Sets whether the table has colours, as escape sequences of terminals. By default, it has none.
    #[must_use]
    pub fn colored(self, is_colored: bool) -> Self {
        Report { is_colored, ..self }
    }

    /// Returns the functions as comma-separated values (RFC 4180), with all outcomes. Times are in seconds; what is not known is empty.
    ///
    /// ```
    /// let csv = tachometer::snapshot().report().to_csv();
    /// assert!(csv.starts_with("module,function,labels,calls,ok,errors,panics,cancelled,in_flight,total_seconds,share,"));
    /// ```
    pub fn to_csv(&self) -> String {
        csv::write(&self.rows)
    }
}

impl<'a> Row<'a> {
    /// Returns the function.
    pub fn function(&self) -> &'a FunctionSnapshot {
        self.function
    }

    /// Returns the name: with the module if several of the functions that were called have the same, and with labels.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns how long all calls took together. If one call in several is timed, it is estimated from these.
    pub fn total_time(&self) -> Duration {
        let function = self.function;
        match function.timed() {
            0 => Duration::ZERO,
            timed if timed == function.calls() => function.total_time(),
            timed => function.total_time().mul_f64(function.calls() as f64 / timed as f64),
        }
    }

    /// Returns the share of the total time in the time of the [run](Report::run). It exceeds 1 if calls overlap, on several threads or
    /// because futures wait at the same time. A call includes those that it makes, so shares do not add up to 1.
    pub fn share(&self) -> Option<f64> {
        Some(self.total_time().as_secs_f64() / self.run?.as_secs_f64())
    }
}

/// Returns the name of a function by which people tell it from the others.
fn name_among(function: &FunctionSnapshot, others: &[&FunctionSnapshot]) -> String {
    let is_other =
        |other: &&FunctionSnapshot| other.function == function.function && other.module != function.module;
    let module = if others.iter().any(is_other) { format!("{}::", function.module) } else { String::new() };
    let labels = function.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    with_labels(&format!("{module}{}", function.function), labels)
}

/// Returns `name{label="value"}`, in one line.
pub(crate) fn with_labels<'a>(name: &str, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let labels: Vec<String> = labels.into_iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    // What moves the cursor would break the table.
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    format!("{name}{labels}").chars().map(shown).collect()
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return match self.not_called {
                0 => f.write_str("no instrumented functions\n"),
                1 => f.write_str("the one instrumented function was not called\n"),
                functions => writeln!(f, "none of {functions} instrumented functions was called"),
            };
        }
        Layout::new(&self.rows, self.width, self.is_colored).fmt(f)?;
        let calls: u64 = self.rows.iter().map(|row| row.function.calls()).sum();
        write!(
            f,
            "{calls} {} of {} {}",
            plural(calls, "call"),
            self.rows.len(),
            plural(self.rows.len() as u64, "function")
        )?;
        if let Some(run) = self.run {
            write!(f, " in {}", short_time(run))?;
        }
        match self.not_called {
            0 => {}
            1 => f.write_str("; 1 was not called")?,
            functions => write!(f, "; {functions} were not called")?,
        }
        writeln!(f)
    }
}

fn plural(count: u64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
