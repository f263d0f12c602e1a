//! A client as there are many: it tries again what was refused for the moment or cut off, and counts everything.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use reqwest::{Method, header};
use serde_json::Value;

/// How long one attempt may take: longer than a server takes to say that it takes too long.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(35);
/// How long a call is tried again.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// Bounds of the growing pause after a cut connection.
const BACKOFF: Range<Duration> = Duration::from_millis(20)..Duration::from_secs(1);
/// One connection in so many calls is closed, so that a server that has come back gets its share of new ones.
const CALLS_PER_CONNECTION: usize = 50;

/// Where the servers are reached.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    pub(crate) todo: String,
    pub(crate) comments: String,
}

/// Something to ask of the servers.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
    /// The `Idempotency-Key`.
    key: Option<String>,
    /// The status of success.
    expected: u16,
    /// The status that also is one after a first attempt of which nobody knows how it went.
    expected_again: u16,
    repeatable: bool,
}

impl Call {
    fn new(method: Method, path: impl Into<String>, body: Option<Value>, expected: u16) -> Self {
        let repeatable = method != Method::POST;
        Self { method, path: path.into(), body, key: None, expected, expected_again: expected, repeatable }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, None, 200)
    }

    /// Is not tried again: nobody would know how often it is done.
    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path, Some(body), 201)
    }

    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PATCH, path, Some(body), 200)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self { expected_again: 404, ..Self::new(Method::DELETE, path, None, 204) }
    }

    /// Is tried again under the same `Idempotency-Key`.
    pub(crate) fn once(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), repeatable: true, ..self }
    }

    /// Has another status of success.
    pub(crate) fn expect(self, status: u16) -> Self {
        Self { expected: status, expected_again: status, ..self }
    }

    /// Is tried again though it is a POST, as it does nothing where all is well.
    pub(crate) fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// For complaints: without ids and queries, so that the same ones are the same text.
    fn kind(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        let parts = path.split('/').map(|part| if part.parse::<i64>().is_ok() { "{id}" } else { part });
        format!("{} {}", self.method, parts.collect::<Vec<_>>().join("/"))
    }
}

/// An answer of the status that was expected.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) body: Value,
    /// The path of the next page.
    pub(crate) next: Option<String>,
}

/// One request and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) begun: Instant,
    pub(crate) ended: Instant,
    pub(crate) read: bool,
    pub(crate) retry: bool,
    pub(crate) outcome: Outcome,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As it should.
    Done(u16),
    /// 503 with `Retry-After`.
    Unavailable,
    /// Without an answer.
    Cut,
    /// With an answer that nobody should get.
    Wrong(u16),
}

/// Something that must not happen, and where to look for it.
#[derive(Debug, Clone)]
pub(crate) struct Complaint {
    pub(crate) what: String,
    pub(crate) example: String,
}

/// Somebody with a token, at one of possibly several devices.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    doors: Doors,
    token: Option<String>,
    /// Waits as long as the servers ask. Who doesn't sees sooner when all is well again.
    patient: bool,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) complaints: Vec<Complaint>,
}

impl Client {
    /// Somebody without a token.
    pub(crate) fn new(http: &reqwest::Client, doors: &Doors) -> Self {
        let (http, doors) = (http.clone(), doors.clone());
        Self { http, doors, token: None, patient: true, attempts: Vec::new(), complaints: Vec::new() }
    }

    pub(crate) fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub(crate) fn impatient(self) -> Self {
        Self { patient: false, ..self }
    }

    pub(crate) fn complain(&mut self, what: impl Into<String>, example: impl Into<String>) {
        self.complaints.push(Complaint { what: what.into(), example: example.into() });
    }

    /// Calls until there is an answer; `None` if nobody knows whether it was done.
    pub(crate) async fn call(&mut self, call: Call) -> Option<Answer> {
        let end = Instant::now() + CALL_LIMIT;
        let mut backoff = BACKOFF.start;
        for retried in 0.. {
            let (outcome, pause) = match self.attempt(&call, retried > 0).await {
                Ok(answer) => return Some(answer),
                Err(failed) => failed,
            };
            // Asking again what was answered wrongly would only hide it.
            if !call.repeatable || matches!(outcome, Outcome::Wrong(_)) {
                return None;
            }
            let pause = pause.filter(|_| self.patient).unwrap_or(backoff);
            backoff = (backoff * 2).min(BACKOFF.end);
            if Instant::now() + pause > end {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        self.complain(format!("{} had no answer in {} s", call.kind(), CALL_LIMIT.as_secs()), call.path);
        None
    }

    /// Sends it once; what went wrong comes with the pause that was asked for.
    async fn attempt(&mut self, call: &Call, retry: bool) -> Result<Answer, (Outcome, Option<Duration>)> {
        let begun = Instant::now();
        let (outcome, pause, answer) = match self.send(call).await {
            Ok(response) => self.judge(call, retry, response),
            Err(_) => (Outcome::Cut, None, Answer::default()),
        };
        self.attempts.push(Attempt { begun, ended: Instant::now(), read: call.is_read(), retry, outcome });
        if matches!(outcome, Outcome::Done(_)) { Ok(answer) } else { Err((outcome, pause)) }
    }

    async fn send(&self, call: &Call) -> reqwest::Result<Response> {
        let door = if call.path.starts_with("/api/comments") { &self.doors.comments } else { &self.doors.todo };
        let mut request = self.http.request(call.method.clone(), format!("{door}{}", call.path));
        request = request.timeout(ATTEMPT_LIMIT).header(header::USER_AGENT, "faults");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &call.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &call.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        if self.attempts.len() % CALLS_PER_CONNECTION == CALLS_PER_CONNECTION - 1 {
            request = request.header(header::CONNECTION, "close");
        }
        let response = request.send().await?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let (link, retry_after) = (header("link"), header("retry-after"));
        let (status, id) = (response.status().as_u16(), header("x-request-id"));
        Ok(Response { status, link, retry_after, id, body: response.bytes().await?.to_vec() })
    }

    fn judge(&mut self, call: &Call, retry: bool, response: Response) -> (Outcome, Option<Duration>, Answer) {
        let Response { status, link, retry_after, id, body } = response;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status == call.expected || (retry && status == call.expected_again) {
            return (Outcome::Done(status), None, Answer { body, next: link.as_deref().and_then(next_page) });
        }
        let pause = retry_after.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        if status == 503 && pause.is_some() {
            return (Outcome::Unavailable, pause, Answer::default());
        }
        let code = body["code"].as_str().unwrap_or("no problem document");
        self.complain(format!("{} was answered {status} ({code})", call.kind()), id.unwrap_or_default());
        (Outcome::Wrong(status), None, Answer::default())
    }
}

/// What came back.
struct Response {
    status: u16,
    link: Option<String>,
    retry_after: Option<String>,
    id: Option<String>,
    body: Vec<u8>,
}

/// The path in `<https://…/api/tasks?cursor=…>; rel="next"`.
fn next_page(link: &str) -> Option<String> {
    let (address, _) = link.strip_prefix('<')?.split_once(">; rel=\"next\"")?;
    address.find("/api/").map(|start| address[start..].to_owned())
}
