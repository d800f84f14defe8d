//! Two runtimes, one for requests and one for work in the background, whose metrics are printed.
//!
//!     cargo run -p tachometer-tokio --example runtimes
//!     RUSTFLAGS="--cfg tokio_unstable" cargo run -p tachometer-tokio --example runtimes

use std::time::Duration;
use tachometer_tokio::PollTime;
use tokio::runtime::Builder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let requests = Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let background = Builder::new_current_thread().enable_time().build()?;
    tachometer_tokio::runtime(requests.handle()).name("requests").register()?;
    tachometer_tokio::runtime(background.handle()).name("background").register()?;

    let polls = PollTime::new("request").slow_after(Duration::from_micros(100));
    let all: Vec<_> = (0..100_u64)
        .map(|index| {
            requests.spawn(polls.measure(async move {
                tokio::time::sleep(Duration::from_millis(index % 7)).await;
                std::hint::black_box((0..index * 1_000).sum::<u64>())
            }))
        })
        .collect();
    background.block_on(async {
        for request in all {
            request.await?;
        }
        Ok::<_, tokio::task::JoinError>(())
    })?;
    print!("{}", tachometer::snapshot().to_prometheus_format());
    Ok(())
}
