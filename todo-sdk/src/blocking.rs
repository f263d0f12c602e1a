//! The client for programs without an async runtime (feature `blocking`).
//!
//! [`Client`] is the async [client](crate::client) with a runtime of its own: every call is put together as there, and
//! [`wait`](Client::wait) sends it and waits for the answer. What comes bit by bit is an iterator: see
//! [`iter`](Client::iter).
//!
//! ```no_run
//! use todo_sdk::{blocking::Client, model::BulkTasks};
//!
//! let todo = Client::new("http://127.0.0.1:8000")?;
//! todo.sign_in("ann", "correct horse battery")?;
//!
//! let home = todo.wait(todo.tags().create("home"))?;
//! let task = todo.wait(todo.tasks().create("Call the bank").priority(1).tags([home.id]))?;
//! let quick = todo.wait(todo.tasks().quick("Buy milk tomorrow 10:00 @home"))?;
//! todo.wait(todo.tasks().update(task.id).title("Call the bank again").if_match(task.version))?;
//! todo.wait(todo.comments().create(task.id, "They close at five"))?;
//! todo.wait(todo.tasks().complete(task.id))?;
//!
//! for task in todo.iter(todo.tasks().list().completed(false).ordering("priority,due").stream()) {
//!     println!("{}", task?.title);
//! }
//! for reminder in todo.wait(todo.reminders().pending())? {
//!     println!("{}", reminder.due_at);
//! }
//! let old = vec![task.id];
//! todo.wait(todo.tasks().bulk(&BulkTasks { delete: old, ..BulkTasks::default() }))?;
//! # Ok::<(), todo_sdk::Error>(())
//! ```
//!
//! # Inside an async runtime
//!
//! A call that blocks there would hold up everything else, so it is refused with [`Error::InsideRuntime`] and nothing is
//! sent. That goes for tokio's `spawn_blocking` too, where `Handle::current().block_on(…)` takes the calls of the async
//! client as they are. A thread of one's own is free.

use std::{fmt, io, ops::Deref, sync::Arc, thread};

use futures_util::{Stream, StreamExt, stream::BoxStream};
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

use crate::{Error, client::ClientBuilder, model::Exported};

/// The client of a to-do service for programs without an async runtime. Clones are cheap and share one session, one pool
/// of connections and one thread in the background.
///
/// It stands for the async [`todo_sdk::Client`](crate::Client): [`tasks`](crate::Client::tasks),
/// [`tags`](crate::Client::tags) and all the others are called on it as they are, and their calls are handed to
/// [`wait`](Self::wait).
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    worker: Arc<Worker>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client").field(&self.client).finish()
    }
}

impl Deref for Client {
    type Target = crate::Client;

    fn deref(&self) -> &crate::Client {
        &self.client
    }
}

impl Client {
    /// A client of the todo-server at this address. For more, see [`ClientBuilder::build_blocking`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], or [`Error::NotStarted`].
    pub fn new(todo_server_url: impl AsRef<str>) -> Result<Self, Error> {
        crate::Client::builder(todo_server_url).build_blocking()
    }

    /// Sends a call of the async client, or a chain of them in one `async` block, and waits for the answer.
    ///
    /// ```no_run
    /// # fn run(todo: todo_sdk::blocking::Client) -> Result<(), todo_sdk::Error> {
    /// let task = todo.wait(todo.tasks().get(12))?;
    /// todo.wait(todo.tasks().delete(12).if_match(task.version))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the call; and [`Error::InsideRuntime`].
    pub fn wait<T>(&self, call: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, Error> {
        self.worker.run(call.into_future())?
    }

    /// The items of a stream of the async client, one by one. It ends behind the first error.
    ///
    /// ```no_run
    /// # fn run(todo: todo_sdk::blocking::Client) -> Result<(), todo_sdk::Error> {
    /// let urgent = todo.tasks().list().priority([1]).stream();
    /// let urgent: Vec<_> = todo.iter(urgent).collect::<Result<_, _>>()?;
    /// // Changes as they happen, for as long as somebody asks for the next one.
    /// for event in todo.iter(todo.events().stream()) {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter<T>(&self, items: impl Stream<Item = Result<T, Error>> + Send + 'static) -> Iter<T> {
        Iter { items: Some(Box::pin(items)), worker: Arc::clone(&self.worker) }
    }

    /// Signs in; see [`todo_sdk::Client::sign_in`](crate::Client::sign_in).
    ///
    /// # Errors
    ///
    /// 401 where name or password are wrong.
    pub fn sign_in(&self, username: impl Into<String>, password: impl Into<String>) -> Result<(), Error> {
        self.wait(self.client.sign_in(username, password))
    }

    /// Forgets the session, and has the server end it; see [`todo_sdk::Client::sign_out`](crate::Client::sign_out).
    ///
    /// # Errors
    ///
    /// The server could not be told, or the store not be written.
    pub fn sign_out(&self) -> Result<(), Error> {
        self.wait(self.client.sign_out())
    }

    /// All of one's data; see [`Users::export`](crate::client::Users::export).
    ///
    /// ```no_run
    /// # fn run(todo: todo_sdk::blocking::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// for line in todo.export()? {
    ///     println!("{}", serde_json::to_string(&line?)?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn export(&self) -> Result<Iter<Exported>, Error> {
        let lines = self.wait(self.client.users().export())?;
        Ok(self.iter(lines))
    }
}

impl ClientBuilder {
    /// A client for programs without an async runtime. It starts a thread, and sends nothing yet.
    ///
    /// ```
    /// let todo = todo_sdk::Client::builder("https://example.org/todo").retries(5).build_blocking()?;
    /// assert!(todo.session().is_none());
    /// # Ok::<(), todo_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build); and [`Error::NotStarted`].
    pub fn build_blocking(self) -> Result<Client, Error> {
        let client = self.build()?;
        let worker = Worker::start().map_err(|error| Error::NotStarted(Arc::new(error)))?;
        Ok(Client { client, worker: Arc::new(worker) })
    }
}

/// Items that come bit by bit; see [`Client::iter`].
#[must_use = "an iterator does nothing until it is asked"]
pub struct Iter<T> {
    /// None behind the end.
    items: Option<BoxStream<'static, Result<T, Error>>>,
    worker: Arc<Worker>,
}

impl<T> Iterator for Iter<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.worker.run(self.items.as_mut()?.next());
        let next = next.unwrap_or_else(|refused| Some(Err(refused)));
        if !matches!(next, Some(Ok(_))) {
            self.items = None;
        }
        next
    }
}

impl<T> std::iter::FusedIterator for Iter<T> {}

impl<T> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("over", &self.items.is_none()).finish_non_exhaustive()
    }
}

/// The thread that sees to connections and timers, also between calls. It ends when this is dropped.
struct Worker {
    runtime: Handle,
    _stop: oneshot::Sender<()>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new().name("todo-sdk-blocking".to_owned()).spawn(move || {
            // The sender says nothing; it only goes.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { runtime: handle, _stop: stop })
    }

    /// On the calling thread, so that a call may borrow what it likes.
    fn run<F: Future>(&self, call: F) -> Result<F::Output, Error> {
        if Handle::try_current().is_ok() {
            return Err(Error::InsideRuntime);
        }
        Ok(self.runtime.block_on(call))
    }
}
