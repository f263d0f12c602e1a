//! Which days of a week, a month or a year a repeat falls on.

use chrono::Weekday;

use super::{
    repeat::{WEEKEND, WORKDAYS},
    rule::Every,
    vocabulary::{Unit, day_of_month, month, weekday, weekdays_plural},
};

/// What follows a unit: `week on mon and wed`, `month on the 31st`, `месяц 15 числа`, `year on 29 feb`.
pub(super) fn on_unit(of: Unit, count: u32, rest: &[&str]) -> Option<(Every, usize)> {
    let first = rest.first().copied();
    let found = match of {
        Unit::Week => on_days_of_week(count, rest),
        Unit::Month if count == 1 => on_days_of_month(rest),
        Unit::Year if count == 1 => on_day_of_year(rest),
        _ => None,
    };
    // "в" may lead to a time of day, "on" may not.
    match found {
        None if matches!(first, Some("on" | "по")) => None,
        None => Some((Every::Plain(of, count), 0)),
        found => found,
    }
}

fn on_days_of_week(count: u32, rest: &[&str]) -> Option<(Every, usize)> {
    if !matches!(rest.first()?, &("on" | "по" | "в" | "во")) {
        return None;
    }
    let day = |word: &str| weekdays_plural(word).or_else(|| weekday(word).map(|(day, _)| day));
    list(&rest[1..], day).map(|(days, taken)| (Every::Weekdays(days, count), taken + 1))
}

fn on_days_of_month(rest: &[&str]) -> Option<(Every, usize)> {
    let preposition = rest.first().copied().filter(|word| matches!(*word, "on" | "по" | "в" | "во"));
    let before = usize::from(preposition.is_some());
    let before = before + usize::from(rest.get(before) == Some(&"the"));
    let rest = rest.get(before..)?;
    let is_on = matches!(preposition, Some("on" | "по"));
    let days = || days_of_month(rest).filter(|(_, _, is_sure)| *is_sure || is_on);
    let found = preposition.and_then(|_| nth_day(rest));
    let found = found.or_else(|| days().map(|(days, taken, _)| (Every::MonthDays(days), taken)));
    found.map(|(every, taken)| (every, taken + before))
}

fn on_day_of_year(rest: &[&str]) -> Option<(Every, usize)> {
    let before = usize::from(rest.first() == Some(&"on"));
    let before = before + usize::from(rest.get(before) == Some(&"the"));
    day_and_month(rest.get(before..)?).map(|(day, month, taken)| (Every::YearDay(day, month), taken + before))
}

/// `on the 15th of every month`, `15 числа каждого месяца`, `в последний день каждого месяца`.
pub(super) fn every_month(words: &[&str]) -> Option<(Every, usize)> {
    let before = usize::from(matches!(words.first()?, &("on" | "в" | "во")));
    let before = before + usize::from(words.get(before) == Some(&"the"));
    let rest = words.get(before..)?;
    let numbers = || days_of_month(rest).filter(|(_, _, is_sure)| *is_sure);
    let days = || numbers().map(|(days, taken, _)| (Every::MonthDays(days), taken));
    let (every, taken) = days().or_else(|| nth_day(rest))?;
    let of = match rest.get(taken..)? {
        ["of", "every" | "each", "month", ..] => 3,
        ["каждого", "месяца", ..] => 2,
        _ => return None,
    };
    Some((every, before + taken + of))
}

/// Words behind a day that say that it is one a month.
pub(super) fn of_month(words: &[&str]) -> Option<usize> {
    match words {
        ["of", "the" | "every" | "each", "month", ..] => Some(3),
        ["of", "month", ..] | ["каждого", "месяца", ..] => Some(2),
        ["месяца", ..] => Some(1),
        _ => None,
    }
}

/// `last friday`, `first day`, `последний день`.
pub(super) fn nth_day(words: &[&str]) -> Option<(Every, usize)> {
    let nth = match *words.first()? {
        "first" | "1st" | "первый" | "первую" | "первое" => 1,
        "second" | "2nd" | "второй" | "вторую" | "второе" => 2,
        "third" | "3rd" | "третий" | "третью" | "третье" => 3,
        "fourth" | "4th" | "четвертый" | "четвертую" | "четвертое" => 4,
        "last" | "последний" | "последнюю" | "последнее" => -1,
        _ => return None,
    };
    match *words.get(1)? {
        "day" | "день" => Some((Every::MonthDays(vec![nth]), 2)),
        word => weekday(word).map(|(day, _)| (Every::Nth(nth, day), 2)),
    }
}

/// `понедельникам и средам`, `будням`, `выходным`, behind "по"; `в будни`.
pub(super) fn on_weekdays(words: &[&str]) -> Option<(Every, usize)> {
    match words {
        ["в", "будни", ..] | ["по", "будням", ..] => Some((Every::Weekdays(WORKDAYS.to_vec(), 1), 2)),
        ["по", "рабочим" | "будним", "дням", ..] => Some((Every::Weekdays(WORKDAYS.to_vec(), 1), 3)),
        ["по", "выходным", ..] => Some((Every::Weekdays(WEEKEND.to_vec(), 1), 2)),
        ["по", rest @ ..] => {
            let short = |word: &str| weekday(word).filter(|_| word.chars().count() == 2).map(|(day, _)| day);
            let (days, taken) = list(rest, |word| weekdays_plural(word).or_else(|| short(word)))?;
            Some((Every::Weekdays(days, 1), taken + 1))
        }
        _ => None,
    }
}

pub(super) fn day_and_month(words: &[&str]) -> Option<(u32, u32, usize)> {
    match words {
        [day, name, ..] if month(name).is_some() => Some((day_of_month(day)?, month(name)?, 2)),
        [name, day, ..] if month(name).is_some() => Some((day_of_month(day)?, month(name)?, 2)),
        _ => None,
    }
}

/// `31st`, `1 и 15 числа`, and whether they can't count anything else.
pub(super) fn days_of_month(words: &[&str]) -> Option<(Vec<i32>, usize, bool)> {
    let mut days = Vec::new();
    let mut taken = 0;
    let mut is_sure = false;
    while let Some(word) = words.get(taken) {
        let and = usize::from(!days.is_empty() && matches!(*word, "and" | "и" | "&"));
        let next = words.get(taken + and).filter(|_| days.is_empty() || and == 1);
        let Some((word, day)) = next.and_then(|word| Some((word, day_of_month(word)?))) else { break };
        days.extend(i32::try_from(day).ok().filter(|day| !days.contains(day)));
        is_sure = word.ends_with(char::is_alphabetic);
        taken += 1 + and;
    }
    if matches!(words.get(taken), Some(&("число" | "числа" | "числам"))) {
        is_sure = true;
        taken += 1;
    }
    (!days.is_empty()).then_some((days, taken, is_sure))
}

/// Weekdays with "and" or nothing between.
pub(super) fn list(words: &[&str], day: impl Fn(&str) -> Option<Weekday>) -> Option<(Vec<Weekday>, usize)> {
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
