//! One name for a request on its way through several programs.

use std::future::Future;

use uuid::Uuid;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Runs `work`, whose calls carry this `X-Request-Id` instead of a new one each: a server that calls another one on
/// behalf of a request hands that request's id on, and both logs tell of it under one name.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// let task = todo_sdk::with_request_id("nightly-digest-7", client.tasks().get(12)).await?;
/// # Ok(())
/// # }
/// ```
pub async fn with_request_id<F: Future>(id: impl Into<String>, work: F) -> F::Output {
    REQUEST_ID.scope(id.into(), work).await
}

/// The id of the request that this task works for, or a new one.
pub(super) fn current() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_else(|_| Uuid::new_v4().to_string())
}
