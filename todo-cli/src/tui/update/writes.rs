//! Changes: made here at once, sent one after the other, taken back where the server refuses.

use todo_sdk::model::Task;

use super::{conflicts, refused::refused, session, undo};
use crate::{
    output::text,
    tui::{
        keys::Action,
        model::{
            Link, Model,
            overlay::{Confirm, Overlay},
            queue::{Op, Write, apply, provisional, provisional_task},
        },
        msg::{Effect, Failure, Outcome},
    },
};

/// Does it here, says so, and sends it when its turn comes.
pub(super) fn send(model: &mut Model, op: Op, said: String) -> Vec<Effect> {
    let before: Vec<Task> = op.tasks().iter().filter_map(|id| model.store.get(*id).cloned()).collect();
    let number = model.queue.push(op.clone(), before.clone());
    if before.len() > 1 {
        model.list.left = model.list.selected;
    }
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
    if op.is_undoable() {
        model.history.go_on();
    }
    if !said.is_empty() {
        let waits = matches!(model.link, Link::Away(_) | Link::SignedOut).then(|| "waits for the server".to_owned());
        let undoes = undo::hint(model, Action::Undo, "undoes").filter(|_| op.is_undoable());
        model.say_more(said, waits.into_iter().chain(undoes).collect());
    }
    pump(model)
}

/// Sends the next of the queue, unless one is on its way.
pub(super) fn pump(model: &mut Model) -> Vec<Effect> {
    if !model.connected || model.queue.sending || model.retry_at.is_some() {
        return Vec::new();
    }
    let Some(mut write) = model.queue.first().cloned() else { return Vec::new() };
    if matches!(write.op, Op::Undo | Op::Redo) {
        write.history = model.history.clone();
    }
    model.queue.sending = true;
    model.queue.sent_at = Some(model.now);
    vec![Effect::Send(Box::new(write))]
}

pub(super) fn wrote(model: &mut Model, number: u64, result: Result<Outcome, Failure>) -> Vec<Effect> {
    match result {
        Err(Failure::Away(why)) => {
            model.queue.sending = false;
            session::away(model, why);
            return Vec::new();
        }
        Err(Failure::SignedOut) => {
            model.queue.sending = false;
            return session::signed_out(model);
        }
        _ => {}
    }
    let Some(write) = model.queue.settle(number) else { return Vec::new() };
    if model.following && matches!(model.link, Link::Away(_)) {
        model.link = Link::Live;
    }
    let agreed = result.is_ok();
    match result {
        Ok(outcome) => done(model, &write, outcome),
        Err(Failure::Conflict(theirs)) => conflicts::met(model, write, *theirs),
        Err(Failure::Refused(why)) => refused(model, &write, &why, false),
        Err(Failure::Gone(why)) => refused(model, &write, &why, true),
        Err(Failure::Away(_) | Failure::SignedOut) => {}
    }
    // Whoever was asked whether to leave before this was through need not answer any more.
    if agreed && model.unsent() == 0 && matches!(model.overlay, Overlay::Confirm(Confirm::Quit)) {
        return vec![Effect::Quit];
    }
    pump(model)
}

fn done(model: &mut Model, write: &Write, outcome: Outcome) {
    match outcome {
        Outcome::Tasks(tasks) => match (&write.op, &tasks[..]) {
            (Op::Create { .. }, [made]) => land(model, write.number, made),
            _ => tasks.into_iter().for_each(|task| model.put(task)),
        },
        Outcome::Deleted(ids) => {
            for id in ids {
                model.remove(id);
            }
        }
        Outcome::Comment(comment) => super::live::comment(model, comment),
        Outcome::CommentDeleted(id) => model.details.comments.retain(|comment| comment.id != id),
        Outcome::Undone(reversal) => undo::undone(model, &reversal),
        Outcome::Redone(reversal) => undo::redone(model, &reversal),
        Outcome::InParts(outcome, calls) => {
            model.history.note_act(calls);
            done(model, write, *outcome);
        }
        Outcome::Reminder(row) => {
            model.pending.follow(todo_sdk::model::EventKind::ReminderUpdated, *row);
        }
        Outcome::Nothing => {}
    }
}

/// The server has made a task: the cursor goes to it, where it was on it; if the list doesn't show it, that is said.
fn land(model: &mut Model, number: u64, made: &Task) {
    let here = model.list.selected == Some(provisional(number));
    let fresh = model.fresh == Some(number);
    model.land(provisional(number), made);
    if fresh {
        model.fresh = None;
    }
    if !here && !fresh {
        return;
    }
    if model.list.go_to_task(made.id, &model.store) {
        model.ask_for_details();
    } else if !model.queue.is_about(made.id) {
        model.say(format!("Added “{}”: it is not in this list, see All", text::line(&made.title)));
    }
}
