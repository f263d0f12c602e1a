//! Due dates in few columns.

use chrono::{DateTime, Datelike, TimeZone};
use ratatui::style::Style;
use todo_sdk::model::{Due, Task};

use crate::{
    output::when::{Urgency, urgency},
    tui::{model::Model, model::store::day_of, theme::Theme},
};

/// Columns that the longest of them takes: `yesterday 10:00`.
pub(crate) const COLUMNS: usize = 15;

/// `today 10:00`, `tomorrow`, `Fri 9:00`, `3 days ago`, `1 Dec`, `1 Dec 2027`.
pub(crate) fn short(due: Due, now: &DateTime<chrono_tz::Tz>) -> String {
    let zone = now.timezone();
    let day = day_of(due, zone);
    let days = (day - now.date_naive()).num_days();
    let clock = match due {
        Due::At(at) => format!(" {}", zone.from_utc_datetime(&at.naive_utc()).format("%H:%M")),
        Due::Day(_) => String::new(),
    };
    match days {
        0 => format!("today{clock}"),
        1 => format!("tomorrow{clock}"),
        -1 => format!("yesterday{clock}"),
        2..=6 => format!("{}{clock}", day.format("%a")),
        -6..=-2 => format!("{} days ago", -days),
        _ if day.year() == now.year() => day.format("%-d %b").to_string(),
        _ => day.format("%-d %b %Y").to_string(),
    }
}

/// How urgent it looks.
pub(crate) fn style(task: &Task, due: Due, model: &Model) -> Style {
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
pub(crate) fn priority_style(priority: i16, theme: &Theme) -> Style {
    match priority {
        1 => theme.alarm.patch(theme.strong),
        2 => theme.warn.patch(theme.strong),
        3 => theme.calm.patch(theme.strong),
        _ => theme.dim,
    }
}
