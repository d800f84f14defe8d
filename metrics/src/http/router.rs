//! Routing: the page at each path, and its response.

use super::exposition::{Exposition, render};
use super::page;
use super::query;
use super::request::{Method, Request};
use super::response::{Response, Scrape, Status};
use crate::encode::Format;
use crate::registry::Contents;
use crate::self_metrics::ScrapeResult;
use crate::sync::unmodelled::Arc;
use crate::util::catch_panic;

/// The page at a path.
#[derive(Debug, Clone)]
pub(super) enum Page {
    Metrics(Arc<Contents>),
    Health,
    /// The page for a person, or its data.
    Look,
    /// A snapshot of the first registry, as JSON.
    #[cfg(feature = "json")]
    Snapshot,
}

/// The pages of an endpoint.
#[derive(Debug)]
pub(super) struct Router {
    pages: Vec<(String, Page)>,
    /// Whether OpenMetrics has `_created` samples.
    created: bool,
    /// The buffer of the last body, which the next one reuses.
    buffer: Vec<u8>,
}

impl Router {
    pub(super) fn new(pages: Vec<(String, Page)>, created: bool) -> Self {
        Router { pages, created, buffer: Vec::new() }
    }

    /// Returns the response to a request.
    pub(super) fn respond(&mut self, request: &Request<'_>) -> Response {
        let Some(page) =
            self.pages.iter().find(|(path, _)| path == request.path).map(|(_, page)| page.clone())
        else {
            return for_method(Response::refusal(Status::NotFound), request.method);
        };
        let response = match (request.method, page) {
            (Method::Other, _) => Response::refusal(Status::MethodNotAllowed),
            (_, Page::Health) => Response::healthy(),
            (_, Page::Metrics(contents)) => self.metrics(&contents, request),
            (_, Page::Look) => self.look(request),
            #[cfg(feature = "json")]
            (_, Page::Snapshot) => self.snapshot(request),
        };
        for_method(response, request.method)
    }

    /// Returns the page for a person, or its data. These are no scrapes.
    fn look(&mut self, request: &Request<'_>) -> Response {
        if !request.preferences.json() {
            return Response::other(page::document(request.preferences.gzip()));
        }
        let chosen =
            request.query.strip_prefix("registry=").and_then(|index| index.parse().ok()).unwrap_or(0);
        let Some(contents) = self.registry(chosen) else {
            return Response::refusal(Status::NotFound);
        };
        let paths: Vec<&str> = registries(&self.pages).map(|(path, _)| path).collect();
        rendered(catch_panic(|| page::data(&contents, &paths, &mut self.buffer)))
    }

    #[cfg(feature = "json")]
    fn snapshot(&mut self, request: &Request<'_>) -> Response {
        let Some(contents) = self.registry(0) else {
            return Response::refusal(Status::NotFound);
        };
        let gzip = request.preferences.gzip();
        rendered(catch_panic(|| page::snapshot(&contents, gzip, &mut self.buffer)))
    }

    fn registry(&self, index: usize) -> Option<Arc<Contents>> {
        registries(&self.pages).nth(index).map(|(_, contents)| Arc::clone(contents))
    }

    /// Keeps the buffer of a body that was sent, for the next one.
    pub(super) fn recycle(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        if buffer.capacity() > self.buffer.capacity() {
            self.buffer = buffer;
        }
    }

    fn metrics(&mut self, contents: &Arc<Contents>, request: &Request<'_>) -> Response {
        let format = match request.preferences.format() {
            Format::OpenMetrics if self.created => Format::OpenMetricsWithCreated,
            format => format,
        };
        let Ok(selection) = query::selection(request.query) else {
            return Response::refusal(Status::InvalidNames);
        };
        let gzip = request.preferences.gzip();
        // `HEAD` is answered like `GET`, for the length, but does not count as a scrape.
        let scrape = (request.method == Method::Get).then(|| Scrape::begin(Arc::clone(contents), format));
        // Reading runs code of error types, which may panic. The buffer is cleared before it is used again.
        let scrapes = scrape.as_ref().map(|_| contents.self_metrics().scrapes());
        let Some(body) =
            catch_panic(|| render(contents, format, &selection, gzip, &mut self.buffer, scrapes))
        else {
            if let Some(scrape) = scrape {
                scrape.end(ScrapeResult::Error);
            }
            return Response::refusal(Status::Failed);
        };
        Response::metrics(format, gzip, body, scrape)
    }
}

/// Returns the registries among pages, with their paths.
fn registries(pages: &[(String, Page)]) -> impl Iterator<Item = (&str, &Arc<Contents>)> {
    pages.iter().filter_map(|(path, page)| match page {
        Page::Metrics(contents) => Some((path.as_str(), contents)),
        _ => None,
    })
}

/// Returns the response of what was rendered; `None` is a panic.
fn rendered(exposition: Option<Exposition>) -> Response {
    exposition.map_or_else(|| Response::refusal(Status::Failed), Response::other)
}

fn for_method(response: Response, method: Method) -> Response {
    if method == Method::Head { response.head_only() } else { response }
}
