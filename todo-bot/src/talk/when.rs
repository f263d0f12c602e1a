//! Days and times, chosen by buttons or typed.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use todo_sdk::{
    model::{Due, Id},
    quick::local_time,
};

use super::{Answer, Talk};
use crate::{
    action::{Action, Target},
    session::{State, Step},
    telegram::{Button, Screen},
    view::{self, calendar},
};

impl Talk {
    pub(super) async fn month(&mut self, target: Target, year: i32, month: u32) -> Answer {
        let words = self.words();
        let back = |action: Action| Button::new(words.say("back"), action);
        let (text, more) = match target {
            Target::Draft => match self.draft_text().await? {
                Some(so_far) => (
                    format!("{so_far}\n\n{}", words.say("ask-day")),
                    vec![Button::new(words.say("skip"), Action::DraftNext)],
                ),
                None => return self.old_button().await,
            },
            Target::Due(task) => {
                let now = self.person.client.tasks().get(task).await?;
                self.expect(State::Due { task });
                let text = words.html("ask-new-due", [("title", now.title.into())]);
                let mut more = vec![back(Action::Edit { task })];
                if now.due.is_some() {
                    more.push(Button::new(words.say("no-due"), Action::NoDay { target }));
                }
                (text, more)
            }
            Target::Reminder(task) => {
                let now = self.person.client.tasks().get(task).await?;
                self.expect(State::Reminder { task });
                (words.html("ask-new-reminder", [("title", now.title.into())]), vec![back(Action::Reminders { task })])
            }
            Target::Snooze { reminder, task } => {
                self.expect(State::Snooze { reminder, task });
                (words.say("ask-snooze"), vec![back(Action::NoDay { target })])
            }
        };
        let screen = calendar::month(self.clock, text, target, year, month, more);
        self.show(&screen).await
    }

    pub(super) async fn day(&mut self, target: Target, day: NaiveDate) -> Answer {
        if target == Target::Draft && !self.draft_day(day) {
            return self.old_button().await;
        }
        let text = self.words().html("ask-time", [("day", self.clock.day(day).into())]);
        let screen = calendar::times(self.clock, text, target, day);
        self.show(&screen).await
    }

    pub(super) async fn time(&mut self, target: Target, day: NaiveDate, minutes: u32) -> Answer {
        match NaiveTime::from_num_seconds_from_midnight_opt(minutes.saturating_mul(60), 0) {
            Some(time) => {
                let at = local_time(self.person.zone, day.and_time(time));
                self.set(target, Due::At(at)).await
            }
            None => self.old_button().await,
        }
    }

    pub(super) async fn all_day(&mut self, target: Target, day: NaiveDate) -> Answer {
        self.set(target, Due::Day(day)).await
    }

    pub(super) async fn no_day(&mut self, target: Target) -> Answer {
        match target {
            Target::Draft => self.draft_next().await,
            Target::Due(task) => {
                self.person.client.tasks().update(task).clear_due().send().await?;
                self.open(task).await
            }
            Target::Reminder(task) => self.reminders(task).await,
            Target::Snooze { reminder, task } => self.show_reminder(reminder, task).await,
        }
    }

    async fn set(&mut self, target: Target, due: Due) -> Answer {
        match (target, due) {
            (Target::Draft, due) => self.draft_due(due).await,
            (Target::Due(task), due) => {
                self.person.client.tasks().update(task).due(due).send().await?;
                self.open(task).await
            }
            (Target::Reminder(task), Due::At(at)) => self.remind_at(task, at).await,
            (Target::Snooze { reminder, task }, Due::At(at)) => self.snooze(reminder, task, at).await,
            (Target::Reminder(_) | Target::Snooze { .. }, Due::Day(_)) => self.old_button().await,
        }
    }

    pub(super) async fn due_said(&mut self, task: Id, text: &str) -> Answer {
        let Some(due) = self.understood(text) else { return self.not_a_time().await };
        self.person.client.tasks().update(task).due(due).send().await?;
        self.expect(State::Idle);
        let text = self.words().html("due-set", [("when", self.clock.due(due).into())]);
        self.changed(task, text).await
    }

    pub(super) async fn reminder_said(&mut self, task: Id, text: &str) -> Answer {
        match self.moment(text) {
            Some(at) => self.remind_at(task, at).await,
            None => self.not_a_time().await,
        }
    }

    pub(super) async fn snooze_said(&mut self, reminder: Id, task: Id, text: &str) -> Answer {
        match self.moment(text) {
            Some(at) => self.snooze(reminder, task, at).await,
            None => self.not_a_time().await,
        }
    }

    pub(super) async fn reminders(&mut self, task: Id) -> Answer {
        self.expect(State::Idle);
        let task = self.person.client.tasks().get(task).await?;
        let screen = view::task::reminders(self.clock, &task);
        self.show(&screen).await
    }

    pub(super) async fn remind_before(&mut self, task: Id, minutes: i64) -> Answer {
        let before = TimeDelta::try_minutes(minutes).unwrap_or_default();
        self.person.client.tasks().update(task).remind_before(before).send().await?;
        self.open(task).await
    }

    pub(super) async fn no_reminder(&mut self, task: Id) -> Answer {
        self.person.client.tasks().update(task).clear_remind_time().send().await?;
        self.open(task).await
    }

    async fn remind_at(&mut self, task: Id, at: DateTime<Utc>) -> Answer {
        if at <= self.clock.now {
            let text = self.words().say("time-is-past");
            return self.warn(&text).await;
        }
        self.person.client.tasks().update(task).remind_time(at).send().await?;
        self.expect(State::Idle);
        if self.press.is_some() {
            return self.open(task).await;
        }
        let text = self.words().html("reminder-is", [("when", self.clock.moment(at).into())]);
        self.changed(task, text).await
    }

    /// When that is; a day alone is all day.
    pub(super) fn understood(&self, text: &str) -> Option<Due> {
        let read = todo_sdk::quick::parse(text, self.clock.now, self.person.zone);
        // Nothing may be left that was not understood.
        read.due.filter(|_| read.is_date_alone())
    }

    /// When that is; a day alone begins at nine.
    fn moment(&self, text: &str) -> Option<DateTime<Utc>> {
        match self.understood(text)? {
            Due::At(at) => Some(at),
            Due::Day(day) => Some(self.morning(day)),
        }
    }

    /// Nine o'clock of a day, where the person is.
    pub(super) fn morning(&self, day: NaiveDate) -> DateTime<Utc> {
        let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
        local_time(self.person.zone, day.and_time(nine))
    }

    pub(super) async fn not_a_time(&mut self) -> Answer {
        let text = self.words().say("not-a-time");
        self.say(&Screen::text(text)).await
    }

    /// Whether a draft waits for a day; it waits for its time then.
    fn draft_day(&mut self, day: NaiveDate) -> bool {
        let State::Draft { step, draft } = &mut self.session.state else { return false };
        if !matches!(step, Step::Day | Step::Time) {
            return false;
        }
        *step = Step::Time;
        draft.due = Some(Due::Day(day));
        true
    }
}
