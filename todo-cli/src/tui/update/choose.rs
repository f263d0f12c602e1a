//! Menus, the palette, the calendar, questions and conflicts: their keys.

use chrono::{Datelike, TimeDelta};
use todo_sdk::model::{Due, Id, UpdateTask};

use super::{
    act,
    edit::day_picked,
    menu::{chosen, menu_items},
    palette::{palette_items, run},
    writes::send,
};
use crate::{
    output::{text, when},
    tui::{
        keys::Action,
        model::{
            Model,
            form::{Filled, Form},
            overlay::{Confirm, Conflict, Menu, MenuKind, Overlay},
            picker::DayPicker,
            queue::Op,
            store::{day_of, moment_of},
        },
        msg::Effect,
    },
};

pub(super) fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    let kind = match action {
        Action::Sort => MenuKind::Sort,
        Action::Filter => MenuKind::Filter,
        _ => {
            let ids = act::reachable(model);
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
    if let Some(picker) = picker(model) {
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
        return Vec::new();
    }
    match (&mut model.overlay, action) {
        (Overlay::Help(top), _) => {
            let (top, page) = (*top, usize::from(model.size.1.saturating_sub(4)));
            let most = crate::tui::view::help_lines(model).saturating_sub(page);
            let next = match action {
                Action::Down => top + 1,
                Action::Up => top.saturating_sub(1),
                Action::PageDown => top + page,
                Action::PageUp => top.saturating_sub(page),
                _ => {
                    model.overlay = Overlay::None;
                    return Vec::new();
                }
            };
            model.overlay = Overlay::Help(next.min(most));
            Vec::new()
        }
        (Overlay::Menu(_) | Overlay::Palette(_), Action::Down | Action::Up) => {
            step(model, action == Action::Down);
            Vec::new()
        }
        (Overlay::Menu(_), Action::Accept) => chosen(model),
        (Overlay::Palette(_), Action::Accept) => run(model),
        (Overlay::Confirm(_), Action::Yes) => match std::mem::take(&mut model.overlay) {
            Overlay::Confirm(Confirm::Delete(ids)) => act::delete_now(model, ids),
            _ => vec![Effect::Quit],
        },
        (Overlay::Conflict(_), Action::Mine | Action::Edit | Action::Theirs | Action::Cancel) => resolve(model, action),
        (_, Action::Cancel) => {
            model.overlay = Overlay::None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn picker(model: &mut Model) -> Option<&mut DayPicker> {
    match &mut model.overlay {
        Overlay::Picker { picker, .. } => Some(picker),
        Overlay::Form(form) => form.picker.as_mut(),
        _ => None,
    }
}

fn picked(model: &mut Model) -> Vec<Effect> {
    match std::mem::take(&mut model.overlay) {
        Overlay::Picker { picker, ids } => postpone(model, &ids, Due::Day(picker.day), true),
        other => {
            model.overlay = other;
            day_picked(model);
            Vec::new()
        }
    }
}

/// Sets the due date; a whole day keeps the time of day that was set, if `keep_time`.
pub(super) fn postpone(model: &mut Model, ids: &[Id], due: Due, keep_time: bool) -> Vec<Effect> {
    let zone = model.zone;
    let change = |id: &Id| {
        let task = model.store.get(*id)?;
        let due = match (due, task.due) {
            (Due::Day(day), Some(Due::At(at))) if keep_time => {
                Due::At(moment_of(day, at.with_timezone(&zone).time(), zone))
            }
            (due, _) => due,
        };
        let mut changes = UpdateTask { due: Some(Some(due)), ..UpdateTask::default() };
        // A reminder at a moment of its own moves by as much.
        if let (Some(remind), None, Some(before)) = (task.remind_time, task.remind_before_seconds, task.due) {
            let by = i64::from(day_of(due, zone).num_days_from_ce() - day_of(before, zone).num_days_from_ce());
            let wall = remind.with_timezone(&zone);
            let day = wall.date_naive().checked_add_signed(TimeDelta::days(by)).unwrap_or(wall.date_naive());
            changes.remind_time = Some(Some(moment_of(day, wall.time(), zone)));
        }
        Some((*id, changes))
    };
    let changes: Vec<_> = ids.iter().filter_map(change).collect();
    let said = format!("{}: due {}", act::named(model, ids), when::relative(due, &model.here()));
    model.list.marked.clear();
    send(model, Op::Each { changes }, said)
}

fn step(model: &mut Model, down: bool) {
    let count = match &model.overlay {
        Overlay::Menu(menu) => menu_items(model, menu).len(),
        _ => palette_items(model).len(),
    };
    let (Overlay::Menu(Menu { chooser, .. }) | Overlay::Palette(chooser)) = &mut model.overlay else { return };
    let next = if down { chooser.cursor + 1 } else { (chooser.cursor + count).saturating_sub(1) };
    chooser.cursor = next.checked_rem(count).unwrap_or_default();
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
