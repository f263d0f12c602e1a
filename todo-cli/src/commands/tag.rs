//! `tag list|add|rename|rm`.

use futures_util::TryStreamExt;
use todo_sdk::model::{LIMIT_MAX, Tag};

use super::tag_names;
use crate::{cli::TagCommand, context::Context, error::Error, input::prompt, output::text};

pub(super) async fn run(ctx: &Context, command: TagCommand) -> Result<(), Error> {
    match command {
        TagCommand::List { search } => list(ctx, search).await,
        TagCommand::Add { names } => add(ctx, &names).await,
        TagCommand::Rename { tag, name } => rename(ctx, &tag, &name).await,
        TagCommand::Rm { tags, yes } => remove(ctx, &tags, yes).await,
    }
}

async fn list(ctx: &Context, search: Option<String>) -> Result<(), Error> {
    let mut query = ctx.client.tags().list().limit(LIMIT_MAX);
    if let Some(text) = search {
        query = query.q(text);
    }
    let tags: Vec<Tag> = query.stream().try_collect().await?;
    ctx.printer.list(&tags, |tag| tag.id, || ctx.look().tags(&tags), "No tags.")
}

async fn add(ctx: &Context, names: &[String]) -> Result<(), Error> {
    for name in names {
        let made = ctx.client.tags().create(name).await;
        let tag = made.map_err(|error| Error::from(error).about(format!("tag \"{name}\"")))?;
        print(ctx, "Added", &tag)?;
    }
    Ok(())
}

async fn rename(ctx: &Context, tag: &str, name: &str) -> Result<(), Error> {
    let tags = ctx.all_tags().await?;
    let tag = tag_names::find(&tags, tag)?;
    let renamed = ctx.client.tags().rename(tag.id, name).await;
    print(ctx, "Renamed:", &renamed.map_err(|error| Error::from(error).about(format!("tag \"{name}\"")))?)
}

async fn remove(ctx: &Context, names: &[String], yes: bool) -> Result<(), Error> {
    let tags = ctx.all_tags().await?;
    let chosen = names.iter().map(|name| tag_names::find(&tags, name)).collect::<Result<Vec<_>, _>>()?;
    let question = match chosen.as_slice() {
        [tag] => format!("Delete the tag \"{}\"? Its tasks stay.", text::line(&tag.name)),
        tags => format!("Delete {} tags? Their tasks stay.", tags.len()),
    };
    if !prompt::confirm(&question, yes)? {
        return ctx.printer.note("Nothing deleted.");
    }
    let ids: Vec<i64> = chosen.iter().map(|tag| tag.id).collect();
    ctx.each("tag", &ids, async |id| {
        ctx.client.tags().delete(id).await?;
        tags.iter().filter(|tag| tag.id == id).try_for_each(|tag| print(ctx, "Deleted", tag))
    })
    .await
}

fn print(ctx: &Context, happened: &str, tag: &Tag) -> Result<(), Error> {
    ctx.printer.item(tag, tag.id, || format!("{happened} {}", ctx.look().tag_line(tag)))
}
