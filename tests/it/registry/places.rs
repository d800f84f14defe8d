//! Errors of registering say where in the source both stand.

use super::*;
use std::panic::Location;

/// Where this is called.
#[track_caller]
fn here() -> &'static Location<'static> {
    Location::caller()
}

/// One line, on which both the place and the registration stand.
macro_rules! at {
    ($registration:expr) => {{
        let result = $registration;
        (here().line(), result)
    }};
}

#[test]
fn a_message_has_the_place_of_both_as_an_editor_opens_them() {
    let registry = registry();
    let (standing, _) = at!(registry.register_gauge("jobs"));
    let (wanted, error) = at!(refusal(registry.try_register_counter("jobs")));
    let file = file!();
    // Columns are those of the method.
    let error = strip_columns(&error);
    assert_eq!(
        error,
        format!(
            "cannot register a counter \"jobs\" ({file}:{wanted}): \"jobs\" is already a gauge ({file}:{standing})"
        )
    );
}

/// `(a.rs:3:14)` becomes `(a.rs:3)`.
fn strip_columns(message: &str) -> String {
    let parts = message.split(')').map(|part| match part.rsplit_once(".rs:") {
        Some((_, place)) if place.contains(':') => part.rsplit_once(':').map_or(part, |(before, _)| before),
        _ => part,
    });
    parts.collect::<Vec<_>>().join(")")
}

type Register = fn(&MetricsRegistry) -> Result<(), Error>;

/// Something to register, and the line it stands on.
#[derive(Clone, Copy)]
struct Registration(u32, Register);

macro_rules! registration {
    ($register:expr) => {
        Registration(line!(), $register)
    };
}

impl Registration {
    /// Whether the text has its place: rustfmt may put it on the next line.
    #[track_caller]
    fn assert_place_in(&self, text: &str) {
        let places = [self.0, self.0 + 1].map(|line| format!("({}:{line}:", file!()));
        assert!(places.iter().any(|place| text.contains(place)), "none of {places:?} is in: {text}");
    }
}

#[test]
fn every_two_kinds_disagree_by_both_places() {
    let kinds = [
        ("a collector", registration!(|r| r.try_register_collector("name").map(drop))),
        (
            "a histogram with the bounds [1, 2]",
            registration!(|r| r.try_register_histogram("name", [1, 2]).map(drop)),
        ),
        (
            "a histogram with the bounds [1, 3]",
            registration!(|r| r.try_register_histogram("name", [1, 3]).map(drop)),
        ),
        ("a min/max", registration!(|r| r.try_register_minmax("name").map(drop))),
        ("a counter", registration!(|r| r.try_register_counter("name").map(drop))),
        ("a gauge", registration!(|r| r.try_register_gauge("name").map(drop))),
    ];
    for (standing, first) in kinds {
        for (wanted, second) in kinds {
            let registry = registry();
            (first.1)(&registry).expect("there is nothing yet");
            let result = (second.1)(&registry);
            // What prints different names stands side by side.
            let prints = |what: &str| match what {
                "a collector" | "a min/max" => what.to_owned(),
                what if what.starts_with("a histogram") => "a histogram".to_owned(),
                _ => "the name itself".to_owned(),
            };
            let stands = wanted == standing || prints(wanted) != prints(standing);
            assert_eq!(result.is_ok(), stands, "{wanted} after {standing}");
            let Err(error) = result else { continue };
            let error = error.to_string();
            let (before, after) = error.split_once("): ").expect("two parts");
            assert!(before.starts_with(&format!("cannot register {wanted} \"name\" ")), "{error}");
            second.assert_place_in(before);
            assert!(after.starts_with(&format!("\"name\" is already {standing} ")), "{error}");
            first.assert_place_in(after);
        }
    }
}

#[test]
fn names_that_meet_do_so_by_both_places() {
    let gauge_x = ("a gauge \"x\"", registration!(|r| r.try_register_gauge("x").map(drop)));
    let counter_x_total =
        ("a counter \"x_total\"", registration!(|r| r.try_register_counter("x_total").map(drop)));
    let gauge_x_created =
        ("a gauge \"x_created\"", registration!(|r| r.try_register_gauge("x_created").map(drop)));
    let histogram = (
        "a histogram with the bounds [1] \"x\"",
        registration!(|r| r.try_register_histogram("x", [1]).map(drop)),
    );
    let counter_of_sums = (
        "a counter \"x_latency_us_sum\"",
        registration!(|r| r.try_register_counter("x_latency_us_sum").map(drop)),
    );
    let collector = ("a collector \"x\"", registration!(|r| r.try_register_collector("x").map(drop)));
    let requests =
        ("a counter \"x_requests\"", registration!(|r| r.try_register_counter("x_requests").map(drop)));
    let extremes = ("a min/max \"x\"", registration!(|r| r.try_register_minmax("x").map(drop)));
    let greatest = ("a gauge \"x_max\"", registration!(|r| r.try_register_gauge("x_max").map(drop)));
    for (one, other, printed) in [
        (counter_x_total, gauge_x, "\"x\""),
        (counter_x_total, gauge_x_created, "\"x_created\""),
        (histogram, counter_of_sums, "\"x_latency_us_sum\""),
        (collector, requests, "\"x_requests\""),
        (extremes, greatest, "\"x_max\""),
    ] {
        for ((standing, first), (wanted, second)) in [(one, other), (other, one)] {
            let registry = registry();
            (first.1)(&registry).expect("there is nothing yet");
            let error = (second.1)(&registry).expect_err("they meet").to_string();
            let (before, after) = error.split_once("): ").expect("two parts");
            assert!(before.starts_with(&format!("cannot register {wanted} (")), "{error}");
            second.assert_place_in(before);
            assert!(after.starts_with(&format!("{standing} (")), "{error}");
            first.assert_place_in(after);
            assert!(after.contains(&format!("exports {printed}")), "{error}");
        }
    }
}

#[test]
fn the_first_place_counts_and_the_plain_ones_say_the_callers() {
    let registry = registry();
    let (first, _) = at!(registry.register_counter("jobs"));
    registry.register_counter("jobs");
    let (wanted, panicked) = at!(panic_of(|| registry.register_gauge("jobs")));
    assert_names(&panicked, &[&format!("places.rs:{first}:"), &format!("places.rs:{wanted}:")]);
}
