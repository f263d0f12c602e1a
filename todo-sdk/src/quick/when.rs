//! Date phrases.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};

use super::{
    Present, local_time,
    times::{Daytime, Said, daytime, part_of_day, time},
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
    Time(Said),
    Daytime(Daytime),
    /// "morning": only behind a day, or it is a greeting.
    OfDay(Daytime),
    /// "this evening": of today.
    OfToday(Daytime),
    /// A moment by itself: so long from now, or as machines write it.
    Moment(DateTime<Utc>),
}

/// The date that these words say, all of them.
pub(super) fn phrase(words: &[&str], present: &Present) -> Option<Due> {
    let (mut day, mut said, mut daytime) = (None, None, None);
    let mut rest = words;
    while !rest.is_empty() {
        let (part, taken) = part(rest, present)?;
        match part {
            Part::Moment(at) => return (words.len() == taken).then_some(Due::At(at)),
            Part::Time(time) if said.is_none() => said = Some(time),
            Part::Daytime(part) if daytime.is_none() => daytime = Some(part),
            Part::OfDay(part) if daytime.is_none() && day.is_some() => daytime = Some(part),
            Part::OfToday(part) if daytime.is_none() && day.is_none() => {
                day = Some(Part::Day(present.wall.date()));
                daytime = Some(part);
            }
            Part::Day(_) | Part::Weekday(..) if day.is_none() => day = Some(part),
            // "friday, 27 nov" is one day said twice.
            Part::Day(date) if matches!(day, Some(Part::Weekday(wanted, _)) if wanted == date.weekday()) => {
                day = Some(part);
            }
            _ => return None,
        }
        rest = &rest[taken..];
    }
    match (said, daytime) {
        (Some(said), Some(part)) => in_part(day, said, part, present),
        (Some(said), None) => at_time(day, said, present),
        (None, Some(part)) => at_daytime(day, part, present),
        (None, None) => all_day(day?, present),
    }
}

fn all_day(day: Part, present: &Present) -> Option<Due> {
    match day {
        Part::Day(day) => Some(Due::Day(day)),
        Part::Weekday(wanted, Sure::Yes) => behind(present.wall.date(), wanted).map(Due::Day),
        _ => None,
    }
}

/// `tonight at 8`: eight in the evening. What is behind midnight belongs to the night of that day.
fn in_part(day: Option<Part>, said: Said, part: Daytime, present: &Present) -> Option<Due> {
    let (time, is_behind) = said.in_part(part);
    match day {
        Some(Part::Day(day)) if is_behind => Some(at(day.succ_opt()?, time, present)),
        _ => moment(day, time, present),
    }
}

fn at_time(day: Option<Part>, said: Said, present: &Present) -> Option<Due> {
    let (today, now) = (present.wall.date(), present.wall.time());
    let time = match day {
        Some(Part::Day(day)) if day == today => said.today(now),
        Some(Part::Day(_)) => said.usual(),
        Some(Part::Weekday(wanted, _)) if today.weekday() != wanted => said.usual(),
        _ => said.ahead(now).unwrap_or_else(|| said.usual()),
    };
    moment(day, time, present)
}

/// Today's part of the day is today's however late it is; "in the evening" is, as long as the evening goes on.
fn at_daytime(day: Option<Part>, part: Daytime, present: &Present) -> Option<Due> {
    let (today, now) = (present.wall.date(), present.wall.time());
    match (day, part.left(now)) {
        (Some(Part::Day(day)), None) if day == today => Some(Due::Day(today)),
        (Some(Part::Day(day)), Some(time)) if day == today => Some(at(today, time, present)),
        // Whoever says "in the morning" in the morning means the next.
        (None, Some(time)) if part != Daytime::Morning => Some(at(today, time, present)),
        _ => moment(day, part.usual(), present),
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
    Some(at(day, time, present))
}

fn at(day: NaiveDate, time: NaiveTime, present: &Present) -> Due {
    Due::At(local_time(present.zone, day.and_time(time)))
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
        .or_else(|| instant(words.first()?, present).map(|at| (Part::Moment(at), 1)))
        .or_else(|| date(words, today).map(|(day, taken)| (Part::Day(day), taken)))
        .or_else(|| time(words).map(|(said, taken)| (Part::Time(said), taken)))
        .or_else(|| daytime(words).map(|(part, taken)| (Part::Daytime(part), taken)))
}

/// Whether a date begins here.
pub(super) fn begins(words: &[&str], present: &Present) -> bool {
    part(words, present).is_some()
}

/// Days that are named by their distance, with what stands before them.
fn relative(words: &[&str], today: NaiveDate) -> Option<(Part, usize)> {
    let before = match words {
        ["at" | "by" | "on" | "before", "the", "end" | "last", ..] => 2,
        ["at", "end", ..] | ["the", "end" | "last", ..] | ["on", "last", ..] => 1,
        ["by" | "before" | "on" | "for" | "@" | "на" | "до" | "к", ..] => 1,
        _ => 0,
    };
    let with_preposition = || prepositioned(words, today).map(|(day, taken)| (Part::Day(day), taken));
    with_preposition().or_else(|| named(&words[before..], today).map(|(part, taken)| (part, before + taken)))
}

fn named(words: &[&str], today: NaiveDate) -> Option<(Part, usize)> {
    let ahead = |days: u64| today.checked_add_days(Days::new(days)).map(Part::Day);
    let month_end = || month_end(today).map(Part::Day);
    let (part, taken) = match words {
        ["the", "day", "after", "tomorrow", ..] => (ahead(2), 4),
        ["day", "after", "tomorrow", ..] => (ahead(2), 3),
        ["last", "day", "of", "the" | "this", "month", ..] => (month_end(), 5),
        ["end", "of", "the" | "this", "month", ..] | ["last", "day", "of", "month", ..] => (month_end(), 4),
        ["end", "of", "month", ..] => (month_end(), 3),
        ["this", "weekend", ..] => (saturday(today).map(Part::Day), 2),
        ["next", "week", ..] => (behind(today, Weekday::Mon).map(Part::Day), 2),
        ["next", "month", ..] => (next_month(today).map(Part::Day), 2),
        ["next", "year", ..] => (NaiveDate::from_ymd_opt(today.year() + 1, 1, 1).map(Part::Day), 2),
        ["this", part, ..] => (part_of_day(part).map(Part::OfToday), 2),
        ["этим", "утром", ..] => (Some(Part::OfToday(Daytime::Morning)), 2),
        ["этим", "вечером", ..] => (Some(Part::OfToday(Daytime::Evening)), 2),
        ["tonight", ..] => (Some(Part::OfToday(Daytime::Tonight)), 1),
        // "tomorrow night" is as late as tonight.
        ["night", ..] => (Some(Part::OfDay(Daytime::Tonight)), 1),
        ["morning", ..] | ["evening", ..] | ["afternoon", ..] => (part_of_day(words[0]).map(Part::OfDay), 1),
        ["today" | "сегодня", ..] => (ahead(0), 1),
        ["tomorrow" | "tmr" | "tmrw" | "завтра", ..] => (ahead(1), 1),
        ["послезавтра", ..] => (ahead(2), 1),
        ["yesterday" | "вчера", ..] => (today.pred_opt().map(Part::Day), 1),
        _ => return None,
    };
    part.map(|part| (part, taken))
}

/// Days that their preposition belongs to: `в конце месяца`.
fn prepositioned(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let (day, taken) = match words {
        ["в", "последний", "день", "этого", "месяца", ..] => (month_end(today), 5),
        ["в", "последний", "день", "месяца", ..] => (month_end(today), 4),
        ["в", "конце", "месяца", ..] | ["до", "конца", "месяца", ..] | ["к", "концу", "месяца", ..] => {
            (month_end(today), 3)
        }
        ["в", "следующем", "месяце", ..] => (next_month(today), 3),
        ["на", "следующей", "неделе", ..] => (behind(today, Weekday::Mon), 3),
        ["on", "the", "weekend", ..] | ["в" | "на", "эти", "выходные", ..] | ["на", "этих", "выходных", ..] => {
            (saturday(today), 3)
        }
        ["на", "выходных" | "выходные", ..] => (saturday(today), 2),
        _ => return None,
    };
    day.map(|day| (day, taken))
}

fn next_month(today: NaiveDate) -> Option<NaiveDate> {
    today.with_day(1)?.checked_add_months(Months::new(1))
}

fn month_end(today: NaiveDate) -> Option<NaiveDate> {
    next_month(today)?.pred_opt()
}

/// The next Saturday, or today.
fn saturday(today: NaiveDate) -> Option<NaiveDate> {
    if today.weekday() == Weekday::Sat { Some(today) } else { behind(today, Weekday::Sat) }
}

/// `on friday`, `this coming friday`, `в следующую пятницу`, `к этой пятнице`.
fn weekday_part(words: &[&str], today: NaiveDate) -> Option<(Part, usize)> {
    let counts = |at: usize, known: fn(&str) -> bool| usize::from(words.get(at).is_some_and(|word| known(word)));
    let before =
        counts(0, |word| matches!(word, "on" | "by" | "before" | "for" | "@" | "в" | "во" | "до" | "к" | "на"));
    let this = match before {
        0 => counts(0, |word| matches!(word, "this" | "эту" | "этот")),
        _ => counts(1, |word| {
            matches!(word, "this" | "эту" | "этот" | "это" | "этой" | "этому" | "этого" | "ближайшую" | "ближайший")
        }),
    };
    let coming = counts(before + this, |word| word == "coming");
    let next = counts(before + this, |word| {
        word == "next" || word.strip_prefix("следующ").is_some_and(|ending| ending.chars().count() <= 3)
    });
    let taken = before + this + coming.max(next);
    let (wanted, sure) = weekday(words.get(taken)?)?;
    if next > 0 {
        let monday = behind(today, Weekday::Mon)?;
        let day = monday.checked_add_days(Days::new(wanted.num_days_from_monday().into()))?;
        return Some((Part::Day(day), taken + 1));
    }
    // "cream for sun" is for no Sunday.
    let sure = if taken > 0 && words[..taken] != ["for"] { Sure::Yes } else { sure };
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
    far(count, unit, present).map(|part| (part, taken))
}

fn compact_span(text: &str, present: &Present) -> Option<Part> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    if let (Some(count), Some(unit)) = (number(digits), unit(&text[digits.len()..])) {
        return far(count, unit, present);
    }
    from_now(TimeDelta::try_seconds(span(text)?)?, present)
}

fn from_now(delta: TimeDelta, present: &Present) -> Option<Part> {
    present.now.checked_add_signed(delta).map(Part::Moment)
}

/// Hours and minutes lead to a moment, longer units to a day.
fn far(count: u32, unit: Unit, present: &Present) -> Option<Part> {
    let today = present.wall.date();
    let days = |days: u32| today.checked_add_days(Days::new(days.into())).map(Part::Day);
    let months = |months: u32| today.checked_add_months(Months::new(months)).map(Part::Day);
    match unit {
        Unit::Minute => from_now(TimeDelta::minutes(count.into()), present),
        Unit::Hour => from_now(TimeDelta::hours(count.into()), present),
        Unit::Day => days(count),
        Unit::Week => days(count * 7),
        Unit::Month => months(count),
        Unit::Year => months(count * 12),
    }
}

/// A day by its date, and how many words it takes.
pub(super) fn date(words: &[&str], today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let preposition =
        words.first().filter(|word| matches!(**word, "on" | "by" | "before" | "for" | "@" | "до" | "к" | "на"));
    let before = usize::from(preposition.is_some());
    let before = before + usize::from(words.get(before) == Some(&"the"));
    let rest = &words[before..];
    // "sold for 10.12" is a price.
    let of_date = preposition.is_some_and(|word| !matches!(*word, "for" | "@")) || is_before_time(rest);
    if let Some(day) = rest.first().and_then(|word| numeric(word, today, of_date)) {
        return Some((day, before + 1));
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
    found.map(|day| (day, before + taken))
}

/// `31.12 в 18:00`
fn is_before_time(words: &[&str]) -> bool {
    matches!(words, [_, "в", ..]) && matches!(time(&words[1..]), Some((Said::Exact(_), _)))
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

/// A date in machine form, with a time or without: `2026-12-01T18:30`, `2026-12-01T18:30+03:00`.
pub(super) fn iso(text: &str, present: &Present) -> Option<Due> {
    if let Ok(due) = text.parse::<Due>() {
        return Some(due);
    }
    // chrono also reads years of more digits than anybody means.
    if text.as_bytes().get(4) != Some(&b'-') || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let with_offset = text.strip_suffix(['Z', 'z']).map(|text| format!("{text}+00:00"));
    let with_offset = with_offset.as_deref().unwrap_or(text);
    let forms = ["%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M%z", "%Y-%m-%dT%H:%M:%S%z"];
    if let Some(at) = forms.iter().find_map(|form| DateTime::parse_from_str(with_offset, form).ok()) {
        return Some(Due::At(at.to_utc()));
    }
    let wall = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(Due::At(local_time(present.zone, wall)))
}

/// A moment in machine form, one word in lower case.
fn instant(word: &str, present: &Present) -> Option<DateTime<Utc>> {
    if word.as_bytes().get(10) != Some(&b't') {
        return None;
    }
    match iso(&word.to_ascii_uppercase(), present)? {
        Due::At(at) => Some(at),
        Due::Day(_) => None,
    }
}
