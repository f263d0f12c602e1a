//! Both servers on a database of their own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{
    balancer::Balancer,
    private_dir,
    servers::{Backend, Server},
    services::{Database, POSTGRES_URL, Redis, url_from},
};

/// Both servers on one new database: a process of each, or with [`Backend::Cluster`] two, behind balancers.
#[derive(Debug)]
pub struct Stack {
    /// Users, tokens, tasks and tags.
    pub todo: Vec<Server>,
    /// Comments.
    pub comments: Vec<Server>,
    balancers: Option<[Balancer; 2]>,
    redis: Option<Redis>,
    backend: Backend,
    database: String,
    // After the servers, so that they have stopped when their database and their files go.
    _own_database: Option<Database>,
    home: TempDir,
}

impl Stack {
    /// Starts all of it.
    ///
    /// # Panics
    ///
    /// If something does not start.
    #[must_use]
    pub fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[])
    }

    /// Starts all of it, with further settings for every server.
    ///
    /// # Panics
    ///
    /// If something does not start.
    #[must_use]
    pub fn start_with(backend: Backend, others: &[(&str, &str)]) -> Self {
        let home = or_panic(private_dir("stack-"), "a directory");
        let redis = (backend == Backend::Cluster).then(|| or_panic(Redis::start(), "a redis"));
        let own = (backend != Backend::Sqlite).then(|| new_database(&home));
        let settings = Settings {
            database: match &own {
                Some(database) => database.url().to_owned(),
                None => format!("sqlite:{}", sqlite_file(&home).display()),
            },
            redis: redis.as_ref().map(Redis::url),
            others,
        };
        Self { redis, _own_database: own, ..Self::start_servers(home, backend, &settings) }
    }

    /// Servers on services that the caller looks after: two processes of each behind balancers where there is a Redis for
    /// them to share, else one.
    ///
    /// # Panics
    ///
    /// If something does not start.
    #[must_use]
    pub fn on(database: &str, redis: Option<&str>, others: &[(&str, &str)]) -> Self {
        let settings = Settings { database: database.to_owned(), redis: redis.map(ToOwned::to_owned), others };
        let backend = if redis.is_some() { Backend::Cluster } else { Backend::Postgres };
        Self::start_servers(or_panic(private_dir("stack-"), "a directory"), backend, &settings)
    }

    fn start_servers(home: TempDir, backend: Backend, settings: &Settings) -> Self {
        let replicas = if backend == Backend::Cluster { 2 } else { 1 };
        let todo: Vec<_> = (0..replicas).map(|_| settings.of(Server::todo(home.path())).started()).collect();
        let todo_balancer = (replicas > 1).then(|| balance(&todo));
        let todo_url = todo_balancer.as_ref().map_or_else(|| todo[0].url(), Balancer::url);
        let comments = || settings.of(Server::comments(home.path(), &todo_url)).started();
        let comments: Vec<_> = (0..replicas).map(|_| comments()).collect();
        let balancers = todo_balancer.map(|todo| [todo, balance(&comments)]);
        let database = settings.database.clone();
        Self { todo, comments, balancers, redis: None, backend, database, _own_database: None, home }
    }

    /// Where the todo-servers are reached.
    #[must_use]
    pub fn todo_url(&self) -> String {
        self.balancers.as_ref().map_or_else(|| self.todo[0].url(), |[todo, _]| todo.url())
    }

    /// Where the comments-servers are reached.
    #[must_use]
    pub fn comments_url(&self) -> String {
        self.balancers.as_ref().map_or_else(|| self.comments[0].url(), |[_, comments]| comments.url())
    }

    /// What the data is kept in.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The database, as the servers are told of it.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database
    }

    /// The database file, on [`Backend::Sqlite`].
    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        sqlite_file(&self.home)
    }

    /// Keeps the servers' files, logs among them, after the stack is gone, and answers where they are.
    pub fn keep_files(&mut self) -> &Path {
        self.home.disable_cleanup(true);
        self.home.path()
    }

    /// What the replicas share, on [`Backend::Cluster`], where [`Self::start`] has started it.
    #[must_use]
    pub fn redis(&self) -> Option<&Redis> {
        self.redis.as_ref()
    }
}

/// What all the servers of a stack are told.
struct Settings<'a> {
    database: String,
    redis: Option<String>,
    others: &'a [(&'a str, &'a str)],
}

impl Settings<'_> {
    fn of(&self, server: Server) -> Server {
        let server = server.setting("DATABASE_URL", &self.database);
        let server = self.others.iter().fold(server, |server, (name, value)| server.setting(name, *value));
        match &self.redis {
            Some(url) => server.setting("REDIS_URL", url),
            None => server,
        }
    }
}

fn balance(servers: &[Server]) -> Balancer {
    or_panic(Balancer::start(servers.iter().map(Server::address).collect()), "a balancer")
}

fn sqlite_file(home: &TempDir) -> PathBuf {
    home.path().join("todo.db")
}

/// A database with the name of the directory, which nobody else has.
fn new_database(home: &TempDir) -> Database {
    let name = home.path().file_name().unwrap_or_default().to_string_lossy();
    or_panic(Database::create(&url_from(POSTGRES_URL), &name), "a database")
}

fn or_panic<T>(made: std::io::Result<T>, what: &str) -> T {
    made.unwrap_or_else(|error| panic!("cannot make {what}: {error}"))
}
