//! The configuration of an endpoint.

use super::connection::Limits;
use super::event_loop::EventLoop;
use super::router::{Page, Router};
use super::server::{Server, ServerThread};
use super::socket::Listener;
use crate::error::{Cause, Error};
use crate::registry::{MetricsRegistry, global};
use crate::sync::unmodelled::Arc;
use std::fmt::Debug;
use std::net::{SocketAddr, ToSocketAddrs};
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many times [`Endpoint::patience`] a response may take while another connection waits.
const RESPONSE_PATIENCE_FACTOR: u32 = 20;

/// Slots are allocated at the start, and all of them are visited on every event.
const MAX_CONNECTIONS: usize = 65_536;

/// The pages that are not configured by their paths.
const PAGES_FOR_PEOPLE: &[(&str, Page)] = &[
    ("/", Page::Look),
    #[cfg(feature = "json")]
    ("/snapshot.json", Page::Snapshot),
];

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
/// Bind the server to a name, or [`detach`](Server::detach) it. `_` is not a binding, so this drops the server and closes the
/// endpoint at once:
///
/// ```no_run
/// # fn main() -> Result<(), tachometer::Error> {
/// let _ = tachometer::serve("127.0.0.1:9464")?; // WRONG: serves nothing
/// #     Ok(())
/// # }
/// ```
///
/// The compiler does not warn about this. In debug builds, a line on stderr does.
///
/// `http://127.0.0.1:9464/` is a page for people: functions and metrics as they are now, and in the last minutes
/// ([guide](crate::docs::guide::exporting#to-look-at-it)). [`Endpoint::page`] leaves it out.
///
/// The server runs on a thread of its own until it is dropped or [stopped](Server::stop), or the program ends. It withstands
/// malicious and broken clients: see [`Endpoint`], which also has the options.
///
/// There is no authentication: every client that can connect can read the metrics, and open the page. Listen on an interface that only trusted
/// clients can reach.
///
/// # Errors
/// If the address is invalid or cannot be listened on. The error names it.
pub fn serve(address: impl ToSocketAddrs + Debug) -> Result<Server, Error> {
    Endpoint::new().serve(address)
}

/// The configuration of an endpoint: its pages, and the limits for connections.
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
/// `GET` and `HEAD` on these paths, which are compared byte by byte, without the query. The format is the one that `Accept`
/// prefers, Prometheus text 0.0.4, OpenMetrics 1.0 or [protocol buffers](crate::Format::Protobuf), compressed if `Accept-Encoding`
/// accepts gzip. Other requests are answered with a short error. Nothing of a request is ever repeated in a response.
///
/// Parameters `name[]` of the query select families: `/metrics?name[]=jobs_total&name[]=queue_length`. A name selects the family that has
/// it in any format, or that has a sample of this name, as a whole; a name that no family has selects none. There are at most 100 names
/// of at most 256 bytes: other queries are answered with status 400 and these limits. Other parameters are ignored.
///
/// # What it withstands
/// One thread serves all connections and blocks on none of them. A connection carries one request, and is closed after the
/// response. The head of a request has at most 8 KiB and 64 fields, and its body is never read. At most 16 connections are
/// served at a time ([`max_connections`](Self::max_connections)), each with a deadline for the request
/// ([`request_deadline`](Self::request_deadline)) and one for the response ([`response_deadline`](Self::response_deadline)).
/// While further connections wait, slow ones are evicted sooner ([`patience`](Self::patience)), so many idle connections delay
/// a scrape but do not prevent it. Memory is bounded by one response per connection.
///
/// It does not withstand a flood of thousands of connections that are reopened as fast as they are closed: scrapes then wait in
/// the same queue. Use an address that untrusted clients cannot reach, or a firewall.
#[derive(Debug, Clone)]
#[must_use = "an endpoint does nothing until `serve` is called"]
pub struct Endpoint {
    pages: Vec<(String, Page)>,
    has_page: bool,
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
    /// Creates an endpoint that serves the [`global`] registry at `/metrics`, unless a [`path`](Self::path) is added.
    pub fn new() -> Self {
        Endpoint {
            pages: Vec::new(),
            has_page: true,
            created: false,
            max_connections: 16,
            request_deadline: Duration::from_secs(5),
            response_deadline: Duration::from_secs(10),
            patience: Duration::from_millis(100),
        }
    }

    /// Adds `registry` at `path`. It is served even after it is dropped.
    ///
    /// Each registry has its own path: two registries may have families of the same name, and scrapers reject a name that occurs
    /// twice.
    pub fn path(self, path: impl Into<String>, registry: &MetricsRegistry) -> Self {
        self.with(path.into(), Page::Metrics(Arc::clone(registry.contents())))
    }

    /// Adds a page at `path` that answers `200 OK`, for liveness probes.
    pub fn health_path(self, path: impl Into<String>) -> Self {
        self.with(path.into(), Page::Health)
    }

    /// Sets whether a page for people is served at `/`, which it is by default: functions and metrics as they are now, and as they were
    /// in the last minutes.
    ///
    /// Its data are read once a second while it is open, and not counted as scrapes. With the feature `json`, the snapshot of the first
    /// registry is served at `/snapshot.json` too. A [`path`](Self::path) or [`health_path`](Self::health_path) of the same name
    /// takes precedence.
    pub fn page(self, has_page: bool) -> Self {
        Endpoint { has_page, ..self }
    }

    fn with(mut self, path: String, page: Page) -> Self {
        self.pages.push((path, page));
        self
    }

    /// Sets whether OpenMetrics has a `_created` sample for each counter and histogram. By default it has none, because scrapers
    /// store these samples as further series.
    pub fn created(self, created: bool) -> Self {
        Endpoint { created, ..self }
    }

    /// Sets how many connections are served at a time, from 1 to 65 536. The default is 16.
    pub fn max_connections(self, max_connections: usize) -> Self {
        Endpoint { max_connections, ..self }
    }

    /// Sets how long the head of a request may take to arrive, to its last byte. The default is 5 seconds. After that the response
    /// is `408 Request Timeout`.
    ///
    /// The time starts when the connection gets its slot, so it applies also to a peer that sends nothing.
    pub fn request_deadline(self, request_deadline: Duration) -> Self {
        Endpoint { request_deadline, ..self }
    }

    /// Sets how long a peer may take to read the response, from the first byte to the last. The default is 10 seconds. After that
    /// the connection is closed.
    pub fn response_deadline(self, response_deadline: Duration) -> Self {
        Endpoint { response_deadline, ..self }
    }

    /// Sets how long a request may take to arrive while all slots are in use and another connection waits. The default is 100
    /// milliseconds. The peer then has twenty times as long to read the response.
    ///
    /// Connections that take longer are evicted, the oldest first. So idle connections delay a scrape by at most this time,
    /// multiplied by the number of connections before it and divided by [`max_connections`](Self::max_connections): with the
    /// defaults, by 6 seconds for a thousand connections. A client that opens connections faster than they are evicted keeps
    /// scrapes out as long as it continues. More connections help, or less patience; but a distant scraper also has no more than
    /// this time for its request.
    pub fn patience(self, patience: Duration) -> Self {
        Endpoint { patience, ..self }
    }

    /// Starts serving at `address`. If it resolves to several addresses, as `localhost` may, the first that can be bound is used.
    /// With port 0 the system chooses a free one, which [`Server::address`] returns.
    ///
    /// # Errors
    /// If the address is invalid or cannot be listened on, if a path is invalid or used twice, if the maximum of connections is
    /// not between 1 and 65 536, or if the thread cannot be spawned. The error names the culprit.
    pub fn serve(&self, address: impl ToSocketAddrs + Debug) -> Result<Server, Error> {
        let bind =
            || -> std::io::Result<(Listener, SocketAddr)> { Listener::bind(address.to_socket_addrs()?) };
        self.start(&format!("{address:?}"), bind)
    }

    /// Starts serving on a Unix socket at `path`. The write permissions in `mode` determine who may connect: with `0o600` the
    /// user alone, with `0o660` also the group.
    ///
    /// Replaces a socket that a program left there which is no longer running, and nothing else. The socket is removed when the
    /// server stops.
    ///
    /// The path may be as long as the system allows for a socket (107 bytes on Linux). If its last part is shorter than 11 bytes,
    /// the limit is lower by the difference: the socket is created in a directory next to it that no other user may enter.
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
    /// As for [`serve`](Self::serve), and if a server listens on that socket, or another file has that path.
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
        // From now on its scrapes are counted. The counters are exported at zero before the first scrape.
        for (_, page) in &pages {
            if let Page::Metrics(contents) = page {
                contents.self_metrics().scrapes();
            }
        }
        let router = Router::new(pages, self.created);
        let limits = Limits {
            request: self.request_deadline,
            response: self.response_deadline,
            contended_request: self.patience,
            contended_response: self.patience.saturating_mul(RESPONSE_PATIENCE_FACTOR),
        };
        let prepare = |poll, stop| EventLoop::new(poll, listener, router, limits, self.max_connections, stop);
        Ok(Server::new(address, ServerThread::spawn(prepare, cannot_listen)?))
    }

    /// Checks the configuration. Returns the pages, at least one of which is a registry.
    fn checked_pages(&self) -> Result<Vec<(String, Page)>, Error> {
        if !(1..=MAX_CONNECTIONS).contains(&self.max_connections) {
            return Err(Cause::Connections { asked: self.max_connections, most: MAX_CONNECTIONS }.into());
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
        if self.has_page {
            for (path, page) in PAGES_FOR_PEOPLE {
                if !pages.iter().any(|(taken, _)| taken == path) {
                    pages.push(((*path).to_owned(), page.clone()));
                }
            }
        }
        Ok(pages)
    }
}

/// Returns whether a request can have this path.
fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
}
