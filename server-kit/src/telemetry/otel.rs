//! Traces: a span for each request, part of its caller's trace where `traceparent` names one (W3C Trace Context).

use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderMap, HeaderName, Method};
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator},
    trace::{Status, TracerProvider},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::{Span, Subscriber, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, registry::LookupSpan};

/// Either says where traces go, as OpenTelemetry's
/// [own names](https://opentelemetry.io/docs/specs/otel/protocol/exporter/) have it; the exporter reads them.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Whether anybody reads what only traces need.
static SENDS: AtomicBool = AtomicBool::new(false);

/// Sends the last spans when it is dropped.
#[derive(Debug)]
pub(super) struct Traces(SdkTracerProvider);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            eprintln!("warning: the last traces could not be sent: {error}");
        }
    }
}

/// Begins to send traces, if a place for them is set.
pub(super) fn open<S>(program: &'static str) -> Option<(Traces, impl Layer<S>)>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ENDPOINTS.iter().find(|name| set(name))?;
    let exporter = match SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).build() {
        Ok(exporter) => exporter,
        Err(error) => {
            eprintln!("warning: traces can't be sent: {error}");
            return None;
        }
    };
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name(program).build())
        .build();
    SENDS.store(true, Ordering::Relaxed);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer(program)).with_filter(LevelFilter::INFO);
    Some((Traces(provider), layer))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Makes the span of a request part of its caller's trace.
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap, method: &Method, route: Option<&str>) {
    if !SENDS.load(Ordering::Relaxed) {
        return;
    }
    // Fails where the filter leaves requests out.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    span.record("otel.kind", "server");
    span.record("otel.name", format!("{method} {}", route.unwrap_or("none")));
}

/// Says how a request ended.
pub(crate) fn end_trace(span: &Span, status: u16) {
    if !SENDS.load(Ordering::Relaxed) {
        return;
    }
    span.set_attribute("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.set_status(Status::error(status.to_string()));
    }
}
