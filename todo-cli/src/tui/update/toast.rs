//! Reminders on the screen.

use chrono::{NaiveTime, TimeDelta};
use todo_sdk::model::ReminderRow;

use super::{navigate, writes::send};
use crate::tui::{
    keys::Action,
    model::{Focus, Model, overlay::Overlay, queue::Op, scope::View, store::moment_of},
    msg::Effect,
};

/// Shows what is due by now. The server is told of those that nobody else delivers.
pub(super) fn raise_due(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    for row in model.pending.take_due(model.now) {
        let open = model.store.get(row.task_id).is_some_and(|task| !task.completed);
        if !open {
            continue;
        }
        if row.channel.is_none() {
            effects.extend(send(model, Op::Shown { reminder: row.id }, String::new()));
        }
        model.toasts.retain(|shown| shown.task_id != row.task_id);
        model.toasts.push(row);
    }
    effects
}

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.toasts.is_empty() {
        model.say("No reminder is on the screen");
    } else {
        model.overlay = Overlay::Toast;
    }
    Vec::new()
}

pub(super) fn answer(model: &mut Model, action: Action) -> Vec<Effect> {
    model.overlay = Overlay::None;
    if model.toasts.is_empty() {
        return Vec::new();
    }
    let row = model.toasts.remove(0);
    match action {
        Action::ToastDone => {
            let said = format!("Done: {}", super::act::named(model, &[row.task_id]));
            send(model, Op::Complete { ids: vec![row.task_id], done: true }, said)
        }
        Action::ToastSnooze => snooze(model, &row, model.now + TimeDelta::minutes(10)),
        Action::ToastHour => snooze(model, &row, model.now + TimeDelta::hours(1)),
        Action::ToastTomorrow => {
            let tomorrow = model.here().date_naive().succ_opt().unwrap_or_default();
            let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
            snooze(model, &row, moment_of(tomorrow, nine, model.zone))
        }
        Action::Open => {
            let mut effects = Vec::new();
            if !model.list.go_to_task(row.task_id, &model.store) {
                effects = navigate::go(model, View::All);
                model.list.go_to_task(row.task_id, &model.store);
            }
            model.ask_for_details();
            model.focus = Focus::Detail;
            effects
        }
        _ => Vec::new(),
    }
}

fn snooze(model: &mut Model, row: &ReminderRow, until: chrono::DateTime<chrono::Utc>) -> Vec<Effect> {
    let when = crate::tui::view::due::short(todo_sdk::model::Due::At(until), &model.here());
    send(model, Op::Snooze { reminder: row.id, until }, format!("Reminds again {when}"))
}
