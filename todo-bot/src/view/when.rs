//! Days and times, as people say them.

use chrono::{DateTime, Datelike, Locale, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use todo_sdk::model::{Due, Language};

use crate::i18n::Words;

/// A person's words, zone and present.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// What is spoken.
    pub(crate) words: Words,
    /// Where days are reckoned.
    pub(crate) zone: Tz,
    /// The present.
    pub(crate) now: DateTime<Utc>,
}

impl Clock {
    /// The day it is there.
    #[must_use]
    pub(crate) fn today(self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// `today`, `tomorrow`, `Mon 1 Dec`, `1 Dec 2028`.
    #[must_use]
    pub(crate) fn day(self, day: NaiveDate) -> String {
        let today = self.today();
        match (day - today).num_days() {
            0 => self.words.say("today"),
            1 => self.words.say("tomorrow"),
            -1 => self.words.say("yesterday"),
            // Russian writes weekdays small within a sentence.
            _ if day.year() == today.year() => match self.words.0 {
                Language::Ru => day.format_localized("%a %-d %b", Locale::ru_RU).to_string().to_lowercase(),
                _ => day.format_localized("%a %-d %b", self.words.locale()).to_string(),
            },
            _ => day.format_localized("%-d %b %Y", self.words.locale()).to_string(),
        }
    }

    /// `today 18:30`.
    #[must_use]
    pub(crate) fn moment(self, at: DateTime<Utc>) -> String {
        let there = at.with_timezone(&self.zone);
        format!("{} {}", self.day(there.date_naive()), there.format("%H:%M"))
    }

    /// When a task is due.
    #[must_use]
    pub(crate) fn due(self, due: Due) -> String {
        match due {
            Due::Day(day) => self.day(day),
            Due::At(at) => self.moment(at),
        }
    }

    /// Whether that is over.
    #[must_use]
    pub(crate) fn is_over(self, due: Due) -> bool {
        match due {
            Due::Day(day) => day < self.today(),
            Due::At(at) => at < self.now,
        }
    }

    /// `5 minutes`, `2 hours`, `3 days`.
    #[must_use]
    pub(crate) fn late(self, seconds: i64) -> String {
        let delta = TimeDelta::seconds(seconds);
        let (key, n) = match delta.num_minutes() {
            ..60 => ("late-minutes", delta.num_minutes()),
            60..2880 => ("late-hours", delta.num_hours()),
            _ => ("late-days", delta.num_days()),
        };
        match key {
            "late-minutes" => self.words.plain("late-minutes", [("n", n.into())]),
            "late-hours" => self.words.plain("late-hours", [("n", n.into())]),
            _ => self.words.plain("late-days", [("n", n.into())]),
        }
    }

    /// `30 minutes before`, `at the time`.
    #[must_use]
    pub(crate) fn before(self, minutes: i64) -> String {
        match minutes {
            0 => self.words.say("before-none"),
            1..60 => self.words.plain("before-minutes", [("n", minutes.into())]),
            _ if minutes % 1440 == 0 => self.words.plain("before-days", [("n", (minutes / 1440).into())]),
            _ if minutes > 0 && minutes % 60 == 0 => self.words.plain("before-hours", [("n", (minutes / 60).into())]),
            _ => self.words.plain("before-minutes", [("n", minutes.into())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(language: Language) -> Clock {
        Clock { words: Words(language), zone: Tz::Europe__Berlin, now: "2026-11-23T23:30:00Z".parse().unwrap() }
    }

    #[test]
    fn days_are_those_of_the_person() {
        let (en, ru) = (clock(Language::En), clock(Language::Ru));
        assert_eq!(en.moment("2026-11-23T23:40:00Z".parse().unwrap()), "today 00:40");
        assert_eq!(ru.moment("2026-11-25T08:00:00Z".parse().unwrap()), "завтра 09:00");
        assert_eq!(en.due(Due::Day("2026-12-01".parse().unwrap())), "Tue 1 Dec");
        assert_eq!(ru.due(Due::Day("2026-12-01".parse().unwrap())), "вт 1 дек");
        assert_eq!(en.due(Due::Day("2028-02-29".parse().unwrap())), "29 Feb 2028");
        assert!(en.is_over(Due::Day("2026-11-23".parse().unwrap())));
        assert!(!en.is_over(Due::Day("2026-11-24".parse().unwrap())));
    }

    #[test]
    fn spans_are_said_in_the_largest_unit_that_fits() {
        let en = clock(Language::En);
        assert_eq!([en.late(59), en.late(3600), en.late(200_000)], ["0 minutes", "1 hour", "2 days"]);
        assert_eq!(
            [en.before(0), en.before(30), en.before(60), en.before(1440)],
            ["at the time", "30 minutes before", "1 hour before", "1 day before"]
        );
    }
}
