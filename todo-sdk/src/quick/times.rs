//! Times of day.

use chrono::NaiveTime;

use super::vocabulary::number;

fn hm(hour: u32, minute: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// A time at the beginning of these words, and how many words it takes.
pub(super) fn time(words: &[&str]) -> Option<(NaiveTime, usize)> {
    let first = *words.first()?;
    let second = words.get(1).copied();
    if matches!(first, "at" | "в" | "к" | "by") {
        let (time, taken) = clock(&words[1..]).or_else(|| bare_hour(&words[1..]))?;
        return Some((time, taken + 1));
    }
    if first == "in" && second == Some("the") {
        return part_of_day(words.get(2)?).map(|time| (time, 3));
    }
    clock(words).or_else(|| adverb(first).map(|time| (time, 1)))
}

/// A time that is one by itself: `10:00`, `10am`, `10 am`, `9 утра`, `noon`.
fn clock(words: &[&str]) -> Option<(NaiveTime, usize)> {
    let first = *words.first()?;
    match first {
        "noon" | "midday" | "полдень" => return Some((hm(12, 0)?, 1)),
        "midnight" | "полночь" => return Some((hm(0, 0)?, 1)),
        _ => {}
    }
    for (suffix, afternoon) in [("am", false), ("pm", true), ("a.m", false), ("p.m", true)] {
        if let Some(digits) = first.strip_suffix(suffix).filter(|digits| !digits.is_empty()) {
            return twelve_hours(digits, afternoon).map(|time| (time, 1));
        }
        if words.get(1).is_some_and(|second| *second == suffix) {
            return twelve_hours(first, afternoon).map(|time| (time, 2));
        }
    }
    russian(words).or_else(|| Some((digital(first)?, 1)))
}

/// `9 утра`, `3 часа дня`, `9 часов`, `10:30 вечера`.
fn russian(words: &[&str]) -> Option<(NaiveTime, usize)> {
    let (hour, minute) = match words.first()?.split_once(':') {
        Some((hour, minute)) => (hour.parse().ok()?, minute.parse().ok()?),
        None => (number(words.first()?)?, 0),
    };
    let has_hours = matches!(words.get(1), Some(&("час" | "часа" | "часов" | "ч")));
    let taken = if has_hours { 2 } else { 1 };
    let turned = match words.get(taken).copied() {
        Some("утра" | "ночи") if hour <= 12 => hm(hour % 12, minute),
        Some("дня" | "вечера") if hour <= 12 => hm(hour % 12 + 12, minute),
        _ if has_hours => return hm(hour, minute).map(|time| (time, taken)),
        _ => return None,
    };
    turned.map(|time| (time, taken + 1))
}

fn twelve_hours(text: &str, afternoon: bool) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (1..=12).contains(&hour).then(|| hm(hour % 12 + if afternoon { 12 } else { 0 }, minute))?
}

/// `9:05`, `18:30`.
pub(super) fn digital(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(hour, 2) || !is_number(minute, 2) || minute.len() != 2 {
        return None;
    }
    hm(hour.parse().ok()?, minute.parse().ok()?)
}

/// Behind "at": an hour alone, or one with minutes behind a point. Nobody plans for the small hours, so 1 to 6 are in the afternoon.
pub(super) fn bare_hour(words: &[&str]) -> Option<(NaiveTime, usize)> {
    let hour = words.first()?;
    if let Some(time) = hour.split_once('.').and_then(|(hour, minute)| digital(&format!("{hour}:{minute}"))) {
        return Some((time, 1));
    }
    let hour: u32 = hour.parse().ok().filter(|_| hour.len() <= 2)?;
    let hour = if (1..=6).contains(&hour) { hour + 12 } else { hour };
    hm(hour, 0).map(|time| (time, 1))
}

/// The part of a day behind "in the" and "this".
pub(super) fn part_of_day(word: &str) -> Option<NaiveTime> {
    match word {
        "morning" => hm(9, 0),
        "afternoon" => hm(15, 0),
        "evening" => hm(19, 0),
        "night" => hm(22, 0),
        _ => None,
    }
}

fn adverb(word: &str) -> Option<NaiveTime> {
    match word {
        "утром" => hm(9, 0),
        "днем" => hm(15, 0),
        "вечером" => hm(19, 0),
        "ночью" => hm(22, 0),
        _ => None,
    }
}
