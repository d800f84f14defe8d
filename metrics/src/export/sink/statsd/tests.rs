use super::*;
use crate::clock::Instant;
use crate::export::sink::resolver;
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::{Mutex, lock};
use crate::util::periodic::{PeriodicThread, Run};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{self, Receiver};
use std::time::SystemTime;

/// Calls `body` within a run.
fn in_a_run<R: Send + 'static>(body: impl FnOnce(Run<'_>) -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    let mut body = Some(body);
    let thread = PeriodicThread::start("test", Duration::from_secs(4_000), move |run| {
        if let Some(body) = body.take() {
            sender.send(body(run)).unwrap();
        }
    });
    let thread = thread.unwrap();
    assert!(PeriodicThread::flush_all(std::slice::from_ref(&thread), Duration::from_secs(60)));
    thread.stop();
    receiver.recv().unwrap()
}

fn snapshot(jobs: u64) -> FullSnapshot {
    let mut snapshot = FullSnapshot::empty(SystemTime::UNIX_EPOCH);
    snapshot.counters.insert("jobs".to_owned(), jobs);
    snapshot
}

fn delivery_to_host(timeout: Duration, look_up: resolver::Lookup) -> Delivery {
    let encoder = StatsdEncoder::new(StatsdDialect::Plain, String::new(), Vec::new());
    let address = Address::parse("statsd.example:8125").unwrap();
    Delivery::new(address, encoder, 1_432, timeout).with_lookup(look_up)
}

/// What a lookup waits for.
static ANSWERS: Mutex<Option<Receiver<SocketAddr>>> = Mutex::new(None);

#[expect(clippy::unnecessary_wraps, reason = "it is a lookup")]
fn hanging(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
    // A second helper thread would find nothing to wait for.
    let answers = lock(&ANSWERS).take().expect("only one lookup waits");
    Ok(vec![answers.recv().expect("it is answered")])
}

#[test]
fn a_lookup_that_hangs_costs_one_timeout_per_export_and_one_thread() {
    let (sender, receiver) = mpsc::channel();
    *lock(&ANSWERS) = Some(receiver);
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = daemon.local_addr().unwrap();
    in_a_run(move |run| {
        let mut delivery = delivery_to_host(Duration::from_millis(60), hanging);
        for jobs in [1, 2] {
            let begun = Instant::now();
            let error = delivery.export(&snapshot(jobs), run).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
            assert!(error.to_string().starts_with("cannot look up `statsd.example`: "), "{error}");
            assert!(Instant::now().saturating_duration_since(begun) < Duration::from_secs(30));
        }
        sender.send(address).unwrap();
        let mut delivery = delivery.with_timeout(Duration::from_secs(60));
        delivery.export(&snapshot(3), run).unwrap();
    });
    let mut datagram = [0; 100];
    let length = daemon.recv(&mut datagram).unwrap();
    assert_eq!(&datagram[..length], b"jobs:3|c");
}

fn unknown(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
    Err(io::Error::new(io::ErrorKind::NotFound, "no such host"))
}

#[test]
fn a_host_that_is_unknown_is_an_error_of_each_export() {
    in_a_run(|run| {
        let mut delivery = delivery_to_host(Duration::from_secs(60), unknown);
        let error = delivery.export(&snapshot(1), run).unwrap_err().to_string();
        assert_eq!(error, "cannot look up `statsd.example`: no such host");
    });
}

/// The address of a daemon that a lookup returns after one where nothing listens.
#[cfg(target_os = "linux")]
static SECOND: Mutex<Option<SocketAddr>> = Mutex::new(None);

#[cfg(target_os = "linux")]
fn two(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
    let second = lock(&SECOND).expect("it is set");
    // Bound and closed again: nothing listens there.
    let first = UdpSocket::bind("127.0.0.2:0")?.local_addr()?;
    Ok(vec![first, second])
}

/// Linux, where all of 127.0.0.0/8 is this machine, which tells of a refusal before `send` returns.
#[cfg(target_os = "linux")]
#[test]
fn an_address_that_refuses_is_followed_by_the_next_one_of_the_host() {
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    *lock(&SECOND) = Some(daemon.local_addr().unwrap());
    in_a_run(|run| {
        let mut delivery = delivery_to_host(Duration::from_secs(60), two);
        for jobs in [1, 3] {
            delivery.export(&snapshot(jobs), run).unwrap();
        }
    });
    for expected in [b"jobs:1|c", b"jobs:2|c"] {
        let mut datagram = [0; 100];
        let length = daemon.recv(&mut datagram).unwrap();
        assert_eq!(&datagram[..length], expected);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn all_datagrams_of_an_export_are_sent_again_after_a_late_refusal_across_the_network() {
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    let peer = daemon.local_addr().unwrap();
    in_a_run(move |run| {
        let encoder = StatsdEncoder::new(StatsdDialect::Plain, String::new(), Vec::new());
        let address = Address::parse(&peer.to_string()).unwrap();
        let mut delivery = Delivery::new(address, encoder, 8, Duration::from_secs(60));
        let mut earlier = snapshot(1);
        earlier.counters.insert("a".to_owned(), 1);
        delivery.export(&earlier, run).unwrap();
        let Some(socket::Socket::Udp { socket, is_local, .. }) = delivery.socket_mut() else {
            panic!("it is UDP")
        };
        // As if it were elsewhere, and had refused what is sent.
        *is_local = false;
        drop(daemon);
        socket.send(b"x").unwrap();
        let daemon = UdpSocket::bind(peer).unwrap();
        let mut later = earlier.clone();
        later.counters.insert("a".to_owned(), 3);
        delivery.export(&later, run).unwrap();
        for expected in [&b"a:1|c"[..], b"jobs:1|c", b"a:2|c"] {
            let mut datagram = [0; 100];
            let length = daemon.recv(&mut datagram).unwrap();
            assert_eq!(&datagram[..length], expected);
        }
    });
}
