//! Menus, the palette, the calendar, questions and conflicts: their keys.

use todo_sdk::model::Id;

use super::{
    act,
    menu::{chosen, menu_items},
    over,
    palette::{palette_items, run},
    writes::send,
};
use crate::{
    output::text,
    tui::{
        keys::Action,
        model::{
            Model,
            form::{Filled, Form},
            overlay::{Conflict, Menu, MenuKind, Overlay},
            picker::DayPicker,
            queue::Op,
            store::day_of,
        },
        msg::Effect,
    },
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
        (Overlay::Conflict(_), Action::Mine | Action::Edit | Action::Theirs | Action::Cancel) => resolve(model, action),
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

fn resolve(model: &mut Model, action: Action) -> Vec<Effect> {
    let Overlay::Conflict(conflict) = std::mem::take(&mut model.overlay) else { return Vec::new() };
    let Conflict { theirs, changes, tags, .. } = *conflict;
    match action {
        Action::Mine => {
            let said = format!("Changed: “{}”", text::line(&theirs.title));
            let version = Some(theirs.version);
            send(model, Op::Update { id: theirs.id, changes: Box::new(changes), version, tags }, said)
        }
        Action::Edit => {
            let here = model.here();
            let names = model.tag_names(&theirs);
            let mut mine = crate::tui::model::queue::provisional_task(0, &Default::default(), Vec::new(), model.now);
            mine.id = theirs.id;
            let update = Op::Update { id: theirs.id, changes: Box::new(changes.clone()), version: None, tags: None };
            crate::tui::model::queue::apply(&update, &mut mine, model.now);
            let filled = Filled { task: as_create(&mine), tags: tags.clone().unwrap_or_default() };
            let mut form = Form::new(Some(theirs), &names, &here);
            form.take_over(&filled, &changes, tags.as_deref(), &here);
            model.overlay = Overlay::Form(Box::new(form));
            Vec::new()
        }
        _ => {
            model.say("Kept the other version");
            Vec::new()
        }
    }
}

fn as_create(task: &todo_sdk::model::Task) -> todo_sdk::model::CreateTask {
    todo_sdk::model::CreateTask {
        title: task.title.clone(),
        description: task.description.clone(),
        completed: task.completed,
        priority: Some(task.priority),
        due: task.due,
        remind_time: task.remind_time.filter(|_| task.remind_before_seconds.is_none()),
        remind_before_seconds: task.remind_before_seconds,
        nag_seconds: task.nag_seconds,
        repeat: task.repeat.clone(),
        ..todo_sdk::model::CreateTask::default()
    }
}
