//! `statsd_daemon NODE STATS_JS FOLDER` exports to the original StatsD daemon, which is ended and started again while the program counts,
//! and compares the totals of both daemons with the last snapshot. `.ci/statsd` runs it.

use serde_json::Value;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tachometer::{exporter, global, instrumented};

type Outcome<T> = Result<T, Box<dyn Error>>;

const LONG: Duration = Duration::from_secs(4_000);
const HUNG: Duration = Duration::from_secs(50);

/// Prints what the daemon has counted, as one line of JSON, when it flushes: at its end.
const BACKEND: &str = "exports.init = (startup, config, events) => {
  events.on('flush', (time, metrics) => require('fs').writeSync(1, JSON.stringify({
    counters: metrics.counters, gauges: metrics.gauges, timers: metrics.timer_data
  }) + '\\n'));
  return true;
};
";

struct Daemon {
    node: String,
    program: String,
    config: PathBuf,
    port: u16,
    console: u16,
}

impl Daemon {
    fn new(node: String, program: String, folder: &Path) -> Outcome<Self> {
        let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
        let console = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let backend = folder.join("backend.js");
        fs::write(&backend, BACKEND)?;
        let config = folder.join("config.js");
        fs::write(
            &config,
            format!(
                "{{ address: '127.0.0.1', port: {port}, mgmt_address: '127.0.0.1', mgmt_port: {console}, flushInterval: 4000000,\n  \
                 backends: ['{}'] }}\n",
                backend.display()
            ),
        )?;
        Ok(Daemon { node, program, config, port, console })
    }

    fn start(&self) -> Outcome<Child> {
        let mut command = Command::new(&self.node);
        Ok(command.arg(&self.program).arg(&self.config).stdout(Stdio::piped()).spawn()?)
    }

    /// Returns after the daemon has read all that has been sent to it: a last datagram shows up in its counters.
    fn wait_until_read(&self, sentinel: &str) -> Outcome<()> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        for _ in 0..1_000 {
            // It may not listen yet.
            socket.send_to(format!("{sentinel}:1|c").as_bytes(), ("127.0.0.1", self.port))?;
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.console)) {
                stream.write_all(b"counters\n")?;
                for line in BufReader::new(stream).lines() {
                    match line?.as_str() {
                        "END" => break,
                        line if line.contains(sentinel) => return Ok(()),
                        _ => {}
                    }
                }
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!("the daemon has not read {sentinel:?}").into())
    }
}

/// Ends a daemon, and returns what it has counted.
fn end(mut daemon: Child) -> Outcome<Value> {
    let stdout = daemon.stdout.take().ok_or("a pipe")?;
    Command::new("kill").arg("-TERM").arg(daemon.id().to_string()).status()?;
    let mut last = String::new();
    for line in BufReader::new(stdout).lines() {
        last = line?;
    }
    daemon.wait()?;
    Ok(serde_json::from_str(&last)?)
}

#[instrumented(labels(kind = kind))]
fn work(kind: &'static str, number: u64) -> Result<u64, ()> {
    if number.is_multiple_of(7) { Err(()) } else { Ok(number) }
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [node, program, folder] = &arguments[..] else { return Err("NODE STATS_JS FOLDER".into()) };
    let daemon = Daemon::new(node.clone(), program.clone(), Path::new(folder))?;
    let errors = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&errors);
    let exporter = exporter()
        .every(LONG)
        .to_statsd(format!("localhost:{}", daemon.port))
        .on_error(move |sink, error| {
            println!("{sink}: {error}");
            counted.fetch_add(1, Ordering::Relaxed);
        })
        .start()?;

    let is_over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = ["first", "second, with a.b:c"]
        .into_iter()
        .map(|kind| {
            let is_over = Arc::clone(&is_over);
            thread::spawn(move || {
                let (jobs, level) = (global().register_counter("jobs"), global().register_gauge("level"));
                for number in 0.. {
                    let _ = work(kind, number);
                    jobs.add(3);
                    level.set(-5);
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                }
            })
        })
        .collect();

    let first = daemon.start()?;
    daemon.wait_until_read("listens")?;
    for _ in 0..20 {
        exporter.flush(HUNG);
    }
    daemon.wait_until_read("first")?;
    let first = end(first)?;
    let before = errors.load(Ordering::Relaxed);
    for _ in 0..5 {
        exporter.flush(HUNG);
    }
    let failed = errors.load(Ordering::Relaxed) - before;
    if failed != 5 {
        return Err(format!("{failed} of 5 exports failed while the daemon was down").into());
    }
    let second = daemon.start()?;
    daemon.wait_until_read("again")?;
    for _ in 0..20 {
        exporter.flush(HUNG);
    }
    is_over.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.join().expect("it works");
    }
    drop(exporter);
    daemon.wait_until_read("second")?;
    compare(&first, &end(second)?)
}

fn compare(first: &Value, second: &Value) -> Outcome<()> {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let mut mistakes = Vec::new();
    let mut check = |name: &str, both: f64, expected: u64| {
        println!("{name}: {both}, and {expected} counted");
        if (both - expected as f64).abs() > 0.0 || expected == 0 {
            mistakes.push(name.to_owned());
        }
    };
    let snapshot = tachometer::snapshot();
    let counter = |name: &str| number(&first["counters"][name]) + number(&second["counters"][name]);
    check("jobs", counter("jobs"), snapshot.counters["jobs"]);
    for function in snapshot.functions_named("work") {
        let kind = match function.labels[0].1.as_str() {
            "first" => "first",
            _ => "second-_2c-_20with-_20a-_2eb-_3ac",
        };
        let labels = format!("function.work.module.{}.kind.{kind}", env!("CARGO_CRATE_NAME"));
        for (outcome, calls) in [("ok", function.ok), ("error", function.errors)] {
            let name = format!("function_calls_total.{labels}.outcome.{outcome}");
            check(&name, counter(&name), calls);
        }
        let name = format!("function_duration_seconds.{labels}");
        let timer = |daemon: &Value| number(&daemon["timers"][&name]["count"]);
        check(&name, timer(first) + timer(second), function.calls());
    }
    if number(&second["gauges"]["level"]).to_bits() != (-5.0_f64).to_bits() {
        mistakes.push(format!("level {}", second["gauges"]["level"]));
    }
    for daemon in [first, second] {
        if number(&daemon["counters"]["statsd.bad_lines_seen"]) > 0.0 {
            mistakes.push("lines that the daemon refuses".to_owned());
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(format!("not equal: {mistakes:?}").into()) }
}
