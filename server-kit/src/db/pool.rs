//! Pools of connections that are handed back at once.
//!
//! sqlx's own pool asks the database at the end of each use whether the connection is alive: a round trip that costs as
//! much as a small read. Here a connection is asked before it is used again, if it has lain idle for a while or if any
//! has failed since it was asked last.

use std::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use deadpool::{
    Runtime,
    managed::{self, Metrics, PoolError, QueueMode, RecycleError, RecycleResult, Timeouts},
};
use sqlx::{ConnectOptions, Connection};

use crate::{Error, wait};

/// How long a call may wait for a connection before it is a 503.
const WAIT: Duration = Duration::from_secs(5);
/// A connection that was not used for longer is asked whether it is alive.
const TRUSTED: Duration = Duration::from_secs(1);
/// How old a connection may get: databases move behind names and balancers.
const AGE: Duration = Duration::from_secs(30 * 60);

/// Connections that failed in this process so far.
static FAILURES: AtomicU64 = AtomicU64::new(0);

/// A connection has failed; others may be as dead.
pub(crate) fn failed() {
    FAILURES.fetch_add(1, Relaxed);
}

/// Connections that are opened as they are needed. Cheap to clone.
pub(super) type Pool<C> = managed::Pool<Opener<C>>;

/// A connection of a pool, handed back when it is dropped.
pub(crate) type Pooled<C> = managed::Object<Opener<C>>;

/// Opens connections and asks them whether they are alive.
#[derive(Debug)]
pub struct Opener<C: Connection> {
    options: C::Options,
    /// Whether an attempt to connect is worth another one.
    passes: fn(&sqlx::Error) -> bool,
}

/// A connection, and how many had failed when it was asked last.
#[derive(Debug)]
pub struct Asked<C> {
    conn: C,
    failures: u64,
}

impl<C> Deref for Asked<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.conn
    }
}

impl<C> DerefMut for Asked<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.conn
    }
}

impl<C: Connection + 'static> managed::Manager for Opener<C> {
    type Type = Asked<C>;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Asked<C>, sqlx::Error> {
        let failures = FAILURES.load(Relaxed);
        let conn = wait::briefly(self.passes, || self.options.connect()).await?;
        Ok(Asked { conn, failures })
    }

    async fn recycle(&self, asked: &mut Asked<C>, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        let failures = FAILURES.load(Relaxed);
        if metrics.age() > AGE {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > TRUSTED || asked.failures != failures {
            asked.conn.ping().await?;
            asked.failures = failures;
        }
        Ok(())
    }
}

/// A pool of at most `size` connections, none of which is opened yet.
pub(super) fn new<C: Connection + 'static>(
    options: C::Options,
    passes: fn(&sqlx::Error) -> bool,
    size: usize,
) -> Pool<C> {
    let limit = Some(WAIT);
    managed::Pool::builder(Opener { options, passes })
        .max_size(size)
        .timeouts(Timeouts { wait: limit, create: limit, recycle: limit })
        // What was used last is known to be alive, and its caches are warm.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .build()
        .expect("a runtime is named")
}

/// A connection, as soon as one is free.
///
/// # Errors
///
/// 503 if that takes too long, or if none can be opened.
pub(super) async fn get<C: Connection + 'static>(pool: &Pool<C>) -> Result<Pooled<C>, Error> {
    Ok(pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => error,
        PoolError::Closed => sqlx::Error::PoolClosed,
        _ => sqlx::Error::PoolTimedOut,
    })?)
}

/// Closes what nobody uses, and lets nobody have any more.
pub(super) async fn close<C: Connection + 'static>(pool: &Pool<C>) {
    let idle = pool.retain(|_, _| false).removed;
    pool.close();
    for Asked { conn, .. } in idle {
        // It has done its work either way.
        let _ = conn.close().await;
    }
}
