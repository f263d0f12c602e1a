//! A client that speaks bare HTTP and JSON, so that a fault of the SDK can't hide one of the servers.

use std::{
    fmt::Write,
    pin::Pin,
    time::{Duration, Instant},
};

use e2e::Stack;
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";
/// How long something that has no event of its own may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who calls the servers of a [`Stack`].
#[derive(Debug, Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    todo: String,
    comments: String,
    token: Option<String>,
}

impl Api {
    /// Somebody without a token.
    pub(crate) fn anonymous(stack: &Stack) -> Self {
        Self::at(stack.todo_url(), stack.comments_url())
    }

    /// Somebody without a token who calls the servers at these addresses.
    pub(crate) fn at(todo: String, comments: String) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, todo, comments, token: None }
    }

    /// A new user who has signed in.
    pub(crate) async fn person(stack: &Stack, name: &str) -> Self {
        Self::anonymous(stack).joined(name).await
    }

    /// The same servers as a new user who has signed in.
    pub(crate) async fn joined(&self, name: &str) -> Self {
        self.register(name).await;
        let pair = self.sign_in(name).await;
        self.with_token(pair["access"].as_str().unwrap())
    }

    /// Makes an account and answers the user.
    pub(crate) async fn register(&self, name: &str) -> Value {
        self.post("/api/users", json!({"username": name, "password": PASSWORD})).await.is(201)
    }

    /// Answers a pair of tokens.
    pub(crate) async fn sign_in(&self, name: &str) -> Value {
        self.post("/api/token", json!({"username": name, "password": PASSWORD})).await.is(200)
    }

    /// The same servers with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person through the SDK.
    pub(crate) fn sdk(&self) -> todo_sdk::Client {
        let builder = todo_sdk::Client::builder(&self.todo).comments_server(&self.comments);
        builder.access_token(self.token()).build().unwrap()
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Call {
        self.call(Method::POST, path).json(&body)
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Call {
        self.call(Method::PUT, path).json(&body)
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Call {
        self.call(Method::PATCH, path).json(&body)
    }

    /// A request to the server that the path belongs to.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let server = if path.starts_with("/api/comments") { &self.comments } else { &self.todo };
        self.call_at(server, method, path)
    }

    /// A request to the comments-server, whatever the path.
    pub(crate) fn get_comments_server(&self, path: &str) -> Call {
        self.call_at(&self.comments, Method::GET, path)
    }

    fn call_at(&self, server: &str, method: Method, path: &str) -> Call {
        let what = format!("{method} {path}");
        let request = self.http.request(method, format!("{server}{path}"));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Call { request, what }
    }

    /// Opens the stream of events at a todo-server, behind `since`, or with what comes.
    pub(crate) async fn events_at(&self, server: &str, since: Option<i64>) -> Events {
        let request = self.http.get(format!("{server}/api/events")).bearer_auth(self.token());
        let request = request.header("accept", "text/event-stream");
        let request = match since {
            Some(seq) => request.header("last-event-id", seq.to_string()),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Events { response, text: String::new() }
    }

    /// The same at whichever server the balancer picks.
    pub(crate) async fn events(&self, since: Option<i64>) -> Events {
        self.events_at(&self.todo, since).await
    }

    /// Makes a task and answers its id.
    pub(crate) async fn task(&self, title: &str) -> i64 {
        id(&self.post("/api/tasks", json!({"title": title})).await.is(201))
    }

    /// Makes a tag and answers its id.
    pub(crate) async fn tag(&self, name: &str) -> i64 {
        id(&self.post("/api/tags", json!({"name": name})).await.is(201))
    }

    /// Makes a comment and answers its id.
    pub(crate) async fn comment(&self, task: i64, content: &str) -> i64 {
        id(&self.post("/api/comments", json!({"task_id": task, "content": content})).await.is(201))
    }

    /// All items of a list, page by page along `Link`.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.get(&path).await;
            next = page.next();
            items.extend(page.items());
        }
        items
    }
}

/// An open stream of events.
#[derive(Debug)]
pub(crate) struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// The next event's name and data; `None` when the stream ends. Heart-beats are passed over.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let event = field("event:").zip(field("data:")).map(|(event, data)| {
                    let data: Value = serde_json::from_str(data).unwrap();
                    assert_eq!(field("id:"), Some(&*data["seq"].to_string()), "{block}");
                    assert_eq!(data["event"], event, "{block}");
                    (event.to_owned(), data)
                });
                self.text = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            // A cut is an end too.
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// The id of a resource.
#[track_caller]
pub(crate) fn id(resource: &Value) -> i64 {
    resource["id"].as_i64().unwrap_or_else(|| panic!("no id in {resource}"))
}

/// The ids of resources, in their order.
pub(crate) fn ids(resources: &[Value]) -> Vec<i64> {
    resources.iter().map(id).collect()
}

/// Calls until the answer is as it should be, where only time brings it about.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let end = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A request; `.await` sends it.
#[derive(Debug)]
pub(crate) struct Call {
    request: reqwest::RequestBuilder,
    what: String,
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.what, " ({name}: {value})");
        Self { request: self.request.header(name, value), ..self }
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        let text = body.to_string();
        let _ = write!(self.what, " {}", text.chars().take(200).collect::<String>());
        Self { request: self.request.header("content-type", "application/json").body(text), ..self }
    }

    pub(crate) fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self { request: self.request.body(body), ..self }
    }

    /// The answer, or why there is none.
    pub(crate) async fn send(self) -> reqwest::Result<Answer> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { what: self.what, status, headers, text: response.text().await? })
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let what = self.what.clone();
            self.send().await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
        })
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Asserts the status and answers the body, null where it is empty.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error} in {}", self.what, self.text))
    }

    /// The items of a page.
    #[track_caller]
    pub(crate) fn items(&self) -> Vec<Value> {
        match self.is(200) {
            Value::Array(items) => items,
            other => panic!("{}: no array: {other}", self.what),
        }
    }

    /// Asserts that it is a problem of this status and code, as RFC 9457 and the contract want it, and answers it.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        let what = format!("{}: {problem}", self.what);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{what}");
        for field in ["type", "title", "detail", "code", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "no {field} in {what}");
        }
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["code"], code, "{what}");
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{what}");
        problem
    }

    /// Asserts that it is a problem of one of these statuses.
    #[track_caller]
    pub(crate) fn is_problem_of(&self, statuses: &[u16]) {
        assert!(statuses.contains(&self.status), "{}: {}: {}", self.what, self.status, self.text);
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        self.problem(self.status, &code);
    }

    /// Asserts a 422 that names this field with this code.
    #[track_caller]
    pub(crate) fn faults(&self, field: &str, code: &str) {
        let problem = self.problem(422, "invalid_fields");
        let codes: Vec<&Value> =
            problem["errors"][field].as_array().into_iter().flatten().map(|fault| &fault["code"]).collect();
        assert!(codes.contains(&&json!(code)), "{}: no {field}: {code} in {problem}", self.what);
        assert!(
            problem["errors"][field][0]["message"].as_str().is_some_and(|text| !text.is_empty()),
            "{}: no message in {problem}",
            self.what
        );
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The path of the next page.
    #[track_caller]
    pub(crate) fn next(&self) -> Option<String> {
        let link = self.header("link")?;
        let path = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
        let path = path.unwrap_or_else(|| panic!("{}: Link: {link}", self.what));
        // It may be absolute or relative to the request.
        Some(path.find("/api/").map_or(path, |start| &path[start..]).to_owned())
    }
}
