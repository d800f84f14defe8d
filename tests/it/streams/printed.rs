//! What is shown of functions whose calls end with a stream: the family of cancellations by stage.

use super::*;
use tachometer::{FullSnapshot, MetricsRegistry};

#[expect(dead_code, reason = "it is shown nevertheless")]
#[instrumented(ends_with = "stream")]
fn never_called() -> impl Stream<Item = u32> {
    script([])
}

#[instrumented(ends_with = "stream", name = "printed")]
fn printed() -> impl Stream<Item = u32> + Unpin {
    script([Item(1)])
}

#[instrumented]
fn returns() {}

const FAMILY: &str = "function_cancellations_total";

fn line(name: &str, stage: &str) -> String {
    format!("{FAMILY}{{function=\"{name}\",module=\"{}\",stage=\"{stage}\"}}", module_path!())
}

#[test]
fn cancellations_are_printed_by_stage_and_at_zero_from_the_start() {
    returns();
    let earlier = crate::snapshot_of(module_path!());
    drop(printed());
    let mut stream = printed();
    assert!(next(&mut stream).is_ready());
    drop(stream);
    drop(printed());
    let snapshot = crate::snapshot_of(module_path!());
    let (text, open) = (snapshot.to_prometheus_format(), snapshot.to_openmetrics_format());
    let never_called = counted("never_called").function;
    for text in [&text, &open] {
        for (name, early, late) in [(never_called.as_str(), 0, 0), ("printed", 2, 1)] {
            assert!(text.contains(&format!("{} {early}\n", line(name, "before_first_item"))), "{text}");
            assert!(text.contains(&format!("{} {late}\n", line(name, "after_first_item"))), "{text}");
        }
        assert!(
            !text.contains(&line("returns", "before_first_item")),
            "a function that ends when it returns"
        );
    }
    assert!(text.contains(&format!("# TYPE {FAMILY} counter\n")), "{text}");
    assert!(text.contains("outcome=\"cancelled\"} 3\n"), "the family of outcomes counts both");

    let since = snapshot.since(&earlier);
    let stages = |snapshot: &FullSnapshot| {
        let printed = snapshot.function("printed").expect("it is there");
        (printed.cancelled_before_first_item(), printed.cancelled_after_first_item())
    };
    assert_eq!((stages(&earlier), stages(&since)), ((Some(0), Some(0)), (Some(2), Some(1))));
    assert_eq!(
        stages(&FullSnapshot::from_json(&snapshot.to_json()).expect("it was written")),
        (Some(2), Some(1))
    );
}

#[test]
fn the_name_of_the_family_is_taken() {
    let registry = MetricsRegistry::default();
    for name in [FAMILY, "function_cancellations"] {
        let error = registry.try_register_counter(name).unwrap_err().to_string();
        assert!(error.contains("function"), "{error}");
    }
}
