//! `done` and `reopen`.

use std::collections::HashSet;

use todo_sdk::model::{BULK_MAX, BulkTasks, BulkUpdate, Id, Task, UpdateTask};

use super::bulk;
use crate::{
    context::Context,
    error::{Error, exit},
    input::ids::{self, IdArg},
    offline,
    output::{report, view::TagNames},
};

/// A call is tried without what it was refused for so often; then its tasks go one by one.
const REFUSED_MAX: usize = 20;

pub(super) async fn complete(ctx: &Context, ids: &[IdArg], completed: bool) -> Result<(), Error> {
    let ids = ids::resolve(ids)?;
    let mut seen = HashSet::new();
    let distinct: Vec<Id> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    let changes = UpdateTask { completed: Some(completed), ..UpdateTask::default() };
    let happened = if completed { "Done:" } else { "Reopened:" };
    // What is to wait, or to stand behind what waits, is queued task by task.
    if distinct.len() < 2 || distinct.iter().any(|id| *id <= 0) || offline::are_behind(ctx, &seen)? {
        return one_by_one(ctx, &distinct, &changes, happened).await;
    }
    let mut together = Together { ctx, changes, happened, worst: 0, unheard: None };
    for part in distinct.chunks(BULK_MAX) {
        together.change(part.to_vec()).await?;
    }
    together.end()
}

async fn one_by_one(ctx: &Context, ids: &[Id], changes: &UpdateTask, happened: &str) -> Result<(), Error> {
    ctx.each("task", ids, async |id| {
        let Some(task) = offline::update(ctx, id, changes.clone()).await? else { return Ok(()) };
        ctx.print_task(happened, &task).await
    })
    .await
}

/// Changes tasks in as few calls as the server takes them in.
struct Together<'c> {
    ctx: &'c Context,
    changes: UpdateTask,
    happened: &'static str,
    /// The highest exit code of what was reported.
    worst: u8,
    /// Whoever read what is printed went away; the tasks are changed all the same.
    unheard: Option<Error>,
}

impl Together<'_> {
    /// Changes all of them that there are.
    async fn change(&mut self, mut ids: Vec<Id>) -> Result<(), Error> {
        for _ in 0..REFUSED_MAX {
            if ids.is_empty() {
                return Ok(());
            }
            let update = ids.iter().map(|id| BulkUpdate { id: *id, version: None, changes: self.changes.clone() });
            let bulk = BulkTasks { update: update.collect(), ..BulkTasks::default() };
            let error = match self.ctx.client.tasks().bulk(&bulk).send().await {
                Ok(changed) => return self.print(&changed.updated).await,
                Err(error) => error,
            };
            match bulk::update_refused(&error, ids.len()) {
                Some((index, error)) => self.report(ids.remove(index), error),
                None => match Error::from(error) {
                    // They can wait.
                    error if error.exit_code() == exit::OUT_OF_REACH && self.ctx.offline.is_some() => break,
                    error => return Err(error),
                },
            }
        }
        match one_by_one(self.ctx, &ids, &self.changes, self.happened).await {
            Err(Error::Reported(code)) => self.worst = self.worst.max(code),
            Err(error) if error.is_broken_pipe() => self.unheard = Some(error),
            Err(error) if ids.len() == 1 && !error.is_lasting() => self.tell(&error),
            ended => return ended,
        }
        Ok(())
    }

    async fn print(&mut self, tasks: &[Task]) -> Result<(), Error> {
        offline::saw(self.ctx, tasks);
        if self.unheard.is_some() {
            return Ok(());
        }
        let none = TagNames::new();
        let wants_names = self.ctx.in_words() && tasks.iter().any(|task| !task.tags.is_empty());
        // As for one: what is done is no failure for want of names.
        let names = if wants_names { self.ctx.tag_names().await.unwrap_or(&none) } else { &none };
        let words = |task: &&Task| format!("{} {}", self.happened, self.ctx.look().task_line(task, names));
        match self.ctx.printer.rows(tasks, |task| task.id, words) {
            Err(error) if error.is_broken_pipe() => self.unheard = Some(error),
            printed => return printed,
        }
        Ok(())
    }

    fn report(&mut self, id: Id, error: todo_sdk::Error) {
        self.tell(&Error::from(error).about(format!("task {id}")));
    }

    fn tell(&mut self, error: &Error) {
        report::report(error, &self.ctx.printer, Some(&self.ctx.place));
        self.worst = self.worst.max(error.exit_code());
    }

    fn end(self) -> Result<(), Error> {
        match (self.worst, self.unheard) {
            (0, None) => Ok(()),
            (0, Some(error)) => Err(error),
            (code, _) => Err(Error::Reported(code)),
        }
    }
}
