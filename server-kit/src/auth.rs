//! Who calls: access tokens as a type in the handler's signature.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{Method, request::Parts},
};
use chrono::{DateTime, TimeDelta, Utc};
use http::header;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use todo_sdk::{
    Client,
    model::{Id, Scope},
    tokens::{Claims, TokenKind, Verifier, VerifyError, kid_of},
};

use crate::{Error, Kit, clock::Clock, db::Conn, db::Db, on, wait};

/// Verified tokens kept: the signature of each costs tens of microseconds.
const TOKENS: u64 = 50_000;
/// How long a session is believed to be alive without asking PostgreSQL again. SQLite is asked every time: it is cheap.
const SESSION_TTL: Duration = Duration::from_secs(10);
/// How often keys are fetched again at most, so that made-up key ids cost the issuer nothing.
const KEYS_PAUSE: TimeDelta = TimeDelta::seconds(10);
/// Keys older than this are fetched again: a withdrawn key is honoured no longer than that.
const KEYS_MAX_AGE: TimeDelta = TimeDelta::minutes(5);
/// Most characters of a client's name in the journal.
const CLIENT_MAX: usize = 64;

/// A person, proven by an access token of a session that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data it is about.
    pub user: Id,
    /// The session that the token belongs to.
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
        let token = bearer(parts)?;
        let claims = kit.auth.verify(token, kit.clock.now()).await?;
        if claims.scope == Scope::Read && !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(Error::Forbidden { code: "read_only_token", detail: "this token may only read".to_owned() });
        }
        let user = claims.user_id().ok_or_else(|| invalid("its subject is no user"))?;
        kit.throttle.user(user, kit.clock.now()).await?;
        Ok(Self { user, session: claims.sid.clone(), client: client_name(&parts.headers) })
    }
}

fn bearer(parts: &Parts) -> Result<&str, Error> {
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
        let alive = match db {
            Db::Sqlite(_) => None,
            Db::Postgres(_) => Some(Cache::builder().max_capacity(TOKENS).time_to_live(SESSION_TTL).build()),
        };
        Self { keys, db, verified: Cache::new(TOKENS), alive }
    }

    /// The claims of an access token whose session is alive.
    ///
    /// # Errors
    ///
    /// 401, or 503 where the keys or the sessions can't be had.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        let claims = self.verify_signature(token, now).await?;
        self.check_session(&claims).await?;
        Ok(claims)
    }

    async fn verify_signature(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(claims) = self.verified.get(&digest) {
            if claims.exp > now.timestamp() {
                return Ok(claims);
            }
            self.verified.invalidate(&digest);
        }
        let claims = Arc::new(self.keys.verify(TokenKind::Access, token, now).await?);
        self.verified.insert(digest, Arc::clone(&claims));
        Ok(claims)
    }

    /// # Errors
    ///
    /// 401 if the session of a token is over.
    pub async fn check_session(&self, claims: &Claims) -> Result<(), Error> {
        if self.alive.as_ref().is_some_and(|alive| alive.contains_key(&claims.sid)) {
            return Ok(());
        }
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
    }

    /// Forgets every session: some may have ended without our knowledge.
    pub(crate) fn forget_all_sessions(&self) {
        if let Some(alive) = &self.alive {
            alive.invalidate_all();
        }
    }

    /// The keys that tokens are verified with.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }
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

/// Where the public keys come from.
#[derive(Clone)]
pub enum Keys {
    /// This process signs.
    Own(Arc<Verifier>),
    /// They are fetched from the server that signs, through the SDK.
    Remote(Arc<RemoteKeys>),
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own(_) => "Own",
            Self::Remote(_) => "Remote",
        })
    }
}

impl Keys {
    /// The keys of the issuer behind `client`.
    #[must_use]
    pub fn remote(client: Client, clock: Clock) -> Self {
        Self::Remote(Arc::new(RemoteKeys {
            client,
            clock,
            known: Mutex::new(None),
            fetching: tokio::sync::Mutex::new(()),
        }))
    }

    /// Fetches what has to be fetched from the issuer, and waits until it is there.
    pub async fn wait(&self, issuer: &str) {
        if let Self::Remote(keys) = self {
            // Never fails: whatever stands in the way may pass.
            let _ = wait::until_there(issuer, |_| true, || keys.fetch()).await;
        }
    }

    /// The claims of a token with a good signature and fitting times.
    ///
    /// # Errors
    ///
    /// 401, or 503 where the keys can't be had.
    pub async fn verify(&self, kind: TokenKind, token: &str, now: DateTime<Utc>) -> Result<Claims, Error> {
        let verifier = match self {
            Self::Own(verifier) => Arc::clone(verifier),
            Self::Remote(keys) => keys.verifier(kid_of(token).as_deref()).await?,
        };
        verifier.verify(kind, token, now).map_err(|error| match error {
            VerifyError::Expired => {
                Error::Unauthorized { code: "token_expired", detail: "the token has expired; refresh it".to_owned() }
            }
            error => invalid(&error.to_string()),
        })
    }
}

/// Keys of another server, fetched when they are needed and kept for a while.
pub struct RemoteKeys {
    client: Client,
    clock: Clock,
    known: Mutex<Option<Known>>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Known {
    verifier: Arc<Verifier>,
    fetched_at: DateTime<Utc>,
}

impl RemoteKeys {
    async fn verifier(&self, kid: Option<&str>) -> Result<Arc<Verifier>, Error> {
        if let Some(verifier) = self.fresh(kid) {
            return Ok(verifier);
        }
        let _one = self.fetching.lock().await;
        // Somebody may have fetched while we waited.
        if let Some(verifier) = self.fresh(kid) {
            return Ok(verifier);
        }
        match self.fetch().await {
            Ok(verifier) => Ok(verifier),
            // Old keys verify better than none.
            Err(error) => self.known().map(|known| known.verifier).ok_or(error),
        }
    }

    fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self, kid: Option<&str>) -> Option<Arc<Verifier>> {
        let known = self.known()?;
        let age = self.clock.now() - known.fetched_at;
        let serves = kid.is_none_or(|kid| known.verifier.knows(kid)) && age < KEYS_MAX_AGE;
        (serves || age < KEYS_PAUSE).then_some(known.verifier)
    }

    async fn fetch(&self) -> Result<Arc<Verifier>, Error> {
        let down = |error| Error::Unavailable("the server that issues tokens", Some(error));
        let jwks = self.client.tokens().jwks().await.map_err(|error| down(error.into()))?;
        let verifier = Arc::new(Verifier::new(&jwks).map_err(|error| down(error.into()))?);
        let known = Known { verifier: Arc::clone(&verifier), fetched_at: self.clock.now() };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(verifier)
    }
}
