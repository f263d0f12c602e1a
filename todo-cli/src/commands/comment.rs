//! `comment list|add|edit|rm`.

use futures_util::TryStreamExt;
use todo_sdk::model::{COMMENT_MAX, Comment, CreateComment, Id, LIMIT_MAX, validate::Validate};

use crate::{
    cli::CommentCommand,
    context::Context,
    error::Error,
    input::{
        prompt,
        stdin::{self, is_piped},
    },
    offline,
};

pub(super) async fn run(ctx: &Context, command: CommentCommand) -> Result<(), Error> {
    match command {
        CommentCommand::List { task, search } => list(ctx, task, search).await,
        CommentCommand::Add { task, text } if is_by_stdin(&text)? => add_some(ctx, task).await,
        CommentCommand::Add { task, text } => {
            let made = offline::comment(ctx, comment(task, text.join(" "))).await;
            let made = made.map_err(|error| error.about(format!("task {}", offline::id_words(task))))?;
            made.map_or(Ok(()), |comment| print(ctx, "Added", &comment))
        }
        CommentCommand::Edit { comment, text } => {
            let text = if is_by_stdin(&text)? { stdin::paragraph()? } else { text.join(" ") };
            let changed = ctx.client.comments().edit(comment, text).await;
            let comment = changed.map_err(|error| Error::from(error).about(format!("comment {comment}")))?;
            print(ctx, "Changed", &comment)
        }
        CommentCommand::Rm { comments, yes } => remove(ctx, &comments, yes).await,
    }
}

/// Whether the text is what standard input says.
fn is_by_stdin(text: &[String]) -> Result<bool, Error> {
    match text {
        [] if !is_piped() => Err(Error::usage("no text: write it as arguments, or `-` to type it")),
        [] => Ok(true),
        [dash] => Ok(dash == "-"),
        _ => Ok(false),
    }
}

async fn add_some(ctx: &Context, task: Id) -> Result<(), Error> {
    match add_stdin(ctx, task, |comment| print(ctx, "Added", comment)).await? {
        Heard { made: 0, queued: 0, .. } => comment(task, String::new()).validate().map_err(Error::invalid),
        _ => Ok(()),
    }
}

fn comment(task: Id, content: String) -> CreateComment {
    CreateComment { task_id: task, content, posted_date: None }
}

/// What became of standard input.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) made: u64,
    /// Comments that wait for the server, which is said.
    pub(super) queued: u64,
    /// Pieces of white space alone, which is said.
    pub(super) blank: u64,
}

/// Comments on a task with what comes by standard input, in several comments where it is longer than one may be. Each is made when it is full, and handed to `tell`.
///
/// # Errors
///
/// If one can't be made, which is then said. Those before it stay.
pub(super) async fn add_stdin(
    ctx: &Context,
    task: Id,
    tell: impl Fn(&Comment) -> Result<(), Error>,
) -> Result<Heard, Error> {
    let mut pieces = stdin::pieces(COMMENT_MAX);
    let mut heard = Heard::default();
    let mut unheard = None;
    while let Some(piece) = pieces.recv().await {
        let comment = comment(task, piece.map_err(Error::input)?);
        // White space alone is no comment.
        if comment.validate().is_err() {
            let length = comment.content.chars().count();
            ctx.printer.warn(&format!("{length} characters in which nothing can be seen were left out"));
            heard.blank += 1;
            continue;
        }
        let comment = offline::comment(ctx, comment).await;
        let comment = comment.map_err(|error| error.about(format!("comment on task {}", offline::id_words(task))))?;
        if comment.is_some() {
            heard.made += 1;
        } else {
            heard.queued += 1;
        }
        if let (None, Some(comment)) = (&unheard, &comment) {
            unheard = tell(comment).err();
        }
    }
    match unheard {
        Some(error) => Err(error),
        None => Ok(heard),
    }
}

async fn list(ctx: &Context, task: Id, search: Option<String>) -> Result<(), Error> {
    let task = offline::real(ctx, task)?;
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
