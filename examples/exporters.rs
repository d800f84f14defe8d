//! Four ways out of a program at once: stdout and a file, which the library writes, and an HTTP POST and `StatsD` over UDP,
//! which are callbacks made of standard-library parts.
//!
//! ```text
//! cargo run -p tachometer-workspace --example exporters [-- HTTP_ADDRESS [STATSD_ADDRESS]]
//! ```
//!
//! An address is an IP address and a port. Where it is left out, the program starts a receiver of its own on this
//! machine, and shows what that got. It ends by itself after some two seconds.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};
use tachometer::{FullSnapshot, instrumented};

const INTERVAL: Duration = Duration::from_millis(500);
const TIMEOUT: Duration = Duration::from_secs(1);
/// How long a receiver waits for more before it shows what it has.
const QUIET: Duration = Duration::from_millis(100);
/// `StatsD` wants a datagram to fit into one Ethernet frame.
const DATAGRAM: usize = 1_432;

/// Sends Prometheus text as the body of an HTTP POST. Whoever does not answer in time is left alone until next time.
fn to_http(address: SocketAddr) -> impl FnMut(&FullSnapshot) -> io::Result<()> {
    move |now| {
        let body = now.to_prometheus_format();
        let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        write!(stream, "POST /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n")?;
        write!(stream, "Content-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\r\n", body.len())?;
        stream.write_all(body.as_bytes())?;
        let mut status = String::new();
        BufReader::new(stream).read_line(&mut status)?;
        match status.split(' ').nth(1) {
            Some(code) if code.starts_with('2') => Ok(()),
            _ => Err(io::Error::other(format!("the answer was {:?}", status.trim_end()))),
        }
    }
}

/// Sends counters and gauges as `StatsD` has them, with the calls of functions among the counters. `StatsD` adds up
/// what it gets, so it gets what came since the last time.
fn to_statsd(
    address: SocketAddr,
    mut earlier: FullSnapshot,
) -> io::Result<impl FnMut(&FullSnapshot) -> io::Result<()>> {
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    Ok(move |now: &FullSnapshot| {
        let difference = now.since(&earlier);
        let mut lines = Vec::new();
        for function in &difference.functions {
            let name = function.function.replace("::", ".");
            lines.push(format!("{name}.ok:{}|c\n", function.ok));
            lines.push(format!("{name}.errors:{}|c\n", function.errors));
        }
        lines.extend(difference.counters.iter().map(|(name, count)| format!("{name}:{count}|c\n")));
        lines.extend(difference.gauges.iter().map(|(name, level)| format!("{name}:{level}|g\n")));
        for datagram in datagrams(&lines) {
            socket.send_to(datagram.as_bytes(), address)?;
        }
        // Only now: what could not be sent is in the next difference.
        earlier = now.clone();
        Ok(())
    })
}

/// Whole lines, as many to a datagram as fit.
fn datagrams(lines: &[String]) -> Vec<String> {
    let mut datagrams: Vec<String> = Vec::new();
    for line in lines {
        match datagrams.last_mut() {
            Some(last) if last.len() + line.len() <= DATAGRAM => last.push_str(line),
            _ => datagrams.push(line.clone()),
        }
    }
    datagrams
}

/// Counts the steps of a number's way to 1 (halved where even, tripled and one more where odd).
#[instrumented]
fn steps(start: u64) -> Result<u32, &'static str> {
    let mut number = start;
    for step in 0..1_000 {
        match number {
            0 => return Err("zero never gets there"),
            1 => return Ok(step),
            even if even % 2 == 0 => number /= 2,
            odd => number = odd.checked_mul(3).and_then(|n| n.checked_add(1)).ok_or("too large")?,
        }
    }
    Err("too long")
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let http = Destination::new(args.next(), HttpReceiver::start)?;
    let statsd = Destination::new(args.next(), StatsdReceiver::start)?;
    let file = env::temp_dir().join(format!("tachometer-exporters-{}.prom", process::id()));

    let registry = tachometer::global();
    let exporter = registry
        .exporter()
        .every(INTERVAL)
        .to_file(&file)
        .table()
        .to_stdout()
        .to("http", to_http(http.address))
        .to("statsd", to_statsd(statsd.address, registry.snapshot_all())?)
        .start()?;

    let numbers = registry.register_counter("numbers_total");
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end {
        numbers.increment();
        // An error is counted by its function, and is of no interest here.
        let _ = steps(rand::random::<u64>() >> rand::random_range(0..64_u32));
        thread::sleep(Duration::from_millis(1));
    }
    // Each sink gets one more snapshot, so all four have everything.
    drop(exporter);

    show_file(&file)?;
    if let Some(receiver) = http.receiver {
        receiver.show()?;
    }
    if let Some(receiver) = statsd.receiver {
        receiver.show()?;
    }
    Ok(())
}

/// Where to send to, and the receiver there if it is one of this program.
struct Destination<R> {
    address: SocketAddr,
    receiver: Option<R>,
}

impl<R> Destination<R> {
    fn new(
        address: Option<String>,
        start: impl FnOnce() -> io::Result<(SocketAddr, R)>,
    ) -> Result<Self, Box<dyn Error>> {
        if let Some(address) = address {
            let parsed = address.parse().map_err(|error| format!("{address:?}: {error}"))?;
            return Ok(Destination { address: parsed, receiver: None });
        }
        let (address, receiver) = start()?;
        Ok(Destination { address, receiver: Some(receiver) })
    }
}

/// Shows what the file holds, and removes it.
fn show_file(path: &Path) -> io::Result<()> {
    let text = fs::read_to_string(path)?;
    fs::remove_file(path)?;
    show("the file holds", &text)
}

/// A server that takes every POST and knows nothing else of HTTP.
struct HttpReceiver {
    bodies: mpsc::Receiver<String>,
}

impl HttpReceiver {
    fn start() -> io::Result<(SocketAddr, Self)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (sender, bodies) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(body) = stream.and_then(|stream| Self::take(&stream)) else { continue };
                if sender.send(body).is_err() {
                    return;
                }
            }
        });
        Ok((address, HttpReceiver { bodies }))
    }

    /// Reads a request to the end of its body, and answers it.
    fn take(mut stream: &TcpStream) -> io::Result<String> {
        stream.set_read_timeout(Some(TIMEOUT))?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().map_err(io::Error::other)?;
                }
                _ if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = String::new();
        reader.take(length).read_to_string(&mut body)?;
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")?;
        Ok(body)
    }

    fn show(&self) -> io::Result<()> {
        let mut bodies = Vec::new();
        while let Ok(body) = self.bodies.recv_timeout(QUIET) {
            bodies.push(body);
        }
        show(
            &format!("HTTP brought {} bodies; the last", bodies.len()),
            bodies.last().map_or("", String::as_str),
        )
    }
}

/// A socket, which keeps what nobody has read yet.
struct StatsdReceiver {
    socket: UdpSocket,
}

impl StatsdReceiver {
    fn start() -> io::Result<(SocketAddr, Self)> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(QUIET))?;
        Ok((socket.local_addr()?, StatsdReceiver { socket }))
    }

    fn show(&self) -> io::Result<()> {
        let mut text = String::new();
        let mut datagram = [0; DATAGRAM];
        while let Ok(length) = self.socket.recv(&mut datagram) {
            text += &String::from_utf8_lossy(&datagram[..length]);
        }
        show("StatsD brought", &text)
    }
}

/// Prints the first lines of `text` under a heading.
fn show(heading: &str, text: &str) -> io::Result<()> {
    const LINES: usize = 12;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "\n{heading} ({} lines in all):", text.lines().count())?;
    text.lines().take(LINES).try_for_each(|line| writeln!(stdout, "    {line}"))
}
