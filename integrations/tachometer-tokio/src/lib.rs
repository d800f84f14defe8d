#![doc = include_str!("../README.md")]
//!
//! # Families
//! All have the label `runtime`, those of a worker also `worker`, its number. Counters are read from the runtime when a snapshot is
//! taken: the runtime does nothing more than without this package.
//!
//! | family | kind | |
//! | --- | --- | --- |
//! | `tokio_workers` | gauge | worker threads |
//! | `tokio_alive_tasks` | gauge | tasks that are spawned and have not ended |
//! | `tokio_global_queue_depth` | gauge | tasks in the global queue |
//! | `tokio_worker_busy_seconds_total` | counter | time in which a worker was not parked |
//! | `tokio_worker_parks_total` | counter | how often a worker was parked |
//! | `tokio_worker_park_changes_total` | counter | how often a worker was parked or unparked: odd while it is parked |
//!
//! With `RUSTFLAGS="--cfg tokio_unstable"`, as Tokio itself needs it for these:
//!
//! | family | kind | |
//! | --- | --- | --- |
//! | `tokio_blocking_threads`, `tokio_idle_blocking_threads` | gauges | threads for blocking work |
//! | `tokio_blocking_queue_depth` | gauge | blocking work that waits for a thread |
//! | `tokio_spawned_tasks_total` | counter | tasks spawned |
//! | `tokio_remote_schedules_total` | counter | tasks scheduled from outside of the runtime |
//! | `tokio_budget_forced_yields_total` | counter | tasks that had to yield because their budget was spent |
//! | `tokio_worker_local_queue_depth` | gauge | tasks in the queue of a worker |
//! | `tokio_worker_noops_total` | counter | how often a worker was woken for nothing |
//! | `tokio_worker_steals_total`, `tokio_worker_steal_operations_total` | counters | tasks stolen from other workers, and how often |
//! | `tokio_worker_polls_total` | counter | tasks polled |
//! | `tokio_worker_local_schedules_total` | counter | tasks scheduled by a worker for itself |
//! | `tokio_worker_overflows_total` | counter | how often the queue of a worker was full |
//! | `tokio_worker_mean_poll_seconds` | gauge | mean time of a poll, as the worker weighs it |
//!
//! # A runtime that is dropped
//! Its series stay, with the last values; it has no tasks then. So sums over runtimes never go backwards, and a snapshot during the
//! shutdown is no special case.
//!
//! # Polls of futures
//! [`PollTime`] counts and times the polls of futures. A slow poll keeps other tasks of its worker waiting.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod polls;
mod registration;
mod runtimes;

pub use polls::{Instrumented, PollTime, poll_time};
pub use registration::{RuntimeRegistration, register, runtime};
