//! `/api/token…` and the key set.

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use server_kit::{
    Error,
    address::ClientAddress,
    auth::device_name,
    extract::{Json, Unchecked},
    reply::Reply,
    routes,
    routes::Routes,
};
use todo_sdk::{
    model::{
        AccessToken, Credentials, ExchangeChat, Jwks, Problem, RefreshToken, Scope, ServiceCredentials, TokenPair,
        TokenToVerify,
    },
    tokens::{Claims, TokenKind},
};
use uuid::Uuid;

use crate::{
    App,
    passwords::Verdict,
    routes::telegram::Bot,
    store::{
        sessions::{self, Live, Refreshed},
        telegram, users,
    },
};

pub(super) fn router() -> Routes<App> {
    routes!(issue, refresh, verify, revoke, jwks, service, chat)
}

impl App {
    /// The pair of a session: a new access token and the live refresh token.
    fn pair(&self, live: &Live) -> Result<TokenPair, Error> {
        let jti = Uuid::new_v4().to_string();
        let now = self.kit.clock.now();
        let sign = |kind, jti: &str, at| self.signer.sign(kind, live.user, &live.session, jti, Scope::Write, at);
        Ok(TokenPair {
            access: sign(TokenKind::Access, &jti, now).map_err(Error::internal)?,
            refresh: sign(TokenKind::Refresh, &live.jti, live.issued_at).map_err(Error::internal)?,
        })
    }
}

fn unauthorized(code: &'static str, detail: &str) -> Error {
    Error::Unauthorized { code, detail: detail.to_owned() }
}

fn wrong_credentials() -> Error {
    unauthorized("wrong_credentials", "the username or the password is wrong")
}

/// Sign in.
#[utoipa::path(post, path = "/api/token", tag = "tokens", security(()), request_body = Credentials,
    responses((status = 200, description = "Signed in.", body = TokenPair),
        (status = 401, description = "The name or the password is wrong.", body = Problem, content_type = "application/problem+json")))]
async fn issue(
    State(app): State<App>,
    headers: HeaderMap,
    ClientAddress(address): ClientAddress,
    Unchecked { value, .. }: Unchecked<Credentials>,
) -> Result<Reply, Error> {
    let now = app.kit.clock.now();
    app.kit.throttle.address(address, now).await?;
    app.kit.throttle.name(&value.username, address, now).await?;
    let found = match value.username.contains('\0') {
        true => None,
        false => users::find(&mut app.kit.db.read().await?.conn(), &value.username).await?,
    };
    let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), hash));
    let verdict = app.passwords.verify(value.password.clone(), hash.clone()).await?;
    let user = user.filter(|_| verdict != Verdict::Wrong).ok_or_else(wrong_credentials)?;
    let new_hash = match verdict {
        Verdict::RightButOld => Some(app.passwords.hash(value.password).await?),
        _ => None,
    };
    app.kit.throttle.signed_in(&value.username, address).await;
    let client = device_name(&headers);
    let begin = app.kit.change(user, move |conn, _, now| {
        Box::pin(async move {
            // It may have been changed while we looked, which has ended every session of the old one.
            if users::password_hash(conn, user).await? != hash {
                return Err(wrong_credentials());
            }
            if let Some(hash) = &new_hash {
                users::replace_hash(conn, user, hash).await?;
            }
            sessions::create(conn, now, user, &client).await
        })
    });
    Reply::ok(&app.pair(&begin.await?)?)
}

/// Trade a refresh token for a new pair. Each works once; a second use ends the session.
#[utoipa::path(post, path = "/api/token/refresh", tag = "tokens", security(()), request_body = RefreshToken,
    responses((status = 200, description = "The new pair.", body = TokenPair),
        (status = 401, description = "The token is bad, expired or was used before.", body = Problem, content_type = "application/problem+json")))]
async fn refresh(State(app): State<App>, Unchecked { value, .. }: Unchecked<RefreshToken>) -> Result<Reply, Error> {
    let (user, claims) = refresh_claims(&app, &value.refresh).await?;
    let session = claims.sid.clone();
    let refreshed = app.kit.change(user, move |conn, _, now| {
        Box::pin(async move { sessions::refresh(conn, now, user, &claims.sid, &claims.jti).await })
    });
    match refreshed.await? {
        Refreshed::Rotated(live) => Reply::ok(&app.pair(&live)?),
        Refreshed::Ended => Err(unauthorized("session_ended", "this session has ended; sign in again")),
        Refreshed::Reused => {
            app.kit.sessions_ended(&[session]).await;
            let detail = "this refresh token was used before, so the session has been ended; sign in again";
            Err(unauthorized("refresh_reused", detail))
        }
    }
}

async fn refresh_claims(app: &App, token: &str) -> Result<(i64, Claims), Error> {
    let claims = app.kit.auth.keys().verify(TokenKind::Refresh, token, app.kit.clock.now()).await?;
    let user = claims.user_id().ok_or_else(|| unauthorized("invalid_token", "the token's subject is no user"))?;
    Ok((user, claims))
}

/// Whether an access or refresh token is good.
#[utoipa::path(post, path = "/api/token/verify", tag = "tokens", security(()), request_body = TokenToVerify,
    responses((status = 200, description = "It is.", body = serde_json::Value),
        (status = 401, description = "It is not.", body = Problem, content_type = "application/problem+json")))]
async fn verify(State(app): State<App>, Unchecked { value, .. }: Unchecked<TokenToVerify>) -> Result<Reply, Error> {
    let access = app.kit.auth.verify(&value.token, app.kit.clock.now()).await;
    if let Err(error) = access {
        let (_, claims) = refresh_claims(&app, &value.token).await.map_err(|_| error)?;
        app.kit.auth.check_session(&claims).await?;
    }
    Reply::ok(&json!({}))
}

/// End the session of a refresh token.
#[utoipa::path(post, path = "/api/token/revoke", tag = "tokens", security(()), request_body = RefreshToken,
    responses((status = 204, description = "The session is over."),
        (status = 401, description = "The token is bad.", body = Problem, content_type = "application/problem+json")))]
async fn revoke(State(app): State<App>, Unchecked { value, .. }: Unchecked<RefreshToken>) -> Result<StatusCode, Error> {
    let (user, claims) = match refresh_claims(&app, &value.refresh).await {
        // Its session is over, which is what was asked for.
        Err(Error::Unauthorized { code: "token_expired", .. }) => return Ok(StatusCode::NO_CONTENT),
        claims => claims?,
    };
    let session = claims.sid.clone();
    let end = app.kit.db.write(move |conn| Box::pin(async move { sessions::end(conn, user, &claims.sid).await }));
    end.await?;
    app.kit.sessions_ended(&[session]).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign in as an internal service: one that is on the white list and knows its secret.
#[utoipa::path(post, path = "/api/token/service", tag = "tokens", security(()), request_body = ServiceCredentials,
    responses((status = 200, description = "Signed in.", body = AccessToken),
        (status = 401, description = "No such service, or another secret.", body = Problem, content_type = "application/problem+json")))]
async fn service(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Unchecked { value, .. }: Unchecked<ServiceCredentials>,
) -> Result<Reply, Error> {
    let now = app.kit.clock.now();
    if !app.services.admits(&value.service, &value.secret) {
        // Only failures count: a service that restarts often must not lock itself out.
        app.kit.throttle.address(address, now).await?;
        return Err(unauthorized("wrong_credentials", "there is no such service, or its secret is another"));
    }
    let jti = Uuid::new_v4().to_string();
    let access = app.signer.sign_service(&value.service, &jti, now).map_err(Error::internal)?;
    Reply::ok(&AccessToken { access })
}

/// Sign in as the person behind a Telegram chat; at first sight an account is made. The bot only.
#[utoipa::path(post, path = "/api/token/telegram", tag = "tokens", request_body = ExchangeChat,
    responses((status = 200, description = "Signed in.", body = TokenPair)))]
async fn chat(State(app): State<App>, _bot: Bot, Json { value, .. }: Json<ExchangeChat>) -> Result<Reply, Error> {
    let (now, zone) = (app.kit.clock.now(), app.time_zone.clone());
    let live = app.kit.db.write(move |conn| {
        Box::pin(async move {
            let user = telegram::exchange(conn, now, &zone, &value).await?;
            sessions::create(conn, now, user, "todo-bot").await
        })
    });
    Reply::ok(&app.pair(&live.await?)?)
}

/// The public keys that tokens are verified with (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "tokens", security(()),
    responses((status = 200, description = "The keys.", body = Jwks)))]
async fn jwks(State(app): State<App>) -> Result<Reply, Error> {
    Reply::ok(&app.public_keys)
}
