//! `export`.

mod target;

use std::{
    collections::BTreeSet,
    io::{self, BufWriter, Write},
};

use futures_util::TryStreamExt;
use serde::Serialize;
use todo_sdk::model::{ExportEnd, Exported, Id};

use self::target::Target;
use super::import::{Kept, counted, losses_in_words};
use crate::{
    cli::ExportArgs,
    context::Context,
    error::Error,
    formats::{Assembler, Format, Losses, Writer},
    zone::machine_tz,
};

/// What was written, with `--json`.
#[derive(Debug, Serialize)]
struct Report<'r> {
    tags: u64,
    tasks: u64,
    comments: u64,
    not_kept: Vec<Kept<'r>>,
}

pub(super) async fn export(ctx: &Context, args: &ExportArgs) -> Result<(), Error> {
    let mut losses = Losses::default();
    let Some(path) = &args.output else {
        write(ctx, args, BufWriter::new(io::stdout().lock()), &mut losses).await?;
        return tell(ctx, &losses);
    };
    let fault = |source| Error::File { path: path.clone(), source };
    // A file that is there stays until the new one is whole.
    let target = Target::open(path).map_err(fault)?;
    let written = write(ctx, args, BufWriter::new(target.file()), &mut losses).await?;
    target.finish().map_err(fault)?;
    if ctx.printer.json {
        let ExportEnd { tags, tasks, comments } = written;
        return ctx.printer.json(&Report { tags, tasks, comments, not_kept: Kept::of(&losses) });
    }
    let (tasks, comments) = (counted(written.tasks, "task"), counted(written.comments, "comment"));
    ctx.printer.note(&format!("{tasks} and {comments} are in {}", path.display()))?;
    tell(ctx, &losses)
}

async fn write(ctx: &Context, args: &ExportArgs, to: impl Write, losses: &mut Losses) -> Result<ExportEnd, Error> {
    let now = ctx.now.with_timezone(&machine_tz());
    let mut lines = ctx.client.users().export().await?;
    let Some(Exported::Todo(head)) = lines.try_next().await? else {
        return Err(Error::usage("the server's export has no head"));
    };
    let mut writer = Writer::new(args.format, to, &head, &now)?;
    let mut assembler = Assembler::default();
    let mut written = ExportEnd::default();
    while let Some(line) = lines.try_next().await? {
        written.count(&line);
        match &mut writer {
            Writer::Json(json) if !matches!(line, Exported::End(_)) => json.line(&line)?,
            Writer::Json(_) => {}
            other => {
                if let Some((_, record)) = assembler.take(line, losses) {
                    other.write(&record, losses)?;
                }
            }
        }
    }
    writer.end()?;
    if args.format == Format::Json {
        note_put_off(ctx, losses).await?;
    } else {
        assembler.note_unused(losses);
    }
    Ok(written)
}

/// That a reminder was put off is no field of its task; the other forms have no reminders at all.
async fn note_put_off(ctx: &Context, losses: &mut Losses) -> Result<(), Error> {
    let rows = ctx.client.reminders().pending().await?;
    // One on several channels is one.
    let tasks: BTreeSet<Id> = rows.iter().filter(|row| row.snoozed).map(|row| row.task_id).collect();
    let what = "that reminders were put off (an import has them at their first time)";
    tasks.into_iter().for_each(|id| losses.note(what, u64::try_from(id).unwrap_or_default()));
    Ok(())
}

fn tell(ctx: &Context, losses: &Losses) -> Result<(), Error> {
    for line in losses_in_words(losses, "task") {
        ctx.printer.warn(&line);
    }
    Ok(())
}
