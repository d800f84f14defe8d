//! Functions that provoke lints, and some that provoke none, compiled twice: as they are, and annotated.
//!
//! `.ci/check_lints.py` compares what clippy reports of the two, lint by lint and line by line. A comment `//~ silent: LINT` marks
//! a lint that only the bare function has on that line, `//~ twice: LINT` one that the annotated function has once more.

#![warn(clippy::pedantic, unused, unreachable_pub, missing_docs)]

pub mod clean;
pub mod functions;
pub mod futures;
pub mod methods;
