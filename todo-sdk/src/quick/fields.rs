//! Words that are fields by themselves: `@home`, `p1`, `!30m`, `due:2026-12-01`.

use super::{
    Field, Present,
    lex::{Word, fold},
    repeat,
    times::digital,
    vocabulary::span,
    when,
};
use crate::model::{Due, Repeat, RepeatFrom};

/// What a word says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Tags(Vec<String>),
    Priority(i16),
    Due(Due),
    Remind(Remind),
    Nag(i64),
    Repeat(Repeat, Option<Due>),
}

/// When to remind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remind {
    /// So many seconds before it is due, or from now.
    Before(i64),
    /// At this time of its day.
    Time(chrono::NaiveTime),
    /// Then.
    At(Due),
}

impl Value {
    pub(super) fn field(&self) -> Field {
        match self {
            Self::Tags(_) => Field::Tag,
            Self::Priority(_) => Field::Priority,
            Self::Due(_) => Field::Due,
            Self::Remind(_) => Field::Remind,
            Self::Nag(_) => Field::Nag,
            Self::Repeat(..) => Field::Repeat,
        }
    }
}

/// What a word says, if it is a field; `Err` if it looks like one and is none.
pub(super) fn field(word: &Word, present: &Present) -> Option<Result<Value, String>> {
    if word.literal {
        return None;
    }
    if let Some(name) = word.text.strip_prefix('@') {
        return tags(name, word.quoted_from.is_some()).map(|names| Ok(Value::Tags(names)));
    }
    if let Some(rest) = word.folded.strip_prefix("!!") {
        return span(rest).map(|seconds| Ok(Value::Nag(seconds)));
    }
    if let Some(rest) = word.folded.strip_prefix('!') {
        return remind(rest).map(|remind| Ok(Value::Remind(remind)));
    }
    // With the Latin letter or the Russian one.
    if let Some(digit @ ("1" | "2" | "3" | "4")) = word.folded.strip_prefix(['p', 'п']) {
        return digit.parse().ok().map(|priority| Ok(Value::Priority(priority)));
    }
    machine(word, present)
}

/// A tag has a letter or a digit in it. Punctuation behind it is the sentence's, and a comma ends it: `@home,work`.
fn tags(names: &str, quoted: bool) -> Option<Vec<String>> {
    if quoted {
        return is_tag(names).then(|| vec![names.trim().to_owned()]);
    }
    let names = names.split(',').map(|name| name.strip_prefix('@').unwrap_or(name));
    let names = names.map(|name| name.trim_end_matches([';', '.', ':', '!', '?', ')']));
    let names: Vec<String> = names.filter(|name| is_tag(name)).map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

fn is_tag(name: &str) -> bool {
    name.chars().any(char::is_alphanumeric)
}

fn remind(text: &str) -> Option<Remind> {
    span(text).map(Remind::Before).or_else(|| digital(text).map(Remind::Time))
}

/// `due:… tag:… pri:… remind:… nag:… repeat:…`
fn machine(word: &Word, present: &Present) -> Option<Result<Value, String>> {
    let (key, value) = word.text.split_once(':')?;
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let folded: Vec<String> = value.split_whitespace().map(fold).collect();
    let words: Vec<&str> = folded.iter().map(String::as_str).collect();
    let due = || when::iso(value, present).or_else(|| when::phrase(&words, present));
    let (found, expected) = match key.to_lowercase().as_str() {
        "due" => (due().map(Value::Due), "a date such as 2026-12-01, 2026-12-01T18:30 or \"tomorrow 10:00\""),
        "tag" => (tags(value, word.quoted_from.is_some()).map(Value::Tags), "a name"),
        "pri" => (priority(value).map(Value::Priority), "1 to 4"),
        "remind" => {
            let found = words.first().filter(|_| words.len() == 1).and_then(|word| remind(word));
            (found.or_else(|| due().map(Remind::At)).map(Value::Remind), "30m, 14:00 or a date with a time")
        }
        "nag" => (words.first().and_then(|word| span(word)).map(Value::Nag), "a pause such as 15m"),
        "repeat" => (
            rule(value, &words, present).map(|(repeat, first)| Value::Repeat(repeat, first)),
            "a rule such as FREQ=WEEKLY;BYDAY=MO, or \"every monday\"",
        ),
        _ => return None,
    };
    Some(found.ok_or_else(|| format!("{key}: needs {expected}; it stays in the title")))
}

fn priority(value: &str) -> Option<i16> {
    value.parse().ok().filter(|priority| (1..=4).contains(priority))
}

/// A repetition alone.
pub(super) fn repeat_alone(text: &str, present: &Present) -> Option<Repeat> {
    let folded: Vec<String> = text.split_whitespace().map(fold).collect();
    let words: Vec<&str> = folded.iter().map(String::as_str).collect();
    rule(text.trim(), &words, present).map(|(repeat, _)| repeat)
}

fn rule(value: &str, words: &[&str], present: &Present) -> Option<(Repeat, Option<Due>)> {
    let rule = value.strip_prefix("RRULE:").unwrap_or(value);
    if rule.to_ascii_uppercase().starts_with("FREQ=") {
        let repeat = Repeat { rrule: rule.to_owned(), from: RepeatFrom::Schedule };
        return Some((repeat, None));
    }
    repeat::phrase(words, present).map(|found| (found.repeat, Some(found.first)))
}
