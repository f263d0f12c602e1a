//! Named tokens for scripts.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::FromRow;
use todo_sdk::model::{CreateNamedToken, Id, NamedToken, Scope};

/// Most named tokens of one person.
const TOKENS_MAX: i64 = 100;

#[derive(FromRow)]
struct Row {
    id: Id,
    name: String,
    scope: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<Row> for NamedToken {
    fn from(row: Row) -> Self {
        let Row { id, name, scope, created_at, expires_at, last_used_at } = row;
        let scope = if scope == Scope::Write.as_str() { Scope::Write } else { Scope::Read };
        Self { id, name, scope, created_at, expires_at, last_used_at, token: None }
    }
}

/// Keeps a token's hash. The caller has locked the person's row.
///
/// # Errors
///
/// 409 if there are too many already.
pub async fn create(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    user: Id,
    new: &CreateNamedToken,
    hash: &str,
) -> Result<NamedToken, Error> {
    let count: i64 = on!(&mut *conn, |c| sqlx::query_scalar("SELECT count(*) FROM named_tokens WHERE user_id = $1")
        .bind(user)
        .fetch_one(&mut *c)
        .await?);
    if count >= TOKENS_MAX {
        let detail = format!("there are {count} named tokens already; remove one first");
        return Err(Error::Conflict { code: "too_many_tokens", detail });
    }
    let expires_at = new.expires_at.map(server_kit::clock::micros);
    let id: Id = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO named_tokens (user_id, name, scope, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(user)
    .bind(&new.name)
    .bind(new.scope.as_str())
    .bind(hash)
    .bind(now)
    .bind(expires_at)
    .fetch_one(&mut *c)
    .await?);
    let (name, scope) = (new.name.clone(), new.scope);
    Ok(NamedToken { id, name, scope, created_at: now, expires_at, last_used_at: None, token: None })
}

/// All of a person's named tokens.
///
/// # Errors
///
/// As the database says.
pub async fn list(conn: &mut Conn<'_>, user: Id) -> Result<Vec<NamedToken>, Error> {
    let rows: Vec<Row> = on!(conn, |c| {
        sqlx::query_as(
        "SELECT id, name, scope, created_at, expires_at, last_used_at FROM named_tokens WHERE user_id = $1 ORDER BY id",
    )
    .bind(user)
    .fetch_all(&mut *c)
    .await?
    });
    Ok(rows.into_iter().map(NamedToken::from).collect())
}

/// Revokes a token.
///
/// # Errors
///
/// 404 if the person has none of that id.
pub async fn delete(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<(), Error> {
    let gone: Option<Id> =
        on!(conn, |c| sqlx::query_scalar("DELETE FROM named_tokens WHERE user_id = $1 AND id = $2 RETURNING id")
            .bind(user)
            .bind(id)
            .fetch_optional(&mut *c)
            .await?);
    gone.map(|_| ()).ok_or(Error::NotFound("token"))
}

/// Revokes all tokens of a person and names them.
///
/// # Errors
///
/// As the database says.
pub async fn delete_all(conn: &mut Conn<'_>, user: Id) -> Result<Vec<Id>, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar("DELETE FROM named_tokens WHERE user_id = $1 RETURNING id")
        .bind(user)
        .fetch_all(&mut *c)
        .await?))
}
