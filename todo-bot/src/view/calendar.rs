//! A month to choose a day in, and the times of a day.

use chrono::{Datelike, Months, NaiveDate, Weekday};

use super::when::Clock;
use crate::{
    action::{Action, Target},
    telegram::{Button, Screen},
};

/// Times that are offered; any other may be typed.
const TIMES: [u32; 16] = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22];

/// A field without a day: Telegram refuses labels without a visible sign.
const EMPTY: &str = "·";

/// Whether a calendar ever shows such a day: whoever forges a button may name any.
#[must_use]
pub(crate) fn is_offered(day: NaiveDate) -> bool {
    (2000..=9998).contains(&day.year())
}

/// A month, with today marked.
pub(crate) fn month(clock: Clock, text: String, target: Target, year: i32, month: u32, more: Vec<Button>) -> Screen {
    let today = clock.today();
    let asked = NaiveDate::from_ymd_opt(year, month, 1).filter(|first| is_offered(*first));
    let first = asked.unwrap_or(today).with_day(1).unwrap_or(today);
    // Russian has another form of the name beside a day.
    let name = format!("{} {}", clock.words.plain("month", [("n", i64::from(first.month()).into())]), first.year());
    let turn = |label: &str, to: Option<NaiveDate>| match to {
        Some(to) => Button::new(label, Action::Month { target, year: to.year(), month: to.month() }),
        None => Button::new(EMPTY, Action::Nothing),
    };
    // What is over is not chosen, but the month of today is always there.
    let earlier = first.checked_sub_months(Months::new(1)).filter(|_| first > today);
    let later = first.checked_add_months(Months::new(1)).filter(|later| is_offered(*later));
    let mut screen = Screen::text(text).row([turn("‹", earlier), Button::new(name, Action::Nothing), turn("›", later)]);
    let monday = first.week(Weekday::Mon).first_day();
    screen = screen.row((0..7).map(|day| {
        let day = monday + chrono::TimeDelta::days(day);
        Button::new(day.format_localized("%a", clock.words.locale()).to_string(), Action::Nothing)
    }));
    for week in 0..6 {
        let days = (0..7).map(|day| monday + chrono::TimeDelta::days(week * 7 + day));
        let row: Vec<Button> = days.map(|day| button(day, first, today, target)).collect();
        if row.iter().any(|button| button.action != Action::Nothing) {
            screen = screen.row(row);
        }
    }
    let mut quick = vec![
        Button::new(clock.words.say("today"), Action::Day { target, day: today }),
        Button::new(clock.words.say("tomorrow"), Action::Day { target, day: today + chrono::TimeDelta::days(1) }),
    ];
    quick.extend(more);
    screen.row(quick)
}

fn button(day: NaiveDate, first: NaiveDate, today: NaiveDate, target: Target) -> Button {
    if day.month() != first.month() || day < today {
        return Button::new(EMPTY, Action::Nothing);
    }
    let label = if day == today { format!("[{}]", day.day()) } else { day.day().to_string() };
    Button::new(label, Action::Day { target, day })
}

/// The times of a day.
pub(crate) fn times(clock: Clock, text: String, target: Target, day: NaiveDate) -> Screen {
    let time = |hour: u32| Button::new(format!("{hour:02}:00"), Action::Time { target, day, minutes: hour * 60 });
    let screen = Screen::text(text).grid(TIMES.into_iter().map(time), 4);
    let mut last = Vec::new();
    if !matches!(target, Target::Snooze { .. } | Target::Reminder(_)) {
        last.push(Button::new(clock.words.say("all-day"), Action::AllDay { target, day }));
    }
    last.push(Button::new(clock.words.say("back"), Action::Month { target, year: day.year(), month: day.month() }));
    screen.row(last)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use todo_sdk::model::Language;

    use super::*;
    use crate::i18n::Words;

    fn clock() -> Clock {
        Clock { words: Words(Language::En), zone: Tz::UTC, now: "2026-11-23T12:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_month_offers_the_days_that_are_not_over() {
        let screen = month(clock(), "when?".to_owned(), Target::Draft(1), 2026, 11, Vec::new());
        let days: Vec<&str> = screen.rows[2..screen.rows.len() - 1]
            .iter()
            .flatten()
            .filter(|button| button.action != Action::Nothing)
            .map(|button| button.label.as_str())
            .collect();
        assert_eq!(days, ["[23]", "24", "25", "26", "27", "28", "29", "30"]);
        assert_eq!(screen.rows[0][0].action, Action::Nothing, "there is no way back");
        let february =
            month(clock(), String::new(), Target::Draft(1), 2028, 2, vec![Button::new("no", Action::Nothing)]);
        let offered =
            february.rows.iter().flatten().filter(|button| matches!(button.action, Action::Day { .. })).count();
        assert_eq!(offered, 29 + 2);
        assert!(february.rows.iter().all(|row| row.len() <= 8));
        assert_eq!(february.rows[1][0].label, "Mon");
    }

    #[test]
    fn what_no_calendar_has_shows_this_month() {
        let screen = month(clock(), String::new(), Target::Draft(1), 2026, 13, Vec::new());
        assert_eq!(screen.rows[0][1].label, "November 2026");
        for year in [i32::MIN, -262_143, 1999, 9999, i32::MAX] {
            let screen = month(clock(), String::new(), Target::Draft(1), year, 1, Vec::new());
            assert_eq!(screen.rows[0][1].label, "November 2026", "{year}");
        }
        let ru = Clock { words: Words(Language::Ru), ..clock() };
        assert_eq!(month(ru, String::new(), Target::Draft(1), 2026, 11, Vec::new()).rows[0][1].label, "ноябрь 2026");
    }
}
