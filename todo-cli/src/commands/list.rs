//! `list`.

use clap::Parser;
use futures_util::{StreamExt, TryStreamExt, future};
use todo_sdk::model::{LIMIT_MAX, Task};

use super::tag_names;
use crate::{
    cli::{Cli, Command, ListArgs},
    context::Context,
    error::Error,
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
    if !ctx.in_words() {
        let tasks = fetch(ctx, &args).await?;
        return print(ctx, &args, &tasks, &TagNames::new());
    }
    let (tasks, names) = future::join(fetch(ctx, &args), ctx.tag_names()).await;
    print(ctx, &args, &tasks?, names?)
}

fn print(ctx: &Context, args: &ListArgs, tasks: &[Task], names: &TagNames) -> Result<(), Error> {
    let unfiltered = args.tags.is_empty() && args.search.is_none() && args.priority.is_empty();
    let empty = match (args.overdue, args.done, unfiltered) {
        (true, ..) => "Nothing is overdue.",
        (_, true, true) => "Nothing is done yet.",
        (_, _, true) if args.due_before.is_none() && args.due_after.is_none() => {
            "Nothing to do. `todo add TITLE` adds a task."
        }
        _ => "No task matches.",
    };
    ctx.printer.list(tasks, |task| task.id, || ctx.look().tasks(tasks, names), empty)
}

async fn fetch(ctx: &Context, args: &ListArgs) -> Result<Vec<Task>, Error> {
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
    Ok(query.limit(page).stream().take(most).try_collect().await?)
}
