//! Snapshots as text: one file a format, each from the snapshot alone.

mod float;
mod prometheus;
mod table;
