//! PostgreSQL: a pool, and a transaction for each write.

use std::{str::FromStr, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{Connection, PgConnection, PgTransaction, postgres::PgConnectOptions};

use super::{
    Conn, DatabaseUrl, OpenError, migrate,
    pool::{self, Pool, Pooled},
};
use crate::{Error, wait};

/// How long to wait for an answer before one more attempt to connect at the start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Waits until the server is there, brings the schema up to date and opens a pool.
pub(super) async fn open(url: &str, connections: usize) -> Result<Pool<PgConnection>, OpenError> {
    let refused = |source| OpenError::Connect { url: DatabaseUrl::Postgres(String::new()), source };
    let options = PgConnectOptions::from_str(url).map_err(refused)?.application_name("todo");
    let what = format!("the database at {}:{}", options.get_host(), options.get_port());
    let mut first = wait::until_there(&what, passes, || connect(&options)).await.map_err(refused)?;
    // On a connection without time-outs: several programs can start at once, and all but one wait for sqlx's lock.
    migrate::postgres(&mut first).await.map_err(migrate::explain)?;
    // It has done its work either way.
    let _ = first.close().await;
    let options = options.options([("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "15s")]);
    Ok(pool::new(options, passes, connections))
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(options)).await;
    connected.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
}

/// Whether it may be over in a moment: nobody listens, or the server is starting, stopping or full.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P") || code == "53300"),
        _ => false,
    }
}

pub(super) async fn write<T, F>(pool: &Pool<PgConnection>, work: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T, Error>>,
{
    let mut conn = Undone(Some(pool::get(pool).await?));
    let result = conn.transact(work).await;
    conn.settle();
    result
}

/// A connection in the middle of a transaction. It is closed if the caller goes away meanwhile, and so lets go of its
/// locks at once.
struct Undone(Option<Pooled<PgConnection>>);

impl Undone {
    async fn transact<T, F>(&mut self, work: F) -> Result<T, Error>
    where
        F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T, Error>>,
    {
        let conn = self.0.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        let mut transaction = conn.begin().await?;
        match work(&mut Conn::Postgres(&mut transaction)).await {
            Ok(value) => {
                transaction.commit().await?;
                Ok(value)
            }
            Err(error) => {
                roll_back(transaction).await;
                Err(error)
            }
        }
    }

    /// Hands the connection back.
    fn settle(mut self) {
        self.0.take();
    }
}

async fn roll_back(transaction: PgTransaction<'_>) {
    if let Err(error) = transaction.rollback().await {
        tracing::debug!(%error, "cannot roll back");
        pool::failed();
    }
}

impl Drop for Undone {
    fn drop(&mut self) {
        if let Some(conn) = self.0.take() {
            drop(Pooled::take(conn));
        }
    }
}
