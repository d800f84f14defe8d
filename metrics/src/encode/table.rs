//! Tables for people.

use super::report::{short_time, with_labels};
use crate::snapshot::{FullSnapshot, HistogramSnapshot, SampleValue, SeriesSnapshot};
use std::fmt;
use std::time::Duration;

/// Writes tables for people: the [report](FullSnapshot::report) of instrumented functions, then the other metrics. Times have a unit, and
/// columns are aligned.
impl fmt::Display for FullSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = [
            Table::new(
                ["collector", "requests", "errors", "error rate", "bytes sent", "connections"],
                self.metrics.iter().map(|(name, collector)| {
                    [
                        name.clone(),
                        collector.requests.to_string(),
                        collector.errors.to_string(),
                        format!("{:.1} %", collector.error_rate() * 100.0),
                        collector.bytes_sent.to_string(),
                        collector.active_connections.to_string(),
                    ]
                }),
            ),
            Table::new(
                ["histogram", "count", "mean", "p50", "p90", "p99"],
                self.histograms.iter().map(|(name, histogram)| histogram_row(name, histogram)),
            ),
            Table::new(
                ["min/max", "min", "max"],
                self.minmax.iter().map(|(name, (min, max))| [name.clone(), min.to_string(), max.to_string()]),
            ),
            Table::new(
                ["metric", "value"],
                self.declared
                    .iter()
                    .flat_map(|(name, family)| family.series.iter().map(|series| declared_row(name, series))),
            ),
            Table::new(
                ["counter", "count"],
                self.counters.iter().map(|(name, count)| [name.clone(), count.to_string()]),
            ),
            Table::new(
                ["gauge", "value"],
                self.gauges.iter().map(|(name, value)| [name.clone(), value.to_string()]),
            ),
        ];
        let mut blank_line = "";
        let report = self.report().width(usize::MAX);
        if !report.rows().is_empty() {
            report.fmt(f)?;
            blank_line = "\n";
        }
        for table in tables.iter().filter(|table| table.rows.len() > 1) {
            f.write_str(blank_line)?;
            table.fmt(f)?;
            blank_line = "\n";
        }
        if blank_line.is_empty() {
            f.write_str("no metrics yet\n")?;
        }
        Ok(())
    }
}

fn declared_row(name: &str, series: &SeriesSnapshot) -> [String; 2] {
    let value = match &series.value {
        SampleValue::Count(count) => count.to_string(),
        SampleValue::Level(level) => level.to_string(),
        SampleValue::Sum(quantity) | SampleValue::Quantity(quantity) => quantity.to_string(),
        SampleValue::Histogram(histogram) => {
            let [p50, p99] = [0.5, 0.99].map(|p| histogram.percentile(p));
            format!("{} of p50 {p50}, p99 {p99}", histogram.total())
        }
        SampleValue::Times(histogram) => {
            let [p50, p99] = [0.5, 0.99].map(|p| short_time(Duration::from_nanos(histogram.percentile(p))));
            format!("{} of p50 {p50}, p99 {p99}", histogram.total())
        }
    };
    [with_labels(name, &series.labels), value]
}

fn histogram_row(name: &str, histogram: &HistogramSnapshot) -> [String; 6] {
    let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|p| histogram.percentile(p).to_string());
    [name.to_owned(), histogram.total().to_string(), format!("{:.1}", histogram.mean()), p50, p90, p99]
}

/// A table as rows of cells. The first row is the heading.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(heading: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Self {
        let heading = heading.map(str::to_owned).to_vec();
        Table { rows: [heading].into_iter().chain(rows.map(Vec::from)).collect() }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width =
            |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "{cell:width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::snapshot::FullSnapshot;
    use std::time::SystemTime;

    #[test]
    fn tables_are_aligned_and_empty_ones_left_out() {
        let mut snapshot = FullSnapshot::empty(SystemTime::UNIX_EPOCH);
        assert_eq!(snapshot.to_string(), "no metrics yet\n");
        snapshot.counters.insert("jobs".into(), 1_234);
        snapshot.counters.insert("long_name".into(), 5);
        snapshot.gauges.insert("g".into(), -3);
        assert_eq!(
            snapshot.to_string(),
            "counter    count\njobs        1234\nlong_name      5\n\ngauge  value\ng         -3\n"
        );
    }
}
