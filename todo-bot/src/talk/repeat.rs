//! How a task repeats.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use todo_sdk::{
    model::{Due, Id, Repeat},
    quick::{self, Rule, local_time},
};

use super::{Answer, Talk};
use crate::{action::Often, session::State, telegram::Screen, view};

impl Talk {
    pub(super) async fn repeats(&mut self, task: Id) -> Answer {
        let now = self.person.client.tasks().get(task).await?;
        self.expect(State::Repeat { task });
        let screen = view::repeat::choose(self.clock, &now);
        self.show(&screen).await
    }

    pub(super) async fn repeat_chosen(&mut self, task: Id, often: Often) -> Answer {
        let said = often.phrase().and_then(|phrase| Said::read(phrase, self.clock.now, self.person.zone));
        match said {
            Some(said) => self.set_repeat(task, &said).await?,
            None => drop(self.person.client.tasks().update(task).clear_repeat().send().await?),
        }
        self.open(task).await
    }

    pub(super) async fn repeat_said(&mut self, task: Id, text: &str) -> Answer {
        let Some(said) = Said::read(text, self.clock.now, self.person.zone) else {
            let text = self.words().say("not-a-repeat");
            return self.say(&Screen::text(text)).await;
        };
        match self.set_repeat(task, &said).await {
            Ok(()) => {}
            Err(error) if error.status() == Some(422) => {
                let text = match is_about_time(&error) {
                    true => self.words().say("repeat-needs-time"),
                    false => self.words().say("not-a-repeat"),
                };
                return self.say(&Screen::text(text)).await;
            }
            Err(error) => return Err(error.into()),
        }
        self.expect(State::Idle);
        let how = view::repeat::words(self.clock, &said.repeat);
        let text = self.words().html("repeat-is", [("how", how.into())]);
        self.changed(task, text).await
    }

    async fn set_repeat(&self, task: Id, said: &Said) -> Result<(), todo_sdk::Error> {
        let tasks = self.person.client.tasks();
        let now = tasks.get(task).await?.due;
        let change = tasks.update(task).repeat(said.repeat.clone());
        match said.due(now, self.person.zone) {
            Some(due) => change.due(due).send().await.map(drop),
            None => change.send().await.map(drop),
        }
    }
}

/// Whether a server wants a time of day, where the task is due on a whole day.
fn is_about_time(error: &todo_sdk::Error) -> bool {
    error.field_errors().is_some_and(|errors| errors.values().flatten().any(|fault| fault.code == "needs_time"))
}

/// A repetition as somebody said it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    repeat: Repeat,
    /// The first time, of a phrase.
    first: Option<Due>,
}

impl Said {
    fn read(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<Self> {
        let repeat = quick::repeat(text, now, zone)?;
        let line = quick::parse(text, now, zone);
        let first = line.due.filter(|_| line.repeat.as_ref() == Some(&repeat));
        Some(Self { repeat, first })
    }

    /// When the task is due from now on; none where that stays. Its day stays, where it has one, and a time that was said
    /// becomes the time of that day.
    fn due(&self, now: Option<Due>, zone: Tz) -> Option<Due> {
        let (Some(now), Some(first)) = (now, self.first) else { return self.first };
        let Due::At(at) = first else { return None };
        if Rule::read(&self.repeat.rrule).is_some_and(|rule| rule.every.is_within_a_day()) {
            // What repeats by the hour needs a time, whichever it is.
            return matches!(now, Due::Day(_)).then_some(first);
        }
        let time = at.with_timezone(&zone).time();
        Some(Due::At(local_time(zone, day_of(now, zone).and_time(time))))
    }
}

fn day_of(due: Due, zone: Tz) -> NaiveDate {
    match due {
        Due::Day(day) => day,
        Due::At(at) => at.with_timezone(&zone).date_naive(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_stays_and_the_time_is_what_was_said() {
        let (now, zone) = ("2026-11-23T12:00:00Z".parse().unwrap(), Tz::Europe__Berlin);
        let due = |text: &str, now_due: &str| {
            let said = Said::read(text, now, zone).unwrap();
            let before = (!now_due.is_empty()).then(|| now_due.parse().unwrap());
            said.due(before, zone).map(|due| due.to_string()).unwrap_or_default()
        };
        assert_eq!(due("every monday", ""), "2026-11-23", "the first, which is today");
        assert_eq!(due("every monday 9:00", ""), "2026-11-30T08:00:00Z");
        assert_eq!(due("every monday", "2026-12-03"), "", "stays");
        assert_eq!(due("every monday 9:00", "2026-12-03"), "2026-12-03T08:00:00Z");
        assert_eq!(due("каждый день в 9:00", "2026-12-03T22:30:00Z"), "2026-12-03T08:00:00Z");
        assert_eq!(due("every 2 hours", "2026-12-03T22:30:00Z"), "");
        assert_eq!(due("every 2 hours", "2026-12-03"), "2026-11-23T14:00:00Z");
        assert_eq!(due("FREQ=DAILY", ""), "", "a rule names no day");
        for often in Often::SOME {
            assert!(Said::read(often.phrase().unwrap(), now, zone).unwrap().first.is_some(), "{often:?}");
        }
    }
}
