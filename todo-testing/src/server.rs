//! Both servers, their database and the people.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use axum::Router;
use chrono::{DateTime, Utc};
use server_kit::{serve, settings::Common, telemetry::LogFormat};
use tempfile::TempDir;
use todo_sdk::{Client, client::ClientBuilder, tokens::Signer};
use todo_server::{Registration, Settings};
use tokio::{runtime::Handle, sync::oneshot};
use tower::ServiceExt;

use crate::{Exchange, Fault, TestClock, network::Network};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";
/// Every internal service's secret.
pub const SERVICE_SECRET: &str = "q3T0n8sVxYw1ZrKc5uLhJmPdGfBaE2i7";
/// An address that never leaves the process.
const ADDRESS: &str = "http://todo.test";
/// A Monday.
const BEGIN: DateTime<Utc> = DateTime::from_timestamp(1_772_445_600, 0).expect("10:00 on 2026-03-02");
/// A rate that no test reaches.
const UNHURRIED: &str = "1000000/second";

/// Why the servers could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is no folder for the database.
    #[error("there is no folder for the database")]
    Folder(#[from] io::Error),
    /// A setting of the builder makes no sense.
    #[error("{0}")]
    Setting(String),
    /// The server itself says why.
    #[error("the server did not start")]
    Server(#[from] todo_server::StartError),
    /// No signing key.
    #[error("there is no signing key")]
    Key(#[from] todo_sdk::tokens::KeyError),
}

/// Settings of a [`TestServer`]; see [`TestServer::builder`].
#[must_use = "call start()"]
#[derive(Debug, Clone)]
pub struct TestServerBuilder {
    begin: DateTime<Utc>,
    rate: String,
    services: Vec<String>,
    time_zone: String,
    registration: Registration,
}

impl TestServerBuilder {
    /// When it begins; at 10:00 UTC on Monday, 2 March 2026, if not set.
    pub fn at(mut self, begin: DateTime<Utc>) -> Self {
        self.begin = begin;
        self
    }

    /// How often one may call when signed in, such as `2/second`, by the servers' own clock; as often as one likes, if not
    /// set. Nothing is given back while the clock stands still.
    pub fn rate(mut self, rate: impl Into<String>) -> Self {
        self.rate = rate.into();
        self
    }

    /// Another internal service, besides `bot` and `deliverer`.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.services.push(name.into());
        self
    }

    /// The IANA zone of new accounts; `UTC`, if not set.
    pub fn time_zone(mut self, zone: impl Into<String>) -> Self {
        self.time_zone = zone.into();
        self
    }

    /// Nobody may make an account by themselves: [`TestServer::person`] then fails with a 403.
    pub fn closed(mut self) -> Self {
        self.registration = Registration::Closed;
        self
    }

    /// Starts the servers.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn start(self) -> Result<TestServer, StartError> {
        let folder = tempfile::Builder::new().prefix("todo-testing-").tempdir()?;
        let clock = TestClock::starting(self.begin);
        let todo = todo_server::App::open(&self.settings(&folder)?, clock.for_servers()).await?;
        let comments = comments_server::App::beside(todo.kit().clone());
        let router = joined(todo.router(), comments.router());
        let network = Arc::new(Network::to(router.clone(), folder));
        Ok(TestServer { inner: Arc::new(Inner { router, network, clock }) })
    }

    fn settings(&self, folder: &TempDir) -> Result<Settings, StartError> {
        let rate = |text: &str| text.parse().map_err(|error| StartError::Setting(format!("{text}: {error}")));
        let services: Vec<_> = self.services.iter().map(|name| format!("{name}:{SERVICE_SECRET}")).collect();
        if self.time_zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(StartError::Setting(format!("{}: not an IANA time zone", self.time_zone)));
        }
        Ok(Settings {
            common: Common {
                database_url: None,
                database_connections: None,
                // The test's own runtime counts.
                worker_threads: 1,
                data_dir: Some(folder.path().to_owned()),
                redis_url: None,
                metrics_listen: None,
                throttle_anon: rate(UNHURRIED)?,
                throttle_user: rate(&self.rate)?,
                trusted_proxies: Vec::new(),
                log_format: LogFormat::Pretty,
            },
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            signing_key: Some(Signer::generate_pem()?),
            registration: self.registration,
            services: services.join(",").parse().map_err(StartError::Setting)?,
            bot_name: Some("todo_bot".to_owned()),
            journal_days: 90,
            gather_after_hours: 24,
            webhook_networks: Vec::new(),
            time_zone: self.time_zone.clone(),
        })
    }
}

/// Both servers behind one address, as a reverse proxy has them.
fn joined(todo: Router, comments: Router) -> Router {
    Router::new().fallback(move |request: axum::extract::Request| {
        let of_comments = request.uri().path().starts_with("/api/comments");
        let router = if of_comments { comments.clone() } else { todo.clone() };
        router.oneshot(request)
    })
}

/// Both servers on a database of their own, gone with the last clone of this and the last of its clients. Clones are the
/// same servers.
#[derive(Clone)]
pub struct TestServer {
    inner: Arc<Inner>,
}

struct Inner {
    router: Router,
    network: Arc<Network>,
    clock: TestClock,
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer").field("now", &self.clock().now()).finish_non_exhaustive()
    }
}

impl TestServer {
    /// Starts the servers, on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Starts the servers with other settings.
    ///
    /// ```
    /// use todo_testing::TestServer;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let world = TestServer::builder().time_zone("Asia/Tokyo").rate("100/minute").start().await?;
    /// let ann = world.person("ann").await?;
    /// assert_eq!(ann.users().me().await?.timezone, "Asia/Tokyo");
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder {
            begin: BEGIN,
            rate: UNHURRIED.to_owned(),
            services: vec!["bot".to_owned(), "deliverer".to_owned()],
            time_zone: "UTC".to_owned(),
            registration: Registration::Open,
        }
    }

    /// The time of the servers.
    #[must_use]
    pub fn clock(&self) -> &TestClock {
        &self.inner.clock
    }

    /// A client of these servers, not signed in.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let world = todo_testing::TestServer::start().await?;
    /// let impatient = world.client_builder().retries(0).build()?;
    /// assert!(impatient.tasks().list().await.is_err(), "nobody is signed in");
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(ADDRESS).transport(Arc::clone(&self.inner.network) as _)
    }

    /// A new account with the password [`PASSWORD`], signed in.
    ///
    /// # Errors
    ///
    /// 409 where there is one of that name.
    pub async fn person(&self, name: &str) -> Result<Client, todo_sdk::Error> {
        let client = self.client_builder().build()?;
        client.users().register(name, PASSWORD).send().await?;
        client.sign_in(name, PASSWORD).await?;
        Ok(client)
    }

    /// The same, for somebody who lives in this IANA zone.
    ///
    /// # Errors
    ///
    /// 409 where there is one of that name, 422 where there is no such zone.
    pub async fn person_in(&self, name: &str, zone: &str) -> Result<Client, todo_sdk::Error> {
        let client = self.client_builder().build()?;
        client.users().register(name, PASSWORD).timezone(zone).send().await?;
        client.sign_in(name, PASSWORD).await?;
        Ok(client)
    }

    /// The client of an internal service: `bot`, `deliverer`, or one that the builder was told of.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use chrono::TimeDelta;
    /// use todo_sdk::model::ClaimReminders;
    ///
    /// # let world = todo_testing::TestServer::start().await?;
    /// let ann = world.person("ann").await?;
    /// let at = world.clock().now() + TimeDelta::hours(1);
    /// ann.tasks().create("Call the bank").remind_time(at).await?;
    ///
    /// world.clock().set(at);
    /// let claim = ClaimReminders { channel: "desk".into(), limit: 10, lease_seconds: 60, wait_seconds: 0 };
    /// let due = world.service("deliverer")?.reminders().claim(&claim).await?;
    /// assert_eq!(due[0].task.title, "Call the bank");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whether the servers know it shows with the first call.
    pub fn service(&self, name: &str) -> Result<Client, todo_sdk::Error> {
        self.client_builder().service(name, SERVICE_SECRET).build()
    }

    /// The routes of both servers, for requests as they are on the wire. They stand beside the clients: no fault reaches
    /// them, and they are no [exchanges](Self::exchanges).
    pub fn router(&self) -> Router {
        self.inner.router.clone()
    }

    /// Has something go wrong with the next request of any client, however it is meant: one that is sent again counts as
    /// another. Called several times, it goes wrong with as many requests, in that order.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use todo_testing::Fault;
    ///
    /// # let world = todo_testing::TestServer::start().await?;
    /// let ann = world.person("ann").await?;
    /// // The task is made and the answer lost; the client asks again, and it is not made twice.
    /// world.fail_next(Fault::AnswerLost);
    /// ann.tasks().create("Call the bank").await?;
    /// assert_eq!(ann.tasks().list().await?.items.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail_next(&self, fault: Fault) {
        self.inner.network.fail_next(fault);
    }

    /// Takes the network down: nothing is reached, and what is open breaks off.
    pub fn offline(&self) {
        self.inner.network.set_online(false);
    }

    /// Brings it back.
    pub fn online(&self) {
        self.inner.network.set_online(true);
    }

    /// Every request so far, in the order they were made in.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use todo_testing::Fault;
    ///
    /// # let world = todo_testing::TestServer::start().await?;
    /// let ann = world.person("ann").await?;
    /// world.forget_exchanges();
    /// world.fail_next(Fault::Unreachable);
    /// ann.tags().create("home").await?;
    /// let statuses: Vec<_> = world.exchanges().iter().map(|exchange| exchange.status).collect();
    /// assert_eq!(statuses, [None, Some(http::StatusCode::CREATED)]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.inner.network.exchanges()
    }

    /// Forgets the requests so far.
    pub fn forget_exchanges(&self) {
        self.inner.network.forget_exchanges();
    }

    /// Serves on a free port of this machine as well, for programs of their own process. Faults don't reach them.
    ///
    /// # Errors
    ///
    /// If there is no port.
    pub async fn listen(&self) -> io::Result<Listening> {
        let listener = serve::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let router = self.inner.router.clone();
        Handle::current().spawn(serve::serve(listener, router, async {
            // The sender says nothing; it only goes.
            let _ = stopped.await;
        }));
        Ok(Listening { url, _server: self.clone(), _stop: stop })
    }
}

/// A port on which a [`TestServer`] is reached, until this is dropped.
#[derive(Debug)]
pub struct Listening {
    url: String,
    _server: TestServer,
    _stop: oneshot::Sender<()>,
}

impl Listening {
    /// `http://127.0.0.1:PORT`, of both servers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
