//! What is in the database and how it changes. Rows are private to each file.

pub mod changes;
pub mod export;
pub mod joining;
pub mod named_tokens;
pub mod reminders;
pub mod repeats;
pub mod sessions;
pub mod tags;
pub mod tasks;
pub mod telegram;
pub mod transfer;
pub mod undo;
pub mod users;
pub mod webhooks;

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, idempotency};

/// Deletes what nobody needs any more: expired sessions, old idempotency records, and the journal before `oldest`. Answers
/// whether there may be more of it.
///
/// # Errors
///
/// As the database says.
pub async fn purge(conn: &mut Conn<'_>, now: DateTime<Utc>, oldest: DateTime<Utc>) -> Result<bool, Error> {
    let changes = changes::trim(conn, oldest).await?;
    sessions::purge(conn, now).await?;
    telegram::purge(conn, now).await?;
    reminders::shown::purge(conn, now).await?;
    Ok(idempotency::purge(conn, now).await? || changes)
}
