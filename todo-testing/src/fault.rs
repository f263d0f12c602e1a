//! What can go wrong on the way to the servers.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response, StatusCode, header};
use todo_sdk::{client::Body, model::Problem};

/// What becomes of a request; see [`TestServer::fail_next`](crate::TestServer::fail_next).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no connection: the server sees nothing of it.
    Unreachable,
    /// The server does what it is asked, and the answer is lost.
    AnswerLost,
    /// 429. Until this time has passed, so is every other request, as by a server that means it.
    TooManyRequests {
        /// What `Retry-After` says, in whole seconds, rounded up.
        retry_after: Duration,
    },
    /// 503, as a server answers whose database is away.
    Unavailable {
        /// What `Retry-After` says, in whole seconds, rounded up.
        retry_after: Option<Duration>,
    },
    /// This status and a page in place of a problem document, as a proxy answers.
    Status(StatusCode),
    /// The server does what it is asked, and the answer comes so much later.
    Slow(Duration),
    /// There is never an answer, and the server sees nothing of it.
    Silent,
}

/// 429 that asks to wait so long.
pub(crate) fn too_many(retry_after: Duration) -> Response<Body> {
    let problem = Problem::new(429, "too_many_requests", "Too many requests", "the test has it so");
    refusal(&problem, Some(retry_after))
}

pub(crate) fn unavailable(retry_after: Option<Duration>) -> Response<Body> {
    let problem = Problem::new(503, "unavailable", "Service unavailable", "the test has it so");
    refusal(&problem, retry_after)
}

/// A page of somebody who knows nothing of problem documents.
pub(crate) fn page(status: StatusCode) -> Response<Body> {
    answer(status, "text/html", format!("<html><title>{status}</title></html>").into())
}

fn refusal(problem: &Problem, retry_after: Option<Duration>) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut refusal = answer(status, Problem::CONTENT_TYPE, body.into());
    if let Some(wait) = retry_after {
        // Rounded up: who comes back at the begin of the last second comes too soon.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        refusal.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    refusal
}

fn answer(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Body> {
    let body: Body = Box::pin(stream::iter([Ok(body)]));
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
