//! From an operation to calls.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;

use super::Operation;
use crate::{
    client::{Client, Error},
    model::{BulkTasks, BulkUpdate, Comment, CreateComment, Id, LIMIT_MAX, Tag, Task, UpdateTask},
};

/// What the server did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Done {
    /// Made or changed this task.
    Task(Box<Task>),
    /// Deleted the task of this id, or there was none.
    Deleted(Id),
    /// Made this comment.
    Comment(Comment),
    /// Made this tag.
    Tag(Tag),
    /// There was nothing left to do.
    Nothing,
}

impl Done {
    /// A task that was made or changed, and its version.
    pub(super) fn task(&self) -> Option<(Id, i64)> {
        match self {
            Self::Task(task) => Some((task.id, task.version)),
            _ => None,
        }
    }
}

/// Why an operation can't be worked out.
pub(super) enum Obstacle {
    Call(Error),
    /// The task is not as it was when the change was made.
    Moved(Box<Task>),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// What the task of an operation must be like, where the operation itself insists on nothing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Since {
    /// Unchanged since then.
    Unchanged(DateTime<Utc>),
    /// As it is now: somebody is making the change right now.
    Now,
}

/// Works everything out that a later attempt could find different: ids in place of names, and a version. The same
/// operation can then be sent again to the byte.
pub(super) async fn work_out(client: &Client, operation: Operation, since: Since) -> Result<Operation, Obstacle> {
    Ok(match operation {
        Operation::CreateTask { mut task, tags } => {
            task.tags.extend(ids_of(client, &tags).await?);
            Operation::CreateTask { task, tags: Vec::new() }
        }
        Operation::UpdateTask { id, version: Some(version), changes, tag, untag }
            if tag.is_empty() && untag.is_empty() =>
        {
            Operation::UpdateTask { id, version: Some(version), changes, tag, untag }
        }
        Operation::UpdateTask { id, version, mut changes, tag, untag } => {
            let task = unmoved(client, id, version, since).await?;
            if !tag.is_empty() || !untag.is_empty() {
                changes.tags = Some(Some(retagged(client, &task, &tag, &untag).await?));
            }
            Operation::update(id, *changes).if_match(task.version)
        }
        Operation::DeleteTask { id, version: None } => {
            Operation::delete(id).if_match(unmoved(client, id, None, since).await?.version)
        }
        other => other,
    })
}

async fn unmoved(client: &Client, id: Id, version: Option<i64>, since: Since) -> Result<Task, Obstacle> {
    let task = client.tasks().get(id).await?;
    let moved = match (version, since) {
        (Some(version), _) => task.version != version,
        (None, Since::Unchanged(since)) => task.date_updated > since,
        (None, Since::Now) => false,
    };
    if moved { Err(Obstacle::Moved(Box::new(task))) } else { Ok(task) }
}

async fn retagged(client: &Client, task: &Task, tag: &[String], untag: &[String]) -> Result<Vec<Id>, Error> {
    let add = ids_of(client, tag).await?;
    let known = if untag.is_empty() { Vec::new() } else { all_tags(client).await? };
    let off = |id: &Id| known.iter().any(|tag| tag.id == *id && untag.iter().any(|name| is_meant(tag, name)));
    let mut tags: Vec<Id> = task.tags.iter().copied().filter(|id| !off(id)).chain(add).collect();
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

async fn all_tags(client: &Client) -> Result<Vec<Tag>, Error> {
    client.tags().list().limit(LIMIT_MAX).stream().try_collect().await
}

/// The tags of these names; those that don't exist are made.
async fn ids_of(client: &Client, names: &[String]) -> Result<Vec<Id>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut tags = all_tags(client).await?;
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        if !tags.iter().any(|tag| is_named(tag, name)) {
            match client.tags().create(name).await {
                Ok(tag) => tags.push(tag),
                // Somebody else has made it meanwhile.
                Err(error) if error.status() == Some(409) => tags = all_tags(client).await?,
                Err(error) => return Err(error),
            }
        }
        ids.extend(tags.iter().find(|tag| is_named(tag, name)).map(|tag| tag.id));
    }
    Ok(ids)
}

/// Whatever the case; `@` in front is how tags are shown.
fn is_named(tag: &Tag, name: &str) -> bool {
    let (own, name) = (tag.name.to_lowercase(), name.to_lowercase());
    own == name || name.strip_prefix('@').is_some_and(|name| own == name)
}

fn is_meant(tag: &Tag, name: &str) -> bool {
    is_named(tag, name) || name.parse() == Ok(tag.id)
}

/// Does what was worked out.
pub(super) async fn perform(client: &Client, operation: &Operation, key: &str) -> Result<Done, Error> {
    match operation {
        Operation::CreateTask { task, .. } => {
            let task = client.tasks().create_from((**task).clone()).idempotency_key(key).send().await?;
            Ok(Done::Task(Box::new(task)))
        }
        Operation::UpdateTask { id, changes, version, .. } => update(client, *id, changes, *version, key).await,
        Operation::DeleteTask { id, version } => {
            let delete = client.tasks().delete(*id);
            version.iter().fold(delete, |delete, version| delete.if_match(*version)).send().await?;
            Ok(Done::Deleted(*id))
        }
        Operation::Comment { comment } => {
            let comment: CreateComment = comment.clone();
            Ok(Done::Comment(client.comments().create_from(comment).idempotency_key(key).send().await?))
        }
        Operation::CreateTag { name } => {
            Ok(Done::Tag(client.tags().create(name.as_str()).idempotency_key(key).send().await?))
        }
    }
}

/// By the call for many tasks: unlike `PATCH` it is a `POST`, which heeds the key.
async fn update(client: &Client, id: Id, changes: &UpdateTask, version: Option<i64>, key: &str) -> Result<Done, Error> {
    let update = BulkUpdate { id, version, changes: changes.clone() };
    let bulk = BulkTasks { update: vec![update], ..BulkTasks::default() };
    let result = client.tasks().bulk(&bulk).idempotency_key(key).send().await.map_err(of_one)?;
    Ok(result.updated.into_iter().next().map_or(Done::Nothing, |task| Done::Task(Box::new(task))))
}

/// The error as it would be about one task.
fn of_one(mut error: Error) -> Error {
    if let Error::Problem { problem, .. } = &mut error {
        let one =
            |text: &str| text.strip_prefix("update[0]").map(|rest| rest.trim_start_matches([':', '.', ' ']).to_owned());
        if let Some(detail) = one(&problem.detail) {
            problem.detail = detail;
        }
        let errors = std::mem::take(&mut problem.errors);
        problem.errors = errors.into_iter().map(|(field, faults)| (one(&field).unwrap_or(field), faults)).collect();
    }
    error
}

/// Whether a task is already as the change would make it.
pub(super) fn is_so(task: &Task, changes: &UpdateTask) -> bool {
    fn same<T: PartialEq>(change: Option<&T>, now: &T) -> bool {
        change.is_none_or(|change| change == now)
    }
    same(changes.title.as_ref(), &task.title)
        && same(changes.completed.as_ref(), &task.completed)
        && changes.description.as_ref().is_none_or(|text| text.as_deref().unwrap_or_default() == task.description)
        && changes.priority.is_none_or(|priority| priority.unwrap_or(crate::model::PRIORITY_NONE) == task.priority)
        && same(changes.due.as_ref(), &task.due)
        && same(changes.remind_time.as_ref(), &task.remind_time)
        && same(changes.remind_before_seconds.as_ref(), &task.remind_before_seconds)
        && same(changes.nag_seconds.as_ref(), &task.nag_seconds)
        && same(changes.repeat.as_ref(), &task.repeat)
        && changes.tags.as_ref().is_none_or(|tags| tags.as_deref().unwrap_or_default() == task.tags)
}
