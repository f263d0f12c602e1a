//! `import`.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, IsTerminal, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use sha2::{Digest, Sha256};
use todo_sdk::model::{BulkResult, BulkTasks, CreateComment, Id, Task};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::tag_names;
use crate::{
    cli::ImportArgs,
    context::Context,
    error::Error,
    formats::{self, Format, Losses, Record},
    output::text,
    zone::machine_tz,
};

/// Tasks in one call.
const BATCH: usize = 500;
/// Bytes in one call: well below what the server takes.
const BATCH_BYTES: usize = 256 * 1024;
/// Tasks whose comments are made at the same time; those of one follow each other.
const AT_ONCE: usize = 4;
/// Refused lines that are shown.
const SHOWN: usize = 10;

/// What was taken over.
#[derive(Debug, Default, Serialize)]
struct Report {
    dry_run: bool,
    tasks: u64,
    /// Tasks that an earlier run had made.
    already: u64,
    comments: u64,
    tags: u64,
    refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    line: u64,
    reason: String,
}

/// Something that was not kept, with `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Kept<'r> {
    what: &'r str,
    count: u64,
    first: u64,
}

impl<'r> Kept<'r> {
    pub(super) fn of(losses: &'r Losses) -> Vec<Self> {
        losses.iter().map(|(what, loss)| Self { what, count: loss.count, first: loss.first }).collect()
    }
}

/// What was not kept, a line each; `place` is what its number counts.
pub(super) fn losses_in_words(losses: &Losses, place: &str) -> Vec<String> {
    let words = |(what, loss): (&str, formats::Loss)| match loss.count {
        1 => format!("not kept: {what} ({place} {})", loss.first),
        count => format!("not kept: {what} ({count} times, first in {place} {})", loss.first),
    };
    losses.iter().map(words).collect()
}

pub(super) async fn import(ctx: &Context, args: &ImportArgs) -> Result<(), Error> {
    let source = Source::open(&args.file)?;
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
    let mut batch = Batch::default();
    while let Some(entry) = entries.recv().await {
        match entry {
            formats::Read::Task(line, record) => {
                batch.push(line, *record);
                if batch.is_full() {
                    import.make(std::mem::take(&mut batch)).await?;
                    progress.set_position(seen.load(Ordering::Relaxed));
                    progress.set_message(format!("{} tasks", import.report.tasks + import.report.already));
                }
            }
            formats::Read::Refused(line, reason) => import.report.refused.push(Refused { line, reason }),
        }
    }
    import.make(batch).await?;
    progress.finish_and_clear();
    let (read, losses) = reading.await.map_err(|error| Error::input(io::Error::other(error)))?;
    tell(ctx, args, &import.report, &losses)?;
    read.map_err(|error| error.about(args.file.display().to_string()))?;
    // Each was told.
    if import.report.refused.is_empty() { Ok(()) } else { Err(Error::Reported(1)) }
}

/// Where it is read from, and how far.
struct Source {
    from: Box<dyn Read + Send>,
    size: Option<u64>,
    seen: Arc<AtomicU64>,
}

impl Source {
    fn open(path: &Path) -> Result<Self, Error> {
        let (from, size): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let fault = |source| Error::File { path: path.to_owned(), source };
            let file = File::open(path).map_err(fault)?;
            let size = file.metadata().map_err(fault)?;
            let size = size.is_file().then_some(size.len());
            (Box::new(file), size)
        };
        Ok(Self { from, size, seen: Arc::default() })
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.seen.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// On a terminal, how far it is.
fn progress(ctx: &Context, size: Option<u64>) -> ProgressBar {
    if !ctx.in_words() || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, form) = match size {
        Some(size) => (ProgressBar::new(size), "{bar:30} {percent:>3} %  {msg}  {eta} left"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}  {elapsed}"),
    };
    bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Tasks that go in one call.
#[derive(Default)]
struct Batch {
    items: Vec<(u64, Record)>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, line: u64, record: Record) {
        // Names of fields, dates and numbers of tags are no longer than this.
        self.bytes += record.task.title.len() + record.task.description.len() + 16 * record.tags.len() + 500;
        self.items.push((line, record));
    }

    fn is_full(&self) -> bool {
        self.items.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

struct Import<'c> {
    ctx: &'c Context,
    format: Format,
    dry_run: bool,
    /// Makes the keys of this run differ from those before.
    salt: String,
    /// By name in lower case.
    tags: Option<HashMap<String, Id>>,
    batches: u64,
    report: Report,
}

impl<'c> Import<'c> {
    fn new(ctx: &'c Context, args: &ImportArgs) -> Self {
        Self {
            ctx,
            format: args.format,
            dry_run: args.dry_run,
            salt: if args.again { Uuid::new_v4().to_string() } else { String::new() },
            tags: None,
            batches: 0,
            report: Report { dry_run: args.dry_run, ..Report::default() },
        }
    }

    async fn make(&mut self, batch: Batch) -> Result<(), Error> {
        let mut items = batch.items;
        if items.is_empty() {
            return Ok(());
        }
        self.batches += 1;
        self.ensure_tags(&items).await?;
        if self.dry_run {
            self.report.tasks += items.len() as u64;
            self.report.comments += items.iter().map(|(_, record)| record.comments.len() as u64).sum::<u64>();
            return Ok(());
        }
        while !items.is_empty() {
            let create = items.iter().map(|(_, record)| self.task_of(record)).collect();
            let bulk = BulkTasks { create, ..BulkTasks::default() };
            let key = self.key(&bulk)?;
            let made = self.ctx.client.tasks().bulk(&bulk).idempotency_key(&key).send_noting_replay().await;
            match made {
                Ok((BulkResult { created, .. }, again)) => {
                    let count = created.len() as u64;
                    *(if again { &mut self.report.already } else { &mut self.report.tasks }) += count;
                    return self.comment(&created, &items, &key).await;
                }
                // What the server alone can tell, such as a rule that makes no sense.
                Err(error) => match refused_item(&error, items.len()) {
                    Some((index, reason)) => {
                        let (line, _) = items.remove(index);
                        self.report.refused.push(Refused { line, reason });
                    }
                    None => return Err(error.into()),
                },
            }
        }
        Ok(())
    }

    fn task_of(&self, record: &Record) -> todo_sdk::model::CreateTask {
        let id = |name: &String| self.tags.as_ref()?.get(&name.to_lowercase()).copied();
        let mut task = record.task.clone();
        task.tags = record.tags.iter().filter_map(id).collect();
        task
    }

    /// The same for the same tasks at the same place, so that a run after one that was cut off makes nothing twice.
    fn key(&self, bulk: &BulkTasks) -> Result<String, Error> {
        let body = serde_json::to_vec(bulk).map_err(|error| Error::input(error.into()))?;
        let mut hash = Sha256::new();
        for part in [self.format.as_str().as_bytes(), self.salt.as_bytes(), &self.batches.to_be_bytes(), &body] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("import-{hash}"))
    }

    async fn ensure_tags(&mut self, items: &[(u64, Record)]) -> Result<(), Error> {
        let mut wanted: Vec<String> = Vec::new();
        for name in items.iter().flat_map(|(_, record)| &record.tags) {
            let is_known = |known: &str| known.to_lowercase() == name.to_lowercase();
            if !wanted.iter().any(|known| is_known(known)) {
                wanted.push(name.clone());
            }
        }
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

    async fn comment(&mut self, created: &[Task], items: &[(u64, Record)], key: &str) -> Result<(), Error> {
        let of_tasks = created.iter().zip(items).filter(|(_, (_, record))| !record.comments.is_empty());
        let comments = self.ctx.client.comments();
        let comments = &comments;
        let made = stream::iter(of_tasks)
            .map(async |(task, (_, record))| {
                for (number, remark) in record.comments.iter().enumerate() {
                    let (content, posted_date) = (remark.text.clone(), remark.posted);
                    let comment = CreateComment { task_id: task.id, content, posted_date };
                    let key = format!("{key}-{}-{number}", task.id);
                    comments.create_from(comment).idempotency_key(key).send().await?;
                }
                Ok::<u64, todo_sdk::Error>(record.comments.len() as u64)
            })
            .buffer_unordered(AT_ONCE)
            .try_fold(0, async |all, count| Ok(all + count))
            .await?;
        self.report.comments += made;
        Ok(())
    }
}

/// Which of the tasks the server refuses, and why.
fn refused_item(error: &todo_sdk::Error, count: usize) -> Option<(usize, String)> {
    let problem = error.problem().filter(|problem| problem.status == 422)?;
    problem.errors.iter().find_map(|(field, faults)| {
        let (index, field) = field.strip_prefix("create[")?.split_once(']')?;
        let index: usize = index.parse().ok().filter(|index| *index < count)?;
        let field = field.trim_start_matches('.');
        Some((index, format!("{field} {}", faults.first()?.message)))
    })
}

fn tell(ctx: &Context, args: &ImportArgs, report: &Report, losses: &Losses) -> Result<(), Error> {
    if ctx.printer.json {
        #[derive(Serialize)]
        struct Whole<'r> {
            #[serde(flatten)]
            report: &'r Report,
            not_kept: Vec<Kept<'r>>,
        }
        return ctx.printer.json(&Whole { report, not_kept: Kept::of(losses) });
    }
    let verb = if args.dry_run { "Would make" } else { "Made" };
    let Report { tasks, comments, tags, already, .. } = report;
    ctx.printer.note(&format!("{verb} {tasks} tasks, {comments} comments and {tags} tags."))?;
    if *already > 0 {
        let hint = "nothing was made twice; --again takes them over once more";
        ctx.printer.note(&format!("{already} tasks were there from a run within the last day; {hint}."))?;
    }
    for line in losses_in_words(losses, "line") {
        ctx.printer.warn(&line);
    }
    for refused in report.refused.iter().take(SHOWN) {
        ctx.printer.warn(&format!("line {} was left out: {}", refused.line, text::line(&refused.reason)));
    }
    if report.refused.len() > SHOWN {
        ctx.printer.warn(&format!("{} lines were left out in all", report.refused.len()));
    }
    Ok(())
}
