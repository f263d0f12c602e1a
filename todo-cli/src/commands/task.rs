//! `show` and `rm`.

use std::cell::Cell;

use futures_util::{TryStreamExt, future};
use todo_sdk::model::{Comment, Id, LIMIT_MAX};

use crate::{
    cli::{RemoveArgs, ShowArgs},
    context::Context,
    error::Error,
    input::{
        ids::{self, IdArg},
        prompt,
    },
    offline,
    output::{text, view::TagNames},
};

pub(super) async fn show(ctx: &Context, args: &ShowArgs) -> Result<(), Error> {
    args.form.check(&ctx.printer)?;
    let ids = ids::resolve(&args.ids)?;
    if let Some(heading) = args.form.heading() {
        ctx.printer.line(&heading)?;
    }
    // One that is named is an object as people read it; several are one on each line.
    let alone = matches!(args.ids.as_slice(), [IdArg::One(_)]);
    let is_first = Cell::new(true);
    ctx.each("task", &ids, async |id| {
        let id = offline::real(ctx, id)?;
        if !ctx.in_words() || args.form.is_asked_for() {
            let task = ctx.client.tasks().get(id).await?;
            offline::saw(ctx, [&task]);
            if ctx.printer.json && alone {
                return ctx.printer.json(&args.form.picked(&task));
            }
            let none = TagNames::new();
            let names = if args.form.has_tags() && !ctx.printer.json { ctx.tag_names().await? } else { &none };
            return args.form.print(ctx, &[task], names);
        }
        details(ctx, id, is_first.replace(false)).await
    })
    .await
}

/// Everything about a task, for people.
async fn details(ctx: &Context, id: Id, is_first: bool) -> Result<(), Error> {
    let (task, comments, names) = future::join3(ctx.client.tasks().get(id), comments(ctx, id), ctx.tag_names()).await;
    let task = task?;
    offline::saw(ctx, [&task]);
    let none = TagNames::new();
    let (known, failed) = match comments {
        Ok(comments) => (comments, None),
        // The task is there all the same.
        Err(error) => (Vec::new(), Some(error.about(format!("comments on task {id}")))),
    };
    let between = if is_first { "" } else { "\n" };
    ctx.printer.line(&format!("{between}{}", ctx.look().task_details(&task, names.unwrap_or(&none), &known)))?;
    failed.map_or(Ok(()), Err)
}

async fn comments(ctx: &Context, task: Id) -> Result<Vec<Comment>, Error> {
    Ok(ctx.client.comments().list().task_id(task).limit(LIMIT_MAX).stream().try_collect().await?)
}

pub(super) async fn remove(ctx: &Context, args: &RemoveArgs) -> Result<(), Error> {
    // Whoever is there can't be asked where their answer would be read as ids.
    if ids::from_stdin(&args.ids) && !args.yes {
        return Err(Error::usage("ids from standard input are deleted only with --yes; nothing was deleted"));
    }
    let ids = ids::resolve(&args.ids)?;
    if !args.yes && !confirmed(ctx, &ids).await? {
        return ctx.printer.note("Nothing deleted.");
    }
    ctx.each("task", &ids, async |id| {
        let Some(task) = offline::delete(ctx, id).await? else { return Ok(()) };
        ctx.print_task("Deleted:", &task).await
    })
    .await
}

async fn confirmed(ctx: &Context, ids: &[Id]) -> Result<bool, Error> {
    if !prompt::someone_is_there() {
        return Ok(true);
    }
    let question = match ids {
        [id] => match offline::look(ctx, *id).await.map_err(|error| error.about(format!("task {id}")))? {
            Some(task) => format!("Delete task {id}, \"{}\"?", text::line(&task.title)),
            None => format!("Delete task {}?", offline::id_words(*id)),
        },
        ids => format!("Delete {} tasks?", ids.len()),
    };
    prompt::confirm(&question, false)
}
