//! The mouse: the wheel scrolls what is under it, a click selects, a second one opens.

use chrono::TimeDelta;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{act, choose, keys, navigate};
use crate::tui::{
    keys::{Action, Context},
    layout::{HEADING, Parts},
    model::{Focus, Model, overlay::Overlay, scope::View},
    msg::Effect,
    view,
};

/// Lines per notch of the wheel.
const NOTCH: isize = 3;
/// Within this time a second click opens.
const DOUBLE: TimeDelta = TimeDelta::milliseconds(400);
/// The columns of a row that show whether a task is done.
const MARK: u16 = 3;

pub(super) fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::ScrollDown => wheel(model, at, NOTCH),
        MouseEventKind::ScrollUp => wheel(model, at, -NOTCH),
        MouseEventKind::Down(MouseButton::Left) => click(model, at),
        _ => Vec::new(),
    }
}

fn wheel(model: &mut Model, at: Position, lines: isize) -> Vec<Effect> {
    let action = if lines > 0 { Action::Down } else { Action::Up };
    if !matches!(model.overlay, Overlay::None) {
        return match model.context() {
            context @ (Context::Menu | Context::Palette | Context::Help) => keys::perform(model, context, action),
            _ => Vec::new(),
        };
    }
    let parts = Parts::of(model);
    if parts.detail.is_some_and(|area| area.contains(at)) {
        let most = view::detail_overflow(model);
        let by = i16::try_from(lines).unwrap_or_default();
        model.details.shows_comment = false;
        model.details.scroll = model.details.scroll.saturating_add_signed(by).min(most);
    } else if parts.list.is_some_and(|area| area.contains(at)) {
        navigate::move_cursor(model, lines);
    }
    Vec::new()
}

fn click(model: &mut Model, at: Position) -> Vec<Effect> {
    let again = model.last_click.is_some_and(|(then, x, y)| (x, y) == (at.x, at.y) && model.now - then < DOUBLE);
    model.last_click = Some((model.now, at.x, at.y));
    if !matches!(model.overlay, Overlay::None) {
        return click_over(model, at);
    }
    if view::toast_area(model).is_some_and(|area| area.contains(at)) {
        model.overlay = Overlay::Toast;
        return Vec::new();
    }
    let parts = Parts::of(model);
    let row = |area: Rect, above: u16| usize::from((at.y - area.y).saturating_sub(above));
    match (parts.sidebar, parts.list, parts.detail, parts.page) {
        (Some(area), ..) if area.contains(at) => {
            let views = model.views();
            let line = row(area, 0) + view::sidebar_top(model, area.height);
            view::sidebar_view(&views, line).map_or_else(Vec::new, |view| navigate::go(model, view))
        }
        (_, Some(area), ..) if area.contains(at) => {
            model.focus = Focus::List;
            let line = row(area, HEADING) + model.list.top;
            if at.y < area.y + HEADING || line >= model.list.rows.len() {
                return Vec::new();
            }
            model.list.go_to(line, &model.store);
            model.ask_for_details();
            match () {
                () if at.x < area.x + MARK => act::complete(model),
                () if again => navigate::open(model, Context::List),
                () => Vec::new(),
            }
        }
        (_, _, Some(area), _) if area.contains(at) => {
            model.focus = Focus::Detail;
            Vec::new()
        }
        (.., Some(area)) if area.contains(at) && model.view() == View::Calendar => {
            if let Some(day) = view::calendar_day_at(model, area, at) {
                let chosen = model.calendar.day == day;
                model.calendar.day = day;
                if chosen && again {
                    return navigate::open(model, Context::Calendar);
                }
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A click on a line of a menu or the palette takes it; one beside closes.
fn click_over(model: &mut Model, at: Position) -> Vec<Effect> {
    let Some((area, top)) = view::chooser_area(model) else { return Vec::new() };
    if !area.contains(at) {
        return Vec::new();
    }
    let line = usize::from(at.y - area.y) + top;
    if let Overlay::Menu(crate::tui::model::overlay::Menu { chooser, .. }) | Overlay::Palette(chooser) =
        &mut model.overlay
    {
        chooser.cursor = line;
    }
    choose::perform(model, Action::Accept)
}
