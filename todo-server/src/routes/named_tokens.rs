//! `/api/tokens`: named, long-lived tokens for scripts.

use axum::extract::State;
use http::StatusCode;
use server_kit::{
    Error, Kit,
    auth::{InPerson, NAMED_TOKEN_PREFIX, hash_of_named_token, session_of_named_token},
    extract::{Json, PathId},
    reply::Reply,
    routes,
    routes::Routes,
    time,
};
use todo_sdk::{
    model::{CreateNamedToken, Due, NamedToken},
    tokens::random_secret,
};

use crate::{App, store::named_tokens};

pub(super) fn router() -> Routes<App> {
    routes!(list, create, delete)
}

/// One's named tokens.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens",
    responses((status = 200, description = "All of them.", body = Vec<NamedToken>)))]
async fn list(State(kit): State<Kit>, InPerson(caller): InPerson) -> Result<Reply, Error> {
    Reply::ok(&named_tokens::list(&mut kit.db.read().await?.conn(), caller.user).await?)
}

/// Make a named token. The answer is the only place where it is ever shown.
#[utoipa::path(post, path = "/api/tokens", tag = "tokens", request_body = CreateNamedToken,
    responses((status = 201, description = "Made.", body = NamedToken)))]
async fn create(
    State(kit): State<Kit>,
    InPerson(caller): InPerson,
    Json { value, .. }: Json<CreateNamedToken>,
) -> Result<Reply, Error> {
    if let Some(at) = value.expires_at {
        time::check_range("expires_at", Due::At(at))?;
        if at <= kit.clock.now() {
            return Err(Error::invalid("expires_at", "past", "lies in the past"));
        }
    }
    let token = format!("{NAMED_TOKEN_PREFIX}{}", random_secret().map_err(Error::internal)?);
    let hash = hash_of_named_token(&token);
    let made = kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move { named_tokens::create(conn, now, caller.user, &value, &hash).await })
    });
    let made = NamedToken { token: Some(token), ..made.await? };
    Reply::made(&made)
}

/// Revoke a named token.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "tokens", params(("id" = i64, Path)),
    responses((status = 204, description = "It opens nothing any more.")))]
async fn delete(State(kit): State<Kit>, InPerson(caller): InPerson, PathId(id): PathId) -> Result<StatusCode, Error> {
    let delete = kit.change(caller.user, move |conn, _, _| {
        Box::pin(async move { named_tokens::delete(conn, caller.user, id).await })
    });
    delete.await?;
    kit.sessions_ended(&[session_of_named_token(id)]).await;
    Ok(StatusCode::NO_CONTENT)
}
