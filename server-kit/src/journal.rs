//! The journal: every change of a person's data, appended in the transaction that makes it.
//!
//! Rows are numbered by the counter on the person's row. Raising it first locks that row, so one person's writes come
//! one after the other and the numbers are gapless and in commit order; events, undo and sync all read this table.

use std::collections::BTreeMap;

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
    /// Whether reminders go to that account.
    pub to_telegram: bool,
    /// Whether they go to a webhook of the person's.
    pub to_webhook: bool,
}

/// Locks the person's row until the end of the transaction: the first statement of every write.
///
/// # Errors
///
/// 401 if the account is gone.
pub async fn lock(conn: &mut Conn<'_>, user: Id) -> Result<Owner, Error> {
    // All of it from the row itself: where that is waited for, other tables are seen as they were before.
    macro_rules! owner {
        () => {
            "SELECT timezone, telegram_user, to_telegram, to_webhook FROM users WHERE id = $1"
        };
    }
    let owner = match conn {
        // There is one writer at a time anyway.
        Conn::Sqlite(c) => sqlx::query_as(owner!()).bind(user).fetch_optional(&mut **c).await?,
        Conn::Postgres(c) => {
            sqlx::query_as(concat!(owner!(), " FOR NO KEY UPDATE")).bind(user).fetch_optional(&mut **c).await?
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
    let numbered = (action..).zip(entries).map(|(seq, entry)| Numbered { user: caller.user, seq, action, entry });
    insert(conn, &caller.client, at, numbered).await
}

/// Appends what one call changed of several people's data, whose rows the caller has locked; of each in the order given.
///
/// # Errors
///
/// As the database says. Nothing is appended for an account that is gone.
pub async fn append_all(
    conn: &mut Conn<'_>,
    client: &str,
    at: DateTime<Utc>,
    entries: Vec<(Id, Entry)>,
) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut of_user: BTreeMap<Id, Vec<Entry>> = BTreeMap::new();
    for (user, entry) in entries {
        of_user.entry(user).or_default().push(entry);
    }
    let counts: Vec<(Id, usize)> = of_user.iter().map(|(user, entries)| (*user, entries.len())).collect();
    let counts = serde_json::to_string(&counts).map_err(Error::internal)?;
    let raise = match conn {
        Conn::Sqlite(_) => {
            "UPDATE users SET seq = seq + j.n FROM (SELECT json_extract(value, '$[0]') AS id, \
             json_extract(value, '$[1]') AS n FROM json_each($1)) AS j WHERE users.id = j.id RETURNING users.id, seq"
        }
        Conn::Postgres(_) => {
            "UPDATE users SET seq = seq + j.n FROM (SELECT CAST(e->>0 AS BIGINT) AS id, CAST(e->>1 AS BIGINT) AS n \
             FROM json_array_elements(CAST($1 AS JSON)) AS e) AS j WHERE users.id = j.id RETURNING users.id, seq"
        }
    };
    let last: Vec<(Id, i64)> = on!(&mut *conn, |c| sqlx::query_as(raise).bind(&counts).fetch_all(&mut *c).await?);
    let numbered = last.into_iter().flat_map(|(user, last)| {
        let entries = of_user.remove(&user).unwrap_or_default();
        let action = last - i64::try_from(entries.len()).unwrap_or(0) + 1;
        (action..).zip(entries).map(move |(seq, entry)| Numbered { user, seq, action, entry })
    });
    let numbered: Vec<_> = numbered.collect();
    insert(conn, client, at, numbered.into_iter()).await
}

/// An entry with its place in a person's journal.
struct Numbered {
    user: Id,
    seq: i64,
    /// Number of the first entry of the call.
    action: i64,
    entry: Entry,
}

async fn insert(
    conn: &mut Conn<'_>,
    client: &str,
    at: DateTime<Utc>,
    mut rows: impl Iterator<Item = Numbered>,
) -> Result<(), Error> {
    loop {
        let chunk: Vec<_> = rows.by_ref().take(ROWS_MAX).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        on!(conn, |c| {
            let mut insert = QueryBuilder::new(
                "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, before, after) ",
            );
            insert.push_values(chunk, |mut row, Numbered { user, seq, action, entry }| {
                row.push_bind(user)
                    .push_bind(seq)
                    .push_bind(action)
                    .push_bind(at)
                    .push_bind(client.to_owned())
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
