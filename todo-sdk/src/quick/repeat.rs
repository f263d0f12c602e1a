//! Repeats as people say them, to [RFC 5545](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10) rules.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use super::{
    Present, local_time,
    times::{part_of_day, time},
    vocabulary::{Unit, day_of_month, month, number, unit, weekday, weekdays_plural},
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

/// What a rule repeats on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Every {
    Plain(Unit, u32),
    Weekdays(Vec<Weekday>, u32),
    MonthDay(u32),
    /// The first (1) or the last (-1) such weekday of a month.
    Nth(i32, Weekday),
    YearDay(u32, u32),
}

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const WEEKEND: [Weekday; 2] = [Weekday::Sat, Weekday::Sun];

/// The repeat that these words say, all of them.
pub(super) fn phrase(words: &[&str], present: &Present) -> Option<Found> {
    let (every, from, implied, mut taken) = head(words)?;
    let (mut at, mut end) = (implied, String::new());
    while taken < words.len() {
        let rest = &words[taken..];
        if let Some((time, more)) = time(rest).filter(|_| at.is_none()) {
            at = Some(time);
            taken += more;
        } else if let Some((part, more)) = limit(rest, present).filter(|_| end.is_empty()) {
            end = part;
            taken += more;
        } else {
            return None;
        }
    }
    let first = first(&every, at, present)?;
    let rrule = format!("{}{end}", rule(&every));
    Some(Found { repeat: Repeat { rrule, from }, first })
}

/// What it repeats on: up to a time or an end. With the time that "every morning" implies.
fn head(words: &[&str]) -> Option<(Every, RepeatFrom, Option<NaiveTime>, usize)> {
    let first = *words.first()?;
    let alone = |every: Every| Some((every, RepeatFrom::Schedule, None, 1));
    match first {
        "daily" | "ежедневно" => return alone(Every::Plain(Unit::Day, 1)),
        "weekly" | "еженедельно" => return alone(Every::Plain(Unit::Week, 1)),
        "monthly" | "ежемесячно" => return alone(Every::Plain(Unit::Month, 1)),
        "yearly" | "annually" | "ежегодно" => return alone(Every::Plain(Unit::Year, 1)),
        "по" => return on_weekdays(&words[1..]).map(|(every, taken)| (every, RepeatFrom::Schedule, None, taken + 1)),
        _ => {}
    }
    let (word, from) = match first.strip_suffix('!') {
        Some(word) => (word, RepeatFrom::Completion),
        None => (first, RepeatFrom::Schedule),
    };
    if !matches!(word, "every" | "each" | "каждый" | "каждую" | "каждое" | "каждые" | "каждого" | "каждой")
    {
        return None;
    }
    let rest = &words[1..];
    if let Some(time) = rest.first().and_then(|word| daytime(word)) {
        return Some((Every::Plain(Unit::Day, 1), from, Some(time), 2));
    }
    let (every, taken) = nth(rest).or_else(|| units(rest)).or_else(|| listed(rest, 1)).or_else(|| month_day(rest))?;
    Some((every, from, None, taken + 1))
}

fn daytime(word: &str) -> Option<NaiveTime> {
    match word {
        "утро" => part_of_day("morning"),
        "вечер" => part_of_day("evening"),
        word => part_of_day(word),
    }
}

/// `понедельникам и средам`, `будням`, `выходным`.
fn on_weekdays(words: &[&str]) -> Option<(Every, usize)> {
    match *words.first()? {
        "будням" => return Some((Every::Weekdays(WORKDAYS.to_vec(), 1), 1)),
        "выходным" => return Some((Every::Weekdays(WEEKEND.to_vec(), 1), 1)),
        _ => {}
    }
    list(words, weekdays_plural).map(|(days, taken)| (Every::Weekdays(days, 1), taken))
}

/// `last friday`, `first monday of the month`, `последнюю пятницу месяца`.
fn nth(words: &[&str]) -> Option<(Every, usize)> {
    let nth = match *words.first()? {
        "first" | "1st" | "первый" | "первую" | "первое" => 1,
        "second" | "2nd" | "второй" | "вторую" | "второе" => 2,
        "third" | "3rd" | "третий" | "третью" | "третье" => 3,
        "fourth" | "4th" => 4,
        "last" | "последний" | "последнюю" | "последнее" => -1,
        _ => return None,
    };
    let (day, _) = weekday(words.get(1)?)?;
    let of = match words.get(2..).unwrap_or_default() {
        ["of", "the", "month", ..] => 3,
        ["of", "month", ..] | ["of", "every" | "each", "month", ..] => 2,
        ["месяца", ..] => 1,
        _ => 0,
    };
    Some((Every::Nth(nth, day), 2 + of))
}

/// `day`, `2 weeks on mon and wed`, `month on the 31st`, `year on 29 feb`, `weekday`.
fn units(words: &[&str]) -> Option<(Every, usize)> {
    match *words.first()? {
        "weekday" | "workday" => return Some((Every::Weekdays(WORKDAYS.to_vec(), 1), 1)),
        "weekend" => return Some((Every::Weekdays(WEEKEND.to_vec(), 1), 1)),
        _ => {}
    }
    let (count, at) = match number(words[0]) {
        Some(count) => (count, 1),
        None => (1, 0),
    };
    let of = unit(words.get(at)?)?;
    // Letters alone are no unit here: "every m".
    if words[at].chars().count() < 3 {
        return None;
    }
    let rest = &words[at + 1..];
    let on = usize::from(matches!(rest.first(), Some(&("on" | "по"))));
    let the = usize::from(rest.get(on) == Some(&"the"));
    match (of, on) {
        (Unit::Week, 1) => {
            let (days, taken) =
                list(&rest[1..], |word| weekdays_plural(word).or_else(|| weekday(word).map(|(day, _)| day)))?;
            Some((Every::Weekdays(days, count), at + 2 + taken))
        }
        (Unit::Month, 1) if count == 1 => {
            let day = day_of_month(rest.get(1 + the)?)?;
            Some((Every::MonthDay(day), at + 3 + the))
        }
        (Unit::Year, 1) if count == 1 => {
            let (day, month, taken) = day_and_month(&rest[1..])?;
            Some((Every::YearDay(day, month), at + 2 + taken))
        }
        (_, 1) => None,
        _ => Some((Every::Plain(of, count), at + 1)),
    }
}

fn day_and_month(words: &[&str]) -> Option<(u32, u32, usize)> {
    match words {
        [day, name, ..] if month(name).is_some() => Some((day_of_month(day)?, month(name)?, 2)),
        [name, day, ..] if month(name).is_some() => Some((day_of_month(day)?, month(name)?, 2)),
        _ => None,
    }
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
    let first = words.first()?;
    let day = day_of_month(first)?;
    if matches!(words.get(1), Some(&("число" | "числа"))) {
        return Some((Every::MonthDay(day), 2));
    }
    // A number alone may count anything.
    first.ends_with(|c: char| c.is_ascii_alphabetic()).then_some((Every::MonthDay(day), 1))
}

/// Weekdays with "and" or nothing between.
fn list(words: &[&str], day: impl Fn(&str) -> Option<Weekday>) -> Option<(Vec<Weekday>, usize)> {
    let mut days: Vec<Weekday> = Vec::new();
    let mut taken = 0;
    while let Some(word) = words.get(taken) {
        let and = usize::from(!days.is_empty() && matches!(*word, "and" | "и" | "&"));
        let Some(found) = words.get(taken + and).and_then(|word| day(word)) else { break };
        if !days.contains(&found) {
            days.push(found);
        }
        taken += 1 + and;
    }
    days.sort_by_key(Weekday::num_days_from_monday);
    (!days.is_empty()).then_some((days, taken))
}

/// `until 1 dec`, `3 times`, `до 1 декабря`, `5 раз`, as the end of a rule.
fn limit(words: &[&str], present: &Present) -> Option<(String, usize)> {
    match words {
        ["until" | "till" | "до", rest @ ..] => {
            let (day, taken) = date(rest, present.wall.date())?;
            Some((format!(";UNTIL={}", day.format("%Y%m%d")), taken + 1))
        }
        ["for", count, "times", ..] => Some((format!(";COUNT={}", number(count)?), 3)),
        [count, "times" | "раз" | "раза", ..] => Some((format!(";COUNT={}", number(count)?), 2)),
        _ => None,
    }
}

fn rule(every: &Every) -> String {
    let interval = |count: u32| if count > 1 { format!(";INTERVAL={count}") } else { String::new() };
    match every {
        Every::Plain(unit, count) => {
            let name = match unit {
                Unit::Minute => "MINUTELY",
                Unit::Hour => "HOURLY",
                Unit::Day => "DAILY",
                Unit::Week => "WEEKLY",
                Unit::Month => "MONTHLY",
                Unit::Year => "YEARLY",
            };
            format!("FREQ={name}{}", interval(*count))
        }
        Every::Weekdays(days, count) => {
            let days: Vec<&str> = days.iter().map(|day| code(*day)).collect();
            format!("FREQ=WEEKLY{};BYDAY={}", interval(*count), days.join(","))
        }
        Every::MonthDay(day) => format!("FREQ=MONTHLY;BYMONTHDAY={day}"),
        Every::Nth(nth, day) => format!("FREQ=MONTHLY;BYDAY={nth}{}", code(*day)),
        Every::YearDay(day, month) => format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}"),
    }
}

fn code(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
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
        Every::MonthDay(wanted) => day.day() == *wanted,
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
