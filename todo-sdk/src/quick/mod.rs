//! Quick-add: a task in one line, in English or Russian.
//!
//! `Call the bank tomorrow 10:00 @home @"two words" p1 every monday !30m // ask about the card`
//!
//! | written | means |
//! |---|---|
//! | `@home`, `@home,work`, `@"two words"`, `tag:home` | a tag, or several |
//! | `p1` to `p4`, `п1`, `pri:1` | the priority |
//! | `tomorrow 10:00`, `next friday`, `in 2 weeks`, `1 dec`, `завтра в 10:00`, `через 2 часа`, `due:2026-12-01` | when it is due; a phrase only at the start or the end |
//! | `every monday at 9:00`, `every! 3 days`, `каждый понедельник`, `repeat:FREQ=DAILY` | how it repeats; with `!` from completion |
//! | `!30m`, `!14:00`, `remind:1h` | the reminder: before it is due, or from now |
//! | `!!15m`, `nag:15m` | again and again until it is done |
//! | `// …` | the description, to the end |
//! | `"…"`, `\` | literal text, one literal sign |
//!
//! Only whole words count: "monitor" is no Monday. What is not understood stays in the title, so nothing is ever lost. Nor
//! is a phrase torn out of a sentence: "wait until friday", "from 1 dec to 5 dec" and "Black Friday" are left as they are.
//!
//! A time that has passed today means tomorrow. A weekday is the next one to come; `next friday` is the one of the next
//! week. A day without a year that has passed is next year's. An hour alone is the next such between 7:00 and 20:00, so
//! that `at 5` is in the afternoon and `at 7` in the morning or in the evening, whichever comes first. `this evening` is
//! always today: its usual time, else the next full hour, else the whole day. `every second tuesday` is each other
//! Tuesday, `every second tuesday of the month` one a month.

mod assemble;
mod context;
mod fields;
mod lex;
mod on;
mod repeat;
mod rule;
#[cfg(test)]
mod tests;
mod times;
mod vocabulary;
mod when;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
pub use rule::{End, Every, Rule};
use serde::{Deserialize, Serialize};
pub use vocabulary::Unit;

use crate::model::{CreateTask, Due, Id, Repeat};

/// What was understood of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Quick {
    /// What is left of the line; all of it, where nothing would be left.
    pub title: String,
    /// Behind `//`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i16>,
    /// Names of tags, as they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When to remind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_time: Option<DateTime<Utc>>,
    /// How many seconds before `due` to remind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_before_seconds: Option<i64>,
    /// The pause between reminders that go on until it is done, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nag_seconds: Option<i64>,
    /// How it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// What was understood, in the order of the line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// What looks like a field and is none; it stays in the title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Whether there was nothing but a date phrase.
    #[serde(skip)]
    date_alone: bool,
}

/// A part of the line that is a field. The offsets count characters (Unicode scalar values) from the beginning of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends, not included.
    pub end: usize,
    /// What it is.
    pub field: Field,
}

/// What a part of the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Field {
    /// Behind `//`.
    Description,
    /// When it is due.
    Due,
    /// The priority.
    Priority,
    /// A tag.
    Tag,
    /// The reminder.
    Remind,
    /// Reminders until it is done.
    Nag,
    /// How it repeats.
    Repeat,
}

/// A part of the line that looks like a field and is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// Where it begins, in characters.
    pub start: usize,
    /// Where it ends, not included.
    pub end: usize,
    /// What is wrong with it.
    pub message: String,
}

impl Quick {
    /// A title and nothing else, whatever it looks like.
    #[must_use]
    pub fn literal(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Whether the line was nothing but a date phrase, as the answer to "when?" is.
    #[must_use]
    pub fn is_date_alone(&self) -> bool {
        self.date_alone
    }

    /// The task that it describes, with the ids of its tags.
    #[must_use]
    pub fn into_task(self, tags: Vec<Id>) -> CreateTask {
        CreateTask {
            title: self.title,
            description: self.description.unwrap_or_default(),
            completed: false,
            priority: self.priority,
            due: self.due,
            remind_time: self.remind_time,
            remind_before_seconds: self.remind_before_seconds,
            nag_seconds: self.nag_seconds,
            repeat: self.repeat,
            tags,
            ..CreateTask::default()
        }
    }
}

/// Reads a line. `now` and `zone` are the person's: "tomorrow" is theirs.
///
/// ```
/// use chrono_tz::Europe::Berlin;
/// use todo_sdk::quick;
///
/// let now = "2026-11-23T12:00:00Z".parse().unwrap();
/// let read = quick::parse("Call the bank tomorrow 10:00 @home p1 // the card", now, Berlin);
/// assert_eq!((read.title.as_str(), read.priority), ("Call the bank", Some(1)));
/// assert_eq!(read.due.unwrap().to_string(), "2026-11-24T09:00:00Z");
/// ```
#[must_use]
pub fn parse(text: &str, now: DateTime<Utc>, zone: Tz) -> Quick {
    assemble::assemble(text, &Present::new(now, zone))
}

/// Reads a repetition alone, such as `every monday` or `FREQ=DAILY`: what may stand behind `repeat:`.
///
/// ```
/// use todo_sdk::quick;
///
/// let now = "2026-11-23T12:00:00Z".parse().unwrap();
/// let repeat = quick::repeat("every 2 weeks on monday", now, chrono_tz::UTC).unwrap();
/// assert_eq!(repeat.rrule, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO");
/// ```
#[must_use]
pub fn repeat(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<Repeat> {
    fields::repeat_alone(text, &Present::new(now, zone))
}

/// Reads a time of day alone, such as `8pm`, `18:30`, `18.30`, `at 6` or `9 утра`: the answer to "at what time?".
///
/// ```
/// use todo_sdk::quick;
///
/// assert_eq!(quick::time("8pm").unwrap().to_string(), "20:00:00");
/// assert_eq!(quick::time("18.30"), quick::time("в 18:30"));
/// assert_eq!(quick::time("tomorrow 8pm"), None);
/// ```
#[must_use]
pub fn time(text: &str) -> Option<NaiveTime> {
    let folded: Vec<String> = text.split_whitespace().map(lex::fold).collect();
    let words: Vec<&str> = folded.iter().map(String::as_str).collect();
    let hour = || words.first().filter(|_| words.len() == 1).and_then(|word| times::hour(word));
    times::only_time(&words).or_else(|| hour().map(times::Said::usual))
}

/// Reads a date phrase alone: the answer to "when?". There, `31.12` is no price, as it might be in a line.
///
/// ```
/// use todo_sdk::quick;
///
/// let now = "2026-11-23T12:00:00Z".parse().unwrap();
/// let due = |text| quick::due(text, now, chrono_tz::UTC).map(|due| due.to_string());
/// assert_eq!(due("tomorrow 10:00").unwrap(), "2026-11-24T10:00:00Z");
/// assert_eq!(due("31.12").unwrap(), "2026-12-31");
/// assert_eq!(due("31.12. в 9:30").unwrap(), "2026-12-31T09:30:00Z");
/// assert_eq!(due("call tomorrow"), None);
/// ```
#[must_use]
pub fn due(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<Due> {
    let read = parse(text, now, zone);
    if read.date_alone {
        return read.due;
    }
    let folded: Vec<String> = text.split_whitespace().map(lex::fold).collect();
    let words: Vec<&str> = std::iter::once("on").chain(folded.iter().map(String::as_str)).collect();
    when::phrase(&words, &Present::new(now, zone)).filter(|_| words.len() <= when::LONGEST)
}

/// The moment of a time on the wall. One that the clocks skip lies as much later as they are put forward; of one that comes
/// twice it is the first.
#[must_use]
pub fn local_time(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    if let Some(at) = zone.from_local_datetime(&wall).earliest() {
        return at.to_utc();
    }
    let before = zone.offset_from_utc_datetime(&(wall - TimeDelta::days(1))).fix();
    (wall - TimeDelta::seconds(before.local_minus_utc().into())).and_utc()
}

/// The person's present.
struct Present {
    now: DateTime<Utc>,
    zone: Tz,
    wall: NaiveDateTime,
}

impl Present {
    fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        // Whole seconds: nobody types fractions.
        let now = now.with_nanosecond(0).unwrap_or(now);
        Self { now, zone, wall: now.with_timezone(&zone).naive_local() }
    }
}
