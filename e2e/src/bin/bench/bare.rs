//! The other limit: an axum route that answers the same JSON and does nothing else.

use std::{env, fs, io, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use todo_sdk::model::{Comment, Task};
use tokio::net::TcpListener;

/// What is serialised anew for each request, as the servers do.
#[derive(Debug, Clone)]
enum Answer {
    Tasks(Vec<Task>),
    Task(Box<Task>),
    Comment(Comment),
    Other(Value),
}

impl Answer {
    fn read(text: &str) -> io::Result<Self> {
        if let Ok(tasks) = serde_json::from_str(text) {
            return Ok(Self::Tasks(tasks));
        }
        if let Ok(task) = serde_json::from_str(text) {
            return Ok(Self::Task(task));
        }
        if let Ok(comment) = serde_json::from_str(text) {
            return Ok(Self::Comment(comment));
        }
        Ok(Self::Other(serde_json::from_str(text)?))
    }
}

/// Serves at `BARE_LISTEN` what is in the file `BARE_ANSWER`, whatever is asked for.
pub(crate) async fn serve() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")));
    let answer = Answer::read(&fs::read_to_string(variable("BARE_ANSWER")?)?)?;
    let listener = TcpListener::bind(variable("BARE_LISTEN")?).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().fallback(reply).with_state(Arc::new(answer))).await
}

async fn reply(State(answer): State<Arc<Answer>>, _body: Bytes) -> Response {
    match &*answer {
        Answer::Tasks(tasks) => Json(tasks).into_response(),
        Answer::Task(task) => Json(task).into_response(),
        Answer::Comment(comment) => Json(comment).into_response(),
        Answer::Other(value) => Json(value).into_response(),
    }
}
