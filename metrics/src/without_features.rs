//! Methods of disabled features: calling one is a compile error that names the feature.
//!
//! Without these methods, the compiler would suggest methods of similar names. Functions and types need no such help: if a path
//! is configured out, the compiler names the feature.
//!
//! No type implements the traits. Their bounds have a lifetime parameter, so they are checked at the call, not at the definition.
//!
//! They are `inline`: a `dylib` would export a method that is not, and the compiler generates no code for one that cannot be called.

#[cfg(not(feature = "futures"))]
mod futures {
    use crate::Call;

    #[diagnostic::on_unimplemented(
        message = "this method needs the feature `futures` of `tachometer`",
        label = "needs the feature `futures`",
        note = "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"futures\"] }}"
    )]
    pub trait WithFutures {}

    impl Call {
        #[doc(hidden)]
        #[inline]
        pub fn stream<'a, S: 'a>(self, stream: S) -> S
        where
            &'a S: WithFutures,
        {
            stream
        }

        #[doc(hidden)]
        #[inline]
        pub fn try_stream<'a, S: 'a>(self, stream: S) -> S
        where
            &'a S: WithFutures,
        {
            stream
        }
    }
}

#[cfg(not(feature = "http-body"))]
mod http_body {
    use crate::Call;

    #[diagnostic::on_unimplemented(
        message = "this method needs the feature `http-body` of `tachometer`",
        label = "needs the feature `http-body`",
        note = "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"http-body\"] }}"
    )]
    pub trait WithHttpBody {}

    impl Call {
        #[doc(hidden)]
        #[inline]
        pub fn body<'a, B: 'a>(self, body: B) -> B
        where
            &'a B: WithHttpBody,
        {
            body
        }
    }
}

#[cfg(not(feature = "json"))]
mod json {
    use crate::{Error, ExporterBuilder, FullSnapshot};

    #[diagnostic::on_unimplemented(
        message = "this method needs the feature `json` of `tachometer`",
        label = "needs the feature `json`",
        note = "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"json\"] }}"
    )]
    pub trait WithJson {}

    impl FullSnapshot {
        #[doc(hidden)]
        #[inline]
        pub fn to_json<'a>(&'a self) -> String
        where
            &'a Self: WithJson,
        {
            unreachable!()
        }

        #[doc(hidden)]
        #[inline]
        pub fn encode_json<'a>(&'a self, _text: &mut String)
        where
            &'a Self: WithJson,
        {
        }

        #[doc(hidden)]
        #[inline]
        pub fn from_json<'a>(_json: &'a str) -> Result<FullSnapshot, Error>
        where
            &'a str: WithJson,
        {
            unreachable!()
        }
    }

    impl<'a> ExporterBuilder<'a> {
        #[doc(hidden)]
        #[inline]
        pub fn json(self) -> Self
        where
            ExporterBuilder<'a>: WithJson,
        {
            self
        }
    }
}

/// The sinks of an exporter, each with its feature.
macro_rules! sinks {
    ($($method:ident if $condition:meta, $trait:ident, $module:ident, $message:literal, $label:literal, $note:literal;)*) => {$(
        #[cfg(not($condition))]
        mod $module {
            use crate::ExporterBuilder;

            #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
            pub trait $trait {}

            impl<'a> ExporterBuilder<'a> {
                #[doc(hidden)]
                #[inline]
                pub fn $method<S>(self, _sink: S) -> Self
                where
                    ExporterBuilder<'a>: $trait,
                {
                    self
                }
            }
        }
    )*};
}

sinks! {
    to_emf if feature = "emf", WithEmf, emf,
        "`to_emf` needs the feature `emf` of `tachometer`",
        "needs the feature `emf`",
        "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"emf\"] }}";
    to_otlp if all(feature = "otlp", not(target_family = "wasm")), WithOtlp, otlp,
        "`to_otlp` needs the feature `otlp` of `tachometer`, and a target with sockets",
        "needs the feature `otlp`",
        "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"otlp\"] }}";
    to_pushgateway if all(feature = "push", not(target_family = "wasm")), WithPush, push,
        "`to_pushgateway` needs the feature `push` of `tachometer`, and a target with sockets",
        "needs the feature `push`",
        "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"push\"] }}";
    to_statsd if all(feature = "statsd", not(target_family = "wasm")), WithStatsd, statsd,
        "`to_statsd` needs the feature `statsd` of `tachometer`, and a target with sockets",
        "needs the feature `statsd`",
        "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"statsd\"] }}";
}

#[cfg(not(feature = "process"))]
mod process {
    use crate::{Error, MetricsRegistry};

    #[diagnostic::on_unimplemented(
        message = "this method needs the feature `process` of `tachometer`",
        label = "needs the feature `process`",
        note = "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"process\"] }}"
    )]
    pub trait WithProcess {}

    impl MetricsRegistry {
        #[doc(hidden)]
        #[inline]
        pub fn register_process_metrics<'a>(&'a self)
        where
            &'a Self: WithProcess,
        {
        }

        #[doc(hidden)]
        #[inline]
        pub fn try_register_process_metrics<'a>(&'a self) -> Result<(), Error>
        where
            &'a Self: WithProcess,
        {
            Ok(())
        }
    }
}

#[cfg(not(all(feature = "signals", unix)))]
mod signals {
    use crate::ExporterBuilder;

    #[diagnostic::on_unimplemented(
        message = "`on_signals` needs the feature `signals` of `tachometer`, and Unix",
        label = "needs the feature `signals`, on Unix",
        note = "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"signals\"] }}"
    )]
    pub trait WithSignals {}

    impl<'a> ExporterBuilder<'a> {
        #[doc(hidden)]
        #[inline]
        pub fn on_signals(self) -> Self
        where
            ExporterBuilder<'a>: WithSignals,
        {
            self
        }
    }
}
