//! Changes that are made while the server is out of reach: queued here, sent by a later command.
//!
//! There is a queue for each account at each server, so that none goes out to another.

mod account;
mod notes;
mod seen;
pub(crate) mod words;

pub(crate) use notes::{changes, flush, left_behind, mention, parted, tell_unreadable};

use std::{
    collections::HashSet,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::Serialize;
use todo_sdk::{
    Client,
    model::{Comment, CreateComment, CreateTask, Id, Task, UpdateTask, validate::Validate},
    outbox::{self, Done, Entry, Operation, Outbox, Replay, Sent, Stopped, number_of, provisional},
};

use self::seen::Seen;
use crate::{
    cli::Changes,
    context::Context,
    error::{Error, exit},
    paths,
    profile::{Place, Server},
};

/// The queue of one account at one server.
pub(crate) struct Offline {
    pub(crate) outbox: Outbox,
    seen: Seen,
    /// It was just found out that the server is out of reach: there is no need to ask again.
    away: AtomicBool,
    /// The server answers and takes nothing from this client, e.g. because nobody is signed in: what is done now can't go
    /// before what waits.
    refusal: OnceLock<todo_sdk::Error>,
}

/// What became of a change.
enum Written {
    Done(Done),
    Queued(Entry),
}

impl Written {
    fn done(self) -> Option<Done> {
        if let Self::Done(done) = self { Some(done) } else { None }
    }
}

/// What became of a new task.
pub(crate) enum Added {
    Made(Box<Task>),
    /// Under this provisional id.
    Queued(Id),
}

impl Offline {
    /// The queue of whoever is signed in, where there is a server to be away.
    pub(crate) fn of(place: &Place) -> Result<Option<Self>, Error> {
        if place.server == Server::Local {
            return Ok(None);
        }
        let Some(name) = account::file_name(place)? else { return Ok(None) };
        let folder = place.data_dir.join("outbox");
        // Where that fails, reading works all the same, and queueing says so.
        let _ = paths::make_private_folder(&folder);
        Ok(Some(Self {
            outbox: Outbox::open(folder.join(format!("{name}.jsonl"))),
            seen: Seen::in_file(folder.join(format!("{name}.seen"))),
            away: AtomicBool::new(false),
            refusal: OnceLock::new(),
        }))
    }

    fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Sends what waits.
    pub(crate) async fn replay(&self, client: &Client) -> Result<Replay, Error> {
        let replay = self.outbox.replay(client).await?;
        match &replay.stopped {
            Some(stopped) if stopped.is_away() => self.away.store(true, Ordering::Relaxed),
            Some(Stopped::Call(error)) => drop(self.refusal.set(error.clone())),
            _ => {}
        }
        self.seen.tasks(replay.done.iter().filter_map(|(_, done)| task_of(done)));
        self.seen.forget(replay.done.iter().filter_map(|(_, done)| deleted(done)));
        Ok(replay)
    }

    /// Makes a task with tags of these names, or queues that.
    pub(crate) async fn add(&self, ctx: &Context, task: CreateTask, tags: Vec<String>) -> Result<Added, Error> {
        task.validate().map_err(Error::invalid)?;
        let operation = Operation::CreateTask { task: Box::new(task), tags };
        Ok(match self.write(ctx, operation).await? {
            Written::Queued(entry) => Added::Queued(provisional(entry.number)),
            Written::Done(Done::Task(task)) => Added::Made(task),
            Written::Done(_) => return Err(Error::TimedOut("the server answered without the task".to_owned())),
        })
    }

    /// Queues new tasks with tags of these names, all at once: the server was found to be away.
    ///
    /// # Errors
    ///
    /// If they can't be queued: then none is.
    pub(crate) fn add_all(&self, tasks: impl Iterator<Item = (CreateTask, Vec<String>)>) -> Result<Vec<Entry>, Error> {
        self.away.store(true, Ordering::Relaxed);
        let operations = tasks.map(|(task, tags)| Operation::CreateTask { task: Box::new(task), tags });
        Ok(self.outbox.queue_all(operations)?)
    }

    async fn send(&self, ctx: &Context, operation: Operation) -> Result<Sent, Error> {
        let seen = operation.task().and_then(|id| self.seen.version(id));
        if self.is_away() {
            let operation = seen.map_or_else(|| operation.clone(), |seen| operation.clone().if_match(seen));
            return Ok(Sent::Queued(self.outbox.queue(operation)?));
        }
        Ok(ctx.client.outbox(&self.outbox).send_seen(operation, seen).await?)
    }

    /// Does it, or queues it: then there is nothing to show, and that is said.
    async fn write(&self, ctx: &Context, operation: Operation) -> Result<Written, Error> {
        if let Some(refusal) = self.refusal.get() {
            return Err(refusal.clone().into());
        }
        self.check(operation.task())?;
        match self.send(ctx, operation).await? {
            Sent::Done(done) => {
                self.seen.tasks(task_of(&done));
                self.seen.forget(deleted(&done));
                Ok(Written::Done(done))
            }
            Sent::Queued(entry) => {
                self.away.store(true, Ordering::Relaxed);
                ctx.printer.warn("server out of reach; queued, goes out with the next command");
                Queued::of(&entry).print(ctx)?;
                Ok(Written::Queued(entry))
            }
            Sent::Aside(entry) => {
                let problem = entry.state.problem().cloned().map(Box::new);
                let problem = problem.ok_or_else(|| Error::from(outbox::Error::StillWaits(entry.number)))?;
                let kept = format!("change {} is kept, `todo status` shows it", entry.number);
                Err(Error::Api(todo_sdk::Error::Problem { problem, retry_after: None }).about(kept))
            }
        }
    }

    /// A task that is not made yet has to be in the queue.
    fn check(&self, task: Option<Id>) -> Result<(), Error> {
        let Some(id) = task.filter(|id| *id < 0) else { return Ok(()) };
        let is_known = self.outbox.real_id(id)?.is_some()
            || self.outbox.entries()?.iter().any(|entry| entry.task() == Some(id) && entry.operation.task().is_none());
        if is_known { Ok(()) } else { Err(not_there(id)) }
    }
}

fn not_there(id: Id) -> Error {
    Error::NotFound(format!("there is no task {} in the queue of this account; `todo status` shows it", id_words(id)))
}

fn task_of(done: &Done) -> Option<&Task> {
    if let Done::Task(task) = done { Some(task) } else { None }
}

fn deleted(done: &Done) -> Option<Id> {
    if let Done::Deleted(id) = done { Some(*id) } else { None }
}

impl From<outbox::Error> for Error {
    fn from(error: outbox::Error) -> Self {
        match error {
            outbox::Error::Call(error) => Self::Api(error),
            outbox::Error::File { path, source } => Self::File { path, source },
            outbox::Error::NoSuchEntry(_) => Self::NotFound(error.to_string()),
            outbox::Error::Malformed { path, line, reason } => {
                let message = format!("line {line}: {reason}; move the file away to begin a new queue");
                Self::Config { path, message }
            }
            other => Self::usage(other.to_string()),
        }
    }
}

/// How a task is named that may not be at the server yet: `12`, or `q3` for the one that change 3 of the queue makes.
pub(crate) fn id_words(id: Id) -> String {
    number_of(id).map_or_else(|| id.to_string(), |number| format!("q{number}"))
}

/// What is printed in place of what the server would have answered.
#[derive(Serialize)]
struct Queued<'a> {
    queued: bool,
    /// Of the task; below zero for one that is not at the server yet.
    id: Option<Id>,
    /// The number of the change in the queue.
    number: u64,
    change: &'a Operation,
}

impl<'a> Queued<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self { queued: true, id: entry.task(), number: entry.number, change: &entry.operation }
    }

    fn print(&self, ctx: &Context) -> Result<(), Error> {
        let id = self.id.map(id_words).unwrap_or_default();
        ctx.printer.item(self, &id, || format!("Queued: {}", words::operation(self.change, self.number, &ctx.now)))
    }
}

/// The id at the server of a task, for commands that have nothing to say about one that is not there yet.
pub(crate) fn real(ctx: &Context, id: Id) -> Result<Id, Error> {
    let Some(number) = number_of(id) else { return Ok(id) };
    let real = ctx.offline.as_ref().map(|offline| offline.outbox.real_id(id)).transpose()?.flatten();
    real.ok_or_else(|| {
        let waits = format!("task q{number} is not at the server yet; `todo status` shows what waits");
        if ctx.offline.is_some() { Error::NotFound(waits) } else { not_there(id) }
    })
}

/// A task before it is changed; `None` where it can't be had and the change can wait all the same.
pub(crate) async fn look(ctx: &Context, id: Id) -> Result<Option<Task>, Error> {
    let Some(offline) = &ctx.offline else { return Ok(Some(ctx.client.tasks().get(real(ctx, id)?).await?)) };
    offline.check(Some(id))?;
    let Some(id) = offline.outbox.real_id(id)?.filter(|_| !offline.is_away()) else { return Ok(None) };
    match ctx.client.tasks().get(id).await.map_err(Error::from) {
        Ok(task) => Ok(Some(task)),
        Err(error) if error.exit_code() == exit::OUT_OF_REACH => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes which versions were shown.
pub(crate) fn saw<'t>(ctx: &Context, tasks: impl IntoIterator<Item = &'t Task>) {
    if let Some(offline) = &ctx.offline {
        offline.seen.tasks(tasks);
    }
}

/// Changes a task, or queues that.
pub(crate) async fn update(ctx: &Context, id: Id, changes: UpdateTask) -> Result<Option<Task>, Error> {
    match &ctx.offline {
        Some(offline) => Ok(into_task(offline.write(ctx, Operation::update(id, changes)).await?.done())),
        None => Ok(Some(ctx.client.tasks().update(real(ctx, id)?).changes(changes).send().await?)),
    }
}

/// Whether changes of these tasks have to stand behind what waits, or to wait themselves.
pub(crate) fn are_behind(ctx: &Context, ids: &HashSet<Id>) -> Result<bool, Error> {
    let Some(offline) = &ctx.offline else { return Ok(false) };
    let is_before = |entry: &Entry| entry.waits() || entry.task().is_some_and(|id| id < 0 || ids.contains(&id));
    Ok(offline.is_away() || offline.outbox.entries()?.iter().any(is_before))
}

/// Prints what was queued.
pub(crate) fn tell_queued(ctx: &Context, entries: &[Entry]) -> Result<(), Error> {
    entries.iter().try_for_each(|entry| Queued::of(entry).print(ctx))
}

/// Whether the server was found to be out of reach, and changes wait.
pub(crate) fn is_away(ctx: &Context) -> bool {
    ctx.offline.as_ref().is_some_and(Offline::is_away)
}

/// Changes a task, and its tags by name, or queues that. Only with a queue.
pub(crate) async fn edit(ctx: &Context, id: Id, changes: &UpdateTask, args: &Changes) -> Result<Option<Task>, Error> {
    let Some(offline) = &ctx.offline else { return update(ctx, id, changes.clone()).await };
    let (changes, tag, untag) = (Box::new(changes.clone()), args.tags.clone(), args.untags.clone());
    let operation = Operation::UpdateTask { id, changes, version: None, tag, untag };
    Ok(into_task(offline.write(ctx, operation).await?.done()))
}

/// Deletes a task and answers it as it was, or queues that.
pub(crate) async fn delete(ctx: &Context, id: Id) -> Result<Option<Task>, Error> {
    // What is gone can't be shown afterwards.
    let task = look(ctx, id).await?;
    match &ctx.offline {
        Some(offline) => {
            let done = offline.write(ctx, Operation::delete(id)).await?.done();
            Ok(task.filter(|_| done.is_some()))
        }
        None => {
            ctx.client.tasks().delete(real(ctx, id)?).send().await?;
            Ok(task)
        }
    }
}

/// Comments on a task, or queues that.
pub(crate) async fn comment(ctx: &Context, comment: CreateComment) -> Result<Option<Comment>, Error> {
    let Some(offline) = &ctx.offline else {
        let comment = CreateComment { task_id: real(ctx, comment.task_id)?, ..comment };
        return Ok(Some(ctx.client.comments().create_from(comment).await?));
    };
    comment.validate().map_err(Error::invalid)?;
    Ok(match offline.write(ctx, Operation::Comment { comment }).await?.done() {
        Some(Done::Comment(comment)) => Some(comment),
        _ => None,
    })
}

fn into_task(done: Option<Done>) -> Option<Task> {
    if let Some(Done::Task(task)) = done { Some(*task) } else { None }
}
