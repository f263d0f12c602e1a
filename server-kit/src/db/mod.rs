//! One database, two engines: SQL is written once and compiled for each concrete driver.
//!
//! A store function takes `&mut Conn` and runs its statements inside [`on!`](crate::on), whose body is expanded once
//! for SQLite and once for PostgreSQL. What truly differs is a `match` on the engine in that one function.
//!
//! ```
//! use server_kit::{Error, db::Conn, on};
//!
//! async fn count_tasks(conn: &mut Conn<'_>, user: i64) -> Result<i64, Error> {
//!     Ok(on!(conn, |c| sqlx::query_scalar("SELECT count(*) FROM tasks WHERE user_id = $1")
//!         .bind(user)
//!         .fetch_one(&mut *c)
//!         .await?))
//! }
//! ```

mod migrate;
pub(crate) mod pool;
mod postgres;
mod sqlite;
mod together;

use std::{path::PathBuf, str::FromStr};

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, SqliteConnection};

use crate::Error;
use pool::{Pool, Pooled};
use sqlite::SqliteDb;
pub use sqlite::{Bound, Script};
pub use together::Together;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// Embedded: one writer that batches, many readers.
    Sqlite(SqliteDb),
    /// A server.
    Postgres(Pool<PgConnection>),
}

/// A connection to either engine; see [`on!`](crate::on).
#[derive(Debug)]
pub enum Conn<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// Which of the two a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, in a file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Conn<'_> {
    /// What it is a connection to.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// Rows that are deleted at once of what nobody needs any more: after a long while without, all of them in one statement
/// would take longer than a statement may.
pub const LOT: i64 = 10_000;

/// Whether so many rows were deleted that there may be more.
#[must_use]
pub fn is_lot(deleted: u64) -> bool {
    i64::try_from(deleted).is_ok_and(|deleted| deleted >= LOT)
}

/// Runs a body on the concrete connection of either engine.
#[macro_export]
macro_rules! on {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => {
                let $c = &mut **c;
                $body
            }
            $crate::db::Conn::Postgres(c) => {
                let $c = &mut **c;
                $body
            }
        }
    };
}

/// A pooled connection for reading.
#[derive(Debug)]
pub enum Reader {
    /// SQLite.
    Sqlite(Pooled<SqliteConnection>),
    /// PostgreSQL.
    Postgres(Pooled<PgConnection>),
}

impl Reader {
    /// The connection that store functions take.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(conn) => Conn::Sqlite(conn),
            Self::Postgres(conn) => Conn::Postgres(conn),
        }
    }
}

/// Where one statement goes that is a whole write, on SQLite one script.
#[derive(Debug)]
pub enum Single<'c> {
    /// SQLite.
    Sqlite {
        /// Where scripts are run.
        db: &'c SqliteDb,
        /// Where is looked before, if that is needed.
        reader: Option<Pooled<SqliteConnection>>,
    },
    /// PostgreSQL.
    Postgres(Pooled<PgConnection>),
}

impl Single<'_> {
    /// What it is a connection to.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// To look before writing. What was seen may be otherwise by then, unless the write sees to it.
    ///
    /// # Errors
    ///
    /// As [`Db::read`].
    pub async fn conn(&mut self) -> Result<Conn<'_>, Error> {
        Ok(match self {
            Self::Sqlite { db, reader } => {
                let reader = match reader {
                    Some(reader) => reader,
                    none @ None => none.insert(pool::get(db.readers()).await?),
                };
                Conn::Sqlite(reader)
            }
            Self::Postgres(conn) => Conn::Postgres(conn),
        })
    }
}

/// Where the database is: `sqlite:PATH` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the text may hold a password.
    Postgres(String),
}

// A password may be in there.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
            Some("") | None => Err("expected sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME".to_owned()),
            Some(path) => Ok(Self::Sqlite(path.into())),
        }
    }
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It can't be reached, or refuses.
    #[error("cannot open the database {url:?}")]
    Connect {
        /// Which.
        url: DatabaseUrl,
        /// Why.
        source: sqlx::Error,
    },
    /// The folder of the SQLite file can't be made.
    #[error("cannot make the folder {}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Redis can't be used at all.
    #[error("cannot use redis")]
    Redis(#[from] redis::RedisError),
    /// A newer program was here.
    #[error(
        "the database was brought up to date by a newer version of this program (schema {0}); start that version instead"
    )]
    NewerSchema(i64),
    /// The schema can't be brought up to date.
    #[error("cannot bring the database's schema up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl Db {
    /// Opens the database and brings its schema up to date. It will have at most so many `connections`, on SQLite for
    /// reading and one more for writing.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub async fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, OpenError> {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        match url {
            DatabaseUrl::Sqlite(path) => Ok(Self::Sqlite(SqliteDb::open(path, connections).await?)),
            DatabaseUrl::Postgres(text) => Ok(Self::Postgres(postgres::open(text, connections).await?)),
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    ///
    /// 503 if none comes free in time.
    pub async fn read(&self) -> Result<Reader, Error> {
        Ok(match self {
            Self::Sqlite(db) => Reader::Sqlite(pool::get(db.readers()).await?),
            Self::Postgres(pool) => Reader::Postgres(pool::get(pool).await?),
        })
    }

    /// Runs `work` in a transaction that is durable when this returns `Ok`, and leaves no trace otherwise.
    ///
    /// On SQLite concurrent writers share one commit, and so one sync of the disk.
    ///
    /// # Errors
    ///
    /// What `work` answers, or why the transaction could not be made.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.write(work).await,
            Self::Postgres(pool) => postgres::write(pool, work).await,
        }
    }

    /// Where one statement goes that is a whole write: see [`crate::at_once`].
    ///
    /// # Errors
    ///
    /// As [`Db::read`].
    pub async fn single(&self) -> Result<Single<'_>, Error> {
        Ok(match self {
            Self::Sqlite(db) => Single::Sqlite { db, reader: None },
            Self::Postgres(pool) => Single::Postgres(pool::get(pool).await?),
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// 503 if it doesn't.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut reader = self.read().await?;
        let mut conn = reader.conn();
        on!(&mut conn, |c| sqlx::query("SELECT 1").execute(&mut *c).await.map(|_| ()))?;
        Ok(())
    }

    /// Connections that are open for reading, and those of them that nobody uses.
    #[must_use]
    pub fn pool_size(&self) -> (u32, u32) {
        let status = match self {
            Self::Sqlite(db) => db.readers().status(),
            Self::Postgres(pool) => pool.status(),
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (number(status.size), number(status.available))
    }

    /// Finishes what runs and closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(pool) => pool::close(pool).await,
        }
    }
}
