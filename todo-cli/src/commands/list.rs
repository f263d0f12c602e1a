//! `list`.

use clap::Parser;
use futures_util::{Stream, StreamExt, TryStreamExt, future};
use todo_sdk::model::{LIMIT_MAX, Task};

use super::tag_names;
use crate::{
    cli::{Cli, Command, ListArgs},
    context::Context,
    error::Error,
    offline,
    output::view::TagNames,
};

/// What `todo` alone does.
pub(crate) fn default_list() -> ListArgs {
    match Cli::parse_from(["todo", "list"]).command {
        Some(Command::List(args)) => args,
        _ => ListArgs::default(),
    }
}

pub(super) async fn list(ctx: &Context, args: ListArgs) -> Result<(), Error> {
    args.form.check(&ctx.printer)?;
    let tasks = find(ctx, &args).await?;
    if is_whole(ctx, &args) { whole(ctx, &args, tasks).await } else { rows(ctx, &args, tasks).await }
}

/// Whether nothing can be printed before the last task is there: an array is valid when it ends, and the columns of a
/// table are as wide as what stands in them.
fn is_whole(ctx: &Context, args: &ListArgs) -> bool {
    if ctx.printer.json {
        !args.ndjson
    } else {
        ctx.printer.terminal && !ctx.printer.quiet && !args.form.is_asked_for()
    }
}

type Tasks = std::pin::Pin<Box<dyn Stream<Item = Result<Task, todo_sdk::Error>>>>;

async fn whole(ctx: &Context, args: &ListArgs, tasks: Tasks) -> Result<(), Error> {
    let (tasks, names) = future::join(tasks.try_collect::<Vec<Task>>(), names(ctx, args)).await;
    let (tasks, names) = (tasks?, names?);
    offline::saw(ctx, &tasks);
    if ctx.printer.json {
        let picked: Vec<_> = tasks.iter().map(|task| args.form.picked(task)).collect();
        return ctx.printer.json(&picked);
    }
    ctx.printer.list(&tasks, |task| task.id, || ctx.look().tasks(&tasks, &names), empty(args))
}

/// Page by page as they come.
async fn rows(ctx: &Context, args: &ListArgs, tasks: Tasks) -> Result<(), Error> {
    let mut pages = tasks.ready_chunks(usize::try_from(LIMIT_MAX).unwrap_or(usize::MAX));
    let (mut page, names) = future::join(pages.next(), names(ctx, args)).await;
    let names = names?;
    let mut heading = args.form.heading();
    loop {
        let tasks: Vec<Task> = page.unwrap_or_default().into_iter().collect::<Result<_, _>>()?;
        offline::saw(ctx, &tasks);
        if let Some(heading) = heading.take() {
            ctx.printer.line(&heading)?;
        }
        if tasks.is_empty() {
            return Ok(());
        }
        if ctx.in_words() && !args.form.is_asked_for() {
            ctx.printer.list(&tasks, |task| task.id, || ctx.look().tasks(&tasks, &names), "")?;
        } else {
            args.form.print(ctx, &tasks, &names)?;
        }
        page = pages.next().await;
    }
}

/// Fetched only where they are printed.
async fn names(ctx: &Context, args: &ListArgs) -> Result<TagNames, Error> {
    let are_printed = ctx.in_words() && (!args.form.is_asked_for() || args.form.has_tags());
    if are_printed { Ok(ctx.tag_names().await?.clone()) } else { Ok(TagNames::new()) }
}

fn empty(args: &ListArgs) -> &'static str {
    let unfiltered = args.tags.is_empty() && args.search.is_none() && args.priority.is_empty();
    match (args.overdue, args.done, unfiltered) {
        (true, ..) => "Nothing is overdue.",
        (_, true, true) => "Nothing is done yet.",
        (_, _, true) if args.due_before.is_none() && args.due_after.is_none() => {
            "Nothing to do. `todo add TITLE` adds a task."
        }
        _ => "No task matches.",
    }
}

async fn find(ctx: &Context, args: &ListArgs) -> Result<Tasks, Error> {
    let mut query = ctx.client.tasks().list().ordering(&args.sort);
    if !args.all {
        query = query.completed(args.done);
    }
    if !args.tags.is_empty() {
        query = query.tags(tag_names::find_all(ctx, &args.tags).await?);
    }
    if !args.priority.is_empty() {
        query = query.priority(args.priority.iter().copied());
    }
    if let Some(text) = &args.search {
        query = query.q(text);
    }
    if args.overdue {
        query = query.due_before(ctx.now.to_utc());
    }
    if let Some(due) = args.due_before {
        query = query.due_before(due);
    }
    if let Some(due) = args.due_after {
        query = query.due_after(due);
    }
    let most = args.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let page = args.limit.unwrap_or(LIMIT_MAX).min(LIMIT_MAX);
    Ok(Box::pin(query.limit(page).stream().take(most)))
}
