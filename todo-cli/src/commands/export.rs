//! `export`.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use futures_util::TryStreamExt;
use serde::Serialize;
use tempfile::NamedTempFile;
use todo_sdk::model::{ExportEnd, Exported};

use super::import::{Kept, losses_in_words};
use crate::{
    cli::ExportArgs,
    context::Context,
    error::Error,
    formats::{Assembler, Losses, Writer},
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
    // The file that is there stays until the new one is whole.
    let mut file = NamedTempFile::new_in(folder(path)).map_err(fault)?;
    let written = write(ctx, args, BufWriter::new(file.as_file_mut()), &mut losses).await?;
    file.persist(path).map_err(|error| fault(error.error))?;
    if ctx.printer.json {
        let ExportEnd { tags, tasks, comments } = written;
        return ctx.printer.json(&Report { tags, tasks, comments, not_kept: Kept::of(&losses) });
    }
    let (tasks, comments) = (written.tasks, written.comments);
    ctx.printer.note(&format!("{tasks} tasks and {comments} comments are in {}", path.display()))?;
    tell(ctx, &losses)
}

fn folder(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
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
    Ok(written)
}

fn tell(ctx: &Context, losses: &Losses) -> Result<(), Error> {
    for line in losses_in_words(losses, "task") {
        ctx.printer.warn(&line);
    }
    Ok(())
}
