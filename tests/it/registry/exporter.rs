//! Exporters: what reaches which sink, and what becomes of a sink that fails, panics or hangs.

use super::*;
use std::io;
use tachometer::Format;

/// A sink that sends every snapshot it gets, and the other end.
fn sending_sink() -> (impl FnMut(&FullSnapshot) -> io::Result<()> + Send + 'static, Receiver<FullSnapshot>) {
    let (mut send, receiver) = sending();
    let sink = move |snapshot: &FullSnapshot| {
        send(snapshot.clone());
        Ok(())
    };
    (sink, receiver)
}

#[expect(clippy::unnecessary_wraps, reason = "it is a sink")]
fn ignore(_: &FullSnapshot) -> io::Result<()> {
    Ok(())
}

/// The text's lines about exports, without help and type.
fn counts(registry: &MetricsRegistry) -> Vec<String> {
    let text = registry.snapshot_all().to_prometheus_format();
    let lines = text.lines().filter_map(|line| line.strip_prefix("tachometer_exports_total"));
    lines.map(str::to_owned).collect()
}

fn count(registry: &MetricsRegistry, sink: &str, result: &str) -> u64 {
    let start = format!("{{sink=\"{sink}\",result=\"{result}\"}} ");
    let counts = counts(registry);
    let mut found = counts.iter().filter_map(|line| line.strip_prefix(&start));
    found.next().expect("the sink is counted").parse().expect("a count")
}

#[test]
fn the_registrys_interval_is_the_exporters_unless_it_has_its_own() {
    let quick = MetricsRegistry::new(SHORT);
    let (sink, exports) = sending_sink();
    let _quick = quick.exporter().to("sink", sink).start().expect("it starts");
    let slow = registry();
    let (sink, own_interval) = sending_sink();
    let _slow = slow.exporter().every(SHORT).to("sink", sink).start().expect("it starts");
    for receiver in [exports, own_interval] {
        receiver.recv_timeout(HUNG).expect("an export");
        receiver.recv_timeout(HUNG).expect("another");
    }
}

#[test]
fn each_sink_has_a_last_export_however_the_exporter_ends() {
    type End = fn(tachometer::export::Exporter, MetricsRegistry);
    let ends: [End; 4] = [
        |exporter, _| drop(exporter),
        |exporter, _| {
            exporter.stop();
            exporter.stop();
            std::mem::forget(exporter);
        },
        |exporter, registry| {
            registry.stop();
            std::mem::forget(exporter);
        },
        |exporter, registry| {
            drop(registry);
            std::mem::forget(exporter);
        },
    ];
    for end in ends {
        let registry = registry();
        let jobs = registry.register_counter("jobs");
        let (sinks, exports): (Vec<_>, Vec<_>) = (0..3).map(|_| sending_sink()).unzip();
        let builder = registry.exporter();
        let builder = sinks.into_iter().fold(builder, |builder, sink| builder.to("sink", sink));
        let exporter = builder.start().expect("it starts");
        jobs.add(7);
        in_time(move || end(exporter, registry));
        for receiver in exports {
            // The export was made and its thread has ended. It was the only one: none at the start.
            assert_eq!(receiver.try_recv().expect("the last export").counters["jobs"], 7);
            assert_eq!(receiver.try_recv(), Err(mpsc::TryRecvError::Disconnected));
        }
    }
}

#[test]
fn every_count_is_there_from_the_start_and_only_with_an_exporter() {
    let registry = registry();
    let export = registry.start_export_thread(drop);
    assert_eq!(counts(&registry), [""; 0]);
    let (sink, exports) = sending_sink();
    let exporter = registry.exporter().to("b", sink).to("a\"", ignore).start().expect("it starts");
    let zero = [
        r#"{sink="a\"",result="ok"} 0"#,
        r#"{sink="a\"",result="error"} 0"#,
        r#"{sink="a\"",result="panic"} 0"#,
        r#"{sink="b",result="ok"} 0"#,
        r#"{sink="b",result="error"} 0"#,
        r#"{sink="b",result="panic"} 0"#,
    ];
    assert_eq!(counts(&registry), zero);
    let earlier = registry.snapshot_all();
    exporter.stop();
    // What a sink gets was read before its export ended; another sink's may have ended by then.
    let last = exports.try_recv().expect("the last export").to_prometheus_format();
    assert!(last.contains(&format!("\ntachometer_exports_total{}\n", zero[3])), "{last}");

    let one = r#"tachometer_exports_total{sink="b",result="ok"} 1"#;
    let later = registry.snapshot_all();
    assert!(later.to_prometheus_format().contains(one));
    assert!(later.since(&earlier).to_prometheus_format().contains(one));
    let none = later.since(&later).to_prometheus_format();
    assert!(none.contains(r#"tachometer_exports_total{sink="b",result="ok"} 0"#), "{none}");
    assert_eq!(FullSnapshot::from_json(&later.to_json()).expect("a snapshot"), later);
    let series = r#"{"labels":{"sink":"a\"","result":"ok"},"value":{"count":1}}"#;
    assert!(later.to_json().contains(series), "{}", later.to_json());
    export.stop();
}

#[test]
fn an_exporter_alone_shows_no_panics_of_callbacks() {
    let registry = registry();
    registry
        .exporter()
        .to("sink", |_| panic!("a panic that is meant to be"))
        .start()
        .expect("it starts")
        .stop();
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(!text.contains("tachometer_export_panics_total"), "{text}");
    assert_eq!(count(&registry, "sink", "panic"), 1);
}

#[test]
fn sinks_of_one_name_are_counted_together() {
    let registry = registry();
    let exporter = registry.exporter().to("sink", ignore).to("sink", ignore).start().expect("it starts");
    let other = registry.exporter().to("sink", ignore).start().expect("it starts");
    exporter.stop();
    other.stop();
    assert_eq!(counts(&registry).len(), 3);
    assert_eq!(count(&registry, "sink", "ok"), 3);
}

#[test]
fn a_sink_that_fails_is_told_of_counted_and_called_again_and_the_others_go_on() {
    let registry = registry();
    let (good, exports) = sending_sink();
    let (tell, told) = mpsc::channel();
    let mut calls = 0;
    let exporter = registry
        .exporter()
        .every(SHORT)
        .to("bad", move |_| {
            calls += 1;
            Err(io::Error::other(format!("error {calls}")))
        })
        .to("good", good)
        .on_error(move |sink, error| {
            let _ = tell.send(format!("{sink}: {error}"));
            panic!("a panic that is meant to be");
        })
        .start()
        .expect("it starts");
    for number in 1..=3 {
        assert_eq!(told.recv_timeout(HUNG), Ok(format!("bad: error {number}")));
        exports.recv_timeout(HUNG).expect("an export");
    }
    in_time(move || drop(exporter));
    let failed = 3 + told.try_iter().count() as u64;
    assert_eq!((count(&registry, "bad", "error"), count(&registry, "bad", "ok")), (failed, 0));
    assert_eq!((count(&registry, "good", "error"), count(&registry, "bad", "panic")), (0, 0));
}

#[test]
fn a_sink_that_panics_is_counted_and_called_again_and_the_others_go_on() {
    let registry = registry();
    let (good, exports) = sending_sink();
    let (tell, told) = mpsc::channel();
    let exporter = registry
        .exporter()
        .every(SHORT)
        .to("bad", move |_| {
            let _ = tell.send(());
            panic!("a panic that is meant to be");
        })
        .to("good", good)
        .start()
        .expect("it starts");
    for _ in 0..3 {
        told.recv_timeout(HUNG).expect("it is called again");
        exports.recv_timeout(HUNG).expect("an export");
    }
    in_time(move || drop(exporter));
    let panicked = 3 + told.try_iter().count() as u64;
    assert_eq!((count(&registry, "bad", "panic"), count(&registry, "bad", "error")), (panicked, 0));
    assert_eq!(count(&registry, "good", "panic"), 0);
}

#[test]
fn a_sink_that_hangs_holds_up_neither_the_others_nor_who_counts() {
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    let (good, exports) = sending_sink();
    let (enter, entered) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let exporter = registry
        .exporter()
        .every(SHORT)
        .to("hangs", move |_| {
            let _ = enter.send(());
            let _ = wait.recv();
            Ok(())
        })
        .to("good", good)
        .start()
        .expect("it starts");
    entered.recv_timeout(HUNG).expect("it hangs now");
    jobs.add(5);
    registry.register_counter("more").add(6);
    let has_all = |snapshot: &FullSnapshot| snapshot.counters.get("more") == Some(&6);
    let later = (0..100_000).map(|_| exports.recv_timeout(HUNG).expect("an export")).find(has_all);
    assert_eq!(later.expect("an export of what was counted meanwhile").counters["jobs"], 5);
    assert_eq!(count(&registry, "hangs", "ok"), 0);
    drop(go_on);
    in_time(move || drop(exporter));
    assert!(count(&registry, "hangs", "ok") >= 2);
}

#[test]
fn a_sink_may_end_its_exporter() {
    let registry = MetricsRegistry::new(SHORT);
    let (give, exporter) = mpsc::channel::<tachometer::export::Exporter>();
    let (sink, exports) = sending_sink();
    let mut sink = sink;
    give.send(
        registry
            .exporter()
            .to("sink", move |snapshot| {
                drop(exporter.recv_timeout(HUNG).expect("its own exporter"));
                sink(snapshot)
            })
            .start()
            .expect("it starts"),
    )
    .expect("the sink takes it");
    assert_eq!(rest_of(&exports).len(), 1);
    in_time(move || registry.stop());
}

#[test]
fn what_cannot_be_exported_is_refused() {
    let registry = registry();
    assert_names(&refusal(registry.exporter().start()), &["no sink", "to_file"]);
    assert_names(
        &refusal(registry.exporter().every(Duration::ZERO).to("sink", ignore).start()),
        &["interval", "zero"],
    );
    for path in ["", "/", "..", "metrics/"] {
        let error = refusal(registry.exporter().to("sink", ignore).to_file(path).start());
        assert_names(&error, &[path, "cannot export to the file"]);
    }
    #[cfg(windows)]
    for (path, why) in [
        ("\\", "file name"),
        ("metrics\\", "file name"),
        ("metrics\\..", "file name"),
        ("metrics/..", "file name"),
        ("C:", "file name"),
        ("C:\\", "file name"),
        ("C:metrics.prom", "current directory of a drive"),
        ("NUL", "does not allow this file name"),
        ("metrics\\con", "does not allow this file name"),
        ("metrics.prom.", "does not allow this file name"),
        ("metrics.prom ", "does not allow this file name"),
        ("metrics\\...", "does not allow this file name"),
        ("metrics.prom:stream", "must not contain"),
        ("metrics\\*.prom", "must not contain"),
    ] {
        let error = refusal(registry.exporter().to("sink", ignore).to_file(path).start());
        assert_names(&error, &[path, "cannot export to the file", why]);
    }
    // Nothing of it was started.
    assert_eq!(counts(&registry), [""; 0]);
    let builder = registry.exporter().to("sink", ignore).format(Format::OpenMetrics);
    assert!(format!("{builder:?}").contains("\"sink\""));
}
