//! Putting a client together.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    Client, Error, SessionStore, Transport,
    base::Base,
    request::{bearer, header_value},
    retry::Retry,
    send::Http,
    session::{Credential, Session, Source},
    transport::Network,
};
use crate::model::{ServiceCredentials, TokenPair};

/// What [`ClientBuilder::timeout`] is by default.
const TIMEOUT: Duration = Duration::from_secs(90);
/// What [`ClientBuilder::attempt_timeout`] is by default: a little more than the servers allow themselves.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(35);
/// What [`ClientBuilder::retries`] is by default.
const RETRIES: u32 = 3;
/// What [`ClientBuilder::retry_pause`] is by default.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Puts a [`Client`] together; see [`Client::builder`].
///
/// ```
/// use std::time::Duration;
/// use todo_sdk::Client;
///
/// let client = Client::builder("https://todo.example")
///     .comments_server("https://comments.example")
///     .client_name("report/1.0 (laptop)")
///     .timeout(Duration::from_secs(10))
///     .retries(1)
///     .build()?;
/// # Ok::<(), todo_sdk::Error>(())
/// ```
#[must_use = "call build()"]
#[derive(Clone)]
pub struct ClientBuilder {
    todo: String,
    comments: Option<String>,
    client_name: String,
    timeout: Duration,
    attempt_timeout: Duration,
    retry: Retry,
    credential: Credential,
    store: Option<Arc<dyn SessionStore>>,
    service: Option<ServiceCredentials>,
    transport: Option<Arc<dyn Transport>>,
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("client_name", &self.client_name).finish_non_exhaustive()
    }
}

impl ClientBuilder {
    pub(super) fn new(todo: &str) -> Self {
        Self {
            todo: todo.to_owned(),
            comments: None,
            client_name: concat!("todo-sdk/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: TIMEOUT,
            attempt_timeout: ATTEMPT_TIMEOUT,
            retry: Retry { retries: RETRIES, first_pause: RETRY_PAUSE },
            credential: Credential::None,
            store: None,
            service: None,
            transport: None,
        }
    }

    /// Where the comments-server is. Where the todo-server is, if this is not called: behind one reverse proxy they
    /// share an address.
    pub fn comments_server(mut self, url: impl AsRef<str>) -> Self {
        self.comments = Some(url.as_ref().to_owned());
        self
    }

    /// The calling program as `NAME/VERSION`, sent as `User-Agent`. The journal records the name; the list of sessions
    /// also what follows in brackets, such as the device: `NAME/VERSION (laptop)`.
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = name.into();
        self
    }

    /// How long a call may take with all its attempts and the pauses between them; 90 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long one attempt may take, to the last byte of the answer; 35 s by default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How often a call that failed in passing is tried again; 3 by default, 0 for never.
    /// See [what is sent again](crate::client#what-is-sent-again).
    pub fn retries(mut self, retries: u32) -> Self {
        self.retry.retries = retries;
        self
    }

    /// About how long to wait before the first retry; 100 ms by default. Each further pause is twice as long, up to 5 s.
    pub fn retry_pause(mut self, pause: Duration) -> Self {
        self.retry.first_pause = pause;
        self
    }

    /// Calls with this access token, e.g. a named token made for a script. It is never refreshed, and a
    /// [`SessionStore`] is left alone unless the client signs in or out.
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.credential = Credential::Fixed(token.into());
        self
    }

    /// Starts signed in.
    pub fn session(mut self, pair: TokenPair) -> Self {
        self.credential = Credential::Pair(pair);
        self
    }

    /// Loads the session from this store when it is first needed, and keeps it there.
    pub fn session_store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Calls as an internal service that is on the server's white list. It signs in when it first calls, and again
    /// whenever its token is refused.
    pub fn service(mut self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.service = Some(ServiceCredentials { service: name.into(), secret: secret.into() });
        self
    }

    /// Sends by this transport instead of over the network.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], or [`Error::Unsendable`] for a name or token that doesn't fit into a header.
    pub fn build(self) -> Result<Client, Error> {
        if let Credential::Fixed(token) = &self.credential {
            bearer(token)?;
        }
        let todo = Base::parse(&self.todo)?;
        let comments = self.comments.as_deref().map(Base::parse).transpose()?;
        let http = Http {
            comments: comments.unwrap_or_else(|| todo.clone()),
            todo,
            transport: self.transport.unwrap_or_else(|| Arc::new(Network::default())),
            user_agent: header_value("the client's name", &self.client_name)?,
            retry: self.retry,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
        };
        let session = match self.service {
            Some(credentials) => Session::from_source(Source::Service(credentials)),
            None => Session::new(self.credential, self.store),
        };
        Ok(Client { http: Arc::new(http), session: Arc::new(session) })
    }
}
