//! Sinks by TLS.

use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tachometer::MetricsRegistry;
use tachometer::export::{Otlp, Pushgateway};

/// A peer on loopback with a certificate of its own, which answers each request.
struct Peer {
    address: SocketAddr,
    /// The first lines of the requests.
    requests: Receiver<String>,
    certificate: String,
}

impl Peer {
    fn new() -> Self {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let certified = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key.into())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::channel();
        // Ends with the process.
        thread::spawn(move || {
            for connection in listener.incoming() {
                let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
                // A client that does not trust the certificate ends the connection.
                if let Ok(request) = answer(StreamOwned::new(tls, connection.unwrap()), &sender) {
                    assert!(request > 0);
                }
            }
        });
        Peer { address, requests, certificate: certified.cert.pem() }
    }
}

/// Reads a request, and answers it. Returns the length of its body.
fn answer(
    stream: StreamOwned<ServerConnection, TcpStream>,
    requests: &mpsc::Sender<String>,
) -> io::Result<usize> {
    let mut stream = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    stream.read_exact(&mut vec![0; length])?;
    requests.send(first.trim_end().to_owned()).unwrap();
    stream.into_inner().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    Ok(length)
}

/// A file that is removed at the end.
struct File(PathBuf);

impl File {
    fn new(name: &str, contents: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tachometer-{}-{name}.pem", std::process::id()));
        fs::write(&path, contents).unwrap();
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(1_000))
}

#[test]
fn a_peer_whose_certificate_is_trusted_is_sent_to() {
    let peer = Peer::new();
    let (registry, file) = (registry(), File::new("trusted", &peer.certificate));
    registry.register_counter("jobs_total").add(7);
    let url = format!("https://{}", peer.address);
    let gateway = Pushgateway::new(&url, "j").certificates(&file.0);
    let by_name = Otlp::new(format!("https://localhost:{}", peer.address.port())).certificates(&file.0);
    registry.exporter().to_pushgateway(gateway).start().unwrap().stop();
    assert_eq!(peer.requests.recv().unwrap(), "PUT /metrics/job/j HTTP/1.1");
    registry.exporter().to_otlp(by_name).start().unwrap().stop();
    assert_eq!(peer.requests.recv().unwrap(), "POST /v1/metrics HTTP/1.1");
}

#[test]
fn a_peer_whose_certificate_is_not_trusted_is_not() {
    let (peer, other) = (Peer::new(), Peer::new());
    let (registry, file) = (registry(), File::new("other", &other.certificate));
    let gateway = Pushgateway::new(format!("https://{}", peer.address), "j").certificates(&file.0);
    let reports = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&reports);
    let exporter =
        registry.exporter().on_error(move |_, error| reported.lock().unwrap().push(error.to_string()));
    exporter.to_pushgateway(gateway).start().unwrap().stop();
    assert_eq!(peer.requests.try_iter().count(), 0);
    let reports = reports.lock().unwrap();
    assert!(reports[0].contains("invalid peer certificate"), "{reports:?}");
}

#[test]
fn files_without_certificates_are_refused_at_the_start() {
    let refused = |url: &str, path: &PathBuf, reason: &str| {
        let receiver = Otlp::new(url).certificates(path);
        let error = registry().exporter().to_otlp(receiver).start().unwrap_err().to_string();
        assert!(
            error.starts_with("the certificates of the OTLP sink: ") && error.contains(reason),
            "{error}"
        );
    };
    let empty = File::new("empty", "no certificate\n");
    refused("https://localhost", &empty.0, "contains no certificate");
    refused("https://localhost", &PathBuf::from("/no/such/file.pem"), "/no/such/file.pem");
    refused("http://localhost", &empty.0, "`http://localhost/v1/metrics` is not reached by TLS");
}
