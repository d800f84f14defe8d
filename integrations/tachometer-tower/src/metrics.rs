//! The families of a layer, and the series of them that were used.

use crate::grpc;
use crate::key::{End, ErrorType, SeriesKey};
use crate::method::{KnownMethod, METHODS};
use crate::names::{Name, Names, bits};
use crate::options::{Options, Side};
use http::StatusCode;
use std::array;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tachometer::family::{Held, Series};
use tachometer::{CallStart, DynamicFamily, Error, Gauge, Histogram};

const BUCKET_BITS: u32 = 10;
const SIZE_BOUNDS: [u64; 8] = [0, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// What the requests of a layer are counted in. Never freed, as its families.
#[derive(Debug)]
pub(crate) struct Metrics {
    side: Side,
    scheme: String,
    pub(crate) reads_grpc: bool,
    pub(crate) names: Names,
    duration: DynamicFamily<Histogram>,
    /// Those of requests and responses.
    sizes: Option<[DynamicFamily<Histogram>; 2]>,
    active: Option<DynamicFamily<Gauge>>,
    active_of_method: [OnceLock<Series<Gauge, Held>>; METHODS],
    max_series: usize,
    count: AtomicUsize,
    buckets: Box<[OnceLock<Box<Node>>]>,
    kinds: [OnceLock<&'static str>; ErrorType::KINDS],
}

/// The series of a key, which need not be looked up by their text.
#[derive(Debug)]
struct Node {
    key: SeriesKey,
    duration: Series<Histogram, Held>,
    sizes: Option<[Series<Histogram, Held>; 2]>,
    next: OnceLock<Box<Node>>,
}

/// What is known of a request when it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) name: &'static Name,
    pub(crate) method: KnownMethod,
    pub(crate) start: CallStart,
    pub(crate) end: End,
    pub(crate) received: Option<u64>,
    pub(crate) sent: u64,
}

impl Metrics {
    /// Registers the families.
    pub(crate) fn register(options: &Options) -> Result<&'static Self, Error> {
        let registry = options.registry.unwrap_or_else(tachometer::global);
        let (side, max) = (options.side, options.max_series);
        let labels = side.labels();
        let duration = DynamicFamily::histogram_of_time(
            format!("http_{}_request_duration_seconds", side.name()),
            format!("Time of HTTP {} requests, to the end of the response's body", side.name()),
            labels.iter().copied(),
            options.bounds.as_slice(),
        )?;
        let duration = registry.try_family(duration.max_series(max).omit_empty_labels())?;
        let sizes_of = |of: &str| {
            let name = format!("http_{}_{of}_body_size_bytes", side.name());
            let help = format!("Size of the bodies of HTTP {} {of}s", side.name());
            let family = DynamicFamily::histogram(name, help, labels.iter().copied(), SIZE_BOUNDS)?;
            registry.try_family(family.native(2).max_series(max).omit_empty_labels())
        };
        let sizes =
            if options.body_sizes { Some([sizes_of("request")?, sizes_of("response")?]) } else { None };
        let active = match side {
            Side::Client => None,
            Side::Server => {
                let (name, help) = ("http_server_active_requests", "HTTP requests in flight");
                let family = DynamicFamily::new(name, help, ["http_request_method", "url_scheme"])?;
                Some(registry.try_family(family.omit_empty_labels())?)
            }
        };
        Ok(Box::leak(Box::new(Metrics {
            side,
            scheme: options.scheme.clone(),
            reads_grpc: options.reads_grpc,
            names: Names::new(max),
            duration,
            sizes,
            active,
            active_of_method: array::from_fn(|_| OnceLock::new()),
            max_series: max,
            count: AtomicUsize::new(0),
            buckets: (0..1 << BUCKET_BITS).map(|_| OnceLock::new()).collect(),
            kinds: array::from_fn(|_| OnceLock::new()),
        })))
    }

    pub(crate) fn measures_sizes(&self) -> bool {
        self.sizes.is_some()
    }

    /// Counts a request in flight.
    #[inline]
    pub(crate) fn begin(&self, method: KnownMethod) {
        if let Some(family) = &self.active {
            self.active_series(family, method).increment();
        }
    }

    #[inline]
    fn active_series(&self, family: &DynamicFamily<Gauge>, method: KnownMethod) -> &Series<Gauge, Held> {
        let series = &self.active_of_method[method.index()];
        series.get_or_init(|| family.hold(&[method.name(), &self.scheme]))
    }

    /// Counts a request that has ended.
    #[inline]
    pub(crate) fn end(&'static self, ended: &Ended) {
        let nanos = u64::try_from(ended.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let key = SeriesKey::new(ended.name, ended.method, ended.end);
        match self.find(key, ended) {
            Some(node) => {
                node.duration.observe(nanos);
                if let Some([request, response]) = &node.sizes {
                    ended.received.iter().for_each(|size| request.observe(*size));
                    if ended.end.status != 0 {
                        response.observe(ended.sent);
                    }
                }
            }
            None => self.end_without_node(ended, nanos),
        }
        if let Some(family) = &self.active {
            self.active_series(family, ended.method).decrement();
        }
    }

    /// Returns the node of a key, which is added if there is room.
    #[inline]
    fn find(&self, key: SeriesKey, ended: &Ended) -> Option<&Node> {
        let mut place = &self.buckets[bits(key.hash(), BUCKET_BITS)];
        loop {
            let node = match place.get() {
                Some(node) => node,
                None => self.add(place, key, ended)?,
            };
            if node.key == key {
                return Some(node);
            }
            place = &node.next;
        }
    }

    #[cold]
    fn add<'a>(&self, place: &'a OnceLock<Box<Node>>, key: SeriesKey, ended: &Ended) -> Option<&'a Node> {
        // Relaxed: a count.
        if self.count.load(Ordering::Relaxed) >= self.max_series {
            return None;
        }
        Some(place.get_or_init(|| {
            self.count.fetch_add(1, Ordering::Relaxed);
            self.with_labels(ended, |values| {
                let hold = |family: &DynamicFamily<Histogram>| family.hold(values);
                let sizes = self.sizes.as_ref().map(|[request, response]| [hold(request), hold(response)]);
                Box::new(Node { key, duration: hold(&self.duration), sizes, next: OnceLock::new() })
            })
        }))
    }

    /// Counts a request of a series that has no node: the families know whether they are full.
    #[cold]
    fn end_without_node(&self, ended: &Ended, nanos: u64) {
        self.with_labels(ended, |values| {
            self.duration.with(values).observe(nanos);
            if let Some([request, response]) = &self.sizes {
                ended.received.iter().for_each(|size| request.with(values).observe(*size));
                if ended.end.status != 0 {
                    response.with(values).observe(ended.sent);
                }
            }
        });
    }

    /// Calls `with` with the values of all labels.
    fn with_labels<R>(&self, ended: &Ended, with: impl FnOnce(&[&str]) -> R) -> R {
        let Ended { name, method, end: End { status, error, grpc }, .. } = *ended;
        let status = StatusCode::from_u16(status);
        let status = status.as_ref().map_or("", StatusCode::as_str);
        let error = match error {
            ErrorType::NONE => "",
            ErrorType::STATUS => status,
            ErrorType::GRPC => grpc.map_or("", grpc::name),
            ErrorType::CANCELLED => "cancelled",
            ErrorType::PANIC => "panic",
            other => {
                other.kind_index().and_then(|index| self.kinds[index].get().copied()).unwrap_or("_OTHER")
            }
        };
        let grpc = grpc.map_or("", grpc::code);
        let text = &*name.text;
        match self.side {
            Side::Server => with(&[method.name(), &self.scheme, text, status, error, grpc]),
            Side::Client => {
                let port = if name.port == 0 { String::new() } else { name.port.to_string() };
                with(&[method.name(), text, &port, status, error, grpc])
            }
        }
    }

    /// Returns the type of errors of this kind. If the program has named too many kinds, it is `_OTHER`.
    pub(crate) fn error_kind(&self, kind: &'static str) -> ErrorType {
        if kind.is_empty() {
            return ErrorType::OTHER;
        }
        let known = self.kinds.iter().position(|place| *place.get_or_init(|| kind) == kind);
        known.map_or(ErrorType::OTHER, ErrorType::kind)
    }

    /// Returns whether a response with this status is an error.
    #[inline]
    pub(crate) fn error_of_status(&self, status: u16) -> ErrorType {
        let first = if self.side == Side::Server { 500 } else { 400 };
        if status < first { ErrorType::NONE } else { ErrorType::STATUS }
    }

    /// Returns whether a response with this status of gRPC is an error.
    pub(crate) fn error_of_grpc(&self, code: u8) -> ErrorType {
        let is_error = if self.side == Side::Server { grpc::is_server_error(code) } else { code != 0 };
        if is_error { ErrorType::GRPC } else { ErrorType::NONE }
    }
}
