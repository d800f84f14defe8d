//! Watching a registry, and comparing.

use super::difference::{Difference, Since, add_list};
use super::function::{FunctionExpectation, begun, tally, title};
use super::metric::{Changes, MetricExpectation, kind_name};
use super::period::{Period, is_of_functions, is_of_the_library, is_printed_of};
use super::similar;
use crate::registry::{MetricsRegistry, global};
use crate::snapshot::FullSnapshot;
use std::panic::Location;
use std::thread::{self, ThreadId};

/// Begins to watch the [`global`] registry: what all threads of the process do. Tests that run side by side and call the same
/// functions see each other's calls there; [`watch_thread`] does not.
///
/// ```
/// use tachometer::instrumented;
/// use tachometer::testing::{self, function};
///
/// #[instrumented]
/// fn ring_bell() {}
///
/// fn main() {
///     ring_bell(); // before the watch: not counted
///     let watch = testing::watch();
///     ring_bell();
///     watch.assert(function("ring_bell").ok(1));
/// }
/// ```
#[track_caller]
pub fn watch() -> Watch<'static> {
    watch_registry(global())
}

/// Begins to watch what this thread does, in the [`global`] registry: for tests that run side by side and call the same
/// functions. A `#[test]` has a thread of its own, and so has a `#[tokio::test]` whose runtime is the one of that thread, as it is
/// by default.
///
/// ```
/// use std::thread;
/// use tachometer::instrumented;
/// use tachometer::testing::{self, function};
///
/// #[instrumented]
/// fn open_door() {}
///
/// fn main() {
///     let watch = testing::watch_thread();
///     open_door();
///     thread::spawn(open_door).join().unwrap(); // such as another test
///     watch.assert(function("open_door").ok(1));
/// }
/// ```
///
/// It sees calls of instrumented functions, with the kinds of their errors, and what declared counters and histograms count, with
/// labels or without; not what threads do that the test starts: that takes [`watch`]. Gauges and the metrics of the `register_…`
/// methods are cells that all threads share: an expectation about one of them fails and says so. So does one that is looked at on
/// another thread than that on which the watch began.
///
/// A future that is polled on several threads begins on the one that polls it first and ends on the one that polls it last.
#[track_caller]
pub fn watch_thread() -> Watch<'static> {
    let earlier = global().snapshot_of_thread();
    Watch { registry: global(), earlier, place: Location::caller(), thread: Some(thread::current().id()) }
}

/// Begins to watch `registry`.
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
/// use tachometer::testing::{self, metric};
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let watch = testing::watch_registry(&registry);
/// registry.register_counter("hits").increment();
/// watch.assert(metric("hits").by(1));
/// ```
#[track_caller]
pub fn watch_registry(registry: &MetricsRegistry) -> Watch<'_> {
    Watch { registry, earlier: registry.snapshot_all(), place: Location::caller(), thread: None }
}

/// A registry since a moment. Made by [`watch`], [`watch_thread`] and [`watch_registry`].
///
/// Each assertion takes a new snapshot, so there may be several, and calls in between: all are about what happened since
/// the watch began.
#[derive(Debug)]
pub struct Watch<'a> {
    registry: &'a MetricsRegistry,
    earlier: FullSnapshot,
    place: &'static Location<'static>,
    /// Where only one thread is watched.
    thread: Option<ThreadId>,
}

/// What a function or a metric is expected to have done: a [`FunctionExpectation`] or a [`MetricExpectation`].
#[derive(Debug, Clone)]
#[must_use = "an expectation is checked by `Watch::assert` or `Watch::check`"]
pub struct Expectation(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Function(FunctionExpectation),
    Metric(MetricExpectation),
}

impl From<FunctionExpectation> for Expectation {
    fn from(function: FunctionExpectation) -> Self {
        Expectation(Kind::Function(function))
    }
}

impl From<MetricExpectation> for Expectation {
    fn from(metric: MetricExpectation) -> Self {
        Expectation(Kind::Metric(metric))
    }
}

impl Watch<'_> {
    /// Compares what happened with what is `expected`.
    ///
    /// # Panics
    /// Where they differ, with a [`Difference`]; also where there is no function or metric of that name, or an expectation makes no
    /// sense for it.
    #[track_caller]
    pub fn assert(&self, expected: impl Into<Expectation>) {
        if let Err(difference) = self.check(expected) {
            panic!("{difference}");
        }
    }

    /// As [`assert`](Self::assert), without a panic.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    /// use tachometer::testing::{self, metric};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let hits = registry.register_counter("hits");
    /// let watch = testing::watch_registry(&registry);
    /// hits.add(3);
    /// assert!(watch.check(metric("hits").by(3)).is_ok());
    /// let difference = watch.check(metric("hit").by(3)).unwrap_err();
    /// assert_eq!(difference.to_string(), "no metric is called \"hit\"; most like it: \"hits\"");
    /// ```
    ///
    /// # Errors
    /// Where [`assert`](Self::assert) panics.
    pub fn check(&self, expected: impl Into<Expectation>) -> Result<(), Difference> {
        self.check_thread()?;
        match expected.into().0 {
            Kind::Function(function) => function.check(&self.until_now()),
            Kind::Metric(metric) => metric.check(&self.until_now()),
        }
    }

    /// Compares what changed with these functions and metrics, by their names: nothing else may have changed in the registry but
    /// what it says of the library. They themselves may have changed or not.
    ///
    /// Meant for a registry of your own, or a test that is alone in its process. In the global registry, tests that run side by
    /// side see each other's changes.
    ///
    /// # Panics
    /// Where something else changed, with a [`Difference`]; also where there is nothing of one of these names.
    #[track_caller]
    pub fn assert_only(&self, names: &[&str]) {
        if let Err(difference) = self.check_only(names) {
            panic!("{difference}");
        }
    }

    /// As [`assert_only`](Self::assert_only), without a panic.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    /// use tachometer::testing;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let watch = testing::watch_registry(&registry);
    /// registry.register_counter("hits").increment();
    /// registry.register_gauge("load").set(2);
    /// watch.assert_only(&["hits", "load"]);
    /// assert!(watch.check_only(&["hits"]).is_err());
    /// ```
    ///
    /// # Errors
    /// Where [`assert_only`](Self::assert_only) panics.
    pub fn check_only(&self, names: &[&str]) -> Result<(), Difference> {
        self.check_thread()?;
        let period = self.until_now();
        let later = period.later.families();
        let is_known = |name: &&&str| {
            let is_printed = || later.iter().any(|family| is_printed_of(&family.name, name, &period.later));
            period.has_function(name) || period.later.declared.contains_key(**name) || is_printed()
        };
        // Where nobody finds what is linked in, it may be something that was not used.
        if let Some(name) = names.iter().find(|name| period.finds_all() && !is_known(name)) {
            return Err(period.unknown(name));
        }
        let functions = period.difference.functions.iter().filter(|series| {
            let path = format!("{}::{}", series.module, series.function);
            !names.iter().any(|name| *name == series.function || *name == path)
        });
        let mut others: Vec<String> = functions
            .filter_map(|series| {
                let what = tally(series, period.earlier)?;
                Some(format!("{}: {what}", title(series)))
            })
            .collect();
        let earlier = period.earlier.families();
        for family in &later {
            let is_named = || names.iter().any(|name| is_printed_of(&family.name, name, &period.later));
            let is_seen = || self.thread.is_none() || self.registry.counts_by_thread(&family.name);
            if is_seen() && !is_of_functions(&family.name) && !is_of_the_library(&family.name) && !is_named()
            {
                let what = |tally| format!("{} {:?}: {tally}", kind_name(family.kind), family.name);
                others.extend(Changes::of_family(family, &earlier).tally().map(what));
            }
        }
        if others.is_empty() {
            return Ok(());
        }
        let allowed =
            if names.is_empty() { "nothing".to_owned() } else { similar::quoted(names.iter().copied()) };
        let mut text = format!("more than {allowed} has changed{}", period.since);
        add_list(&mut text, "the rest is", others);
        Err(Difference::new(text))
    }

    /// All that happened since the watch began, for what these expectations cannot say: see
    /// [`FullSnapshot::since`].
    pub fn changes(&self) -> FullSnapshot {
        let mut changes = self.until_now().difference;
        if self.thread.is_some() {
            // What is in flight on one thread is a number only as a difference.
            for series in &mut changes.functions {
                series.in_flight = begun(series, &self.earlier).max(0);
            }
        }
        changes
    }

    fn check_thread(&self) -> Result<(), Difference> {
        if self.thread.is_none_or(|watched| watched == thread::current().id()) {
            return Ok(());
        }
        let text = format!(
            "the watch at {}:{} is of the thread on which it began, and this is another: `testing::watch` is of all threads",
            self.place.file(),
            self.place.line()
        );
        Err(Difference::new(text))
    }

    fn until_now(&self) -> Period<'_> {
        Period::until_now(self.registry, &self.earlier, Since(self.place), self.thread.is_some())
    }
}
