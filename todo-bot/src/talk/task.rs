//! A task: opened, completed, deleted, brought back.

use todo_sdk::model::{Change, EventKind, Id, Resource, Undone};

use super::{Answer, Talk, card};
use crate::{
    action::Action,
    error::Fail,
    session::{LastUndo, State},
    telegram::Screen,
    view,
};

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

    /// Leaves the message as it is: a reminder's goes on to follow its task.
    pub(super) async fn open_below(&mut self, task: Id) -> Answer {
        let screen = card(self, task).await?;
        self.say(&screen).await?;
        if self.session.draft_number().is_none() {
            self.expect(State::Idle);
        }
        self.ask_again().await
    }

    pub(super) async fn complete(&mut self, task: Id, completed: bool) -> Answer {
        self.person.client.tasks().update(task).completed(completed).send().await?;
        let mut screen = card(self, task).await?;
        if completed
            && let Some(change) = self.change_of(|change| is_about(change, EventKind::TaskUpdated, task)).await?
        {
            screen = screen.button(self.words().say("undo-it"), Action::Undo { seq: change.seq, task });
        }
        self.show(&screen).await?;
        let note = self.words().say(if completed { DONE } else { REOPENED });
        self.note(&note).await;
        Ok(())
    }

    /// The last change like that, to be taken back by its number whatever is done in between.
    pub(super) async fn change_of(&self, is_it: impl Fn(&Change) -> bool) -> Result<Option<Change>, Fail> {
        let last = self.person.client.changes().list().newest_first().limit(20).send().await?;
        Ok(last.into_iter().find(is_it))
    }

    pub(super) async fn ask_delete(&mut self, task: Id) -> Answer {
        let task = self.person.client.tasks().get(task).await?;
        let screen = view::task::ask_delete(self.words(), &task);
        self.show(&screen).await
    }

    pub(super) async fn delete(&mut self, task: Id) -> Answer {
        match self.person.client.tasks().delete(task).send().await {
            // Whoever presses again, since the answer was lost, has deleted it.
            Err(error) if error.status() != Some(404) => return Err(error.into()),
            _ => {}
        }
        let change = self.change_of(|change| is_about(change, EventKind::TaskDeleted, task)).await?;
        let Some(Change { seq, resource: Resource::Task(of), .. }) = change else {
            let text = self.words().say("gone");
            return self.warn(&text).await;
        };
        let screen = view::task::deleted(self.words(), &of, Some(seq));
        self.show(&screen).await
    }

    pub(super) async fn undo(&mut self, seq: i64, task: Id) -> Answer {
        let key = self.key_of(seq, "undo-change");
        match self.person.client.changes().undo_change(seq).idempotency_key(key).send().await {
            Ok(_) => self.open(task).await,
            Err(error) if error.status() == Some(409) => {
                let text = self.words().say("cannot-undo");
                self.warn(&text).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the last change back; once more, that is done again.
    pub(super) async fn undo_last(&mut self) -> Answer {
        // Once more, it would be done again: whoever asks again since there was no answer does not mean that.
        let number = *self.session.undoing.get_or_insert(self.update);
        let key = self.key_of(number, "undo");
        let answer = self.person.client.changes().undo().idempotency_key(key).send().await;
        if !answer.as_ref().is_err_and(todo_sdk::Error::passes) {
            self.session.undoing = None;
        }
        let Undone { undone, seq } = match answer {
            Ok(undone) => undone,
            Err(error) if matches!(error.status(), Some(404 | 409)) => {
                let text = self.words().say("cannot-undo");
                return self.warn(&text).await;
            }
            Err(error) => return Err(error.into()),
        };
        let last = self.session.undone.take().filter(|last| (last.change + 1..=last.reversal).contains(&undone.seq));
        let (what, is_done_again) = match last {
            Some(last) => (last.what, !last.is_done_again),
            None => (view::undo::what(self.words(), &undone), false),
        };
        let text = match is_done_again {
            true => self.words().html("done-again", [("what", (&what).into())]),
            false => self.words().html("undone", [("what", (&what).into())]),
        };
        self.session.undone = Some(LastUndo { change: undone.seq, reversal: seq, what, is_done_again });
        self.say(&Screen::text(text)).await?;
        if let Resource::Task(task) = undone.resource
            && let Ok(screen) = card(self, task.id).await
        {
            self.say(&screen).await?;
        }
        Ok(())
    }
}

fn is_about(change: &Change, event: EventKind, task: Id) -> bool {
    change.event == event && matches!(&change.resource, Resource::Task(of) if of.id == task)
}

/// Notes on a button.
const DONE: &str = "note-done";
/// See [`DONE`].
const REOPENED: &str = "note-reopened";
