//! A program that counts by the macros of `metrics`, like the example `prometheus_server` of `metrics-exporter-prometheus`. Only the first
//! two lines of `main` know which recorder there is.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::time::Instant;

fn main() -> Result<(), tachometer_metrics::InstallError> {
    let _print = tachometer::print_on_exit();
    tachometer_metrics::install()?;

    describe_counter!("tcp_server_loops_total", "The iterations of the event loop");
    describe_histogram!(
        "tcp_server_loop_delta_seconds",
        Unit::Seconds,
        "The time of an iteration of the event loop"
    );
    describe_gauge!("lucky_iterations", "The iterations that were lucky, less the others");
    counter!("idle_metric_total").increment(1);
    gauge!("testing").set(42.0);

    let mut last = Instant::now();
    for iteration in 0..1_000 {
        counter!("tcp_server_loops_total", "system" => "foo").increment(1);
        histogram!("tcp_server_loop_delta_seconds", "system" => "foo").record(last.elapsed());
        last = Instant::now();
        let lucky = gauge!("lucky_iterations");
        if iteration % 4 == 0 { lucky.decrement(1.0) } else { lucky.increment(1.0) }
    }
    Ok(())
}
