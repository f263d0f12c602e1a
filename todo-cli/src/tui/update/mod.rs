//! What each message does to the model: pure, so that whole stories can be told in tests.

mod act;
mod choose;
mod conflicts;
mod edit;
mod input;
mod keys;
mod live;
mod menu;
mod mouse;
mod navigate;
mod over;
mod palette;
mod refused;
mod session;
mod snooze;
mod toast;
mod undo;
mod writes;

pub(crate) use self::edit::{quick_understood, tag_suggestions};
pub(crate) use self::menu::menu_items;
pub(crate) use self::palette::palette_items;
use super::{
    layout::Parts,
    model::Model,
    msg::{Effect, Msg},
};

/// Changes the model, and answers what is to be done outside of it.
pub(crate) fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let effects = dispatch(model, msg);
    settle(model);
    effects
}

fn dispatch(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => moving(model, |model| keys::press(model, key)),
        Msg::Mouse(event) => moving(model, |model| mouse::mouse(model, event)),
        Msg::Paste(text) => input::paste(model, &text),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Msg::Tick(now) => tick(model, now),
        Msg::Earlier(count) => {
            model.earlier = count;
            Vec::new()
        }
        Msg::Remembered(head) => live::remembered(model, *head),
        Msg::RememberedTasks(tasks, last) => live::remembered_tasks(model, tasks, last),
        Msg::Forgotten => live::forgotten(model),
        Msg::Connected { user } => session::connected(model, user),
        Msg::Loading => live::loading(model),
        Msg::Tags(tags) => live::tags(model, tags),
        Msg::Tasks(tasks) => live::tasks(model, tasks),
        Msg::Reminders(rows) => {
            model.pending.load(rows);
            Vec::new()
        }
        Msg::Loaded { seq } => live::loaded(model, seq),
        Msg::NotLoaded(why) => live::not_loaded(model, why),
        Msg::Live(event) => live::event(model, *event),
        Msg::Details { id, comments, reminders, journal } => live::details(model, id, comments, reminders, &journal),
        Msg::NotDetails(id) => live::not_details(model, id),
        Msg::Found { text, ids } => live::found(model, &text, ids),
        Msg::SearchOn => input::search_on(model),
        Msg::Wrote { number, result } => writes::wrote(model, number, result),
        Msg::Written(result) => edit::written(model, result),
        Msg::Trouble(text) => {
            model.complain(text);
            Vec::new()
        }
        Msg::SignedOut => session::signed_out(model),
        Msg::Fatal(_) | Msg::Terminate => vec![Effect::Quit],
        Msg::Stop => vec![Effect::Suspend],
    }
}

/// Whoever moves the cursor does not want it on a task that is made only now, or that comes back.
fn moving(model: &mut Model, act: impl FnOnce(&mut Model) -> Vec<Effect>) -> Vec<Effect> {
    let (fresh, left, here) = (model.fresh, model.list.left, model.list.selected);
    let effects = act(model);
    if model.list.selected != here {
        model.fresh = model.fresh.filter(|now| Some(*now) != fresh);
        model.list.left = model.list.left.filter(|now| Some(*now) != left);
    }
    effects
}

fn tick(model: &mut Model, now: chrono::DateTime<chrono::Utc>) -> Vec<Effect> {
    model.now = now;
    model.hush();
    if model.move_present() {
        model.recount();
        model.refresh();
    }
    let mut effects = toast::raise_due(model);
    if model.details_at.is_some_and(|at| at <= now) {
        model.details_at = None;
        if model.connected && model.details.id > 0 {
            effects.push(Effect::LoadDetails(model.details.id));
        }
    }
    if model.search.ask_at.is_some_and(|at| at <= now) {
        effects.extend(input::ask_server(model));
    }
    if model.retry_at.is_some_and(|at| at <= now) {
        model.retry_at = None;
        effects.extend(writes::pump(model));
    }
    effects
}

/// What holds after every message.
fn settle(model: &mut Model) {
    conflicts::show_next(model);
    let height = Parts::of(model).list_height();
    model.list.scroll(height);
    if model.details.shows_comment {
        model.details.scroll = crate::tui::view::comments_end(model).max(model.details.scroll);
    }
    if !model.is_busy() {
        model.busy_since = None;
    } else if model.busy_since.is_none() {
        model.busy_since = Some(model.now);
    }
    if model.view() == super::model::scope::View::Statistics && model.statistics.is_none() {
        let today = model.present().day;
        model.statistics = Some(super::model::stats::Statistics::of(&model.store, today, model.zone));
    }
}
