//! Changes that are one statement: the pieces that every such statement has.
//!
//! A change by the book is a transaction: lock the person's row, look, write, append to the journal, keep the answer. Most
//! changes meet nothing on their way that would need a look first, and all of it fits into one statement (on SQLite: one
//! script), which takes the person's row by raising `seq`. It fails, and leaves nothing, if it was wrong to hope so; then
//! the change is made by the book, which also finds out what to answer.
//!
//! A script is refused by the first statement that would write, or not at all, so it needs no savepoint, which would cost as
//! much again as the script: SQLite copies each page that changes within one, beyond a few of them to a file.
//!
//! The parameters of every statement begin with those of [`bind_frame!`](crate::bind_frame); `$8` is the first of its own.

use futures_util::StreamExt;
use serde::Serialize;
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection, Postgres, Row, Sqlite, SqliteConnection, error::ErrorKind,
    postgres::PgArguments, query::QueryScalar, sqlite::SqliteArguments,
};
use todo_sdk::model::EventKind;

use crate::{
    Error,
    db::{Conn, Engine},
    idempotency::Request,
};

/// What every such statement is told: who calls, and what is written besides the thing itself.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The program that calls.
    pub client: &'a str,
    /// The key of the call, if it has one.
    pub once: Option<&'a Request>,
    /// What happens.
    pub event: EventKind,
    /// The JSON of what is made, as [`without_id`] answers it; of what is changed, as it is afterwards.
    pub json: &'a str,
}

/// Binds `$1` to `$7`: the person, the time, the client, both hashes of the key, the event, the JSON.
#[macro_export]
macro_rules! bind_frame {
    ($query:expr, $user:expr, $now:expr, $frame:expr) => {{
        let frame: &$crate::at_once::Frame<'_> = $frame;
        $query
            .bind($user)
            .bind($now)
            .bind(frame.client)
            .bind(frame.once.map(|once| once.key_hash()))
            .bind(frame.once.map(|once| once.request_hash()))
            .bind(frame.event.as_str())
            .bind(frame.json)
    }};
}

/// The JSON of something that has no id yet, behind `{"id":` and the id.
///
/// # Errors
///
/// 500 if its first field is not the id, 0.
pub fn without_id<T: Serialize>(value: &T) -> Result<String, Error> {
    let json = serde_json::to_string(value).map_err(Error::internal)?;
    let rest = json.strip_prefix("{\"id\":0").ok_or_else(|| Error::internal("the id does not come first"))?;
    Ok(rest.to_owned())
}

/// The JSON of something that was made, from what [`without_id`] answered.
#[must_use]
pub fn with_id(id: i64, rest: &str) -> String {
    format!("{{\"id\":{id}{rest}")
}

/// Nothing, where the database objected to what a statement would have done: a row that it refers to is gone, a key is
/// taken, a condition did not hold.
fn unless_refused<T>(result: Result<Option<T>, sqlx::Error>) -> Result<Option<T>, Error> {
    match result {
        Err(sqlx::Error::Database(error)) if !matches!(error.kind(), ErrorKind::Other) => Ok(None),
        result => Ok(result?),
    }
}

/// A statement with its parameters; it answers an id.
pub type Query<'q, DB, A> = QueryScalar<'q, DB, i64, A>;

/// Runs a statement. Nothing is answered, and nothing was written, where the database objected to what it would have done:
/// a row that it refers to is gone, a key is taken, a condition did not hold.
///
/// # Errors
///
/// Any other failure.
pub async fn on_postgres(
    conn: &mut PgConnection,
    query: Query<'_, Postgres, PgArguments>,
) -> Result<Option<i64>, Error> {
    let rows = query.fetch_all(conn).await;
    unless_refused(rows.map(|rows| rows.into_iter().next()))
}

/// Runs a script, as [`on_postgres`] a statement.
///
/// # Errors
///
/// Any other failure, and that of a script that has written already: the transaction has to be undone.
pub async fn on_sqlite(
    conn: &mut SqliteConnection,
    query: Query<'_, Sqlite, SqliteArguments>,
) -> Result<Option<i64>, Error> {
    let mut steps = conn.fetch_many(query);
    let (mut id, mut written) = (None, false);
    while let Some(step) = steps.next().await {
        match step {
            Ok(Either::Left(done)) => written |= done.rows_affected() > 0,
            Ok(Either::Right(row)) => id = Some(row.try_get(0)?),
            Err(error) if written => return Err(error.into()),
            Err(error) => return unless_refused(Err(error)),
        }
    }
    Ok(id)
}

/// Runs one on either connection: `run_at_once!(conn, text, |query| query.bind(…))`.
#[macro_export]
macro_rules! run_at_once {
    ($conn:expr, $text:expr, |$query:ident| $bound:expr) => {{
        match $conn {
            $crate::db::Conn::Sqlite(c) => {
                let $query = sqlx::query_scalar($text);
                $crate::at_once::on_sqlite(c, $bound).await
            }
            $crate::db::Conn::Postgres(c) => {
                let $query = sqlx::query_scalar($text);
                $crate::at_once::on_postgres(c, $bound).await
            }
        }
    }};
}

/// The text of a statement for each engine, in `N` shapes: with and without what may come besides.
#[derive(Debug)]
pub struct Texts<const N: usize>([[String; N]; 2]);

impl<const N: usize> Texts<N> {
    /// Makes them of the engine and the number of the shape.
    #[must_use]
    pub fn new(text: impl Fn(Engine, usize) -> String) -> Self {
        Self([Engine::Sqlite, Engine::Postgres].map(|engine| std::array::from_fn(|shape| text(engine, shape))))
    }

    /// The one for a connection.
    #[must_use]
    pub fn of(&'static self, conn: &Conn<'_>, shape: usize) -> AssertSqlSafe<&'static str> {
        AssertSqlSafe(self.0[conn.engine() as usize][shape].as_str())
    }
}

/// Whether the call's key, if it has one, is new.
#[must_use]
pub fn key_is_new(keyed: bool) -> &'static str {
    if keyed { "NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE user_id = $1 AND key_hash = $4)" } else { "TRUE" }
}

impl Engine {
    /// Takes the person's row and makes room for `rows` in the journal, if `guard` holds. On PostgreSQL the result is the
    /// table `owner`; on SQLite it fails unless `guard` holds.
    #[must_use]
    pub fn owner(self, rows: &str, guard: &str) -> String {
        match self {
            Self::Postgres => {
                format!("WITH owner AS (UPDATE users SET seq = seq + {rows} WHERE id = $1 AND {guard} RETURNING seq), ")
            }
            // NULL is refused.
            Self::Sqlite => {
                format!("UPDATE users SET seq = CASE WHEN {guard} THEN seq + {rows} END WHERE id = $1; ")
            }
        }
    }

    /// Appends to the journal that `table`'s newest row, on PostgreSQL the one of the table `made`, was made, `later` rows
    /// before its present end, and keeps the answer where the call has a key: 201, at `path` and the id.
    #[must_use]
    pub fn made(self, table: &str, later: &str, keyed: bool, path: &str) -> String {
        const CHANGES: &str = "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, after)";
        const KEYS: &str = "INSERT INTO idempotency_keys (user_id, key_hash, request_hash, status, location, etag, body, \
                            created_at)";
        let json = "'{\"id\":' || made.id || $7";
        let kept = format!("$1, $4, $5, 201, '{path}' || made.id, '\"1\"', {json}, $2");
        let change = |seq: &str| format!("$1, {seq}, {seq}, $2, $3, $6, made.id, {json}");
        match self {
            Self::Postgres => {
                let kept = if keyed { format!(", kept AS ({KEYS} SELECT {kept} FROM made)") } else { String::new() };
                format!(
                    "journal AS ({CHANGES} SELECT {} FROM owner, made){kept}",
                    change(&format!("owner.seq - {later}"))
                )
            }
            Self::Sqlite => {
                let made = newest(table);
                let owner = format!("(SELECT seq - {later} AS seq FROM users WHERE id = $1) AS owner");
                let kept = if keyed { format!("{KEYS} SELECT {kept} FROM {made}; ") } else { String::new() };
                format!("{CHANGES} SELECT {} FROM {made}, {owner}; {kept}", change("owner.seq"))
            }
        }
    }

    /// The end of a statement that made something: answers its id.
    #[must_use]
    pub fn end(self, table: &str) -> String {
        match self {
            Self::Postgres => " SELECT id FROM made".to_owned(),
            Self::Sqlite => newest_id(table),
        }
    }
}

/// The row that was made last, on SQLite: ids only grow there.
#[must_use]
pub fn newest(table: &str) -> String {
    format!("({}) AS made", newest_id(table))
}

/// Its id.
#[must_use]
pub fn newest_id(table: &str) -> String {
    format!("SELECT max(id) AS id FROM {table} WHERE user_id = $1")
}
