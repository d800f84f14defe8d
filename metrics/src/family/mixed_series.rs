//! The series of a family whose series have label names of their own.
//!
//! Series are found once, for a handle, so there is one table with a lock and no cache of threads. They are never removed: an index
//! belongs to its series forever.

use super::lock::lock;
use super::table::OVERFLOW;
use crate::atomic::AtomicCounter;
use crate::labels::{OVERFLOW_VALUE, SeriesLabels};
use crate::sync::Mutex;
use std::collections::{BTreeMap, BTreeSet};

/// The series of a family, by their labels.
#[derive(Debug)]
pub(super) struct MixedSeries {
    /// The cardinality limit: the maximum number of series with labels, without the overflow series.
    max_series: usize,
    table: Mutex<Table>,
    /// The number of updates of the overflow series.
    overflowed: AtomicCounter,
}

#[derive(Debug, Default)]
struct Table {
    /// The index of each series, from 1. Its labels are in the order of their names.
    indices: BTreeMap<SeriesLabels, usize>,
    /// The labels of the overflow series, if it exists.
    overflow: Option<SeriesLabels>,
    /// All label names.
    names: BTreeSet<&'static str>,
}

impl Table {
    fn add_names(&mut self, labels: &[(&str, &str)]) {
        for (name, _) in labels {
            if !self.names.contains(name) {
                self.names.insert((*name).to_owned().leak());
            }
        }
    }
}

impl MixedSeries {
    pub(super) fn new(max_series: usize) -> Self {
        MixedSeries { max_series, table: Mutex::new(Table::default()), overflowed: AtomicCounter::new() }
    }

    /// Returns the index of the series with these labels, which are valid. It is created if necessary. `None` if the
    /// overflow series takes its updates.
    pub(super) fn index_of(&self, labels: &[(&str, &str)]) -> Option<usize> {
        // A scraper ignores empty values and the order of labels.
        let mut labels: Vec<_> = labels.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
        labels.sort_unstable();
        let key = SeriesLabels::new(labels.iter().copied());
        // Otherwise there could be two series with the labels of the overflow series.
        let is_overflow = !labels.is_empty() && labels.iter().all(|(_, value)| *value == OVERFLOW_VALUE);
        let mut table = lock(&self.table);
        if let Some(index) = table.indices.get(&key) {
            return Some(*index);
        }
        // The series without labels is always admitted: the overflow series needs a label that tells it from others.
        let with_labels =
            table.indices.len() - usize::from(table.indices.contains_key(&SeriesLabels::default()));
        if is_overflow || (!labels.is_empty() && with_labels >= self.max_series) {
            if table.overflow.is_none() {
                let overflow = labels.iter().map(|(name, _)| (*name, OVERFLOW_VALUE));
                table.overflow = Some(SeriesLabels::new(overflow));
                table.add_names(&labels);
            }
            return None;
        }
        table.add_names(&labels);
        let index = OVERFLOW + 1 + table.indices.len();
        table.indices.insert(key, index);
        Some(index)
    }

    /// Counts an update of the overflow series.
    pub(super) fn count_overflowed(&self) {
        self.overflowed.increment();
    }

    /// Returns the number of updates of the overflow series.
    pub(super) fn overflowed(&self) -> u64 {
        self.overflowed.get()
    }

    /// Returns all series, in the order of their labels, then the overflow series.
    pub(super) fn shown(&self) -> Vec<(SeriesLabels, usize)> {
        let table = lock(&self.table);
        let series = table.indices.iter().map(|(labels, index)| (labels.clone(), *index));
        series.chain(table.overflow.clone().map(|labels| (labels, OVERFLOW))).collect()
    }

    /// Returns all label names.
    pub(super) fn names(&self) -> Vec<&'static str> {
        lock(&self.table).names.iter().copied().collect()
    }
}
