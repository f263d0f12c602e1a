//! The async client: one [`Client`] for both servers, safe to share between tasks.
//!
//! Each resource has its own handle ([`Client::tasks`], [`Client::tags`], …). What is required is an argument, what is
//! optional is chained, `send` sends:
//!
//! ```no_run
//! # async fn run() -> Result<(), todo_sdk::Error> {
//! use futures_util::TryStreamExt;
//! use todo_sdk::Client;
//!
//! let client = Client::builder("https://todo.example/").client_name("report/1.0").build()?;
//! client.sign_in("ann", "correct horse battery").await?;
//! let mut open = std::pin::pin!(client.tasks().list().completed(false).ordering("priority,due").stream());
//! while let Some(task) = open.try_next().await? {
//!     println!("{} {}", task.id, task.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is sent again
//!
//! Connections that fail, time-outs and the statuses 429, 502, 503 and 504 are tried again after a growing, jittered
//! pause, or the one that `Retry-After` asks for. No call is carried out twice by that:
//!
//! * every `POST` bears an `Idempotency-Key`, made once per call;
//! * `GET`, `PUT` and `PATCH` come to the same when repeated, because they set fields to values;
//! * a `DELETE` that finds nothing after an earlier attempt whose answer was lost, has been done by that one;
//! * a `PUT` or `PATCH` with `If-Match` whose answer was lost may find its own change in the way (412). Nobody can
//!   tell that from a stranger's, so the call fails with the error that lost the answer: its outcome is unknown.
//!
//! # Where tokens go
//!
//! The access token is sent to the configured servers and nowhere else: redirects are reported and not followed, and of
//! a `Link` to the next page only the cursor is used. A 401 refreshes the pair once, however many calls run into it.

mod base;
mod builder;
mod changes;
mod comments;
mod deliver;
mod error;
mod events;
mod export;
mod named_tokens;
mod page;
mod reminders;
mod request;
mod request_id;
mod retry;
mod send;
mod session;
mod sessions;
mod shown;
mod tags;
mod tasks;
mod telegram;
mod tokens;
mod transport;
mod users;
mod webhooks;

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;

pub use builder::ClientBuilder;
pub use changes::{ChangeListBuilder, Changes};
pub use comments::{CommentListBuilder, Comments};
pub use deliver::{Deliverer, Undelivered};
pub use error::Error;
pub use events::{Event, EventsBuilder};
pub use export::ExportStream;
pub use named_tokens::{CreateNamedTokenBuilder, NamedTokens};
pub use page::Page;
pub use reminders::Reminders;
pub use request::{Change, Create};
pub use request_id::with_request_id;
pub use session::{SessionStore, StoreError};
pub use sessions::Sessions;
pub use shown::{Amended, ShownReminders};
pub use tags::{TagListBuilder, Tags};
pub use tasks::{CreateTaskBuilder, TaskListBuilder, Tasks, UpdateTaskBuilder};
pub use telegram::Telegram;
pub use tokens::Tokens;
pub use transport::{Body, Transport, TransportError};
pub use users::{RegisterBuilder, Users};
pub use webhooks::Webhooks;

use self::{
    request::{Answer, Call},
    send::Http,
    session::{Session, Source},
};
use crate::model::{ExchangeChat, TokenPair};

/// The client of a to-do service. Clones are cheap and share one session and one pool of connections.
///
/// It runs on tokio, with the timer enabled.
#[derive(Clone)]
pub struct Client {
    http: Arc<Http>,
    session: Arc<Session>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("http", &self.http).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the todo-server at this address, e.g. `http://127.0.0.1:8000` or `https://example.org/todo/`.
    ///
    /// ```
    /// use todo_sdk::Client;
    ///
    /// let client = Client::builder("https://example.org/todo").retries(5).build()?;
    /// assert!(client.session().is_none());
    /// # Ok::<(), todo_sdk::Error>(())
    /// ```
    pub fn builder(todo_server_url: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(todo_server_url.as_ref())
    }

    /// Signs in and keeps the pair of tokens, in the [`SessionStore`] if there is one.
    ///
    /// # Errors
    ///
    /// 401 where name or password are wrong.
    pub async fn sign_in(&self, username: impl Into<String>, password: impl Into<String>) -> Result<(), Error> {
        let pair = self.tokens().issue(username, password).await?;
        let (_, saved) = self.session.replace(Some(pair)).await;
        saved
    }

    /// Forgets the session, and has the server end it.
    ///
    /// # Errors
    ///
    /// The server could not be told: the session is forgotten here, and ends by itself within a day. Or the store could
    /// not be written ([`Error::Store`]).
    pub async fn sign_out(&self) -> Result<(), Error> {
        let (pair, forgotten) = self.session.replace(None).await;
        let revoked = match pair {
            Some(pair) => self.tokens().revoke(pair.refresh).await,
            None => Ok(()),
        };
        match revoked {
            // It was over already.
            Err(error) if error.status() == Some(401) => forgotten,
            revoked => forgotten.and(revoked),
        }
    }

    /// The pair of tokens in memory. With a [`SessionStore`], `None` before the first call.
    #[must_use]
    pub fn session(&self) -> Option<TokenPair> {
        self.session.pair()
    }

    /// Where the todo-server is.
    #[must_use]
    pub fn todo_server_url(&self) -> String {
        self.http.url(request::Server::Todo)
    }

    /// Whether the todo-server can work; no token is needed.
    ///
    /// # Errors
    ///
    /// It can't be reached, or its database does not answer it.
    pub async fn ready(&self) -> Result<(), Error> {
        self.send_unsigned(Call::get(request::Server::Todo, "api/ready")).await.map(drop)
    }

    /// Accounts.
    #[must_use]
    pub fn users(&self) -> Users {
        Users { client: self.clone() }
    }

    /// Tokens, without touching this client's session; see [`Client::sign_in`].
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        Tokens { client: self.clone() }
    }

    /// Where one is signed in.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions { client: self.clone() }
    }

    /// Named tokens for scripts.
    #[must_use]
    pub fn named_tokens(&self) -> NamedTokens {
        NamedTokens { client: self.clone() }
    }

    /// Telegram chats.
    #[must_use]
    pub fn telegram(&self) -> Telegram {
        Telegram { client: self.clone() }
    }

    /// A client that acts as the person behind a Telegram chat, whose account is made at first sight. This one has to be
    /// signed in as the service `bot`; see [`ClientBuilder::service`]. Both share one pool of connections.
    #[must_use]
    pub fn for_chat(&self, chat: ExchangeChat) -> Self {
        let source = Source::Chat { bot: self.clone(), chat };
        Self { http: Arc::clone(&self.http), session: Arc::new(Session::from_source(source)) }
    }

    /// Tasks.
    #[must_use]
    pub fn tasks(&self) -> Tasks {
        Tasks { client: self.clone() }
    }

    /// Tags.
    #[must_use]
    pub fn tags(&self) -> Tags {
        Tags { client: self.clone() }
    }

    /// Comments on tasks.
    #[must_use]
    pub fn comments(&self) -> Comments {
        Comments { client: self.clone() }
    }

    /// Reminders.
    #[must_use]
    pub fn reminders(&self) -> Reminders {
        Reminders { client: self.clone() }
    }

    /// Where one's reminders are posted.
    #[must_use]
    pub fn webhooks(&self) -> Webhooks {
        Webhooks { client: self.clone() }
    }

    /// The journal of changes, and undo.
    #[must_use]
    pub fn changes(&self) -> Changes {
        Changes { client: self.clone() }
    }

    /// Changes as they happen, whichever client makes them.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// use futures_util::TryStreamExt;
    /// use todo_sdk::client::Event;
    ///
    /// let mut events = client.events().stream();
    /// while let Some(event) = events.try_next().await? {
    ///     if let Event::Change(change) = event {
    ///         println!("{} {}", change.seq, change.event.as_str());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> EventsBuilder {
        EventsBuilder { client: self.clone(), since: None }
    }

    /// Opens an answer that comes bit by bit; a 401 refreshes the pair and tries once more.
    async fn open(&self, call: Call) -> Result<Body, Error> {
        let access = self.session.access(&self.http).await?;
        match self.http.open(&call, &access).await {
            Err(error) if error.status() == Some(401) && self.session.can_refresh() => {
                let access = self.session.refresh(&self.http, &access).await?;
                self.http.open(&call, &access).await
            }
            answer => answer,
        }
    }

    /// Sends a call as whoever is signed in; a 401 refreshes the pair and tries once more.
    ///
    /// Boxed, because a session may begin by a call of another client.
    fn send(&self, call: Call) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(async move {
            let deadline = self.http.deadline();
            let attempts = async {
                let access = self.session.access(&self.http).await?;
                match self.http.send(&call, Some(&access), deadline).await {
                    Err(error) if error.status() == Some(401) && self.session.can_refresh() => {
                        let access = self.session.refresh(&self.http, &access).await?;
                        self.http.send(&call, Some(&access), deadline).await
                    }
                    answer => answer,
                }
            };
            self.http.until(deadline, &call, attempts).await
        })
    }

    /// Sends a call that needs nobody to be signed in, without a token.
    async fn send_unsigned(&self, call: Call) -> Result<Answer, Error> {
        let deadline = self.http.deadline();
        self.http.until(deadline, &call, self.http.send(&call, None, deadline)).await
    }
}
