//! Date phrases.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use super::{
    Present, local_time,
    times::{part_of_day, time},
    vocabulary::{Sure, Unit, day_of_month, month, number, span, unit, weekday},
};
use crate::model::Due;

/// Most words of a phrase.
pub(super) const LONGEST: usize = 8;

/// What the words of a phrase say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Day(NaiveDate),
    /// A weekday: today's counts only with a time that is still to come.
    Weekday(Weekday, Sure),
    Time(NaiveTime),
    /// "morning": only behind a day, or it is a greeting.
    Daytime(NaiveTime),
    /// So many seconds from now.
    After(TimeDelta),
}

/// The time of day that these words say, if they say nothing else.
pub(super) fn only_time(words: &[&str]) -> Option<NaiveTime> {
    time(words).filter(|(_, taken)| *taken == words.len()).map(|(time, _)| time)
}

/// The date that these words say, all of them.
pub(super) fn phrase(words: &[&str], present: &Present) -> Option<Due> {
    let (mut day, mut at, mut after) = (None, None, None);
    let mut rest = words;
    while !rest.is_empty() {
        let (part, taken) = part(rest, present)?;
        match part {
            Part::Time(time) if at.is_none() && after.is_none() => at = Some(time),
            Part::Daytime(time) if at.is_none() && day.is_some() => at = Some(time),
            Part::After(delta) if words.len() == taken => after = Some(delta),
            Part::Day(_) | Part::Weekday(..) if day.is_none() && after.is_none() => day = Some(part),
            _ => return None,
        }
        rest = &rest[taken..];
    }
    match (day, at, after) {
        (_, _, Some(delta)) => present.now.checked_add_signed(delta).map(Due::At),
        (Some(Part::Weekday(_, Sure::InContext)), None, _) => None,
        (Some(Part::Day(day)), None, _) => Some(Due::Day(day)),
        (Some(Part::Weekday(wanted, _)), None, _) => Some(Due::Day(behind(present.wall.date(), wanted)?)),
        (day, Some(time), _) => moment(day, time, present),
        _ => None,
    }
}

fn moment(day: Option<Part>, time: NaiveTime, present: &Present) -> Option<Due> {
    let today = present.wall.date();
    let is_over = present.wall.time() >= time;
    let day = match day {
        Some(Part::Day(day)) => day,
        Some(Part::Weekday(wanted, _)) if today.weekday() == wanted && !is_over => today,
        Some(Part::Weekday(wanted, _)) => behind(today, wanted)?,
        _ if is_over => today.succ_opt()?,
        _ => today,
    };
    Some(Due::At(local_time(present.zone, day.and_time(time))))
}

/// The next such weekday behind a day.
pub(super) fn behind(day: NaiveDate, wanted: Weekday) -> Option<NaiveDate> {
    let ahead = (wanted.num_days_from_monday() + 6 - day.weekday().num_days_from_monday()) % 7 + 1;
    day.checked_add_days(Days::new(ahead.into()))
}

/// What stands at the beginning of these words, and how many words it takes.
fn part(words: &[&str], present: &Present) -> Option<(Part, usize)> {
    let today = present.wall.date();
    relative(words, today)
        .or_else(|| weekday_part(words, today))
        .or_else(|| after(words, present))
        .or_else(|| date(words, today).map(|(day, taken)| (Part::Day(day), taken)))
        .or_else(|| time(words).map(|(time, taken)| (Part::Time(time), taken)))
}

/// Days that are named by their distance.
fn relative(words: &[&str], today: NaiveDate) -> Option<(Part, usize)> {
    let ahead = |days: u64| today.checked_add_days(Days::new(days)).map(Part::Day);
    let monday = || behind(today, Weekday::Mon).map(Part::Day);
    let weekend = || {
        let saturday = if today.weekday() == Weekday::Sat { Some(today) } else { behind(today, Weekday::Sat) };
        saturday.map(Part::Day)
    };
    let next_month = || today.with_day(1)?.checked_add_months(Months::new(1));
    let month_end = || next_month()?.pred_opt().map(Part::Day);
    let (part, taken) = match words {
        ["the", "day", "after", "tomorrow", ..] => (ahead(2), 4),
        ["day", "after", "tomorrow", ..] => (ahead(2), 3),
        ["end", "of", "the", "month", ..] | ["at", "end", "of", "month", ..] => (month_end(), 4),
        ["end", "of", "month", ..] | ["в", "конце", "месяца", ..] => (month_end(), 3),
        ["в", "следующем", "месяце", ..] => (next_month().map(Part::Day), 3),
        ["на", "следующей", "неделе", ..] => (monday(), 3),
        ["on", "the", "weekend", ..] => (weekend(), 3),
        ["this", "weekend", ..] | ["на", "выходных" | "выходные", ..] => (weekend(), 2),
        ["next", "week", ..] => (monday(), 2),
        ["next", "month", ..] => (next_month().map(Part::Day), 2),
        ["next", "year", ..] => (NaiveDate::from_ymd_opt(today.year() + 1, 1, 1).map(Part::Day), 2),
        ["this", part, ..] => (part_of_day(part).map(Part::Time), 2),
        ["tonight", ..] => (NaiveTime::from_hms_opt(20, 0, 0).map(Part::Time), 1),
        ["morning", ..] | ["evening", ..] | ["afternoon", ..] => (part_of_day(words[0]).map(Part::Daytime), 1),
        ["by" | "before" | "on" | "на" | "до" | "к", rest @ ..] => {
            return relative(rest, today).map(|(part, taken)| (part, taken + 1));
        }
        ["today" | "сегодня", ..] => (ahead(0), 1),
        ["tomorrow" | "tmr" | "tmrw" | "завтра", ..] => (ahead(1), 1),
        ["послезавтра", ..] => (ahead(2), 1),
        ["yesterday" | "вчера", ..] => (today.pred_opt().map(Part::Day), 1),
        _ => return None,
    };
    part.map(|part| (part, taken))
}

fn weekday_part(words: &[&str], today: NaiveDate) -> Option<(Part, usize)> {
    let (next, taken) = match words {
        [
            "on" | "by" | "this" | "в" | "во" | "до" | "к" | "на",
            "next" | "следующий" | "следующую" | "следующее",
            ..,
        ] => (true, 2),
        ["next" | "следующий" | "следующую" | "следующее", ..] => (true, 1),
        ["on" | "by" | "before" | "this" | "в" | "во" | "до" | "к" | "на", ..] => (false, 1),
        _ => (false, 0),
    };
    let (wanted, sure) = weekday(words.get(taken)?)?;
    if next {
        let monday = behind(today, Weekday::Mon)?;
        let day = monday.checked_add_days(Days::new(wanted.num_days_from_monday().into()))?;
        return Some((Part::Day(day), taken + 1));
    }
    let sure = if taken > 0 { Sure::Yes } else { sure };
    Some((Part::Weekday(wanted, sure), taken + 1))
}

/// `in 2 hours`, `in half an hour`, `+3d`, `через полчаса`.
fn after(words: &[&str], present: &Present) -> Option<(Part, usize)> {
    let (count, unit, taken) = match words {
        ["in", "half", "an", "hour", ..] => (30, Unit::Minute, 4),
        ["через", "полчаса", ..] => (30, Unit::Minute, 2),
        ["через", "полтора", "часа", ..] => (90, Unit::Minute, 3),
        ["in" | "через", count, of, ..] if number(count).is_some() && unit(of).is_some() => {
            (number(count)?, unit(of)?, 3)
        }
        ["через", of, ..] if unit(of).is_some() && of.chars().count() > 2 => (1, unit(of)?, 2),
        ["in" | "через", compact, ..] => return compact_span(compact, present).map(|part| (part, 2)),
        [compact, ..] => return compact_span(compact.strip_prefix('+')?, present).map(|part| (part, 1)),
        [] => return None,
    };
    far(count, unit, present.wall.date()).map(|part| (part, taken))
}

fn compact_span(text: &str, present: &Present) -> Option<Part> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    if let (Some(count), Some(unit)) = (number(digits), unit(&text[digits.len()..])) {
        return far(count, unit, present.wall.date());
    }
    span(text).and_then(TimeDelta::try_seconds).map(Part::After)
}

/// Hours and minutes lead to a moment, longer units to a day.
fn far(count: u32, unit: Unit, today: NaiveDate) -> Option<Part> {
    let days = |days: u32| today.checked_add_days(Days::new(days.into())).map(Part::Day);
    let months = |months: u32| today.checked_add_months(Months::new(months)).map(Part::Day);
    match unit {
        Unit::Minute => Some(Part::After(TimeDelta::minutes(count.into()))),
        Unit::Hour => Some(Part::After(TimeDelta::hours(count.into()))),
        Unit::Day => days(count),
        Unit::Week => days(count * 7),
        Unit::Month => months(count),
        Unit::Year => months(count * 12),
    }
}

/// A day by its date, and how many words it takes.
pub(super) fn date(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let prepositions =
        usize::from(matches!(words.first(), Some(&("on" | "by" | "before" | "до" | "к" | "на" | "the"))));
    let rest = &words[prepositions..];
    if let Some(day) = rest.first().and_then(|word| numeric(word, today, prepositions > 0)) {
        return Some((day, prepositions + 1));
    }
    let (day, month, mut taken) = match rest {
        [day, "of", name, ..] if month(name).is_some() => (day_of_month(day)?, month(name)?, 3),
        [day, name, ..] if month(name).is_some() => (day_of_month(day)?, month(name)?, 2),
        [name, day, ..] if month(name).is_some() && name.is_ascii() => (day_of_month(day)?, month(name)?, 2),
        _ => return None,
    };
    let year = rest.get(taken).and_then(|word| year(word));
    if year.is_some() {
        taken += 1;
        taken += usize::from(matches!(rest.get(taken), Some(&("года" | "г"))));
    }
    let found = match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => next_date(day, month, today),
    };
    found.map(|day| (day, prepositions + taken))
}

/// 29 February is in the next leap year.
fn next_date(day: u32, month: u32, today: NaiveDate) -> Option<NaiveDate> {
    (0..=8).filter_map(|years| NaiveDate::from_ymd_opt(today.year() + years, month, day)).find(|day| *day >= today)
}

fn year(word: &str) -> Option<i32> {
    word.parse().ok().filter(|year| word.len() == 4 && (1970..=9999).contains(year))
}

/// `2026-12-01`, `01.12.2026`, `01.12.`; `01.12` only where a preposition says that it is no price.
fn numeric(word: &str, today: NaiveDate, prepositioned: bool) -> Option<NaiveDate> {
    if word.len() == 10 && word.as_bytes()[4] == b'-' {
        return word.parse().ok();
    }
    let parts: Vec<&str> = word.split('.').collect();
    let short = |text: &str| text.parse::<u32>().ok().filter(|_| (1..=2).contains(&text.len()));
    match parts.as_slice() {
        [day, month, ""] if month.len() == 2 => next_date(short(day)?, short(month)?, today),
        [day, month, year] => {
            let long = match year.len() {
                4 => self::year(year)?,
                2 => 2000 + year.parse::<i32>().ok()?,
                _ => return None,
            };
            NaiveDate::from_ymd_opt(long, short(month)?, short(day)?)
        }
        [day, month] if prepositioned && month.len() == 2 => next_date(short(day)?, short(month)?, today),
        _ => None,
    }
}

/// A date in machine form, with a time or without: `2026-12-01T18:30`.
pub(super) fn iso(text: &str, present: &Present) -> Option<Due> {
    if let Ok(due) = text.parse::<Due>() {
        return Some(due);
    }
    let wall = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(Due::At(local_time(present.zone, wall)))
}
