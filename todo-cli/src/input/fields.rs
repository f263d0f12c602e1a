//! Values of fields as they are typed after flags.

use std::time::Duration;

use chrono::{DateTime, Local, TimeZone, Utc};
use chrono_tz::Tz;
use todo_sdk::{
    model::{Id, NAG_MAX, NAG_MIN, PRIORITY_NONE, Repeat, RepeatFrom, TaskOrder},
    outbox::provisional,
    quick,
};

use super::{
    dates::{moment_arg, parse_moment},
    suggest::did_you_mean,
};
use crate::zone::machine_tz;

/// For clap: the number of a task or a comment, or `q3` for the task that change 3 of the queue makes.
pub(crate) fn id_arg(text: &str) -> Result<Id, String> {
    match text.strip_prefix(['q', 'Q']) {
        Some(number) => change_arg(number).map(provisional),
        None => text.parse().map_err(|_| "an id is a number, as `todo list` shows it".to_owned()),
    }
}

/// For clap: the number of a change in the queue.
pub(crate) fn change_arg(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "a change has a number, as `todo status` shows it".to_owned())
}

/// For clap: a length of time such as `30m`.
pub(crate) fn duration_arg(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a length of time such as 90s, 30m, 2h or 1d".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    // A year is longer than anybody waits.
    let seconds = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(unit));
    seconds.filter(|seconds| (1..=31_536_000).contains(seconds)).map(Duration::from_secs).ok_or_else(wrong)
}

/// For clap: a length of time such as `30m`, or none.
pub(crate) fn patience_arg(text: &str) -> Result<Duration, String> {
    if text == "0s" || text == "0" { Ok(Duration::ZERO) } else { duration_arg(text) }
}

/// For clap: a length of time from now on, or a moment.
pub(crate) fn later_arg(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(length) = duration_arg(text) {
        return Ok(Utc::now() + length);
    }
    moment_arg(text).map_err(|error| format!("expected a length of time such as 10m or 1h, or a moment; {error}"))
}

/// When to remind: at a moment, or so many seconds before the task is due, and after it below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RemindArg {
    At(DateTime<Utc>),
    Before(i64),
}

/// For clap: a moment, or a length of time before or after the due date.
pub(crate) fn remind_arg(text: &str) -> Result<RemindArg, String> {
    parse_remind(text, &Local::now())
}

/// A moment, reckoned from `now` in its zone, or a length of time before or after the due date.
pub(crate) fn parse_remind<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Result<RemindArg, String> {
    let words = text.trim().trim_end_matches(" due").trim_end_matches(" it is").trim_end();
    let relative = [(" before", 1), (" after", -1)];
    let relative = relative.into_iter().find_map(|(word, sign)| Some((words.strip_suffix(word)?, sign)));
    match relative {
        Some((length, sign)) => {
            let seconds = i64::try_from(duration_arg(length.trim())?.as_secs()).map_err(|error| error.to_string())?;
            Ok(RemindArg::Before(sign * seconds))
        }
        None if matches!(text.trim(), "due" | "at due" | "when due") => Ok(RemindArg::Before(0)),
        None => {
            parse_moment(text, now).map(RemindArg::At).map_err(|error| format!("{error}; or \"30m before\" it is due"))
        }
    }
}

/// For clap: the pause between reminders, in seconds.
pub(crate) fn nag_arg(text: &str) -> Result<i64, String> {
    let seconds = i64::try_from(duration_arg(text)?.as_secs()).map_err(|error| error.to_string())?;
    if (NAG_MIN..=NAG_MAX).contains(&seconds) { Ok(seconds) } else { Err("must be between 1m and 7d".to_owned()) }
}

/// For clap: 1 to 4, also written `p1`.
pub(crate) fn priority_arg(text: &str) -> Result<i16, String> {
    let digits = text.strip_prefix(['p', 'P']).unwrap_or(text);
    digits
        .parse()
        .ok()
        .filter(|priority| (1..=PRIORITY_NONE).contains(priority))
        .ok_or_else(|| "must be 1 (highest), 2, 3 or 4 (none)".to_owned())
}

/// For clap: a word, a phrase or a recurrence rule, with `!` at the end for "from completion".
pub(crate) fn repeat_arg(text: &str) -> Result<Repeat, String> {
    parse_repeat(text, &Utc::now().with_timezone(&machine_tz()))
}

/// How something repeats, seen from `now`.
pub(crate) fn parse_repeat(text: &str, now: &DateTime<Tz>) -> Result<Repeat, String> {
    let (text, from_completion) = match text.trim().strip_suffix('!') {
        Some(rule) => (rule, true),
        None => (text.trim(), false),
    };
    let phrase = if text.eq_ignore_ascii_case("weekdays") { "every weekday" } else { text };
    let mut repeat = quick::repeat(phrase, now.to_utc(), now.timezone()).ok_or(
        "expected daily, weekdays, weekly, monthly, yearly, a phrase like \"every 2 weeks on monday\" or a rule like \
         FREQ=WEEKLY;BYDAY=MO",
    )?;
    if from_completion {
        repeat.from = RepeatFrom::Completion;
    }
    Ok(repeat)
}

/// For clap: names of fields with commas between.
pub(crate) fn sort_arg(text: &str) -> Result<String, String> {
    let fields: Vec<&str> = text.split(',').map(str::trim).collect();
    for field in &fields {
        let name = field.strip_prefix('-').unwrap_or(field);
        if TaskOrder::parse(name).is_none() {
            let names = TaskOrder::ALL.map(TaskOrder::as_str);
            let guess = did_you_mean(name, names).map(|name| format!(", did you mean \"{name}\"?"));
            return Err(format!("there is no field \"{name}\"{}", guess.unwrap_or_default()));
        }
    }
    Ok(fields.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities() {
        assert_eq!(priority_arg("1"), Ok(1));
        assert_eq!(priority_arg("p3"), Ok(3));
        for text in ["0", "5", "-1", "high", ""] {
            assert!(priority_arg(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration_arg("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration_arg("2h"), Ok(Duration::from_secs(7200)));
        for text in ["", "5", "s", "0s", "-1h", "1.5h", "99999999999999999999d", "9999d", "1 день"] {
            assert!(duration_arg(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reminders_are_moments_or_relative_to_the_due_date() {
        assert_eq!(remind_arg("30m before"), Ok(RemindArg::Before(1800)));
        assert_eq!(remind_arg("1d before due"), Ok(RemindArg::Before(86_400)));
        assert_eq!(remind_arg("9h after due"), Ok(RemindArg::Before(-32_400)));
        for text in ["due", "at due", "when due"] {
            assert_eq!(remind_arg(text), Ok(RemindArg::Before(0)), "{text}");
        }
        assert!(matches!(remind_arg("2026-12-01 9:00"), Ok(RemindArg::At(_))));
        for text in ["", "before", "soon before", "30m", "due before"] {
            assert!(remind_arg(text).is_err(), "{text}");
        }
        assert_eq!(nag_arg("15m"), Ok(900));
        assert!(nag_arg("5s").is_err() && nag_arg("8d").is_err());
    }

    #[test]
    fn repeats() {
        assert_eq!(repeat_arg("weekly"), Ok(Repeat { rrule: "FREQ=WEEKLY".into(), from: RepeatFrom::Schedule }));
        assert_eq!(
            repeat_arg("FREQ=DAILY;INTERVAL=3!"),
            Ok(Repeat { rrule: "FREQ=DAILY;INTERVAL=3".into(), from: RepeatFrom::Completion })
        );
        let mondays = |from| Repeat { rrule: "FREQ=WEEKLY;BYDAY=MO".into(), from };
        assert_eq!(repeat_arg("every monday"), Ok(mondays(RepeatFrom::Schedule)));
        assert_eq!(repeat_arg("every! monday"), Ok(mondays(RepeatFrom::Completion)));
        assert_eq!(repeat_arg("Weekdays!").map(|repeat| repeat.from), Ok(RepeatFrom::Completion));
        assert!(repeat_arg("sometimes").is_err());
    }

    #[test]
    fn sorting_names_the_field_it_does_not_know() {
        assert_eq!(sort_arg("priority, -due"), Ok("priority,-due".into()));
        assert_eq!(sort_arg("-prority"), Err("there is no field \"prority\", did you mean \"priority\"?".into()));
    }
}
