//! When a repeating task is due next: [RFC 5545](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10) rules, reckoned by
//! the clock on the person's wall.
//!
//! The rule is run over wall-clock times as if they had no zone, and only what comes out is placed in the zone: 09:00
//! stays 09:00 whatever the clocks do. A time that is skipped moves forward by what is skipped, on that day alone: the rule
//! names the time meanwhile (`BYHOUR`, `BYMINUTE`). Of one that comes twice the first counts. Rules of hours and less run
//! over real time, as an hour is an hour.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};
use server_kit::Error;
use todo_sdk::{
    model::{Due, Repeat, RepeatFrom, Task},
    quick::local_time,
};

/// Most occurrences that are passed over on the way to the next: more than a rule of days has in fifty years. A rule of
/// minutes that was left alone for longer begins anew.
const PASSED_MAX: usize = 20_000;

/// How a moment is written in a rule.
const FORM: &str = "%Y%m%dT%H%M%S";

/// What the next occurrence of a task has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) due: Option<Due>,
    pub(super) remind_time: Option<DateTime<Utc>>,
    pub(super) repeat: Repeat,
}

/// # Errors
///
/// 422 on `repeat.rrule` if it is no rule.
pub(super) fn check(repeat: &Repeat, now: DateTime<Utc>) -> Result<(), Error> {
    Rule::parse(&repeat.rrule, Tz::UTC).and_then(|rule| rule.check(now.naive_utc())).map_err(|error| {
        let message = format!("is not an RFC 5545 rule such as FREQ=WEEKLY;BYDAY=MO ({error})");
        Error::invalid("repeat.rrule", "invalid_rule", message)
    })
}

/// # Errors
///
/// 422 on `repeat.rrule` if a whole day can't repeat like that.
pub(super) fn check_due(task: &Task) -> Result<(), Error> {
    let (Some(Due::Day(_)), Some(repeat)) = (task.due, &task.repeat) else { return Ok(()) };
    match Rule::parse(&repeat.rrule, Tz::UTC) {
        Ok(rule) if rule.is_sub_daily() => {
            let message = "repeats within a day, but is due on a whole day; give the due date a time";
            Err(Error::invalid("repeat.rrule", "needs_time", message))
        }
        _ => Ok(()),
    }
}

/// The rule of a task whose due date somebody sets: the time from which this occurrence was moved is forgotten.
pub(super) fn with_due_set(task: &Task, zone: Tz) -> Option<Repeat> {
    let repeat = task.repeat.as_ref()?;
    match (Rule::parse(&repeat.rrule, zone), task.due) {
        (Ok(rule), Some(Due::At(at))) if rule.meant(at).is_some() => {
            Some(Repeat { rrule: rule.without_time().text(), from: repeat.from })
        }
        _ => Some(repeat.clone()),
    }
}

/// The occurrence after a task that was completed at `now`; none where the rule ends.
pub(super) fn next(task: &Task, zone: Tz, now: DateTime<Utc>) -> Option<Next> {
    let repeat = task.repeat.as_ref()?;
    let mut rule = Rule::parse(&repeat.rrule, zone).ok()?;
    let meant = match (task.due, task.remind_time) {
        (Some(Due::At(at)), _) | (None, Some(at)) => rule.meant(at),
        _ => None,
    };
    if meant.is_some() {
        rule = rule.without_time();
    }
    let here = rule.wall(now);
    // What the task is about: its due date, else its reminder, else the day on which it is done.
    let (start, day_only) = match (task.due, task.remind_time) {
        (Some(Due::Day(day)), _) => (day.and_time(NaiveTime::MIN), true),
        (Some(Due::At(at)), _) | (None, Some(at)) => (meant.unwrap_or_else(|| rule.wall(at)), false),
        (None, None) => (here.date().and_time(NaiveTime::MIN), true),
    };
    // A whole day is over when it ends.
    let passed = if day_only { here.date().and_time(NaiveTime::MIN) } else { here };
    let (start, behind) = match repeat.from {
        RepeatFrom::Schedule => (start, start.max(passed)),
        RepeatFrom::Completion => {
            let restart = if rule.is_sub_daily() { here } else { here.date().and_time(start.time()) };
            (restart, restart)
        }
    };
    let anew =
        || if rule.is_sub_daily() && rule.part("COUNT").is_none() { rule.first_behind(here, here) } else { None };
    let (at, consumed) = rule.first_behind(start, behind).or_else(anew)?;
    let due = match task.due {
        Some(Due::Day(_)) => Some(Due::Day(at.date())),
        Some(Due::At(_)) => Some(Due::At(rule.place(at))),
        None if task.remind_time.is_some() => None,
        None => Some(Due::Day(at.date())),
    };
    let remind_time = task.remind_time.map(|remind| match task.due {
        // As far from the due date as before, by the clock on the wall.
        Some(Due::Day(day)) => rule.place(at + (rule.wall(remind) - day.and_time(NaiveTime::MIN))),
        // Both were moved alike.
        Some(Due::At(due)) if meant.is_some() => rule.place(at + (remind - due)),
        Some(Due::At(due)) => rule.place(at + (rule.wall(remind) - rule.wall(due))),
        None => rule.place(at),
    });
    let mut left = rule.after(consumed)?;
    if !day_only && rule.wall(rule.place(at)) != at {
        left = left.with_time(at);
    }
    Some(Next { due, remind_time, repeat: Repeat { rrule: left.text(), from: repeat.from } })
}

/// A rule, and the zone in which it is reckoned.
#[derive(Clone)]
struct Rule {
    /// `NAME=VALUE`, in the order in which they were written.
    parts: Vec<(String, String)>,
    zone: Tz,
}

impl Rule {
    fn parse(text: &str, zone: Tz) -> Result<Self, String> {
        let parts = text.trim().split(';').filter(|part| !part.is_empty()).map(|part| {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("{part:?} is not NAME=VALUE"))?;
            Ok((name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase()))
        });
        Ok(Self { parts: parts.collect::<Result<_, String>>()?, zone })
    }

    fn part(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
    }

    /// Refuses what the grammar allows and no task can follow.
    fn check(&self, now: NaiveDateTime) -> Result<(), String> {
        for name in ["INTERVAL", "COUNT"] {
            if self.part(name).is_some_and(|value| value.parse() == Ok(0)) {
                return Err(format!("{name} must be at least 1"));
            }
        }
        if let Some((name, _)) = self.parts.iter().find(|(name, _)| self.count_of(name) > 1) {
            return Err(format!("{name} is there twice"));
        }
        if let Some(until) = self.part("UNTIL") {
            if self.part("COUNT").is_some() {
                return Err("it has COUNT and UNTIL; one end is enough".to_owned());
            }
            if self.end(until)? <= now {
                return Err(format!("it has ended: UNTIL={until} lies in the past"));
            }
        }
        // To search for what never comes takes long.
        if !self.has_such_a_day() {
            return Err("there is no such day".to_owned());
        }
        // Less may be left of what ends than until the first time.
        let endless = Self { parts: self.parts.iter().filter(|(name, _)| name != "UNTIL").cloned().collect(), ..*self };
        match endless.from(now)?.into_iter().next() {
            Some(_) => Ok(()),
            None => Err("there is no such day".to_owned()),
        }
    }

    /// Whether any of the months has any of the days.
    fn has_such_a_day(&self) -> bool {
        let list = |name: &str| -> Option<Vec<i32>> {
            self.part(name)?.split(',').map(|number| number.trim().parse().ok()).collect()
        };
        let (Some(months), Some(days)) = (list("BYMONTH"), list("BYMONTHDAY")) else { return true };
        let longest = |month: &i32| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        months.iter().any(|month| days.iter().any(|day| day.unsigned_abs() <= longest(month)))
    }

    fn count_of(&self, wanted: &str) -> usize {
        self.parts.iter().filter(|(name, _)| name == wanted).count()
    }

    fn is_sub_daily(&self) -> bool {
        matches!(self.part("FREQ"), Some("HOURLY" | "MINUTELY" | "SECONDLY"))
    }

    /// The time by which the rule goes, without its zone.
    fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        if self.is_sub_daily() { at.naive_utc() } else { at.with_timezone(&self.zone).naive_local() }
    }

    /// The moment of such a time.
    fn place(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        if self.is_sub_daily() { wall.and_utc() } else { local_time(self.zone, wall) }
    }

    /// The occurrences from `start` on.
    fn from(&self, start: NaiveDateTime) -> Result<RRuleSet, String> {
        let text: Vec<String> = self
            .parts
            .iter()
            .map(|(name, value)| match name.as_str() {
                "UNTIL" => Ok(format!("UNTIL={}Z", self.end(value)?.format(FORM))),
                _ => Ok(format!("{name}={value}")),
            })
            .collect::<Result<_, String>>()?;
        let rule = RRule::<Unvalidated>::from_str(&text.join(";")).map_err(|error| error.to_string())?;
        rule.build(rrule::Tz::UTC.from_utc_datetime(&start)).map_err(|error| error.to_string())
    }

    /// The end by the clock on the wall. A bare day counts whole; without a `Z` it is the wall's time already.
    fn end(&self, value: &str) -> Result<NaiveDateTime, String> {
        let wrong = || format!("UNTIL={value} is no date such as 20261231 or 20261231T225959Z");
        if let Ok(day) = NaiveDate::parse_from_str(value, "%Y%m%d") {
            return day.and_hms_opt(23, 59, 59).ok_or_else(wrong);
        }
        let time = NaiveDateTime::parse_from_str(value.trim_end_matches('Z'), FORM).map_err(|_| wrong())?;
        Ok(if value.ends_with('Z') { self.wall(time.and_utc()) } else { time })
    }

    /// The time for which this moment stands, as the clocks skipped it on that day and the rule has named it since.
    fn meant(&self, at: DateTime<Utc>) -> Option<NaiveDateTime> {
        let number = |name: &str| self.part(name)?.parse().ok();
        let (hour, minute) = (number("BYHOUR")?, number("BYMINUTE")?);
        let wall = self.wall(at);
        let meant = wall.date().and_hms_opt(hour, minute, wall.second())?;
        (meant != wall && self.place(meant) == at).then_some(meant)
    }

    fn without_time(&self) -> Self {
        let is_time = |name: &str| matches!(name, "BYHOUR" | "BYMINUTE");
        Self { parts: self.parts.iter().filter(|(name, _)| !is_time(name)).cloned().collect(), ..*self }
    }

    /// Names the time, unless the rule names one.
    fn with_time(mut self, at: NaiveDateTime) -> Self {
        if self.part("BYHOUR").is_none() && self.part("BYMINUTE").is_none() {
            self.parts.push(("BYHOUR".to_owned(), at.hour().to_string()));
            self.parts.push(("BYMINUTE".to_owned(), at.minute().to_string()));
        }
        self
    }

    fn text(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        parts.join(";")
    }

    /// The first occurrence behind a moment, and how many the rule counts before it. The start is the first occurrence,
    /// whether it fits the rule or not.
    fn first_behind(&self, start: NaiveDateTime, behind: NaiveDateTime) -> Option<(NaiveDateTime, u32)> {
        let occurrences = self.from(start).ok()?;
        let mut consumed = 0;
        let mut times = occurrences.into_iter().map(|at| at.naive_utc()).peekable();
        if times.peek().is_some_and(|first| *first != start) {
            consumed += 1;
        }
        for at in times.take(PASSED_MAX) {
            if at > behind {
                return Some((at, consumed));
            }
            consumed += 1;
        }
        None
    }

    /// The rule from then on; none if its `COUNT` is used up.
    fn after(&self, consumed: u32) -> Option<Self> {
        let mut rule = self.clone();
        for (_, value) in rule.parts.iter_mut().filter(|(name, _)| name == "COUNT") {
            *value = value.parse::<u32>().ok()?.checked_sub(consumed).filter(|left| *left > 0)?.to_string();
        }
        Some(rule)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::New_York, Asia::Kathmandu, Australia::Lord_Howe, Europe::Berlin, Tz};
    use todo_sdk::model::PRIORITY_NONE;

    use chrono::TimeDelta;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn task(due: &str, rrule: &str, from: RepeatFrom) -> Task {
        let due = if due.is_empty() { None } else { Some(due.parse().unwrap()) };
        Task {
            id: 1,
            title: "water the plants".to_owned(),
            description: String::new(),
            completed: true,
            completed_at: None,
            priority: PRIORITY_NONE,
            due,
            remind_time: None,
            remind_before_seconds: None,
            nag_seconds: None,
            repeat: Some(Repeat { rrule: rrule.to_owned(), from }),
            tags: Vec::new(),
            telegram_user: None,
            date_created: DateTime::UNIX_EPOCH,
            date_updated: DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    /// The due dates of a task that is completed again and again, each time a minute after it is due.
    fn series(zone: Tz, due: &str, rrule: &str, count: usize) -> Vec<String> {
        let mut task = task(due, rrule, RepeatFrom::Schedule);
        let mut dues = Vec::new();
        while dues.len() < count {
            let now = match task.due.unwrap() {
                Due::At(at) => at + TimeDelta::minutes(1),
                Due::Day(day) => zone.from_local_datetime(&day.and_hms_opt(12, 0, 0).unwrap()).unwrap().to_utc(),
            };
            let Some(next) = next(&task, zone, now) else { break };
            dues.push(match next.due.unwrap() {
                Due::At(at) => at.with_timezone(&zone).format("%m-%d %H:%M%:z").to_string(),
                Due::Day(day) => day.format("%Y-%m-%d").to_string(),
            });
            (task.due, task.repeat) = (next.due, Some(next.repeat));
        }
        dues
    }

    #[test]
    fn nine_stays_nine_when_the_clocks_change() {
        let daily = |zone, due| series(zone, due, "FREQ=DAILY", 2);
        assert_eq!(daily(Berlin, "2026-03-28T08:00:00Z"), ["03-29 09:00+02:00", "03-30 09:00+02:00"]);
        assert_eq!(daily(Berlin, "2026-10-24T07:00:00Z"), ["10-25 09:00+01:00", "10-26 09:00+01:00"]);
        assert_eq!(daily(New_York, "2026-03-07T14:00:00Z"), ["03-08 09:00-04:00", "03-09 09:00-04:00"]);
        assert_eq!(daily(New_York, "2026-10-31T13:00:00Z"), ["11-01 09:00-05:00", "11-02 09:00-05:00"]);
        assert_eq!(daily(Kathmandu, "2026-03-28T03:15:00Z"), ["03-29 09:00+05:45", "03-30 09:00+05:45"]);
        // Half an hour.
        assert_eq!(daily(Lord_Howe, "2026-04-03T22:00:00Z"), ["04-05 09:00+10:30", "04-06 09:00+10:30"]);
        assert_eq!(daily(Lord_Howe, "2026-10-02T22:30:00Z"), ["10-04 09:00+11:00", "10-05 09:00+11:00"]);
    }

    #[test]
    fn a_time_that_does_not_exist_moves_forward_and_one_that_comes_twice_counts_once() {
        let daily = |zone, due| series(zone, due, "FREQ=DAILY", 3);
        let skipped = daily(Berlin, "2026-03-27T01:30:00Z");
        assert_eq!(skipped, ["03-28 02:30+01:00", "03-29 03:30+02:00", "03-30 02:30+02:00"]);
        let skipped = daily(Lord_Howe, "2026-10-01T15:45:00Z");
        assert_eq!(skipped, ["10-03 02:15+10:30", "10-04 02:45+11:00", "10-05 02:15+11:00"]);
        let counted = series(Berlin, "2026-03-27T01:30:00Z", "FREQ=DAILY;COUNT=5", 9);
        assert_eq!(counted[1..], ["03-29 03:30+02:00", "03-30 02:30+02:00", "03-31 02:30+02:00"]);
        let twice = daily(New_York, "2026-10-30T05:30:00Z");
        assert_eq!(twice, ["10-31 01:30-04:00", "11-01 01:30-04:00", "11-02 01:30-05:00"]);
    }

    #[test]
    fn a_time_that_was_moved_is_meant_until_somebody_sets_another() {
        let remind_time = Some(at("2026-03-28T00:45:00Z"));
        let before = Task { remind_time, ..task("2026-03-28T01:30:00Z", "FREQ=DAILY", RepeatFrom::Schedule) };
        let after = |task: &Task, now| {
            let next = next(task, Berlin, at(now)).unwrap();
            Task { due: next.due, remind_time: next.remind_time, repeat: Some(next.repeat), ..task.clone() }
        };
        let rule = |task: &Task| task.repeat.clone().unwrap().rrule;
        let moved = after(&before, "2026-03-28T02:00:00Z");
        assert_eq!(moved.due, Some(Due::At(at("2026-03-29T01:30:00Z"))), "03:30");
        assert_eq!(rule(&moved), "FREQ=DAILY;BYHOUR=2;BYMINUTE=30");
        let back = after(&moved, "2026-03-29T02:00:00Z");
        assert_eq!((back.due, &*rule(&back)), (Some(Due::At(at("2026-03-30T00:30:00Z"))), "FREQ=DAILY"));
        assert_eq!(back.remind_time, Some(at("2026-03-29T23:45:00Z")), "three quarters of an hour before, as ever");
        assert_eq!(with_due_set(&moved, Berlin).unwrap().rrule, "FREQ=DAILY");
        let own = task("2026-03-28T08:00:00Z", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0", RepeatFrom::Schedule);
        assert_eq!(with_due_set(&own, Berlin), own.repeat);
    }

    #[test]
    fn an_hour_is_an_hour() {
        let hours = series(Berlin, "2026-03-29T00:30:00Z", "FREQ=HOURLY", 3);
        assert_eq!(hours, ["03-29 03:30+02:00", "03-29 04:30+02:00", "03-29 05:30+02:00"]);
    }

    #[test]
    fn months_and_years_are_of_different_lengths() {
        let days = |due, rrule| series(Berlin, due, rrule, 3);
        assert_eq!(days("2026-01-31", "FREQ=MONTHLY"), ["2026-03-31", "2026-05-31", "2026-07-31"]);
        assert_eq!(days("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1"), ["2026-02-28", "2026-03-31", "2026-04-30"]);
        assert_eq!(days("2024-02-29", "FREQ=YEARLY"), ["2028-02-29", "2032-02-29", "2036-02-29"]);
        assert_eq!(
            days("2026-11-02", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"),
            ["2026-11-04", "2026-11-16", "2026-11-18"]
        );
        assert_eq!(days("2026-11-09", "FREQ=MONTHLY;BYDAY=2MO"), ["2026-12-14", "2027-01-11", "2027-02-08"]);
    }

    #[test]
    fn count_and_until_end_a_series() {
        let days = |rrule| series(Berlin, "2026-12-01", rrule, 9);
        assert_eq!(days("FREQ=DAILY;COUNT=3"), ["2026-12-02", "2026-12-03"]);
        assert_eq!(days("FREQ=DAILY;COUNT=1"), [] as [&str; 0]);
        assert_eq!(days("FREQ=DAILY;UNTIL=20261203"), ["2026-12-02", "2026-12-03"]);
        let times = |rrule| series(Berlin, "2026-12-01T08:00:00Z", rrule, 9);
        assert_eq!(times("FREQ=DAILY;UNTIL=20261203T080000Z").len(), 2, "the end counts");
        assert_eq!(times("FREQ=DAILY;UNTIL=20261203T075959Z").len(), 1);
        assert_eq!(times("FREQ=DAILY;UNTIL=20261203T090000").len(), 2, "by the clock on the wall");
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let weekly = task("2026-11-02", "FREQ=WEEKLY;COUNT=10", RepeatFrom::Schedule);
        let next = next(&weekly, Berlin, at("2026-11-25T10:00:00Z")).unwrap();
        assert_eq!(next.due, Some("2026-11-30".parse().unwrap()));
        assert_eq!(next.repeat.rrule, "FREQ=WEEKLY;COUNT=6", "what was missed counts all the same");
    }

    #[test]
    fn minutes_that_were_left_alone_for_years_begin_anew() {
        let minutes = task("2016-11-02T08:00:00Z", "FREQ=MINUTELY", RepeatFrom::Schedule);
        let next = next(&minutes, Berlin, at("2026-11-25T10:00:30Z")).unwrap();
        assert_eq!(next.due, Some(Due::At(at("2026-11-25T10:01:30Z"))));
    }

    #[test]
    fn what_is_done_early_keeps_its_schedule() {
        let weekly = task("2026-11-30", "FREQ=WEEKLY", RepeatFrom::Schedule);
        let next = next(&weekly, Berlin, at("2026-11-25T10:00:00Z")).unwrap();
        assert_eq!(next.due, Some("2026-12-07".parse().unwrap()));
    }

    #[test]
    fn from_completion_counts_from_then() {
        let done = at("2026-11-25T20:00:00Z");
        let next_of = |due: &str, rrule: &str| next(&task(due, rrule, RepeatFrom::Completion), Berlin, done).unwrap();
        assert_eq!(next_of("2026-11-02", "FREQ=DAILY;INTERVAL=3").due, Some("2026-11-28".parse().unwrap()));
        // At the time of day that it had.
        let timed = next_of("2026-11-02T08:00:00Z", "FREQ=DAILY;INTERVAL=3;COUNT=5");
        assert_eq!(
            (timed.due, &*timed.repeat.rrule),
            (Some(Due::At(at("2026-11-28T08:00:00Z"))), "FREQ=DAILY;INTERVAL=3;COUNT=4")
        );
        assert_eq!(next_of("2026-11-02", "FREQ=WEEKLY;BYDAY=MO").due, Some("2026-11-30".parse().unwrap()));
        assert_eq!(next_of("", "FREQ=DAILY").due, Some("2026-11-26".parse().unwrap()), "without a due date");
        let hours = next_of("2026-11-02T08:00:00Z", "FREQ=HOURLY;INTERVAL=6");
        assert_eq!(hours.due, Some(Due::At(at("2026-11-26T02:00:00Z"))));
    }

    #[test]
    fn a_reminder_keeps_its_distance() {
        let reminded = |due: &str, remind: &str| {
            let task = Task { remind_time: Some(at(remind)), ..task(due, "FREQ=DAILY", RepeatFrom::Schedule) };
            let next = next(&task, Berlin, at("2026-03-28T12:00:00Z")).unwrap();
            (next.due.map(|due| due.to_string()), next.remind_time.unwrap().to_rfc3339())
        };
        // Due on a day of 23 hours; half an hour before stays half an hour before, the evening before the evening before.
        let (due, remind) = reminded("2026-03-28T08:00:00Z", "2026-03-28T07:30:00Z");
        assert_eq!((due.as_deref(), &*remind), (Some("2026-03-29T07:00:00Z"), "2026-03-29T06:30:00+00:00"));
        let (due, remind) = reminded("2026-03-28", "2026-03-27T19:00:00Z");
        assert_eq!((due.as_deref(), &*remind), (Some("2026-03-29"), "2026-03-28T19:00:00+00:00"));
        assert_eq!(reminded("", "2026-03-28T07:30:00Z"), (None, "2026-03-29T06:30:00+00:00".to_owned()));
    }

    #[test]
    fn rules_that_are_none_are_refused() {
        let refused = |rrule: &str| {
            check(&Repeat { rrule: rrule.to_owned(), from: RepeatFrom::Schedule }, at("2026-11-25T20:00:00Z")).is_err()
        };
        for rrule in
            ["", "daily", "FREQ=SOMETIMES", "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;BYMONTHDAY=99", "FREQ=DAILY;X"]
        {
            assert!(refused(rrule), "{rrule}");
        }
        for rrule in [
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=3;UNTIL=20301231",
            "FREQ=DAILY;UNTIL=20251231",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=1;BYYEARDAY=200",
        ] {
            assert!(refused(rrule), "{rrule}");
        }
        for rrule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=DAILY",
            "freq=weekly;byday=mo",
            "FREQ=DAILY;UNTIL=20301231",
            "FREQ=MONTHLY;BYDAY=-1FR",
        ] {
            assert!(!refused(rrule), "{rrule}");
        }
    }
}
