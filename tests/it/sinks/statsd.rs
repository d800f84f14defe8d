//! StatsD: what a daemon on this machine receives, also when it was not running for a while.

use super::*;
use std::collections::BTreeMap;
use std::net::UdpSocket;
use tachometer::error::Kind;
use tachometer::export::{Statsd, StatsdDialect};

/// A daemon that only listens.
struct Daemon {
    socket: UdpSocket,
    totals: BTreeMap<String, f64>,
    largest: usize,
}

impl Daemon {
    fn start(address: &str) -> Self {
        let socket = UdpSocket::bind(address).unwrap();
        socket.set_nonblocking(true).unwrap();
        Daemon { socket, totals: BTreeMap::new(), largest: 0 }
    }

    fn address(&self) -> String {
        self.socket.local_addr().unwrap().to_string()
    }

    /// Reads what has arrived: on the loopback, what has been sent.
    fn read(&mut self) -> &BTreeMap<String, f64> {
        let mut datagram = vec![0; 65_536];
        while let Ok(length) = self.socket.recv(&mut datagram) {
            self.largest = self.largest.max(length);
            add_lines(&mut self.totals, std::str::from_utf8(&datagram[..length]).unwrap());
        }
        &self.totals
    }
}

fn add_lines(totals: &mut BTreeMap<String, f64>, text: &str) {
    for line in text.lines() {
        let (name, rest) = line.split_once(':').unwrap();
        if let Some(count) = rest.strip_suffix("|c") {
            *totals.entry(name.to_owned()).or_default() += count.parse::<f64>().unwrap();
        } else if let Some(level) = rest.strip_suffix("|g") {
            totals.insert(name.to_owned(), level.parse().unwrap());
        } else {
            panic!("{line}");
        }
    }
}

/// Counts in so many counters, with totals that differ.
fn count(registry: &MetricsRegistry, counters: u64) {
    for index in 0..counters {
        registry.register_counter(format!("jobs_{index:04}")).add(index + 1);
    }
}

fn assert_totals(totals: &BTreeMap<String, f64>, counters: u64, times: u64) {
    let jobs: Vec<_> = totals.iter().filter(|(name, _)| name.starts_with("jobs_")).collect();
    assert_eq!(jobs.len() as u64, counters);
    for (index, (name, total)) in (1_u64..).zip(jobs) {
        assert!(
            (total - (index * times) as f64).abs() < 0.5,
            "{name} is {total}, and should be {times} times {index}"
        );
    }
}

#[test]
fn differences_add_up_to_the_totals_and_datagrams_are_within_the_limit() {
    let registry = registry();
    let mut daemon = Daemon::start("127.0.0.1:0");
    count(&registry, 300);
    let exporter = registry.exporter().to_statsd(daemon.address()).start().unwrap();
    assert!(exporter.flush(HUNG));
    count(&registry, 300);
    assert!(exporter.flush(HUNG));
    assert!(exporter.flush(HUNG));
    count(&registry, 300);
    drop(exporter);
    assert_totals(daemon.read(), 300, 3);
    assert!((1_400..=1_432).contains(&daemon.largest), "{}", daemon.largest);
}

/// Linux, whose loopback tells of a refusal before `send` returns.
#[cfg(target_os = "linux")]
#[test]
fn a_daemon_that_was_down_has_the_totals_when_it_is_back() {
    let registry = registry();
    let mut daemon = Daemon::start("127.0.0.1:0");
    let address = daemon.address();
    let reports = Reports::default();
    count(&registry, 300);
    let exporter = reports.of(registry.exporter()).to_statsd(address.as_str()).start().unwrap();
    assert!(exporter.flush(HUNG));
    daemon.read();
    let mut totals = daemon.totals;
    drop(daemon.socket);
    for _ in 0..3 {
        count(&registry, 300);
        assert!(exporter.flush(HUNG));
    }
    let errors = reports.all();
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(
        errors[0].starts_with(&format!("statsd {address}: ")) && errors[0].contains("refused"),
        "{errors:?}"
    );

    let mut daemon = Daemon::start(&address);
    count(&registry, 300);
    assert!(exporter.flush(HUNG));
    for (name, total) in daemon.read() {
        *totals.entry(name.clone()).or_default() += total;
    }
    totals.retain(|name, _| name.starts_with("jobs_"));
    assert_totals(&totals, 300, 5);
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(
        text.contains(&format!("tachometer_exports_total{{sink=\"statsd {address}\",result=\"error\"}} 3\n")),
        "{text}"
    );
    drop(exporter);
}

#[test]
fn a_line_that_does_not_fit_is_reported_once_and_the_others_are_sent() {
    let registry = registry();
    let mut daemon = Daemon::start("127.0.0.1:0");
    let long = format!("jobs_{}", "x".repeat(60));
    registry.register_counter(&long).add(1);
    registry.register_counter("jobs_short").add(1);
    let reports = Reports::default();
    let sink = Statsd::new(daemon.address()).max_datagram(60);
    let exporter = reports.of(registry.exporter()).to_statsd(sink).start().unwrap();
    assert!(exporter.flush(HUNG));
    registry.register_counter(&long).add(1);
    registry.register_counter("jobs_short").add(1);
    assert!(exporter.flush(HUNG));
    drop(exporter);
    let errors = reports.all();
    let of_long: Vec<_> = errors.iter().filter(|error| error.contains(&long)).collect();
    let expected = format!(
        "a line of 69 bytes does not fit into a datagram of 60 bytes, and is not sent: it is of the series {long}"
    );
    assert!(of_long.len() == 1 && of_long[0].ends_with(&expected), "{errors:?}");
    assert_eq!(daemon.read().get("jobs_short"), Some(&2.0));
    assert!(daemon.largest <= 60);
}

#[test]
fn invalid_settings_are_refused_and_named() {
    let dog = || Statsd::new("127.0.0.1:8125").dialect(StatsdDialect::DogStatsd);
    let cases = [
        (Statsd::from("127.0.0.1"), "address", "must be `HOST:PORT` with a port from 1 to 65535"),
        (Statsd::new("127.0.0.1:8125").prefix("a..b"), "prefix", "with single points in between"),
        (
            Statsd::new("127.0.0.1:8125").prefix("a:b"),
            "prefix",
            "must consist of ASCII letters, digits, `_` and `-`",
        ),
        (Statsd::new("127.0.0.1:8125").tag("a", "b"), "tag", "the plain protocol has no tags"),
        (
            dog().tag("a", "b,c"),
            "tag",
            "\"a\" with the value \"b,c\": it must not contain `,`, `|` or control characters",
        ),
        (dog().tag("a:b", "c"), "tag", "its name must not contain `:`"),
        (dog().tag("a", ""), "tag", "must not be empty"),
        (dog().tag("a", "b").tag("a", "c"), "tag", "there is another one of this name"),
        (dog().max_datagram(0), "largest datagram", "must be between 1 and 65507 bytes, not 0"),
        (dog().max_datagram(65_508), "largest datagram", "not 65508"),
        (dog().timeout(Duration::ZERO), "timeout", "must be longer than zero"),
    ];
    for (sink, setting, allowed) in cases {
        let error = registry().exporter().to_statsd(sink).start().unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), Kind::InvalidConfiguration);
        assert!(
            text.starts_with(&format!("the {setting} of the StatsD sink: ")) && text.contains(allowed),
            "{text}"
        );
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::net::UnixDatagram;
    use std::path::PathBuf;
    use std::time::Instant;

    /// The path of a socket, which is removed at the end.
    struct Path(PathBuf);

    impl Path {
        fn new(name: &str) -> Self {
            let path =
                Path(std::env::temp_dir().join(format!("tachometer-{name}-{}.sock", std::process::id())));
            let _ = std::fs::remove_file(&path.0);
            path
        }

        fn listen(&self) -> UnixDatagram {
            let socket = UnixDatagram::bind(&self.0).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket
        }

        fn sink(&self) -> Statsd {
            Statsd::new(format!("unix://{}", self.0.display()))
        }
    }

    impl Drop for Path {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn read(socket: &UnixDatagram, totals: &mut BTreeMap<String, f64>) -> usize {
        let (mut datagram, mut largest) = (vec![0; 65_536], 0);
        while let Ok(length) = socket.recv(&mut datagram) {
            largest = largest.max(length);
            add_lines(totals, std::str::from_utf8(&datagram[..length]).unwrap());
        }
        largest
    }

    #[test]
    fn a_socket_that_is_missing_full_or_made_anew_loses_nothing() {
        let registry = registry();
        let path = Path::new("statsd");
        let reports = Reports::default();
        // Small datagrams, of which a socket holds a few only.
        let sink = path.sink().max_datagram(100).timeout(Duration::from_millis(30));
        let exporter = reports.of(registry.exporter()).to_statsd(sink).start().unwrap();
        count(&registry, 400);
        assert!(exporter.flush(HUNG), "missing");
        assert_eq!(reports.all().len(), 1);

        let mut totals = BTreeMap::new();
        let socket = path.listen();
        let begun = Instant::now();
        assert!(exporter.flush(HUNG), "full");
        assert!(begun.elapsed() < Duration::from_secs(20), "the deadline is 30 ms");
        assert_eq!(reports.all().len(), 2);
        read(&socket, &mut totals);
        drop(socket);
        std::fs::remove_file(&path.0).unwrap();

        let socket = path.listen();
        count(&registry, 400);
        // Each export sends what the socket holds.
        while {
            let before = reports.all().len();
            assert!(exporter.flush(HUNG));
            assert!(read(&socket, &mut totals) <= 100);
            reports.all().len() > before
        } {}
        assert_totals(&totals, 400, 2);
        drop(exporter);
    }

    #[test]
    fn datagrams_of_unix_sockets_are_larger() {
        let registry = registry();
        let path = Path::new("statsd-large");
        let socket = path.listen();
        count(&registry, 1_000);
        let exporter = registry.exporter().to_statsd(path.sink()).start().unwrap();
        assert!(exporter.flush(HUNG));
        let mut totals = BTreeMap::new();
        let largest = read(&socket, &mut totals);
        assert!((8_100..=8_192).contains(&largest), "{largest}");
        assert_totals(&totals, 1_000, 1);
        drop(exporter);
    }
}
