//! Tasks in the forms of other programs, read and written one by one.
//!
//! What a form can't hold is counted in [`Losses`], so that people are told; nothing goes silently.

mod json;
mod lines;
mod quotes;
mod record;
mod recurrence;
mod taskwarrior;
#[cfg(test)]
mod tests;
mod text;
mod todoist;
mod todotxt;
mod utf8;

use std::{
    cell::RefCell,
    io::{BufRead, BufReader, Write},
};

use chrono::DateTime;
use chrono_tz::Tz;
use clap::ValueEnum;
use todo_sdk::model::{ExportHead, User};

pub(crate) use json::{Assembler, as_new};
pub(crate) use record::{Loss, Losses, Record, Remark};

use self::utf8::Utf8;
use crate::error::Error;

/// A form of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Everything, a line of JSON each, as `GET /api/users/me/export` answers it.
    Json,
    /// <https://github.com/todotxt/todo.txt>
    Todotxt,
    /// JSON of `task export`.
    Taskwarrior,
    /// CSV of a project.
    Todoist,
    /// A title a line.
    Text,
}

impl Format {
    /// As it is named on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Todotxt => "todotxt",
            Self::Taskwarrior => "taskwarrior",
            Self::Todoist => "todoist",
            Self::Text => "text",
        }
    }
}

/// Whose tasks they are, unlike those of any other account on any machine: the first account of each has the id 1.
fn origin(user: &User) -> String {
    format!("{} {}", user.id, user.date_joined.timestamp_micros())
}

/// Something that was read.
#[derive(Debug, PartialEq)]
pub(crate) enum Read {
    /// A tag, whether or not a task has it.
    Tag(u64, String),
    /// A task, from this line or entry on.
    Task(u64, Box<Record>),
    /// This line or entry is none, for this reason.
    Refused(u64, String),
}

/// Whether the reader is to go on; the other side may be gone.
pub(crate) type GoOn = bool;

/// Reads everything and hands it over one by one; `now` says what "tomorrow" means, and where.
///
/// # Errors
///
/// What can't be read at all: nothing behind it is, all before it was.
pub(crate) fn read(
    format: Format,
    from: impl BufRead,
    now: &DateTime<Tz>,
    losses: &mut Losses,
    mut take: impl FnMut(Read) -> GoOn,
) -> Result<(), Error> {
    // Losses are noted by the reader meanwhile.
    let mut blank = Losses::default();
    let replaced = RefCell::new(Losses::default());
    let from = BufReader::new(Utf8::new(from, &replaced));
    let mut take = |read: Read| {
        take(match read {
            Read::Task(line, record) => match record.fitted(format, line, &mut blank) {
                Ok(record) => Read::Task(line, Box::new(record)),
                Err(why) => Read::Refused(line, why),
            },
            Read::Tag(line, name) => match record::check_tag(&name) {
                Ok(()) => Read::Tag(line, name),
                Err(why) => Read::Refused(line, why),
            },
            refused @ Read::Refused(..) => refused,
        })
    };
    let done = match format {
        Format::Json => json::read(from, losses, &mut take),
        Format::Todotxt => todotxt::read(from, now, losses, &mut take),
        Format::Taskwarrior => taskwarrior::read(from, now, losses, &mut take),
        Format::Todoist => todoist::read(from, now, losses, &mut take),
        Format::Text => text::read(from, &mut take),
    };
    losses.add(blank);
    losses.add(replaced.take());
    done
}

/// Writes tasks one by one.
pub(crate) enum Writer<W: Write> {
    Json(json::Writer<W>),
    Todotxt(todotxt::Writer<W>),
    Taskwarrior(taskwarrior::Writer<W>),
    /// Boxed, for it is much larger than the others.
    Todoist(Box<todoist::Writer<W>>),
    Text(text::Writer<W>),
}

impl<W: Write> Writer<W> {
    /// # Errors
    ///
    /// As `to` says.
    pub(crate) fn new(format: Format, to: W, head: &ExportHead, now: &DateTime<Tz>) -> Result<Self, Error> {
        Ok(match format {
            Format::Json => Self::Json(json::Writer::new(to, head)?),
            Format::Todotxt => Self::Todotxt(todotxt::Writer::new(to, now.timezone())),
            Format::Taskwarrior => Self::Taskwarrior(taskwarrior::Writer::new(to, origin(&head.user), now.timezone())?),
            Format::Todoist => Self::Todoist(Box::new(todoist::Writer::new(to, now.timezone())?)),
            Format::Text => Self::Text(text::Writer::new(to)),
        })
    }

    /// # Errors
    ///
    /// As `to` says.
    pub(crate) fn write(&mut self, record: &Record, losses: &mut Losses) -> Result<(), Error> {
        match self {
            // Its lines are written as they come.
            Self::Json(_) => Ok(()),
            Self::Todotxt(writer) => writer.write(record, losses),
            Self::Taskwarrior(writer) => writer.write(record, losses),
            Self::Todoist(writer) => writer.write(record, losses),
            Self::Text(writer) => writer.write(record, losses),
        }
    }

    /// Writes what ends the form.
    ///
    /// # Errors
    ///
    /// As the output says.
    pub(crate) fn end(self) -> Result<(), Error> {
        match self {
            Self::Json(writer) => writer.end(),
            Self::Todotxt(writer) => writer.end(),
            Self::Taskwarrior(writer) => writer.end(),
            Self::Todoist(writer) => writer.end(),
            Self::Text(writer) => writer.end(),
        }
    }
}
