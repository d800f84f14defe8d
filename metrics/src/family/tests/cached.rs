//! Which updates find their series in the cache of their thread, and so take no lock.

use crate::family::limits::Limits;
use crate::family::table::{OVERFLOW, Owner, SeriesTable};
use crate::labels::{LabelValue, LabelVisitor, Labels};
use crate::sync::leak;
use std::fmt;

#[derive(Debug)]
struct Family(SeriesTable);

impl Owner for Family {
    fn table(&self) -> &SeriesTable {
        &self.0
    }

    fn clear(&self, _: usize) {}
}

/// A value that is written in these pieces.
struct Pieces<'a>(&'a [&'a str]);

impl LabelValue for Pieces<'_> {
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        self.0.iter().try_for_each(|piece| into.write_str(piece))
    }
}

impl Labels for [Pieces<'_>; 2] {
    fn visit(&self, visitor: &mut impl LabelVisitor) {
        for value in self {
            visitor.value(value);
        }
    }
}

#[test]
fn a_series_that_a_thread_has_used_is_in_its_cache_however_it_is_written() {
    let family: &'static Family = leak(Family(SeriesTable::new(&["one", "other"], Limits::DEFAULT)));
    let texts: Vec<String> = (0..70).map(|length| "x".repeat(length)).collect();
    for text in &texts {
        let sets: [[&[&str]; 2]; 4] =
            [[&[text], &["y"]], [&["y"], &[text]], [&[], &[text]], [&["z", text], &["y"]]];
        for set in sets {
            let labels = set.map(Pieces);
            let hash = family.0.cached_index(&labels).unwrap_err();
            let (index, _) = family.0.index_for_uncached_update(&labels, hash, family);
            assert_ne!(index, OVERFLOW);
            assert_eq!(family.0.cached_index(&labels), Ok(index), "{set:?}");
        }
    }
}
