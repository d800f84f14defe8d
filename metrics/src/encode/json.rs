//! JSON: everything a snapshot knows, so that it comes back equal.
//!
//! The shape is that of the types themselves (`snapshot/`, by `serde`), what is checked on the way back stands in
//! `snapshot/serial`.

use crate::error::{Cause, Error};
use crate::snapshot::FullSnapshot;
use std::mem;

impl FullSnapshot {
    /// This snapshot as JSON, in one line. With the feature `json`.
    ///
    /// Members are called as the public fields are. Times are RFC 3339 text in UTC with nine digits of the second; labels
    /// and error kinds are objects; integers are exact, and those above 2⁵³ (the last boundary is 2⁶⁴ − 1) need a reader that
    /// does not make floats of them. What is no public field is there too, so [`from_json`](Self::from_json) gives an equal
    /// snapshot. All snapshot types are `Serialize` and `Deserialize`, for other formats of `serde`; where such a one, or a
    /// program in between, sorts the members of objects, a function's labels come back in that order, and are the same series.
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
    /// A `text` that is cleared and used again keeps its room.
    ///
    /// ```
    /// let mut lines = String::new();
    /// for _ in 0..2 {
    ///     tachometer::snapshot().encode_json(&mut lines);
    ///     lines.push('\n');
    /// }
    /// assert_eq!(lines.lines().count(), 2);
    /// ```
    #[expect(clippy::missing_panics_doc, reason = "nothing that a snapshot holds has no JSON")]
    pub fn encode_json(&self, text: &mut String) {
        let mut bytes = mem::take(text).into_bytes();
        serde_json::to_writer(&mut bytes, self).expect("memory takes all, and every key is a text");
        *text = String::from_utf8(bytes).expect("JSON is UTF-8");
    }

    /// The snapshot that [`to_json`](Self::to_json) wrote, in this or another process, by this or another version.
    ///
    /// Members it does not know are ignored. What the numbers say is not judged, but what comes back keeps the rules
    /// that the rest of this library relies on: names are those that Prometheus allows, and none is printed twice; bounds rise to `u64::MAX`, with
    /// as many buckets; no level of calls in flight is negative; functions are sorted.
    ///
    /// ```
    /// use tachometer::FullSnapshot;
    ///
    /// let error = FullSnapshot::from_json(
    ///     r#"{"timestamp": "2026-11-24T17:32:56Z", "minmax": {"queue": [7, 3]}}"#,
    /// );
    /// let error = error.unwrap_err().to_string();
    /// assert!(error.contains(r#"min/max "queue": the smallest value 7 is greater than the largest, 3"#), "{error}");
    /// ```
    ///
    /// # Errors
    /// Where `json` is no JSON, or no snapshot; the message names what is wrong.
    pub fn from_json(json: &str) -> Result<FullSnapshot, Error> {
        serde_json::from_str(json).map_err(|error| Cause::Json(error).into())
    }
}
