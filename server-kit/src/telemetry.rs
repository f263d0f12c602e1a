//! Logs, and traces for OpenTelemetry.

use std::{
    env,
    io::{self, IsTerminal},
};

use clap::ValueEnum;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::Targets,
    fmt,
    layer::{Filter, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

#[cfg(feature = "otel")]
mod otel;
#[cfg(feature = "otel")]
pub(crate) use otel::{continue_trace, end_trace};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Sends what is left when it is dropped.
#[derive(Debug, Default)]
#[must_use]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    _traces: Option<otel::Traces>,
}

/// Logs to standard error, filtered by `RUST_LOG` (default `info`). Traces go to `OTEL_EXPORTER_OTLP_ENDPOINT`, if it is
/// set, under the name of the program.
pub fn init(program: &'static str, format: LogFormat) -> Telemetry {
    let registry = tracing_subscriber::registry().with(lines(format, "info"));
    #[cfg(feature = "otel")]
    if let Some((traces, layer)) = otel::open(program) {
        let _ = registry.with(layer).try_init();
        return Telemetry { _traces: Some(traces) };
    }
    let _ = program;
    // A second call (tests, several servers in one process) leaves the first in place.
    let _ = registry.try_init();
    Telemetry::default()
}

/// Logs no more than warnings, for a command that a person waits for.
pub fn init_command(format: LogFormat) {
    // A statement that reads all there is may take long.
    let _ = tracing_subscriber::registry().with(lines(format, "warn,sqlx::query=error")).try_init();
}

fn lines<S>(format: LogFormat, filter: &str) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(in_colour());
    let lines = match format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    lines.with_filter(wanted(env::var(EnvFilter::DEFAULT_ENV).ok().as_deref(), filter))
}

/// The filter that `RUST_LOG` describes, else the one by default. A filter by targets and levels alone, which almost all are,
/// asks for no lock whenever a request goes on.
fn wanted<S: Subscriber>(variable: Option<&str>, default: &str) -> Box<dyn Filter<S> + Send + Sync> {
    // An empty one is none: Compose passes on what is not set.
    let fits = |text: &&str| !text.trim().is_empty() && EnvFilter::try_new(text).is_ok();
    let text = variable.filter(fits).unwrap_or(default);
    match text.parse::<Targets>() {
        Ok(targets) => Box::new(targets),
        Err(_) => Box::new(EnvFilter::new(text)),
    }
}

/// Colours are for terminals, where [nobody minds](https://no-color.org/).
fn in_colour() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(not(feature = "otel"))]
pub(crate) fn continue_trace(
    _span: &tracing::Span,
    _headers: &http::HeaderMap,
    _method: &http::Method,
    _route: Option<&str>,
) {
}

#[cfg(not(feature = "otel"))]
pub(crate) fn end_trace(_span: &tracing::Span, _status: u16) {}
