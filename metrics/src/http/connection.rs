//! One connection: a request is read, its answer is sent, and what still comes is taken and thrown away until the peer is
//! done, so that the answer is not lost to a reset.

use super::request::{Head, MAX_HEAD};
use super::response::{Response, Status};
use super::site::Site;
use super::socket::Stream;
use std::io::{self, Read, Write};
use std::mem;
use std::time::{Duration, Instant};

/// How long a peer is listened to after its answer, and how many bytes.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 256 * 1024;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// A request's head, from the first moment of the connection to its end.
    pub(super) request: Duration,
    /// The sending of an answer, from its first byte to its last.
    pub(super) response: Duration,
    /// A request's head, where others wait for the connection's place.
    pub(super) crowded_request: Duration,
    /// The sending of an answer, where others wait for the connection's place.
    pub(super) crowded_response: Duration,
}

#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    phase: Phase,
    /// When the phase began.
    since: Instant,
}

#[derive(Debug)]
enum Phase {
    /// The head of a request is being read; so many bytes of it are here.
    Reading { head: Box<[u8]>, filled: usize },
    /// The answer is being sent.
    Writing(Box<Response>),
    /// The answer is sent. So many more bytes are taken.
    Draining { left: usize },
    /// There is nothing more to do.
    Closed,
}

/// What the peer did.
enum Input {
    Bytes(usize),
    Nothing,
    /// It has closed its side.
    End,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Self {
        let head = vec![0; MAX_HEAD].into_boxed_slice();
        Connection { stream, phase: Phase::Reading { head, filled: 0 }, since: Instant::now() }
    }

    /// Goes on as far as it can without waiting. Returns whether there is more to do.
    pub(super) fn proceed(&mut self, site: &mut Site) -> bool {
        loop {
            let next = match &mut self.phase {
                Phase::Reading { head, filled } => match read_head(&mut self.stream, head, filled, site) {
                    Ok(Some(response)) => Phase::Writing(Box::new(response)),
                    Ok(None) => return true,
                    Err(_) => Phase::Closed,
                },
                Phase::Writing(response) => match write(&mut self.stream, response) {
                    Ok(true) => self.finish_writing(site),
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

    /// When it has had its time.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let allowed = match self.phase {
            Phase::Reading { .. } => limits.request,
            Phase::Writing(_) => limits.response,
            Phase::Draining { .. } => DRAIN_TIME,
            Phase::Closed => Duration::ZERO,
        };
        self.since.checked_add(allowed)
    }

    /// From when on it must give way to others that wait.
    pub(super) fn crowded_deadline(&self, limits: &Limits) -> Option<Instant> {
        let allowed = match self.phase {
            Phase::Reading { .. } => limits.crowded_request.min(limits.request),
            Phase::Writing(_) => limits.crowded_response.min(limits.response),
            // It has its answer, or is not going to read it.
            Phase::Draining { .. } | Phase::Closed => Duration::ZERO,
        };
        self.since.checked_add(allowed)
    }

    /// Who gives way first: the lowest.
    pub(super) fn merit(&self) -> impl Ord + use<> {
        let has_answer = matches!(self.phase, Phase::Draining { .. } | Phase::Closed);
        (!has_answer, self.since)
    }

    /// Its time is over. Returns whether there is more to do, which is to say so.
    pub(super) fn expire(&mut self, site: &mut Site) -> bool {
        let is_reading = matches!(self.phase, Phase::Reading { .. });
        if is_reading {
            self.enter(Phase::Writing(Box::new(Response::refusal(Status::RequestTimeout))));
            return self.proceed(site);
        }
        false
    }

    /// It is about to be closed, for others to take its place: if it has no answer yet it is told so, as far as that can be
    /// done without waiting.
    pub(super) fn give_way(mut self) {
        if matches!(self.phase, Phase::Reading { .. }) {
            // Whoever does not hear it is closed all the same.
            let _ = write(&mut self.stream, &mut Response::refusal(Status::Busy));
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    fn finish_writing(&mut self, site: &mut Site) -> Phase {
        if let Phase::Writing(response) = mem::replace(&mut self.phase, Phase::Closed) {
            site.take_back(response.end());
        }
        match self.stream.shutdown_write() {
            Ok(()) => Phase::Draining { left: DRAIN_BYTES },
            Err(_) => Phase::Closed,
        }
    }
}

/// Reads until there is a whole head, and answers it. `None`: more is to come.
fn read_head(
    stream: &mut Stream,
    head: &mut [u8],
    filled: &mut usize,
    site: &mut Site,
) -> io::Result<Option<Response>> {
    loop {
        match read(stream, &mut head[*filled..])? {
            Input::Nothing => return Ok(None),
            // Who says nothing gets no answer.
            Input::End if *filled == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            Input::End => return Ok(Some(Response::refusal(Status::BadRequest))),
            Input::Bytes(count) => *filled += count,
        }
        match Head::read(&head[..*filled]) {
            Head::Partial => {}
            Head::Whole(request) => return Ok(Some(site.answer(&request))),
            Head::Refused(status) => return Ok(Some(Response::refusal(status))),
        }
    }
}

/// Whether all of it has been sent.
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

/// Whether there may be more to throw away.
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
