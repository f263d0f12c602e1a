//! Databases for tests: a story runs on either engine.

use std::thread;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use todo_sdk::model::Id;
use uuid::Uuid;

/// Which database a test runs on: a file of its own, or a database of its own on the server at `TEST_POSTGRES_URL`.
pub use crate::db::Engine;
use crate::{
    auth::Caller,
    db::{DatabaseUrl, Db},
    settings::default_connections,
};

/// A fresh database that only one test knows, gone when dropped.
#[derive(Debug)]
pub struct TestDb {
    /// Open and up to date.
    pub db: Db,
    /// Opens it again.
    pub url: DatabaseUrl,
    // Both after what is open on them.
    _folder: TempDir,
    _on_server: Option<OnServer>,
}

impl TestDb {
    /// Makes one.
    ///
    /// # Panics
    ///
    /// If there is no server to make it on: `./dev test` starts one.
    pub async fn open(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (url, on_server) = match engine {
            Engine::Sqlite => (DatabaseUrl::Sqlite(folder.path().join("todo.db")), None),
            Engine::Postgres => {
                let made = OnServer::create().await;
                (DatabaseUrl::Postgres(made.url()), Some(made))
            }
        };
        let db = Db::open(&url, default_connections(&url)).await.expect("an open database");
        Self { db, url, _folder: folder, _on_server: on_server }
    }
}

/// A database on the server of the tests, removed when dropped.
#[derive(Debug)]
struct OnServer {
    server: String,
    name: String,
}

impl OnServer {
    async fn create() -> Self {
        let server =
            std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL is not set; run the tests with ./dev test");
        let name = format!("test_{}", Uuid::new_v4().simple());
        execute(&server, format!("CREATE DATABASE {name}")).await.expect("a new database");
        Self { server, name }
    }

    fn url(&self) -> String {
        let mut url: url::Url = self.server.parse().expect("TEST_POSTGRES_URL is a URL");
        url.set_path(&self.name);
        url.into()
    }

    /// Whoever is still connected is cut off.
    fn remove(&self) -> Result<(), sqlx::Error> {
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(execute(&self.server, statement))
    }
}

impl Drop for OnServer {
    fn drop(&mut self) {
        // On a thread of its own: a runtime can't wait inside of another, the test's.
        let removed = thread::scope(|scope| scope.spawn(|| self.remove()).join());
        // What the test found out stands, whatever becomes of the database.
        if !matches!(removed, Ok(Ok(()))) {
            eprintln!("the database {} stays: {removed:?}", self.name);
        }
    }
}

async fn execute(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut conn = PgConnection::connect(server).await?;
    conn.execute(AssertSqlSafe(statement)).await?;
    conn.close().await
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
