//! What surrounds every handler: request id, log line, time limit, panics, problem documents.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Mutex,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use todo_sdk::model::Problem;
use tower::Layer;
use tower_http::normalize_path::NormalizePathLayer;
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

use crate::{Error, error::Pending, metrics, telemetry, throttle};

/// Names a request in every log that it passes through.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long a handler may take.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

/// Wraps a server's routes.
///
/// A slash at the end of a path is cut before it is said that there is no such address, so the result has to be the
/// outermost router.
pub fn wrap(routes: Router) -> Router {
    // One layer: each one more is a box and a copy of all the inner ones for every request.
    let routes = routes
        .fallback(async || Error::NotFound("address; GET /api/openapi.json lists those there are"))
        .layer(from_fn(observe));
    let trimmed = NormalizePathLayer::trim_trailing_slash().layer(routes.clone());
    routes.fallback_service(trimmed)
}

/// Runs the handler, for as long as it may take, and answers for one that panics.
async fn run(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(HANDLER_TIMEOUT, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => answer_panic(&*panic),
        Err(_) => Error::TookTooLong.into_response(),
    }
}

fn answer_panic(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
    Error::internal(format!("a handler panicked: {text}")).into_response()
}

async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = tracing::info_span!("request", %id, %method, route, otel.kind = Empty, otel.name = Empty);
    telemetry::continue_trace(&span, request.headers(), &method, route.as_deref());
    let answer = async {
        let response = run(request, next).await;
        (response, throttle::left())
    };
    // Calls to other servers carry the same id.
    let answer = todo_sdk::with_request_id(id.clone(), throttle::LEFT.scope(Mutex::default(), answer));
    let (response, left) = answer.instrument(span.clone()).await;
    let mut response = write_problem(response, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let Some(left) = left {
        response.headers_mut().extend(left.headers());
    }
    let status = response.status().as_u16();
    let took = started.elapsed();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, micros, "answered"));
    telemetry::end_trace(&span, status);
    metrics::answered(&method, route.as_deref(), status, took);
    response
}

/// The caller's own id where it is one that a log can take, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let fits = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    sent.filter(fits).map_or_else(|| Uuid::new_v4().to_string(), ToOwned::to_owned)
}

/// Writes the problem that a handler answered, or one in place of the bare status of the router or a library.
fn write_problem(mut response: Response, id: &str) -> Response {
    let problem = match response.extensions_mut().remove::<Pending>() {
        Some(Pending(problem)) => (*problem).clone(),
        None => match bare_problem(&response) {
            Some(problem) => problem,
            None => return response,
        },
    };
    let problem = Problem { request_id: id.to_owned(), ..problem };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::CONTENT_TYPE));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}

fn bare_problem(response: &Response) -> Option<Problem> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let (code, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this address takes only the methods named in Allow"),
        StatusCode::NOT_FOUND => ("not_found", "there is no such resource"),
        _ => ("refused", "the request was refused"),
    };
    Some(Problem::new(status.as_u16(), code, status.canonical_reason().unwrap_or("Error"), detail))
}
