//! Changes that are one statement: the pieces that every such statement has.
//!
//! A change by the book is a transaction: lock the person's row, look, write, append to the journal, keep the answer. Most
//! changes meet nothing on their way that would need a look first, and all of it fits into one statement (on SQLite: one
//! script), which takes the person's row by raising `seq`. It fails, and leaves nothing, if it was wrong to hope so; then
//! the change is made by the book, which also finds out what to answer.
//!
//! A script is refused by the first statement that would write, or not at all, so it needs no savepoint, which would cost as
//! much again as the script: SQLite copies each page that changes within one, beyond a few of them to a file. It goes as a
//! whole to the thread that writes: see [`Script`](crate::db::Script), also for `:id`. Its statements change one row each, by
//! `VALUES`: for what may change several SQLite keeps a journal within the journal.
//!
//! The parameters of every statement begin with those of [`bind_frame!`](crate::bind_frame); `$8` is the first of its own.

use serde::Serialize;
use sqlx::{PgConnection, Postgres, error::ErrorKind, postgres::PgArguments, query::QueryScalar};
use todo_sdk::model::EventKind;

use crate::{Error, db::Engine, idempotency::Request};

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

/// Runs a statement, which answers an id. Nothing is answered, and nothing was written, where the database objected to what
/// it would have done: a row that it refers to is gone, a key is taken, a condition did not hold.
///
/// # Errors
///
/// Any other failure.
pub async fn on_postgres(
    conn: &mut PgConnection,
    query: QueryScalar<'_, Postgres, i64, PgArguments>,
) -> Result<Option<i64>, Error> {
    match query.fetch_all(conn).await {
        Err(sqlx::Error::Database(error)) if !matches!(error.kind(), ErrorKind::Other) => Ok(None),
        rows => Ok(rows?.into_iter().next()),
    }
}

/// Runs one on either engine: `run_at_once!(single, TEXTS, shape, |query| query.bind(…))`.
#[macro_export]
macro_rules! run_at_once {
    ($single:expr, $texts:expr, $shape:expr, |$query:ident| $bound:expr) => {{
        let text = $texts.of($single.engine(), $shape);
        match $single {
            $crate::db::Single::Sqlite { db, reader } => {
                // Others read while this one waits for its commit.
                drop(reader);
                let $query = $crate::db::Script::new(text);
                db.run($bound).await
            }
            $crate::db::Single::Postgres(mut conn) => {
                let $query = sqlx::query_scalar(sqlx::AssertSqlSafe(text));
                $crate::at_once::on_postgres(&mut conn, $bound).await
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

    /// The one for an engine.
    #[must_use]
    pub fn of(&'static self, engine: Engine, shape: usize) -> &'static str {
        &self.0[engine as usize][shape]
    }
}

/// Whether the call's key, if it has one, is new.
#[must_use]
pub fn key_is_new(keyed: bool) -> &'static str {
    if keyed { "NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE user_id = $1 AND key_hash = $4)" } else { "TRUE" }
}

impl Engine {
    /// Takes the person's row and makes room for `rows` in the journal, if `guard` holds. The result is the table `owner`; on
    /// SQLite it is `:seq`.
    #[must_use]
    pub fn owner(self, rows: usize, guard: &str) -> String {
        let owner = format!("UPDATE users SET seq = seq + {rows} WHERE id = $1 AND {guard}");
        match self {
            Self::Postgres => format!("WITH owner AS ({owner} RETURNING seq), "),
            Self::Sqlite => format!("{owner}; SELECT seq FROM users WHERE id = $1; "),
        }
    }

    /// Appends to the journal that what the table `made` has, on SQLite what has the id `:id`, was made, `later` rows before
    /// its present end, and keeps the answer where the call has a key: 201, at `path` and the id.
    #[must_use]
    pub fn made(self, later: usize, keyed: bool, path: &str) -> String {
        const CHANGES: &str = "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, after)";
        const KEYS: &str = "INSERT INTO idempotency_keys (user_id, key_hash, request_hash, status, location, etag, body, \
                            created_at)";
        let (seq, id) = match self {
            Self::Postgres => ("owner.seq", "made.id"),
            Self::Sqlite => (":seq", ":id"),
        };
        let json = format!("'{{\"id\":' || {id} || $7");
        let change = format!("$1, {seq} - {later}, {seq} - {later}, $2, $3, $6, {id}, {json}");
        let kept = format!("$1, $4, $5, 201, '{path}' || {id}, '\"1\"', {json}, $2");
        match self {
            Self::Postgres => {
                let kept = if keyed { format!(", kept AS ({KEYS} SELECT {kept} FROM made)") } else { String::new() };
                format!("journal AS ({CHANGES} SELECT {change} FROM owner, made){kept} SELECT id FROM made")
            }
            Self::Sqlite => {
                let kept = if keyed { format!("; {KEYS} VALUES ({kept})") } else { String::new() };
                format!("{CHANGES} VALUES ({change}){kept}")
            }
        }
    }
}

/// The id of the row that was inserted last, as `:id`, on SQLite: `INSERT … RETURNING` keeps a table for its rows.
pub const LAST_ID: &str = "SELECT last_insert_rowid() AS id; ";
