//! `add`.

use todo_sdk::model::{Id, validate::Validate};

use super::{
    add_lines,
    comment::{self, Heard},
    quick, tag_names,
};
use crate::{
    cli::AddArgs,
    context::Context,
    error::Error,
    input::stdin::{self, is_piped},
    offline::{Added, id_words},
};

pub(super) async fn add(ctx: &Context, args: AddArgs) -> Result<(), Error> {
    let takes_stdin = args.takes_stdin();
    match args.text.as_slice() {
        [dash] if dash == "-" && takes_stdin => {
            Err(Error::usage("standard input can be the tasks, a description or a comment, but only one of them"))
        }
        [dash] if dash == "-" => add_lines::add(ctx, &args).await.map(|_| ()),
        [] if takes_stdin => {
            Err(Error::usage("no task: it is an argument where something else comes by standard input"))
        }
        [] if !is_piped() => Err(Error::usage("no task: write it as arguments, or `-` to type a task a line")),
        [] => match add_lines::add(ctx, &args).await? {
            0 => Err(Error::usage("no task, neither as arguments nor on standard input")),
            _ => Ok(()),
        },
        _ => one(ctx, args).await,
    }
}

impl AddArgs {
    fn describes_by_stdin(&self) -> bool {
        self.stdin || self.description.as_deref() == Some("-")
    }

    /// Whether standard input is something else than tasks.
    fn takes_stdin(&self) -> bool {
        self.describes_by_stdin() || self.comment_stdin
    }
}

async fn one(ctx: &Context, mut args: AddArgs) -> Result<(), Error> {
    if args.describes_by_stdin() {
        if args.comment_stdin {
            return Err(Error::usage("standard input can be a description or a comment, but not both"));
        }
        args.description = Some(stdin::paragraph()?);
    }
    let read = quick::read(ctx, &args.text.join(" "), &args);
    for warning in &read.warnings {
        ctx.printer.warn(&warning.message);
    }
    if args.dry_run {
        return if ctx.in_words() { ctx.printer.line(&quick::words(ctx, &read)) } else { ctx.printer.json(&read) };
    }
    let names = read.tags.clone();
    let mut task = read.into_task(Vec::new());
    if let Some(offline) = &ctx.offline {
        let made = offline.add(ctx, task, names).await?;
        return added(ctx, made, args.comment_stdin).await;
    }
    if !names.is_empty() {
        // Tags are not made for a task that will be refused.
        task.validate().map_err(Error::invalid)?;
        task.tags = tag_names::ensure(ctx, &names).await?;
    }
    let task = ctx.client.tasks().create_from(task).send().await?;
    added(ctx, Added::Made(Box::new(task)), args.comment_stdin).await
}

async fn added(ctx: &Context, made: Added, comment_stdin: bool) -> Result<(), Error> {
    let (id, printed) = match made {
        Added::Made(task) => (task.id, ctx.print_task("Added", &task).await),
        Added::Queued(id) => (id, Ok(())),
    };
    if comment_stdin {
        remark(ctx, id).await?;
    }
    printed
}

/// Puts what comes by standard input to the new task.
async fn remark(ctx: &Context, task: Id) -> Result<(), Error> {
    match comment::add_stdin(ctx, task, |_| Ok(())).await? {
        Heard { made: 0, queued: 0, blank: 0 } => {
            ctx.printer.warn("nothing came by standard input, so there is no comment");
            Ok(())
        }
        // The rest is said already.
        Heard { made: 0, .. } => Ok(()),
        Heard { made: 1, .. } => ctx.printer.note(&format!("Added a comment on task {}", id_words(task))),
        Heard { made, .. } => ctx.printer.note(&format!("Added {made} comments on task {}", id_words(task))),
    }
}
