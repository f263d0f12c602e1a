//! Named tokens: long-lived, for scripts. They are random, so a look at the database proves them, and only their hash is
//! kept there.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use todo_sdk::{
    model::{Id, Scope},
    tokens::{Claims, ISSUER},
};

use super::invalid;
use crate::{
    Error,
    db::{Conn, Db},
    on,
};

/// How every named token begins, so that people and secret scanners recognise one.
pub const NAMED_TOKEN_PREFIX: &str = "todo_pat_";
/// How the name of its session begins.
const SESSION: &str = "token:";
/// Named tokens kept in memory.
const TOKENS: u64 = 10_000;
/// How long one is believed without asking PostgreSQL again.
const TTL: Duration = Duration::from_secs(10);
/// How often its last use is written down at most.
const USE_NOTED: TimeDelta = TimeDelta::minutes(1);

/// What is kept of a named token: it has 256 random bits, so one round of SHA-256 is enough.
#[must_use]
pub fn hash_of_named_token(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The session that a named token stands for.
#[must_use]
pub fn session_of_named_token(id: Id) -> String {
    format!("{SESSION}{id}")
}

pub(super) fn is_session(session: &str) -> bool {
    session.starts_with(SESSION)
}

/// Verifies named tokens. Cheap to clone; clones share what is remembered.
#[derive(Clone, Debug)]
pub(super) struct NamedTokens {
    /// Hash → claims; SQLite is asked every time, as for sessions.
    known: Option<Cache<String, Arc<Claims>>>,
}

#[derive(FromRow)]
struct Row {
    id: Id,
    user_id: Id,
    scope: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl NamedTokens {
    pub(super) fn new(db: &Db) -> Self {
        let cache = || Cache::builder().max_capacity(TOKENS).time_to_live(TTL).build();
        Self { known: matches!(db, Db::Postgres(_)).then(cache) }
    }

    pub(super) fn forget(&self) {
        if let Some(known) = &self.known {
            known.invalidate_all();
        }
    }

    pub(super) async fn verify(&self, db: &Db, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Error> {
        let hash = hash_of_named_token(token);
        let known = self.known.as_ref().and_then(|known| known.get(&hash));
        let claims = match known {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.look_up(db, &hash, now).await?);
                if let Some(known) = &self.known {
                    known.insert(hash, Arc::clone(&claims));
                }
                claims
            }
        };
        if claims.exp <= now.timestamp() {
            let detail = "the token has expired; make a new one".to_owned();
            return Err(Error::Unauthorized { code: "token_expired", detail });
        }
        Ok(claims)
    }

    async fn look_up(&self, db: &Db, hash: &str, now: DateTime<Utc>) -> Result<Claims, Error> {
        let row = find(&mut db.read().await?.conn(), hash).await?.ok_or_else(|| invalid("it is unknown or revoked"))?;
        if row.last_used_at.is_none_or(|at| now - at >= USE_NOTED) {
            let (db, id) = (db.clone(), row.id);
            // Nobody has to wait for that, and it may fail.
            tokio::spawn(async move { db.write(move |conn| Box::pin(note_use(conn, id, now))).await });
        }
        Ok(Claims {
            iss: ISSUER.to_owned(),
            aud: String::new(),
            sub: row.user_id.to_string(),
            sid: session_of_named_token(row.id),
            jti: row.id.to_string(),
            scope: if row.scope == "write" { Scope::Write } else { Scope::Read },
            iat: row.created_at.timestamp(),
            exp: row.expires_at.map_or(i64::MAX, |at| at.timestamp()),
            nbf: None,
        })
    }
}

async fn find(conn: &mut Conn<'_>, hash: &str) -> Result<Option<Row>, Error> {
    Ok(on!(conn, |c| {
        sqlx::query_as(
            "SELECT id, user_id, scope, created_at, expires_at, last_used_at FROM named_tokens WHERE token_hash = $1",
        )
        .bind(hash)
        .fetch_optional(&mut *c)
        .await?
    }))
}

async fn note_use(conn: &mut Conn<'_>, id: Id, now: DateTime<Utc>) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("UPDATE named_tokens SET last_used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}
