//! A reminder that has come, put off.

use chrono::{DateTime, TimeDelta, Utc};
use todo_sdk::model::Id;

use super::{Answer, Talk};
use crate::{
    action::Target,
    session::State,
    view::{self, reminder::Since},
};

/// The longest that a button puts off, in minutes; others were never made.
const MOST: i64 = 7 * 1440;

impl Talk {
    pub(super) async fn reminder_done(&mut self, reminder: Id, task: Id) -> Answer {
        let of = match self.person.client.tasks().update(task).completed(true).send().await {
            Err(error) if error.status() == Some(404) => return self.reminder_gone(reminder).await,
            of => of?,
        };
        let screen = view::reminder::after(self.clock, reminder, Some(&of), Since::Changed);
        self.show(&screen).await?;
        let note = self.words().say("note-done");
        self.note(&note).await;
        self.end_snooze(reminder).await
    }

    pub(super) async fn snooze_for(&mut self, reminder: Id, task: Id, minutes: i64) -> Answer {
        let until = Utc::now() + TimeDelta::minutes(minutes.clamp(1, MOST));
        self.snooze(reminder, task, until).await
    }

    pub(super) async fn snooze_until_morning(&mut self, reminder: Id, task: Id) -> Answer {
        let until = self.morning(self.clock.today() + TimeDelta::days(1));
        self.snooze(reminder, task, until).await
    }

    pub(super) async fn choose_snooze(&mut self, reminder: Id, task: Id) -> Answer {
        self.month(Target::Snooze { reminder, task }, 0, 0).await
    }

    pub(super) async fn snooze(&mut self, reminder: Id, task: Id, until: DateTime<Utc>) -> Answer {
        if until <= self.clock.now {
            return self.is_past(until).await;
        }
        let client = self.person.client.clone();
        match client.reminders().snooze(reminder, until).send().await {
            Ok(_) => {}
            // Its task is done, which the message says.
            Err(error) if error.status() == Some(409) => return self.show_reminder(reminder, task).await,
            Err(error) if error.status() == Some(404) => return self.reminder_gone(reminder).await,
            Err(error) => return Err(error.into()),
        }
        let of = client.tasks().get(task).await?;
        let screen = view::reminder::after(self.clock, reminder, Some(&of), Since::Snoozed(until));
        self.show(&screen).await?;
        let note = self.words().plain("note-snoozed", [("when", self.clock.moment(until).into())]);
        self.note(&note).await;
        self.end_snooze(reminder).await
    }

    /// If it was asked until when to put it off, that is answered; a task that was being made goes on.
    async fn end_snooze(&mut self, reminder: Id) -> Answer {
        match self.session.state {
            State::Snooze { reminder: asked, .. } if asked == reminder => {
                self.expect(State::Idle);
                self.resume().await
            }
            _ => Ok(()),
        }
    }

    /// The message of a reminder, as it was.
    pub(super) async fn show_reminder(&mut self, reminder: Id, task: Id) -> Answer {
        let of = match self.person.client.tasks().get(task).await {
            Err(error) if error.status() == Some(404) => return self.reminder_gone(reminder).await,
            of => of?,
        };
        let screen = view::reminder::after(self.clock, reminder, Some(&of), Since::Changed);
        self.show(&screen).await?;
        self.end_snooze(reminder).await
    }

    /// Its task is deleted, as its message comes to say.
    async fn reminder_gone(&mut self, reminder: Id) -> Answer {
        let text = self.words().say("gone");
        self.warn(&text).await?;
        self.end_snooze(reminder).await
    }
}
