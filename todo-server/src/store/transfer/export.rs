//! Out of the database.

use std::io::Write;

use futures_util::TryStreamExt;
use serde::Serialize;
use server_kit::{
    Error,
    db::{Conn, Db},
    on,
};
use sqlx::Executor;

use super::{Begin, End, FORMAT, Frame, TransferError, VERSION, counters, tables};

/// Takes lines.
pub(super) trait Lines: Send {
    /// One more.
    fn line(&mut self, line: &(impl Serialize + Sync)) -> Result<(), TransferError>;
}

struct Writer<W> {
    to: W,
    lines: u64,
}

impl<W: Write + Send> Lines for Writer<W> {
    fn line(&mut self, line: &(impl Serialize + Sync)) -> Result<(), TransferError> {
        serde_json::to_writer(&mut self.to, line).map_err(std::io::Error::from)?;
        self.to.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }
}

/// Writes everything as it is at one moment, while others go on changing it. Answers how many lines there are.
///
/// # Errors
///
/// As the database or the file says.
pub async fn export(db: &Db, to: impl Write + Send) -> Result<u64, TransferError> {
    let mut reader = db.read().await?;
    let mut conn = reader.conn();
    begin(&mut conn).await?;
    let written = write_all(&mut conn, to).await;
    // It only read; either way the connection goes back to the others as it came.
    on!(&mut conn, |c| c.execute("ROLLBACK").await.map(|_| ()))?;
    written
}

async fn write_all(conn: &mut Conn<'_>, to: impl Write + Send) -> Result<u64, TransferError> {
    let mut writer = Writer { to, lines: 0 };
    let last_ids = counters::read(conn).await?;
    writer.line(&Frame::Begin(Begin { format: FORMAT.to_owned(), version: VERSION, last_ids }))?;
    tables::each_row(conn, &mut writer).await?;
    let end = End { lines: writer.lines - 1 };
    writer.line(&Frame::End(end))?;
    writer.to.flush()?;
    Ok(writer.lines)
}

/// One moment for all that follows, however long it takes.
async fn begin(conn: &mut Conn<'_>) -> Result<(), Error> {
    match conn {
        // The moment is that of the first statement that reads.
        Conn::Sqlite(c) => c.execute("BEGIN").await.map(|_| ())?,
        Conn::Postgres(c) => {
            c.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
            c.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0").await?;
        }
    }
    Ok(())
}

/// Hands over the rows of a table as they come.
pub(super) async fn table<R: tables::Row>(
    conn: &mut Conn<'_>,
    lines: &mut impl Lines,
    line: fn(R) -> tables::Line,
) -> Result<(), TransferError> {
    on!(conn, |c| {
        let mut rows = sqlx::query_as(R::SELECT).fetch(&mut *c);
        while let Some(row) = rows.try_next().await? {
            lines.line(&line(row))?;
        }
    });
    Ok(())
}
