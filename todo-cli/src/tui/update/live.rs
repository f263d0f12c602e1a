//! What comes from the snapshot and from the server.

use chrono::TimeDelta;
use todo_sdk::{
    client::Event,
    model::{Change, Comment, EventKind, Id, ReminderRow, Resource, Tag, Task},
};

use super::{
    session::{away, begin},
    writes::pump,
};
use crate::tui::{
    model::{
        Link, Model,
        detail::{Details, history},
        scope::View,
    },
    msg::Effect,
    snapshot::Head,
};

/// The begin of what was known last time: enough for the first screen.
pub(super) fn remembered(model: &mut Model, head: Head) -> Vec<Effect> {
    model.remembered_user = Some(head.user);
    model.seq = head.seq;
    model.tags = head.tags.into_iter().map(|tag| (tag.id, tag.name)).collect();
    for task in head.first {
        model.store.put(task);
    }
    model.refresh();
    model.counts = head.counts;
    Vec::new()
}

pub(super) fn remembered_tasks(model: &mut Model, tasks: Vec<Task>, last: bool) -> Vec<Effect> {
    for task in tasks {
        // What has come from elsewhere meanwhile is newer.
        if model.store.get(task.id).is_none() {
            model.store.put(task);
        }
    }
    if last {
        model.remembered = Some(true);
        model.recount();
        model.refresh();
        return begin(model);
    }
    Vec::new()
}

pub(super) fn forgotten(model: &mut Model) -> Vec<Effect> {
    model.remembered = Some(false);
    begin(model)
}

pub(super) fn loading(model: &mut Model) -> Vec<Effect> {
    if model.link != Link::SignedOut {
        model.link = Link::Loading;
    }
    model.unseen = model.store.iter().map(|(_, slot)| slot.task.id).filter(|id| *id > 0).collect();
    model.gone.clear();
    Vec::new()
}

pub(super) fn tags(model: &mut Model, tags: Vec<Tag>) -> Vec<Effect> {
    model.tags = tags.into_iter().map(|tag| (tag.id, tag.name)).collect();
    Vec::new()
}

pub(super) fn tasks(model: &mut Model, tasks: Vec<Task>) -> Vec<Effect> {
    for task in tasks {
        if model.gone.contains(&task.id) || model.queue.deletes(task.id) {
            continue;
        }
        model.unseen.remove(&task.id);
        if model.store.get(task.id).is_none_or(|known| known.version <= task.version) {
            let task = model.queue.ahead(task, model.now);
            model.store.put(task);
        }
    }
    model.recount();
    model.refresh();
    Vec::new()
}

pub(super) fn loaded(model: &mut Model, seq: i64) -> Vec<Effect> {
    for id in std::mem::take(&mut model.unseen) {
        model.remove(id);
    }
    model.gone.clear();
    model.seq = model.seq.max(seq);
    let mut effects = Vec::new();
    if model.link == Link::SignedOut {
        return effects;
    }
    model.link = Link::Live;
    if !model.following {
        model.following = true;
        model.seq = seq;
        effects.push(Effect::Follow { seq });
    }
    effects.extend(pump(model));
    effects
}

pub(super) fn not_loaded(model: &mut Model, why: String) -> Vec<Effect> {
    away(model, why);
    Vec::new()
}

pub(super) fn event(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Anew => vec![Effect::Load],
        Event::Interrupted(error) => {
            away(model, error.to_string());
            Vec::new()
        }
        Event::Resumed if model.link == Link::SignedOut => Vec::new(),
        Event::Resumed => {
            model.link = Link::Live;
            model.retry_at = None;
            pump(model)
        }
        Event::Change(change) => {
            if !matches!(model.link, Link::Loading | Link::SignedOut) {
                model.link = Link::Live;
            }
            follow(model, *change);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn follow(model: &mut Model, change: Change) {
    model.seq = model.seq.max(change.seq);
    let about = match &change.resource {
        Resource::Task(task) => task.id,
        Resource::Comment(comment) => comment.task_id,
        Resource::Reminder(row) => row.task_id,
        _ => 0,
    };
    match (change.event, change.resource) {
        (EventKind::TaskDeleted, Resource::Task(task)) => {
            if model.link == Link::Loading {
                model.gone.insert(task.id);
            }
            model.remove(task.id);
        }
        (_, Resource::Task(task)) => {
            // An undone deletion brings a task back.
            model.gone.remove(&task.id);
            model.put(task);
        }
        (EventKind::TagDeleted, Resource::Tag(tag)) => drop_tag(model, tag.id),
        (_, Resource::Tag(tag)) => {
            model.tags.insert(tag.id, tag.name);
        }
        (EventKind::CommentDeleted, Resource::Comment(gone)) => {
            model.details.comments.retain(|comment| comment.id != gone.id);
        }
        (_, Resource::Comment(made)) => comment(model, made),
        (event, Resource::Reminder(row)) => {
            if !matches!(row.state, todo_sdk::model::ReminderState::Queued | todo_sdk::model::ReminderState::Sent) {
                model.toasts.retain(|toast| toast.id != row.id);
            }
            model.pending.follow(event, row);
        }
        _ => {}
    }
    if about == model.details.id && about > 0 {
        model.details_at = Some(model.now + TimeDelta::milliseconds(80));
    }
    let gone = |toast: &ReminderRow| model.store.get(toast.task_id).is_none_or(|task| task.completed);
    let kept: Vec<ReminderRow> = model.toasts.iter().filter(|toast| !gone(toast)).cloned().collect();
    model.toasts = kept;
}

fn drop_tag(model: &mut Model, tag: Id) {
    model.tags.remove(&tag);
    model.counts.tags.remove(&tag);
    if model.view() == View::Tag(tag) {
        model.state.view = View::All;
    }
    if model.filters.tag == Some(tag) {
        model.filters.tag = None;
    }
    model.refresh();
}

/// A comment that was made or changed.
pub(super) fn comment(model: &mut Model, comment: Comment) {
    if comment.task_id != model.details.id {
        return;
    }
    let comments = &mut model.details.comments;
    match comments.iter_mut().find(|known| known.id == comment.id) {
        Some(known) if known.version <= comment.version => *known = comment,
        Some(_) => {}
        None => comments.push(comment),
    }
}

pub(super) fn details(
    model: &mut Model,
    id: Id,
    comments: Vec<Comment>,
    reminders: Vec<ReminderRow>,
    journal: &[Change],
) -> Vec<Effect> {
    if model.details.id == id {
        let history = history(id, journal);
        let before = std::mem::take(&mut model.details);
        model.details = Details { id, comments, reminders, history, loaded: true, ..before };
    }
    Vec::new()
}

pub(super) fn not_details(model: &mut Model, id: Id) -> Vec<Effect> {
    if model.details.id == id {
        // Asked again when something happens to the task, or the cursor comes back.
        model.details.loaded = true;
    }
    Vec::new()
}

pub(super) fn found(model: &mut Model, text: &str, ids: Vec<Id>) -> Vec<Effect> {
    if model.search.text() == text {
        model.search.by_server = ids.into_iter().collect();
        model.refresh();
    }
    Vec::new()
}
