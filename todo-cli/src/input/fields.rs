//! Values of fields as they are typed after flags.

use std::time::Duration;

use chrono::{DateTime, Utc};
use todo_sdk::model::{Id, PRIORITY_NONE, Repeat, RepeatFrom, TaskOrder};

use super::{dates::moment_arg, suggest::did_you_mean};

/// For clap: the number of a task or a comment.
pub(crate) fn id_arg(text: &str) -> Result<Id, String> {
    text.parse().map_err(|_| "an id is a number, as `todo list` shows it".to_owned())
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

/// For clap: a length of time from now on, or a moment.
pub(crate) fn later_arg(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(length) = duration_arg(text) {
        return Ok(Utc::now() + length);
    }
    moment_arg(text).map_err(|error| format!("expected a length of time such as 10m or 1h, or a moment; {error}"))
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

/// For clap: a word or a recurrence rule, with `!` at the end for "from completion".
pub(crate) fn repeat_arg(text: &str) -> Result<Repeat, String> {
    let (text, from) = match text.trim().strip_suffix('!') {
        Some(rule) => (rule, RepeatFrom::Completion),
        None => (text.trim(), RepeatFrom::Schedule),
    };
    let rrule = match text.to_ascii_lowercase().as_str() {
        "daily" => "FREQ=DAILY",
        "weekdays" => "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "weekly" => "FREQ=WEEKLY",
        "monthly" => "FREQ=MONTHLY",
        "yearly" => "FREQ=YEARLY",
        rule if rule.starts_with("freq=") => text,
        _ => return Err("expected daily, weekdays, weekly, monthly, yearly or a rule like FREQ=WEEKLY;BYDAY=MO".into()),
    };
    Ok(Repeat { rrule: rrule.to_owned(), from })
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
    fn repeats() {
        assert_eq!(repeat_arg("weekly"), Ok(Repeat { rrule: "FREQ=WEEKLY".into(), from: RepeatFrom::Schedule }));
        assert_eq!(
            repeat_arg("FREQ=DAILY;INTERVAL=3!"),
            Ok(Repeat { rrule: "FREQ=DAILY;INTERVAL=3".into(), from: RepeatFrom::Completion })
        );
        assert!(repeat_arg("sometimes").is_err());
    }

    #[test]
    fn sorting_names_the_field_it_does_not_know() {
        assert_eq!(sort_arg("priority, -due"), Ok("priority,-due".into()));
        assert_eq!(sort_arg("-prority"), Err("there is no field \"prority\", did you mean \"priority\"?".into()));
    }
}
