//! The families that a scraper asks for, by name.

use crate::snapshot::families::{MetricKind, without_total};
use crate::snapshot::{FullSnapshot, ListedFamily};
use std::borrow::Cow;

/// The families of a body: all, or those with the given names.
///
/// A name selects the family that has it in any format, or that has a sample of this name: `jobs`, `jobs_total` and `jobs_created`
/// select a counter `jobs_total`; `wait_seconds`, and this followed by `_bucket`, `_sum`, `_count` or `_created`, a histogram. A
/// selected family is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection<'n> {
    /// `None` selects all families. A name that is not UTF-8 is that of no family.
    names: Option<Vec<Cow<'n, [u8]>>>,
}

impl Selection<'_> {
    /// All families.
    pub(crate) const ALL: Selection<'static> = Selection { names: None };

    /// Returns the selected families of a snapshot, in order.
    pub(super) fn families<'a>(&self, snapshot: &'a FullSnapshot) -> impl Iterator<Item = ListedFamily<'a>> {
        let is_selected = |family: &ListedFamily<'_>| match &self.names {
            None => true,
            Some(names) => names.iter().any(|name| is_name_of(family, name)),
        };
        snapshot.listed_families().into_iter().filter(is_selected)
    }
}

#[cfg(any(test, all(feature = "http", not(target_family = "wasm"))))]
impl<'n> Selection<'n> {
    /// Selects the family of this name, and no other but those of earlier calls.
    pub(crate) fn add(&mut self, name: Cow<'n, [u8]>) {
        self.names.get_or_insert_default().push(name);
    }

    /// Returns the number of names that were added.
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    pub(crate) fn len(&self) -> usize {
        self.names.as_ref().map_or(0, Vec::len)
    }
}

/// Returns whether a family, or a sample of it, has this name in any format.
fn is_name_of(family: &ListedFamily<'_>, name: &[u8]) -> bool {
    let after = |begin: &str| name.strip_prefix(begin.as_bytes());
    let (suffixes, base): (&[&[u8]], _) = match family.kind {
        MetricKind::Counter => (&[b"", b"_created"], without_total(&family.name)),
        MetricKind::Histogram => (&[b"_bucket", b"_sum", b"_count", b"_created"], Some(&*family.name)),
        MetricKind::Gauge => (&[], None),
    };
    after(&family.name) == Some(b"") || base.and_then(after).is_some_and(|suffix| suffixes.contains(&suffix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::HistogramSnapshot;
    use std::time::UNIX_EPOCH;

    /// A snapshot with one of each kind.
    fn snapshot() -> FullSnapshot {
        let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
        snapshot.counters.extend([("jobs_total".to_owned(), 1), ("odd".to_owned(), 2)]);
        snapshot.gauges.insert("queue".to_owned(), 3);
        snapshot.histograms.insert("wait".to_owned(), HistogramSnapshot::new(&[], vec![4], 4));
        snapshot
    }

    /// Returns the names of the families that `names` select.
    fn selected(names: &[&str]) -> Vec<String> {
        let snapshot = snapshot();
        let mut selection = Selection::default();
        for name in names {
            selection.add(name.as_bytes().into());
        }
        selection.families(&snapshot).map(|family| family.name.into_owned()).collect()
    }

    #[test]
    fn a_family_is_selected_by_any_of_its_names() {
        for (name, family) in [
            ("jobs_total", "jobs_total"),
            ("jobs", "jobs_total"),
            ("jobs_created", "jobs_total"),
            ("odd", "odd"),
            ("queue", "queue"),
            ("wait_latency_us", "wait_latency_us"),
            ("wait_latency_us_bucket", "wait_latency_us"),
            ("wait_latency_us_sum", "wait_latency_us"),
            ("wait_latency_us_count", "wait_latency_us"),
            ("wait_latency_us_created", "wait_latency_us"),
        ] {
            assert_eq!(selected(&[name]), [family], "{name}");
        }
        for name in
            ["", "job", "jobs_", "jobs_tota", "jobs_total_total", "jobs_bucket", "odd_total", "odd_created"]
        {
            assert!(selected(&[name]).is_empty(), "{name}");
        }
        for name in
            ["queue_total", "queue_count", "wait", "wait_latency_us_total", "wait_latency_us_bucket_sum"]
        {
            assert!(selected(&[name]).is_empty(), "{name}");
        }
    }

    #[test]
    fn families_stay_in_order_and_are_selected_once() {
        assert_eq!(selected(&["queue", "jobs", "nothing", "queue", "jobs_total"]), ["jobs_total", "queue"]);
        assert!(selected(&["nothing"]).is_empty());
        assert_eq!(Selection::ALL.families(&snapshot()).count(), 4);
    }
}
