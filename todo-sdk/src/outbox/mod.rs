//! Writes that are kept while the server is out of reach, and sent in order once it is back.
//!
//! An [`Outbox`] is a file. What is [sent](Sender::send) by way of it goes to the server at once where that answers and
//! nothing waits before it; else it is queued, which is to say on disk before the call returns. [`Outbox::replay`] sends
//! what waits.
//!
//! ```no_run
//! # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::outbox::Error> {
//! use todo_sdk::{
//!     model::CreateTask,
//!     outbox::{Operation, Outbox, Sent},
//! };
//!
//! let outbox = Outbox::open("/home/ann/.local/share/report/outbox.jsonl");
//! let task = CreateTask { title: "Call the bank".to_owned(), ..CreateTask::default() };
//! match client.outbox(&outbox).send(Operation::create(task)).await? {
//!     Sent::Done(_) => println!("made"),
//!     // Also the id of a task that is not made yet can be used in further operations.
//!     Sent::Queued(entry) => println!("queued as {}", entry.number),
//!     Sent::Aside(entry) => println!("{:?}", entry.state),
//! }
//! // Later, e.g. at the next start:
//! let replay = outbox.replay(&client).await?;
//! println!("{} sent, {} set aside", replay.done.len(), replay.aside.len());
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! * **Nothing that was queued is lost.** It is synced to disk before it counts as queued. A process may be killed at any
//!   moment; several processes may share the file (they lock it, on Unix and on Windows).
//! * **Nothing is done twice.** Each entry has an `Idempotency-Key` and is sent under it to the byte, however often. A
//!   server knows a key for 24 hours. What was sent, got no answer, and waited for longer than that is not sent again by
//!   itself, if doing it twice would show: it is set aside with the code [`State::OUTCOME_UNKNOWN`]. What never reached
//!   the server may wait for as long as it likes.
//! * **In order.** One process sends at a time. What can't be sent holds up all that comes later; what is set aside holds
//!   up only what is about the same task.
//! * **Nothing is overwritten.** A change carries the version it was made on. Where that is unknown, the task must not have
//!   been changed at the server since the change was made here (by the two clocks). Else it is a [`State::Conflict`], with
//!   the task as the server has it. A person decides: [`Outbox::resend`] or [`Outbox::drop_entry`].
//!
//! The file belongs to one account at one server: a program that serves several keeps one for each.

mod book;
mod call;
mod entry;
mod error;
mod file;
mod operation;
mod replay;
mod send;

use std::{path::Path, path::PathBuf, sync::Arc};

use chrono::Utc;
use uuid::Uuid;

pub use call::Done;
pub use entry::{Attempt, Entry, State, number_of, provisional};
pub use error::Error;
pub use operation::Operation;
pub use replay::{Replay, Stopped};
pub use send::{Sender, Sent};

use self::{
    book::Record,
    file::{Journal, Locked},
};
use crate::model::Id;

/// Writes that wait for a server. Clones are the same outbox.
///
/// Methods that are not async read and write a small file, and wait for other processes to do so.
#[derive(Debug, Clone)]
pub struct Outbox {
    journal: Arc<Journal>,
}

impl Outbox {
    /// The outbox in this file, which comes to be with the first write, mode 0600; its folder has to exist. Further files
    /// with the same name and an extension (`.lock`, `.sending`, `.bad`) stand beside it.
    #[must_use]
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self { journal: Arc::new(Journal::new(path.into())) }
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.journal.path()
    }

    /// The file beside it to which lines are moved that can't be read, so that they hold up no others. Mostly there is none.
    #[must_use]
    pub fn unreadable_path(&self) -> PathBuf {
        self.journal.beside(file::UNREADABLE)
    }

    /// How many lines could not be read and were moved to [`unreadable_path`](Self::unreadable_path), by this process.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.journal.unreadable()
    }

    /// All that waits or was set aside, in order.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        Ok(self.journal.look()?.entries.into_values().collect())
    }

    /// Queues a write without trying to send it. When this returns, it is on disk.
    ///
    /// # Errors
    ///
    /// If the file can't be written: then it is not queued.
    pub fn queue(&self, operation: Operation) -> Result<Entry, Error> {
        self.push(Uuid::new_v4().to_string(), operation, None)
    }

    /// Queues several writes at once, in their order, without trying to send them. When this returns, they are on disk.
    ///
    /// # Errors
    ///
    /// If the file can't be written: then none is queued.
    pub fn queue_all(&self, operations: impl IntoIterator<Item = Operation>) -> Result<Vec<Entry>, Error> {
        let mut locked = self.journal.lock()?;
        let numbered = operations.into_iter().zip(locked.book.last + 1..);
        let entries: Vec<Entry> = numbered.map(|(operation, number)| Entry::new(number, operation)).collect();
        let records: Vec<Record> = entries.iter().cloned().map(|entry| Record::Queued(Box::new(entry))).collect();
        locked.append(&records)?;
        Ok(entries)
    }

    /// Queues a write that was sent already, under this key, without an answer.
    ///
    /// # Errors
    ///
    /// If the file can't be written: then it is not queued.
    pub fn queue_sent(&self, operation: Operation, key: impl Into<String>) -> Result<Entry, Error> {
        let attempt = Attempt { at: Utc::now(), operation: operation.clone() };
        self.push(key.into(), operation, Some(attempt))
    }

    fn push(&self, key: String, operation: Operation, attempt: Option<Attempt>) -> Result<Entry, Error> {
        let mut locked = self.journal.lock()?;
        let entry = Entry { key, attempt, ..Entry::new(locked.book.last + 1, operation) };
        locked.write(Record::Queued(Box::new(entry.clone())))?;
        Ok(entry)
    }

    /// The server's id of a task: `id` itself, or what a provisional one turned out to be. `None` if that is not made yet,
    /// or was made so long ago that it is forgotten (a thousand are remembered).
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn real_id(&self, id: Id) -> Result<Option<Id>, Error> {
        if id > 0 { Ok(Some(id)) } else { Ok(self.journal.look()?.real(id)) }
    }

    /// Lets a write go that waits or was set aside, and what makes no sense without it: with the making of a task, what
    /// was to be done to that. Answers all that went.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchEntry`], or the file can't be written.
    pub fn drop_entry(&self, number: u64) -> Result<Vec<Entry>, Error> {
        let mut locked = self.journal.lock()?;
        find(&locked, number)?;
        let mut dropped = Vec::new();
        for number in locked.book.with_dependents(number) {
            dropped.extend(locked.book.entries.get(&number).cloned());
            locked.write(Record::Dropped { number })?;
        }
        dropped.reverse();
        Ok(dropped)
    }

    /// Has a write that was set aside sent with the next [`replay`](Self::replay): one in conflict over the version that
    /// the server showed, and no newer one; one that was refused as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchEntry`], [`Error::StillWaits`], or [`Error::Gone`] where there is no task any more to change.
    pub fn resend(&self, number: u64) -> Result<Entry, Error> {
        let mut locked = self.journal.lock()?;
        let version = match find(&locked, number)?.state {
            State::Waiting => return Err(Error::StillWaits(number)),
            State::Conflict { theirs: None, .. } => return Err(Error::Gone(number)),
            State::Conflict { theirs: Some(theirs), .. } => Some(theirs.version),
            State::Refused { .. } => None,
        };
        locked.write(Record::Again { number, key: Uuid::new_v4().to_string(), version })?;
        find(&locked, number)
    }

    /// Works on the file beside the runtime.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let this = self.clone();
        match tokio::task::spawn_blocking(move || work(&this)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(this_failed(self, std::io::Error::other(error))),
            },
        }
    }

    async fn record(&self, record: Record) -> Result<(), Error> {
        self.on_disk(move |outbox| outbox.journal.lock()?.write(record)).await
    }
}

fn find(locked: &Locked<'_>, number: u64) -> Result<Entry, Error> {
    locked.book.entries.get(&number).cloned().ok_or(Error::NoSuchEntry(number))
}

fn this_failed(outbox: &Outbox, source: std::io::Error) -> Error {
    Error::File { path: outbox.path().to_owned(), source }
}
