//! Our own form: the lines of `GET /api/users/me/export`.

use std::{
    collections::{BTreeSet, HashMap},
    io::{BufRead, Write},
};

use todo_sdk::model::{CreateTask, EXPORT_VERSION, ExportEnd, ExportHead, Exported, Id, Task};

use super::{
    GoOn, Losses, Read, Record, Remark,
    lines::{Line, lines},
    origin,
};
use crate::error::Error;

pub(super) fn read(from: impl BufRead, losses: &mut Losses, take: &mut dyn FnMut(Read) -> GoOn) -> Result<(), Error> {
    let mut assembler = Assembler::default();
    for line in lines(from) {
        let Line { number, text, ended } = line?;
        if text.trim().is_empty() {
            continue;
        }
        assembler.line = number;
        let exported = match serde_json::from_str(&text) {
            // The file ends in the middle of it.
            Err(error) if error.is_eof() && !ended => break,
            parsed => checked(parsed, number)?,
        };
        if let Exported::Tag(tag) = &exported
            && !take(Read::Tag(number, tag.name.clone()))
        {
            return Ok(());
        }
        if let Some((line, record)) = assembler.take(exported, losses)
            && !take(Read::Task(line, Box::new(record)))
        {
            return Ok(());
        }
    }
    if assembler.ended {
        return Ok(());
    }
    if let Some((line, record)) = assembler.last.take() {
        take(Read::Task(line, Box::new(record)));
    }
    Err(Error::CutOff(
        "the end of the file is missing: `todo export json` ends with a line that counts the others".into(),
    ))
}

fn checked(parsed: serde_json::Result<Exported>, number: u64) -> Result<Exported, Error> {
    let fault = |why: String| Error::Malformed(format!("line {number} is no line of `todo export json`: {why}"));
    match parsed.map_err(|error| fault(error.to_string()))? {
        Exported::Todo(head) if head.version > EXPORT_VERSION => {
            Err(fault(format!("it is of version {}; a newer todo reads it", head.version)))
        }
        exported => Ok(exported),
    }
}

/// Puts lines together to tasks with their tags and comments.
#[derive(Default)]
pub(crate) struct Assembler {
    /// Whose export it is.
    origin: String,
    tags: HashMap<Id, String>,
    /// Tags that no task had so far.
    unused: BTreeSet<Id>,
    last: Option<(u64, Record)>,
    line: u64,
    ended: bool,
}

impl Assembler {
    /// Notes what no task shows: forms that have only tasks lose it.
    pub(crate) fn note_unused(&self, losses: &mut Losses) {
        let ids = self.unused.iter().map(|id| u64::try_from(*id).unwrap_or_default());
        ids.for_each(|id| losses.note("tags that no task has", id));
    }

    /// The task that is whole now, and the line that it stands in.
    pub(crate) fn take(&mut self, line: Exported, losses: &mut Losses) -> Option<(u64, Record)> {
        match line {
            Exported::Todo(head) => self.origin = origin(&head.user),
            Exported::Tag(tag) => {
                self.unused.insert(tag.id);
                self.tags.insert(tag.id, tag.name);
            }
            Exported::Task(task) => {
                task.tags.iter().for_each(|tag| _ = self.unused.remove(tag));
                let record = record_of(*task, self, losses);
                return self.last.replace((self.line, record));
            }
            Exported::Comment(comment) => match &mut self.last {
                Some((_, record)) if record.id == Some(comment.task_id) => {
                    record.comments.push(Remark { text: comment.content, posted: Some(comment.posted_date) });
                }
                _ => losses.note("comments on tasks that are not there", self.line),
            },
            Exported::End(_) => {
                self.ended = true;
                return self.last.take();
            }
            _ => {}
        }
        None
    }
}

fn record_of(task: Task, of: &Assembler, losses: &mut Losses) -> Record {
    let Assembler { origin, tags, line: place, .. } = of;
    let mut names = Vec::with_capacity(task.tags.len());
    for tag in &task.tags {
        match tags.get(tag) {
            Some(name) => names.push(name.clone()),
            None => losses.note("tags without a name", *place),
        }
    }
    // An id alone is used on other servers too, and tasks that were taken over from elsewhere may be as old to the microsecond.
    let source = format!("{origin} {} {}", task.id, task.date_created.timestamp_micros());
    Record { id: Some(task.id), task: as_new(&task), tags: names, comments: Vec::new(), source }
}

/// The task as it is made again.
pub(crate) fn as_new(task: &Task) -> CreateTask {
    CreateTask {
        title: task.title.clone(),
        description: task.description.clone(),
        completed: task.completed,
        priority: Some(task.priority),
        due: task.due,
        // One that is reckoned from the due date is told by that.
        remind_time: task.remind_time.filter(|_| task.remind_before_seconds.is_none()),
        remind_before_seconds: task.remind_before_seconds,
        nag_seconds: task.nag_seconds,
        repeat: task.repeat.clone(),
        tags: Vec::new(),
        date_created: Some(task.date_created),
        completed_at: task.completed_at,
    }
}

/// Writes lines as they came.
pub(crate) struct Writer<W> {
    to: W,
    written: ExportEnd,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W, head: &ExportHead) -> Result<Self, Error> {
        let mut writer = Self { to, written: ExportEnd::default() };
        writer.line(&Exported::Todo(head.clone()))?;
        Ok(writer)
    }

    pub(crate) fn line(&mut self, line: &Exported) -> Result<(), Error> {
        self.written.count(line);
        serde_json::to_writer(&mut self.to, line).map_err(|error| Error::Output(error.into()))?;
        self.to.write_all(b"\n").map_err(Error::Output)
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        let end = Exported::End(self.written);
        self.line(&end)?;
        self.to.flush().map_err(Error::Output)
    }
}
