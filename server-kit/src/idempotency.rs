//! `Idempotency-Key`: a POST that is sent again is answered again and not done again.
//!
//! [`ItemKeys`] do the same for single things within calls that make many.
//!
//! Each record is written in the transaction of what it stands for, after [`crate::journal::lock`], so two calls with
//! the same key come one after the other.

use std::collections::HashMap;

use axum::{extract::FromRequestParts, http::request::Parts};
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, QueryBuilder};
use todo_sdk::model::Id;

use crate::{
    Error,
    db::{Conn, LOT, is_lot},
    on,
    reply::Reply,
};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
/// Most characters in a key.
const KEY_MAX: usize = 255;
/// Bytes of a hash that stand for the key of a single thing: enough to never meet another one.
const ITEM_HASH: usize = 16;
/// Keys in one statement, far below either engine's bound of parameters.
const CHUNK: usize = 500;

/// The `Idempotency-Key` header of a request, if it has one.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if (1..=KEY_MAX).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            _ => Err(Error::invalid("Idempotency-Key", "invalid", "must have 1 to 255 visible ASCII characters")),
        }
    }
}

impl IdempotencyKey {
    /// Ties the key to what is asked for.
    #[must_use]
    pub fn of(self, call: &'static str, body: &[u8]) -> Option<Request> {
        let key = self.0?;
        Some(Request {
            key_hash: hex(&hash([b"key", key.as_bytes(), b""])),
            request_hash: hex(&hash([key.as_bytes(), call.as_bytes(), body])),
        })
    }
}

fn hash(parts: [&[u8]; 3]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A call that is to be done once. Holds hashes only: the key salts the body's.
#[derive(Debug, Clone)]
pub struct Request {
    key_hash: String,
    request_hash: String,
}

#[derive(FromRow)]
struct Row {
    request_hash: String,
    status: i16,
    location: Option<String>,
    etag: Option<String>,
    body: String,
}

impl Request {
    /// The hash of the key.
    #[must_use]
    pub fn key_hash(&self) -> &str {
        &self.key_hash
    }

    /// The hash of what is asked for.
    #[must_use]
    pub fn request_hash(&self) -> &str {
        &self.request_hash
    }

    /// The answer that was given before. `user` is `None` for calls that nobody is signed in to.
    ///
    /// # Errors
    ///
    /// 422 if the key was used for another request.
    pub async fn replay(
        &self,
        conn: &mut Conn<'_>,
        user: Option<Id>,
        now: DateTime<Utc>,
    ) -> Result<Option<Reply>, Error> {
        let row: Option<Row> = on!(conn, |c| sqlx::query_as(
            "SELECT request_hash, status, location, etag, body FROM idempotency_keys \
             WHERE key_hash = $1 AND (user_id = $2 OR $2 IS NULL) AND created_at > $3",
        )
        .bind(&self.key_hash)
        .bind(user)
        .bind(now - KEPT)
        .fetch_optional(&mut *c)
        .await?);
        let Some(row) = row else { return Ok(None) };
        if row.request_hash != self.request_hash {
            return Err(Error::invalid(
                "Idempotency-Key",
                "key_reused",
                "was used for another request; make a new key for each",
            ));
        }
        let status = u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Ok(Some(Reply {
            status: status.unwrap_or(StatusCode::OK),
            etag: row.etag,
            location: row.location,
            body: row.body,
            replayed: true,
        }))
    }

    /// Keeps the answer.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn keep(&self, conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>, reply: &Reply) -> Result<(), Error> {
        let status = i16::try_from(reply.status.as_u16()).map_err(Error::internal)?;
        on!(conn, |c| sqlx::query(
            "INSERT INTO idempotency_keys (user_id, key_hash, request_hash, status, location, etag, body, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (user_id, key_hash) DO UPDATE SET \
             request_hash = excluded.request_hash, status = excluded.status, location = excluded.location, \
             etag = excluded.etag, body = excluded.body, created_at = excluded.created_at",
        )
        .bind(user)
        .bind(&self.key_hash)
        .bind(&self.request_hash)
        .bind(status)
        .bind(&reply.location)
        .bind(&reply.etag)
        .bind(&reply.body)
        .bind(now)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
        Ok(())
    }
}

/// Keys of the single things that a call makes, each of which is made once, whichever calls it comes in.
#[derive(Debug, Clone)]
pub struct ItemKeys(Vec<[u8; ITEM_HASH]>);

impl ItemKeys {
    /// Ties the keys, one for each thing, to the kind of thing.
    #[must_use]
    pub fn new(kind: &'static str, keys: &[String]) -> Self {
        let short = |key: &String| {
            let mut bytes = [0; ITEM_HASH];
            bytes.iter_mut().zip(hash([b"item", kind.as_bytes(), key.as_bytes()])).for_each(|(to, from)| *to = from);
            bytes
        };
        Self(keys.iter().map(short).collect())
    }

    /// What was made under them before: by the place of the key, the id.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn made(&self, conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>) -> Result<HashMap<usize, Id>, Error> {
        let mut ids: HashMap<Vec<u8>, Id> = HashMap::new();
        for keys in self.0.chunks(CHUNK) {
            let rows: Vec<(Vec<u8>, Id)> = on!(conn, |c| {
                let mut select = QueryBuilder::new("SELECT key_hash, item_id FROM item_keys WHERE user_id = ");
                select.push_bind(user).push(" AND made_at > ").push_bind((now - KEPT).timestamp());
                select.push(" AND key_hash IN (");
                let mut list = select.separated(", ");
                for key in keys {
                    list.push_bind(&key[..]);
                }
                select.push(")").build_query_as().fetch_all(&mut *c).await?
            });
            ids.extend(rows);
        }
        Ok(self.0.iter().enumerate().filter_map(|(place, key)| Some((place, *ids.get(&key[..])?))).collect())
    }

    /// Notes what was made now: by the place of the key, the id.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn keep(
        &self,
        conn: &mut Conn<'_>,
        user: Id,
        now: DateTime<Utc>,
        made: &[(usize, Id)],
    ) -> Result<(), Error> {
        let made: Vec<_> = made.iter().filter_map(|(place, id)| Some((self.0.get(*place)?, *id))).collect();
        for rows in made.chunks(CHUNK) {
            on!(conn, |c| {
                let mut insert = QueryBuilder::new("INSERT INTO item_keys (user_id, key_hash, item_id, made_at) ");
                insert.push_values(rows, |mut row, (key, id)| {
                    row.push_bind(user).push_bind(&key[..]).push_bind(*id).push_bind(now.timestamp());
                });
                // One that is older than it counts.
                insert.push(" ON CONFLICT (user_id, key_hash) DO UPDATE SET item_id = excluded.item_id, ");
                insert.push("made_at = excluded.made_at").build().execute(&mut *c).await?;
            });
        }
        Ok(())
    }
}

/// Deletes the records that are older than [`KEPT`], but no more than a lot of each kind; whether there may be more.
///
/// # Errors
///
/// As the database says.
pub async fn purge(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Result<bool, Error> {
    let calls = on!(&mut *conn, |c| sqlx::query(
        "DELETE FROM idempotency_keys WHERE (user_id, key_hash) IN \
         (SELECT user_id, key_hash FROM idempotency_keys WHERE created_at <= $1 LIMIT $2)",
    )
    .bind(now - KEPT)
    .bind(LOT)
    .execute(&mut *c)
    .await?
    .rows_affected());
    let items = on!(conn, |c| sqlx::query(
        "DELETE FROM item_keys WHERE (user_id, key_hash) IN \
         (SELECT user_id, key_hash FROM item_keys WHERE made_at <= $1 LIMIT $2)",
    )
    .bind((now - KEPT).timestamp())
    .bind(LOT)
    .execute(&mut *c)
    .await?
    .rows_affected());
    Ok(is_lot(calls) || is_lot(items))
}
