//! What is served: which path leads to what.

use super::exposition::render;
use super::request::{Method, Request};
use super::response::{Response, Scrape, Status};
use crate::encode::Format;
use crate::registry::Contents;
use crate::self_metrics::ScrapeResult;
use crate::sync::unmodelled::Arc;
use crate::util::catch_panic;

/// What stands at a path.
#[derive(Debug, Clone)]
pub(super) enum Page {
    Metrics(Arc<Contents>),
    Health,
}

#[derive(Debug)]
pub(super) struct Site {
    pages: Vec<(String, Page)>,
    /// Whether OpenMetrics has `_created` samples.
    created: bool,
    /// The room that the last text was made in.
    room: String,
}

impl Site {
    pub(super) fn new(pages: Vec<(String, Page)>, created: bool) -> Self {
        Site { pages, created, room: String::new() }
    }

    pub(super) fn answer(&mut self, request: &Request<'_>) -> Response {
        let Some(page) =
            self.pages.iter().find(|(path, _)| path == request.path).map(|(_, page)| page.clone())
        else {
            return for_method(Response::refusal(Status::NotFound), request.method);
        };
        let response = match (request.method, page) {
            (Method::Other, _) => Response::refusal(Status::MethodNotAllowed),
            (_, Page::Health) => Response::healthy(),
            (_, Page::Metrics(contents)) => self.metrics(&contents, request),
        };
        for_method(response, request.method)
    }

    /// Takes the room of a body that was sent, for the next one.
    pub(super) fn take_back(&mut self, mut room: Vec<u8>) {
        room.clear();
        if room.capacity() > self.room.capacity() {
            self.room = String::from_utf8(room).unwrap_or_default();
        }
    }

    fn metrics(&mut self, contents: &Arc<Contents>, request: &Request<'_>) -> Response {
        let format = match request.wishes.format() {
            Format::OpenMetrics if self.created => Format::OpenMetricsWithCreated,
            format => format,
        };
        let gzip = request.wishes.gzip();
        // `HEAD` is answered as `GET` is, for the length, and is no scrape.
        let scrape = (request.method == Method::Get).then(|| Scrape::begin(Arc::clone(contents), format));
        // Reading runs code of error types, which may panic. The room is cleared before it is used again.
        let scrapes = scrape.as_ref().map(|_| contents.self_metrics().scrapes());
        let Some(body) = catch_panic(|| render(contents, format, gzip, &mut self.room, scrapes)) else {
            if let Some(scrape) = scrape {
                scrape.end(ScrapeResult::Error);
            }
            return Response::refusal(Status::Failed);
        };
        Response::metrics(format, gzip, body, scrape)
    }
}

fn for_method(response: Response, method: Method) -> Response {
    if method == Method::Head { response.head_only() } else { response }
}
