//! Menus, the palette, the calendar, questions and conflicts: their keys.

use todo_sdk::model::Id;

use super::{
    act, conflicts,
    menu::{chosen, menu_items},
    over,
    palette::{palette_items, run},
};
use crate::tui::{
    keys::Action,
    model::{
        Model,
        overlay::{Menu, MenuKind, Overlay},
        picker::DayPicker,
        store::day_of,
    },
    msg::Effect,
};

pub(super) fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    let kind = match action {
        Action::Sort => MenuKind::Sort,
        Action::Filter => MenuKind::Filter,
        _ => {
            let ids = act::chosen(model);
            if ids.is_empty() {
                return Vec::new();
            }
            match action {
                Action::Priority => MenuKind::Priority(ids),
                Action::Snooze => MenuKind::Snooze(ids),
                Action::Tag => MenuKind::Tags(ids),
                _ => {
                    pick_due(model, ids);
                    return Vec::new();
                }
            }
        }
    };
    model.overlay = Overlay::Menu(Menu::new(kind));
    Vec::new()
}

pub(super) fn pick_due(model: &mut Model, ids: Vec<Id>) {
    let today = model.here().date_naive();
    let due = ids.first().and_then(|id| model.store.get(*id)).and_then(|task| task.due);
    let day = due.map_or(today, |due| day_of(due, model.zone));
    model.overlay = Overlay::Picker { picker: DayPicker::new(day, today), ids };
}

pub(super) fn perform(model: &mut Model, action: Action) -> Vec<Effect> {
    if over::picker(model).is_some() {
        return over::pick(model, action);
    }
    match (&mut model.overlay, action) {
        (Overlay::Help(_), _) => {
            over::help(model, action);
            Vec::new()
        }
        (Overlay::Confirm(_), _) => over::answered(model, action == Action::Yes),
        (Overlay::Menu(_), Action::Accept) => chosen(model),
        (Overlay::Palette(_), Action::Accept) => run(model),
        (Overlay::Conflict(_), Action::Mine | Action::Edit | Action::Theirs | Action::Cancel) => {
            conflicts::resolve(model, action)
        }
        (_, Action::Cancel) => {
            model.overlay = Overlay::None;
            Vec::new()
        }
        _ => {
            step(model, action);
            Vec::new()
        }
    }
}

/// Goes from line to line, around the ends; pages end at them.
fn step(model: &mut Model, action: Action) {
    let page = crate::tui::view::chooser_area(model).map_or(1, |(area, _)| usize::from(area.height));
    let count = match &model.overlay {
        Overlay::Menu(menu) => menu_items(model, menu).len(),
        _ => palette_items(model).len(),
    };
    let (Overlay::Menu(Menu { chooser, .. }) | Overlay::Palette(chooser)) = &mut model.overlay else { return };
    let last = count.saturating_sub(1);
    chooser.cursor = match action {
        Action::Down if chooser.cursor == last => 0,
        Action::Down => chooser.cursor + 1,
        Action::Up if chooser.cursor == 0 => last,
        Action::Up => chooser.cursor - 1,
        Action::PageDown => chooser.cursor + page,
        Action::PageUp => chooser.cursor.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => chooser.cursor,
    }
    .min(last);
}
