//! A task: opened, completed, deleted, brought back.

use todo_sdk::model::{EventKind, Id, Resource};

use super::{Answer, Talk, card};
use crate::{session::State, telegram::Screen, view};

impl Talk {
    pub(super) async fn open(&mut self, task: Id) -> Answer {
        self.expect(State::Idle);
        let screen = card(self, task).await?;
        self.show(&screen).await
    }

    pub(super) async fn description(&mut self, task: Id, part: u32) -> Answer {
        let task = self.person.client.tasks().get(task).await?;
        let screen = view::task::description(self.words(), &task, part);
        self.show(&screen).await
    }

    pub(super) async fn complete(&mut self, task: Id, completed: bool) -> Answer {
        self.person.client.tasks().update(task).completed(completed).send().await?;
        let screen = card(self, task).await?;
        self.show(&screen).await?;
        let note = self.words().say(if completed { DONE } else { REOPENED });
        self.note(&note).await;
        Ok(())
    }

    pub(super) async fn ask_delete(&mut self, task: Id) -> Answer {
        let task = self.person.client.tasks().get(task).await?;
        let screen = view::task::ask_delete(self.words(), &task);
        self.show(&screen).await
    }

    pub(super) async fn delete(&mut self, task: Id) -> Answer {
        let client = &self.person.client;
        let deleted = client.tasks().get(task).await?;
        client.tasks().delete(task).send().await?;
        // To be taken back by its number, whatever is done in between.
        let last = client.changes().list().newest_first().limit(20).send().await?;
        let is_it = |resource: &Resource| matches!(resource, Resource::Task(gone) if gone.id == task);
        let change = last.iter().find(|change| change.event == EventKind::TaskDeleted && is_it(&change.resource));
        let screen = view::task::deleted(self.words(), &deleted, change.map(|change| change.seq));
        self.show(&screen).await
    }

    pub(super) async fn undo(&mut self, seq: i64, task: Id) -> Answer {
        let key = self.key("undo");
        match self.person.client.changes().undo_change(seq).idempotency_key(key).send().await {
            Ok(_) => self.open(task).await,
            Err(error) if error.status() == Some(409) => {
                let text = self.words().say("cannot-undo");
                self.warn(&text).await
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn undo_last(&mut self) -> Answer {
        let key = self.key("undo");
        let undone = match self.person.client.changes().undo().idempotency_key(key).send().await {
            Ok(undone) => undone.undone,
            Err(error) if matches!(error.status(), Some(404 | 409)) => {
                let text = self.words().say("cannot-undo");
                return self.warn(&text).await;
            }
            Err(error) => return Err(error.into()),
        };
        let name = match &undone.resource {
            Resource::Task(task) => task.title.clone(),
            Resource::Tag(tag) => tag.name.clone(),
            Resource::Comment(comment) => view::label(&comment.content, 100),
            _ => String::new(),
        };
        let text = self.words().html("undone", [("what", name.into())]);
        self.say(&Screen::text(text)).await?;
        if let Resource::Task(task) = undone.resource
            && let Ok(screen) = card(self, task.id).await
        {
            self.say(&screen).await?;
        }
        Ok(())
    }
}

/// Notes on a button.
const DONE: &str = "note-done";
/// See [`DONE`].
const REOPENED: &str = "note-reopened";
