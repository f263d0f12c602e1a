//! `/api/tasks`.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use server_kit::{
    Error, Kit,
    auth::Caller,
    extract::{IfMatch, IfNoneMatch, Json, PathId, Query},
    idempotency::IdempotencyKey,
    journal,
    reply::{Reply, not_modified},
    routes,
    routes::Routes,
};
use todo_sdk::model::{CreateTask, Id, Task, TaskQuery, UpdateTask};

use crate::{
    App,
    store::tasks::{self, at_once::Changed},
};

pub(super) fn router() -> Routes<App> {
    routes!(list, create, get, put, patch, delete)
}

/// The address of a task.
pub(super) fn location(id: Id) -> String {
    format!("{}{id}", tasks::PATH)
}

/// One's tasks, a page at a time; `Link` leads to the next.
#[utoipa::path(get, path = "/api/tasks", tag = "tasks", params(TaskQuery),
    responses((status = 200, description = "A page.", body = Vec<Task>)))]
async fn list(State(kit): State<Kit>, caller: Caller, Query(query): Query<TaskQuery>) -> Result<Response, Error> {
    let page = tasks::list(&mut kit.db.read().await?.conn(), caller.user, &query).await?;
    page.into_reply("/api/tasks", &query)
}

/// Make a task.
#[utoipa::path(post, path = "/api/tasks", tag = "tasks", request_body = CreateTask,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses((status = 201, description = "Made.", body = Task)))]
async fn create(
    State(kit): State<Kit>,
    caller: Caller,
    key: IdempotencyKey,
    Json { value, bytes }: Json<CreateTask>,
) -> Result<Reply, Error> {
    let once = key.of("tasks.create", &bytes);
    let (user, client, new) = (caller.user, caller.client.clone(), value.clone());
    kit.change_at_once(
        user,
        once,
        async move |single, owner, now, once| {
            let made = tasks::at_once::create(single, user, &owner, now, (&client, once.as_ref()), new).await?;
            Ok(made.map(|(id, json)| Reply::created_json(json, location(id))))
        },
        move |conn, owner, now| {
            Box::pin(async move {
                let made = tasks::create(conn, caller.user, &owner, now, value).await?;
                journal::append(conn, &caller, now, made.entries).await?;
                Reply::created(&made.task, made.task.version, location(made.task.id))
            })
        },
    )
    .await
}

/// A task.
#[utoipa::path(get, path = "/api/tasks/{id}", tag = "tasks",
    params(("id" = i64, Path), ("If-None-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The task.", body = Task), (status = 304, description = "That version is current.")))]
async fn get(State(app): State<App>, caller: Caller, PathId(id): PathId, has: IfNoneMatch) -> Result<Response, Error> {
    let task = app.tasks.get(caller.user, id).await?.ok_or(Error::NotFound("task"))?;
    if has.has(task.version) {
        return Ok(not_modified(task.version));
    }
    Ok(Reply::resource(&task, task.version)?.into_response())
}

/// Replace a task: what is absent gets its default.
#[utoipa::path(put, path = "/api/tasks/{id}", tag = "tasks", request_body = CreateTask,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The task as it is now.", body = Task)))]
async fn put(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
    Json { value, .. }: Json<CreateTask>,
) -> Result<Reply, Error> {
    update(kit, caller, id, if_match, value.into()).await
}

/// Change a task: what is absent stays, `null` clears.
#[utoipa::path(patch, path = "/api/tasks/{id}", tag = "tasks", request_body = UpdateTask,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The task as it is now.", body = Task)))]
async fn patch(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
    Json { value, .. }: Json<UpdateTask>,
) -> Result<Reply, Error> {
    update(kit, caller, id, if_match, value).await
}

async fn update(kit: Kit, caller: Caller, id: Id, if_match: IfMatch, changes: UpdateTask) -> Result<Reply, Error> {
    let (user, client, wish, matches) = (caller.user, caller.client.clone(), changes.clone(), if_match.clone());
    kit.change_at_once(
        user,
        None,
        async move |single, owner, now, _| match tasks::at_once::update(
            single,
            user,
            &owner,
            now,
            &client,
            (id, &matches),
            wish,
        )
        .await?
        {
            Changed::Now(task) => Reply::resource(&*task, task.version).map(Some),
            Changed::ByTheBook => Ok(None),
        },
        move |conn, owner, now| {
            Box::pin(async move {
                let changed = tasks::update(conn, caller.user, &owner, now, id, &if_match, changes).await?;
                journal::append(conn, &caller, now, changed.entries).await?;
                Reply::resource(&changed.task, changed.task.version)
            })
        },
    )
    .await
}

/// Delete a task and its comments.
#[utoipa::path(delete, path = "/api/tasks/{id}", tag = "tasks",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
) -> Result<StatusCode, Error> {
    kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            let entries = tasks::delete(conn, caller.user, id, &if_match).await?;
            journal::append(conn, &caller, now, entries).await
        })
    })
    .await?;
    kit.tasks.forget(&[id]).await;
    Ok(StatusCode::NO_CONTENT)
}
