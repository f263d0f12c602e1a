//! The fields of a line put together, and the title that is left.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Field, Present, Quick, Span, Warning, context,
    fields::{Remind, Value, field},
    lex::{Line, Word, lex},
    local_time, repeat, times, when,
};
use crate::model::{Due, Repeat};

/// What was found so far.
#[derive(Default)]
struct Found {
    quick: Quick,
    remind: Option<Remind>,
    /// Names of tags in lower case.
    tags: HashSet<String>,
    /// When a repeat without a date begins.
    first: Option<Due>,
    /// The words of the repeat, and those of the time of day that stood alone: "every monday *standup* at 9:00".
    repeat_words: Vec<String>,
    time_words: Vec<String>,
}

pub(super) fn assemble(text: &str, present: &Present) -> Quick {
    let Line { words, description } = lex(text);
    let mut found = Found::default();
    if let Some((start, end, description)) = description {
        found.quick.spans.push(Span { start, end, field: Field::Description });
        found.quick.description = Some(description).filter(|description| !description.is_empty());
    }
    let mut left: Vec<Word> = Vec::new();
    for word in words {
        match field(&word, present) {
            Some(Ok(value)) if found.takes(&value) => {
                found.quick.spans.push(Span { start: word.start, end: word.end, field: value.field() });
                found.take(value);
            }
            Some(Err(message)) => {
                found.quick.warnings.push(Warning { start: word.start, end: word.end, message });
                left.push(word);
            }
            _ => left.push(word),
        }
    }
    while found.phrase_at_end(&mut left, present) || found.phrase_at_start(&mut left, present) {}
    found.finish(text, &left, present)
}

impl Found {
    /// Each field but the tags is said once; what is said again is text.
    fn takes(&self, value: &Value) -> bool {
        match value {
            Value::Tags(_) => true,
            Value::Priority(_) => self.quick.priority.is_none(),
            Value::Due(_) => self.quick.due.is_none(),
            Value::Remind(_) => self.remind.is_none(),
            Value::Nag(_) => self.quick.nag_seconds.is_none(),
            Value::Repeat(..) => self.quick.repeat.is_none(),
        }
    }

    fn take(&mut self, value: Value) {
        let quick = &mut self.quick;
        match value {
            Value::Tags(names) => {
                quick.tags.extend(names.into_iter().filter(|name| self.tags.insert(name.to_lowercase())));
            }
            Value::Priority(priority) => quick.priority = Some(priority),
            Value::Due(due) => quick.due = Some(due),
            Value::Remind(remind) => self.remind = Some(remind),
            Value::Nag(seconds) => quick.nag_seconds = Some(seconds),
            Value::Repeat(repeat, first) => self.repeats(repeat, first),
        }
    }

    fn repeats(&mut self, repeat: Repeat, first: Option<Due>) {
        self.quick.repeat = Some(repeat);
        self.first = first;
    }

    /// The longest phrase that ends the line, unless it belongs to what stands before it.
    fn phrase_at_end(&mut self, left: &mut Vec<Word>, present: &Present) -> bool {
        let most = repeat::LONGEST.max(when::LONGEST).min(left.len());
        let longest = (1..=most).rev().find_map(|length| {
            let at = left.len() - length;
            self.phrase(&left[at..], present).map(|value| (at, value))
        });
        let Some((mut at, value)) = longest else { return false };
        // As many words before it as matter.
        let before = folded(&left[at.saturating_sub(5)..at]);
        if !self.is_apart(left, at) && context::belongs_to_before(&before, &folded(&left[at..]), present) {
            return false;
        }
        at -= usize::from(before.last().is_some_and(|word| context::is_dash(word)));
        let words = left.split_off(at);
        self.mark(&words, value);
        true
    }

    /// Whether a field stands before a word: "call @ann and @bob tomorrow".
    fn is_apart(&self, left: &[Word], at: usize) -> bool {
        let before = at.checked_sub(1).map_or(0, |before| left[before].end);
        self.quick.spans.iter().any(|span| span.start >= before && span.end <= left[at].start)
    }

    /// The longest phrase that begins it, unless it goes on.
    fn phrase_at_start(&mut self, left: &mut Vec<Word>, present: &Present) -> bool {
        let most = repeat::LONGEST.max(when::LONGEST).min(left.len());
        let longest = (1..=most).rev().find_map(|length| {
            let value = self.phrase(&left[..length], present)?;
            Some((length, value))
        });
        let Some((mut length, value)) = longest else { return false };
        let words = folded(&left[..length]);
        let behind = folded(&left[length..left.len().min(length + when::LONGEST)]);
        // "at 5 corners": an hour alone is one at the end only.
        let counts = matches!(words[..], ["at" | "by" | "в" | "к" | "@", hour] if times::hour(hour).is_some());
        if counts || context::goes_on(&words, &behind, present) {
            return false;
        }
        length += usize::from(behind.len() > 1 && context::is_dash(behind[0]));
        let words: Vec<Word> = left.drain(..length).collect();
        self.mark(&words, value);
        true
    }

    fn phrase(&self, words: &[Word], present: &Present) -> Option<Value> {
        if words.iter().any(|word| word.literal || word.quoted_from.is_some()) {
            return None;
        }
        let folded: Vec<&str> = words.iter().map(Word::in_phrase).collect();
        let repeats = || repeat::phrase(&folded, present).map(|found| Value::Repeat(found.repeat, Some(found.first)));
        let dates = || when::phrase(&folded, present).filter(|_| folded.len() <= when::LONGEST).map(Value::Due);
        repeats().or_else(dates).filter(|value| self.takes(value))
    }

    /// A phrase is a span, or several where fields stand between its words.
    fn mark(&mut self, words: &[Word], value: Value) {
        let field = value.field();
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let said: Vec<&str> = folded(words).into_iter().filter(|word| !context::is_dash(word)).collect();
        match field {
            Field::Repeat => self.repeat_words = owned(&said),
            _ if self.time_words.is_empty() && times::only_time(&said).is_some() => self.time_words = owned(&said),
            _ => {}
        }
        let between =
            |start: usize, end: usize, spans: &[Span]| spans.iter().any(|span| span.start >= start && span.end <= end);
        let mut spans: Vec<Span> = Vec::new();
        for word in words {
            match spans.last_mut() {
                Some(last) if !between(last.end, word.start, &self.quick.spans) => last.end = word.end,
                _ => spans.push(Span { start: word.start, end: word.end, field }),
            }
        }
        self.quick.spans.extend(spans);
        self.take(value);
    }

    /// A time that stands apart from its repeat is the repeat's.
    fn time_of_repeat(&mut self, present: &Present) {
        if self.time_words.is_empty() || self.first.is_none() {
            return;
        }
        let words: Vec<&str> = self.repeat_words.iter().chain(&self.time_words).map(String::as_str).collect();
        if let Some(found) = repeat::phrase(&words, present) {
            self.quick.due = Some(found.first);
        }
    }

    fn finish(mut self, text: &str, left: &[Word], present: &Present) -> Quick {
        self.time_of_repeat(present);
        let mut quick = std::mem::take(&mut self.quick);
        let only_due = quick.spans.iter().all(|span| span.field == Field::Due);
        quick.date_alone = left.is_empty() && only_due && quick.due.is_some();
        quick.due = quick.due.or(self.first);
        if let Some(remind) = self.remind {
            set_reminder(&mut quick, remind, present);
        } else if quick.nag_seconds.is_some() {
            remind_when_due(&mut quick, present);
        }
        quick.spans.sort_by_key(|span| span.start);
        // Where nothing means anything, nothing is changed.
        let plain = |word: &Word| !word.literal && word.text.chars().count() == word.end - word.start;
        if quick.spans.is_empty() && left.iter().all(plain) {
            quick.title = text.to_owned();
            return quick;
        }
        quick.title = left.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let only_described = quick.title.is_empty() && quick.spans.len() == 1;
        if let Some(description) = quick.description.take_if(|_| only_described) {
            quick.title = description;
        }
        if quick.title.trim().is_empty() {
            quick.title = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        quick
    }
}

fn folded(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.folded.as_str()).collect()
}

fn set_reminder(quick: &mut Quick, remind: Remind, present: &Present) {
    match (remind, quick.due) {
        (Remind::Before(seconds), Some(_)) => quick.remind_before_seconds = Some(seconds),
        (Remind::Before(seconds), None) => {
            quick.remind_time = TimeDelta::try_seconds(seconds).and_then(|delta| present.now.checked_add_signed(delta));
        }
        (Remind::Time(time), due) => quick.remind_time = time_of(due, time, present),
        (Remind::At(Due::At(at)), _) => quick.remind_time = Some(at),
        (Remind::At(Due::Day(day)), _) => {
            let nine = chrono::NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
            quick.remind_time = Some(local_time(present.zone, day.and_time(nine)));
        }
    }
}

/// What is to be told again and again has to be told once: when it is due.
fn remind_when_due(quick: &mut Quick, present: &Present) {
    match quick.due {
        Some(Due::At(_)) => quick.remind_before_seconds = Some(0),
        Some(due @ Due::Day(_)) => set_reminder(quick, Remind::At(due), present),
        None => {
            let nag = quick.spans.iter().find(|span| span.field == Field::Nag);
            let message = "has nothing to repeat: say when to remind, such as !30m, or when it is due".to_owned();
            quick.warnings.extend(nag.map(|nag| Warning { start: nag.start, end: nag.end, message }));
        }
    }
}

/// That time of the day that it is due, or of today, or of tomorrow if it has passed.
fn time_of(due: Option<Due>, time: chrono::NaiveTime, present: &Present) -> Option<DateTime<Utc>> {
    let day = match due {
        Some(Due::Day(day)) => day,
        Some(Due::At(at)) => at.with_timezone(&present.zone).date_naive(),
        None if present.wall.time() < time => present.wall.date(),
        None => present.wall.date().succ_opt()?,
    };
    Some(local_time(present.zone, day.and_time(time)))
}
