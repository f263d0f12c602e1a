//! Repeats as people say them, to [RFC 5545](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10) rules.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use super::{
    Present, local_time,
    on::{day_and_month, days_of_month, every_month, list, nth_day, of_month, on_unit, on_weekdays},
    rule::{End, Every, Rule},
    times::{Daytime, Said, daytime, part_of_day, time},
    vocabulary::{Unit, number, unit, weekday, weekdays_plural},
    when::date,
};
use crate::model::{Due, Repeat, RepeatFrom};

/// Most words of one.
pub(super) const LONGEST: usize = 12;
/// How far the first occurrence is looked for: 29 February may be eight years away.
const FAR: u64 = 9 * 366;

/// A repeat, and when its task is first due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) repeat: Repeat,
    pub(super) first: Due,
}

pub(super) const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
pub(super) const WEEKEND: [Weekday; 2] = [Weekday::Sat, Weekday::Sun];

/// What a repeat begins with.
struct Head {
    every: Every,
    from: RepeatFrom,
    /// "every morning"
    part: Option<Daytime>,
    taken: usize,
}

/// The repeat that these words say, all of them.
pub(super) fn phrase(words: &[&str], present: &Present) -> Option<Found> {
    if let Some(words) = apart(words) {
        return phrase(&words, present);
    }
    let Head { every, from, mut part, mut taken } = head(words)?;
    let (mut said, mut end) = (None, None);
    while taken < words.len() {
        let rest = &words[taken..];
        if let Some((time, more)) = time(rest).filter(|_| said.is_none()) {
            said = Some(time);
            taken += more;
        } else if let Some((daytime, more)) = daytime(rest).filter(|_| part.is_none()) {
            part = Some(daytime);
            taken += more;
        } else if let Some((limit, more)) = limit(rest, present).filter(|_| end.is_none()) {
            end = Some(limit);
            taken += more;
        } else {
            return None;
        }
    }
    let at = match (said, part) {
        (Some(said), Some(part)) => Some(said.in_part(part).0),
        (said, part) => said.map(Said::usual).or(part.map(Daytime::usual)),
    };
    let first = first(&every, at, present)?;
    let rrule = Rule { every, at: None, end }.to_string();
    Some(Found { repeat: Repeat { rrule, from }, first })
}

/// `mon,wed` as two words, if there is such a word.
fn apart<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    let is_day = |word: &str| weekday(word).is_some() || weekdays_plural(word).is_some();
    let is_list = |word: &str| word.contains(',') && word.split(',').all(is_day);
    let parts = |word: &&'a str| if is_list(word) { word.split(',').collect() } else { vec![*word] };
    words.iter().any(|word| is_list(word)).then(|| words.iter().flat_map(parts).collect())
}

/// What it repeats on: up to a time or an end.
fn head(words: &[&str]) -> Option<Head> {
    let first = *words.first()?;
    let rest = &words[1..];
    let scheduled = |(every, taken): (Every, usize), before: usize| Head {
        every,
        from: RepeatFrom::Schedule,
        part: None,
        taken: taken + before,
    };
    let of = match first {
        "daily" | "ежедневно" => Some(Unit::Day),
        "weekly" | "еженедельно" => Some(Unit::Week),
        "monthly" | "ежемесячно" => Some(Unit::Month),
        "yearly" | "annually" | "ежегодно" => Some(Unit::Year),
        _ => None,
    };
    if let Some(of) = of {
        return on_unit(of, 1, rest).map(|found| scheduled(found, 1));
    }
    if let Some(found) = on_weekdays(words) {
        return Some(scheduled(found, 0));
    }
    let (word, from) = match first.strip_suffix('!') {
        Some(word) => (word, RepeatFrom::Completion),
        None => (first, RepeatFrom::Schedule),
    };
    let is_every = matches!(word, "every" | "each" | "каждый" | "каждую" | "каждое" | "каждые" | "каждого" | "каждой");
    if !is_every {
        return every_month(words).map(|found| scheduled(found, 0));
    }
    if let Some(part) = rest.first().and_then(|word| part_said(word)) {
        return Some(Head { every: Every::Plain(Unit::Day, 1), from, part: Some(part), taken: 2 });
    }
    let (every, taken) =
        ordinal(rest).or_else(|| units(rest)).or_else(|| listed(rest, 1)).or_else(|| month_day(rest))?;
    Some(Head { every, from, part: None, taken: taken + 1 })
}

fn part_said(word: &str) -> Option<Daytime> {
    match word {
        "утро" => Some(Daytime::Morning),
        "вечер" => Some(Daytime::Evening),
        word => part_of_day(word),
    }
}

/// `last friday`, `first monday of the month`, `second tuesday`, which is each other one, `third day`.
fn ordinal(words: &[&str]) -> Option<(Every, usize)> {
    let is_second = matches!(*words.first()?, "second" | "второй" | "вторую" | "второе");
    if let Some((every, taken)) = nth_day(words) {
        match (of_month(words.get(taken..)?), &every) {
            (Some(of), _) => return Some((every, taken + of)),
            (None, Every::Nth(..)) if is_second => {
                return listed(&words[1..], 2).map(|(every, taken)| (every, taken + 1));
            }
            (None, Every::Nth(..)) => return Some((every, taken)),
            _ => {}
        }
    }
    let count = match words[0] {
        "second" | "2nd" | "второй" | "вторую" | "второе" => 2,
        "third" | "3rd" | "третий" | "третью" | "третье" => 3,
        "fourth" | "4th" | "четвертый" | "четвертую" | "четвертое" => 4,
        _ => return None,
    };
    let of = long_unit(words.get(1)?)?;
    on_unit(of, count, &words[2..]).map(|(every, taken)| (every, taken + 2))
}

/// Letters alone are no unit here: "every m".
fn long_unit(word: &str) -> Option<Unit> {
    unit(word).filter(|_| word.chars().count() > 2)
}

/// `day`, `2 weeks on mon and wed`, `month on the 31st`, `year on 29 feb`, `weekday`.
fn units(words: &[&str]) -> Option<(Every, usize)> {
    match words {
        ["weekday" | "workday", ..] => return Some((Every::Weekdays(WORKDAYS.to_vec(), 1), 1)),
        ["working" | "work" | "business" | "week", "day", ..] | ["рабочий" | "будний", "день", ..] => {
            return Some((Every::Weekdays(WORKDAYS.to_vec(), 1), 2));
        }
        ["weekend" | "выходные", ..] => return Some((Every::Weekdays(WEEKEND.to_vec(), 1), 1)),
        _ => {}
    }
    let (count, at) = match number(words.first()?) {
        Some(count) => (count, 1),
        None => (1, 0),
    };
    let of = long_unit(words.get(at)?)?;
    on_unit(of, count, &words[at + 1..]).map(|(every, taken)| (every, at + 1 + taken))
}

/// `mon, wed and fri`; `other monday`.
fn listed(words: &[&str], interval: u32) -> Option<(Every, usize)> {
    if words.first() == Some(&"other") && interval == 1 {
        return listed(&words[1..], 2).map(|(every, taken)| (every, taken + 1));
    }
    let (days, taken) = list(words, |word| weekday(word).map(|(day, _)| day))?;
    Some((Every::Weekdays(days, interval), taken))
}

/// `31st`, `1 число`, `15 числа`, `29 feb`.
fn month_day(words: &[&str]) -> Option<(Every, usize)> {
    if let Some((day, month, taken)) = day_and_month(words) {
        return Some((Every::YearDay(day, month), taken));
    }
    // A number alone may count anything.
    let (days, taken, is_sure) = days_of_month(words)?;
    let of = of_month(&words[taken..]).unwrap_or(0);
    is_sure.then_some((Every::MonthDays(days), taken + of))
}

/// `until 1 dec`, `3 times`, `до 1 декабря`, `5 раз`.
fn limit(words: &[&str], present: &Present) -> Option<(End, usize)> {
    match words {
        ["until" | "till" | "до", rest @ ..] => {
            let (day, taken) = date(rest, present.wall.date())?;
            Some((End::Until(day), taken + 1))
        }
        ["for", count, "times", ..] => Some((End::Count(number(count)?), 3)),
        [count, "times" | "раз" | "раза", ..] => Some((End::Count(number(count)?), 2)),
        _ => None,
    }
}

/// The first occurrence: today, if that fits and its time is still to come.
fn first(every: &Every, at: Option<NaiveTime>, present: &Present) -> Option<Due> {
    if let Every::Plain(unit @ (Unit::Minute | Unit::Hour), count) = every
        && at.is_none()
    {
        let seconds = super::vocabulary::seconds_in(*unit)?.checked_mul(i64::from(*count))?;
        return present.now.checked_add_signed(chrono::TimeDelta::try_seconds(seconds)?).map(Due::At);
    }
    let today = present.wall.date();
    let begin = u64::from(at.is_some_and(|at| present.wall.time() >= at));
    let mut days = (begin..FAR).map_while(|ahead| today.checked_add_days(Days::new(ahead)));
    let day = days.find(|day| falls_on(every, *day))?;
    Some(match at {
        Some(at) => Due::At(local_time(present.zone, day.and_time(at))),
        None => Due::Day(day),
    })
}

fn falls_on(every: &Every, day: NaiveDate) -> bool {
    match every {
        Every::Plain(..) => true,
        Every::Weekdays(days, _) => days.contains(&day.weekday()),
        Every::MonthDays(days) => days.iter().any(|wanted| match u32::try_from(*wanted) {
            Ok(wanted) => day.day() == wanted,
            Err(_) => day.succ_opt().is_none_or(|next| next.day() == 1),
        }),
        Every::YearDay(wanted, month) => day.day() == *wanted && day.month() == *month,
        Every::Nth(nth, wanted) => {
            let week = if *nth > 0 {
                i32::try_from(day.day0() / 7 + 1).unwrap_or(0) == *nth
            } else {
                day.checked_add_days(Days::new(7)).is_none_or(|later| later.month() != day.month())
            };
            day.weekday() == *wanted && week
        }
    }
}
