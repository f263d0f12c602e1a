//! Changes on their way to the server. Each bears a key of its own, so that the server does it once, however often it is
//! sent.

use todo_sdk::model::{Id, UpdateTask};

use super::{Session, failure, is_passing, is_signed_out};
use crate::{
    commands::tag_names,
    error::Error,
    tui::{
        model::queue::{Op, Write},
        msg::{Failure, Outcome},
    },
};

impl Session {
    pub(super) async fn send(&self, write: &Write) -> Result<Outcome, Failure> {
        match write.op {
            Op::Undo => return self.undo(write).await,
            Op::Redo => return self.redo(write).await,
            _ => {}
        }
        let error = match Box::pin(self.perform(write)).await {
            Ok(outcome) => return Ok(outcome),
            Err(error) => error,
        };
        let status = error.answered().map(|problem| problem.status);
        match (&write.op, status) {
            _ if is_passing(&error) || is_signed_out(&error) => Err(failure(&error)),
            // It is gone: what was wanted.
            (Op::Delete { ids }, Some(404)) => Ok(Outcome::Deleted(ids.clone())),
            (Op::Shown { .. }, Some(404 | 409)) => Ok(Outcome::Nothing),
            (Op::Update { id, .. }, Some(412)) => Err(self.conflict(*id).await),
            _ => Err(failure(&error)),
        }
    }

    async fn conflict(&self, id: Id) -> Failure {
        let task = match self.client() {
            Ok(client) => client.tasks().get(id).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        match task {
            Ok(task) => Failure::Conflict(Box::new(task)),
            Err(error) => failure(&error),
        }
    }

    async fn perform(&self, write: &Write) -> Result<Outcome, Error> {
        let client = self.client()?;
        let key = &self.key_of(write.number);
        Ok(match &write.op {
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
                self.update(&changes, key).await?
            }
            Op::Each { changes } => self.update(changes, key).await?,
            Op::Retag { ids, add, remove } => {
                let add = tag_names::ensure(&self.context()?, add).await?;
                self.retag(ids, &write.before, [&add, remove], key).await?
            }
            Op::Delete { ids } => self.delete(ids, key).await?,
            Op::Comment { task, text } => {
                Outcome::Comment(client.comments().create(*task, text).idempotency_key(key).send().await?)
            }
            Op::EditComment { id, text } => Outcome::Comment(client.comments().edit(*id, text).send().await?),
            Op::DeleteComment { id } => {
                client.comments().delete(*id).send().await?;
                Outcome::CommentDeleted(*id)
            }
            Op::Snooze { reminder, until } => {
                Outcome::Reminder(Box::new(client.reminders().snooze(*reminder, *until).send().await?))
            }
            Op::Shown { reminder } => {
                client.reminders().shown(*reminder).await?;
                Outcome::Nothing
            }
            // Looked up in the journal first.
            Op::Undo | Op::Redo => Outcome::Nothing,
        })
    }
}
