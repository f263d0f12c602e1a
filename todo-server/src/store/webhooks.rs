//! Webhooks: one for a person. The caller has locked the person's row.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::FromRow;
use todo_sdk::model::{Id, Webhook};

use super::reminders;

#[derive(FromRow)]
struct Row {
    url: String,
    secret: String,
    created_at: DateTime<Utc>,
    disabled_at: Option<DateTime<Utc>>,
    reason: Option<String>,
}

/// A webhook, and what its deliveries are signed with.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The webhook.
    pub webhook: Webhook,
    /// As the person was shown it.
    pub secret: String,
}

/// The person's webhook.
///
/// # Errors
///
/// 404 if there is none.
pub async fn get(conn: &mut Conn<'_>, user: Id) -> Result<Signed, Error> {
    let row: Option<Row> = on!(conn, |c| sqlx::query_as(
        "SELECT url, secret, created_at, disabled_at, reason FROM webhooks WHERE user_id = $1",
    )
    .bind(user)
    .fetch_optional(&mut *c)
    .await?);
    let Row { url, secret, created_at, disabled_at, reason } = row.ok_or(Error::NotFound("webhook"))?;
    Ok(Signed { webhook: Webhook { url, created_at, disabled_at, reason }, secret })
}

/// Sets it, in place of the one before. What is to come goes there as well.
///
/// # Errors
///
/// As the database says.
pub async fn set(conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>, url: &str, secret: &str) -> Result<(), Error> {
    on!(&mut *conn, |c| sqlx::query(
        "INSERT INTO webhooks (user_id, url, secret, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET url = excluded.url, secret = excluded.secret, \
         created_at = excluded.created_at, disabled_at = NULL, reason = NULL",
    )
    .bind(user)
    .bind(url)
    .bind(secret)
    .bind(now)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    reminders::adopt(conn, user).await
}

/// Takes it away.
///
/// # Errors
///
/// 404 if there is none.
pub async fn delete(conn: &mut Conn<'_>, user: Id) -> Result<(), Error> {
    get(conn, user).await?;
    on!(&mut *conn, |c| sqlx::query("DELETE FROM webhooks WHERE user_id = $1")
        .bind(user)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    reminders::adopt(conn, user).await
}

/// Switches it off until it is set again.
///
/// # Errors
///
/// As the database says.
pub async fn disable(conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>, reason: &str) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("UPDATE webhooks SET disabled_at = $2, reason = $3 WHERE user_id = $1")
        .bind(user)
        .bind(now)
        .bind(reason)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}
