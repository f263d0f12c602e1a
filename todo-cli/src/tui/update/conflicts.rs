//! Changes that met somebody else's: shown one after the other, once nothing else is open.

use todo_sdk::model::Task;

use super::{
    refused::{keep_as_new, keep_changes},
    writes::send,
};
use crate::{
    output::text,
    tui::{
        keys::Action,
        model::{
            Model,
            drafts::as_create,
            form::{Filled, Form},
            overlay::{Conflict, Overlay},
            queue::{Op, Write, apply},
        },
        msg::Effect,
        view::text::fit,
    },
};

/// Columns of a title in a line that says more.
pub(super) const TITLE: usize = 24;

/// A change was not made, as somebody else was faster.
pub(super) fn met(model: &mut Model, write: Write, theirs: Task) {
    let base = write.before.first().cloned();
    model.put(theirs.clone());
    let Op::Update { changes, version, tags, .. } = write.op else {
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
    // What was done on top of this change does not go over theirs without a question either.
    if let Some(version) = version {
        model.queue.insist(theirs.id, version);
    }
    if !is_free(model) {
        let title = text::line(&theirs.title).into_owned();
        model.complain(format!("“{}” was changed elsewhere: compare when this closes", fit(&title, TITLE)));
    }
    model.conflicts.push_back(Conflict { theirs, changes: *changes, version, tags, base });
}

/// Whether a question would take no keys from anything else.
fn is_free(model: &Model) -> bool {
    matches!(model.overlay, Overlay::None) && !model.search.typing
}

/// Shows the next one, unless something else is open.
pub(super) fn show_next(model: &mut Model) {
    if !is_free(model) {
        return;
    }
    let Some(mut conflict) = model.conflicts.pop_front() else { return };
    let id = conflict.theirs.id;
    // It may have waited for a while.
    if let Some(newer) = model.store.get(id).filter(|known| known.version > conflict.theirs.version)
        && !model.queue.changes(id)
    {
        conflict.theirs = newer.clone();
    }
    model.overlay = Overlay::Conflict(Box::new(conflict));
}

pub(super) fn resolve(model: &mut Model, action: Action) -> Vec<Effect> {
    let Overlay::Conflict(conflict) = std::mem::take(&mut model.overlay) else { return Vec::new() };
    let Conflict { theirs, changes, tags, .. } = *conflict;
    match action {
        Action::Mine if model.store.get(theirs.id).is_none() => {
            let said = keep_as_new(model, &theirs, &changes, tags.as_deref());
            model.complain(said);
            Vec::new()
        }
        Action::Mine => {
            let title = changes.title.as_deref().unwrap_or(&theirs.title);
            let said = format!("Changed: “{}”", text::line(title));
            // What is on its way raises the version itself.
            let version = Some(theirs.version).filter(|_| !model.queue.changes(theirs.id));
            send(model, Op::Update { id: theirs.id, changes: Box::new(changes), version, tags }, said)
        }
        Action::Edit => {
            let here = model.here();
            let names = model.tag_names(&theirs);
            let mut mine = theirs.clone();
            let update = Op::Update { id: theirs.id, changes: Box::new(changes.clone()), version: None, tags: None };
            apply(&update, &mut mine, model.now);
            let filled = Filled { task: as_create(&mine), tags: tags.clone().unwrap_or_default() };
            let mut form = Form::new(Some(theirs), &names, &here);
            form.take_over(&filled, &changes, tags.as_deref(), &here);
            model.overlay = Overlay::Form(Box::new(form));
            Vec::new()
        }
        // Who only wanted something closed loses nothing either.
        Action::Cancel => {
            let key = keep_changes(model, &theirs, changes, tags);
            model.say(format!("Kept the other version; {key} on it goes on with yours"));
            Vec::new()
        }
        _ => {
            model.say("Kept the other version");
            Vec::new()
        }
    }
}
