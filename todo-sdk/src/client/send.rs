//! The one place that sends.

use std::{
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

use super::{
    Body, Error, Transport, TransportError,
    base::Base,
    error::status_line,
    request::{Answer, Call, REQUEST_ID, Server},
    retry::{Retry, retry_after},
};
use crate::model::Problem;

/// Most bytes of an answer: as much as a program with little memory can still take.
const ANSWER_MAX: usize = 64 * 1024 * 1024;
/// The longest time-out: the clock can't count much further.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);
/// Most characters of a foreign answer in a message.
const EXCERPT_MAX: usize = 200;

/// Sends calls, again where that is safe, and knows nothing of sessions.
pub(super) struct Http {
    pub(super) todo: Base,
    pub(super) comments: Base,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) user_agent: HeaderValue,
    pub(super) retry: Retry,
    /// For a call with all its attempts and pauses.
    pub(super) timeout: Duration,
    /// For one attempt, to the end of the body.
    pub(super) attempt_timeout: Duration,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("todo", &self.todo.as_str()).field("comments", &self.comments.as_str()).finish()
    }
}

impl Http {
    fn base(&self, server: Server) -> &Base {
        match server {
            Server::Todo => &self.todo,
            Server::Comments => &self.comments,
        }
    }

    /// When a call that begins now has to be over.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout.min(FOREVER)
    }

    /// Runs what a call consists of, until its deadline.
    pub(super) async fn until<T>(
        &self,
        deadline: Instant,
        call: &Call,
        attempts: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let late = |_| Err(Error::TimedOut { url: self.base(call.server).as_str().to_owned(), after: self.timeout });
        timeout_at(deadline, attempts).await.unwrap_or_else(late)
    }

    /// Sends a call until it is answered, or there is no point or no time in trying again.
    pub(super) async fn send(&self, call: &Call, token: Option<&str>, deadline: Instant) -> Result<Answer, Error> {
        let url = self.base(call.server).join(&call.path, &call.query);
        let request = call.request(&url, &self.user_agent, token)?;
        let mut retried = 0;
        // The error of an earlier attempt that the server may have carried out all the same.
        let mut open: Option<Error> = None;
        loop {
            let error = match self.attempt(call, &url, request.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if let Some(earlier) = &open {
                match (&call.method, error.status()) {
                    // It was there for the earlier attempt to delete, or somebody else has: it is gone.
                    (&Method::DELETE, Some(404)) => return Ok(Answer::empty(url)),
                    // The version may have been moved by the earlier attempt.
                    (&Method::PUT | &Method::PATCH, Some(412)) => return Err(earlier.clone()),
                    _ => {}
                }
            }
            let pause = self.retry.pause(&error, retried).filter(|pause| Instant::now() + *pause < deadline);
            // That the last attempt was not sent does not say that none was.
            let Some(pause) = pause else {
                return Err(open.filter(|_| error.passes() && !error.leaves_open()).unwrap_or(error));
            };
            tracing::debug!(method = %call.method, path = call.path, %error, ?pause, "trying again");
            if error.leaves_open() {
                open = Some(error);
            }
            sleep(pause).await;
            retried += 1;
        }
    }

    /// Where a server is.
    pub(super) fn url(&self, server: Server) -> String {
        self.base(server).as_str().to_owned()
    }

    /// Sends a call once, and answers the body as it comes.
    pub(super) async fn open(&self, call: &Call, token: &str) -> Result<Body, Error> {
        let url = self.base(call.server).join(&call.path, &call.query);
        let request = call.request(&url, &self.user_agent, Some(token))?;
        let request_id = request.headers().get(REQUEST_ID).cloned();
        let base = || self.base(call.server).as_str().to_owned();
        let out_of_reach = |source| Error::OutOfReach { url: base(), source };
        let late = |_| Error::TimedOut { url: base(), after: self.attempt_timeout };
        let sent = timeout(self.attempt_timeout, self.transport.send(request)).await.map_err(late)?;
        let (head, body) = sent.map_err(out_of_reach)?.into_parts();
        if head.status.is_success() {
            return Ok(body);
        }
        let body = timeout(self.attempt_timeout, collect(body)).await.map_err(late)?.map_err(out_of_reach)?;
        Err(refusal(&base(), head.status, head.headers, request_id, &body.unwrap_or_default()))
    }

    async fn attempt(&self, call: &Call, url: &Url, request: http::Request<Bytes>) -> Result<Answer, Error> {
        let base = || self.base(call.server).as_str().to_owned();
        let request_id = request.headers().get(REQUEST_ID).cloned();
        let exchange = async {
            let (head, body) = self.transport.send(request).await?.into_parts();
            Ok((Response::from_parts(head, ()), collect(body).await?))
        };
        let (head, body) = match timeout(self.attempt_timeout, exchange).await {
            Err(_) => return Err(Error::TimedOut { url: base(), after: self.attempt_timeout }),
            Ok(Err(source)) => return Err(Error::OutOfReach { url: base(), source }),
            Ok(Ok(answer)) => answer,
        };
        let (status, headers) = (head.status(), head.into_parts().0.headers);
        let Some(body) = body else {
            let detail = format!("the answer has more than {} MiB", ANSWER_MAX / 1024 / 1024);
            return Err(Error::Decode { url: url.to_string(), detail });
        };
        if status.is_success() {
            return Ok(Answer { url: url.clone(), headers, body });
        }
        Err(refusal(&base(), status, headers, request_id, &body))
    }
}

impl Answer {
    /// Whether the server says that it is the answer to an earlier call with the same `Idempotency-Key`.
    pub(super) fn is_replay(&self) -> bool {
        self.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
    }

    /// Stands for the answer that was lost.
    fn empty(url: Url) -> Self {
        Self { url, headers: HeaderMap::new(), body: Bytes::new() }
    }
}

/// The whole body, or `None` if it is larger than is reasonable.
async fn collect(mut body: Body) -> Result<Option<Bytes>, TransportError> {
    let mut all = BytesMut::new();
    while let Some(chunk) = body.try_next().await? {
        if all.len() + chunk.len() > ANSWER_MAX {
            return Ok(None);
        }
        all.extend_from_slice(&chunk);
    }
    Ok(Some(all.freeze()))
}

/// The error that an answer tells of.
fn refusal(
    base: &str,
    status: StatusCode,
    mut headers: HeaderMap,
    request_id: Option<HeaderValue>,
    body: &[u8],
) -> Error {
    if let (false, Some(id)) = (headers.contains_key(REQUEST_ID), request_id) {
        headers.insert(REQUEST_ID, id);
    }
    let problem = Box::new(problem(base, status, &headers, body));
    Error::Problem { problem, retry_after: retry_after(&headers, SystemTime::now()) }
}

/// The problem in an answer, or one that tells what came instead of it.
fn problem(base: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Problem {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let mut problem = match serde_json::from_slice::<Problem>(body) {
        Ok(problem) if !problem.code.is_empty() => problem,
        _ => foreign(base, status, text(header::LOCATION), body),
    };
    // The status line is what proxies and caches went by.
    problem.status = status.as_u16();
    if problem.request_id.is_empty() {
        text(REQUEST_ID).clone_into(&mut problem.request_id);
    }
    problem
}

fn foreign(base: &str, status: StatusCode, location: &str, body: &[u8]) -> Problem {
    let line = status_line(status.as_u16());
    let detail = if status.is_redirection() && !location.is_empty() {
        format!("{base} answered {line}: it redirects to {location}; use the address of the server itself")
    } else {
        match excerpt(body) {
            said if said.is_empty() => format!("{base} answered {line} and nothing else"),
            said => format!("{base} answered {line} in another form than a todo-server's: {said}"),
        }
    };
    Problem::new(status.as_u16(), Error::UNEXPECTED_ANSWER, status.canonical_reason().unwrap_or("Unknown"), detail)
}

/// What a person can read of a body: no tags, no control characters, not much of it.
pub(super) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(16 * 1024)]);
    let text = title(&text).unwrap_or(&text);
    let mut in_tag = false;
    let readable: String = text
        .chars()
        .map(|c| match c {
            '<' => {
                in_tag = true;
                ' '
            }
            '>' if in_tag => {
                in_tag = false;
                ' '
            }
            _ if in_tag || c.is_control() => ' ',
            _ => c,
        })
        .collect();
    let words = readable.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(EXCERPT_MAX) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn title(html: &str) -> Option<&str> {
    let lower = html.to_ascii_lowercase();
    let begin = lower.find("<title>")? + "<title>".len();
    let length = lower[begin..].find("</title>")?;
    Some(&html[begin..begin + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_readable() {
        let page = b"<html><head><TITLE>502 Bad Gateway</TITLE></head><body><h1>nginx</h1></body></html>";
        assert_eq!(excerpt(page), "502 Bad Gateway");
        assert_eq!(excerpt(b"<h1>no</h1>\n\n<p>server \x1b[31mred</p>"), "no server [31mred");
        assert_eq!(excerpt(b" \n"), "");
        assert_eq!(excerpt("я".repeat(300).as_bytes()).chars().count(), 201);
    }

    #[test]
    fn the_status_line_wins_over_the_body() {
        let body = br#"{"status": 200, "code": "not_found", "title": "Not found"}"#;
        let problem = problem("http://h/", StatusCode::NOT_FOUND, &HeaderMap::new(), body);
        assert_eq!((problem.status, problem.code.as_str()), (404, "not_found"));
    }

    #[test]
    fn json_of_another_service_is_no_problem_document() {
        let problem = problem("http://h/", StatusCode::NOT_FOUND, &HeaderMap::new(), br#"{"message": "no Route"}"#);
        assert_eq!(problem.code, Error::UNEXPECTED_ANSWER);
        assert!(problem.detail.contains("404 Not Found"), "{}", problem.detail);
        assert!(problem.detail.contains("no Route"), "{}", problem.detail);
    }
}
