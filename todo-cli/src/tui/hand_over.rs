//! What has not reached the server when somebody leaves goes to the queue of the commands.

use std::collections::{BTreeMap, HashMap};

use todo_sdk::{
    model::{Id, Task, UpdateTask},
    outbox::{Operation, Outbox, provisional},
};

use super::model::{
    Model,
    overlay::Conflict,
    queue::{self, Op, Write},
};
use crate::error::Error;

/// Whether all that waits can be kept. Undo and what is about reminders is about the moment, and comments are changed at
/// the server only.
pub(super) fn keeps_all(model: &Model) -> bool {
    model.keeps && model.queue.iter().all(|write| is_kept(&write.op))
}

fn is_kept(op: &Op) -> bool {
    match op {
        Op::Create { .. }
        | Op::Update { .. }
        | Op::Complete { .. }
        | Op::Each { .. }
        | Op::Retag { .. }
        | Op::Delete { .. }
        | Op::Comment { .. } => true,
        // Shown again is no harm.
        Op::Shown { .. } => true,
        Op::EditComment { .. } | Op::DeleteComment { .. } | Op::Undo | Op::Redo | Op::Snooze { .. } => false,
    }
}

/// How many changes of before are still to be sent.
pub(super) fn waiting(outbox: &Outbox) -> Result<usize, Error> {
    Ok(outbox.entries()?.iter().filter(|entry| entry.waits()).count())
}

/// Hands over what waits. `key` makes the key that a write was sent under, if it was sent: only the first one was.
pub(super) fn hand_over(model: &Model, outbox: &Outbox, key: impl Fn(u64) -> String) -> Result<(), Error> {
    for conflict in model.undecided() {
        // It meets the other version once more, and is kept with it.
        outbox.queue(undecided(conflict, &model.tags))?;
    }
    let mut made = HashMap::new();
    for (index, write) in model.queue.iter().enumerate() {
        let operations = operations(write, &model.tags);
        let single = operations.len() == 1;
        for operation in operations {
            let operation = match operation.task().and_then(|id| made.get(&id)) {
                Some(id) => operation.of_task(*id),
                None => operation,
            };
            let entry = if index == 0 && single {
                outbox.queue_sent(operation, key(write.number))?
            } else {
                outbox.queue(operation)?
            };
            if matches!(write.op, Op::Create { .. }) {
                made.insert(queue::provisional(write.number), provisional(entry.number));
            }
        }
    }
    Ok(())
}

fn undecided(conflict: &Conflict, tags: &BTreeMap<Id, String>) -> Operation {
    let Conflict { theirs, changes, version, tags: names, base } = conflict;
    let untag = names.as_ref().map_or_else(Vec::new, |names| taken_off(base.as_ref(), names, tags));
    let (changes, tag) = (Box::new(changes.clone()), names.clone().unwrap_or_default());
    Operation::UpdateTask { id: theirs.id, changes, version: *version, tag, untag }
}

/// The same in the terms of the queue. A change carries the version it was made on.
fn operations(write: &Write, tags: &BTreeMap<Id, String>) -> Vec<Operation> {
    let before = |id: Id| write.before.iter().find(|task| task.id == id);
    let on = |operation: Operation| {
        let version = operation.task().and_then(before).map(|task| task.version).filter(|version| *version > 0);
        version.map_or(operation.clone(), |version| operation.if_match(version))
    };
    match &write.op {
        Op::Create { task, tags } => vec![Operation::CreateTask { task: task.clone(), tags: tags.clone() }],
        Op::Update { id, changes, version, tags: names } => {
            let untag = names.as_ref().map_or_else(Vec::new, |names| taken_off(before(*id), names, tags));
            let tag = names.clone().unwrap_or_default();
            let changes = changes.clone();
            let update = Operation::UpdateTask { id: *id, changes, version: None, tag, untag };
            vec![version.map_or_else(|| on(update.clone()), |version| update.clone().if_match(version))]
        }
        Op::Complete { ids, done } => ids.iter().map(|id| on(Operation::complete(*id, *done))).collect(),
        Op::Each { changes } => {
            changes.iter().map(|(id, changes)| on(Operation::update(*id, changes.clone()))).collect()
        }
        Op::Retag { ids, add, remove } => {
            let untag: Vec<String> = remove.iter().map(ToString::to_string).collect();
            let retag = |id: &Id| {
                let (tag, untag) = (add.clone(), untag.clone());
                let changes = Box::new(UpdateTask::default());
                on(Operation::UpdateTask { id: *id, changes, version: None, tag, untag })
            };
            ids.iter().map(retag).collect()
        }
        Op::Delete { ids } => ids.iter().map(|id| on(Operation::delete(*id))).collect(),
        Op::Comment { task, text } => vec![Operation::comment(*task, text.as_str())],
        Op::EditComment { .. }
        | Op::DeleteComment { .. }
        | Op::Undo
        | Op::Redo
        | Op::Snooze { .. }
        | Op::Shown { .. } => Vec::new(),
    }
}

/// The tags that a task had and that are not among `names`, by id.
fn taken_off(task: Option<&Task>, names: &[String], tags: &BTreeMap<Id, String>) -> Vec<String> {
    let stays = |id: &Id| {
        let own = tags.get(id).map(|name| name.to_lowercase());
        own.is_some_and(|own| names.iter().any(|name| name.to_lowercase() == own))
    };
    task.iter().flat_map(|task| &task.tags).filter(|id| !stays(id)).map(ToString::to_string).collect()
}
