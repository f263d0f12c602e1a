//! Putting tasks off: to later, never to earlier.

use chrono::{Datelike, Days, NaiveTime, TimeDelta, Weekday};
use todo_sdk::model::{Due, Id, Task, UpdateTask};

use super::{act, writes::send};
use crate::tui::{
    model::{
        Model,
        overlay::{Choice, Item, To},
        queue::Op,
        store::{day_of, end_of_day, moment_of},
    },
    msg::Effect,
    view::due,
};

/// What can be chosen for these tasks.
pub(super) fn items(model: &Model, ids: &[Id]) -> Vec<Item> {
    let tasks: Vec<&Task> = ids.iter().filter_map(|id| model.store.get(*id)).collect();
    let today = model.here().date_naive();
    let mut choices: Vec<(&str, To)> =
        from_now(model).into_iter().filter(|(_, to)| tasks.iter().all(|task| is_later(model, task, *to))).collect();
    if tasks.iter().any(|task| task.due.is_some_and(|due| day_of(due, model.zone) > today)) {
        choices.extend([("a day later", To::Later(1)), ("a week later", To::Later(7))]);
    }
    let note = |to: To| match (to, &tasks[..]) {
        (To::At(at), _) => at.with_timezone(&model.zone).format("%H:%M").to_string(),
        (To::Day(day), _) => day.format("%a %-d %b").to_string(),
        (To::Later(_), [task]) => day_of(due_of(model, task, to), model.zone).format("%a %-d %b").to_string(),
        (To::Later(_), _) => String::new(),
    };
    let item = |label: &str, note, choice| Item { label: label.to_owned(), note, marked: false, choice };
    let mut items: Vec<Item> =
        choices.into_iter().map(|(label, to)| item(label, note(to), Choice::PutOff(to))).collect();
    items.push(item("another day…", String::new(), Choice::PutOffPick));
    items
}

/// What is reckoned from now on.
fn from_now(model: &Model) -> Vec<(&'static str, To)> {
    let today = model.here().date_naive();
    let evening = moment_of(today, NaiveTime::from_hms_opt(18, 0, 0).unwrap_or_default(), model.zone);
    let hour = model.now + TimeDelta::hours(1);
    let in_days = |days: u64| To::Day(today.checked_add_days(Days::new(days)).unwrap_or(today));
    let mut choices = vec![("in an hour", To::At(hour))];
    if evening > hour {
        choices.push(("this evening", To::At(evening)));
    }
    choices.extend([
        ("tomorrow", in_days(1)),
        ("in two days", in_days(2)),
        ("next Monday", in_days(u64::from(7 - today.weekday().days_since(Weekday::Mon)))),
        ("in a week", in_days(7)),
    ]);
    choices
}

/// When a task will be due.
fn due_of(model: &Model, task: &Task, to: To) -> Due {
    let zone = model.zone;
    let day = match to {
        To::At(at) => return Due::At(at),
        To::Day(day) => day,
        To::Later(days) => {
            let before = task.due.map_or_else(|| model.here().date_naive(), |due| day_of(due, zone));
            before.checked_add_days(Days::new(days)).unwrap_or(before)
        }
    };
    match task.due {
        Some(Due::At(at)) => Due::At(moment_of(day, at.with_timezone(&zone).time(), zone)),
        _ => Due::Day(day),
    }
}

fn is_later(model: &Model, task: &Task, to: To) -> bool {
    let moment = |due: Due| match due {
        Due::At(at) => at,
        Due::Day(day) => moment_of(day, end_of_day(), model.zone),
    };
    // From a whole day to a time on it is no step back.
    let same_day =
        |before: Due| matches!((before, to), (Due::Day(day), To::At(at)) if day_of(Due::At(at), model.zone) == day);
    task.due.is_none_or(|before| same_day(before) || moment(due_of(model, task, to)) > moment(before))
}

/// Sets the due dates.
pub(super) fn postpone(model: &mut Model, ids: &[Id], to: To) -> Vec<Effect> {
    let zone = model.zone;
    let change = |id: &Id| {
        let task = model.store.get(*id)?;
        let due = due_of(model, task, to);
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
    let changes: Vec<(Id, UpdateTask)> = ids.iter().filter_map(change).collect();
    let Some(due) = changes.first().and_then(|(_, changes)| changes.due.flatten()) else { return Vec::new() };
    let when = match to {
        To::Later(days) if ids.len() > 1 => format!("{days} {} later", if days == 1 { "day" } else { "days" }),
        To::Day(day) if ids.len() > 1 => format!("due {}", due::short(Due::Day(day), &model.here())),
        _ => format!("due {}", due::short(due, &model.here())),
    };
    let said = format!("{}: {when}", act::named(model, ids));
    act::finish(model);
    send(model, Op::Each { changes }, said)
}
