//! PostgreSQL: a pool, and a transaction for each write.

use std::{str::FromStr, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Conn, DatabaseUrl, OpenError, migrate};
use crate::{Error, wait};

/// Connections of one process.
const CONNECTIONS: u32 = 16;
/// How long a call may wait for a connection before it is a 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is asked whether it is alive before it is used. Asking before each use would
/// cost a round trip every time; never asking would fail a call for each connection that a restart has cut.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);
/// How long to wait for an answer before one more attempt to connect at the start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Waits until the server is there, brings the schema up to date and opens a pool.
pub(super) async fn open(url: &str) -> Result<PgPool, OpenError> {
    let refused = |source| OpenError::Connect { url: DatabaseUrl::Postgres(String::new()), source };
    let options = PgConnectOptions::from_str(url).map_err(refused)?.application_name("todo");
    let what = format!("the database at {}:{}", options.get_host(), options.get_port());
    let mut first = wait::until_there(&what, passes, || connect(&options)).await.map_err(refused)?;
    // On a connection without time-outs: several programs can start at once, and all but one wait for sqlx's lock.
    migrate::postgres(&mut first).await.map_err(migrate::explain)?;
    // It has done its work either way.
    let _ = first.close().await;
    let options = options.options([("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "15s")]);
    Ok(PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options))
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

pub(super) async fn write<T, F>(pool: &PgPool, work: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T, Error>>,
{
    let mut transaction = pool.begin().await?;
    let value = work(&mut Conn::Postgres(&mut transaction)).await?;
    transaction.commit().await?;
    Ok(value)
}
