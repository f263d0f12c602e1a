//! Undo and redo.

use super::writes::send;
use crate::{
    output::text,
    tui::{
        keys::{Action, Context},
        model::{
            Model,
            history::{Reversal, words},
            queue::Op,
        },
        msg::Effect,
    },
};

pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    send(model, Op::Undo, "Undoing…".to_owned())
}

pub(super) fn redo(model: &mut Model) -> Vec<Effect> {
    send(model, Op::Redo, "Redoing…".to_owned())
}

/// What can be done about what was just done: `u undoes`.
pub(super) fn hint(model: &Model, action: Action, what: &str) -> Option<String> {
    let key = model.keymap.key(Context::List, action);
    (!key.is_empty()).then(|| format!("{key} {what}"))
}

pub(super) fn undone(model: &mut Model, reversal: &Reversal) {
    let said = words(&reversal.calls, |id| model.store.get(id).map(|task| task.title.clone()));
    model.history.undone(reversal, &said);
    match &reversal.stuck {
        None => model.say_more(format!("Undone: {said}"), hint(model, Action::Redo, "redoes").into_iter().collect()),
        Some((did, why)) => {
            let did = crate::tui::model::history::Reverted { did: did.clone(), back: Vec::new(), seq: 0 };
            let what = words(&[did], |id| model.store.get(id).map(|task| task.title.clone()));
            let part = if reversal.calls.is_empty() { "Not undone" } else { "Only a part was undone, not" };
            model.complain(format!("{part}: {what}; {}", text::line(why)));
        }
    }
}

pub(super) fn redone(model: &mut Model, reversal: &Reversal) {
    let act = model.history.redone(reversal);
    let said = act.map(|act| act.words).unwrap_or_default();
    match &reversal.stuck {
        None => model.say_more(format!("Redone: {said}"), hint(model, Action::Undo, "undoes").into_iter().collect()),
        Some((_, why)) => {
            let part = if reversal.calls.is_empty() { "Not redone" } else { "Only a part was redone" };
            model.complain(format!("{part}: {said}; {}", text::line(why)));
        }
    }
}
