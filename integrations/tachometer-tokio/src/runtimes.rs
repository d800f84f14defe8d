//! The runtimes of a registry, and what a snapshot reads of them.

use std::sync::{Arc, Mutex, PoisonError};
use tachometer::collect::{Collect, Collected, FamilyDescription};
use tachometer::families::SampleValue;
use tokio::runtime::{Handle, Id, RuntimeMetrics};

/// The runtimes that are registered.
#[derive(Debug, Default)]
pub(crate) struct Runtimes {
    all: Mutex<Vec<Runtime>>,
}

#[derive(Debug, Clone)]
struct Runtime {
    name: Arc<str>,
    id: Id,
    metrics: RuntimeMetrics,
}

/// A family: its name, its help text, and how its value is read.
struct Family<R> {
    name: &'static str,
    help: &'static str,
    read: R,
}

/// What is read of a runtime.
type OfRuntime = Family<fn(&RuntimeMetrics) -> SampleValue>;

/// What is read of a worker.
type OfWorker = Family<fn(&RuntimeMetrics, usize) -> SampleValue>;

fn count(count: u64) -> SampleValue {
    SampleValue::Count(count)
}

fn level(level: usize) -> SampleValue {
    SampleValue::Level(i64::try_from(level).unwrap_or(i64::MAX))
}

const OF_RUNTIME: &[OfRuntime] = &[
    Family {
        name: "tokio_workers",
        help: "Worker threads of a runtime",
        read: |runtime| level(runtime.num_workers()),
    },
    Family {
        name: "tokio_alive_tasks",
        help: "Tasks that have been spawned and have not ended",
        read: |runtime| level(runtime.num_alive_tasks()),
    },
    Family {
        name: "tokio_global_queue_depth",
        help: "Tasks in the global queue of a runtime",
        read: |runtime| level(runtime.global_queue_depth()),
    },
    #[cfg(tokio_unstable)]
    Family {
        name: "tokio_blocking_threads",
        help: "Threads for blocking work",
        read: |runtime| level(runtime.num_blocking_threads()),
    },
    #[cfg(tokio_unstable)]
    Family {
        name: "tokio_idle_blocking_threads",
        help: "Threads for blocking work that have none",
        read: |runtime| level(runtime.num_idle_blocking_threads()),
    },
    #[cfg(tokio_unstable)]
    Family {
        name: "tokio_blocking_queue_depth",
        help: "Blocking work that waits for a thread",
        read: |runtime| level(runtime.blocking_queue_depth()),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_spawned_tasks_total",
        help: "Tasks spawned",
        read: |runtime| count(runtime.spawned_tasks_count()),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_remote_schedules_total",
        help: "Tasks scheduled from outside of their runtime",
        read: |runtime| count(runtime.remote_schedule_count()),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_budget_forced_yields_total",
        help: "Tasks that had to yield because their budget was spent",
        read: |runtime| count(runtime.budget_forced_yield_count()),
    },
];

const OF_WORKER: &[OfWorker] = &[
    #[cfg(target_has_atomic = "64")]
    Family {
        name: "tokio_worker_busy_seconds_total",
        help: "Time in which a worker was not parked",
        read: |runtime, worker| SampleValue::Sum(runtime.worker_total_busy_duration(worker).as_secs_f64()),
    },
    #[cfg(target_has_atomic = "64")]
    Family {
        name: "tokio_worker_parks_total",
        help: "How often a worker was parked",
        read: |runtime, worker| count(runtime.worker_park_count(worker)),
    },
    #[cfg(target_has_atomic = "64")]
    Family {
        name: "tokio_worker_park_changes_total",
        help: "How often a worker was parked or unparked",
        read: |runtime, worker| count(runtime.worker_park_unpark_count(worker)),
    },
    #[cfg(tokio_unstable)]
    Family {
        name: "tokio_worker_local_queue_depth",
        help: "Tasks in the queue of a worker",
        read: |runtime, worker| level(runtime.worker_local_queue_depth(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_noops_total",
        help: "How often a worker was woken and found nothing to do",
        read: |runtime, worker| count(runtime.worker_noop_count(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_steals_total",
        help: "Tasks that a worker has stolen from others",
        read: |runtime, worker| count(runtime.worker_steal_count(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_steal_operations_total",
        help: "How often a worker has stolen tasks",
        read: |runtime, worker| count(runtime.worker_steal_operations(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_polls_total",
        help: "Tasks polled by a worker",
        read: |runtime, worker| count(runtime.worker_poll_count(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_local_schedules_total",
        help: "Tasks that a worker has scheduled for itself",
        read: |runtime, worker| count(runtime.worker_local_schedule_count(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_overflows_total",
        help: "How often the queue of a worker was full",
        read: |runtime, worker| count(runtime.worker_overflow_count(worker)),
    },
    #[cfg(all(tokio_unstable, target_has_atomic = "64"))]
    Family {
        name: "tokio_worker_mean_poll_seconds",
        help: "Mean time of a poll, as the worker weighs it",
        read: |runtime, worker| SampleValue::Quantity(runtime.worker_mean_poll_time(worker).as_secs_f64()),
    },
];

impl<R> Family<R> {
    fn describe(&self) -> FamilyDescription {
        if self.name.ends_with("_total") {
            FamilyDescription::counter(self.name, self.help)
        } else {
            FamilyDescription::gauge(self.name, self.help)
        }
    }
}

impl Runtimes {
    /// Adds a runtime, unless it is there already.
    pub(crate) fn add(&self, name: &str, handle: &Handle) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let id = handle.id();
        if all.iter().any(|other| other.id == id) {
            return;
        }
        let is_free = |name: &str| all.iter().all(|other| *other.name != *name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.to_owned()).chain(numbered).find(|name| is_free(name));
        let name = name.unwrap_or_default().into();
        all.push(Runtime { name, id, metrics: handle.metrics() });
    }

    /// Returns the runtimes of now. No lock is held while they are read.
    fn all(&self) -> Vec<Runtime> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads the runtimes for each snapshot.
#[derive(Debug)]
pub(crate) struct Collector(pub(crate) Arc<Runtimes>);

impl Collect for Collector {
    fn families(&self) -> Vec<FamilyDescription> {
        OF_RUNTIME.iter().map(Family::describe).chain(OF_WORKER.iter().map(Family::describe)).collect()
    }

    fn collect(&self, into: &mut Collected<'_>) {
        for Runtime { name, metrics, .. } in self.0.all() {
            for family in OF_RUNTIME {
                into.add(family.name, &[("runtime", &name)], (family.read)(&metrics));
            }
            for worker in 0..metrics.num_workers() {
                let number = worker.to_string();
                for family in OF_WORKER {
                    let labels = [("runtime", &*name), ("worker", &*number)];
                    into.add(family.name, &labels, (family.read)(&metrics, worker));
                }
            }
        }
    }
}
