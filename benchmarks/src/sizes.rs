//! What an annotation adds to the size of a future: the room that it takes wherever it is kept, and each time it is moved.

use crate::record::Record;
use crate::table::Table;
use crate::{Fallible, no_arguments};
use std::fmt::Write;
use std::future::ready;
use tachometer::instrumented;
use tachometer_benchmarks_elsewhere::{Outcome, work};

/// What a small future may grow by, in bytes.
const MOST_ADDED: usize = 64;

/// How many times as large as the plain one a future of four levels may be.
const MOST_TIMES: f64 = 1.15;

pub(crate) fn run(arguments: &[String]) -> Fallible {
    no_arguments(arguments)?;
    let mut table = Table::new(&["future", "plain, bytes", "annotated, bytes", "added", "ratio"]);
    for Shape { name, plain, annotated } in small().into_iter().chain(nested()) {
        let added = annotated.cast_signed() - plain.cast_signed();
        let ratio = annotated as f64 / plain as f64;
        table.row([
            name.to_owned(),
            plain.to_string(),
            annotated.to_string(),
            added.to_string(),
            format!("{ratio:.2}"),
        ]);
    }
    let mut body = format!("{table}\n");
    writeln!(
        body,
        "Promised, and tested: a small future grows by at most {MOST_ADDED} bytes, one of four levels is at most \
         {MOST_TIMES} times the plain one."
    )?;
    Record {
        name: "sizes",
        title: "What an annotation adds to the size of a future",
        facts: vec![],
        body,
        caveat: "Sizes are no timings: the same compiler gives the same, optimised or not. Another one may lay out \
                 futures otherwise.",
    }
    .publish()
}

/// A future in both forms.
struct Shape {
    name: &'static str,
    /// Its size in bytes.
    plain: usize,
    annotated: usize,
}

impl Shape {
    fn new(name: &'static str, plain: &impl Future, annotated: &impl Future) -> Self {
        Shape { name, plain: size_of_val(plain), annotated: size_of_val(annotated) }
    }
}

fn small() -> [Shape; 4] {
    let plain = small::plain(7);
    [
        Shape::new("small", &plain, &small::annotated(7)),
        Shape::new("small, `time = \"busy\"`", &plain, &small::busy(7)),
        Shape::new("small, `sample = 16`", &plain, &small::sampled(7)),
        Shape::new("small, `labels(number = number)`", &plain, &small::labelled(7)),
    ]
}

fn nested() -> [Shape; 4] {
    let argument = [7; 1024];
    [
        Shape::new("1 KiB passed down 1 level", &plain::level_1(argument), &annotated::level_1(argument)),
        Shape::new("… 2 levels", &plain::level_2(argument), &annotated::level_2(argument)),
        Shape::new("… 3 levels", &plain::level_3(argument), &annotated::level_3(argument)),
        Shape::new("… 4 levels", &plain::level_4(argument), &annotated::level_4(argument)),
    ]
}

/// A future that holds next to nothing, in its forms.
mod small {
    use super::{Outcome, instrumented, ready, work};

    pub(super) async fn plain(number: u64) -> Outcome {
        ready(()).await;
        work(number)
    }

    #[instrumented]
    pub(super) async fn annotated(number: u64) -> Outcome {
        ready(()).await;
        work(number)
    }

    #[instrumented(time = "busy")]
    pub(super) async fn busy(number: u64) -> Outcome {
        ready(()).await;
        work(number)
    }

    #[instrumented(sample = 16)]
    pub(super) async fn sampled(number: u64) -> Outcome {
        ready(()).await;
        work(number)
    }

    #[instrumented(labels(number = number))]
    pub(super) async fn labelled(number: u64) -> Outcome {
        ready(()).await;
        work(number)
    }
}

/// Functions that each pass their argument down to the next, the last of which keeps it while it waits.
macro_rules! levels {
    ($module:ident $(, #[$annotation:meta])?) => {
        mod $module {
            use super::{Outcome, ready, work};

            $(#[$annotation])?
            pub(super) async fn level_4(argument: [u8; 1024]) -> Outcome {
                level_3(argument).await
            }

            $(#[$annotation])?
            pub(super) async fn level_3(argument: [u8; 1024]) -> Outcome {
                level_2(argument).await
            }

            $(#[$annotation])?
            pub(super) async fn level_2(argument: [u8; 1024]) -> Outcome {
                level_1(argument).await
            }

            $(#[$annotation])?
            pub(super) async fn level_1(argument: [u8; 1024]) -> Outcome {
                ready(()).await;
                work(u64::from(argument[0]))
            }
        }
    };
}

levels!(plain);
levels!(annotated, #[tachometer::instrumented]);

#[test]
fn futures_grow_by_no_more_than_is_promised() {
    for Shape { name, plain, annotated } in small() {
        assert!(annotated <= plain + MOST_ADDED, "{name}: {plain} bytes became {annotated}");
    }
    let [.., Shape { plain, annotated, .. }] = nested();
    assert!(annotated as f64 <= MOST_TIMES * plain as f64, "{plain} bytes became {annotated}");
}
