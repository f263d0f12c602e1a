//! Who calls: access tokens as a type in the handler's signature.

mod keys;
mod named;

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{Method, request::Parts},
};
use chrono::{DateTime, Utc};
use http::header;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use todo_sdk::{
    model::{Id, Scope},
    tokens::{Claims, TokenKind},
};

pub use keys::{Keys, RemoteKeys};
pub use named::{NAMED_TOKEN_PREFIX, hash_of_named_token, session_of_named_token};

use crate::{Error, Kit, db::Conn, db::Db, on};

/// Verified tokens kept: the signature of each costs tens of microseconds.
const TOKENS: u64 = 50_000;
/// How long a session is believed to be alive without asking PostgreSQL again.
const SESSION_TTL: Duration = Duration::from_secs(10);
/// The same with SQLite in the process that ends sessions. Any other one asks every time: nobody would tell it.
const SESSION_TTL_EMBEDDED: Duration = Duration::from_secs(1);
/// Most characters of a client's name in the journal.
const CLIENT_MAX: usize = 64;

/// A person, proven by an access token of a session that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data it is about.
    pub user: Id,
    /// The session that the token belongs to, or the named token that stands for one.
    pub session: String,
    /// The program that calls, e.g. `todo-cli`: what it says of itself in `User-Agent`.
    pub client: String,
}

impl<S> FromRequestParts<S> for Caller
where
    Kit: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let kit = Kit::from_ref(state);
        let (token, now) = (bearer(parts)?, kit.clock.now());
        let claims = match kit.auth.verify(token, now).await {
            Err(Error::Unauthorized { .. }) if Box::pin(kit.auth.service(token, now)).await.is_ok() => {
                let detail = "a service is no person; this needs somebody's token".to_owned();
                return Err(Error::Forbidden { code: "person_required", detail });
            }
            verified => verified?,
        };
        if claims.scope == Scope::Read && !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(Error::Forbidden { code: "read_only_token", detail: "this token may only read".to_owned() });
        }
        let user = claims.user_id().ok_or_else(|| invalid("its subject is no user"))?;
        if named::is_session(&claims.sid) {
            kit.throttle.token(&claims.sid, now).await?;
        }
        kit.throttle.user(user, now).await?;
        Ok(Self { user, session: claims.sid.clone(), client: client_name(&parts.headers) })
    }
}

impl Caller {
    /// Whether a named token speaks for the person, who is not there in person.
    #[must_use]
    pub fn is_script(&self) -> bool {
        named::is_session(&self.session)
    }
}

/// A person who has signed in: what a named token for scripts may not do takes this in place of [`Caller`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPerson(pub Caller);

impl<S> FromRequestParts<S> for InPerson
where
    Kit: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.is_script() {
            let detail = "a named token may not do this; sign in".to_owned();
            return Err(Error::Forbidden { code: "sign_in_required", detail });
        }
        Ok(Self(caller))
    }
}

/// The token of a request.
///
/// # Errors
///
/// 401 if there is none.
pub fn bearer(parts: &Parts) -> Result<&str, Error> {
    let missing = || Error::Unauthorized {
        code: "no_token",
        detail: "send an access token as Authorization: Bearer …; POST /api/token issues one".to_owned(),
    };
    let value = parts.headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}

/// The first product of `User-Agent`, without its version.
#[must_use]
pub fn client_name(headers: &http::HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = agent.split(['/', ' ']).next().unwrap_or_default();
    if name.is_empty() { "unknown".to_owned() } else { name.chars().take(CLIENT_MAX).collect() }
}

/// The same with what follows it in brackets, which tells people which of their devices it is: `todo-cli (laptop)`.
#[must_use]
pub fn device_name(headers: &http::HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let comment = agent.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(comment, _)| comment.trim());
    let name = client_name(headers);
    match comment.filter(|comment| !comment.is_empty()) {
        Some(comment) => format!("{name} ({})", comment.chars().take(CLIENT_MAX).collect::<String>()),
        None => name,
    }
}

fn invalid(reason: &str) -> Error {
    Error::Unauthorized { code: "invalid_token", detail: format!("the token is not valid: {reason}") }
}

/// Verifies access tokens and remembers what it verified. Cheap to clone; clones share what is remembered.
#[derive(Clone)]
pub struct Authenticator {
    keys: Keys,
    db: Db,
    verified: Cache<[u8; 32], Arc<Claims>>,
    alive: Option<Cache<String, ()>>,
    named: named::NamedTokens,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

impl Authenticator {
    /// Verifies with `keys`; sessions are looked up in `db`.
    #[must_use]
    pub fn new(keys: Keys, db: Db) -> Self {
        let believed = match (&db, &keys) {
            (Db::Postgres(_), _) => Some(SESSION_TTL),
            (Db::Sqlite(_), Keys::Own(_)) => Some(SESSION_TTL_EMBEDDED),
            (Db::Sqlite(_), _) => None,
        };
        let alive = believed.map(|time| Cache::builder().max_capacity(TOKENS).time_to_live(time).build());
        let named = named::NamedTokens::new(&db);
        Self { keys, db, verified: Cache::new(TOKENS), alive, named }
    }

    /// The claims of an access token whose session is alive.
    ///
    /// # Errors
    ///
    /// 401, or 503 where the keys or the sessions can't be had.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        if token.starts_with(NAMED_TOKEN_PREFIX) {
            return Box::pin(self.named.verify(&self.db, token, now)).await;
        }
        // Boxed: what is remembered needs none of what a look-up takes, and each request would carry its room along.
        let claims = match self.remembered(token, now) {
            Some(claims) => claims,
            None => Box::pin(self.verify_signature(token, now)).await?,
        };
        self.check_session(&claims).await?;
        Ok(claims)
    }

    /// The name of the internal service that a token proves.
    ///
    /// # Errors
    ///
    /// 401, or 503 where the keys can't be had.
    pub async fn service(&self, token: &str, now: DateTime<Utc>) -> Result<String, Error> {
        let claims = self.keys.verify(TokenKind::Service, token, now).await?;
        claims.service().map(ToOwned::to_owned).ok_or_else(|| invalid("its subject is no service"))
    }

    /// The claims of a token that was verified before.
    fn remembered(&self, token: &str, now: DateTime<Utc>) -> Option<Arc<Claims>> {
        self.verified.get(&digest(token)).filter(|claims| claims.exp > now.timestamp())
    }

    async fn verify_signature(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        let claims = Arc::new(self.keys.verify(TokenKind::Access, token, now).await?);
        self.verified.insert(digest(token), Arc::clone(&claims));
        Ok(claims)
    }

    /// # Errors
    ///
    /// 401 if the session of a token is over.
    pub async fn check_session(&self, claims: &Claims) -> Result<(), Error> {
        if self.alive.as_ref().is_some_and(|alive| alive.contains_key(&claims.sid)) {
            return Ok(());
        }
        Box::pin(self.look_up_session(claims)).await
    }

    async fn look_up_session(&self, claims: &Claims) -> Result<(), Error> {
        let user = claims.user_id().ok_or_else(|| invalid("its subject is no user"))?;
        let mut reader = self.db.read().await?;
        if !session_exists(&mut reader.conn(), user, &claims.sid).await? {
            return Err(Error::Unauthorized {
                code: "session_ended",
                detail: "this session has ended; sign in again".to_owned(),
            });
        }
        if let Some(alive) = &self.alive {
            alive.insert(claims.sid.clone(), ());
        }
        Ok(())
    }

    /// Forgets that these sessions were alive; see [`Kit::sessions_ended`].
    pub(crate) fn forget_sessions(&self, sessions: &[String]) {
        if let Some(alive) = &self.alive {
            sessions.iter().for_each(|session| alive.invalidate(session));
        }
        if sessions.iter().any(|session| named::is_session(session)) {
            self.named.forget();
        }
    }

    /// Forgets every session: some may have ended without our knowledge.
    pub(crate) fn forget_all_sessions(&self) {
        if let Some(alive) = &self.alive {
            alive.invalidate_all();
        }
        self.named.forget();
    }

    /// The keys that tokens are verified with.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

async fn session_exists(conn: &mut Conn<'_>, user: Id, session: &str) -> Result<bool, Error> {
    let found: Option<i64> =
        on!(conn, |c| sqlx::query_scalar("SELECT user_id FROM sessions WHERE user_id = $1 AND id = $2")
            .bind(user)
            .bind(session)
            .fetch_optional(&mut *c)
            .await?);
    Ok(found.is_some())
}
