//! From keys to actions.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::{act, choose, edit, input, navigate, toast, undo};
use crate::tui::{
    chord::Chord,
    keys::{Action, Context},
    model::{Focus, Model, form::Field, overlay::Confirm, overlay::Overlay, scope::View},
    msg::Effect,
};

pub(super) fn press(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let context = model.context();
    if in_text_area(model) && matches!(key.code, KeyCode::Up | KeyCode::Down) {
        return input::letter(model, key);
    }
    let said = model.notice.clone();
    let effects = match model.keymap.action(context, Chord::from(key)) {
        Some(action) => perform(model, context, action),
        // A key of no meaning is a letter, where letters go.
        None => input::letter(model, key),
    };
    if model.context() != context && model.notice == said {
        // What was said before hides which keys there are now.
        model.notice = None;
    }
    effects
}

/// Whether the cursor is in the form's text area, where arrows move it between lines and not between fields.
fn in_text_area(model: &Model) -> bool {
    let Overlay::Form(form) = &model.overlay else { return false };
    form.field == Field::Description && form.picker.is_none()
}

/// Does what a key or a line of the palette says.
pub(super) fn perform(model: &mut Model, context: Context, action: Action) -> Vec<Effect> {
    if action == Action::Help && !matches!(context, Context::Help) {
        super::over::open_help(model, context);
        return Vec::new();
    }
    match context {
        Context::Toast => return toast::answer(model, action),
        Context::Menu | Context::Palette | Context::Picker | Context::Help | Context::Confirm | Context::Conflict => {
            return choose::perform(model, action);
        }
        Context::Quick | Context::Form | Context::Text => return edit::perform(model, action),
        Context::Search => return input::perform(model, action),
        _ => {}
    }
    match action {
        Action::Down
        | Action::Up
        | Action::Left
        | Action::Right
        | Action::First
        | Action::Last
        | Action::PageDown
        | Action::PageUp
        | Action::NextPane
        | Action::PreviousPane
        | Action::PreviousMonth
        | Action::NextMonth => navigate::step(model, context, action),
        Action::Open => navigate::open(model, context),
        Action::Back => navigate::back(model),
        Action::NextMatch => navigate::by_rows(model, 1),
        Action::PreviousMatch => navigate::by_rows(model, -1),
        Action::Today => navigate::go(model, View::Today),
        Action::Upcoming => navigate::go(model, View::Upcoming),
        Action::Overdue => navigate::go(model, View::Overdue),
        Action::All => navigate::go(model, View::All),
        Action::DoneView => navigate::go(model, View::Done),
        Action::Calendar => navigate::go(model, View::Calendar),
        Action::Statistics => navigate::go(model, View::Statistics),
        Action::Sidebar => navigate::toggle_sidebar(model),
        Action::Add | Action::AddForm | Action::Edit | Action::Remind | Action::Comment | Action::EditComment => {
            edit::open(model, action)
        }
        Action::Complete => act::complete(model),
        Action::Delete => act::delete(model),
        Action::Undo => undo::undo(model),
        Action::Redo => undo::redo(model),
        Action::Mark => act::mark(model),
        Action::MarkAll => act::mark_all(model),
        Action::Snooze | Action::Priority | Action::Tag | Action::Filter | Action::Sort | Action::Due => {
            choose::open(model, action)
        }
        Action::ClearFilters => navigate::clear_filters(model),
        Action::Search => input::open_search(model),
        Action::Reminder => toast::open(model),
        Action::Palette => {
            model.overlay = Overlay::Palette(crate::tui::model::overlay::Chooser::default());
            Vec::new()
        }
        Action::Theme => {
            model.theme = model.theme.switched();
            model.state.theme = Some(model.theme.name().to_owned());
            remember(model)
        }
        Action::Reload => vec![Effect::Redraw, Effect::Load],
        Action::Suspend => vec![Effect::Suspend],
        Action::Quit => quit(model),
        // Only over the list.
        _ => Vec::new(),
    }
}

fn quit(model: &mut Model) -> Vec<Effect> {
    if model.unsent() == 0 {
        return vec![Effect::Quit];
    }
    model.overlay = Overlay::Confirm(Confirm::Quit);
    Vec::new()
}

/// Keeps where one is.
pub(super) fn remember(model: &Model) -> Vec<Effect> {
    vec![Effect::Remember(Box::new(model.state.clone()))]
}

/// The keys go to the list again.
pub(super) fn to_list(model: &mut Model) {
    model.focus = Focus::List;
}
