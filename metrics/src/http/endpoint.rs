//! What an endpoint serves and how, before it runs.

use super::connection::Limits;
use super::event_loop::EventLoop;
use super::server::{Running, Server};
use super::site::{Page, Site};
use super::socket::Listener;
use crate::error::{Cause, Error};
use crate::registry::{MetricsRegistry, global};
use crate::sync::unmodelled::Arc;
use std::fmt::Debug;
use std::net::{SocketAddr, ToSocketAddrs};
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much longer than over a request a peer may take over an answer, where others wait.
const CROWDED_RESPONSE: u32 = 20;

/// Each has a place from the start, and all are looked at whenever one of them has something to say.
const MOST_CONNECTIONS: usize = 65_536;

/// Serves the [`global`] registry at `/metrics`, for Prometheus and others to scrape.
///
/// ```no_run
/// fn main() -> Result<(), tachometer::Error> {
///     let _server = tachometer::serve("127.0.0.1:9464")?;
///     // …the program…
///     Ok(())
/// }
/// ```
///
/// The server needs a name, or [`detach`](Server::detach). `_` binds nothing, so this drops it, and closes the endpoint, at once:
///
/// ```no_run
/// # fn main() -> Result<(), tachometer::Error> {
/// let _ = tachometer::serve("127.0.0.1:9464")?; // WRONG: serves nothing
/// #     Ok(())
/// # }
/// ```
///
/// The compiler does not warn of this; in debug builds, a line on stderr does.
///
/// The server runs on a thread of its own until it is dropped, [stopped](Server::stop), or the program ends. It stands up to
/// who means ill or is broken: see [`Endpoint`], which has the options too.
///
/// Give the address of an interface that only those reach who may read the metrics: everybody who can connect can.
///
/// # Errors
/// Where the address is no address or cannot be listened on; the error names it.
pub fn serve(address: impl ToSocketAddrs + Debug) -> Result<Server, Error> {
    Endpoint::new().serve(address)
}

/// An endpoint that is scraped: what stands where, and how long anybody may take.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{Endpoint, MetricsRegistry};
///
/// let tenants = MetricsRegistry::new(Duration::from_secs(10));
/// let server = Endpoint::new()
///     .path("/metrics", tachometer::global())
///     .path("/tenants", &tenants)
///     .health_path("/healthy")
///     .serve("127.0.0.1:0")?;
/// # drop(server);
/// # Ok::<(), tachometer::Error>(())
/// ```
///
/// The endpoint is open until the [`Server`] is dropped. `let _ = Endpoint::new().serve(…)?;` drops it at once: write
/// `let _server = Endpoint::new().serve(…)?;`, or [`detach`](Server::detach) it.
///
/// # What it answers
/// `GET` and `HEAD` on these paths, compared byte by byte without their query. The format is what `Accept` prefers of
/// Prometheus text 0.0.4 and OpenMetrics 1.0, compressed where `Accept-Encoding` takes gzip. Anything else gets a short
/// refusal, and nothing of a request is ever repeated in an answer.
///
/// # What it withstands
/// One thread serves all connections without waiting for any. A connection is for one request, and is closed when that is
/// answered. A request's head has at most 8 KiB and 64 fields, and its body is never read. At most 16 connections are open
/// ([`max_connections`](Self::max_connections)), each with a deadline for the request
/// ([`request_deadline`](Self::request_deadline)) and one for the answer ([`response_deadline`](Self::response_deadline)).
/// Further ones wait, and those who dawdle then give way sooner ([`patience`](Self::patience)), so that a crowd of
/// idle connections delays a scrape and does not prevent it. Memory is bounded by an answer a connection.
///
/// It does not withstand a flood, of thousands of connections that are opened anew as fast as they are closed: scrapes then
/// wait in the same queue as these. Only an address that strangers cannot reach, or a firewall, helps against that.
#[derive(Debug, Clone)]
#[must_use = "an endpoint does nothing until it is told to `serve`"]
pub struct Endpoint {
    pages: Vec<(String, Page)>,
    created: bool,
    max_connections: usize,
    request_deadline: Duration,
    response_deadline: Duration,
    patience: Duration,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::new()
    }
}

impl Endpoint {
    /// An endpoint that serves the [`global`] registry at `/metrics`, unless a [`path`](Self::path) is given.
    pub fn new() -> Self {
        Endpoint {
            pages: Vec::new(),
            created: false,
            max_connections: 16,
            request_deadline: Duration::from_secs(5),
            response_deadline: Duration::from_secs(10),
            patience: Duration::from_millis(100),
        }
    }

    /// Serves `registry` at `path`, also after it is dropped.
    ///
    /// Each registry has a path of its own: two of them may have families of one name, which no scraper takes twice.
    pub fn path(self, path: impl Into<String>, registry: &MetricsRegistry) -> Self {
        self.page(path.into(), Page::Metrics(Arc::clone(registry.contents())))
    }

    /// Answers `200 OK` at `path`, for who wants to know whether the program is alive.
    pub fn health_path(self, path: impl Into<String>) -> Self {
        self.page(path.into(), Page::Health)
    }

    fn page(mut self, path: String, page: Page) -> Self {
        self.pages.push((path, page));
        self
    }

    /// Whether OpenMetrics has a `_created` sample beside each counter and histogram; not by default. Scrapers store these as
    /// series of their own.
    pub fn created(self, created: bool) -> Self {
        Endpoint { created, ..self }
    }

    /// How many connections are served at a time, from 1 to 65 536; 16 by default.
    pub fn max_connections(self, max_connections: usize) -> Self {
        Endpoint { max_connections, ..self }
    }

    /// How long a request may take to arrive, to its last byte; 5 seconds by default. Then it is answered with
    /// `408 Request Timeout`.
    ///
    /// It counts from the moment when the connection gets its place, so a peer that never says anything is told so too.
    pub fn request_deadline(self, request_deadline: Duration) -> Self {
        Endpoint { request_deadline, ..self }
    }

    /// How long a peer may take to read its answer, from the first byte to the last; 10 seconds by default. Then the
    /// connection is closed.
    pub fn response_deadline(self, response_deadline: Duration) -> Self {
        Endpoint { response_deadline, ..self }
    }

    /// How long a request may take to arrive while all connections are in use and somebody waits; 100 milliseconds by
    /// default. An answer may then take twenty times as long to be read.
    ///
    /// Whoever takes longer gives way, the oldest first. So the time that a crowd of idle connections can delay a scrape is
    /// this, times the number of those that came before it, divided by [`max_connections`](Self::max_connections): with the
    /// defaults 6 seconds for a thousand. Who goes on opening them faster than they give way may keep scrapes out for as long.
    /// More connections help, or less patience, which is also what an honest scraper far away has for its request.
    pub fn patience(self, patience: Duration) -> Self {
        Endpoint { patience, ..self }
    }

    /// Begins to serve at `address`, the first that can be had where it stands for several (`localhost`). With port 0 the
    /// system chooses a free one: [`Server::address`] says which.
    ///
    /// # Errors
    /// Where the address is no address or cannot be listened on, a path is not one or leads to two things, no connection or
    /// more than 65 536 are allowed, or the system gives no thread. The error names the culprit.
    pub fn serve(&self, address: impl ToSocketAddrs + Debug) -> Result<Server, Error> {
        let bind =
            || -> std::io::Result<(Listener, SocketAddr)> { Listener::bind(address.to_socket_addrs()?) };
        self.start(&format!("{address:?}"), bind)
    }

    /// Begins to serve on a Unix socket at `path`, to which those may connect whom `mode` lets write: `0o600` the user alone,
    /// `0o660` also the group.
    ///
    /// Takes the place of a socket that a program has left there which is no longer running, and of nothing else. The socket is
    /// removed when the server stops.
    ///
    /// The path may be as long as the system allows for a socket (107 bytes on Linux); where its last part is shorter than 11
    /// bytes, as much less as that lacks, for the socket is made in a folder beside it that nobody else may enter.
    ///
    /// ```
    /// use tachometer::Endpoint;
    ///
    /// # let path = std::env::temp_dir().join(format!("tachometer-example-{}.sock", std::process::id()));
    /// let server = Endpoint::new().serve_unix(&path, 0o660)?;
    /// # drop(server);
    /// # Ok::<(), tachometer::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`serve`](Self::serve), and where a server listens on that socket, or a file is there that is none.
    #[cfg(unix)]
    pub fn serve_unix(&self, path: impl AsRef<Path>, mode: u32) -> Result<Server<PathBuf>, Error> {
        let path = path.as_ref();
        let bind = || Ok((Listener::Unix(super::unix::Listener::bind(path, mode)?), path.to_owned()));
        self.start(&path.display().to_string(), bind)
    }

    fn start<Address>(
        &self,
        address: &str,
        bind: impl FnOnce() -> std::io::Result<(Listener, Address)>,
    ) -> Result<Server<Address>, Error> {
        let pages = self.checked_pages()?;
        let cannot_listen = |error| Error::from(Cause::Listen { address: address.to_owned(), error });
        let (listener, address) = bind().map_err(cannot_listen)?;
        // From now on its scrapes are counted, and shown at zero until there is one.
        for (_, page) in &pages {
            if let Page::Metrics(contents) = page {
                contents.self_metrics().scrapes();
            }
        }
        let site = Site::new(pages, self.created);
        let limits = Limits {
            request: self.request_deadline,
            response: self.response_deadline,
            crowded_request: self.patience,
            crowded_response: self.patience.saturating_mul(CROWDED_RESPONSE),
        };
        let prepare = |poll, stop| EventLoop::new(poll, listener, site, limits, self.max_connections, stop);
        Ok(Server::new(address, Running::start(prepare, cannot_listen)?))
    }

    /// The pages, of which there is at least one.
    fn checked_pages(&self) -> Result<Vec<(String, Page)>, Error> {
        if !(1..=MOST_CONNECTIONS).contains(&self.max_connections) {
            return Err(Cause::Connections { asked: self.max_connections, most: MOST_CONNECTIONS }.into());
        }
        let mut pages: Vec<(String, Page)> = Vec::new();
        for (path, page) in &self.pages {
            if !is_path(path) {
                return Err(Cause::Path { path: path.clone() }.into());
            }
            if pages.iter().any(|(taken, _)| taken == path) {
                return Err(Cause::PathTaken { path: path.clone() }.into());
            }
            pages.push((path.clone(), page.clone()));
        }
        if !pages.iter().any(|(_, page)| matches!(page, Page::Metrics(_))) {
            let path = "/metrics".to_owned();
            if pages.iter().any(|(taken, _)| *taken == path) {
                return Err(Cause::PathTaken { path }.into());
            }
            pages.push((path, Page::Metrics(Arc::clone(global().contents()))));
        }
        Ok(pages)
    }
}

/// Whether a request can name it.
fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
}
