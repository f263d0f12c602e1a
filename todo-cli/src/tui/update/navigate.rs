//! Moving about.

use super::keys::{remember, to_list};
use crate::tui::{
    keys::{Action, Context},
    layout::{Parts, WIDE},
    model::{Focus, Model, scope::Filters, scope::View, search::Search},
    msg::Effect,
};

pub(super) fn step(model: &mut Model, context: Context, action: Action) -> Vec<Effect> {
    match (context, action) {
        (_, Action::NextPane) => pane(model, true),
        (_, Action::PreviousPane) => pane(model, false),
        (Context::Sidebar, _) => return sidebar(model, action),
        (Context::Calendar, _) => calendar(model, action),
        (Context::Detail, _) => detail(model, action),
        (Context::List, Action::Left) => {
            model.focus = Focus::Sidebar;
        }
        (Context::List, Action::Right) => return open(model, context),
        (Context::List, _) => list(model, action),
        (Context::Statistics, Action::Left) => model.focus = Focus::Sidebar,
        _ => {}
    }
    Vec::new()
}

fn list(model: &mut Model, action: Action) {
    let page = isize::try_from(Parts::of(model).list_height().saturating_sub(1)).unwrap_or(1);
    let rows = match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::PageDown => page,
        Action::PageUp => -page,
        Action::First => isize::MIN,
        _ => isize::MAX,
    };
    move_cursor(model, rows);
}

pub(super) fn move_cursor(model: &mut Model, rows: isize) {
    model.list.go_by(rows, &model.store);
    model.ask_for_details();
}

pub(super) fn by_rows(model: &mut Model, rows: isize) -> Vec<Effect> {
    move_cursor(model, rows);
    Vec::new()
}

fn detail(model: &mut Model, action: Action) {
    let page = Parts::of(model).detail.map_or(1, |area| area.height.saturating_sub(2));
    model.details.shows_comment = false;
    let scroll = &mut model.details.scroll;
    *scroll = match action {
        Action::Down => scroll.saturating_add(1),
        Action::Up => scroll.saturating_sub(1),
        Action::PageDown => scroll.saturating_add(page),
        Action::PageUp => scroll.saturating_sub(page),
        Action::First => 0,
        Action::Last => u16::MAX / 2,
        Action::Left => {
            model.focus = Focus::List;
            return;
        }
        _ => *scroll,
    };
    let most = crate::tui::view::detail_overflow(model);
    model.details.scroll = model.details.scroll.min(most);
}

fn sidebar(model: &mut Model, action: Action) -> Vec<Effect> {
    let views = model.views();
    let here = views.iter().position(|view| *view == model.view()).unwrap_or_default();
    let last = views.len() - 1;
    let next = match action {
        Action::Down => (here + 1).min(last),
        Action::Up => here.saturating_sub(1),
        Action::First | Action::PageUp => 0,
        Action::Last | Action::PageDown => last,
        Action::Right => {
            to_list(model);
            return Vec::new();
        }
        _ => here,
    };
    let effects = go(model, views[next]);
    model.focus = Focus::Sidebar;
    effects
}

fn calendar(model: &mut Model, action: Action) {
    let calendar = &mut model.calendar;
    match action {
        Action::Down => calendar.move_days(7),
        Action::Up => calendar.move_days(-7),
        Action::Left => calendar.move_days(-1),
        Action::Right => calendar.move_days(1),
        Action::PreviousMonth | Action::PageUp => calendar.move_months(-1),
        Action::NextMonth | Action::PageDown => calendar.move_months(1),
        Action::First => calendar.day = calendar.today,
        _ => {}
    }
}

fn pane(model: &mut Model, forward: bool) {
    let order = if model.view().is_list() {
        &[Focus::Sidebar, Focus::List, Focus::Detail][..]
    } else {
        &[Focus::Sidebar, Focus::List][..]
    };
    let here = order.iter().position(|focus| *focus == model.focus).unwrap_or_default();
    let step = if forward { 1 } else { order.len() - 1 };
    model.focus = order[(here + step) % order.len()];
}

pub(super) fn open(model: &mut Model, context: Context) -> Vec<Effect> {
    match context {
        Context::Sidebar => to_list(model),
        Context::Calendar => {
            let day = model.calendar.day;
            let effects = go(model, View::All);
            model.filters.day = Some(day);
            model.refresh();
            return effects;
        }
        _ if model.selected().is_some() => model.focus = Focus::Detail,
        _ => {}
    }
    Vec::new()
}

/// A step back: from the details, then from marks, from search and filters, to the list.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    if model.focus != Focus::List {
        to_list(model);
    } else if !model.list.marked.is_empty() {
        model.list.marked.clear();
    } else if model.filters.day.is_some() && !model.search.is_on() {
        // The day was chosen in the calendar.
        return go(model, View::Calendar);
    } else if model.search.is_on() || !model.filters.is_empty() {
        return clear_filters(model);
    } else if !model.view().is_list() {
        return go(model, View::All);
    }
    Vec::new()
}

pub(super) fn clear_filters(model: &mut Model) -> Vec<Effect> {
    model.filters = Filters::default();
    model.search = Search::default();
    model.refresh();
    Vec::new()
}

pub(super) fn go(model: &mut Model, view: View) -> Vec<Effect> {
    model.focus = Focus::List;
    if model.view() == view && !model.search.is_on() && model.filters.is_empty() {
        return Vec::new();
    }
    model.state.view = view;
    model.filters = Filters::default();
    model.search = Search::default();
    model.list.marked.clear();
    model.list.cursor = 0;
    model.list.selected = None;
    model.refresh();
    remember(model)
}

pub(super) fn toggle_sidebar(model: &mut Model) -> Vec<Effect> {
    if model.size.0 < WIDE {
        let key = model.keymap.key(Context::List, Action::Left);
        model.say(format!("The sidebar stands beside the list from {WIDE} columns on; here {key} goes to it"));
        return Vec::new();
    }
    model.state.sidebar = !model.state.sidebar;
    if model.focus == Focus::Sidebar {
        to_list(model);
    }
    remember(model)
}
