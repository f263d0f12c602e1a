//! A title a line.

use std::io::{BufRead, Write};

use todo_sdk::model::CreateTask;

use super::{GoOn, Losses, Read, Record, lines::lines, record::one_line};
use crate::error::Error;

pub(super) fn read(from: impl BufRead, take: &mut dyn FnMut(Read) -> GoOn) -> Result<(), Error> {
    for line in lines(from) {
        let line = line?;
        let source = line.text.trim().to_owned();
        if source.is_empty() {
            continue;
        }
        let task = CreateTask { title: source.clone(), ..CreateTask::default() };
        if !take(Read::Task(line.number, Box::new(Record { task, source, ..Record::default() }))) {
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
        let title = one_line(&task.title);
        let lost = [
            ("completed tasks (not written)", task.completed),
            ("line breaks in titles, and spaces around them", !task.completed && title.trim() != task.title),
            ("descriptions", !task.completed && !task.description.is_empty()),
            ("tags", !task.completed && !record.tags.is_empty()),
            ("priorities", !task.completed && task.priority.is_some_and(|priority| priority < 4)),
            ("due dates", !task.completed && task.due.is_some()),
            ("reminders", !task.completed && record.reminds()),
            ("repetitions", !task.completed && task.repeat.is_some()),
            ("comments", !task.completed && !record.comments.is_empty()),
            ("when tasks were made", !task.completed && task.date_created.is_some()),
        ];
        lost.into_iter().filter(|(_, lost)| *lost).for_each(|(what, _)| losses.note(what, place));
        if task.completed {
            return Ok(());
        }
        writeln!(self.to, "{}", title.trim()).map_err(Error::Output)
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        self.to.flush().map_err(Error::Output)
    }
}
