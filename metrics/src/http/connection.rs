//! The state of one connection: reading a request, writing the response, draining.
//!
//! After the response, further input is read and discarded until the peer closes its side. Closing a socket with unread input
//! would reset the connection, and the peer might lose the response.

use super::request::{Head, MAX_HEAD};
use super::response::{Response, Status};
use super::router::Router;
use super::socket::Stream;
use crate::clock::Instant;
use std::io::{self, Read, Write};
use std::mem;
use std::time::Duration;

/// The limits of draining: time, and bytes.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 256 * 1024;

/// The deadlines of a connection, as durations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// For the head of a request, from the start of the connection to its last byte.
    pub(super) request: Duration,
    /// For the response, from its first byte to its last.
    pub(super) response: Duration,
    /// For the head of a request while another connection waits for a slot.
    pub(super) contended_request: Duration,
    /// For the response while another connection waits for a slot.
    pub(super) contended_response: Duration,
}

#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    phase: Phase,
    /// The start of the phase.
    since: Instant,
}

#[derive(Debug)]
enum Phase {
    /// Reading the head of a request, of which `filled` bytes have arrived.
    Reading { head: Box<[u8]>, filled: usize },
    /// Sending the response.
    Writing(Box<Response>),
    /// Discarding input after the response, up to `left` more bytes.
    Draining { left: usize },
    /// Done.
    Closed,
}

/// The result of reading from a socket.
enum Input {
    Bytes(usize),
    Nothing,
    /// The peer has closed its side.
    End,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Self {
        let head = vec![0; MAX_HEAD].into_boxed_slice();
        Connection { stream, phase: Phase::Reading { head, filled: 0 }, since: Instant::now() }
    }

    /// Makes as much progress as possible without blocking. Returns whether the connection is still open.
    pub(super) fn proceed(&mut self, router: &mut Router) -> bool {
        loop {
            let next = match &mut self.phase {
                Phase::Reading { head, filled } => match read_head(&mut self.stream, head, filled, router) {
                    Ok(Some(response)) => Phase::Writing(Box::new(response)),
                    Ok(None) => return true,
                    Err(_) => Phase::Closed,
                },
                Phase::Writing(response) => match write(&mut self.stream, response) {
                    Ok(true) => self.finish_writing(router),
                    Ok(false) => return true,
                    Err(_) => Phase::Closed,
                },
                Phase::Draining { left } => match drain(&mut self.stream, left) {
                    Ok(true) => return true,
                    Ok(false) | Err(_) => Phase::Closed,
                },
                Phase::Closed => return false,
            };
            self.enter(next);
        }
    }

    /// Returns when the current phase must be over.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let allowed = match self.phase {
            Phase::Reading { .. } => limits.request,
            Phase::Writing(_) => limits.response,
            Phase::Draining { .. } => DRAIN_TIME,
            Phase::Closed => Duration::ZERO,
        };
        self.since.checked_add(allowed)
    }

    /// Returns from when on the connection may be evicted if another one waits for a slot.
    pub(super) fn eviction_deadline(&self, limits: &Limits) -> Option<Instant> {
        let allowed = match self.phase {
            Phase::Reading { .. } => limits.contended_request.min(limits.request),
            Phase::Writing(_) => limits.contended_response.min(limits.response),
            // The peer has its response, or will not read it.
            Phase::Draining { .. } | Phase::Closed => Duration::ZERO,
        };
        self.since.checked_add(allowed)
    }

    /// Returns the order of eviction: the lowest rank first.
    pub(super) fn eviction_rank(&self) -> impl Ord + use<> {
        let has_response = matches!(self.phase, Phase::Draining { .. } | Phase::Closed);
        (!has_response, self.since)
    }

    /// Handles a passed deadline: a peer that has not sent its request is answered with `408 Request Timeout`. Returns whether
    /// the connection is still open.
    pub(super) fn expire(&mut self, router: &mut Router) -> bool {
        let is_reading = matches!(self.phase, Phase::Reading { .. });
        if is_reading {
            self.enter(Phase::Writing(Box::new(Response::refusal(Status::RequestTimeout))));
            return self.proceed(router);
        }
        false
    }

    /// Closes the connection to free its slot. If it has no response yet, sends `503 Service Unavailable`, as far as that is
    /// possible without blocking.
    pub(super) fn evict(mut self) {
        if matches!(self.phase, Phase::Reading { .. }) {
            // The connection is closed even if this fails.
            let _ = write(&mut self.stream, &mut Response::refusal(Status::Busy));
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    fn finish_writing(&mut self, router: &mut Router) -> Phase {
        if let Phase::Writing(response) = mem::replace(&mut self.phase, Phase::Closed) {
            router.recycle(response.end());
        }
        match self.stream.shutdown_write() {
            Ok(()) => Phase::Draining { left: DRAIN_BYTES },
            Err(_) => Phase::Closed,
        }
    }
}

/// Reads the head of a request. Returns its response, or `None` if the head is still incomplete.
fn read_head(
    stream: &mut Stream,
    head: &mut [u8],
    filled: &mut usize,
    router: &mut Router,
) -> io::Result<Option<Response>> {
    loop {
        match read(stream, &mut head[*filled..])? {
            Input::Nothing => return Ok(None),
            // No response to a peer that sent nothing.
            Input::End if *filled == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            Input::End => return Ok(Some(Response::refusal(Status::BadRequest))),
            Input::Bytes(count) => *filled += count,
        }
        match Head::parse(&head[..*filled]) {
            Head::Partial => {}
            Head::Whole(request) => return Ok(Some(router.respond(&request))),
            Head::Refused(status) => return Ok(Some(Response::refusal(status))),
        }
    }
}

/// Sends what is left of the response, without blocking. Returns whether all of it has been sent.
fn write(stream: &mut Stream, response: &mut Response) -> io::Result<bool> {
    loop {
        let rest = response.rest();
        if rest.is_empty() {
            return Ok(true);
        }
        match stream.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => response.advance(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Discards input. Returns whether there may be more.
fn drain(stream: &mut Stream, left: &mut usize) -> io::Result<bool> {
    let mut bytes = [0; 8 * 1024];
    loop {
        match read(stream, &mut bytes)? {
            Input::Nothing => return Ok(true),
            Input::End => return Ok(false),
            Input::Bytes(count) if count >= *left => return Ok(false),
            Input::Bytes(count) => *left -= count,
        }
    }
}

fn read(stream: &mut Stream, into: &mut [u8]) -> io::Result<Input> {
    loop {
        match stream.read(into) {
            Ok(0) => return Ok(Input::End),
            Ok(count) => return Ok(Input::Bytes(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Input::Nothing),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
