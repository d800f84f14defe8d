use tachometer::{FullSnapshot, exporter, global, snapshot};

fn main() {
    global().register_process_metrics();
    let _ = global().try_register_process_metrics();
    let text = snapshot().to_json();
    snapshot().encode_json(&mut String::new());
    let _ = FullSnapshot::from_json(&text);
    let _ = exporter().json().to_stdout().start();
    let _exporter = exporter().to_stdout().on_signals().start();
}
