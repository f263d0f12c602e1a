//! What the server does not take is taken back here, and what somebody wrote is kept for them.

use todo_sdk::model::{Task, UpdateTask};

use super::conflicts::TITLE;
use crate::{
    output::text,
    tui::{
        keys::{Action, Context},
        model::{
            Model,
            drafts::{Refused, as_create, of_all_fields},
            form::Filled,
            queue::{Op, Write, apply, provisional},
        },
        view::text::fit,
    },
};

/// `gone`: what it was about is not there any more.
pub(super) fn refused(model: &mut Model, write: &Write, why: &str, gone: bool) {
    let why = text::line(why).into_owned();
    let said = match &write.op {
        Op::Create { tags, .. } => not_made(model, write, tags, &why),
        Op::Update { .. } => not_changed(model, write, &why, gone),
        Op::Comment { task, text } => {
            model.drafts.keep_comment(*task, text.clone());
            not_commented(model, &why, gone)
        }
        Op::EditComment { id, text } => {
            let task = model.details.comments.iter().find(|comment| comment.id == *id).map(|comment| comment.task_id);
            model.drafts.keep_comment(task.unwrap_or_default(), text.clone());
            let key = key(model, Action::Comment);
            format!("The comment was not changed, {key} goes on with it: {why}")
        }
        _ => why,
    };
    take_back(model, write);
    model.complain(said);
}

/// The tasks are as they were, unless they are newer or gone by now.
fn take_back(model: &mut Model, write: &Write) {
    let deletes = matches!(write.op, Op::Delete { .. });
    for task in &write.before {
        let known = model.store.get(task.id).map(|known| known.version);
        if known.map_or(deletes, |known| known <= task.version) {
            let task = model.queue.ahead(task.clone(), model.now);
            model.put_as_is(task);
        }
    }
}

fn not_made(model: &mut Model, write: &Write, tags: &[String], why: &str) -> String {
    let id = provisional(write.number);
    let made = model.remove(id);
    let dropped = model.queue.forget(id);
    let more = if dropped.is_empty() { "" } else { " nor what was done to it" };
    let mut tags = tags.to_vec();
    for op in dropped {
        match op {
            Op::Comment { text, .. } => model.drafts.keep_comment(id, text),
            Op::Update { tags: Some(names), .. } => tags = names,
            _ => {}
        }
    }
    let mut title = String::new();
    if let Some(made) = made {
        title = quoted(&made);
        keep_new(model, Filled { task: as_create(&made), tags });
    }
    format!("{title} was not added{more}, {} goes on with it: {why}", key(model, Action::AddForm))
}

fn not_changed(model: &mut Model, write: &Write, why: &str, gone: bool) -> String {
    let (Op::Update { tags, changes, .. }, Some(before)) = (&write.op, write.before.first()) else {
        return why.to_owned();
    };
    if gone {
        return keep_as_new(model, before, changes, tags.as_deref());
    }
    let key = keep_changes(model, before, (**changes).clone(), tags.clone());
    format!("{} was not changed, {key} goes on with it: {why}", quoted(before))
}

/// Keeps a change for the form of its task, and answers the key that opens it.
pub(super) fn keep_changes(model: &mut Model, task: &Task, changes: UpdateTask, tags: Option<Vec<String>>) -> String {
    let mine = changed(model, task, &changes, tags.as_deref());
    model.drafts.keep_form(Refused { task: Some(task.id), mine, changes, tags });
    key(model, Action::Edit)
}

/// Keeps a change of a task that is gone, and answers what there is to say.
pub(super) fn keep_as_new(model: &mut Model, task: &Task, changes: &UpdateTask, tags: Option<&[String]>) -> String {
    let mine = changed(model, task, changes, tags);
    keep_new(model, mine);
    format!("{} is gone; {} makes a new task of what you wrote", quoted(task), key(model, Action::AddForm))
}

fn keep_new(model: &mut Model, mine: Filled) {
    let (changes, tags) = (of_all_fields(&mine.task), Some(mine.tags.clone()));
    model.drafts.keep_form(Refused { task: None, mine, changes, tags });
}

fn changed(model: &Model, task: &Task, changes: &UpdateTask, tags: Option<&[String]>) -> Filled {
    let mut mine = task.clone();
    let update = Op::Update { id: task.id, changes: Box::new(changes.clone()), version: None, tags: None };
    apply(&update, &mut mine, model.now);
    let tags = tags.map_or_else(|| model.tag_names(task), <[String]>::to_vec);
    Filled { task: as_create(&mine), tags }
}

fn not_commented(model: &Model, why: &str, gone: bool) -> String {
    let key = key(model, Action::Comment);
    if gone {
        return format!("The task is gone; {key} on another one goes on with your comment");
    }
    format!("Your comment was not taken, {key} goes on with it: {why}")
}

fn key(model: &Model, action: Action) -> String {
    model.keymap.key(Context::List, action)
}

fn quoted(task: &Task) -> String {
    format!("“{}”", fit(&text::line(&task.title), TITLE))
}
