//! Receivers of OTLP over HTTP: OpenTelemetry collectors, Prometheus and others.

mod environment;
mod partial_success;
mod retry;
mod settings;

pub use self::settings::Otlp;

use self::partial_success::PartialSuccess;
use self::retry::{Backoff, is_retryable};
use self::settings::{Settings, refused};
use super::client::{Client, Request, Response, gzip};
use super::named::Sink;
use crate::clock::Instant;
use crate::encode::otlp::Encoder;
use crate::error::Error;
use crate::export::deadline::Deadline;
use crate::snapshot::FullSnapshot;
use crate::util::periodic::Run;
use std::io;
use std::mem;
use std::time::Duration;

impl Otlp {
    /// Returns the sink.
    ///
    /// # Errors
    /// If a setting is invalid; the error names it, and the variable of the environment if it is from there.
    pub(in crate::export) fn into_sink(self) -> Result<Sink, Error> {
        let settings = self.check()?;
        let name = settings.url.to_string();
        let mut receiver = Receiver::new(settings)?;
        Ok(Sink::with_run(name, move |snapshot, run| receiver.export(snapshot, run)))
    }
}

/// A receiver, and what it has received.
struct Receiver {
    client: Client,
    path: String,
    timeout: Duration,
    is_json: bool,
    is_gzip: bool,
    encoder: Encoder,
    needs_earlier: bool,
    /// The snapshot that it received last, if the next points are differences to it.
    received: Option<FullSnapshot>,
    /// The time before which it does not want to be sent to.
    not_before: Option<Instant>,
    /// Kept for their memory.
    body: Vec<u8>,
    compressed: Vec<u8>,
}

impl Receiver {
    fn new(settings: Settings) -> Result<Self, Error> {
        let Settings { url, headers, certificates, timeout, is_json, is_gzip, needs_earlier, encoder } =
            settings;
        let path = url.path.clone();
        let client = Client::new(url, headers, certificates.as_deref());
        Ok(Receiver {
            client: client.map_err(|reason| refused("certificates", reason))?,
            path,
            timeout,
            is_json,
            is_gzip,
            encoder,
            needs_earlier,
            received: None,
            not_before: None,
            body: Vec::new(),
            compressed: Vec::new(),
        })
    }

    /// Sends a snapshot, repeatedly if the receiver is not ready.
    ///
    /// # Errors
    /// If it does not say that it received all points.
    fn export(&mut self, snapshot: &FullSnapshot, run: Run<'_>) -> io::Result<()> {
        if let Some(rest) = self.not_before.map(|time| time.saturating_duration_since(Instant::now())) {
            // The last export is the last chance.
            if !rest.is_zero() && !run.is_last() {
                return Err(io::Error::other(format!("it asked not to be sent to for another {rest:.0?}")));
            }
        }
        self.encode(snapshot)?;
        let response = self.send(&Deadline::new(run, self.timeout))?;
        if !response.is_success() {
            return Err(response.fault());
        }
        // What it has refused would be refused again, so it counts as received.
        if self.needs_earlier {
            self.received = Some(snapshot.clone());
        }
        PartialSuccess::read(&response.body, self.is_json).result()
    }

    /// Encodes a snapshot into the body.
    fn encode(&mut self, snapshot: &FullSnapshot) -> io::Result<()> {
        let Receiver { encoder, received, body, .. } = self;
        body.clear();
        if self.is_json {
            // The memory of the last text, which is empty now.
            let mut text = String::from_utf8(mem::take(body)).unwrap_or_default();
            encoder.encode_json(snapshot, received.as_ref(), &mut text);
            *body = text.into_bytes();
        } else {
            encoder.encode(snapshot, received.as_ref(), body);
        }
        if self.is_gzip { gzip(&self.body, &mut self.compressed) } else { Ok(()) }
    }

    /// Sends the body until there is a response that is final, or no time for another attempt.
    fn send(&mut self, deadline: &Deadline<'_>) -> io::Result<Response> {
        let request = Request {
            method: "POST",
            path: &self.path,
            content_type: if self.is_json { "application/json" } else { "application/x-protobuf" },
            body: if self.is_gzip { &self.compressed } else { &self.body },
            is_gzip: self.is_gzip,
        };
        let mut backoff = Backoff::new();
        self.not_before = None;
        loop {
            let result = self.client.send(&request, deadline);
            let asked = match &result {
                Ok(response) if !is_retryable(response.status) => return result,
                Ok(response) => response.retry_after,
                Err(_) => None,
            };
            let pause = backoff.next_pause();
            if !deadline.pause(asked.map_or(pause, |asked| asked.max(pause))) {
                self.not_before = asked.and_then(|asked| Instant::now().checked_add(asked));
                return result;
            }
        }
    }
}
