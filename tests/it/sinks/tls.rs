//! Sinks by TLS.

use super::Reports;
use super::peer::{OK, Peer};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tachometer::MetricsRegistry;
use tachometer::export::{Otlp, Pushgateway};

/// Returns a peer with a certificate of its own, and the certificate.
fn peer() -> (Peer, String) {
    let certified =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())
        .unwrap();
    (Peer::with_tls(Arc::new(config), OK), certified.cert.pem())
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
    let (peer, certificate) = peer();
    let (registry, file) = (registry(), File::new("trusted", &certificate));
    registry.register_counter("jobs_total").add(7);
    let url = format!("https://{}", peer.address);
    let gateway = Pushgateway::new(&url, "j").certificates(&file.0);
    let by_name = Otlp::new(format!("https://localhost:{}", peer.address.port())).certificates(&file.0);
    registry.exporter().to_pushgateway(gateway).start().unwrap().stop();
    assert!(peer.next().text().contains("\njobs_total 7\n"));
    registry.exporter().to_otlp(by_name).start().unwrap().stop();
    assert_eq!(peer.next().path, "/v1/metrics");
}

#[test]
fn a_peer_whose_certificate_is_not_trusted_is_not() {
    let ((peer, _), (_, other)) = (peer(), peer());
    let (registry, file, reports) = (registry(), File::new("other", &other), Reports::default());
    let gateway = Pushgateway::new(format!("https://{}", peer.address), "j").certificates(&file.0);
    reports.of(registry.exporter()).to_pushgateway(gateway).start().unwrap().stop();
    assert_eq!(peer.requests.try_iter().count(), 0);
    assert!(reports.all()[0].contains("invalid peer certificate"), "{:?}", reports.all());
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
