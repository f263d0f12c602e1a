//! Changes: made here at once, sent one after the other, taken back where the server refuses.

use todo_sdk::model::{Id, Resource, Task, Undone};

use super::away;
use crate::{
    output::text,
    tui::{
        model::{
            Link, Model,
            overlay::{Confirm, Conflict, Overlay},
            queue::{Op, Write, apply, provisional, provisional_task},
        },
        msg::{Effect, Failure, Outcome},
    },
};

/// Does it here, says so, and sends it when its turn comes.
pub(super) fn send(model: &mut Model, op: Op, said: String) -> Vec<Effect> {
    let before: Vec<Task> = touched(&op).iter().filter_map(|id| model.store.get(*id).cloned()).collect();
    let number = model.queue.push(op.clone(), before.clone());
    match &op {
        Op::Create { task, tags } => {
            let tags = model.tag_ids(tags);
            let task = provisional_task(number, task, tags, model.now);
            model.fresh = Some(number);
            model.put_as_is(task);
            model.list.go_to_task(provisional(number), &model.store);
            model.ask_for_details();
        }
        Op::Delete { ids } => {
            for id in ids {
                model.remove(*id);
            }
        }
        op => {
            for mut task in before {
                apply(op, &mut task, model.now);
                model.put_as_is(task);
            }
        }
    }
    if !said.is_empty() {
        let waits = matches!(model.link, Link::Away(_));
        model.say(if waits { format!("{said} (waits for the server)") } else { said });
    }
    pump(model)
}

/// Sends the next of the queue, unless one is on its way.
pub(super) fn pump(model: &mut Model) -> Vec<Effect> {
    if !model.connected || model.queue.sending || model.retry_at.is_some() {
        return Vec::new();
    }
    let Some(write) = model.queue.first().cloned() else { return Vec::new() };
    model.queue.sending = true;
    vec![Effect::Send(Box::new(write))]
}

fn touched(op: &Op) -> Vec<Id> {
    match op {
        Op::Update { id, .. } => vec![*id],
        Op::Complete { ids, .. } | Op::Retag { ids, .. } | Op::Delete { ids } => ids.clone(),
        Op::Each { changes } => changes.iter().map(|(id, _)| *id).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn wrote(model: &mut Model, number: u64, result: Result<Outcome, Failure>) -> Vec<Effect> {
    if let Err(Failure::Away(why)) = result {
        model.queue.sending = false;
        away(model, why);
        return Vec::new();
    }
    let Some(write) = model.queue.settle(number) else { return Vec::new() };
    if model.following && matches!(model.link, Link::Away(_)) {
        model.link = Link::Live;
    }
    let agreed = result.is_ok();
    match result {
        Ok(outcome) => done(model, &write, outcome),
        Err(Failure::Conflict(theirs)) => conflict(model, write, *theirs),
        Err(Failure::Refused(why)) => refused(model, &write, &why),
        Err(Failure::Away(_)) => {}
    }
    // Whoever was asked whether to leave before this was through need not answer any more.
    if agreed && model.queue.is_empty() && matches!(model.overlay, Overlay::Confirm(Confirm::Quit)) {
        return vec![Effect::Quit];
    }
    pump(model)
}

fn done(model: &mut Model, write: &Write, outcome: Outcome) {
    match outcome {
        Outcome::Tasks(tasks) => {
            let here = model.list.selected == Some(provisional(write.number));
            model.remove(provisional(write.number));
            let made = tasks.first().map(|task| task.id);
            for task in tasks {
                model.put(task);
            }
            if let (Op::Create { task, .. }, Some(id)) = (&write.op, made) {
                land(model, here || model.fresh == Some(write.number), id, &task.title);
            }
        }
        Outcome::Deleted(ids) => {
            for id in ids {
                model.remove(id);
            }
        }
        Outcome::Comment(comment) => super::live::comment(model, comment),
        Outcome::CommentDeleted(id) => model.details.comments.retain(|comment| comment.id != id),
        Outcome::Undone(undone) => model.say(undone_words(&undone)),
        Outcome::Reminder(row) => {
            model.pending.follow(todo_sdk::model::EventKind::ReminderUpdated, *row);
        }
        Outcome::Nothing => {}
    }
}

/// The cursor goes to a task that was just made; if the list doesn't show it, that is said.
fn land(model: &mut Model, wanted: bool, id: Id, title: &str) {
    model.fresh = None;
    if !wanted {
        return;
    }
    if model.list.go_to_task(id, &model.store) {
        model.ask_for_details();
    } else {
        model.say(format!("Added “{}”: it is not in this list, see All", text::line(title)));
    }
}

fn undone_words(undone: &Undone) -> String {
    let about = match &undone.undone.resource {
        Resource::Task(task) => format!("“{}”", text::line(&task.title)),
        Resource::Comment(_) => "a comment".to_owned(),
        Resource::Tag(tag) => format!("@{}", text::line(&tag.name)),
        _ => "a reminder".to_owned(),
    };
    let what = match undone.undone.event.as_str().rsplit('.').next() {
        Some("created") => "adding",
        Some("deleted") => "deleting",
        _ => "the change of",
    };
    format!("Undone: {what} {about} · once more redoes it")
}

fn conflict(model: &mut Model, write: Write, theirs: Task) {
    let base = write.before.first().cloned();
    model.put(theirs.clone());
    let Op::Update { changes, tags, .. } = write.op else {
        model.complain("Somebody else changed it at the same moment; try again");
        return;
    };
    let mut wished = theirs.clone();
    let update = Op::Update { id: theirs.id, changes: changes.clone(), version: None, tags: None };
    apply(&update, &mut wished, model.now);
    let tags = tags.filter(|names| {
        let mut wanted = model.tag_ids(names);
        wanted.sort_unstable();
        wanted != theirs.tags || wanted.len() != names.len()
    });
    // An answer that was lost, or somebody who had the same wish.
    if wished == theirs && tags.is_none() {
        return;
    }
    let conflict = Conflict { theirs, changes: *changes, tags, base };
    if matches!(model.overlay, Overlay::None) {
        model.overlay = Overlay::Conflict(Box::new(conflict));
    } else {
        model.complain("Your change met somebody else's and was not made; edit the task again");
    }
}

fn refused(model: &mut Model, write: &Write, why: &str) {
    model.remove(provisional(write.number));
    for task in &write.before {
        let newer = model.store.get(task.id).is_some_and(|known| known.version > task.version);
        if !newer {
            let task = model.queue.ahead(task.clone(), model.now);
            model.put_as_is(task);
        }
    }
    model.complain(text::line(why).into_owned());
}
