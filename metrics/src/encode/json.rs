//! JSON: a lossless encoding of snapshots.
//!
//! The schema follows the types in `snapshot/`, by `serde`. `snapshot/serial` validates what is parsed.

use crate::error::{Cause, Error};
use crate::snapshot::FullSnapshot;
use std::mem;

impl FullSnapshot {
    /// Returns this snapshot as JSON, in one line. Requires the feature `json`.
    ///
    /// Members are named after the public fields. Times are RFC 3339 text in UTC with nanoseconds. Labels and error kinds are
    /// objects. Integers are exact: those above 2⁵³, such as the last boundary 2⁶⁴ − 1, need a parser that does not convert
    /// them to floats. Private fields are included, so [`from_json`](Self::from_json) returns an equal snapshot.
    ///
    /// All snapshot types implement `Serialize` and `Deserialize`, for other formats of `serde`. If such a format, or a program
    /// in between, sorts the members of objects, the labels of a function come back in that order; the series are the same.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{FullSnapshot, MetricsRegistry};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.register_counter("jobs_done").add(3);
    /// let snapshot = registry.snapshot_all();
    /// let json = snapshot.to_json();
    /// assert!(json.contains(r#""counters":{"jobs_done":3}"#));
    ///
    /// let back = FullSnapshot::from_json(&json)?;
    /// assert_eq!(back, snapshot);
    /// registry.register_counter("jobs_done").add(2);
    /// assert_eq!(registry.snapshot_all().since(&back).counters["jobs_done"], 2);
    /// # Ok::<(), tachometer::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.encode_json(&mut text);
        text
    }

    /// Appends this snapshot as JSON to `text`; see [`to_json`](Self::to_json).
    ///
    /// Reuse a cleared `text` to avoid allocations.
    ///
    /// ```
    /// let mut lines = String::new();
    /// for _ in 0..2 {
    ///     tachometer::snapshot().encode_json(&mut lines);
    ///     lines.push('\n');
    /// }
    /// assert_eq!(lines.lines().count(), 2);
    /// ```
    #[expect(clippy::missing_panics_doc, reason = "every snapshot has a JSON form")]
    pub fn encode_json(&self, text: &mut String) {
        let mut bytes = mem::take(text).into_bytes();
        serde_json::to_writer(&mut bytes, self)
            .expect("writing to memory cannot fail, and every key is a string");
        *text = String::from_utf8(bytes).expect("JSON is UTF-8");
    }

    /// Parses a snapshot that [`to_json`](Self::to_json) wrote, in this or another process, by this or another version.
    ///
    /// Unknown members are ignored. Values are not checked for plausibility, but the result keeps the invariants of a snapshot:
    /// Prometheus allows all names, and no name is exported twice; bounds strictly increase up to `u64::MAX`, with one bucket each;
    /// the number of calls in flight is not negative; functions are sorted.
    ///
    /// On Windows, whose clock has steps of 100 ns, a time that another system wrote is rounded to them, towards 1970. A time that
    /// this system's clock does not have, on Windows one before 1601, is an error.
    ///
    /// ```
    /// use tachometer::FullSnapshot;
    ///
    /// let error = FullSnapshot::from_json(
    ///     r#"{"timestamp": "2026-11-24T17:32:56Z", "minmax": {"queue": [7, 3]}}"#,
    /// );
    /// let error = error.unwrap_err().to_string();
    /// assert!(error.contains(r#"min/max "queue": its smallest value 7 is above its largest value 3"#), "{error}");
    /// ```
    ///
    /// # Errors
    /// If `json` is not valid JSON, or not that of a snapshot. The message names the culprit.
    pub fn from_json(json: &str) -> Result<FullSnapshot, Error> {
        serde_json::from_str(json).map_err(|error| Cause::Json(error).into())
    }
}
