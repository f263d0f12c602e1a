//! SQLite: WAL, many readers, and one writer that puts concurrent writes into one commit.
//!
//! A commit is durable before it is acknowledged (`synchronous=FULL`), and the sync is what it costs. So all writes go
//! to one task: it takes what is waiting, runs each in a savepoint of one transaction, commits, and answers them all.
//! Scripts (see [`crate::at_once`]) go to a thread of their own, which takes turns with that task.

mod script;
mod scripts;

use std::{
    fmt,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{
    AssertSqlSafe, Connection, Executor, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

pub use self::script::{Bound, Script};
use self::scripts::Scripts;
use super::{
    Conn, DatabaseUrl, OpenError, migrate,
    pool::{self, Pool},
};
use crate::Error;

/// How long to wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// KiB, as SQLite wants it: below zero. A commit of many people's writes touches up to a thousand pages, which should
/// neither be read twice nor written twice.
const WRITER_CACHE: &str = "-4000";
/// The same for each connection that reads: the system's own cache is behind it.
const READER_CACHE: &str = "-500";
/// Pages in the log, 64 MiB, after which whoever commits copies them back. Most are written again and again, and copied
/// once: with half of it there were a tenth fewer creates a second; with twice as much, a tenth more among a million tasks,
/// but one in a hundred took half as long again.
const CHECKPOINT: &str = "16000";
/// Nobody has written for so long: time to copy back what there is, before it is somebody's commit that takes longer.
const QUIET: Duration = Duration::from_secs(2);
/// Most writes in one commit: bounds how long the first one waits for the others.
const BATCH_MAX: usize = 128;
/// Writes that may wait before callers do.
const QUEUE: usize = 1024;
/// The first write asks for a transaction of its own; it waits for the lock instead of failing half-way.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Whose turn it is to write: whoever waited longest. SQLite itself would have the other one sleep and try again.
type Turn = tokio::sync::Mutex<()>;

/// What was written, to know when that is over.
#[derive(Debug, Default)]
struct Writes {
    count: AtomicU64,
    another: Notify,
}

impl Writes {
    fn add(&self) {
        self.count.fetch_add(1, Relaxed);
        self.another.notify_one();
    }

    /// Waits until something was written, and then nothing for a while.
    async fn end(&self) {
        self.another.notified().await;
        loop {
            let before = self.count.load(Relaxed);
            tokio::time::sleep(QUIET).await;
            if self.count.load(Relaxed) == before {
                return;
            }
        }
    }
}

/// An open SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteDb {
    readers: Pool<SqliteConnection>,
    /// `None` ends the writer.
    jobs: mpsc::Sender<Option<Work>>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    scripts: Scripts,
    writes: Arc<Writes>,
}

impl fmt::Debug for SqliteDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteDb").finish_non_exhaustive()
    }
}

/// What a write leaves behind: whether to keep it, and how to tell its caller what became of the commit.
struct Done {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), Arc<sqlx::Error>>) + Send>,
}

type Work = Box<dyn for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Done> + Send>;

impl SqliteDb {
    pub(super) async fn open(path: &Path, readers: usize) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            crate::paths::make_private_folder(folder)
                .map_err(|source| OpenError::Folder { folder: folder.to_owned(), source })?;
        }
        let refused = |source| OpenError::Connect { url: DatabaseUrl::Sqlite(path.to_owned()), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writing = options.clone().pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", CHECKPOINT);
        let mut writer = SqliteConnection::connect_with(&writing).await.map_err(refused)?;
        migrate_once(&mut writer).await?;
        let readers = pool::new(options.pragma("cache_size", READER_CACHE), |_| false, readers);
        let turn = Arc::new(Turn::default());
        let scripts = Scripts::start(path, turn.clone()).map_err(|error| refused(error.into()))?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writes = Arc::new(Writes::default());
        let writer = tokio::spawn(run_writer(writer, turn, queue, writes.clone()));
        Ok(Self { readers, jobs, writer: Arc::new(Mutex::new(Some(writer))), scripts, writes })
    }

    pub(super) fn readers(&self) -> &Pool<SqliteConnection> {
        &self.readers
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |conn| {
            Box::pin(async move {
                // A panic in one write must not take the writer, and with it every other write, along.
                let result = AssertUnwindSafe(work(conn)).catch_unwind().await;
                let result = result.unwrap_or_else(|_| Err(Error::internal("a write panicked")));
                let keep = result.is_ok();
                let answer = Box::new(move |commit: Result<(), Arc<sqlx::Error>>| {
                    let result = match commit {
                        Err(error) if keep => Err(Error::Unavailable("the database", Some(error.into()))),
                        _ => result,
                    };
                    // The caller may have gone; the write stands all the same.
                    let _ = answer.send(result);
                });
                Done { keep, answer }
            })
        });
        let gone = || Error::Unavailable("the database", None);
        self.jobs.send(Some(work)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Runs a script. Nothing is answered, and nothing was written, where the database objected to what it would have done:
    /// a row that it refers to is gone, a key is taken, a condition did not hold.
    ///
    /// # Errors
    ///
    /// Any other failure; it has left nothing either.
    pub async fn run(&self, script: Script) -> Result<Option<i64>, Error> {
        let answer = self.scripts.run(script).await;
        self.writes.add();
        answer
    }

    pub(super) async fn close(&self) {
        self.scripts.close().await;
        let _ = self.jobs.send(None).await;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.await;
        }
        pool::close(&self.readers).await;
    }
}

/// Migrates unless the schema is up to date. Several processes may come here at once: SQLite has no advisory lock, so
/// whoever loses the race for a migration looks again.
async fn migrate_once(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    let mut result = migrate::sqlite(conn).await;
    for _ in 0..5 {
        if result.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        result = migrate::sqlite(conn).await;
    }
    result.map_err(migrate::explain)
}

async fn run_writer(
    mut conn: SqliteConnection,
    turn: Arc<Turn>,
    mut queue: mpsc::Receiver<Option<Work>>,
    writes: Arc<Writes>,
) {
    loop {
        let first = tokio::select! {
            job = queue.recv() => job.flatten(),
            () = writes.end() => {
                checkpoint(&mut conn).await;
                continue;
            }
        };
        let Some(first) = first else { break };
        let _turn = turn.lock().await;
        let mut next = Some(first);
        let mut done = Vec::new();
        let (mut sound, mut last) = (true, false);
        if let Err(error) = conn.execute(BEGIN).await {
            refuse(next, Arc::new(error)).await;
            continue;
        }
        while let Some(job) = next.take() {
            let (job, failed) = run(&mut conn, job).await;
            // Whoever can't end its savepoint has left who knows what, or no transaction at all.
            sound &= failed.is_none();
            done.push((job, failed));
            if sound && done.len() < BATCH_MAX {
                match queue.try_recv() {
                    Ok(Some(job)) => next = Some(job),
                    Ok(None) => last = true,
                    Err(_) => {}
                }
            }
        }
        finish(&mut conn, sound, done).await;
        writes.add();
        if last {
            break;
        }
    }
    let _ = conn.close().await;
}

/// Copies the log back into the database. Nobody waits for that, neither to read nor to write; what somebody still reads,
/// or copies at the same time, is left out.
async fn checkpoint(conn: &mut SqliteConnection) {
    if let Err(error) = conn.execute("PRAGMA wal_checkpoint(PASSIVE)").await {
        tracing::warn!(%error, "cannot copy the log back into the database");
    }
}

async fn run(conn: &mut SqliteConnection, work: Work) -> (Done, Option<sqlx::Error>) {
    if let Err(error) = conn.execute("SAVEPOINT one").await {
        return (work_never_ran(error), None);
    }
    let done = work(&mut Conn::Sqlite(conn)).await;
    let end = if done.keep { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" };
    let failed = conn.execute(AssertSqlSafe(end)).await.err();
    (done, failed)
}

/// Dropping the work drops its answer channel: the caller is told that the database is not available.
fn work_never_ran(error: sqlx::Error) -> Done {
    tracing::error!(%error, "cannot begin a write");
    Done { keep: false, answer: Box::new(|_| {}) }
}

async fn refuse(job: Option<Work>, error: Arc<sqlx::Error>) {
    tracing::warn!(%error, "cannot begin a transaction");
    drop(job);
}

async fn finish(conn: &mut SqliteConnection, sound: bool, batch: Vec<(Done, Option<sqlx::Error>)>) {
    let committed = if sound {
        conn.execute("COMMIT").await.map(|_| ())
    } else {
        Err(sqlx::Error::Protocol("a savepoint of the same transaction could not be ended".to_owned()))
    };
    let committed = committed.map_err(Arc::new);
    if let Err(error) = &committed {
        tracing::error!(%error, "cannot commit");
        let _ = conn.execute("ROLLBACK").await;
    }
    for (done, failed) in batch {
        (done.answer)(match failed {
            Some(error) => Err(Arc::new(error)),
            None => committed.clone(),
        });
    }
}
