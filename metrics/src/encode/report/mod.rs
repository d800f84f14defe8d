//! Reports for people: instrumented functions by the time they took.
//!
//! [`FullSnapshot::report`](crate::FullSnapshot::report) makes one, and [`report_on_exit`](crate::report_on_exit) prints one at the end of
//! the program.

mod csv;
mod layout;
mod row;
mod time;

pub use row::Row;
pub(crate) use row::with_labels;
pub(crate) use time::short_time;

use self::layout::Layout;
use self::row::name_among;
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

const WIDTH: usize = 80;

impl FullSnapshot {
    /// Returns the functions that were called, those with the longest total time first, as a table for people.
    ///
    /// ```
    /// use tachometer::instrumented;
    ///
    /// #[instrumented]
    /// fn glaze(minutes: u32) -> Result<u32, String> {
    ///     if minutes < 60 { Ok(minutes) } else { Err("burnt".to_owned()) }
    /// }
    ///
    /// for minutes in [10, 20, 90] {
    ///     let _ = glaze(minutes);
    /// }
    /// let snapshot = tachometer::snapshot();
    /// let report = snapshot.report();
    /// let glaze = report.rows()[0].function();
    /// assert_eq!((glaze.calls(), glaze.errors), (3, 1));
    /// println!("{report}");
    /// ```
    pub fn report(&self) -> Report<'_> {
        let called: Vec<&FunctionSnapshot> =
            self.functions.iter().filter(|function| function.is_called()).collect();
        // Without a clock, a registry has been created at the beginning of time.
        let since_creation =
            || self.timestamp.duration_since(self.created).ok().filter(|_| self.created != UNIX_EPOCH);
        let run = self.elapsed().or_else(since_creation).filter(|run| !run.is_zero());
        let mut rows: Vec<Row<'_>> =
            called.iter().map(|function| Row::new(function, name_among(function, &called), run)).collect();
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

    /// Sets the number of columns in which the table fits, which is 80 by default. If there are too few for all, some columns of the table
    /// are left out: first `p50` and `max`. It is never narrower than a short name and the number of calls.
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
        let calls: u64 = self.rows.iter().map(|row| row.function().calls()).sum();
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
