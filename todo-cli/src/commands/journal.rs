//! `watch` and `wait`.

use std::{pin::pin, time::Duration};

use futures_util::TryStreamExt;
use todo_sdk::{
    client::Event,
    model::{Change, EventKind, Id, Resource, Task},
};

#[cfg(feature = "notify")]
use super::notify;
use super::{exec::Exec, unheard};
use crate::{
    cli::{WaitArgs, WatchArgs},
    context::Context,
    error::Error,
    output::report,
};

pub(super) async fn watch(ctx: &Context, args: &WatchArgs) -> Result<(), Error> {
    #[cfg(feature = "notify")]
    if args.notify {
        // Both end only with an error.
        return tokio::try_join!(print_changes(ctx, args), notify::notify(ctx)).map(|_| ());
    }
    print_changes(ctx, args).await
}

async fn print_changes(ctx: &Context, args: &WatchArgs) -> Result<(), Error> {
    let exec = Exec::new(&args.exec);
    let mut events = Followed::new(ctx, args.since);
    let mut unheard = pin!(unheard::unheard());
    loop {
        let event = tokio::select! {
            event = events.next() => event?,
            () = &mut unheard => return Err(unheard::error()),
        };
        match (event, &exec) {
            (Event::Change(change), Some(exec)) => exec.run(ctx, &change).await?,
            (Event::Change(change), None) => print(ctx, &change)?,
            (Event::Anew, _) => {
                if let Some(since) = args.since {
                    tell_gap(ctx, since).await?;
                }
            }
            _ => {}
        }
    }
}

/// Why it does not begin where it was told to.
async fn tell_gap(ctx: &Context, since: i64) -> Result<(), Error> {
    let newest = ctx.client.changes().list().newest_first().limit(1).send().await?;
    let newest = newest.first().map_or(0, |change| change.seq);
    let gap = if since > newest {
        format!("there is no change {since} yet, the last one is {newest}; going on with what comes")
    } else {
        "the journal does not reach back that far; going on with what comes".to_owned()
    };
    if since > newest && !ctx.printer.json {
        ctx.printer.warn(&gap);
    } else {
        report::report(&Error::Gap(gap), &ctx.printer, Some(&ctx.place));
    }
    Ok(())
}

/// Events, with what happens to the connection told to whoever looks on.
pub(super) struct Followed<'c> {
    ctx: &'c Context,
    events: std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Event, todo_sdk::Error>> + Send>>,
    connected: bool,
    /// Somebody else tells of the connection.
    quiet: bool,
}

impl<'c> Followed<'c> {
    fn new(ctx: &'c Context, since: Option<i64>) -> Self {
        let events = ctx.client.events();
        let events = since.into_iter().fold(events, |events, seq| events.since(seq)).stream();
        Self { ctx, events, connected: false, quiet: false }
    }

    /// What comes from now on, beside one that tells of the connection.
    #[cfg(feature = "notify")]
    pub(super) fn quiet(ctx: &'c Context) -> Self {
        Self { quiet: true, ..Self::new(ctx, None) }
    }

    /// # Errors
    ///
    /// If going on is no use, or there was no connection to begin with.
    pub(super) async fn next(&mut self) -> Result<Event, Error> {
        loop {
            match self.events.try_next().await? {
                Some(Event::Interrupted(error)) if !self.connected => return Err(error.into()),
                Some(Event::Interrupted(_) | Event::Resumed) if self.quiet => {}
                Some(Event::Interrupted(error)) => {
                    report::report(&error.into(), &self.ctx.printer, Some(&self.ctx.place));
                    self.ctx.printer.warn("trying again");
                }
                Some(Event::Resumed) => self.ctx.printer.warn("connected again"),
                Some(event) => {
                    self.connected = true;
                    return Ok(event);
                }
                None => return Err(Error::TimedOut("the server ended the connection".to_owned())),
            }
        }
    }
}

fn print(ctx: &Context, change: &Change) -> Result<(), Error> {
    if ctx.printer.json {
        return ctx.printer.json_line(change);
    }
    if ctx.printer.quiet {
        return ctx.printer.line(&id_of(&change.resource).to_string());
    }
    ctx.printer.line(&ctx.look().change_line(change))
}

pub(super) async fn wait(ctx: &Context, args: &WaitArgs) -> Result<(), Error> {
    let id = crate::offline::real(ctx, args.id)?;
    let waited = until_done(ctx, id);
    let task = match args.timeout {
        None => waited.await,
        // A look, without waiting.
        Some(Duration::ZERO) => match task_now(ctx, id).await {
            Ok(task) if !task.completed => Err(Error::TimedOut(format!("task {} is not done", args.id))),
            looked => looked,
        },
        Some(limit) => tokio::time::timeout(limit, waited).await.unwrap_or_else(|_| {
            let seconds = limit.as_secs();
            Err(Error::TimedOut(format!("task {} was not done within {seconds} s", args.id)))
        }),
    }?;
    ctx.print_task("Done:", &task).await
}

async fn task_now(ctx: &Context, id: Id) -> Result<Task, Error> {
    ctx.client.tasks().get(id).await.map_err(|error| Error::from(error).about(format!("task {id}")))
}

/// The task, once it is done.
async fn until_done(ctx: &Context, id: Id) -> Result<Task, Error> {
    let mut events = Followed::new(ctx, None);
    loop {
        match events.next().await? {
            Event::Anew => {
                let task = task_now(ctx, id).await?;
                if task.completed {
                    return Ok(task);
                }
            }
            Event::Change(change) => match change.resource {
                Resource::Task(task) if task.id == id && change.event == EventKind::TaskDeleted => {
                    return Err(Error::NotFound(format!("task {id} was deleted")));
                }
                Resource::Task(task) if task.id == id && task.completed => return Ok(task),
                _ => {}
            },
            _ => {}
        }
    }
}

fn id_of(resource: &Resource) -> Id {
    match resource {
        Resource::Task(task) => task.id,
        Resource::Comment(comment) => comment.id,
        Resource::Reminder(reminder) => reminder.id,
        Resource::Tag(tag) => tag.id,
        _ => 0,
    }
}
