//! Dates as they are typed after `--due` and the like.

use chrono::{
    DateTime, Days, Local, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use todo_sdk::model::Due;

use crate::zone::machine_tz;

/// What can be typed, for `--help` and for errors.
pub(crate) const FORMS: &str = "2026-12-01, \"2026-12-01 18:30\", today, \"tomorrow 9:00\", \"next friday\", 18:30, +3d, +2h, or 2026-12-01T18:30:00Z";

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DateError {
    #[error("expected one of: {FORMS}")]
    Unknown,
    #[error("there is no such day or time")]
    NoSuchDay,
    #[error("the clocks skip this time on that day")]
    SkippedByClocks,
    #[error("needs a time of day as well, e.g. \"{0} 9:00\"")]
    NeedsTime(String),
}

/// For clap: a due date in the zone of this machine.
pub(crate) fn due_arg(text: &str) -> Result<Due, DateError> {
    parse_due(text, &Local::now()).or_else(|error| phrase(text).ok_or(error))
}

/// What quick-add understands as well: `next friday`, `завтра в 10:00`.
fn phrase(text: &str) -> Option<Due> {
    let read = todo_sdk::quick::parse(text, Utc::now(), machine_tz());
    read.due.filter(|_| read.is_date_alone())
}

/// For clap: a moment in the zone of this machine.
pub(crate) fn moment_arg(text: &str) -> Result<DateTime<Utc>, DateError> {
    parse_moment(text, &Local::now()).or_else(|error| match phrase(text) {
        Some(Due::At(at)) => Ok(at),
        Some(Due::Day(_)) => Err(DateError::NeedsTime(text.to_owned())),
        None => Err(error),
    })
}

/// A day or a moment, reckoned from `now` in its zone. `+3d` (and `w`, `mo`, `y`) is a day, `+2h` (and `min`) a moment.
pub(crate) fn parse_due<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Result<Due, DateError> {
    let text = text.trim();
    if let Some(offset) = text.strip_prefix('+') {
        return match parse_offset(offset)? {
            Offset::Time(delta) => moment_after(now, delta).map(Due::At),
            Offset::Days(days) => days.after(now.date_naive()).map(Due::Day),
        };
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Due::At(at.to_utc()));
    }
    if looks_like_time(text) {
        return local(now.date_naive().and_time(parse_time(text)?), &now.timezone()).map(Due::At);
    }
    let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    let separator = if starts_with_digit { &[' ', 'T'][..] } else { &[' '] };
    let (day, time) = text.split_once(separator).map_or((text, None), |(day, time)| (day, Some(time)));
    let day = parse_day(day, now.date_naive())?;
    match time {
        None => Ok(Due::Day(day)),
        Some(time) => local(day.and_time(parse_time(time)?), &now.timezone()).map(Due::At),
    }
}

/// A moment: like [`parse_due`], but `+3d` keeps the time of day, and a bare day is refused.
pub(crate) fn parse_moment<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Result<DateTime<Utc>, DateError> {
    if let Some(Ok(Offset::Days(days))) = text.trim().strip_prefix('+').map(parse_offset) {
        let day = days.after(now.date_naive())?;
        return local(day.and_time(now.naive_local().time()), &now.timezone());
    }
    match parse_due(text, now)? {
        Due::At(at) => Ok(at),
        Due::Day(_) => Err(DateError::NeedsTime(text.trim().to_owned())),
    }
}

enum Offset {
    Time(TimeDelta),
    Days(DayOffset),
}

struct DayOffset {
    months: u32,
    days: u64,
}

impl DayOffset {
    fn after(&self, day: NaiveDate) -> Result<NaiveDate, DateError> {
        day.checked_add_months(Months::new(self.months))
            .and_then(|day| day.checked_add_days(Days::new(self.days)))
            .ok_or(DateError::NoSuchDay)
    }
}

fn parse_offset(text: &str) -> Result<Offset, DateError> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or(DateError::Unknown)?;
    let (number, unit) = text.split_at(unit_at);
    // Ten thousand years of hours still fit, and nothing below can overflow.
    let number: u32 = number.parse().map_err(|_| DateError::Unknown)?;
    let days = |months, days| Ok(Offset::Days(DayOffset { months, days }));
    match unit.trim() {
        "m" | "min" => Ok(Offset::Time(TimeDelta::minutes(number.into()))),
        "h" => Ok(Offset::Time(TimeDelta::hours(number.into()))),
        "d" => days(0, number.into()),
        "w" => days(0, u64::from(number) * 7),
        "mo" => days(number, 0),
        "y" => days(number.checked_mul(12).ok_or(DateError::NoSuchDay)?, 0),
        _ => Err(DateError::Unknown),
    }
}

fn moment_after<Z: TimeZone>(now: &DateTime<Z>, delta: TimeDelta) -> Result<DateTime<Utc>, DateError> {
    // Whole seconds: nobody types fractions.
    let whole = DateTime::from_timestamp(now.timestamp(), 0).ok_or(DateError::NoSuchDay)?;
    whole.checked_add_signed(delta).ok_or(DateError::NoSuchDay)
}

fn parse_day(text: &str, today: NaiveDate) -> Result<NaiveDate, DateError> {
    let after = |days| today.checked_add_days(Days::new(days)).ok_or(DateError::NoSuchDay);
    match text.to_ascii_lowercase().as_str() {
        "today" => Ok(today),
        "tomorrow" => after(1),
        "yesterday" => today.pred_opt().ok_or(DateError::NoSuchDay),
        // chrono also reads `2026-1-1`, `+2026-01-01`; the form has ten characters.
        date if date.len() == 10 && date.starts_with(|c: char| c.is_ascii_digit()) => {
            let shape = date.split('-').map(str::len).eq([4, 2, 2]);
            date.parse().map_err(|_| if shape { DateError::NoSuchDay } else { DateError::Unknown })
        }
        _ => Err(DateError::Unknown),
    }
}

fn looks_like_time(text: &str) -> bool {
    text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':')
}

fn parse_time(text: &str) -> Result<NaiveTime, DateError> {
    let text = text.trim();
    if !looks_like_time(text) {
        return Err(DateError::Unknown);
    }
    NaiveTime::parse_from_str(text, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"))
        .map_err(|_| DateError::NoSuchDay)
}

/// The moment that a clock on the wall shows: the first one, where clocks are put back.
fn local<Z: TimeZone>(wall: NaiveDateTime, zone: &Z) -> Result<DateTime<Utc>, DateError> {
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(at.to_utc()),
        LocalResult::None => Err(DateError::SkippedByClocks),
    }
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;

    /// Monday 23 November 2026, 22:30 at UTC+2.
    fn now() -> DateTime<FixedOffset> {
        "2026-11-23T22:30:15+02:00".parse().unwrap()
    }

    fn due(text: &str) -> String {
        parse_due(text, &now()).map_or_else(|error| format!("{error:?}"), |due| due.to_string())
    }

    fn moment(text: &str) -> String {
        parse_moment(text, &now()).map_or_else(|error| format!("{error:?}"), |at| Due::At(at).to_string())
    }

    #[test]
    fn days() {
        assert_eq!(due("2026-12-01"), "2026-12-01");
        assert_eq!(due("today"), "2026-11-23");
        assert_eq!(due(" Tomorrow "), "2026-11-24");
        assert_eq!(due("+3d"), "2026-11-26");
        assert_eq!(due("+2w"), "2026-12-07");
        assert_eq!(due("+3mo"), "2027-02-23");
    }

    #[test]
    fn moments_are_reckoned_in_the_zone_of_now() {
        assert_eq!(due("2026-12-01 18:30"), "2026-12-01T16:30:00Z");
        assert_eq!(due("2026-12-01T18:30"), "2026-12-01T16:30:00Z");
        assert_eq!(due("tomorrow 9:00"), "2026-11-24T07:00:00Z");
        assert_eq!(due("23:00"), "2026-11-23T21:00:00Z");
        assert_eq!(due("+2h"), "2026-11-23T22:30:15Z");
        assert_eq!(due("+30m"), "2026-11-23T21:00:15Z");
        assert_eq!(due("2026-12-01T18:30:00+05:00"), "2026-12-01T13:30:00Z");
    }

    #[test]
    fn reminders_want_a_time() {
        assert_eq!(moment("+1d"), "2026-11-24T20:30:15Z");
        assert_eq!(moment("tomorrow 9:00"), "2026-11-24T07:00:00Z");
        assert_eq!(moment("tomorrow"), "NeedsTime(\"tomorrow\")");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in
            ["", "soon", "01.12.2026", "2026-1-1", "2026-12-01 18", "+3", "+d", "+99999999999d", "12-2026-01", "T", "é"]
        {
            assert_eq!(due(text), "Unknown", "{text:?}");
        }
        for text in ["2026-02-30", "2026-12-01 25:00", "25:00", "+4294967295y", "+4294967295d"] {
            assert_eq!(due(text), "NoSuchDay", "{text:?}");
        }
    }
}
