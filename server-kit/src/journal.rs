//! The journal: every change of a person's data, appended in the transaction that makes it.
//!
//! Rows are numbered by the counter on the person's row. Raising it first locks that row, so one person's writes come
//! one after the other and the numbers are gapless and in commit order; events, undo and sync all read this table.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::QueryBuilder;
use todo_sdk::model::{EventKind, Id};

use crate::{Error, auth::Caller, db::Conn, on};

/// Most rows in one INSERT: seven parameters each stay far below either engine's bound.
const ROWS_MAX: usize = 500;

/// One changed resource.
#[derive(Debug)]
pub struct Entry {
    event: EventKind,
    id: Id,
    before: Option<String>,
    after: Option<String>,
}

impl Entry {
    /// A resource was made.
    pub fn created<T: Serialize>(event: EventKind, id: Id, after: &T) -> Result<Self, Error> {
        Ok(Self { event, id, before: None, after: Some(json(after)?) })
    }

    /// A resource was changed.
    pub fn updated<T: Serialize>(event: EventKind, id: Id, before: &T, after: &T) -> Result<Self, Error> {
        Ok(Self { event, id, before: Some(json(before)?), after: Some(json(after)?) })
    }

    /// A resource is gone.
    pub fn deleted<T: Serialize>(event: EventKind, id: Id, before: &T) -> Result<Self, Error> {
        Ok(Self { event, id, before: Some(json(before)?), after: None })
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// What a write needs to know of the person whose data it changes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Owner {
    /// IANA name of the person's zone.
    pub timezone: String,
    /// The person's Telegram account.
    pub telegram_user: Option<Id>,
}

/// Locks the person's row until the end of the transaction: the first statement of every write.
///
/// # Errors
///
/// 401 if the account is gone.
pub async fn lock(conn: &mut Conn<'_>, user: Id) -> Result<Owner, Error> {
    macro_rules! owner {
        () => {
            "SELECT timezone, (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = u.id) AS telegram_user \
             FROM users u WHERE id = $1"
        };
    }
    let owner = match conn {
        // There is one writer at a time anyway.
        Conn::Sqlite(c) => sqlx::query_as(owner!()).bind(user).fetch_optional(&mut **c).await?,
        Conn::Postgres(c) => {
            sqlx::query_as(concat!(owner!(), " FOR NO KEY UPDATE OF u")).bind(user).fetch_optional(&mut **c).await?
        }
    };
    owner.ok_or_else(account_gone)
}

/// Appends what one call changed, in the order in which it happened.
///
/// # Errors
///
/// 401 if the account is gone.
pub async fn append(conn: &mut Conn<'_>, caller: &Caller, at: DateTime<Utc>, entries: Vec<Entry>) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = i64::try_from(entries.len()).map_err(Error::internal)?;
    let last: i64 = on!(conn, |c| sqlx::query_scalar("UPDATE users SET seq = seq + $2 WHERE id = $1 RETURNING seq")
        .bind(caller.user)
        .bind(rows)
        .fetch_optional(&mut *c)
        .await?)
    .ok_or_else(account_gone)?;
    let action = last - rows + 1;
    let mut numbered = (action..).zip(entries);
    loop {
        let chunk: Vec<_> = numbered.by_ref().take(ROWS_MAX).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        on!(conn, |c| {
            let mut insert = QueryBuilder::new(
                "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, before, after) ",
            );
            insert.push_values(chunk, |mut row, (seq, entry)| {
                row.push_bind(caller.user)
                    .push_bind(seq)
                    .push_bind(action)
                    .push_bind(at)
                    .push_bind(caller.client.clone())
                    .push_bind(entry.event.as_str())
                    .push_bind(entry.id)
                    .push_bind(entry.before)
                    .push_bind(entry.after);
            });
            insert.build().execute(&mut *c).await?;
        });
    }
}

fn account_gone() -> Error {
    Error::Unauthorized { code: "session_ended", detail: "this account no longer exists; sign in again".to_owned() }
}
