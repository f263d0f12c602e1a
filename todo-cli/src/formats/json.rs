//! Our own form: the lines of `GET /api/users/me/export`.

use std::{
    collections::HashMap,
    io::{BufRead, Write},
};

use todo_sdk::model::{CreateTask, EXPORT_VERSION, ExportEnd, ExportHead, Exported, Id, Task};

use super::{GoOn, Losses, Read, Record, Remark};
use crate::error::Error;

pub(super) fn read(from: impl BufRead, losses: &mut Losses, take: &mut dyn FnMut(Read) -> GoOn) -> Result<(), Error> {
    let mut assembler = Assembler::default();
    for (line, number) in from.lines().zip(1_u64..) {
        let line = line.map_err(Error::input)?;
        if line.trim().is_empty() {
            continue;
        }
        assembler.line = number;
        let fault = |why: String| Error::usage(format!("line {number} is no line of `todo export json`: {why}"));
        let exported: Exported = serde_json::from_str(&line).map_err(|error| fault(error.to_string()))?;
        if let Exported::Todo(head) = &exported
            && head.version > EXPORT_VERSION
        {
            return Err(fault(format!("it is of version {}; a newer todo reads it", head.version)));
        }
        if let Some((line, record)) = assembler.take(exported, losses)
            && !take(Read::Task(line, Box::new(record)))
        {
            return Ok(());
        }
    }
    if !assembler.ended {
        if let Some((line, record)) = assembler.last.take() {
            take(Read::Task(line, Box::new(record)));
        }
        losses.note("the end of the file, which is missing", assembler.line);
    }
    Ok(())
}

/// Puts lines together to tasks with their tags and comments.
#[derive(Default)]
pub(crate) struct Assembler {
    tags: HashMap<Id, String>,
    last: Option<(u64, Record)>,
    line: u64,
    ended: bool,
}

impl Assembler {
    /// The task that is whole now, and the line that it stands in.
    pub(crate) fn take(&mut self, line: Exported, losses: &mut Losses) -> Option<(u64, Record)> {
        match line {
            Exported::Tag(tag) => drop(self.tags.insert(tag.id, tag.name)),
            Exported::Task(task) => {
                let record = record_of(*task, &self.tags, self.line, losses);
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

fn record_of(task: Task, tags: &HashMap<Id, String>, place: u64, losses: &mut Losses) -> Record {
    let mut names = Vec::with_capacity(task.tags.len());
    for tag in &task.tags {
        match tags.get(tag) {
            Some(name) => names.push(name.clone()),
            None => losses.note("tags without a name", place),
        }
    }
    Record { id: Some(task.id), task: as_new(&task), tags: names, comments: Vec::new() }
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
