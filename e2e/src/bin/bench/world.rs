//! What is measured: both servers on a database that is filled.

use std::{
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use chrono::Utc;
use e2e::{
    private_dir,
    servers::{SIGNING_KEY, Server},
    services::{Postgres, Redis},
};
use reqwest::{Client, Method};
use tempfile::TempDir;
use todo_sdk::{
    model::Scope,
    tokens::{Signer, TokenKind},
};

use crate::{
    data::{Data, Engine},
    work::{Door, Request},
    wrk::NUMBER,
};

/// What a server for this amount of data would be given. Everything that is committed is on the disk. Checkpoints and
/// vacuum stay out of the runs: whichever they fell into would look worse.
const POSTGRES_SETTINGS: [&str; 6] = [
    "fsync=on",
    "full_page_writes=on",
    "shared_buffers=1GB",
    "max_wal_size=16GB",
    "checkpoint_timeout=1h",
    "autovacuum=off",
];
/// Out of the way, but counted as the default is: a replica takes shares of a minute's bucket from Redis.
const THROTTLE: &str = "1000000/minute";
/// How long servers are left alone before their memory counts as that of an idle one.
const IDLE: Duration = Duration::from_secs(1);
/// Tokens that are older are made anew; they last for 15 minutes.
const TOKENS_LAST: Duration = Duration::from_secs(8 * 60);

/// PostgreSQL and Redis, where the engine needs them.
pub(crate) struct Services {
    pub(crate) engine: Engine,
    pub(crate) shared: Option<(Postgres, Redis)>,
}

impl Services {
    pub(crate) fn start(engine: Engine) -> io::Result<Self> {
        let shared = match engine {
            Engine::Postgres => Some((Postgres::start_with(&POSTGRES_SETTINGS)?, Redis::start()?)),
            Engine::Sqlite => None,
        };
        Ok(Self { engine, shared })
    }

    fn database(&self, name: &str, home: &Path) -> io::Result<String> {
        match &self.shared {
            Some((postgres, _)) => postgres.create_database(name),
            None => Ok(format!("sqlite:{}", home.join("todo.db").display())),
        }
    }

    pub(crate) fn postgres_cpu(&self) -> Duration {
        self.shared.as_ref().and_then(|(postgres, _)| postgres.cpu()).unwrap_or_default()
    }

    /// Forgets what is cached outside of the servers.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.shared.as_ref().map_or(Ok(()), |(_, redis)| redis.flush())
    }
}

/// Both servers, a process of each, and the people who call them.
pub(crate) struct World<'s> {
    pub(crate) services: &'s Services,
    pub(crate) data: Data,
    pub(crate) database: String,
    /// Memory of a server of either kind that was only just started, in bytes.
    pub(crate) idle: [u64; 2],
    servers: [Server; 2],
    http: Client,
    tokens: Vec<String>,
    signed: Instant,
    // Last, so that the servers have stopped when their files go.
    _home: TempDir,
}

impl<'s> World<'s> {
    /// Makes a database of that name, fills it, and starts servers on it; `prepare` is told the database before.
    pub(crate) async fn start(
        services: &'s Services,
        name: &str,
        data: Data,
        prepare: impl FnOnce(&str) -> io::Result<()>,
    ) -> io::Result<Self> {
        let home = private_dir("bench-")?;
        let database = services.database(name, home.path())?;
        let settings = |server: Server| {
            let server = server.setting("DATABASE_URL", &database).setting("TODO_SERVER_THROTTLE_USER", THROTTLE);
            match &services.shared {
                Some((_, redis)) => server.setting("REDIS_URL", redis.url()),
                None => server,
            }
        };
        let http = Client::builder().build().map_err(io::Error::other)?;
        // Makes the tables.
        let mut todo = settings(Server::todo(home.path())).started();
        http.get(format!("{}/api/health", todo.url())).send().await.map_err(io::Error::other)?;
        todo.terminate();
        eprintln!("filling {}, tasks: {data}", services.engine.name());
        data.fill(services.engine, &database).await?;
        prepare(&database)?;
        services.flush()?;
        todo.start();
        let comments = settings(Server::comments(home.path(), &todo.url())).started();
        let (tokens, signed) = (sign(data)?, Instant::now());
        thread::sleep(IDLE);
        let idle = [&todo, &comments].map(|server| server.memory().unwrap_or_default());
        Ok(Self { services, data, database, idle, servers: [todo, comments], http, tokens, signed, _home: home })
    }

    pub(crate) fn server(&self, door: Door) -> &Server {
        &self.servers[door as usize]
    }

    /// Has nothing in the servers know any task.
    pub(crate) fn forget_tasks(&mut self) -> io::Result<()> {
        if self.services.shared.is_none() {
            let comments = &mut self.servers[Door::Comments as usize];
            comments.terminate();
            comments.start();
        }
        self.services.flush()
    }

    /// The processor time of both servers.
    pub(crate) fn cpu(&self) -> Duration {
        self.servers.iter().filter_map(Server::cpu).sum()
    }

    pub(crate) fn token(&self, person: i64) -> &str {
        &self.tokens[(person / self.data.stride()) as usize]
    }

    /// Makes sure that tokens are good for a while.
    pub(crate) fn refresh_tokens(&mut self) -> io::Result<()> {
        if self.signed.elapsed() > TOKENS_LAST {
            (self.tokens, self.signed) = (sign(self.data)?, Instant::now());
        }
        Ok(())
    }

    /// Sends a request once: the status, the body, and the cursor of the next page.
    pub(crate) async fn send(
        &self,
        door: Door,
        request: &Request,
        token: &str,
        number: u64,
    ) -> io::Result<(u16, String, Option<String>)> {
        let numbered = |text: &str| text.replace(NUMBER, &format!("{number:012}"));
        let method = Method::from_bytes(request.method.as_bytes()).map_err(io::Error::other)?;
        let mut call = self.http.request(method, self.server(door).url() + &request.path).bearer_auth(token);
        call = call.header("user-agent", "bench/1");
        if request.once {
            call = call.header("idempotency-key", format!("bench-{number:012}"));
        }
        if let Some(body) = &request.body {
            call = call.header("content-type", "application/json").body(numbered(body));
        }
        let response = call.send().await.map_err(io::Error::other)?;
        let link = response.headers().get("link").and_then(|link| link.to_str().ok()).unwrap_or_default();
        let cursor = link.split("cursor=").nth(1).and_then(|rest| rest.split(['&', '>']).next()).map(str::to_owned);
        Ok((response.status().as_u16(), response.text().await.map_err(io::Error::other)?, cursor))
    }

    /// The cursor of the last hundred of the first person's tasks, found by going there page by page.
    pub(crate) async fn last_cursor(&self) -> io::Result<String> {
        let (mut cursor, mut left) = (String::new(), self.data.each - 100);
        while left > 0 {
            let limit = left.min(1000);
            let behind = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
            let path = format!("/api/tasks?limit={limit}{behind}");
            let request = Request { method: "GET", path, body: None, once: false };
            let (_, text, next) = self.send(Door::Todo, &request, self.token(0), 0).await?;
            cursor = next.ok_or_else(|| io::Error::other(format!("a page too few: {text:.200}")))?;
            left -= limit;
        }
        Ok(cursor)
    }
}

fn sign(data: Data) -> io::Result<Vec<String>> {
    let signer = Signer::from_pem(SIGNING_KEY).map_err(io::Error::other)?;
    let token = |nth: i64| {
        let user = data.user(nth * data.stride());
        let session = format!("session-{user}");
        signer.sign(TokenKind::Access, user, &session, &format!("bench-{nth}"), Scope::Write, Utc::now())
    };
    (0..data.active()).map(token).collect::<Result<_, _>>().map_err(io::Error::other)
}

/// The machine, for whoever reads the figures.
pub(crate) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let (processor, memory) = (read("/proc/cpuinfo"), field(&read("/proc/meminfo"), "MemTotal"));
    let memory: u64 = memory.split(' ').next().and_then(|kib| kib.parse().ok()).unwrap_or(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let built = if cfg!(debug_assertions) { ", NOT OPTIMISED" } else { "" };
    format!(
        "{cores} cores of {}, {} GiB of memory, Linux {}{built}",
        field(&processor, "model name"),
        memory >> 20,
        kernel.trim()
    )
}
