//! What can be done here, for the line at the bottom.

use ratatui::text::{Line, Span};

use super::text::width;
use crate::tui::{
    keys::{Action, Context},
    model::Model,
};

/// What can be done with tasks that are marked.
const WITH_MARKED: [(Action, &str); 8] = [
    (Action::Complete, "done"),
    (Action::Snooze, "put off"),
    (Action::Due, "due"),
    (Action::Priority, "priority"),
    (Action::Tag, "tag"),
    (Action::Delete, "delete"),
    (Action::Back, "none"),
    (Action::Help, "help"),
];

/// As far as there is room; help comes first when room is short.
pub(super) fn line(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let mut hints = hints(model);
    let help = hints.iter().position(|(_, hint)| *hint == "help").map(|at| hints.remove(at));
    let reserved = help.as_ref().map_or(0, |(key, hint)| width(key) + width(hint) + 4);
    let mut spans = vec![Span::raw(" ")];
    let mut taken = 1;
    let mut push = |key: String, hint: &str, room: usize| {
        let wide = width(&key) + width(hint) + 3;
        if taken + wide > room {
            return false;
        }
        taken += wide;
        spans.push(Span::styled(key, theme.accent));
        spans.push(Span::styled(format!(" {hint}  "), theme.dim));
        true
    };
    for (key, hint) in hints {
        if !push(key, hint, columns.saturating_sub(reserved)) {
            break;
        }
    }
    if let Some((key, hint)) = help {
        push(key, hint, columns);
    }
    Line::from(spans)
}

fn hints(model: &Model) -> Vec<(String, &'static str)> {
    let context = model.context();
    if matches!(context, Context::List | Context::Detail) && !model.list.marked.is_empty() {
        let keyed = WITH_MARKED.map(|(action, hint)| (model.keymap.key(Context::List, action), hint));
        return keyed.into_iter().filter(|(key, _)| !key.is_empty()).collect();
    }
    let here = model.keymap.of(context);
    here.filter(|(binding, keys)| !binding.hint.is_empty() && !keys.is_empty() && applies(model, binding.action))
        .map(|(binding, keys)| (keys.first().map(ToString::to_string).unwrap_or_default(), binding.hint))
        .collect()
}

/// Whether an action makes sense now.
fn applies(model: &Model, action: Action) -> bool {
    let narrowed = model.search.is_on() || !model.filters.is_empty();
    match action {
        Action::Complete
        | Action::Edit
        | Action::Delete
        | Action::Comment
        | Action::Snooze
        | Action::Tag
        | Action::Mark
        | Action::Open => model.selected().is_some() || !matches!(model.context(), Context::List | Context::Detail),
        Action::Back => narrowed,
        _ => true,
    }
}
