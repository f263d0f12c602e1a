//! What people write in one line, and what is understood: `quick/*.txt`, a phrase and its reading in a row; `now:` sets the clock for those below.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{fs, path::Path};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Berlin;
use proptest::prelude::*;
use todo_sdk::{
    model::{Due, RepeatFrom},
    quick::{self, Quick},
};

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// The moment of `2026-11-23 19:10` in Berlin.
fn moment(wall: &str) -> DateTime<Utc> {
    quick::local_time(Berlin, NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M").unwrap())
}

fn wall(at: DateTime<Utc>) -> String {
    at.with_timezone(&Berlin).format("%a %Y-%m-%d %H:%M").to_string()
}

/// A reading in one line, for people.
fn reading(read: &Quick) -> String {
    let mut parts = vec![read.title.clone()];
    match read.due {
        Some(Due::Day(day)) => parts.push(format!("due {}", day.format("%a %Y-%m-%d"))),
        Some(Due::At(at)) => parts.push(format!("due {}", wall(at))),
        None => {}
    }
    if let Some(priority) = read.priority {
        parts.push(format!("p{priority}"));
    }
    parts.extend(read.tags.iter().map(|tag| format!("@{tag}")));
    if let Some(at) = read.remind_time {
        parts.push(format!("remind {}", wall(at)));
    }
    if let Some(seconds) = read.remind_before_seconds {
        parts.push(format!("remind {} min before", seconds / 60));
    }
    if let Some(seconds) = read.nag_seconds {
        parts.push(format!("nag {} min", seconds / 60));
    }
    if let Some(repeat) = &read.repeat {
        let from = if repeat.from == RepeatFrom::Completion { " from completion" } else { "" };
        parts.push(format!("{}{from}", repeat.rrule));
    }
    parts.extend(read.description.iter().map(|description| format!("// {description}")));
    parts.extend(read.warnings.iter().map(|warning| format!("({})", warning.message)));
    parts.join(" | ")
}

#[test]
fn each_phrase_is_understood_as_people_mean_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quick");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in ["english.txt", "russian.txt", "late.txt"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let mut at = now();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(wall) = line.strip_prefix("now: ") {
                at = moment(wall);
                continue;
            }
            let (phrase, expected) = line.split_once(" => ").unwrap_or((line, ""));
            let found = reading(&quick::parse(phrase, at, Berlin));
            count += 1;
            if found != expected {
                wrong.push(format!("{phrase} => {found}\n    expected: {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} are not:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 700, "{count}");
}

/// Text of letters, signs and words that mean something.
fn lines() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zа-яё0-9@!\\\\\"«»“„:./ \u{a0}🦀-]{0,8}",
        proptest::sample::select(vec![
            "tomorrow",
            "every",
            "monday",
            "at",
            "5",
            "in",
            "2",
            "weeks",
            "завтра",
            "каждый",
            "в",
            "через",
            "день",
            "//",
            "p1",
            "@home",
            "!30m",
            "!!1h",
            "due:",
            "due:tomorrow",
            "until",
            "1",
            "dec",
            "\"",
            "and",
            "31",
            "99999",
            "this",
            "tonight",
            "evening",
            "second",
            "of",
            "the",
            "month",
            "for",
            "from",
            "to",
            "-",
            "mon,wed",
            "may",
            "31.12",
            "15",
            "числа",
            "последний",
            "вечером",
            "эту",
            "пятницу",
            "@a,b",
            "2026-12-01T18:30+03:00",
            "9999-12-31T23:59-12:00",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn nothing_panics_and_spans_lie_in_the_line(text in prop_oneof![lines(), any::<String>()], minute in 0_i64..2_000_000) {
        let at = now() + TimeDelta::minutes(minute);
        let read = quick::parse(&text, at, chrono_tz::Australia::Lord_Howe);
        let length = text.chars().count();
        let mut end = 0;
        for span in &read.spans {
            prop_assert!(span.start >= end && span.start < span.end && span.end <= length, "{:?} of {text:?}", read.spans);
            end = span.end;
        }
        prop_assert_eq!(read.title.trim().is_empty(), text.trim().is_empty(), "nothing is lost: {:?}", read.title);
    }

    #[test]
    fn what_is_quoted_comes_back(text in "[^\"\\\\]{1,60}") {
        let read = quick::parse(&format!("\"{text}\""), now(), Berlin);
        prop_assert!(read.spans.is_empty());
        prop_assert!(read.title == text || text.trim().is_empty());
    }
}

#[test]
fn moments_are_whole_seconds() {
    let at = now() + TimeDelta::nanoseconds(123_456_789);
    for text in ["x in 5 min", "x !30m"] {
        let read = quick::parse(text, at, Berlin);
        let due = read.due.and_then(|due| if let Due::At(at) = due { Some(at) } else { None });
        assert!(due.or(read.remind_time).is_none_or(|at| at.nanosecond() == 0), "{text}: {read:?}");
    }
}

/// A megabyte is read before anybody would notice; a quadratic reader would take hours.
#[test]
fn long_lines_are_read() {
    for part in [
        "word ",
        "« ",
        "\" ",
        "@tag ",
        "@\"x ",
        "\\",
        "tomorrow ",
        "every monday ",
        "p1 ",
        "@a,",
        "from 1 ",
        "on the ",
        "every second ",
        "mon,",
    ] {
        let text = part.repeat(1024 * 1024 / part.len());
        let read = quick::parse(&text, now(), Berlin);
        assert!(!read.title.is_empty());
        let read = quick::parse(&format!("due:\"{text}\" repeat:\"{text}\""), now(), Berlin);
        assert!(!read.title.is_empty());
    }
}
