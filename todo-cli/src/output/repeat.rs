//! How a task repeats, in words that people can write again: `every 2 weeks on Monday` for `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO`.

use chrono::Weekday;
use todo_sdk::{
    model::{Repeat, RepeatFrom},
    quick::{End, Every, Rule, Unit},
};

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

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
    let Rule { every, at, end } = Rule::read(rrule)?;
    let every = match every {
        Every::Plain(unit, count) => units(unit, count),
        Every::Weekdays(days, 1) if days == WORKDAYS => "weekday".to_owned(),
        Every::Weekdays(days, 1) => weekdays(&days),
        Every::Weekdays(days, count) => format!("{} on {}", units(Unit::Week, count), weekdays(&days)),
        Every::MonthDays(days) if days == [-1] => "month on the last day".to_owned(),
        Every::MonthDays(days) => format!("month on the {}", listed(days.into_iter().map(ordinal).collect())),
        Every::Nth(nth, day) => format!("{} {} of the month", which(nth), weekday(day)),
        Every::YearDay(day, month) => {
            let month = usize::try_from(month).ok()?.checked_sub(1)?;
            format!("year on {day} {}", MONTHS.get(month)?)
        }
    };
    let at = at.map(|at| format!(" at {}", at.format("%H:%M"))).unwrap_or_default();
    let end = match end {
        Some(End::Until(day)) => format!(" until {day}"),
        Some(End::Count(count)) => format!(" {count} times"),
        None => String::new(),
    };
    Some(every + &at + &end)
}

fn units(unit: Unit, count: u32) -> String {
    let unit = match unit {
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Year => "year",
    };
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

fn weekday(day: Weekday) -> String {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
    .to_owned()
}

fn weekdays(days: &[Weekday]) -> String {
    listed(days.iter().copied().map(weekday).collect())
}

/// `Monday, Wednesday and Friday`.
fn listed(words: Vec<String>) -> String {
    match words.split_last() {
        Some((last, before @ [_, ..])) => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}

fn which(nth: i32) -> &'static str {
    match nth {
        1 => "first",
        2 => "second",
        3 => "third",
        4 => "fourth",
        _ => "last",
    }
}

/// `1st` for a day of a month.
fn ordinal(day: i32) -> String {
    let ending = match (day % 10, day / 10) {
        (1, 0 | 2 | 3) => "st",
        (2, 0 | 2) => "nd",
        (3, 0 | 2) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASES: [(&str, &str); 17] = [
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
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on the 1st and 15th"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
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
