//! Databases for tests: a story runs on either engine.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use todo_sdk::model::Id;
use uuid::Uuid;

use crate::{
    auth::Caller,
    db::{DatabaseUrl, Db},
};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server at `TEST_POSTGRES_URL`.
    Postgres,
}

/// A fresh database that only one test knows.
#[derive(Debug)]
pub struct TestDb {
    /// Open and up to date.
    pub db: Db,
    /// Opens it again.
    pub url: DatabaseUrl,
    _folder: TempDir,
}

impl TestDb {
    /// Makes one.
    ///
    /// # Panics
    ///
    /// If there is no server to make it on: `./dev test` starts one.
    pub async fn open(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match engine {
            Engine::Sqlite => DatabaseUrl::Sqlite(folder.path().join("todo.db")),
            Engine::Postgres => DatabaseUrl::Postgres(create_database().await),
        };
        let db = Db::open(&url).await.expect("an open database");
        Self { db, url, _folder: folder }
    }
}

async fn create_database() -> String {
    let server =
        std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL is not set; run the tests with ./dev test");
    let name = format!("test_{}", Uuid::new_v4().simple());
    let mut conn = PgConnection::connect(&server).await.expect("the PostgreSQL server of the tests");
    conn.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a new database");
    let mut url: url::Url = server.parse().expect("TEST_POSTGRES_URL is a URL");
    url.set_path(&name);
    url.into()
}

/// A caller for store functions.
#[must_use]
pub fn caller(user: Id) -> Caller {
    Caller { user, session: "test".to_owned(), client: "test".to_owned() }
}

/// A time of day on 2026-03-01.
#[must_use]
pub fn at(time: &str) -> DateTime<Utc> {
    format!("2026-03-01T{time}Z").parse().expect("a time like 10:00:00")
}
