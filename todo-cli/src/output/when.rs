//! Times as people read them: relative to now, in the zone of this machine.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use todo_sdk::model::{Due, Task};

/// How soon something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Its moment or its whole day has passed.
    Overdue,
    /// Today.
    Today,
    /// Within a week.
    Soon,
    /// Later, or never.
    Later,
}

/// How soon `due` is, seen from `now` and its zone.
pub(crate) fn urgency<Z: TimeZone>(due: Due, now: &DateTime<Z>) -> Urgency {
    let days = days_until(day_of(due, &now.timezone()), now);
    match due {
        Due::At(at) if at < now.to_utc() => Urgency::Overdue,
        _ if days < 0 => Urgency::Overdue,
        _ if days == 0 => Urgency::Today,
        _ if days <= 7 => Urgency::Soon,
        _ => Urgency::Later,
    }
}

/// `today`, `tomorrow 18:30`, `Fri`, `3 days ago`, `2026-12-01`.
pub(crate) fn relative<Z: TimeZone>(due: Due, now: &DateTime<Z>) -> String {
    let zone = now.timezone();
    let day = day_of(due, &zone);
    let name = day_name(day, days_until(day, now));
    match due {
        Due::Day(_) => name,
        Due::At(at) => format!("{name} {}", clock(at, &zone)),
    }
}

/// `2026-12-01`, or `2026-12-01 18:30` in the zone of `now`, for places that show everything.
pub(crate) fn absolute<Z: TimeZone>(due: Due, now: &DateTime<Z>) -> String {
    match due {
        Due::Day(day) => day.to_string(),
        Due::At(at) => format!("{} {}", day_of(due, &now.timezone()), clock(at, &now.timezone())),
    }
}

fn day_of<Z: TimeZone>(due: Due, zone: &Z) -> NaiveDate {
    match due {
        Due::Day(day) => day,
        Due::At(at) => at.with_timezone(zone).date_naive(),
    }
}

fn days_until<Z: TimeZone>(day: NaiveDate, now: &DateTime<Z>) -> i64 {
    day.signed_duration_since(now.date_naive()).num_days()
}

fn day_name(day: NaiveDate, days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2..=6 => day.format("%a").to_string(),
        -6..=-2 => format!("{} days ago", -days),
        _ => day.to_string(),
    }
}

fn clock<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> String {
    at.with_timezone(zone).naive_local().format("%H:%M").to_string()
}

/// How a reminder is reckoned, and how often it comes: ` (30 min before, every 15 min until done)`.
pub(crate) fn reminder_words(task: &Task) -> String {
    let before = task.remind_before_seconds.map(before);
    let nag = task.nag_seconds.map(|seconds| format!("every {} until done", length(seconds)));
    let words: Vec<String> = [before, nag].into_iter().flatten().collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// `30 min before`, `when due`, `9 h after`.
pub(crate) fn before(seconds: i64) -> String {
    match seconds {
        0 => "when due".to_owned(),
        1.. => format!("{} before", length(seconds)),
        _ => format!("{} after", length(-seconds)),
    }
}

/// A length of time in its largest whole unit.
pub(crate) fn length(seconds: i64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    unit.map_or(format!("{seconds} s"), |(unit, name)| format!("{} {name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::{Urgency, absolute, relative, urgency};

    /// Monday evening at UTC+2: in UTC it is still Monday, in the zone almost Tuesday.
    fn now() -> chrono::DateTime<FixedOffset> {
        "2026-11-23T23:30:00+02:00".parse().unwrap()
    }

    fn shown(due: &str) -> (String, Urgency) {
        let due = due.parse().unwrap();
        (relative(due, &now()), urgency(due, &now()))
    }

    #[test]
    fn days_are_those_of_the_zone() {
        assert_eq!(shown("2026-11-23"), ("today".into(), Urgency::Today));
        assert_eq!(shown("2026-11-22"), ("yesterday".into(), Urgency::Overdue));
        assert_eq!(shown("2026-11-27"), ("Fri".into(), Urgency::Soon));
        assert_eq!(shown("2026-11-20"), ("3 days ago".into(), Urgency::Overdue));
        assert_eq!(shown("2027-11-20"), ("2027-11-20".into(), Urgency::Later));
    }

    #[test]
    fn moments_pass_within_a_day() {
        assert_eq!(shown("2026-11-23T21:00:00Z"), ("today 23:00".into(), Urgency::Overdue));
        assert_eq!(shown("2026-11-23T21:45:00Z"), ("today 23:45".into(), Urgency::Today));
        assert_eq!(shown("2026-11-23T22:15:00Z"), ("tomorrow 00:15".into(), Urgency::Soon));
        assert_eq!(absolute("2026-11-23T22:15:00Z".parse().unwrap(), &now()), "2026-11-24 00:15");
    }
}
