//! A title a line.

use std::io::{BufRead, Write};

use todo_sdk::model::CreateTask;

use super::{GoOn, Losses, Read, Record};
use crate::error::Error;

pub(super) fn read(from: impl BufRead, take: &mut dyn FnMut(Read) -> GoOn) -> Result<(), Error> {
    for (line, number) in from.lines().zip(1..) {
        let line = line.map_err(Error::input)?;
        let title = line.trim_start_matches('\u{feff}').trim();
        if title.is_empty() {
            continue;
        }
        let task = CreateTask { title: title.to_owned(), ..CreateTask::default() };
        if !take(Read::Task(number, Box::new(Record { task, ..Record::default() }))) {
            break;
        }
    }
    Ok(())
}

pub(crate) struct Writer<W> {
    to: W,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to }
    }

    pub(super) fn write(&mut self, record: &Record, losses: &mut Losses) -> Result<(), Error> {
        let (task, place) = (&record.task, record.place());
        let lost = [
            ("completed tasks (not written)", task.completed),
            ("descriptions", !task.completed && !task.description.is_empty()),
            ("tags", !task.completed && !record.tags.is_empty()),
            ("priorities", !task.completed && task.priority.is_some_and(|priority| priority < 4)),
            ("due dates", !task.completed && task.due.is_some()),
            ("reminders", !task.completed && task.remind_time.is_some()),
            ("repetitions", !task.completed && task.repeat.is_some()),
            ("comments", !task.completed && !record.comments.is_empty()),
            ("when tasks were made", !task.completed && task.date_created.is_some()),
        ];
        lost.into_iter().filter(|(_, lost)| *lost).for_each(|(what, _)| losses.note(what, place));
        if task.completed {
            return Ok(());
        }
        writeln!(self.to, "{}", task.title).map_err(Error::Output)
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        self.to.flush().map_err(Error::Output)
    }
}
