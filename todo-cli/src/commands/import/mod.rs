//! `import`.

mod identity;
mod report;
mod source;

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufReader},
    sync::{Arc, atomic::Ordering},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use todo_sdk::model::{BULK_MAX, BulkResult, BulkTasks, CreateComment, CreateTask, FieldErrors, Id};
use tokio::sync::mpsc;
use uuid::Uuid;

pub(super) use report::{Kept, counted, losses_in_words};

use self::{
    identity::Identities,
    report::{Refused, Report, tell},
    source::{Source, progress},
};
use super::{bulk, tag_names};
use crate::{
    cli::ImportArgs,
    context::Context,
    error::Error,
    formats::{self, Losses, Record},
    zone::machine_tz,
};

/// Tasks in one call, as many as it takes.
const BATCH: usize = BULK_MAX;
/// Bytes in one call: well below what the server takes.
const BATCH_BYTES: usize = 512 * 1024;
/// Tasks whose comments are made at the same time; those of one follow each other.
const AT_ONCE: usize = 16;

pub(super) async fn import(ctx: &Context, args: &ImportArgs) -> Result<(), Error> {
    let source = Source::open(args)?;
    let progress = progress(ctx, source.size);
    let (seen, format) = (Arc::clone(&source.seen), args.format);
    let now = ctx.now.with_timezone(&machine_tz());
    let (sender, mut entries) = mpsc::channel(2 * BATCH);
    let reading = tokio::task::spawn_blocking(move || {
        let mut losses = Losses::default();
        let from = BufReader::with_capacity(64 * 1024, source);
        let result = formats::read(format, from, &now, &mut losses, |entry| sender.blocking_send(entry).is_ok());
        (result, losses)
    });
    let mut import = Import::new(ctx, args);
    let making = import.take_all(&mut entries, |report| {
        progress.set_position(seen.load(Ordering::Relaxed));
        progress.set_message(counted(report.tasks + report.already, "task"));
    });
    let made = making.await;
    progress.finish_and_clear();
    // What was made is told, however it ends. A reader whose input goes on for ever is not waited for.
    let Import { report, .. } = import;
    if let Err(error) = made {
        tell(ctx, args, &report, &Losses::default())?;
        return Err(error);
    }
    let (read, losses) = reading.await.map_err(|error| Error::input(io::Error::other(error)))?;
    tell(ctx, args, &report, &losses)?;
    read.map_err(|error| match error {
        Error::Input(source) if !args.is_stdin() => Error::File { path: args.file.clone(), source },
        other => other.about(args.file.display().to_string()),
    })?;
    // Each was told.
    if report.refused.is_empty() { Ok(()) } else { Err(Error::Reported(1)) }
}

/// What goes in one call.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    /// Tags that are made whether or not a task has them.
    tags: Vec<String>,
    bytes: usize,
}

struct Item {
    line: u64,
    key: String,
    record: Record,
}

impl Batch {
    fn push(&mut self, item: Item) {
        let record = &item.record;
        // Names of fields, dates, the key and numbers of tags are no longer than this.
        self.bytes += record.task.title.len() + record.task.description.len() + 16 * record.tags.len() + 500;
        self.items.push(item);
    }

    fn is_full(&self) -> bool {
        self.items.len() >= BATCH || self.tags.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

struct Import<'c> {
    ctx: &'c Context,
    dry_run: bool,
    identities: Identities,
    /// By name in lower case.
    tags: Option<HashMap<String, Id>>,
    report: Report,
}

impl<'c> Import<'c> {
    fn new(ctx: &'c Context, args: &ImportArgs) -> Self {
        let salt = if args.again { Uuid::new_v4().to_string() } else { String::new() };
        Self {
            ctx,
            dry_run: args.dry_run,
            identities: Identities::new(args.format, salt),
            tags: None,
            report: Report { dry_run: args.dry_run, ..Report::default() },
        }
    }

    async fn take_all(
        &mut self,
        entries: &mut mpsc::Receiver<formats::Read>,
        progress: impl Fn(&Report),
    ) -> Result<(), Error> {
        let mut batch = Batch::default();
        while let Some(entry) = entries.recv().await {
            match entry {
                formats::Read::Task(line, record) => {
                    batch.push(Item { line, key: self.identities.key(&record), record: *record });
                }
                formats::Read::Tag(_, name) => batch.tags.push(name),
                formats::Read::Refused(line, reason) => self.report.refused.push(Refused { line, reason }),
            }
            if batch.is_full() {
                self.make(std::mem::take(&mut batch)).await?;
                progress(&self.report);
            }
        }
        self.make(batch).await
    }

    async fn make(&mut self, batch: Batch) -> Result<(), Error> {
        self.ensure_tags(&batch).await?;
        let mut items = batch.items;
        if self.dry_run {
            self.report.tasks += items.len() as u64;
            self.report.comments += items.iter().map(|item| item.record.comments.len() as u64).sum::<u64>();
            return Ok(());
        }
        while !items.is_empty() {
            let create = items.iter().map(|item| self.task_of(&item.record)).collect();
            let create_keys = items.iter().map(|item| item.key.clone()).collect();
            let bulk = BulkTasks { create, create_keys, ..BulkTasks::default() };
            match self.ctx.client.tasks().bulk(&bulk).send().await {
                Ok(made) => return self.made(&made, &items).await,
                // What the server alone can tell, such as a rule that makes no sense.
                Err(error) => match bulk::refused(&error, items.len()) {
                    Some((index, faults)) => {
                        let Item { line, .. } = items.remove(index);
                        self.report.refused.push(Refused { line, reason: in_words(&faults) });
                    }
                    None => return Err(error.into()),
                },
            }
        }
        Ok(())
    }

    fn task_of(&self, record: &Record) -> CreateTask {
        let id = |name: &String| self.tags.as_ref()?.get(&name.to_lowercase()).copied();
        let mut task = record.task.clone();
        task.tags = record.tags.iter().filter_map(id).collect();
        task
    }

    async fn made(&mut self, made: &BulkResult, items: &[Item]) -> Result<(), Error> {
        self.report.tasks += made.created.len() as u64;
        self.report.already += made.already.len() as u64;
        if self.ctx.printer.quiet && !self.ctx.printer.json {
            self.ctx.printer.rows(&made.created, |task| task.id, |_| String::new())?;
        }
        let already: HashMap<usize, Id> = made.already.iter().map(|known| (known.index, known.id)).collect();
        let mut created = made.created.iter().map(|task| task.id);
        let ids = (0..items.len()).filter_map(|index| already.get(&index).copied().or_else(|| created.next()));
        self.comment(ids.zip(items)).await
    }

    async fn ensure_tags(&mut self, batch: &Batch) -> Result<(), Error> {
        let of_tasks = batch.items.iter().flat_map(|item| &item.record.tags);
        let mut seen = HashSet::new();
        let mut wanted: Vec<String> =
            batch.tags.iter().chain(of_tasks).filter(|name| seen.insert(name.to_lowercase())).cloned().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let known = match &mut self.tags {
            Some(known) => known,
            None => {
                let tags = self.ctx.all_tags().await?;
                self.tags.insert(tags.into_iter().map(|tag| (tag.name.to_lowercase(), tag.id)).collect())
            }
        };
        wanted.retain(|name| !known.contains_key(&name.to_lowercase()));
        if wanted.is_empty() {
            return Ok(());
        }
        self.report.tags += wanted.len() as u64;
        let ids = if self.dry_run { vec![0; wanted.len()] } else { tag_names::ensure(self.ctx, &wanted).await? };
        known.extend(wanted.iter().map(|name| name.to_lowercase()).zip(ids));
        Ok(())
    }

    async fn comment<'i>(&mut self, tasks: impl Iterator<Item = (Id, &'i Item)>) -> Result<(), Error> {
        let ctx = self.ctx;
        let made = stream::iter(tasks.filter(|(_, item)| !item.record.comments.is_empty()))
            .map(|(task, item)| comment(ctx, task, item))
            .buffer_unordered(AT_ONCE)
            .try_fold(0, async |all, count| Ok(all + count))
            .await?;
        self.report.comments += made;
        Ok(())
    }
}

/// Makes the comments of a task that are not there yet, and tells how many those were.
async fn comment(ctx: &Context, task_id: Id, item: &Item) -> Result<u64, Error> {
    let mut made = 0;
    for (key, remark) in identity::remarks(&item.key, &item.record.comments) {
        let comment = CreateComment { task_id, content: remark.text.clone(), posted_date: remark.posted };
        match ctx.client.comments().create_from(comment).idempotency_key(key).send_noting_replay().await {
            Ok((_, again)) => made += u64::from(!again),
            // A task that an earlier run made was deleted since; or a comment has another date now.
            Err(error) if error.status() == Some(404) || was_made(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(made)
}

/// Whether it is refused only because something else was made under the same key.
fn was_made(error: &todo_sdk::Error) -> bool {
    let faults = error.problem().and_then(|problem| problem.errors.get("Idempotency-Key"));
    faults.is_some_and(|faults| faults.iter().any(|fault| fault.code == "key_reused"))
}

/// The first of them.
fn in_words(faults: &FieldErrors) -> String {
    let first = faults.iter().find_map(|(field, faults)| Some(format!("{field} {}", faults.first()?.message)));
    first.unwrap_or_default()
}
