//! `comment list|add|edit|rm`.

use futures_util::TryStreamExt;
use todo_sdk::model::{Comment, Id, LIMIT_MAX};

use crate::{cli::CommentCommand, context::Context, error::Error, input::prompt};

pub(super) async fn run(ctx: &Context, command: CommentCommand) -> Result<(), Error> {
    match command {
        CommentCommand::List { task, search } => list(ctx, task, search).await,
        CommentCommand::Add { task, text } => {
            let made = ctx.client.comments().create(task, text.join(" ")).await;
            let comment = made.map_err(|error| Error::from(error).about(format!("task {task}")))?;
            print(ctx, "Added", &comment)
        }
        CommentCommand::Edit { comment, text } => {
            let changed = ctx.client.comments().edit(comment, text.join(" ")).await;
            let comment = changed.map_err(|error| Error::from(error).about(format!("comment {comment}")))?;
            print(ctx, "Changed", &comment)
        }
        CommentCommand::Rm { comments, yes } => remove(ctx, &comments, yes).await,
    }
}

async fn list(ctx: &Context, task: Id, search: Option<String>) -> Result<(), Error> {
    let mut query = ctx.client.comments().list().task_id(task).limit(LIMIT_MAX);
    if let Some(text) = search {
        query = query.q(text);
    }
    let comments: Vec<Comment> = query.stream().try_collect().await?;
    if comments.is_empty() {
        // An empty list says nothing about whether there is such a task.
        ctx.client.tasks().get(task).await.map_err(|error| Error::from(error).about(format!("task {task}")))?;
    }
    ctx.printer.list(&comments, |comment| comment.id, || ctx.look().comments(&comments), "No comments.")
}

async fn remove(ctx: &Context, ids: &[Id], yes: bool) -> Result<(), Error> {
    let question = match ids {
        [id] => format!("Delete comment {id}?"),
        ids => format!("Delete {} comments?", ids.len()),
    };
    if !prompt::confirm(&question, yes)? {
        return ctx.printer.note("Nothing deleted.");
    }
    ctx.each("comment", ids, async |id| {
        let comment = ctx.client.comments().get(id).await?;
        ctx.client.comments().delete(id).await?;
        print(ctx, "Deleted", &comment)
    })
    .await
}

fn print(ctx: &Context, happened: &str, comment: &Comment) -> Result<(), Error> {
    ctx.printer.item(comment, comment.id, || format!("{happened} {}", ctx.look().comment_line(comment)))
}
