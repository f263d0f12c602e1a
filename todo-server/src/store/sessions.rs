//! Sign-ins and their refresh tokens, which are rotated at each use
//! ([RFC 9700, 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
//!
//! A row knows the live refresh token and the one before it. The one before may be used once more while its successor
//! is unused: the answer that held the successor may have been lost. Anything older is a copy in other hands, and ends
//! the session.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::FromRow;
use todo_sdk::{
    model::{Id, Session},
    tokens::REFRESH_TTL,
};
use uuid::Uuid;

/// So long a repeated refresh is answered with the very successor that it was answered before, so that parallel
/// callers agree on one. After that the repeat gets a successor of its own, and the first one is dead.
const SAME_ANSWER: TimeDelta = TimeDelta::seconds(60);

/// The live refresh token of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Whose.
    pub user: Id,
    /// Which session.
    pub session: String,
    /// The token's id.
    pub jti: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

/// What a refresh comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The session goes on with this token.
    Rotated(Live),
    /// The token was used before: the session is over.
    Reused,
    /// There is no such session any more.
    Ended,
}

#[derive(FromRow)]
struct Row {
    expires_at: DateTime<Utc>,
    refresh_jti: String,
    refresh_issued_at: DateTime<Utc>,
    previous_jti: Option<String>,
}

#[derive(FromRow)]
struct Listed {
    id: String,
    client: String,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<Listed> for Session {
    fn from(row: Listed) -> Self {
        let Listed { id, client, created_at, last_used_at, expires_at } = row;
        Self { id, client, created_at, last_used_at, expires_at, current: false }
    }
}

/// Begins a session.
///
/// # Errors
///
/// As the database says.
pub async fn create(conn: &mut Conn<'_>, now: DateTime<Utc>, user: Id, client: &str) -> Result<Live, Error> {
    let live = Live { user, session: Uuid::new_v4().to_string(), jti: Uuid::new_v4().to_string(), issued_at: now };
    on!(conn, |c| {
        sqlx::query(
        "INSERT INTO sessions (user_id, id, client, created_at, last_used_at, expires_at, refresh_jti, refresh_issued_at) \
         VALUES ($1, $2, $3, $4, $4, $5, $6, $4)",
    )
    .bind(user)
    .bind(&live.session)
    .bind(client)
    .bind(now)
    .bind(now + REFRESH_TTL)
    .bind(&live.jti)
    .execute(&mut *c)
    .await
    .map(|_| ())
    })?;
    Ok(live)
}

/// Trades a refresh token for its successor. The caller has locked the person's row.
///
/// # Errors
///
/// As the database says.
pub async fn refresh(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    user: Id,
    session: &str,
    jti: &str,
) -> Result<Refreshed, Error> {
    let row: Option<Row> = on!(conn, |c| {
        sqlx::query_as(
        "SELECT expires_at, refresh_jti, refresh_issued_at, previous_jti FROM sessions WHERE user_id = $1 AND id = $2",
    )
    .bind(user)
    .bind(session)
    .fetch_optional(&mut *c)
    .await?
    });
    let Some(row) = row.filter(|row| row.expires_at > now) else { return Ok(Refreshed::Ended) };
    let live = |jti: String, issued_at| Live { user, session: session.to_owned(), jti, issued_at };
    let first_use = row.refresh_jti == jti;
    if !first_use && row.previous_jti.as_deref() != Some(jti) {
        end(conn, user, session).await?;
        return Ok(Refreshed::Reused);
    }
    if !first_use && now - row.refresh_issued_at <= SAME_ANSWER {
        return Ok(Refreshed::Rotated(live(row.refresh_jti, row.refresh_issued_at)));
    }
    let next = live(Uuid::new_v4().to_string(), now);
    on!(conn, |c| sqlx::query(
        "UPDATE sessions SET previous_jti = $3, refresh_jti = $4, refresh_issued_at = $5, last_used_at = $5, \
         expires_at = $6 WHERE user_id = $1 AND id = $2",
    )
    .bind(user)
    .bind(session)
    .bind(jti)
    .bind(&next.jti)
    .bind(now)
    .bind(now + REFRESH_TTL)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(Refreshed::Rotated(next))
}

/// The sessions of a person, the last used first.
///
/// # Errors
///
/// As the database says.
pub async fn list(conn: &mut Conn<'_>, now: DateTime<Utc>, user: Id) -> Result<Vec<Session>, Error> {
    let rows: Vec<Listed> = on!(conn, |c| sqlx::query_as(
        "SELECT id, client, created_at, last_used_at, expires_at FROM sessions \
         WHERE user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC, id",
    )
    .bind(user)
    .bind(now)
    .fetch_all(&mut *c)
    .await?);
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Ends a session; answers whether it was not over already.
///
/// # Errors
///
/// As the database says.
pub async fn end(conn: &mut Conn<'_>, user: Id, session: &str) -> Result<bool, Error> {
    let gone: Option<Id> =
        on!(conn, |c| sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING user_id")
            .bind(user)
            .bind(session)
            .fetch_optional(&mut *c)
            .await?);
    Ok(gone.is_some())
}

/// Ends all sessions of a person and names them.
///
/// # Errors
///
/// As the database says.
pub async fn end_all(conn: &mut Conn<'_>, user: Id) -> Result<Vec<String>, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar("DELETE FROM sessions WHERE user_id = $1 RETURNING id")
        .bind(user)
        .fetch_all(&mut *c)
        .await?))
}

/// Some session of a person that lasts for a while yet.
///
/// # Errors
///
/// As the database says.
pub async fn any(conn: &mut Conn<'_>, now: DateTime<Utc>, user: Id, client: &str) -> Result<Option<String>, Error> {
    Ok(on!(conn, |c| {
        sqlx::query_scalar(
        "SELECT id FROM sessions WHERE user_id = $1 AND client = $2 AND expires_at > $3 ORDER BY expires_at DESC LIMIT 1",
    )
    .bind(user)
    .bind(client)
    .bind(now + TimeDelta::hours(1))
    .fetch_optional(&mut *c)
    .await?
    }))
}

/// Deletes the sessions that have expired.
///
/// # Errors
///
/// As the database says.
pub async fn purge(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(now)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}
