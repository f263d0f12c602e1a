//! Changes on their way to the server. Each bears a key of its own, so that the server does it once, however often it is
//! sent.

use todo_sdk::model::{BULK_MAX, BulkTasks, BulkUpdate, Id, Task, UpdateTask};

use super::{Session, is_passing};
use crate::{
    commands::tag_names,
    error::Error,
    tui::{
        model::queue::{Op, Write},
        msg::{Failure, Outcome},
    },
};

/// How often putting a tag on is tried where others change the same task.
const TRIES: usize = 3;

impl Session {
    pub(super) async fn send(&self, write: &Write) -> Result<Outcome, Failure> {
        let key = format!("{}-{}", self.key, write.number);
        let error = match Box::pin(self.perform(&write.op, &key)).await {
            Ok(outcome) => return Ok(outcome),
            Err(error) => error,
        };
        let status = error.answered().map(|problem| problem.status);
        match (&write.op, status) {
            _ if is_passing(&error) => Err(Failure::Away(error.chain())),
            // It is gone: what was wanted.
            (Op::Delete { ids }, Some(404)) => Ok(Outcome::Deleted(ids.clone())),
            (Op::Shown { .. }, Some(404 | 409)) => Ok(Outcome::Nothing),
            (Op::Update { id, .. }, Some(412)) => Err(self.conflict(*id).await),
            (Op::Undo, Some(404)) => Err(Failure::Refused("There is nothing to undo".to_owned())),
            _ => Err(Failure::Refused(error.chain())),
        }
    }

    async fn conflict(&self, id: Id) -> Failure {
        let task = match self.client() {
            Ok(client) => client.tasks().get(id).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        match task {
            Ok(task) => Failure::Conflict(Box::new(task)),
            Err(error) if is_passing(&error) => Failure::Away(error.chain()),
            Err(error) => Failure::Refused(error.chain()),
        }
    }

    async fn perform(&self, op: &Op, key: &str) -> Result<Outcome, Error> {
        let client = self.client()?;
        Ok(match op {
            Op::Create { task, tags } => {
                let mut task = (**task).clone();
                task.tags.extend(tag_names::ensure(&self.context()?, tags).await?);
                let made = client.tasks().create_from(task).idempotency_key(key).send().await?;
                Outcome::Tasks(vec![made])
            }
            Op::Update { id, changes, version, tags } => {
                let mut changes = (**changes).clone();
                if let Some(tags) = tags {
                    changes.tags = Some(Some(tag_names::ensure(&self.context()?, tags).await?));
                }
                let update = client.tasks().update(*id).changes(changes);
                let update = version.iter().fold(update, |update, version| update.if_match(*version));
                Outcome::Tasks(vec![update.send().await?])
            }
            Op::Complete { ids, done } => {
                let changes = UpdateTask { completed: Some(*done), ..UpdateTask::default() };
                let changes: Vec<_> = ids.iter().map(|id| (*id, changes.clone())).collect();
                Outcome::Tasks(self.update(&changes, key).await?)
            }
            Op::Each { changes } => Outcome::Tasks(self.update(changes, key).await?),
            Op::Retag { ids, add, remove } => {
                let add = tag_names::ensure(&self.context()?, add).await?;
                let mut tasks = Vec::with_capacity(ids.len());
                for id in ids {
                    tasks.push(self.retag(*id, &add, remove).await?);
                }
                Outcome::Tasks(tasks)
            }
            Op::Delete { ids } => {
                self.delete(ids, key).await?;
                Outcome::Deleted(ids.clone())
            }
            Op::Comment { task, text } => {
                Outcome::Comment(client.comments().create(*task, text).idempotency_key(key).send().await?)
            }
            Op::EditComment { id, text } => Outcome::Comment(client.comments().edit(*id, text).send().await?),
            Op::DeleteComment { id } => {
                client.comments().delete(*id).send().await?;
                Outcome::CommentDeleted(*id)
            }
            Op::Undo => Outcome::Undone(Box::new(client.changes().undo().idempotency_key(key).send().await?)),
            Op::Snooze { reminder, until } => {
                Outcome::Reminder(Box::new(client.reminders().snooze(*reminder, *until).send().await?))
            }
            Op::Shown { reminder } => {
                client.reminders().shown(*reminder).await?;
                Outcome::Nothing
            }
        })
    }

    /// One by itself, several in one call.
    async fn update(&self, changes: &[(Id, UpdateTask)], key: &str) -> Result<Vec<Task>, Error> {
        let client = self.client()?;
        if let [(id, changes)] = changes {
            return Ok(vec![client.tasks().update(*id).changes(changes.clone()).send().await?]);
        }
        let mut tasks = Vec::with_capacity(changes.len());
        for (number, part) in changes.chunks(BULK_MAX).enumerate() {
            let update =
                part.iter().map(|(id, changes)| BulkUpdate { id: *id, version: None, changes: changes.clone() });
            let bulk = BulkTasks { update: update.collect(), ..BulkTasks::default() };
            let key = format!("{key}-{number}");
            tasks.extend(client.tasks().bulk(&bulk).idempotency_key(key).send().await?.updated);
        }
        Ok(tasks)
    }

    async fn delete(&self, ids: &[Id], key: &str) -> Result<(), Error> {
        let client = self.client()?;
        if let [id] = ids {
            return Ok(client.tasks().delete(*id).send().await?);
        }
        for (number, part) in ids.chunks(BULK_MAX).enumerate() {
            let bulk = BulkTasks { delete: part.to_vec(), ..BulkTasks::default() };
            client.tasks().bulk(&bulk).idempotency_key(format!("{key}-{number}")).send().await?;
        }
        Ok(())
    }

    /// The API sets all tags at once: the version guards those that somebody else puts on meanwhile.
    async fn retag(&self, id: Id, add: &[Id], remove: &[Id]) -> Result<Task, Error> {
        let client = self.client()?;
        let mut tries = 1;
        loop {
            let task = client.tasks().get(id).await?;
            let kept = task.tags.iter().filter(|tag| !remove.contains(tag));
            let mut tags: Vec<Id> = kept.chain(add).copied().collect();
            tags.sort_unstable();
            tags.dedup();
            match client.tasks().update(id).tags(tags).if_match(task.version).send().await {
                Err(error) if error.status() == Some(412) && tries < TRIES => tries += 1,
                result => return Ok(result?),
            }
        }
    }
}
