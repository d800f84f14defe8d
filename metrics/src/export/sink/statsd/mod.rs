//! StatsD and DogStatsD, over UDP and Unix sockets.
//!
//! `address` is where the daemon listens; `socket` sends to it. `delivery` keeps what was sent, in a `queue` of datagrams.

mod address;
mod delivery;
mod queue;
mod socket;
#[cfg(test)]
mod tests;

use super::Sink;
use crate::encode::statsd::{StatsdDialect, StatsdEncoder, is_tag_character};
use crate::error::{Cause, Error};
use address::Address;
use delivery::Delivery;
use std::time::Duration;

/// A StatsD daemon as a sink of an exporter: its address, and settings that have defaults. Passed to
/// [`ExporterBuilder::to_statsd`](crate::export::ExporterBuilder::to_statsd).
///
/// ```
/// use std::net::UdpSocket;
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
/// use tachometer::export::{Statsd, StatsdDialect};
///
/// let daemon = UdpSocket::bind("127.0.0.1:0")?;
/// let address = daemon.local_addr()?.to_string();
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let agent = Statsd::new(address).dialect(StatsdDialect::DogStatsd).prefix("shop").tag("env", "prod");
/// let exporter = registry.exporter().to_statsd(agent).start()?;
/// registry.register_counter("jobs").add(7);
/// drop(exporter); // a last export
/// let mut datagram = [0; 1_432];
/// let length = daemon.recv(&mut datagram)?;
/// let lines = std::str::from_utf8(&datagram[..length])?;
/// assert!(lines.lines().any(|line| line == "shop.jobs:7|c|#env:prod"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What is sent
/// - **Counters** and calls: what has been added since the last export that was sent, and in the first export since the start of the
///   program. What has not grown is not sent.
/// - **Gauges**: the value, at each export.
/// - **Histograms** and durations: for each bucket with new values one line with the middle of the bucket (within 4.6 % of the values, if
///   the histogram has [native buckets](crate::HistogramSnapshot::native)) and a sampling rate, by which the daemon counts as many values
///   as there are. A few counts have no rate with this effect; they take a second line. Timers of the plain protocol are in milliseconds,
///   whatever the name ends in. Distributions of `DogStatsD` are in the unit of the name.
///
/// The Datadog agent weighs values by their rates in everything it computes. The original daemon does so for the count and the rate of a
/// timer, but for its mean, sum and percentiles it takes each line as one value.
///
/// # What is lost
/// Datagrams that could not be sent are kept and sent before those of the next export; later counts are then in that export. So nothing is
/// lost or sent twice as far as the system tells: it tells of a daemon on the same machine that is not running, of a Unix socket that is
/// full or missing, and of a host that cannot be reached. Nothing tells of a datagram that is lost on the network, for which a daemon that
/// reads UDP too slowly has no room, or that a daemon has received and not passed on when it ends. With tens of thousands of series, prefer
/// a Unix socket: there, the sink waits for a slow daemon. If a host across the network refuses a datagram, the refusal does not tell which: all
/// datagrams of that export are sent again.
///
/// A daemon that is down is an error of each export, and no more: one export's datagrams are kept, and no other memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a sink does nothing until it is passed to `to_statsd`"]
pub struct Statsd {
    address: String,
    dialect: StatsdDialect,
    prefix: String,
    tags: Vec<(String, String)>,
    max_datagram: Option<usize>,
    timeout: Duration,
}

/// So that a datagram is not fragmented on Ethernet, also in a tunnel.
const UDP_DATAGRAM: usize = 1_432;
const UNIX_DATAGRAM: usize = 8_192;
/// What UDP can carry over IPv4.
const LARGEST_DATAGRAM: usize = 65_507;

impl Statsd {
    /// Creates a sink for the daemon at `address`: `HOST:PORT` for UDP, or on Unix `unix://PATH` for a datagram socket.
    ///
    /// The name of a host is looked up at each export, not before. A lookup that hangs costs no more than the [`timeout`](Self::timeout).
    pub fn new(address: impl Into<String>) -> Self {
        Statsd {
            address: address.into(),
            dialect: StatsdDialect::default(),
            prefix: String::new(),
            tags: Vec::new(),
            max_datagram: None,
            timeout: Duration::from_secs(1),
        }
    }

    /// Sets the dialect, which is [`StatsdDialect::Plain`] by default.
    pub fn dialect(self, dialect: StatsdDialect) -> Self {
        Statsd { dialect, ..self }
    }

    /// Sets what all names begin with, before a point: `prefix("shop")` sends `shop.jobs`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Statsd { prefix: prefix.into(), ..self }
    }

    /// Adds a tag to all lines, for [`StatsdDialect::DogStatsd`]. A series that has a label of this name keeps its own.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// Sets the largest size of a datagram in bytes, which is 1432 for UDP and 8192 for Unix sockets by default.
    ///
    /// Datagrams are filled with whole lines. A line that is longer is not sent: it is the error of one export, which names the series.
    pub fn max_datagram(self, bytes: usize) -> Self {
        Statsd { max_datagram: Some(bytes), ..self }
    }

    /// Sets how long an export may take, which is a second by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        Statsd { timeout, ..self }
    }

    /// Returns the sink, if all settings are valid.
    pub(in crate::export) fn into_sink(self) -> Result<Sink, Error> {
        let address = Address::parse(&self.address).map_err(|reason| refused("address", reason))?;
        self.check_prefix()?;
        self.check_tags()?;
        let default = if address.is_udp() { UDP_DATAGRAM } else { UNIX_DATAGRAM };
        let max_datagram = self.max_datagram.unwrap_or(default);
        if !(1..=LARGEST_DATAGRAM).contains(&max_datagram) {
            let reason = format!("it must be between 1 and {LARGEST_DATAGRAM} bytes, not {max_datagram}");
            return Err(refused("largest datagram", reason));
        }
        if self.timeout.is_zero() {
            return Err(refused("timeout", "it must be longer than zero".to_owned()));
        }
        let prefix = if self.prefix.is_empty() { String::new() } else { self.prefix + "." };
        let encoder = StatsdEncoder::new(self.dialect, prefix, self.tags);
        let mut delivery = Delivery::new(address, encoder, max_datagram, self.timeout);
        let name = format!("statsd {}", self.address);
        Ok(Sink::with_run(name, move |snapshot, run| delivery.export(snapshot, run)))
    }

    fn check_prefix(&self) -> Result<(), Error> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let is_segment = |segment: &str| !segment.is_empty() && segment.bytes().all(is_allowed);
        if self.prefix.is_empty() || self.prefix.split('.').all(is_segment) {
            return Ok(());
        }
        let reason = format!(
            "{:?} must consist of ASCII letters, digits, `_` and `-`, with single points in between",
            self.prefix
        );
        Err(refused("prefix", reason))
    }

    fn check_tags(&self) -> Result<(), Error> {
        for (place, (name, value)) in self.tags.iter().enumerate() {
            let reason = if self.dialect == StatsdDialect::Plain {
                "the plain protocol has no tags: set the dialect `DogStatsd`, or leave out the tag"
            } else if name.is_empty() || value.is_empty() {
                "its name and its value must not be empty"
            } else if name.contains(':') {
                "its name must not contain `:`, which separates it from the value"
            } else if !name.chars().chain(value.chars()).all(is_tag_character) {
                "it must not contain `,`, `|` or control characters"
            } else if self.tags[..place].iter().any(|(other, _)| other == name) {
                "there is another one of this name"
            } else {
                continue;
            };
            return Err(refused("tag", format!("{name:?} with the value {value:?}: {reason}")));
        }
        Ok(())
    }
}

impl<S: Into<String>> From<S> for Statsd {
    fn from(address: S) -> Self {
        Statsd::new(address)
    }
}

fn refused(setting: &'static str, reason: String) -> Error {
    Cause::SinkSetting { sink: "StatsD", setting, reason }.into()
}
