//! The servers, one person and what is theirs.

use std::{error::Error, io};

use axum::{Router, body::Body};
use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, Request, StatusCode, header};
use serde_json::Value;
use todo_sdk::model::{BulkTasks, CreateTask, Due, Id};
use todo_testing::{PASSWORD, TestServer};
use tower::ServiceExt;

const TAGS: usize = 20;
/// How many tags each task has.
const TAGS_OF_TASK: usize = 3;
pub(crate) const TASKS: usize = 200;
const NAME: &str = "ann";

pub(crate) struct World {
    pub(crate) token: String,
    pub(crate) tasks: Vec<Id>,
    /// On the first tasks, one each.
    pub(crate) comments: Vec<Id>,
    pub(crate) now: DateTime<Utc>,
    tags: Vec<Id>,
    router: Router,
    // The database goes with it.
    _server: TestServer,
}

impl World {
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let server = TestServer::start().await?;
        let now = server.clock().now();
        let ann = server.person(NAME).await?;
        let token = ann.tokens().issue(NAME, PASSWORD).await?.access;
        let mut tags = Vec::with_capacity(TAGS);
        for number in 0..TAGS {
            tags.push(ann.tags().create(format!("category {number}")).await?.id);
        }
        let bulk =
            BulkTasks { create: (0..TASKS).map(|number| task(&tags, now, number)).collect(), ..BulkTasks::default() };
        let tasks: Vec<Id> = ann.tasks().bulk(&bulk).await?.created.iter().map(|task| task.id).collect();
        let mut comments = Vec::new();
        for task in tasks.iter().take(10) {
            comments.push(ann.comments().create(*task, "A word on it").await?.id);
        }
        Ok(Self { token, tasks, comments, now, tags, router: server.router(), _server: server })
    }

    /// The tags of the task of that number.
    pub(crate) fn tags_of(&self, number: usize) -> Vec<Id> {
        tags_of(&self.tags, number)
    }

    pub(crate) async fn get(&self, path: &str) -> io::Result<()> {
        self.call(self.request(Method::GET, path).body(Body::empty()), StatusCode::OK).await
    }

    /// Sends an object, with an `Idempotency-Key` or without.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        key: Option<String>,
        status: StatusCode,
    ) -> io::Result<()> {
        let mut request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.call(request.body(Body::from(body.to_string())), status).await
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder().method(method).uri(path).header(header::ACCEPT, "application/json");
        request.header(header::AUTHORIZATION, format!("Bearer {}", self.token))
    }

    /// Has the servers answer, to the last byte. An answer that is not the expected one would be another path.
    async fn call(&self, request: http::Result<Request<Body>>, status: StatusCode) -> io::Result<()> {
        let request = request.map_err(io::Error::other)?;
        let path = request.uri().clone();
        let Ok(answer) = self.router.clone().oneshot(request).await;
        let answered = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.map_err(io::Error::other)?;
        if answered != status {
            let text = format!("{path} answered {answered}: {}", String::from_utf8_lossy(&body));
            return Err(io::Error::other(text));
        }
        Ok(())
    }
}

fn tags_of(tags: &[Id], number: usize) -> Vec<Id> {
    (0..TAGS_OF_TASK).map(|tag| tags[(number + tag) % TAGS]).collect()
}

/// One in two has a date, one in ten a reminder.
fn task(tags: &[Id], now: DateTime<Utc>, number: usize) -> CreateTask {
    let later = now + TimeDelta::days(400) + TimeDelta::hours(number as i64);
    CreateTask {
        title: format!("task number {number}"),
        description: format!("about the matter of number {}", number % 97),
        priority: Some(2),
        due: number.is_multiple_of(2).then_some(Due::At(later)),
        remind_time: number.is_multiple_of(10).then_some(later),
        tags: tags_of(tags, number),
        ..CreateTask::default()
    }
}
