//! `edit`.

use todo_sdk::model::{Id, Task, UpdateTask, validate::Validate};

use super::tag_names;
use crate::{
    cli::{Changes, EditArgs},
    context::Context,
    error::{Error, exit},
    input::{fields::RemindArg, ids, stdin},
    offline,
};

pub(super) async fn edit(ctx: &Context, args: &EditArgs) -> Result<(), Error> {
    let ids = ids::resolve(&args.ids)?;
    let mut update = update_of(&args.changes);
    if args.changes.description.as_deref() == Some("-") {
        if ids::from_stdin(&args.ids) {
            return Err(Error::usage("standard input can be the ids or the description, but not both"));
        }
        update.description = Some(Some(stdin::paragraph()?));
    }
    if ids.is_empty() {
        return Ok(());
    }
    update.validate().map_err(Error::invalid)?;
    let tags = match TagChanges::resolve(ctx, &args.changes).await {
        // Their names wait along with the change.
        Err(error) if ctx.offline.is_some() && error.exit_code() == exit::OUT_OF_REACH => None,
        tags => tags?,
    };
    ctx.each("task", &ids, async |id| {
        let task = match &tags {
            _ if ctx.offline.is_some() => match offline::edit(ctx, id, &update, &args.changes).await? {
                Some(task) => task,
                None => return Ok(()),
            },
            None => ctx.client.tasks().update(id).changes(update.clone()).send().await?,
            Some(tags) => retag(ctx, id, &update, tags).await?,
        };
        ctx.print_task("Changed:", &task).await
    })
    .await
}

fn update_of(changes: &Changes) -> UpdateTask {
    /// A value sets, the flag clears, neither leaves.
    fn field<T: Clone>(value: Option<&T>, clear: bool) -> Option<Option<T>> {
        value.map_or_else(|| clear.then_some(None), |value| Some(Some(value.clone())))
    }
    let (remind_time, remind_before_seconds) = match changes.remind {
        Some(RemindArg::At(at)) => (Some(Some(at)), None),
        Some(RemindArg::Before(seconds)) => (None, Some(Some(seconds))),
        None => (changes.no_remind.then_some(None), None),
    };
    UpdateTask {
        title: changes.title.clone(),
        description: field(changes.description.as_ref(), changes.no_description),
        priority: field(changes.priority.as_ref(), changes.no_priority),
        due: field(changes.due.as_ref(), changes.no_due),
        remind_time,
        remind_before_seconds,
        nag_seconds: field(changes.nag.as_ref(), changes.no_nag),
        repeat: field(changes.repeat.as_ref(), changes.no_repeat),
        ..UpdateTask::default()
    }
}

/// Ids of tags to put on and take off.
struct TagChanges {
    add: Vec<Id>,
    remove: Vec<Id>,
}

impl TagChanges {
    async fn resolve(ctx: &Context, changes: &Changes) -> Result<Option<Self>, Error> {
        if (changes.tags.is_empty() && changes.untags.is_empty()) || offline::is_away(ctx) {
            return Ok(None);
        }
        // First those that must exist: nothing is made where one of them doesn't.
        let remove = tag_names::find_all(ctx, &changes.untags).await?;
        let add = tag_names::ensure(ctx, &changes.tags).await?;
        Ok(Some(Self { add, remove }))
    }

    fn apply(&self, task: &Task) -> Vec<Id> {
        let kept = task.tags.iter().filter(|id| !self.remove.contains(id));
        let mut tags: Vec<Id> = kept.chain(&self.add).copied().collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

/// The API sets all tags at once, so what someone else changes in between must not be overwritten: the version guards
/// it, and one more try takes their change in.
async fn retag(ctx: &Context, id: Id, update: &UpdateTask, tags: &TagChanges) -> Result<Task, Error> {
    match retag_once(ctx, id, update, tags).await {
        Err(error) if error.exit_code() == exit::CONFLICT => retag_once(ctx, id, update, tags).await,
        result => result,
    }
}

async fn retag_once(ctx: &Context, id: Id, update: &UpdateTask, tags: &TagChanges) -> Result<Task, Error> {
    let task = ctx.client.tasks().get(id).await?;
    let changes = UpdateTask { tags: Some(Some(tags.apply(&task))), ..update.clone() };
    Ok(ctx.client.tasks().update(id).changes(changes).if_match(task.version).send().await?)
}
