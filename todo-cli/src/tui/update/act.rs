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

/// The tasks an action is for, but those that the server doesn't have yet.
pub(super) fn reachable(model: &mut Model) -> Vec<Id> {
    let targets = model.targets();
    let (known, waiting): (Vec<Id>, Vec<Id>) = targets.into_iter().partition(|id| *id > 0);
    if known.is_empty() {
        model.complain(if waiting.is_empty() { "No task is selected" } else { "This task is still on its way" });
    }
    known
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
    let ids = reachable(model);
    if ids.is_empty() {
        return Vec::new();
    }
    let done = !ids.iter().filter_map(|id| model.store.get(*id)).all(|task| task.completed);
    let what = if done { "Done" } else { "Open again" };
    let said = format!("{what}: {} · {} undoes", named(model, &ids), undo_key(model));
    finish(model);
    send(model, Op::Complete { ids, done }, said)
}

/// What is done leaves the list: one is back there, and nothing is marked.
fn finish(model: &mut Model) {
    model.list.marked.clear();
    super::keys::to_list(model);
}

pub(super) fn undo_key(model: &Model) -> String {
    model.keymap.key(crate::tui::keys::Context::List, crate::tui::keys::Action::Undo)
}

pub(super) fn delete(model: &mut Model) -> Vec<Effect> {
    let ids = reachable(model);
    if !ids.is_empty() {
        model.overlay = Overlay::Confirm(Confirm::Delete(ids));
    }
    Vec::new()
}

pub(super) fn delete_now(model: &mut Model, ids: Vec<Id>) -> Vec<Effect> {
    let said = format!("Deleted: {} · {} undoes", named(model, &ids), undo_key(model));
    finish(model);
    send(model, Op::Delete { ids }, said)
}

pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    send(model, Op::Undo, "Undoing…".to_owned())
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
