//! Letters: in the search, and wherever else they go.

use chrono::TimeDelta;
use crossterm::event::{Event, KeyEvent};
use tui_input::{Input, InputRequest, backend::crossterm::EventHandler};

use super::{edit, navigate};
use crate::tui::{
    keys::Action,
    model::{Model, overlay::Overlay},
    msg::{Effect, Msg},
};

/// Who has not typed for so long is done with a word.
const REST: TimeDelta = TimeDelta::milliseconds(400);

/// A key that is no action.
pub(super) fn letter(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let event = Event::Key(key);
    match &mut model.overlay {
        Overlay::None if model.search.typing => {
            let before = model.search.text().to_owned();
            model.search.input.handle_event(&event);
            return searched(model, &before);
        }
        Overlay::Quick(input) => {
            input.handle_event(&event);
        }
        Overlay::Form(_) => edit::form_letter(model, key),
        Overlay::Text(writing) => {
            writing.area.input(key);
        }
        Overlay::Menu(menu) => {
            menu.chooser.input.handle_event(&event);
            menu.chooser.cursor = 0;
        }
        Overlay::Palette(chooser) => {
            chooser.input.handle_event(&event);
            chooser.cursor = 0;
        }
        _ => {}
    }
    Vec::new()
}

/// Text from the clipboard. Lines become one where there is only one.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let before = model.search.text().to_owned();
    let in_list = model.view().is_list();
    match &mut model.overlay {
        Overlay::None if model.search.typing => {
            insert(&mut model.search.input, &line);
            return searched(model, &before);
        }
        Overlay::None if in_list => {
            // Pasting into the list is adding what was pasted.
            model.overlay = Overlay::Quick(Input::new(line.trim().to_owned()));
        }
        Overlay::Quick(input) => insert(input, &line),
        Overlay::Form(form) => match form.field {
            crate::tui::model::form::Field::Description => {
                form.description.insert_str(&text);
            }
            field => {
                if let Some(input) = form.input_mut(field) {
                    insert(input, &line);
                }
            }
        },
        Overlay::Text(writing) => {
            writing.area.insert_str(&text);
        }
        Overlay::Menu(menu) => insert(&mut menu.chooser.input, &line),
        Overlay::Palette(chooser) => insert(&mut chooser.input, &line),
        _ => {}
    }
    Vec::new()
}

fn insert(input: &mut Input, text: &str) {
    for c in text.chars() {
        input.handle(InputRequest::InsertChar(c));
    }
}

pub(super) fn open_search(model: &mut Model) -> Vec<Effect> {
    if !model.view().is_list() {
        navigate::go(model, crate::tui::model::scope::View::All);
    }
    model.search.typing = true;
    super::keys::to_list(model);
    Vec::new()
}

pub(super) fn perform(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Accept => {
            model.search.typing = false;
            return ask_server(model);
        }
        Action::Cancel => {
            model.search = crate::tui::model::search::Search::default();
            model.refresh();
        }
        Action::Down => navigate::move_cursor(model, 1),
        Action::Up => navigate::move_cursor(model, -1),
        _ => {}
    }
    Vec::new()
}

/// Has the server look into descriptions and comments.
pub(super) fn ask_server(model: &mut Model) -> Vec<Effect> {
    model.search.ask_at = None;
    if !model.search.is_on() || !model.connected {
        return Vec::new();
    }
    vec![Effect::Find(model.search.text().to_owned())]
}

/// The text of the search has changed.
fn searched(model: &mut Model, before: &str) -> Vec<Effect> {
    if model.search.text() == before {
        return Vec::new();
    }
    model.list.cursor = 0;
    model.list.selected = None;
    model.search.ask_at = Some(model.now + REST);
    if model.search.restart() {
        return search_on(model);
    }
    model.refresh();
    Vec::new()
}

/// The next part of the search; the keys that wait go before the one after it.
pub(super) fn search_on(model: &mut Model) -> Vec<Effect> {
    if !model.search.is_running() {
        return Vec::new();
    }
    if model.search.step(&model.store) {
        return vec![Effect::Later(Box::new(Msg::SearchOn))];
    }
    let at_top = model.list.cursor == 0;
    model.refresh();
    if at_top {
        model.list.go_to(0, &model.store);
        model.ask_for_details();
    }
    Vec::new()
}
