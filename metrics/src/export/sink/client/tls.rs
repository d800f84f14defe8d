//! TLS, by `rustls`.

use super::connect::Timed;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The certificates that a client trusts.
#[derive(Debug)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Trusts the certificates in a PEM file, or those that the system trusts. Returns the reason if there are none.
    pub(super) fn new(file: Option<&Path>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = file {
            let fault = |reason: &dyn std::fmt::Display| format!("`{}`: {reason}", file.display());
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| fault(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| fault(&error))?;
                roots.add(certificate).map_err(|error| fault(&error))?;
            }
            if roots.is_empty() {
                return Err(fault(&"it contains no certificate"));
            }
        } else {
            let found = rustls_native_certs::load_native_certs();
            // Systems have some that are not valid.
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
                return Err(format!("the system has no certificates to trust: {}", reasons.join("; ")));
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Tls { config: Arc::new(config) })
    }

    /// Returns a connection to `host`, whose certificate is checked with the first bytes.
    pub(super) fn connect<'a>(
        &self,
        host: &str,
        stream: Timed<'a>,
    ) -> io::Result<StreamOwned<ClientConnection, Timed<'a>>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }
}
