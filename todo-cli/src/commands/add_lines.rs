//! `add` where each line of standard input is a task.

use std::{collections::HashMap, io, time::Duration};

use todo_sdk::{
    model::{
        BulkTasks, CreateTag, CreateTask, FieldErrors, Task,
        validate::{Faults, Validate},
    },
    quick::Quick,
};
use tokio::{sync::mpsc, time::timeout};

use super::{bulk, quick, tag_names};
use crate::{
    cli::AddArgs,
    context::Context,
    error::{Error, exit},
    input::stdin::{self, Line},
    offline::{self, Offline},
    output::{Printer, report, view::TagNames},
};

/// Tasks in one call.
const BATCH: usize = 500;
/// Bytes in one call: well below what the server takes.
const BATCH_BYTES: usize = 512 * 1024;
/// More bytes than one tag of a task takes in a call.
const TAG_BYTES: usize = 24;
/// Lines that come no later than this behind the one before go in the same call, and are undone together.
const PAUSE: Duration = Duration::from_millis(30);

/// Answers how many lines there were.
///
/// # Errors
///
/// [`Error::Reported`] if some were refused; the others are made all the same.
pub(super) async fn add(ctx: &Context, args: &AddArgs) -> Result<u64, Error> {
    let mut incoming = Incoming { lines: stdin::lines(), failed: None };
    let mut adding = Adding { ctx, args, lines: 0, refused: false, queues: false, unheard: None };
    loop {
        let lines = incoming.together().await?;
        if lines.is_empty() {
            break;
        }
        adding.take(lines).await?;
    }
    match adding.unheard {
        _ if adding.refused => Err(Error::Reported(exit::FAILED)),
        Some(error) => Err(error),
        None => Ok(adding.lines),
    }
}

/// The lines, and what ended them.
struct Incoming {
    lines: mpsc::Receiver<io::Result<Line>>,
    failed: Option<io::Error>,
}

impl Incoming {
    /// Lines that come together; none at the end.
    async fn together(&mut self) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::new();
        let mut next = if self.failed.is_none() { self.lines.recv().await } else { None };
        while let Some(line) = next {
            match line {
                Ok(line) => lines.push(line),
                Err(error) => self.failed = Some(error),
            }
            if lines.len() >= BATCH || self.failed.is_some() {
                break;
            }
            // At the end, and where nothing comes for a while, what is there goes.
            next = timeout(PAUSE, self.lines.recv()).await.unwrap_or_default();
        }
        match self.failed.take_if(|_| lines.is_empty()) {
            Some(error) => Err(Error::input(error)),
            None => Ok(lines),
        }
    }
}

struct Adding<'c> {
    ctx: &'c Context,
    args: &'c AddArgs,
    lines: u64,
    refused: bool,
    /// The server is away, which was said.
    queues: bool,
    /// Whoever read what is printed went away; the tasks are made all the same.
    unheard: Option<Error>,
}

/// A task to make, and where it comes from.
struct Item {
    line: u64,
    task: CreateTask,
    tags: Vec<String>,
}

impl Item {
    /// # Errors
    ///
    /// What the server would refuse it for.
    fn new(line: u64, read: Quick) -> Result<Self, FieldErrors> {
        let tags = read.tags.clone();
        let task = read.into_task(Vec::new());
        let mut faults = Faults::default();
        task.check(&mut faults);
        for name in &tags {
            faults.within("tags.", |faults| CreateTag { name: name.clone() }.check(faults));
        }
        faults.into_result().map(|()| Self { line, task, tags })
    }

    fn bytes(&self) -> usize {
        // Only what can't be sent at all has no length.
        serde_json::to_vec(&self.task).map_or(0, |encoded| encoded.len()) + TAG_BYTES * self.tags.len()
    }
}

impl Adding<'_> {
    async fn take(&mut self, lines: Vec<Line>) -> Result<(), Error> {
        self.lines += lines.len() as u64;
        let mut batch: Vec<Item> = Vec::new();
        let mut bytes = 0;
        for Line { number, text } in lines {
            let Some(item) = self.read(number, text)? else { continue };
            bytes += item.bytes();
            if bytes > BATCH_BYTES && !batch.is_empty() {
                self.make(std::mem::take(&mut batch)).await?;
                bytes = item.bytes();
            }
            batch.push(item);
        }
        self.make(batch).await
    }

    /// What a line says, if that is a task, and one is to be made.
    fn read(&mut self, line: u64, text: Option<String>) -> Result<Option<Item>, Error> {
        let Some(text) = text else {
            let mut faults = Faults::default();
            faults.add("text", "too_long", "is longer than anything that can be a task");
            return Ok(self.refuse(line, faults.into_result().err().unwrap_or_default()));
        };
        let read = quick::read(self.ctx, text.trim(), self.args);
        for warning in &read.warnings {
            self.ctx.printer.warn(&format!("line {line}: {}", warning.message));
        }
        if self.args.dry_run {
            let words = |read: &Quick| quick::words(self.ctx, read) + "\n";
            // Nothing has an id yet, so `--quiet` is as JSON.
            let printer = Printer { json: !self.ctx.in_words(), ..self.ctx.printer };
            printer.rows([read], |_| "", words)?;
            return Ok(None);
        }
        Item::new(line, read).map(Some).or_else(|faults| Ok(self.refuse(line, faults)))
    }

    fn refuse(&mut self, line: u64, faults: FieldErrors) -> Option<Item> {
        self.refused = true;
        let error = Error::invalid(faults).about(format!("line {line}"));
        report::report(&error, &self.ctx.printer, Some(&self.ctx.place));
        None
    }

    /// Makes them in one call, all but those that the server refuses; or queues them, where it is away.
    async fn make(&mut self, mut items: Vec<Item>) -> Result<(), Error> {
        let is_away = offline::is_away(self.ctx);
        let sent = if is_away { Ok(()) } else { self.send(&mut items).await };
        match &self.ctx.offline {
            Some(queue) if is_away || sent.as_ref().is_err_and(Error::reached_nobody) => self.queue(queue, items),
            _ => sent,
        }
    }

    fn queue(&mut self, queue: &Offline, items: Vec<Item>) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        if !std::mem::replace(&mut self.queues, true) {
            self.ctx.printer.warn("server out of reach; queued, goes out with the next command");
        }
        // Their tags wait by name.
        let tasks = items.into_iter().map(|item| (CreateTask { tags: Vec::new(), ..item.task }, item.tags));
        let entries = queue.add_all(tasks)?;
        if self.unheard.is_none() {
            self.unheard = offline::tell_queued(self.ctx, &entries).err();
        }
        self.heard()
    }

    /// What is left in `items` where that fails is not made.
    async fn send(&mut self, items: &mut Vec<Item>) -> Result<(), Error> {
        let Some(first) = items.first().map(|item| item.line) else { return Ok(()) };
        let about = |error: Error| match first {
            1 => error,
            line => error.about(format!("from line {line} on")),
        };
        let names = self.ensure_tags(items).await.map_err(about)?;
        while !items.is_empty() {
            let create = items.iter().map(|item| item.task.clone()).collect();
            let call = self.ctx.client.tasks().bulk(&BulkTasks { create, ..BulkTasks::default() });
            match call.send().await {
                Ok(made) => {
                    self.print(&made.created, &names);
                    return self.heard();
                }
                // What the server alone can tell, such as a reminder before a due date that there isn't.
                Err(error) => {
                    let refused = bulk::refused(&error, items.len());
                    let (index, faults) = refused.ok_or_else(|| about(error.into()))?;
                    let item = items.remove(index);
                    self.refuse(item.line, faults);
                }
            }
        }
        Ok(())
    }

    /// Gives every task its tags, and answers the names of all of them.
    async fn ensure_tags(&self, items: &mut [Item]) -> Result<TagNames, Error> {
        let mut wanted: Vec<String> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for name in items.iter().flat_map(|item| &item.tags) {
            places.entry(name.to_lowercase()).or_insert_with(|| {
                wanted.push(name.clone());
                wanted.len() - 1
            });
        }
        let tags = tag_names::ensure_tags(self.ctx, &wanted).await?;
        for item in items {
            let place = |name: &String| places.get(&name.to_lowercase()).and_then(|place| tags.get(*place));
            item.task.tags = item.tags.iter().filter_map(place).map(|tag| tag.id).collect();
        }
        Ok(tags.into_iter().map(|tag| (tag.id, tag.name)).collect())
    }

    fn print(&mut self, made: &[Task], names: &TagNames) {
        let words = |task: &&Task| format!("Added {}", self.ctx.look().task_line(task, names));
        if self.unheard.is_none() {
            self.unheard = self.ctx.printer.rows(made, |task| task.id, words).err();
        }
    }

    /// # Errors
    ///
    /// If the output fails in another way than that nobody reads it.
    fn heard(&mut self) -> Result<(), Error> {
        match self.unheard.take_if(|error| !error.is_broken_pipe()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
