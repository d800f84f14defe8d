//! Watches of a registry, and their assertions.

use super::difference::{Difference, Since, add_list};
use super::function::{FunctionExpectation, begun, tally, title};
use super::metric::{Changes, MetricExpectation};
use super::period::{Period, belongs_to, is_of_functions, is_self_metric};
use super::similar;
use crate::registry::{MetricsRegistry, global};
use crate::snapshot::FullSnapshot;
use std::panic::Location;
use std::thread::{self, ThreadId};

/// Starts a watch of the [`global`] registry, which sees what all threads of the process do. Tests that run in parallel and call
/// the same functions see each other's calls; [`watch_thread`] does not.
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

/// Starts a watch of this thread in the [`global`] registry, for tests that run in parallel and call the same functions. Each
/// `#[test]` has a thread of its own, and so has each `#[tokio::test]` with a current-thread runtime, which is the default.
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
/// It sees calls of instrumented functions with the kinds of their errors, and the counts of declared counters and histograms, with
/// or without labels. It does not see what threads do that the test starts: use [`watch`] for them. Gauges and the metrics of the
/// `register_…` methods are shared by all threads: an expectation about one of them fails with an error that explains this. So
/// does a check on another thread than the one that started the watch.
///
/// A future that is polled on several threads begins on the thread of its first poll and ends on that of its last.
#[track_caller]
pub fn watch_thread() -> Watch<'static> {
    let earlier = global().snapshot_of_thread();
    Watch { registry: global(), earlier, place: Location::caller(), thread: Some(thread::current().id()) }
}

/// Starts a watch of `registry`.
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

/// A watch of a registry, which compares what happened since it began with expectations. Returned by [`watch`], [`watch_thread`]
/// and [`watch_registry`].
///
/// Each assertion takes a new snapshot. There may be several, with calls in between; all are about what happened since the watch
/// began.
#[derive(Debug)]
#[must_use = "a watch compares what happens after it with expectations: bind it to a name"]
pub struct Watch<'a> {
    registry: &'a MetricsRegistry,
    earlier: FullSnapshot,
    place: &'static Location<'static>,
    /// The watched thread, if only one is watched.
    thread: Option<ThreadId>,
}

/// An expectation about a function or a metric: a [`FunctionExpectation`] or a [`MetricExpectation`].
#[derive(Debug, Clone)]
#[must_use = "an expectation is checked by `Watch::assert` or `Watch::check`"]
pub struct Expectation(Subject);

#[derive(Debug, Clone)]
enum Subject {
    Function(FunctionExpectation),
    Metric(MetricExpectation),
}

impl From<FunctionExpectation> for Expectation {
    fn from(function: FunctionExpectation) -> Self {
        Expectation(Subject::Function(function))
    }
}

impl From<MetricExpectation> for Expectation {
    fn from(metric: MetricExpectation) -> Self {
        Expectation(Subject::Metric(metric))
    }
}

impl Watch<'_> {
    /// Asserts that what happened is as `expected`.
    ///
    /// # Panics
    /// With a [`Difference`] if it is not; also if there is no function or metric of that name, or the expectation does not apply
    /// to it.
    #[track_caller]
    pub fn assert(&self, expected: impl Into<Expectation>) {
        if let Err(difference) = self.check(expected) {
            panic!("{difference}");
        }
    }

    /// Compares what happened with what is `expected`, the fallible form of [`assert`](Self::assert).
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
    /// If [`assert`](Self::assert) panics.
    pub fn check(&self, expected: impl Into<Expectation>) -> Result<(), Difference> {
        self.check_thread()?;
        match expected.into().0 {
            Subject::Function(function) => function.check(&self.until_now()),
            Subject::Metric(metric) => metric.check(&self.until_now()),
        }
    }

    /// Asserts that nothing has changed in the registry except the functions and metrics of these names, and the self-metrics of the
    /// library. The named ones may have changed or not.
    ///
    /// Meant for a registry of your own, or a test that is alone in its process. In the global registry, tests that run in
    /// parallel see each other's changes.
    ///
    /// # Panics
    /// With a [`Difference`] if something else changed; also if one of the names is unknown.
    #[track_caller]
    pub fn assert_only(&self, names: &[&str]) {
        if let Err(difference) = self.check_only(names) {
            panic!("{difference}");
        }
    }

    /// Compares the changes with these names, the fallible form of [`assert_only`](Self::assert_only).
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
    /// If [`assert_only`](Self::assert_only) panics.
    pub fn check_only(&self, names: &[&str]) -> Result<(), Difference> {
        self.check_thread()?;
        let period = self.until_now();
        let later = period.later.families();
        let is_known = |name: &&&str| {
            let is_exported = || later.iter().any(|family| belongs_to(&family.name, name, &period.later));
            period.has_function(name) || period.later.declared.contains_key(**name) || is_exported()
        };
        // On targets that do not find statics before their first use, an unknown name may be one that was not used.
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
            let is_named = || names.iter().any(|name| belongs_to(&family.name, name, &period.later));
            let is_seen = || self.thread.is_none() || self.registry.counts_by_thread(&family.name);
            if is_seen() && !is_of_functions(&family.name) && !is_self_metric(&family.name) && !is_named() {
                let what = |tally| format!("{} {:?}: {tally}", family.kind, family.name);
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

    /// Returns everything that happened since the watch began, for checks beyond expectations; see [`FullSnapshot::since`].
    pub fn changes(&self) -> FullSnapshot {
        let mut changes = self.until_now().difference;
        if self.thread.is_some() {
            // Per thread, only the difference of calls in flight is meaningful.
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
            "the watch at {}:{} is limited to the thread that started it, and this is another one: use `testing::watch` for all \
             threads",
            self.place.file(),
            self.place.line()
        );
        Err(Difference::new(text))
    }

    fn until_now(&self) -> Period<'_> {
        Period::until_now(self.registry, &self.earlier, Since(self.place), self.thread.is_some())
    }
}
