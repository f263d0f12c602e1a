//! PostgreSQL: a pool, and a transaction for each write.

use std::{str::FromStr, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Conn, DatabaseUrl, OpenError, migrate};
use crate::Error;

/// How long a call may wait for a connection before it is a 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn open(url: &str) -> Result<PgPool, OpenError> {
    let refused = |source| OpenError::Connect { url: DatabaseUrl::Postgres(String::new()), source };
    let options = PgConnectOptions::from_str(url)
        .map_err(refused)?
        .application_name("todo")
        .options([("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "15s")]);
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A dead connection shows at its first statement; asking before each use costs a round trip every time.
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(refused)?;
    // sqlx takes an advisory lock, so several programs can start at once.
    migrate::postgres(&mut *pool.acquire().await.map_err(refused)?).await.map_err(migrate::explain)?;
    Ok(pool)
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
