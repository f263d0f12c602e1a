//! Days and times, chosen by buttons or typed.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use todo_sdk::{
    model::{Due, Id},
    quick::{self, local_time},
};

use super::{Answer, Talk};
use crate::{
    action::{Action, Target},
    session::{Draft, State, Step},
    telegram::{Button, Screen},
    view::{self, calendar},
};

impl Talk {
    pub(super) async fn month(&mut self, target: Target, year: i32, month: u32) -> Answer {
        let words = self.words();
        let back = |action: Action| Button::new(words.say("back"), action);
        let (text, more) = match target {
            Target::Draft(draft) => return self.turn_draft(draft, year, month).await,
            Target::Due(task) => {
                let now = self.person.client.tasks().get(task).await?;
                self.expect(State::Due { task, day: None });
                let text = words.html("ask-new-due", [("title", now.title.into())]);
                let mut more = vec![back(Action::Edit { task })];
                if now.due.is_some() {
                    more.push(Button::new(words.say("no-due"), Action::NoDay { target }));
                }
                (text, more)
            }
            Target::Reminder(task) => {
                let now = self.person.client.tasks().get(task).await?;
                self.expect(State::Reminder { task, day: None });
                (words.html("ask-new-reminder", [("title", now.title.into())]), vec![back(Action::Reminders { task })])
            }
            Target::Snooze { reminder, task } => {
                self.session.interrupt(State::Snooze { reminder, task, day: None });
                (words.say("ask-snooze"), vec![back(Action::NoDay { target })])
            }
        };
        let screen = calendar::month(self.clock, text, target, year, month, more);
        self.show(&screen).await
    }

    pub(super) async fn day(&mut self, target: Target, day: NaiveDate) -> Answer {
        if !calendar::is_offered(day) {
            return self.old_button().await;
        }
        // A time that is typed now is of this day.
        let state = match target {
            Target::Draft(number) => match self.draft_at(number, &[Step::Day, Step::Time]) {
                Some(draft) => State::Draft { step: Step::Time, draft: Draft { due: Some(Due::Day(day)), ..draft } },
                None => return self.answered_before().await,
            },
            Target::Due(task) => State::Due { task, day: Some(day) },
            Target::Reminder(task) => State::Reminder { task, day: Some(day) },
            Target::Snooze { reminder, task } => State::Snooze { reminder, task, day: Some(day) },
        };
        match state {
            State::Snooze { .. } => self.session.interrupt(state),
            state => self.expect(state),
        }
        let screen = self.times(target, day);
        self.show(&screen).await
    }

    /// The times of a day.
    pub(super) fn times(&self, target: Target, day: NaiveDate) -> Screen {
        let text = self.words().html("ask-time", [("day", self.clock.day(day).into())]);
        calendar::times(self.clock, text, target, day)
    }

    pub(super) async fn time(&mut self, target: Target, day: NaiveDate, minutes: u32) -> Answer {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes.saturating_mul(60), 0);
        match time.filter(|_| calendar::is_offered(day)) {
            Some(time) => {
                let at = local_time(self.person.zone, day.and_time(time));
                self.set(target, Due::At(at)).await
            }
            None => self.old_button().await,
        }
    }

    pub(super) async fn all_day(&mut self, target: Target, day: NaiveDate) -> Answer {
        if !calendar::is_offered(day) {
            return self.old_button().await;
        }
        self.set(target, Due::Day(day)).await
    }

    pub(super) async fn no_day(&mut self, target: Target) -> Answer {
        match target {
            Target::Draft(draft) => self.draft_next(draft, Step::Day).await,
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
            (Target::Draft(draft), due) => self.draft_due(draft, due).await,
            (Target::Due(task), due) => {
                self.person.client.tasks().update(task).due(due).send().await?;
                self.open(task).await
            }
            (Target::Reminder(task), Due::At(at)) => self.remind_at(task, at).await,
            (Target::Snooze { reminder, task }, Due::At(at)) => self.snooze(reminder, task, at).await,
            (Target::Reminder(_) | Target::Snooze { .. }, Due::Day(_)) => self.old_button().await,
        }
    }

    pub(super) async fn due_said(&mut self, task: Id, day: Option<NaiveDate>, text: &str) -> Answer {
        let Some(due) = self.due_of(day, text) else { return self.not_a_time().await };
        self.person.client.tasks().update(task).due(due).send().await?;
        self.expect(State::Idle);
        let text = self.words().html("due-set", [("when", self.clock.due(due).into())]);
        self.changed(task, text).await
    }

    pub(super) async fn reminder_said(&mut self, task: Id, day: Option<NaiveDate>, text: &str) -> Answer {
        match self.moment(day, text) {
            Some(at) => self.remind_at(task, at).await,
            None => self.not_a_time().await,
        }
    }

    pub(super) async fn snooze_said(&mut self, reminder: Id, task: Id, day: Option<NaiveDate>, text: &str) -> Answer {
        match self.moment(day, text) {
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
        let now = self.person.client.tasks().get(task).await?;
        if let Some(at) = now.due.and_then(|due| self.before(due, minutes))
            && at <= self.clock.now
        {
            return self.is_past(at).await;
        }
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
            return self.is_past(at).await;
        }
        self.person.client.tasks().update(task).remind_time(at).send().await?;
        self.expect(State::Idle);
        if self.press.is_some() {
            return self.open(task).await;
        }
        let text = self.words().html("reminder-is", [("when", self.clock.moment(at).into())]);
        self.changed(task, text).await
    }

    /// Says when that would have been.
    pub(super) async fn is_past(&mut self, at: DateTime<Utc>) -> Answer {
        let text = self.words().plain("time-is-past", [("when", self.clock.moment(at).into())]);
        self.warn(&text).await
    }

    /// So many minutes before it is due; a day begins at midnight.
    pub(super) fn before(&self, due: Due, minutes: i64) -> Option<DateTime<Utc>> {
        let due = match due {
            Due::At(at) => at,
            Due::Day(day) => local_time(self.person.zone, day.and_time(NaiveTime::MIN)),
        };
        due.checked_sub_signed(TimeDelta::try_minutes(minutes)?)
    }

    /// When that is; a day alone is all day, and a time alone is of the day that was chosen.
    pub(super) fn due_of(&self, day: Option<NaiveDate>, text: &str) -> Option<Due> {
        let of_day = day.and_then(|day| quick::time(text).map(|time| local_time(self.person.zone, day.and_time(time))));
        of_day.map(Due::At).or_else(|| quick::due(text, self.clock.now, self.person.zone))
    }

    /// When that is; a day alone begins at nine.
    fn moment(&self, day: Option<NaiveDate>, text: &str) -> Option<DateTime<Utc>> {
        match self.due_of(day, text)? {
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
}
