//! What stays in the title of a line for adding, although it looks as if something else was meant.

use chrono::DateTime;
use chrono_tz::Tz;
use todo_sdk::quick::{Field, Quick, parse};

/// What to say about words that were not understood, each once.
pub(crate) fn doubts(line: &str, read: &Quick, now: &DateTime<Tz>) -> Vec<String> {
    // Whoever quotes knows what is meant.
    if line.contains(['"', '\\']) {
        return Vec::new();
    }
    let words: Vec<&str> = read.title.split_whitespace().collect();
    let mut doubts: Vec<String> = words.iter().filter_map(|word| field(word)).collect();
    if !read.spans.iter().any(|span| span.field == Field::Due) {
        doubts.extend(date(&words, now));
    }
    doubts
}

/// A priority or a reminder that is none.
fn field(word: &str) -> Option<String> {
    let has_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if word.strip_prefix(['p', 'P']).is_some_and(|rest| rest.len() < 3 && has_digits(rest)) {
        return Some(format!("“{word}” is no priority: p1 to p4, once"));
    }
    let reminder = word.trim_start_matches('!');
    if reminder.len() < word.len() && reminder.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(format!("“{word}” is no reminder: !30m or !14:00, once"));
    }
    None
}

/// A date that is none, or that stands where none is looked for.
fn date(words: &[&str], now: &DateTime<Tz>) -> Option<String> {
    let is_date = |text: &str| parse(text, now.to_utc(), now.timezone()).due.is_some();
    let moved = |text: &str| format!("“{text}” stays in the title: the date comes first or last");
    for pair in words.windows(2) {
        let [day, month] = pair else { continue };
        let is_day = (1..3).contains(&day.len()) && day.chars().all(|c| c.is_ascii_digit());
        if is_day && month.chars().all(char::is_alphabetic) && is_date(&format!("1 {month}")) {
            let text = format!("{day} {month}");
            return Some(if is_date(&text) { moved(&text) } else { format!("“{text}” is no day of the calendar") });
        }
    }
    let looks_so =
        |word: &&&str| word.len() > 4 && word.split('-').count() == 3 && word.starts_with(|c: char| c.is_ascii_digit());
    if let Some(word) = words.iter().find(looks_so) {
        return Some(if is_date(word) { moved(word) } else { format!("“{word}” is no day of the calendar") });
    }
    // At the ends it would have been found.
    let inner = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().find(|word| word.len() > 2 && is_date(word)).map(|word| moved(word))
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn of(line: &str) -> Vec<String> {
        let now: DateTime<Utc> = "2026-11-23T09:30:00Z".parse().unwrap();
        let zone = chrono_tz::Europe::Berlin;
        doubts(line, &parse(line, now, zone), &now.with_timezone(&zone))
    }

    #[test]
    fn what_was_misread_is_said() {
        for (line, part) in [
            ("Call them 31 feb", "“31 feb” is no day"),
            ("Call 12 dec the bank", "“12 dec” stays in the title"),
            ("Call tomorrow the bank", "“tomorrow” stays in the title"),
            ("Call the bank p9", "“p9” is no priority"),
            ("Call the bank !99x", "“!99x” is no reminder"),
            ("Call 2026-13-01 them", "“2026-13-01” is no day"),
        ] {
            let doubts = of(line);
            assert!(doubts.len() == 1 && doubts[0].contains(part), "{line}: {doubts:?}");
        }
        for line in
            ["Call the bank tomorrow p1 !30m", "Buy 2 eggs", "Wow!", "Read \"31 feb\"", "Pay 12 people", "a p b"]
        {
            assert_eq!(of(line), Vec::<String>::new(), "{line}");
        }
    }
}
