//! `/api/users`.

use std::net::IpAddr;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use server_kit::{
    Error, Kit,
    address::ClientAddress,
    auth::{Caller, InPerson, session_of_named_token},
    db::Conn,
    extract::{IfMatch, IfNoneMatch, Json},
    idempotency::IdempotencyKey,
    journal::{self, Owner},
    reply::{Reply, not_modified},
    routes,
    routes::Routes,
    time,
};
use todo_sdk::model::{CreateUser, Id, Problem, UpdateUser, User};

use crate::{
    App, Registration,
    passwords::{Verdict, check_strength},
    store::{
        named_tokens, sessions, tasks,
        users::{self, Changes, NewUser},
    },
};

pub(super) fn router() -> Routes<App> {
    routes!(register, me, update, delete)
}

/// Make an account.
#[utoipa::path(post, path = "/api/users", tag = "users", security(()), request_body = CreateUser,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses((status = 201, description = "Made.", body = User),
        (status = 403, description = "Registration is closed.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The name is taken.", body = Problem, content_type = "application/problem+json")))]
async fn register(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    key: IdempotencyKey,
    Json { value, bytes }: Json<CreateUser>,
) -> Result<Reply, Error> {
    app.kit.throttle.address(address, app.kit.clock.now()).await?;
    if app.registration == Registration::Closed {
        let detail = "this server makes no accounts; ask its operator for one".to_owned();
        return Err(Error::Forbidden { code: "registration_closed", detail });
    }
    let timezone = value.timezone.unwrap_or_else(|| app.time_zone.to_string());
    time::zone(&timezone)?;
    check_strength(&value.password, &value.username)?;
    let now = app.kit.clock.now();
    let password_hash = Some(app.passwords.hash(value.password).await?);
    let new = NewUser { username: value.username, password_hash, timezone, language: value.language };
    let once = key.of("users.create", &bytes);
    app.kit
        .db
        .write(move |conn| {
            Box::pin(async move {
                if let Some(once) = &once
                    && let Some(reply) = once.replay(conn, None, now).await?
                {
                    return Ok(reply);
                }
                let user = users::create(conn, now, &new).await?;
                let reply = Reply::created(&user, user.version, "/api/users/me".to_owned())?;
                if let Some(once) = &once {
                    once.keep(conn, user.id, now, &reply).await?;
                }
                Ok(reply)
            })
        })
        .await
}

/// One's account.
#[utoipa::path(get, path = "/api/users/me", tag = "users",
    params(("If-None-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The account.", body = User), (status = 304, description = "That version is current.")))]
async fn me(State(kit): State<Kit>, caller: Caller, has: IfNoneMatch) -> Result<Response, Error> {
    let user = users::get(&mut kit.db.read().await?.conn(), caller.user).await?;
    if has.has(user.version) {
        return Ok(not_modified(user.version));
    }
    Ok(Reply::resource(&user, user.version)?.into_response())
}

/// Change one's account. A new password needs the current one and ends every session.
#[utoipa::path(patch, path = "/api/users/me", tag = "users", request_body = UpdateUser,
    params(("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 200, description = "The account as it is now.", body = User)))]
async fn update(
    State(app): State<App>,
    InPerson(caller): InPerson,
    ClientAddress(address): ClientAddress,
    if_match: IfMatch,
    Json { value, .. }: Json<UpdateUser>,
) -> Result<Reply, Error> {
    let zone = value.timezone.as_deref().map(time::zone).transpose()?;
    let password_hash = new_password(&app, &caller, address, value.password, value.current_password).await?;
    let changes = Changes { timezone: value.timezone, language: value.language, password_hash };
    let changed = app.kit.change(caller.user, move |conn, owner, now| {
        Box::pin(async move {
            let ends = changes.password_hash.is_some();
            let user = users::update(conn, caller.user, &if_match, changes).await?;
            if let Some(timezone) = zone.map(|zone| zone.to_string()) {
                let moved = tasks::move_all_day(conn, caller.user, &Owner { timezone, ..owner }, now).await?;
                journal::append(conn, &caller, now, moved).await?;
            }
            let ended = if ends { end_everything(conn, caller.user).await? } else { Vec::new() };
            Ok((user, ended))
        })
    });
    let (user, ended) = changed.await?;
    app.kit.sessions_ended(&ended).await;
    Reply::resource(&user, user.version)
}

/// Ends whatever opens the account but its password, and names it.
async fn end_everything(conn: &mut Conn<'_>, user: Id) -> Result<Vec<String>, Error> {
    let mut ended = sessions::end_all(conn, user).await?;
    ended.extend(named_tokens::delete_all(conn, user).await?.into_iter().map(session_of_named_token));
    Ok(ended)
}

async fn new_password(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    password: Option<String>,
    current: Option<String>,
) -> Result<Option<String>, Error> {
    let Some(password) = password else { return Ok(None) };
    // A stolen access token must not serve to guess the password.
    app.kit.throttle.address(address, app.kit.clock.now()).await?;
    let mut reader = app.kit.db.read().await?;
    let user = users::get(&mut reader.conn(), caller.user).await?;
    check_strength(&password, &user.username)?;
    let hash = users::password_hash(&mut reader.conn(), caller.user).await?;
    drop(reader);
    // An account that never had a password (made at this machine, or from a chat) gets its first one.
    if hash.is_some() && app.passwords.verify(current.unwrap_or_default(), hash).await? == Verdict::Wrong {
        return Err(Error::invalid("current_password", "wrong", "is not the current password"));
    }
    Ok(Some(app.passwords.hash(password).await?))
}

/// Delete one's account and everything in it.
#[utoipa::path(delete, path = "/api/users/me", tag = "users",
    params(("If-Match" = Option<String>, Header, description = "An `ETag`.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(State(kit): State<Kit>, InPerson(caller): InPerson, if_match: IfMatch) -> Result<StatusCode, Error> {
    let ended = kit.change(caller.user, move |conn, _, _| {
        Box::pin(async move {
            let ended = end_everything(conn, caller.user).await?;
            users::delete(conn, caller.user, &if_match).await?;
            Ok(ended)
        })
    });
    let ended = ended.await?;
    kit.sessions_ended(&ended).await;
    Ok(StatusCode::NO_CONTENT)
}
