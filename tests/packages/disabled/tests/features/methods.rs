use tachometer::{Call, FullSnapshot, exporter, global, snapshot};

fn holds(calls: [Call; 3]) {
    let [first, second, third] = calls;
    let _ = first.stream(());
    let _ = second.try_stream(());
    let _ = third.body(());
}

fn main() {
    let _: fn([Call; 3]) = holds;
    global().register_process_metrics();
    let _ = global().try_register_process_metrics();
    let text = snapshot().to_json();
    snapshot().encode_json(&mut String::new());
    let _ = FullSnapshot::from_json(&text);
    let _ = exporter().json().to_stdout().start();
    let _exporter = exporter().to_stdout().on_signals().start();
    let _ = exporter().to_statsd("127.0.0.1:8125").start();
    let _ = exporter().to_emf("Shop").start();
}
