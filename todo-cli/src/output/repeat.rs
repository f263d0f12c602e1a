//! How a task repeats, in words that people can write again: `every 2 weeks on Monday` for `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO`.

use std::{collections::BTreeMap, num::NonZeroU32};

use todo_sdk::model::{Repeat, RepeatFrom};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The rule in words; as it is, where there are none for it.
pub(crate) fn words(repeat: &Repeat) -> String {
    let words = phrase(&repeat.rrule).map_or_else(|| repeat.rrule.clone(), |phrase| format!("every {phrase}"));
    match repeat.from {
        RepeatFrom::Schedule => words,
        RepeatFrom::Completion => format!("{words}, from completion"),
    }
}

/// As it is written into a field: a phrase where it is understood again, else the rule.
pub(crate) fn written(repeat: &Repeat, understood: impl Fn(&str) -> Option<Repeat>) -> String {
    let mark = if repeat.from == RepeatFrom::Completion { "!" } else { "" };
    let spoken = phrase(&repeat.rrule).map(|phrase| format!("every{mark} {phrase}"));
    let spoken = spoken.filter(|words| understood(words).as_ref() == Some(repeat));
    spoken.unwrap_or_else(|| format!("{}{mark}", repeat.rrule))
}

/// What follows "every".
fn phrase(rrule: &str) -> Option<String> {
    let mut parts: BTreeMap<&str, &str> = rrule.split(';').map(|part| part.split_once('=')).collect::<Option<_>>()?;
    let frequency = parts.remove("FREQ")?;
    let interval: NonZeroU32 = parts.remove("INTERVAL").unwrap_or("1").parse().ok()?;
    let end = end(parts.remove("UNTIL"), parts.remove("COUNT"))?;
    let on: Vec<(&str, &str)> = parts.into_iter().collect();
    let every = match (frequency, interval.get(), on.as_slice()) {
        (_, count, []) => units(frequency, count)?,
        ("WEEKLY", 1, [("BYDAY", "MO,TU,WE,TH,FR")]) => "weekday".to_owned(),
        ("WEEKLY", 1, [("BYDAY", days)]) => weekdays(days)?,
        ("WEEKLY", count, [("BYDAY", days)]) => format!("{} on {}", units(frequency, count)?, weekdays(days)?),
        ("MONTHLY", 1, [("BYMONTHDAY", day)]) => format!("month on the {}", ordinal(day)?),
        ("MONTHLY", 1, [("BYDAY", nth)]) => nth_weekday(nth)?,
        ("YEARLY", 1, [("BYMONTH", month), ("BYMONTHDAY", day)]) => {
            let month: usize = month.parse().ok()?;
            ordinal(day)?;
            format!("year on {day} {}", MONTHS.get(month.checked_sub(1)?)?)
        }
        _ => return None,
    };
    Some(every + &end)
}

fn end(until: Option<&str>, count: Option<&str>) -> Option<String> {
    match (until, count) {
        (None, None) => Some(String::new()),
        (Some(until), None) => {
            let day = chrono::NaiveDate::parse_from_str(until.get(..8)?, "%Y%m%d").ok()?;
            Some(format!(" until {day}"))
        }
        (None, Some(count)) => count.parse::<NonZeroU32>().ok().map(|count| format!(" {count} times")),
        (Some(_), Some(_)) => None,
    }
}

fn units(frequency: &str, count: u32) -> Option<String> {
    let unit = match frequency {
        "MINUTELY" => "minute",
        "HOURLY" => "hour",
        "DAILY" => "day",
        "WEEKLY" => "week",
        "MONTHLY" => "month",
        "YEARLY" => "year",
        _ => return None,
    };
    Some(if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") })
}

fn weekday(code: &str) -> Option<&'static str> {
    Some(match code {
        "MO" => "Monday",
        "TU" => "Tuesday",
        "WE" => "Wednesday",
        "TH" => "Thursday",
        "FR" => "Friday",
        "SA" => "Saturday",
        "SU" => "Sunday",
        _ => return None,
    })
}

fn weekdays(codes: &str) -> Option<String> {
    let days: Vec<&str> = codes.split(',').map(weekday).collect::<Option<_>>()?;
    Some(match days.split_last() {
        Some((last, before @ [_, ..])) => format!("{} and {last}", before.join(", ")),
        _ => days.concat(),
    })
}

fn nth_weekday(nth: &str) -> Option<String> {
    let (number, code) = nth.split_at_checked(nth.len().checked_sub(2)?)?;
    let which = match number {
        "1" => "first",
        "2" => "second",
        "3" => "third",
        "4" => "fourth",
        "-1" => "last",
        _ => return None,
    };
    Some(format!("{which} {} of the month", weekday(code)?))
}

/// `1st` for a day of a month.
fn ordinal(day: &str) -> Option<String> {
    let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let ending = match (day % 10, day / 10) {
        (1, 0 | 2 | 3) => "st",
        (2, 0 | 2) => "nd",
        (3, 0 | 2) => "rd",
        _ => "th",
    };
    Some(format!("{day}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASES: [(&str, &str); 15] = [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=HOURLY;INTERVAL=2", "every 2 hours"),
        ("FREQ=WEEKLY", "every week"),
        ("FREQ=WEEKLY;BYDAY=MO", "every Monday"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every Monday and Thursday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Monday"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "every month on the 31st"),
        ("FREQ=MONTHLY;BYMONTHDAY=12", "every month on the 12th"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every last Friday of the month"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year on 29 February"),
        ("FREQ=DAILY;UNTIL=20261201", "every day until 2026-12-01"),
        ("FREQ=DAILY;COUNT=5", "every day 5 times"),
    ];

    fn schedule(rrule: &str) -> Repeat {
        Repeat { rrule: rrule.to_owned(), from: RepeatFrom::Schedule }
    }

    #[test]
    fn rules_are_said_as_they_are_written() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let understood = |text: &str| todo_sdk::quick::repeat(text, now, chrono_tz::Tz::UTC);
        for (rule, said) in PHRASES {
            let repeat = schedule(rule);
            assert_eq!(words(&repeat), said);
            assert_eq!(written(&repeat, understood), said, "understood: {:?}", understood(said));
            let again = Repeat { from: RepeatFrom::Completion, ..repeat };
            assert_eq!(words(&again), format!("{said}, from completion"));
            assert_eq!(written(&again, understood), said.replacen("every", "every!", 1));
        }
    }

    #[test]
    fn what_has_no_words_stays_a_rule() {
        for rule in ["FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=DAILY;INTERVAL=0", "FREQ", "", "FREQ=WEEKLY;BYDAY=é"]
        {
            assert_eq!(words(&schedule(rule)), rule);
            assert_eq!(written(&schedule(rule), |_| None), rule);
        }
    }
}
