//! From the names that people type to tags.

use todo_sdk::model::{Id, Tag};

use crate::{
    context::Context,
    error::{Error, exit},
    input::suggest::did_you_mean,
    output::text,
};

/// The tags of these names or ids.
///
/// # Errors
///
/// [`Error::NotFound`], with the nearest name.
pub(super) async fn find_all(ctx: &Context, names: &[String]) -> Result<Vec<Id>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let tags = ctx.all_tags().await?;
    names.iter().map(|name| Ok(find(&tags, name)?.id)).collect()
}

/// The tags of these names; those that don't exist are made.
pub(crate) async fn ensure(ctx: &Context, names: &[String]) -> Result<Vec<Id>, Error> {
    Ok(ensure_tags(ctx, names).await?.into_iter().map(|tag| tag.id).collect())
}

/// As [`ensure`], with what each is called in truth.
pub(super) async fn ensure_tags(ctx: &Context, names: &[String]) -> Result<Vec<Tag>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut tags = ctx.all_tags().await?;
    let mut ensured = Vec::with_capacity(names.len());
    for name in names {
        let tag = match named(&tags, name) {
            Some(tag) => tag.clone(),
            None => {
                let tag = make(ctx, name).await?;
                tags.push(tag.clone());
                tag
            }
        };
        ensured.push(tag);
    }
    Ok(ensured)
}

/// Makes a tag; one that somebody else has made in the meantime will do.
async fn make(ctx: &Context, name: &str) -> Result<Tag, Error> {
    let error = match ctx.client.tags().create(name).await {
        Ok(tag) => return Ok(tag),
        Err(error) => Error::from(error).about(format!("tag \"{name}\"")),
    };
    if error.exit_code() != exit::CONFLICT {
        return Err(error);
    }
    let tags = ctx.all_tags().await?;
    named(&tags, name).cloned().ok_or(error)
}

/// The tag of this name or id.
pub(super) fn find<'a>(tags: &'a [Tag], name: &str) -> Result<&'a Tag, Error> {
    let by_id = || name.parse().ok().and_then(|id: Id| tags.iter().find(|tag| tag.id == id));
    named(tags, name).or_else(by_id).ok_or_else(|| unknown(tags, name))
}

/// The tag of this name, whatever the case; `@` in front is how tags are shown, so it may be typed too.
fn named<'a>(tags: &'a [Tag], name: &str) -> Option<&'a Tag> {
    let wanted = name.to_lowercase();
    let same = |wanted: &str| tags.iter().find(|tag| tag.name.to_lowercase() == wanted);
    same(&wanted).or_else(|| same(wanted.strip_prefix('@')?))
}

fn unknown(tags: &[Tag], name: &str) -> Error {
    let guess = did_you_mean(name, tags.iter().map(|tag| tag.name.as_str()));
    let next = match guess {
        Some(guess) => format!("did you mean \"{}\"?", text::line(guess)),
        None if tags.is_empty() => "there are no tags yet".to_owned(),
        None => "`todo tag list` shows those there are".to_owned(),
    };
    Error::NotFound(format!("there is no tag \"{name}\"; {next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags() -> Vec<Tag> {
        let names = ["home", "Work", "7"];
        names.iter().zip(5..).map(|(name, id)| Tag { id, name: (*name).to_owned(), version: 1 }).collect()
    }

    #[test]
    fn names_go_before_ids() {
        let id = |name| find(&tags(), name).map(|tag| tag.id).map_err(|error| error.to_string());
        assert_eq!(id("work"), Ok(6));
        assert_eq!(id("@home"), Ok(5));
        assert_eq!(id("7"), Ok(7));
        assert_eq!(id("6"), Ok(6));
        assert_eq!(id("hom"), Err("there is no tag \"hom\"; did you mean \"home\"?".to_owned()));
        assert_eq!(id("99"), Err("there is no tag \"99\"; `todo tag list` shows those there are".to_owned()));
    }
}
