//! Times in few columns.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use ratatui::style::Style;
use todo_sdk::model::{Due, Task};

use crate::{
    output::when::{Urgency, urgency},
    tui::{model::Model, model::store::day_of, theme::Theme},
};

/// Columns that the longest of the short ones takes: `yesterday 10:00`.
pub(crate) const COLUMNS: usize = 15;

/// `today 10:00`, `tomorrow`, `Fri 9:00`, `3 days ago`, `1 Dec 14:00`, `1 Dec 2027`.
pub(crate) fn short(due: Due, now: &DateTime<Tz>) -> String {
    let day = day_of(due, now.timezone());
    let clock = clock(due, now.timezone());
    match (day - now.date_naive()).num_days() {
        2..=6 => format!("{}{clock}", day.format("%a")),
        days @ -6..=-2 => days_ago(days),
        days => match near(days) {
            Some(name) => format!("{name}{clock}"),
            None if day.year() == now.year() => format!("{}{clock}", day.format("%-d %b")),
            None => day.format("%-d %b %Y").to_string(),
        },
    }
}

/// `Tue 24 Nov 10:00 · tomorrow`, `Thu 3 Dec 14:00`, `Wed 1 Dec 2027`.
pub(crate) fn long(due: Due, now: &DateTime<Tz>) -> String {
    let day = day_of(due, now.timezone());
    let date = format!("{}{}{}", day.format("%a %-d %b"), year(day, now), clock(due, now.timezone()));
    let days = (day - now.date_naive()).num_days();
    let name = near(days).map(str::to_owned).or_else(|| (-6..=-2).contains(&days).then(|| days_ago(days)));
    name.map_or_else(|| date.clone(), |name| format!("{date} · {name}"))
}

/// ` 3 Dec 14:00`, with the year if it is another one: for times that stand below each other.
pub(super) fn moment(at: DateTime<Utc>, now: &DateTime<Tz>) -> String {
    let day = at.with_timezone(&now.timezone()).date_naive();
    format!("{}{}{}", day.format("%e %b"), year(day, now), clock(Due::At(at), now.timezone()))
}

fn near(days: i64) -> Option<&'static str> {
    match days {
        0 => Some("today"),
        1 => Some("tomorrow"),
        -1 => Some("yesterday"),
        _ => None,
    }
}

fn days_ago(days: i64) -> String {
    format!("{} days ago", -days)
}

fn year(day: NaiveDate, now: &DateTime<Tz>) -> String {
    if day.year() == now.year() { String::new() } else { format!(" {}", day.year()) }
}

fn clock(due: Due, zone: Tz) -> String {
    match due {
        Due::At(at) => format!(" {}", zone.from_utc_datetime(&at.naive_utc()).format("%H:%M")),
        Due::Day(_) => String::new(),
    }
}

/// How urgent it looks.
pub(super) fn style(task: &Task, due: Due, model: &Model) -> Style {
    let theme = &model.theme;
    if task.completed { theme.dim } else { by_urgency(theme, urgency(due, &model.here())) }
}

fn by_urgency(theme: &Theme, urgency: Urgency) -> Style {
    match urgency {
        Urgency::Overdue => theme.alarm,
        Urgency::Today => theme.warn,
        Urgency::Soon => theme.calm,
        Urgency::Later => theme.dim,
    }
}

/// How a priority looks.
pub(super) fn priority_style(priority: i16, theme: &Theme) -> Style {
    match priority {
        1 => theme.alarm.patch(theme.strong),
        2 => theme.warn.patch(theme.strong),
        3 => theme.calm.patch(theme.strong),
        _ => theme.dim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_is_written_alike_everywhere() {
        let now = "2026-11-23T09:30:00Z".parse::<DateTime<Utc>>().unwrap().with_timezone(&chrono_tz::Europe::Berlin);
        let shown = |due: &str| {
            let due = due.parse().unwrap();
            (short(due, &now), long(due, &now))
        };
        let both = |short: &str, long: &str| (short.to_owned(), long.to_owned());
        assert_eq!(shown("2026-11-24T09:00:00Z"), both("tomorrow 10:00", "Tue 24 Nov 10:00 · tomorrow"));
        assert_eq!(shown("2026-11-27"), both("Fri", "Fri 27 Nov"));
        assert_eq!(shown("2026-11-20"), both("3 days ago", "Fri 20 Nov · 3 days ago"));
        assert_eq!(shown("2026-12-03T13:00:00Z"), both("3 Dec 14:00", "Thu 3 Dec 14:00"));
        assert_eq!(shown("2027-12-01"), both("1 Dec 2027", "Wed 1 Dec 2027"));
        assert_eq!(moment("2026-12-03T13:00:00Z".parse().unwrap(), &now), " 3 Dec 14:00");
    }
}
