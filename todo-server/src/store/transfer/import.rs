//! Into the database.

use std::{collections::BTreeMap, io::BufRead, thread};

use server_kit::{
    Error,
    db::{Conn, Db},
    on,
};
use sqlx::{Executor, error::ErrorKind};
use tokio::sync::{mpsc, oneshot};

use super::{
    TransferError, counters,
    lines::{Batch, read_all},
    tables::{self, Numbered, Row},
};

/// Batches that are read ahead of the database.
const AHEAD: usize = 4;

/// What the rows of different tables owe each other beyond what both engines see to, and what is said where it fails.
const MISFITS: [(&str, &str); 3] = [
    (
        "SELECT EXISTS (SELECT 1 FROM task_tags x WHERE \
         NOT EXISTS (SELECT 1 FROM tasks t WHERE t.user_id = x.user_id AND t.id = x.task_id) OR \
         NOT EXISTS (SELECT 1 FROM tags g WHERE g.user_id = x.user_id AND g.id = x.tag_id))",
        "a task has a tag of another user",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM comments c WHERE \
         NOT EXISTS (SELECT 1 FROM tasks t WHERE t.user_id = c.user_id AND t.id = c.task_id))",
        "a comment belongs to another user than its task",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM users u WHERE u.seq < (SELECT max(c.seq) FROM changes c WHERE c.user_id = u.id))",
        "a user's seq is lower than the number of a change",
    ),
];

/// Reads everything into a database without accounts: all of it or nothing. Answers how many lines there were.
///
/// # Errors
///
/// See [`TransferError`]; the database is as it was.
pub async fn import(db: &Db, from: impl BufRead + Send + 'static) -> Result<u64, TransferError> {
    let (batches, to_write) = mpsc::channel(AHEAD);
    let (answer, answered) = oneshot::channel();
    // Of its own: the runtime would wait for one of its threads, even if nothing ever comes from standard input.
    thread::spawn(move || answer.send(read_all(from, &batches)));
    let written = db.write(move |conn| Box::pin(async { write_all(conn, to_write).await.map_err(Error::internal) }));
    match written.await.map_err(own) {
        // Whoever reads stops at the first fault, and the database's side learns only that there is no more.
        Ok(()) | Err(TransferError::Truncated { .. }) => answered.await.map_err(Error::internal)?,
        Err(error) => Err(error),
    }
}

/// Takes an error of ours out of the one that it came in.
fn own(error: Error) -> TransferError {
    match error {
        Error::Internal(error) => {
            error.downcast().map_or_else(|error| TransferError::Database(Error::Internal(error)), |error| *error)
        }
        error => TransferError::Database(error),
    }
}

async fn write_all(conn: &mut Conn<'_>, mut batches: mpsc::Receiver<Batch>) -> Result<(), TransferError> {
    begin(conn).await?;
    let mut last_ids = BTreeMap::new();
    while let Some(batch) = batches.recv().await {
        match batch {
            Batch::Begin(ids) => last_ids = ids,
            Batch::Rows(rows) => tables::insert(conn, rows).await?,
            Batch::End => {
                check(conn).await?;
                return Ok(counters::write(conn, &last_ids).await?);
            }
        }
    }
    // The fault is the reader's to tell; here it only has to undo everything.
    Err(TransferError::Truncated { lines: 0 })
}

async fn begin(conn: &mut Conn<'_>) -> Result<(), TransferError> {
    if let Conn::Postgres(c) = conn {
        // Data may come slowly.
        c.execute("SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0").await?;
        // Nobody joins meanwhile, whose id would then be taken. SQLite has one writer at a time anyway.
        c.execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let accounts = on!(conn, |c| sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(&mut *c).await?);
    if accounts { Err(TransferError::NotEmpty) } else { Ok(()) }
}

async fn check(conn: &mut Conn<'_>) -> Result<(), TransferError> {
    for (misfit, fault) in MISFITS {
        if on!(&mut *conn, |c| sqlx::query_scalar(misfit).fetch_one(&mut *c).await?) {
            return Err(TransferError::Misfit(fault));
        }
    }
    Ok(())
}

/// Writes rows of one table. If they are refused, once more one by one, to tell which line it is.
pub(super) async fn insert<R: Row>(conn: &mut Conn<'_>, rows: &[Numbered<R>]) -> Result<(), TransferError> {
    if rows.is_empty() {
        return Ok(());
    }
    execute(conn, "SAVEPOINT rows").await?;
    let Err(error) = R::insert(conn, rows).await else { return Ok(execute(conn, "RELEASE SAVEPOINT rows").await?) };
    if error.as_database_error().is_none() {
        return Err(error.into());
    }
    execute(conn, "ROLLBACK TO SAVEPOINT rows").await?;
    for row in rows {
        let refused = |error| TransferError::Line { line: row.line, fault: describe(&error) };
        R::insert(conn, std::slice::from_ref(row)).await.map_err(refused)?;
    }
    Err(error.into())
}

async fn execute(conn: &mut Conn<'_>, statement: &'static str) -> Result<(), sqlx::Error> {
    on!(conn, |c| c.execute(statement).await.map(|_| ()))
}

fn describe(error: &sqlx::Error) -> String {
    match error.as_database_error().map(|error| error.kind()) {
        Some(ErrorKind::UniqueViolation) => "it clashes with a line before it".to_owned(),
        Some(ErrorKind::ForeignKeyViolation) => "it refers to something that no line before it holds".to_owned(),
        _ => format!("the database refuses it: {error}"),
    }
}
