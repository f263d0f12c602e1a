//! Servers that do as they are told.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use serde_json::{Value, json};
use todo_sdk::{
    Client,
    client::{Body, ClientBuilder, Transport, TransportError},
    model::TokenPair,
};

/// What a [`Script`] does with a request.
pub(crate) enum Step {
    /// Answers.
    Answer(u16, Value),
    /// Answers with a header.
    With(u16, &'static str, &'static str),
    /// There is no connection.
    Unreachable,
    /// The connection breaks when the request is sent.
    Broken,
    /// There is never an answer.
    Silent,
}

use Step::{Answer, Broken, Silent, Unreachable, With};

/// Plays its steps one by one and remembers what was asked.
#[derive(Clone)]
pub(crate) struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    seen: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl Script {
    pub(crate) fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), seen: Arc::default() }
    }

    /// A signed-in client that talks to this script.
    pub(crate) fn client(&self) -> Client {
        self.builder().session(pair("old")).build().expect("a client")
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder("http://todo.test").transport(Arc::new(self.clone()))
    }

    pub(crate) fn seen(&self) -> Vec<Request<Bytes>> {
        self.seen.lock().expect("no panic").clone()
    }

    /// The paths asked for.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.seen().iter().map(|request| format!("{} {}", request.method(), request.uri().path())).collect()
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        self.seen.lock().expect("no panic").push(request);
        let step = self.steps.lock().expect("no panic").pop_front().expect("a step for every request");
        match step {
            Answer(status, body) => Ok(answer(status, &body)),
            With(status, name, value) => {
                let mut answer = answer(status, &Value::Null);
                answer.headers_mut().insert(name, value.parse().expect("a header"));
                Ok(answer)
            }
            Unreachable => Err(TransportError::unreachable("connection refused")),
            Broken => Err(TransportError::broken("connection reset")),
            Silent => std::future::pending().await,
        }
    }
}

/// A transport that is a function.
pub(crate) struct Function<F>(pub(crate) F);

#[async_trait]
impl<F, A> Transport for Function<F>
where
    F: Fn(Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = Response<Body>> + Send,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        Ok((self.0)(request).await)
    }
}

pub(crate) fn answer(status: u16, body: &Value) -> Response<Body> {
    let body: Body = Box::pin(stream::iter([Ok(Bytes::from(body.to_string()))]));
    let mut response = Response::new(body);
    *response.status_mut() = status.try_into().expect("a status");
    response
}

pub(crate) fn problem(status: u16, code: &str) -> Step {
    Answer(status, json!({"status": status, "code": code, "title": code, "detail": code, "request_id": "r1"}))
}

/// A pair of tokens that tells by name which it is.
pub(crate) fn pair(name: &str) -> TokenPair {
    TokenPair { access: format!("{name}-access"), refresh: format!("{name}-refresh") }
}

pub(crate) fn new_pair() -> Step {
    Answer(200, json!({"access": "new-access", "refresh": "new-refresh"}))
}

pub(crate) fn task(id: i64) -> Value {
    json!({
        "id": id, "title": format!("task {id}"), "description": "", "completed": false, "completed_at": null,
        "priority": 4, "due": null, "remind_time": null, "repeat": null, "tags": [], "telegram_user": null,
        "date_created": "2026-11-01T10:00:00Z", "date_updated": "2026-11-01T10:00:00Z", "version": 1,
    })
}

pub(crate) fn header<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
