//! [todo.txt](https://github.com/todotxt/todo.txt): `x (A) 2026-12-01 2026-11-01 title +project @context due:2026-12-24 rec:+1w`.

use std::{
    collections::HashSet,
    io::{BufRead, Write},
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use todo_sdk::{
    model::{CreateTask, Due, PRIORITY_NONE, RepeatFrom},
    quick::local_time,
};

use super::{
    GoOn, Losses, Read, Record,
    lines::lines,
    record::one_line,
    recurrence::{Every, Unit, number_and_word},
};
use crate::error::Error;

pub(super) fn read(
    from: impl BufRead,
    now: &DateTime<Tz>,
    losses: &mut Losses,
    take: &mut dyn FnMut(Read) -> GoOn,
) -> Result<(), Error> {
    for line in lines(from) {
        let line = line?;
        let (text, number) = (line.text.trim(), line.number);
        if !text.is_empty() && !take(Read::Task(number, Box::new(record(text, now, number, losses)))) {
            break;
        }
    }
    Ok(())
}

fn record(line: &str, now: &DateTime<Tz>, place: u64, losses: &mut Losses) -> Record {
    let mut task = CreateTask::default();
    let mut words = line.split(' ').filter(|word| !word.is_empty()).peekable();
    task.completed = words.next_if_eq(&"x").is_some();
    if let Some(letter) = words.next_if(|word| priority(word).is_some()).and_then(priority) {
        set_priority(&mut task, letter, place, losses);
    }
    let mut dates = Vec::new();
    let most = if task.completed { 2 } else { 1 };
    while let Some(date) = words.next_if(|word| dates.len() < most && day(word).is_some()).and_then(day) {
        dates.push(date);
    }
    // Of a completed task the day on which it was done comes first.
    let (done, made) = match (task.completed, &*dates) {
        (true, [done, made]) => (Some(*done), Some(*made)),
        (true, [done]) => (Some(*done), None),
        (false, [made, ..]) => (None, Some(*made)),
        _ => (None, None),
    };
    let begin = |day: NaiveDate| local_time(now.timezone(), day.and_time(NaiveTime::MIN)).min(now.to_utc());
    (task.completed_at, task.date_created) = (done.map(begin), made.map(begin));
    let mut record = Record { task, source: line.to_owned(), ..Record::default() };
    let (mut title, mut fields) = (Vec::new(), Vec::new());
    for word in words {
        let kind = if field(&mut record, word, place, losses) { &mut fields } else { &mut title };
        kind.push(word);
    }
    record.task.title = if title.is_empty() { title_of_fields(&fields, line) } else { title.join(" ") };
    record
}

/// A task has a title: its tags, or else its other fields, or else what it begins with. Each counts once, as an export writes
/// title and fields.
fn title_of_fields(fields: &[&str], line: &str) -> String {
    let mut seen = HashSet::new();
    let mut once: Vec<&str> = fields.to_vec();
    once.retain(|word| seen.insert(tag(word).unwrap_or(word).to_lowercase()));
    if once.iter().any(|word| tag(word).is_some()) {
        once.retain(|word| tag(word).is_some());
    }
    if once.is_empty() { line.to_owned() } else { once.join(" ") }
}

/// `+project` or `@context`.
fn tag(word: &str) -> Option<&str> {
    word.strip_prefix(['+', '@']).filter(|name| !name.is_empty())
}

/// `(A)`.
fn priority(word: &str) -> Option<char> {
    match word.as_bytes() {
        [b'(', letter @ b'A'..=b'Z', b')'] => Some(char::from(*letter)),
        _ => None,
    }
}

fn set_priority(task: &mut CreateTask, letter: char, place: u64, losses: &mut Losses) {
    match letter {
        'A' => task.priority = Some(1),
        'B' => task.priority = Some(2),
        'C' => task.priority = Some(3),
        _ => losses.note("priorities below (C)", place),
    }
}

fn day(word: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(word, "%Y-%m-%d").ok().filter(|_| word.len() == 10)
}

/// Takes a word that is a field.
fn field(record: &mut Record, word: &str, place: u64, losses: &mut Losses) -> bool {
    if let Some(name) = tag(word) {
        if word.starts_with('+') {
            losses.note("that a tag was a project", place);
        }
        record.tags.push(name.to_owned());
        return true;
    }
    match word.split_once(':') {
        Some(("due", text)) => match day(text) {
            Some(day) => record.task.due = Some(Due::Day(day)),
            None => return false,
        },
        Some(("rec", text)) => match recurrence(text) {
            Some(every) => record.task.repeat = Some(every.repeat()),
            None => return false,
        },
        // What a completed task had.
        Some(("pri", text)) if text.len() == 1 && text.as_bytes()[0].is_ascii_uppercase() => {
            set_priority(&mut record.task, char::from(text.as_bytes()[0]), place, losses);
        }
        _ => return false,
    }
    true
}

/// `1w` counts from when it is done, `+1w` from when it is due.
fn recurrence(text: &str) -> Option<Every> {
    let (text, from) = match text.strip_prefix('+') {
        Some(text) => (text, RepeatFrom::Schedule),
        None => (text, RepeatFrom::Completion),
    };
    let (count, unit) = number_and_word(text)?;
    let unit = match unit {
        "d" => Unit::Day,
        "b" => Unit::Weekday,
        "w" => Unit::Week,
        "m" => Unit::Month,
        "y" => Unit::Year,
        _ => return None,
    };
    Every::new(count, unit, from)
}

pub(crate) struct Writer<W> {
    to: W,
    zone: Tz,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W, zone: Tz) -> Self {
        Self { to, zone }
    }

    pub(super) fn write(&mut self, record: &Record, losses: &mut Losses) -> Result<(), Error> {
        let (task, place) = (&record.task, record.place());
        let mut words: Vec<String> = Vec::new();
        let letter = task.priority.filter(|priority| *priority < PRIORITY_NONE).map(|priority| match priority {
            1 => 'A',
            2 => 'B',
            _ => 'C',
        });
        if task.completed {
            words.push("x".to_owned());
            // The day of making may only stand behind the day of doing.
            words.extend(task.completed_at.map(|at| self.day(at)));
        } else {
            words.extend(letter.map(|letter| format!("({letter})")));
        }
        if !task.completed || task.completed_at.is_some() {
            words.extend(task.date_created.map(|at| self.day(at)));
        }
        let title = self.title(record, losses);
        let said: HashSet<String> = title.split(' ').filter_map(tag).map(str::to_lowercase).collect();
        words.push(title);
        for tag in &record.tags {
            if tag.contains(char::is_whitespace) {
                losses.note("spaces in tags", place);
            }
            let tag = tag.split_whitespace().collect::<Vec<_>>().join("_");
            // Those in the title are read as tags from there.
            if !said.contains(&tag.to_lowercase()) {
                words.push(format!("@{tag}"));
            }
        }
        match task.due {
            Some(Due::Day(day)) => words.push(format!("due:{day}")),
            Some(Due::At(at)) => {
                losses.note("times of due dates", place);
                words.push(format!("due:{}", self.day(at)));
            }
            None => {}
        }
        if let Some(repeat) = &task.repeat {
            match Every::of(repeat) {
                Some(every) => words.push(format!("rec:{}", recurrence_text(every))),
                None => losses.note("repetitions beyond every so many days, weeks, months or years", place),
            }
        }
        if task.completed {
            words.extend(letter.map(|letter| format!("pri:{letter}")));
        }
        let lost = [
            ("descriptions", !task.description.is_empty()),
            ("comments", !record.comments.is_empty()),
            (
                "when tasks were made and done, beside the day",
                self.has_time(task.date_created) || self.has_time(task.completed_at),
            ),
            ("reminders", record.reminds()),
        ];
        lost.into_iter().filter(|(_, lost)| *lost).for_each(|(what, _)| losses.note(what, place));
        writeln!(self.to, "{}", words.join(" ")).map_err(Error::Output)
    }

    /// The title; words in it that would be read as something else are told.
    fn title(&self, record: &Record, losses: &mut Losses) -> String {
        let whole = one_line(&record.task.title);
        if whole != record.task.title {
            losses.note("line breaks in titles", record.place());
        }
        let title: Vec<&str> = whole.split(' ').filter(|word| !word.is_empty()).collect();
        let mut scratch = Record::default();
        let mut unused = Losses::default();
        let begins = title.first().is_some_and(|word| *word == "x" || priority(word).is_some() || day(word).is_some());
        if begins || title.iter().any(|word| field(&mut scratch, word, 0, &mut unused)) {
            losses.note("words of titles that todo.txt reads as fields", record.place());
        }
        if title.join(" ") != whole {
            losses.note("several spaces in titles", record.place());
        }
        title.join(" ")
    }

    fn has_time(&self, at: Option<DateTime<Utc>>) -> bool {
        at.is_some_and(|at| at.with_timezone(&self.zone).time() != NaiveTime::MIN)
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("%Y-%m-%d").to_string()
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        self.to.flush().map_err(Error::Output)
    }
}

fn recurrence_text(every: Every) -> String {
    let sign = if every.from == RepeatFrom::Schedule { "+" } else { "" };
    let unit = match every.unit {
        Unit::Day => 'd',
        Unit::Weekday => 'b',
        Unit::Week => 'w',
        Unit::Month => 'm',
        Unit::Year => 'y',
    };
    format!("{sign}{}{unit}", every.count)
}
