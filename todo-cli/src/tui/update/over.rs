//! What lies over the list: help, questions, days, and leaving what was being written.

use super::{act, edit::day_picked, snooze::postpone};
use crate::tui::{
    keys::{Action, Context},
    model::{
        Model,
        overlay::{Confirm, Help, Overlay, To},
        picker::DayPicker,
    },
    msg::Effect,
    view,
};

/// All keys, from those on that count where one is.
pub(super) fn open_help(model: &mut Model, context: Context) {
    let top = view::help_section(model, context).min(view::help_overflow(model));
    let under = Box::new(std::mem::take(&mut model.overlay));
    model.overlay = Overlay::Help(Help { top, under });
}

pub(super) fn help(model: &mut Model, action: Action) {
    let (page, most) = (view::help_page(model), view::help_overflow(model));
    let Overlay::Help(help) = &mut model.overlay else { return };
    let next = match action {
        Action::Down => help.top + 1,
        Action::Up => help.top.saturating_sub(1),
        Action::PageDown => help.top + page,
        Action::PageUp => help.top.saturating_sub(page),
        Action::First => 0,
        Action::Last => most,
        _ => {
            model.overlay = std::mem::take(&mut help.under);
            return;
        }
    };
    help.top = next.min(most);
}

/// Closes it; what was written is not dropped without a word.
pub(super) fn leave(model: &mut Model) {
    match std::mem::take(&mut model.overlay) {
        Overlay::Quick(input) => {
            input.value().trim().clone_into(&mut model.drafts.line);
            if !model.drafts.line.is_empty() {
                let key = model.keymap.key(Context::List, Action::Add);
                model.say(format!("Kept what you wrote: {key} goes on with it"));
            }
        }
        written if written.is_written() => model.overlay = Overlay::Confirm(Confirm::Discard(Box::new(written))),
        _ => {}
    }
}

pub(super) fn answered(model: &mut Model, yes: bool) -> Vec<Effect> {
    match (std::mem::take(&mut model.overlay), yes) {
        (Overlay::Confirm(Confirm::Delete(ids)), true) => act::delete_now(model, ids),
        (Overlay::Confirm(Confirm::Quit), true) => vec![Effect::Quit],
        (Overlay::Confirm(Confirm::Discard(written)), false) => {
            model.overlay = *written;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

pub(super) fn picker(model: &mut Model) -> Option<&mut DayPicker> {
    match &mut model.overlay {
        Overlay::Picker { picker, .. } => Some(picker),
        Overlay::Form(form) => form.picker.as_mut(),
        _ => None,
    }
}

pub(super) fn pick(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(picker) = picker(model) else { return Vec::new() };
    match action {
        Action::Down => picker.move_days(7),
        Action::Up => picker.move_days(-7),
        Action::Left => picker.move_days(-1),
        Action::Right => picker.move_days(1),
        Action::PreviousMonth => picker.move_months(-1),
        Action::NextMonth => picker.move_months(1),
        Action::First => picker.day = picker.today,
        Action::Accept => return picked(model),
        _ => match &mut model.overlay {
            Overlay::Form(form) => form.picker = None,
            _ => model.overlay = Overlay::None,
        },
    }
    Vec::new()
}

fn picked(model: &mut Model) -> Vec<Effect> {
    match std::mem::take(&mut model.overlay) {
        Overlay::Picker { picker, ids } => postpone(model, &ids, To::Day(picker.day)),
        other => {
            model.overlay = other;
            day_picked(model);
            Vec::new()
        }
    }
}
