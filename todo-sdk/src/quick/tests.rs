use chrono_tz::Europe::Berlin;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

#[test]
fn offsets_count_characters() {
    let read = parse("Ёлка завтра @дом // 🦀", now(), Berlin);
    let fields: Vec<(usize, usize, Field)> = read.spans.iter().map(|span| (span.start, span.end, span.field)).collect();
    assert_eq!(fields, [(5, 11, Field::Due), (12, 16, Field::Tag), (17, 21, Field::Description)]);
}

#[test]
fn a_phrase_with_fields_between_its_words_is_two_spans() {
    let read = parse("Lunch tomorrow @home 12:30", now(), Berlin);
    let fields: Vec<Field> = read.spans.iter().map(|span| span.field).collect();
    assert_eq!(fields, [Field::Due, Field::Tag, Field::Due]);
}

#[test]
fn a_date_alone_answers_when() {
    for (text, alone) in [
        ("tomorrow 10:00", true),
        ("завтра в 10", true),
        ("call tomorrow", false),
        ("tomorrow @home", false),
        ("", false),
    ] {
        assert_eq!(parse(text, now(), Berlin).is_date_alone(), alone, "{text}");
    }
}

#[test]
fn times_that_the_clocks_skip_or_repeat_are_moments_too() {
    let at = |wall: &str| local_time(Berlin, wall.parse().unwrap()).to_rfc3339();
    assert_eq!(at("2026-03-29T02:30:00"), "2026-03-29T01:30:00+00:00");
    assert_eq!(at("2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
}

#[test]
fn what_was_understood_becomes_a_task() {
    let task = parse("Call tomorrow p2 !30m every! 2 days // why", now(), Berlin).into_task(vec![7]);
    assert_eq!((task.title.as_str(), task.description.as_str(), task.priority), ("Call", "why", Some(2)));
    assert_eq!((task.remind_before_seconds, task.tags), (Some(1800), vec![7]));
}
