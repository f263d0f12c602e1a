//! [Taskwarrior](https://taskwarrior.org/docs/design/task/)'s JSON, as `task export` writes it and `task import` reads it.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    io::{BufRead, Write},
};

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use todo_sdk::{
    model::{CreateTask, Due, RepeatFrom},
    quick::local_time,
};
use uuid::Uuid;

use super::{
    GoOn, Losses, Read, Record, Remark,
    recurrence::{Every, Unit, number_and_word},
};
use crate::error::Error;

const FORM: &str = "%Y%m%dT%H%M%SZ";

/// What we know of a task there.
#[derive(Debug, Deserialize)]
struct Entry {
    description: String,
    status: Option<String>,
    entry: Option<String>,
    end: Option<String>,
    due: Option<String>,
    priority: Option<String>,
    project: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    annotations: Vec<Annotation>,
    recur: Option<String>,
    parent: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Annotation {
    entry: Option<String>,
    description: String,
}

/// Fields that tell nothing to anybody else, or what other fields tell as well.
const OF_NO_USE: [&str; 7] = ["id", "uuid", "modified", "urgency", "mask", "imask", "rtype"];

pub(super) fn read(
    mut from: impl BufRead,
    now: &DateTime<Tz>,
    losses: &mut Losses,
    take: &mut dyn FnMut(Read) -> GoOn,
) -> Result<(), Error> {
    let mut reader = Reader { now, losses, take, number: 0, series: HashSet::new(), gone: false };
    let first = loop {
        let bytes = from.fill_buf().map_err(Error::input)?;
        match bytes.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(at) => break bytes[at],
            None if bytes.is_empty() => return Ok(()),
            None => {
                let blank = bytes.len();
                from.consume(blank);
            }
        }
    };
    let mut json = serde_json::Deserializer::from_reader(from);
    let done = if first == b'[' {
        json.deserialize_seq(&mut reader).and_then(|()| json.end())
    } else {
        // Old versions write an object a line.
        json.into_iter::<Value>().try_for_each(|value| reader.take_one(value?))
    };
    match done {
        Err(_) if reader.gone => Ok(()),
        Err(error) if error.is_io() => Err(Error::input(error.into())),
        Err(error) => {
            let place = reader.number + 1;
            Err(Error::Malformed(format!("entry {place} is no JSON of `task export`: {error}")))
        }
        Ok(()) => Ok(()),
    }
}

struct Reader<'r> {
    now: &'r DateTime<Tz>,
    losses: &'r mut Losses,
    take: &'r mut dyn FnMut(Read) -> GoOn,
    number: u64,
    /// Series of which an instance repeats already.
    series: HashSet<String>,
    gone: bool,
}

impl<'de> Visitor<'de> for &mut Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tasks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(value) = entries.next_element::<Value>()? {
            self.take_one(value)?;
        }
        Ok(())
    }
}

impl Reader<'_> {
    fn take_one<E: serde::de::Error>(&mut self, value: Value) -> Result<(), E> {
        self.gone = !self.take(value);
        if self.gone { Err(E::custom("nobody listens")) } else { Ok(()) }
    }

    fn take(&mut self, value: Value) -> GoOn {
        self.number += 1;
        let source = source(&value);
        match serde_json::from_value::<Entry>(value) {
            Ok(entry) => match self.record(entry) {
                Some(record) => (self.take)(Read::Task(self.number, Box::new(Record { source, ..record }))),
                None => true,
            },
            Err(error) => (self.take)(Read::Refused(self.number, error.to_string())),
        }
    }

    fn lose(&mut self, what: impl Into<String>) {
        self.losses.note(what, self.number);
    }

    fn record(&mut self, entry: Entry) -> Option<Record> {
        let status = entry.status.as_deref().unwrap_or("pending");
        match status {
            "deleted" => {
                self.lose("deleted tasks (not taken)");
                return None;
            }
            "recurring" => {
                self.lose("templates of repeating tasks (their instances repeat)");
                return None;
            }
            "waiting" => self.lose("waiting until a date"),
            "pending" | "completed" => {}
            other => self.lose(format!("the status \"{other}\" (taken as open)")),
        }
        let completed = status == "completed";
        let due = entry.due.as_deref().and_then(|text| self.moment("due", text)).map(|at| self.due(at));
        let past = |at: Option<DateTime<Utc>>| at.map(|at| at.min(self.now.to_utc()));
        let mut task = CreateTask { title: entry.description.clone(), completed, due, ..CreateTask::default() };
        task.priority = match entry.priority.as_deref() {
            Some("H") => Some(1),
            Some("M") => Some(2),
            Some("L") => Some(3),
            _ => None,
        };
        let made = entry.entry.as_deref().and_then(parse);
        let done = entry.end.as_deref().and_then(parse);
        (task.date_created, task.completed_at) = (past(made), past(done.filter(|_| completed)));
        if let Some(recur) = entry.recur.as_deref().filter(|_| !completed) {
            task.repeat = self.repeat(recur, entry.parent.as_deref());
        }
        for (name, _) in entry.others.iter().filter(|(name, _)| !OF_NO_USE.contains(&name.as_str())) {
            self.lose(format!("the field \"{name}\""));
        }
        if entry.project.is_some() {
            self.lose("that a tag was the project");
        }
        let tags = entry.project.into_iter().chain(entry.tags).collect();
        let comments = entry.annotations.into_iter().map(|annotation| Remark {
            posted: annotation.entry.as_deref().and_then(parse).map(|at| at.min(self.now.to_utc())),
            text: annotation.description,
        });
        Some(Record { task, tags, comments: comments.collect(), ..Record::default() })
    }

    fn moment(&mut self, field: &str, text: &str) -> Option<DateTime<Utc>> {
        let at = parse(text);
        if at.is_none() {
            self.lose(format!("dates of the field \"{field}\" that can't be read"));
        }
        at
    }

    /// A day is written as its first moment.
    fn due(&self, at: DateTime<Utc>) -> Due {
        let here = at.with_timezone(&self.now.timezone());
        if here.time() == NaiveTime::MIN { Due::Day(here.date_naive()) } else { Due::At(at) }
    }

    /// One instance goes on with the series; each would make another one.
    fn repeat(&mut self, recur: &str, parent: Option<&str>) -> Option<todo_sdk::model::Repeat> {
        let Some(every) = recurrence(recur) else {
            self.lose(format!("the repetition \"{recur}\""));
            return None;
        };
        let is_first = parent.is_none_or(|parent| self.series.insert(parent.to_owned()));
        if !is_first {
            self.lose("repetitions of further instances (one goes on)");
        }
        is_first.then(|| every.repeat())
    }
}

/// Its number in the world, or else all that stays the same from export to export.
fn source(value: &Value) -> String {
    if let Some(uuid) = value.get("uuid").and_then(Value::as_str) {
        return uuid.to_owned();
    }
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|name, _| !OF_NO_USE.contains(&name.as_str()));
    }
    value.to_string()
}

fn parse(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, FORM).ok().map(|at| at.and_utc())
}

/// `weekly`, `2weeks`, `P1M`.
fn recurrence(text: &str) -> Option<Every> {
    let text = text.to_ascii_lowercase();
    let (times, unit) = match text.as_str() {
        "daily" => (1, Unit::Day),
        "weekdays" => (1, Unit::Weekday),
        "weekly" | "sennight" => (1, Unit::Week),
        "biweekly" | "fortnight" => (2, Unit::Week),
        "monthly" => (1, Unit::Month),
        "bimonthly" => (2, Unit::Month),
        "quarterly" => (3, Unit::Month),
        "semiannual" => (6, Unit::Month),
        "annual" | "yearly" => (1, Unit::Year),
        "biannual" | "biyearly" => (2, Unit::Year),
        _ => {
            let (count, word) = number_and_word(text.strip_prefix('p').unwrap_or(&text))?;
            let (times, unit) = match word {
                "d" | "day" | "days" => (1, Unit::Day),
                "w" | "wk" | "wks" | "week" | "weeks" => (1, Unit::Week),
                "m" | "mo" | "mos" | "mth" | "mths" | "mnths" | "month" | "months" => (1, Unit::Month),
                "q" | "qtr" | "qtrs" | "qrtrs" | "quarter" | "quarters" => (3, Unit::Month),
                "y" | "yr" | "yrs" | "year" | "years" => (1, Unit::Year),
                _ => return None,
            };
            (count.checked_mul(times)?, unit)
        }
    };
    Every::new(times, unit, RepeatFrom::Schedule)
}

/// A task as it is written.
#[derive(Debug, Serialize)]
struct Written<'r> {
    uuid: Uuid,
    description: &'r str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
}

pub(crate) struct Writer<W> {
    to: W,
    origin: String,
    zone: Tz,
    begun: bool,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W, origin: String, zone: Tz) -> Result<Self, Error> {
        let mut writer = Self { to, origin, zone, begun: false };
        writer.to.write_all(b"[").map_err(Error::Output)?;
        Ok(writer)
    }

    pub(super) fn write(&mut self, record: &Record, losses: &mut Losses) -> Result<(), Error> {
        let (task, place) = (&record.task, record.place());
        let lost = [
            ("descriptions (written as annotations)", !task.description.is_empty()),
            ("reminders", record.reminds()),
            ("repetitions", task.repeat.is_some()),
            ("spaces in tags", record.tags.iter().any(|tag| tag.contains(char::is_whitespace))),
        ];
        lost.into_iter().filter(|(_, lost)| *lost).for_each(|(what, _)| losses.note(what, place));
        let form = |at: DateTime<Utc>| at.format(FORM).to_string();
        let entry = task.date_created.map(form);
        let description = (!task.description.is_empty())
            .then(|| Annotation { entry: entry.clone(), description: task.description.clone() });
        let comments = record.comments.iter().map(|comment| Annotation {
            entry: comment.posted.map(form).or_else(|| entry.clone()),
            description: comment.text.clone(),
        });
        let mut annotations: Vec<Annotation> = description.into_iter().chain(comments).collect();
        apart(&mut annotations);
        let written = Written {
            uuid: self.uuid(record),
            description: &task.title,
            status: if task.completed { "completed" } else { "pending" },
            end: task.completed_at.filter(|_| task.completed).map(form),
            due: task.due.map(|due| form(self.moment(due))),
            priority: match task.priority {
                Some(1) => Some("H"),
                Some(2) => Some("M"),
                Some(3) => Some("L"),
                _ => None,
            },
            tags: record.tags.iter().map(|tag| tag.split_whitespace().collect::<Vec<_>>().join("_")).collect(),
            annotations,
            entry,
        };
        let sign: &[u8] = if std::mem::replace(&mut self.begun, true) { b",\n" } else { b"\n" };
        self.to.write_all(sign).map_err(Error::Output)?;
        serde_json::to_writer(&mut self.to, &written).map_err(|error| Error::Output(error.into()))
    }

    fn moment(&self, due: Due) -> DateTime<Utc> {
        match due {
            Due::At(at) => at,
            Due::Day(day) => local_time(self.zone, day.and_time(NaiveTime::MIN)),
        }
    }

    /// The same task has the same one in each export, so that it is not taken twice there; no task of another account has
    /// it, wherever that is.
    fn uuid(&self, record: &Record) -> Uuid {
        let named = format!("todo task {} {}", self.origin, record.id.unwrap_or_default());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(Sha256::digest(named)).for_each(|(byte, hashed)| *byte = hashed);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        self.to.write_all(b"\n]\n").and_then(|()| self.to.flush()).map_err(Error::Output)
    }
}

/// Annotations of a task are told apart by their second.
fn apart(annotations: &mut [Annotation]) {
    let mut last = None;
    for annotation in annotations {
        let at = annotation.entry.as_deref().and_then(parse).unwrap_or_default();
        let at = last.map_or(at, |last: DateTime<Utc>| at.max(last + chrono::TimeDelta::seconds(1)));
        annotation.entry = Some(at.format(FORM).to_string());
        last = Some(at);
    }
}
