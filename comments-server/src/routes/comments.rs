//! `/api/comments`.

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
    reply::{Reply, not_modified},
    routes,
    routes::Routes,
};
use todo_sdk::model::{Comment, CommentQuery, CreateComment, Id, Problem, UpdateComment};

use crate::{
    App,
    store::{comments, tasks},
};

pub(super) fn router() -> Routes<App> {
    routes!(list, create, get, patch, delete)
}

/// The address of a comment.
fn location(id: Id) -> String {
    format!("{}{id}", comments::PATH)
}

/// One's comments, a page at a time; `Link` leads to the next.
#[utoipa::path(get, path = "/api/comments", tag = "comments", params(CommentQuery),
    responses((status = 200, description = "A page.", body = Vec<Comment>)))]
async fn list(State(kit): State<Kit>, caller: Caller, Query(query): Query<CommentQuery>) -> Result<Response, Error> {
    let page = comments::list(&mut kit.db.read().await?.conn(), caller.user, &query).await?;
    page.into_reply("/api/comments", &query)
}

/// Comment on one of one's tasks.
#[utoipa::path(post, path = "/api/comments", tag = "comments", request_body = CreateComment,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses((status = 201, description = "Made.", body = Comment),
        (status = 404, description = "There is no such task, or it is somebody else's.", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(kit): State<Kit>,
    caller: Caller,
    key: IdempotencyKey,
    Json { value, bytes }: Json<CreateComment>,
) -> Result<Reply, Error> {
    let task = value.task_id;
    let once = key.of("comments.create", &bytes);
    // A call that is answered from the record of its key may be about a task that is gone by now.
    if once.is_none() && !tasks::belongs_to(&kit, task, caller.user).await? {
        return Err(Error::NotFound("task"));
    }
    let (user, client, new) = (caller.user, caller.client.clone(), value.clone());
    let written = kit.change_at_once(
        user,
        once,
        async move |single, _, now, once| {
            let made = comments::create_at_once(single, user, now, (&client, once.as_ref()), new).await?;
            Ok(made.map(|(id, json)| Reply::created_json(json, location(id))))
        },
        move |conn, _, now| {
            Box::pin(async move {
                let comment = comments::create(conn, &caller, now, value).await?;
                Reply::created(&comment, comment.version, location(comment.id))
            })
        },
    );
    let written = written.await;
    if matches!(written, Err(Error::NotFound(_))) {
        kit.tasks.forget(&[task]).await;
    }
    written
}

/// A comment.
#[utoipa::path(get, path = "/api/comments/{id}", tag = "comments",
    params(("id" = i64, Path), ("If-None-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The comment.", body = Comment), (status = 304, description = "That version is current.")))]
async fn get(State(app): State<App>, caller: Caller, PathId(id): PathId, has: IfNoneMatch) -> Result<Response, Error> {
    let comment = app.comments.get(caller.user, id).await?.ok_or(Error::NotFound("comment"))?;
    if has.has(comment.version) {
        return Ok(not_modified(comment.version));
    }
    Ok(Reply::resource(&comment, comment.version)?.into_response())
}

/// Change a comment.
#[utoipa::path(patch, path = "/api/comments/{id}", tag = "comments", request_body = UpdateComment,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The comment as it is now.", body = Comment)))]
async fn patch(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
    Json { value, .. }: Json<UpdateComment>,
) -> Result<Reply, Error> {
    kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            let comment = comments::update(conn, &caller, now, id, &if_match, value.content).await?;
            Reply::resource(&comment, comment.version)
        })
    })
    .await
}

/// Delete a comment.
#[utoipa::path(delete, path = "/api/comments/{id}", tag = "comments",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
) -> Result<StatusCode, Error> {
    kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move { comments::delete(conn, &caller, now, id, &if_match).await })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
