//! For `.ci/check_roundtrip.py`: random snapshots in the format that is asked for, and what a reader must find in each.
//!
//! `roundtrip SEED COUNT` prints, COUNT times and for each format, a line of JSON: the format, its text, and the families.
