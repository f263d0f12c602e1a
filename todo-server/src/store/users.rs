//! People.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, extract::IfMatch, on};
use sqlx::FromRow;
use todo_sdk::model::{Id, Language, User};

const COLUMNS: &str = "id, username, timezone, language, date_joined, version";

#[derive(FromRow)]
struct Row {
    id: Id,
    username: String,
    timezone: String,
    language: Option<String>,
    date_joined: DateTime<Utc>,
    version: i64,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        let Row { id, username, timezone, language, date_joined, version } = row;
        Self { id, username, timezone, language: language.and_then(|code| language_of(&code)), date_joined, version }
    }
}

pub(super) fn language_of(code: &str) -> Option<Language> {
    [Language::En, Language::Ru].into_iter().find(|language| language.as_str() == code)
}

/// A person who joins.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Unique, case-insensitively.
    pub username: String,
    /// `None`: can't sign in with a password.
    pub password_hash: Option<String>,
    /// IANA name.
    pub timezone: String,
    /// Language of messages.
    pub language: Option<Language>,
}

/// Makes an account.
///
/// # Errors
///
/// 409 if the name is taken.
pub async fn create(conn: &mut Conn<'_>, now: DateTime<Utc>, new: &NewUser) -> Result<User, Error> {
    let id: Option<Id> = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO users (username, username_folded, password_hash, timezone, language, date_joined) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (username_folded) DO NOTHING RETURNING id",
    )
    .bind(&new.username)
    .bind(new.username.to_lowercase())
    .bind(&new.password_hash)
    .bind(&new.timezone)
    .bind(new.language.map(Language::as_str))
    .bind(now)
    .fetch_optional(&mut *c)
    .await?);
    let id = id.ok_or_else(|| Error::Conflict {
        code: "username_taken",
        detail: format!("the username {} is taken; choose another or sign in", new.username),
    })?;
    Ok(User {
        id,
        username: new.username.clone(),
        timezone: new.timezone.clone(),
        language: new.language,
        date_joined: now,
        version: 1,
    })
}

/// The account.
///
/// # Errors
///
/// 404 if it is gone.
pub async fn get(conn: &mut Conn<'_>, id: Id) -> Result<User, Error> {
    let row: Option<Row> =
        on!(conn, |c| sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM users WHERE id = $1")))
            .bind(id)
            .fetch_optional(&mut *c)
            .await?);
    row.map(User::from).ok_or(Error::NotFound("user"))
}

/// Some accounts after that id, in the order of ids.
///
/// # Errors
///
/// As the database says.
pub async fn page(conn: &mut Conn<'_>, after: Id) -> Result<Vec<User>, Error> {
    let select = format!("SELECT {COLUMNS} FROM users WHERE id > $1 ORDER BY id LIMIT 1000");
    let rows: Vec<Row> =
        on!(conn, |c| sqlx::query_as(sqlx::AssertSqlSafe(select)).bind(after).fetch_all(&mut *c).await?);
    Ok(rows.into_iter().map(User::from).collect())
}

/// The id and password hash that belong to a name, whatever its case.
///
/// # Errors
///
/// As the database says.
pub async fn find(conn: &mut Conn<'_>, username: &str) -> Result<Option<(Id, Option<String>)>, Error> {
    Ok(on!(conn, |c| sqlx::query_as("SELECT id, password_hash FROM users WHERE username_folded = $1")
        .bind(username.to_lowercase())
        .fetch_optional(&mut *c)
        .await?))
}

/// The password hash of an account.
///
/// # Errors
///
/// 404 if it is gone.
pub async fn password_hash(conn: &mut Conn<'_>, id: Id) -> Result<Option<String>, Error> {
    let row: Option<(Option<String>,)> = on!(conn, |c| sqlx::query_as("SELECT password_hash FROM users WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *c)
        .await?);
    row.map(|(hash,)| hash).ok_or(Error::NotFound("user"))
}

/// Replaces the hash of a password by another one of the same password: nothing that anybody sees changes.
///
/// # Errors
///
/// As the database says.
pub async fn replace_hash(conn: &mut Conn<'_>, id: Id, hash: &str) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// IANA name of the account's zone.
///
/// # Errors
///
/// 404 if it is gone.
pub async fn timezone(conn: &mut Conn<'_>, id: Id) -> Result<String, Error> {
    let name: Option<String> = on!(conn, |c| sqlx::query_scalar("SELECT timezone FROM users WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *c)
        .await?);
    name.ok_or(Error::NotFound("user"))
}

/// What to change; `None` leaves.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// IANA name.
    pub timezone: Option<String>,
    /// `Some(None)` clears.
    pub language: Option<Option<Language>>,
    /// The new password's hash.
    pub password_hash: Option<String>,
}

/// Changes the account, whose row the caller has locked.
///
/// # Errors
///
/// 404 if it is gone, 412 if it has another version.
pub async fn update(conn: &mut Conn<'_>, id: Id, if_match: &IfMatch, changes: Changes) -> Result<User, Error> {
    let before = get(conn, id).await?;
    if_match.check(before.version)?;
    let after = User {
        timezone: changes.timezone.unwrap_or_else(|| before.timezone.clone()),
        language: changes.language.unwrap_or(before.language),
        version: before.version + 1,
        ..before
    };
    on!(conn, |c| sqlx::query(
        "UPDATE users SET timezone = $2, language = $3, version = $4, password_hash = coalesce($5, password_hash) \
         WHERE id = $1",
    )
    .bind(id)
    .bind(&after.timezone)
    .bind(after.language.map(Language::as_str))
    .bind(after.version)
    .bind(changes.password_hash)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(after)
}

/// Deletes the account and all that belongs to it.
///
/// # Errors
///
/// 404 if it is gone, 412 if it has another version.
pub async fn delete(conn: &mut Conn<'_>, id: Id, if_match: &IfMatch) -> Result<(), Error> {
    if_match.check(get(conn, id).await?.version)?;
    on!(conn, |c| sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(&mut *c).await.map(|_| ()))?;
    Ok(())
}
