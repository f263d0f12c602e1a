//! `/api/tags`.

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
use todo_sdk::model::{CreateTag, Id, Problem, Tag, TagQuery, UpdateTag};

use crate::{App, store::tags};

pub(super) fn router() -> Routes<App> {
    routes!(list, create, get, put, patch, delete)
}

/// One's tags, a page at a time; `Link` leads to the next.
#[utoipa::path(get, path = "/api/tags", tag = "tags", params(TagQuery),
    responses((status = 200, description = "A page.", body = Vec<Tag>)))]
async fn list(State(kit): State<Kit>, caller: Caller, Query(query): Query<TagQuery>) -> Result<Response, Error> {
    let page = tags::list(&mut kit.db.read().await?.conn(), caller.user, &query).await?;
    page.into_reply("/api/tags", &query)
}

/// Make a tag.
#[utoipa::path(post, path = "/api/tags", tag = "tags", request_body = CreateTag,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses((status = 201, description = "Made.", body = Tag),
        (status = 409, description = "There is one of that name.", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(kit): State<Kit>,
    caller: Caller,
    key: IdempotencyKey,
    Json { value, bytes }: Json<CreateTag>,
) -> Result<Reply, Error> {
    let once = key.of("tags.create", &bytes);
    kit.change_once(caller.user, once, move |conn, _, now| {
        Box::pin(async move {
            let tag = tags::create(conn, &caller, now, &value.name).await?;
            Reply::created(&tag, tag.version, format!("/api/tags/{}", tag.id))
        })
    })
    .await
}

/// A tag.
#[utoipa::path(get, path = "/api/tags/{id}", tag = "tags",
    params(("id" = i64, Path), ("If-None-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The tag.", body = Tag), (status = 304, description = "That version is current.")))]
async fn get(State(kit): State<Kit>, caller: Caller, PathId(id): PathId, has: IfNoneMatch) -> Result<Response, Error> {
    let tag = tags::get(&mut kit.db.read().await?.conn(), caller.user, id).await?;
    if has.has(tag.version) {
        return Ok(not_modified(tag.version));
    }
    Ok(Reply::resource(&tag, tag.version)?.into_response())
}

/// Rename a tag.
#[utoipa::path(put, path = "/api/tags/{id}", tag = "tags", request_body = CreateTag,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The tag as it is now.", body = Tag),
        (status = 409, description = "There is one of that name.", body = Problem, content_type = "application/problem+json")))]
async fn put(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
    Json { value, .. }: Json<CreateTag>,
) -> Result<Reply, Error> {
    rename(kit, caller, id, if_match, Some(value.name)).await
}

/// Rename a tag; without a name it stays as it is.
#[utoipa::path(patch, path = "/api/tags/{id}", tag = "tags", request_body = UpdateTag,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The tag as it is now.", body = Tag),
        (status = 409, description = "There is one of that name.", body = Problem, content_type = "application/problem+json")))]
async fn patch(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
    Json { value, .. }: Json<UpdateTag>,
) -> Result<Reply, Error> {
    rename(kit, caller, id, if_match, value.name).await
}

async fn rename(kit: Kit, caller: Caller, id: Id, if_match: IfMatch, name: Option<String>) -> Result<Reply, Error> {
    kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            let tag = tags::rename(conn, &caller, now, id, &if_match, name.as_deref()).await?;
            Reply::resource(&tag, tag.version)
        })
    })
    .await
}

/// Delete a tag and take it off every task.
#[utoipa::path(delete, path = "/api/tags/{id}", tag = "tags",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    if_match: IfMatch,
) -> Result<StatusCode, Error> {
    kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move { tags::delete(conn, &caller, now, id, &if_match).await })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
