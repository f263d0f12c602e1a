//! How a task repeats.

use chrono::{NaiveDate, NaiveDateTime, Weekday};
use chrono_tz::Tz;
use todo_sdk::{
    model::{Repeat, RepeatFrom, Task},
    quick::{End, Every, Rule, Unit},
};

use super::{label, when::Clock};
use crate::{
    action::{Action, Often},
    i18n::Words,
    telegram::{Button, Screen},
};

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const WEEKEND: [Weekday; 2] = [Weekday::Sat, Weekday::Sun];
/// Most of a rule that has no words.
const RULE_SHOWN: usize = 100;
/// As days are written beside a month.
const DAY_AND_MONTH: &str = "%-d %B";

/// In words, as plain text: `every 2 weeks on Tuesday`; a rule of which there are none as it is.
#[must_use]
pub(crate) fn words(clock: Clock, repeat: &Repeat) -> String {
    let words = clock.words;
    let how = match Rule::read(&repeat.rrule) {
        Some(rule) => rule_in(words, &ending_there(rule, &repeat.rrule, clock.zone)),
        None => words.plain("repeat-rule", [("rule", label(&repeat.rrule, RULE_SHOWN).into())]),
    };
    match repeat.from {
        RepeatFrom::Schedule => how,
        RepeatFrom::Completion => words.plain("repeat-from-done", [("how", how.into())]),
    }
}

/// The rule with the day that it ends on where the person is: a moment in UTC may be of another day there.
fn ending_there(rule: Rule, rrule: &str, zone: Tz) -> Rule {
    let rrule = rrule.to_ascii_uppercase();
    let until = rrule.split(';').filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim() == "UNTIL");
    let at = until.and_then(|(_, at)| NaiveDateTime::parse_from_str(at.trim(), "%Y%m%dT%H%M%SZ").ok());
    match at {
        Some(at) => Rule { end: Some(End::Until(at.and_utc().with_timezone(&zone).date_naive())), ..rule },
        None => rule,
    }
}

fn rule_in(words: Words, rule: &Rule) -> String {
    let mut how = every(words, &rule.every);
    if let Some(at) = rule.at {
        how = words.plain("repeat-at", [("how", how.into()), ("time", at.format("%H:%M").to_string().into())]);
    }
    match rule.end {
        Some(End::Until(day)) => {
            let day = day.format_localized("%-d %B %Y", words.locale()).to_string();
            words.plain("repeat-until", [("how", how.into()), ("day", day.into())])
        }
        Some(End::Count(count)) => words.plain("repeat-times", [("how", how.into()), ("n", i64::from(count).into())]),
        None => how,
    }
}

fn every(words: Words, every: &Every) -> String {
    match every {
        Every::Plain(unit, count) => units(words, *unit, *count),
        Every::Weekdays(days, 1) if *days == WORKDAYS => words.say("repeat-workdays"),
        Every::Weekdays(days, 1) if *days == WEEKEND => words.say("repeat-weekend"),
        Every::Weekdays(days, 1) => words.plain("repeat-weekdays", [("days", weekdays(words, days).into())]),
        Every::Weekdays(days, count) => {
            let how = units(words, Unit::Week, *count);
            words.plain("repeat-weeks-on", [("how", how.into()), ("days", weekdays(words, days).into())])
        }
        Every::MonthDays(days) if *days == [-1] => words.say("repeat-last-day"),
        Every::MonthDays(days) => {
            let days = days.iter().map(|day| words.plain("day-of-month", [("n", i64::from(*day).into())]));
            words.plain("repeat-month-days", [("days", listed(words, days.collect()).into())])
        }
        Every::Nth(nth, day) => {
            let day = i64::from(day.number_from_monday());
            let gender = words.plain("weekday-gender", [("n", day.into())]);
            let nth = words.plain("nth", [("n", i64::from(*nth).into()), ("gender", gender.into())]);
            let day = words.plain("weekday-once", [("n", day.into())]);
            words.plain("repeat-nth", [("nth", nth.into()), ("day", day.into())])
        }
        Every::YearDay(day, month) => {
            // A year that has every day.
            let day = NaiveDate::from_ymd_opt(2024, *month, *day).unwrap_or_default();
            let day = day.format_localized(DAY_AND_MONTH, words.locale()).to_string();
            words.plain("repeat-year-day", [("day", day.into())])
        }
    }
}

fn units(words: Words, unit: Unit, count: u32) -> String {
    let n = [("n", i64::from(count).into())];
    match unit {
        Unit::Minute => words.plain("repeat-minutes", n),
        Unit::Hour => words.plain("repeat-hours", n),
        Unit::Day => words.plain("repeat-days", n),
        Unit::Week => words.plain("repeat-weeks", n),
        Unit::Month => words.plain("repeat-months", n),
        Unit::Year => words.plain("repeat-years", n),
    }
}

fn weekdays(words: Words, days: &[Weekday]) -> String {
    let name = |day: &Weekday| words.plain("weekday-each", [("n", i64::from(day.number_from_monday()).into())]);
    listed(words, days.iter().map(name).collect())
}

/// `Monday, Wednesday and Friday`.
fn listed(words: Words, names: Vec<String>) -> String {
    match names.split_last() {
        Some((last, before @ [_, ..])) => {
            words.plain("list-and", [("before", before.join(", ").into()), ("last", last.into())])
        }
        _ => names.concat(),
    }
}

/// How often a task is to repeat.
pub(crate) fn choose(clock: Clock, task: &Task) -> Screen {
    let words = clock.words;
    let now = match &task.repeat {
        Some(repeat) => words.html("repeat-is", [("how", self::words(clock, repeat).into())]),
        None => words.say("repeat-none"),
    };
    let text = format!("{}\n{now}\n\n{}", super::task::title(task), words.say("repeat-ask"));
    let button = |often: Often| Button::new(often_in(words, often), Action::Repeat { task: task.id, often });
    let mut screen = Screen::text(text).grid(Often::SOME.map(button), 2);
    if task.repeat.is_some() {
        screen = screen.row([button(Often::Never)]);
    }
    screen.button(words.say("back"), Action::Edit { task: task.id })
}

fn often_in(words: Words, often: Often) -> String {
    match often {
        Often::Day => words.say("often-day"),
        Often::Workdays => words.say("often-workdays"),
        Often::Week => words.say("often-week"),
        Often::Month => words.say("often-month"),
        Often::Year => words.say("often-year"),
        Often::Never => words.say("often-never"),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use todo_sdk::{model::Language, quick};

    use super::*;

    /// What people write in either language, and how it is said to them.
    const SAID: [(&str, &str, &str); 25] = [
        ("every 15 minutes", "every 15 minutes", "каждые 15 минут"),
        ("every hour", "every hour", "каждый час"),
        ("каждые 2 часа", "every 2 hours", "каждые 2 часа"),
        ("daily", "every day", "каждый день"),
        ("every 3 days", "every 3 days", "каждые 3 дня"),
        ("every 5 days", "every 5 days", "каждые 5 дней"),
        ("weekly", "every week", "каждую неделю"),
        ("every 2 weeks", "every 2 weeks", "каждые 2 недели"),
        ("каждые 2 недели по вторникам", "every 2 weeks on Tuesday", "каждые 2 недели по вторникам"),
        ("every tuesday", "every Tuesday", "по вторникам"),
        ("every mon and thu", "every Monday and Thursday", "по понедельникам и четвергам"),
        ("every mon, wed, fri", "every Monday, Wednesday and Friday", "по понедельникам, средам и пятницам"),
        ("по будням", "every weekday", "по будням"),
        ("every weekend", "every weekend", "по выходным"),
        ("monthly", "every month", "каждый месяц"),
        ("every 6 months", "every 6 months", "каждые 6 месяцев"),
        ("every month on the 31st", "every month on the 31st", "31-го числа каждого месяца"),
        ("1 и 22 числа каждого месяца", "every month on the 1st and 22nd", "1-го и 22-го числа каждого месяца"),
        ("every last day of the month", "every month on the last day", "в последний день каждого месяца"),
        (
            "every second wednesday of the month",
            "every second Wednesday of the month",
            "во вторую среду каждого месяца",
        ),
        ("every last sunday of the month", "every last Sunday of the month", "в последнее воскресенье каждого месяца"),
        ("каждый год 29 февраля", "every year on 29 February", "каждый год 29 февраля"),
        ("every day until 1 dec 2027", "every day until 1 December 2027", "каждый день до 1 декабря 2027"),
        ("every monday 3 times", "every Monday, 3 times", "по понедельникам, 3 раза"),
        ("every! 2 days", "every 2 days, counted from when it is done", "каждые 2 дня, считая от выполнения"),
    ];

    fn clock(language: Language) -> Clock {
        Clock { words: Words(language), zone: Tz::UTC, now: "2026-11-23T12:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_moment_that_a_rule_ends_at_is_of_the_day_where_the_person_is() {
        let until = |until: &str, zone| {
            let repeat = Repeat { rrule: format!("FREQ=DAILY;until={until}"), from: RepeatFrom::Schedule };
            words(Clock { zone, ..clock(Language::En) }, &repeat)
        };
        assert_eq!(until("20261203T230000Z", Tz::UTC), "every day until 3 December 2026");
        assert_eq!(until("20261203T230000Z", Tz::Europe__Berlin), "every day until 4 December 2026");
        assert_eq!(until("20261203T020000Z", Tz::America__New_York), "every day until 2 December 2026");
        // These are of the person's own days.
        for day in ["20261203", "20261203T230000"] {
            assert_eq!(until(day, Tz::Europe__Berlin), "every day until 3 December 2026");
        }
    }

    #[test]
    fn whatever_a_line_may_say_has_words() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        for (line, en, ru) in SAID {
            let repeat = quick::repeat(line, now, Tz::UTC).unwrap_or_else(|| panic!("{line} is not understood"));
            assert_eq!(words(clock(Language::En), &repeat), en, "{}", repeat.rrule);
            assert_eq!(words(clock(Language::Ru), &repeat), ru, "{}", repeat.rrule);
        }
    }

    #[test]
    fn what_a_line_says_to_a_person_it_says_to_the_bot() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        for line in SAID.map(|(line, ..)| line).into_iter().filter(|line| !line.contains('!')) {
            let repeat = quick::repeat(line, now, Tz::UTC).unwrap();
            for language in [Language::En, Language::Ru] {
                let said = words(clock(language), &repeat);
                assert_eq!(quick::repeat(&said, now, Tz::UTC).as_ref(), Some(&repeat), "{said}");
            }
        }
    }

    #[test]
    fn what_has_no_words_stays_a_rule() {
        let repeat = |rrule: &str| Repeat { rrule: rrule.to_owned(), from: RepeatFrom::Schedule };
        let said = |rrule| [Language::En, Language::Ru].map(|language| words(clock(language), &repeat(rrule)));
        assert_eq!(said("FREQ=SECONDLY"), ["by the rule FREQ=SECONDLY", "по правилу FREQ=SECONDLY"]);
        let long = "FREQ".repeat(1000);
        assert!(said(&long).iter().all(|said| said.chars().count() < 150));
        // A time that the clocks moved.
        let moved = said("FREQ=DAILY;BYHOUR=2;BYMINUTE=30;COUNT=1");
        assert_eq!(moved, ["every day at 02:30, once", "каждый день в 02:30, 1 раз"]);
    }
}
