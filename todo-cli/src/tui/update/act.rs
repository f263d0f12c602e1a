//! What is done to tasks.

use todo_sdk::model::{Id, Task};

use super::writes::send;
use crate::{
    output::text,
    tui::{
        model::{
            Model,
            overlay::{Confirm, Overlay},
            queue::Op,
        },
        msg::Effect,
    },
};

/// The tasks an action is for; where there are none, that is said.
pub(super) fn chosen(model: &mut Model) -> Vec<Id> {
    let targets = model.targets();
    if targets.is_empty() {
        model.complain("No task is selected");
    }
    targets
}

/// `"Buy milk"`, or `3 tasks`.
pub(super) fn named(model: &Model, ids: &[Id]) -> String {
    match ids {
        [id] => model.store.get(*id).map_or_else(|| format!("task {id}"), quoted),
        ids => format!("{} tasks", ids.len()),
    }
}

fn quoted(task: &Task) -> String {
    format!("“{}”", text::line(&task.title))
}

/// Done; or open again, where all of them are done.
pub(super) fn complete(model: &mut Model) -> Vec<Effect> {
    let ids = chosen(model);
    if ids.is_empty() {
        return Vec::new();
    }
    let done = !ids.iter().filter_map(|id| model.store.get(*id)).all(|task| task.completed);
    let what = if done { "Done" } else { "Open again" };
    let said = format!("{what}: {}", named(model, &ids));
    finish(model);
    send(model, Op::Complete { ids, done }, said)
}

/// What was marked has been dealt with, and one is back in the list.
pub(super) fn finish(model: &mut Model) {
    model.list.marked.clear();
    super::keys::to_list(model);
}

pub(super) fn delete(model: &mut Model) -> Vec<Effect> {
    let ids = chosen(model);
    if !ids.is_empty() {
        model.overlay = Overlay::Confirm(Confirm::Delete(ids));
    }
    Vec::new()
}

pub(super) fn delete_now(model: &mut Model, ids: Vec<Id>) -> Vec<Effect> {
    let said = format!("Deleted: {}", named(model, &ids));
    finish(model);
    send(model, Op::Delete { ids }, said)
}

pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    if let Some(id) = model.selected().map(|task| task.id) {
        if !model.list.marked.remove(&id) {
            model.list.marked.insert(id);
        }
        super::navigate::move_cursor(model, 1);
    }
    Vec::new()
}

pub(super) fn mark_all(model: &mut Model) -> Vec<Effect> {
    if model.list.marked.is_empty() {
        let ids = model.list.rows.iter().filter_map(|index| model.store.slot(*index)).map(|slot| slot.task.id);
        model.list.marked = ids.collect();
    } else {
        model.list.marked.clear();
    }
    Vec::new()
}
