//! Snapshots share the labels of a family.

use crate::family::DynamicFamily;
use crate::metric::Counter;
use crate::registry::MetricsRegistry;
use crate::snapshot::SeriesSnapshot;
use std::time::Duration;

#[test]
fn all_snapshots_share_the_labels_of_a_series() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let family =
        DynamicFamily::<Counter>::new("sharing_total", "Sharing", ["a"]).expect("the names are valid");
    let family = registry.family(family);
    let series =
        || registry.snapshot_all().declared.remove("sharing_total").expect("it is registered").series;
    let are_shared = |earlier: &[SeriesSnapshot], later: &[SeriesSnapshot]| {
        earlier.iter().all(|before| later.iter().any(|series| series.labels.is_shared_with(&before.labels)))
    };
    for value in ["3", "1\""] {
        family.with(&[value]).increment();
    }
    let first = series();
    assert_eq!(first.len(), 2);
    assert!(are_shared(&first, &series()));
    // Also after the list of series has changed.
    family.with(&["2"]).increment();
    assert!(are_shared(&first, &series()));
    assert!(family.remove(&["2"]));
    assert!(are_shared(&first, &series()));
}
