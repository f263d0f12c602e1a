//! Into the database.

use std::io::BufRead;

use serde::de::DeserializeOwned;
use server_kit::{
    Error,
    db::{Conn, Db},
    on,
};
use sqlx::Executor;
use tokio::sync::mpsc;

use super::{
    End, FORMAT, Frame, TransferError, VERSION, counters,
    tables::{CHUNK, Line, Waiting},
};

/// Batches that are read ahead of the database.
const AHEAD: usize = 4;
/// No line of ours is longer: a task with the longest description, or what the journal kept of one, twice.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// Reads everything into a database without accounts: all of it or nothing. Answers how many lines there were.
///
/// # Errors
///
/// See [`TransferError`]; the database is as it was.
pub async fn import(db: &Db, from: impl BufRead + Send + 'static) -> Result<u64, TransferError> {
    let (batches, read) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || read_all(from, &batches));
    let written = db.write(move |conn| Box::pin(write_all(conn, read))).await;
    let read = reading.await.map_err(Error::internal)?;
    match written.map_err(own) {
        // Whoever reads stops at the first fault, and the database's side learns only that there is no more.
        Ok(()) | Err(TransferError::Truncated { .. }) => read,
        Err(error) => Err(error),
    }
}

/// What is read, in order.
enum Batch {
    Begin(super::Begin),
    Lines(Vec<Line>),
    /// All was there; without it nothing is kept.
    End,
}

fn read_all(from: impl BufRead, batches: &mpsc::Sender<Batch>) -> Result<u64, TransferError> {
    let mut lines = Lines { from, text: Vec::new(), read: 0 };
    let gone = |_| TransferError::Database(Error::Unavailable("the database", None));
    let begin = match lines.next::<Frame>()? {
        Some(Frame::Begin(begin)) if begin.format == FORMAT => begin,
        Some(_) => return Err(lines.fault("expected the first line of an export of todo-server")),
        None => return Err(TransferError::Truncated { lines: 0 }),
    };
    if begin.version > VERSION {
        return Err(TransferError::Newer(begin.version));
    }
    batches.blocking_send(Batch::Begin(begin)).map_err(gone)?;
    let mut waiting = Vec::with_capacity(CHUNK);
    loop {
        if !lines.fill()? {
            return Err(TransferError::Truncated { lines: lines.read });
        }
        // Nothing else begins like this: the kinds of lines are ours.
        if lines.text.starts_with(br#"{"end""#) {
            break;
        }
        waiting.push(lines.parse()?);
        if waiting.len() == CHUNK {
            batches.blocking_send(Batch::Lines(std::mem::take(&mut waiting))).map_err(gone)?;
        }
    }
    let Frame::End(End { lines: expected }) = lines.parse()? else { return Err(lines.fault("expected the end")) };
    let found = lines.read - 2;
    if expected != found {
        return Err(lines.fault(&format!("the end speaks of {expected} lines, there are {found}")));
    }
    if lines.fill()? {
        return Err(lines.fault("there is something after the end"));
    }
    batches.blocking_send(Batch::Lines(waiting)).map_err(gone)?;
    batches.blocking_send(Batch::End).map_err(gone)?;
    Ok(lines.read)
}

/// Lines with their numbers.
struct Lines<R> {
    from: R,
    text: Vec<u8>,
    read: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line; answers whether there is one.
    fn fill(&mut self) -> Result<bool, TransferError> {
        self.text.clear();
        let count = std::io::Read::take(&mut self.from, LINE_MAX).read_until(b'\n', &mut self.text)?;
        self.read += u64::from(count > 0);
        if self.text.last().is_some_and(|last| *last != b'\n') {
            return Err(TransferError::Truncated { lines: self.read });
        }
        Ok(count > 0)
    }

    fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, TransferError> {
        if self.fill()? { self.parse().map(Some) } else { Ok(None) }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, TransferError> {
        serde_json::from_slice(&self.text).map_err(|error| self.fault(&error.to_string()))
    }

    fn fault(&self, fault: &str) -> TransferError {
        TransferError::Line { line: self.read, fault: fault.to_owned() }
    }
}

async fn write_all(conn: &mut Conn<'_>, mut batches: mpsc::Receiver<Batch>) -> Result<(), Error> {
    if let Conn::Postgres(c) = conn {
        // Data may come slowly.
        c.execute("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    }
    let accounts: bool =
        on!(&mut *conn, |c| sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(&mut *c).await?);
    if accounts {
        return Err(foreign(TransferError::NotEmpty));
    }
    let mut waiting = Waiting::default();
    let mut last_ids = None;
    while let Some(batch) = batches.recv().await {
        match batch {
            Batch::Begin(begin) => last_ids = Some(begin.last_ids),
            Batch::Lines(lines) => {
                for line in lines {
                    if waiting.push(line) {
                        waiting.flush(conn).await?;
                    }
                }
            }
            Batch::End => {
                waiting.flush(conn).await?;
                return counters::write(conn, &last_ids.unwrap_or_default()).await;
            }
        }
    }
    // The fault is the reader's to tell; here it only has to undo everything.
    Err(foreign(TransferError::Truncated { lines: 0 }))
}

/// Carries an error of ours through the database's.
fn foreign(error: TransferError) -> Error {
    Error::internal(error)
}

fn own(error: Error) -> TransferError {
    match error {
        Error::Internal(error) => match error.downcast::<TransferError>() {
            Ok(error) => *error,
            Err(error) => match error.downcast::<sqlx::Error>() {
                Ok(error) => TransferError::Refused(*error),
                Err(error) => TransferError::Database(Error::Internal(error)),
            },
        },
        error => TransferError::Database(error),
    }
}
