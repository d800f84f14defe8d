use super::{Cause, Error, Kind};
use crate::buckets::bounds::BoundsFault;
use std::io;

const DENIED: &str = "the operating system refuses";

fn denied() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, DENIED)
}

/// One of each cause, with the kind that it must have.
fn causes() -> Vec<(Cause, Kind)> {
    let text = str::to_owned;
    #[allow(unused_mut, reason = "without features there are no further causes")]
    let mut causes = vec![
        (Cause::Bounds(BoundsFault::Empty), Kind::InvalidBounds),
        (Cause::Name { name: text("a-b") }, Kind::InvalidName),
        (Cause::Namespace { namespace: text("a-b"), reason: text("bad") }, Kind::InvalidName),
        (Cause::Label { metric: text("m"), label: text("le"), is_twice: false }, Kind::InvalidLabel),
        (Cause::Label { metric: text("m"), label: text("a"), is_twice: true }, Kind::InvalidLabel),
        (Cause::CommonLabel { label: text("le"), reason: text("bad") }, Kind::InvalidLabel),
        (Cause::Taken { wanted: text("a counter"), standing: text("a gauge") }, Kind::NameTaken),
        (Cause::ZeroInterval, Kind::InvalidConfiguration),
        (Cause::NoSink, Kind::InvalidConfiguration),
        (Cause::FormatWithoutSink, Kind::InvalidConfiguration),
        (Cause::FileFormat { path: "metrics.prom".into(), format: "JSON" }, Kind::InvalidConfiguration),
        (Cause::StdoutFormat, Kind::InvalidConfiguration),
        (Cause::FilePath { path: "metrics/".into(), error: denied() }, Kind::Io),
        (Cause::Spawn(denied()), Kind::ThreadSpawn),
        (Cause::Installed, Kind::AlreadyInUse),
        (Cause::ClockInUse, Kind::AlreadyInUse),
        (Cause::NoClock, Kind::Unsupported),
        (Cause::OtherRun, Kind::DifferentRuns),
        (Cause::Objective { reason: text("bad") }, Kind::InvalidObjective),
    ];
    #[cfg(any(feature = "otlp", feature = "push", feature = "statsd", feature = "emf"))]
    causes.push((
        Cause::SinkSetting { sink: "OTLP", setting: "timeout", reason: text("must be non-zero") },
        Kind::InvalidConfiguration,
    ));
    #[cfg(all(feature = "signals", unix))]
    causes.push((Cause::Signals(denied()), Kind::Io));
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    causes.extend([
        (Cause::Listen { address: text("localhost:80"), error: denied() }, Kind::Io),
        (Cause::SpawnEndpoint(denied()), Kind::ThreadSpawn),
        (Cause::Path { path: text("a") }, Kind::InvalidConfiguration),
        (Cause::PathTaken { path: text("/a") }, Kind::InvalidConfiguration),
        (Cause::Connections { asked: 0, most: 9 }, Kind::InvalidConfiguration),
    ]);
    #[cfg(feature = "json")]
    causes.push((Cause::Json(serde_json::from_str::<u8>("").unwrap_err()), Kind::InvalidJson));
    causes
}

#[test]
fn every_cause_has_its_kind() {
    for (cause, kind) in causes() {
        let error = Error::from(cause);
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn a_message_and_its_sources_repeat_nothing() {
    for (cause, _) in causes() {
        let error = Error::from(cause);
        let message = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            assert!(!message.contains(&inner.to_string()), "{message}");
            source = inner.source();
        }
    }
}

#[test]
fn a_message_contains_the_underlying_error_once() {
    for (cause, kind) in causes() {
        let error = Error::from(cause);
        let is_of_system = matches!(kind, Kind::Io | Kind::ThreadSpawn);
        assert_eq!(error.io_error().map(ToString::to_string), is_of_system.then(|| DENIED.to_owned()));
        let message = error.to_string();
        assert_eq!(message.matches(DENIED).count(), usize::from(is_of_system), "{message}");
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
    }
}

#[cfg(feature = "json")]
#[test]
fn the_message_of_invalid_json_contains_why() {
    let inner = serde_json::from_str::<u8>("").unwrap_err();
    let expected = format!("invalid snapshot JSON: {inner}");
    assert_eq!(Error::from(Cause::Json(inner)).to_string(), expected);
}
