//! `add`, `show`, `done`, `reopen` and `rm`.

use futures_util::{TryStreamExt, future};
use todo_sdk::model::{Comment, Id, LIMIT_MAX, validate::Validate};

use super::{quick, tag_names};
use crate::{
    cli::{AddArgs, RemoveArgs},
    context::Context,
    error::Error,
    input::prompt,
    output::{text, view::TagNames},
};

pub(super) async fn add(ctx: &Context, args: AddArgs) -> Result<(), Error> {
    let dry_run = args.dry_run;
    let read = quick::read(ctx, args);
    for warning in &read.warnings {
        ctx.printer.warn(&warning.message);
    }
    if dry_run {
        return if ctx.in_words() { ctx.printer.line(&quick::words(ctx, &read)) } else { ctx.printer.json(&read) };
    }
    let names = read.tags.clone();
    let mut task = read.into_task(Vec::new());
    if !names.is_empty() {
        // Tags are not made for a task that will be refused.
        task.validate().map_err(Error::invalid)?;
        task.tags = tag_names::ensure(ctx, &names).await?;
    }
    let task = ctx.client.tasks().create_from(task).send().await?;
    ctx.print_task("Added", &task).await
}

pub(super) async fn show(ctx: &Context, id: Id) -> Result<(), Error> {
    let about = |error: Error| error.about(format!("task {id}"));
    if !ctx.in_words() {
        let task = ctx.client.tasks().get(id).await.map_err(|error| about(error.into()))?;
        return ctx.printer.item(&task, id, String::new);
    }
    let (task, comments, names) = future::join3(ctx.client.tasks().get(id), comments(ctx, id), ctx.tag_names()).await;
    let task = task.map_err(|error| about(error.into()))?;
    let none = TagNames::new();
    let (known, failed) = match comments {
        Ok(comments) => (comments, None),
        // The task is there all the same.
        Err(error) => (Vec::new(), Some(error.about(format!("comments on task {id}")))),
    };
    ctx.printer.line(&ctx.look().task_details(&task, names.unwrap_or(&none), &known))?;
    failed.map_or(Ok(()), Err)
}

async fn comments(ctx: &Context, task: Id) -> Result<Vec<Comment>, Error> {
    Ok(ctx.client.comments().list().task_id(task).limit(LIMIT_MAX).stream().try_collect().await?)
}

pub(super) async fn complete(ctx: &Context, ids: &[Id], completed: bool) -> Result<(), Error> {
    let happened = if completed { "Done:" } else { "Reopened:" };
    ctx.each("task", ids, async |id| {
        let task = ctx.client.tasks().update(id).completed(completed).send().await?;
        ctx.print_task(happened, &task).await
    })
    .await
}

pub(super) async fn remove(ctx: &Context, args: &RemoveArgs) -> Result<(), Error> {
    if !confirmed(ctx, args).await? {
        return ctx.printer.note("Nothing deleted.");
    }
    ctx.each("task", &args.ids, async |id| {
        // What is gone can't be shown afterwards.
        let task = ctx.client.tasks().get(id).await?;
        ctx.client.tasks().delete(id).send().await?;
        ctx.print_task("Deleted:", &task).await
    })
    .await
}

async fn confirmed(ctx: &Context, args: &RemoveArgs) -> Result<bool, Error> {
    if args.yes || !prompt::someone_is_there() {
        return Ok(true);
    }
    let question = match args.ids.as_slice() {
        [id] => {
            let task =
                ctx.client.tasks().get(*id).await.map_err(|error| Error::from(error).about(format!("task {id}")))?;
            format!("Delete task {id}, \"{}\"?", text::line(&task.title))
        }
        ids => format!("Delete {} tasks?", ids.len()),
    };
    prompt::confirm(&question, false)
}
