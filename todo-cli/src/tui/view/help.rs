//! All keys, from their table.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{boxed, text::pad};
use crate::tui::{keys::Context, layout::middle, model::Model};

/// What stands together in help. The parts of the main screen share most keys.
const GROUPS: [Context; 14] = [
    Context::List,
    Context::Calendar,
    Context::Quick,
    Context::Search,
    Context::Form,
    Context::Text,
    Context::Menu,
    Context::Picker,
    Context::Palette,
    Context::Confirm,
    Context::Conflict,
    Context::Toast,
    Context::Help,
    Context::Statistics,
];

fn lines(model: &Model) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let mut lines =
        vec![Line::styled("The mouse works too: a click selects, on ○ it completes, twice it opens.", theme.dim)];
    let mut told = Vec::new();
    for context in GROUPS {
        let mut group = Vec::new();
        for (binding, keys) in model.keymap.of(context) {
            if keys.is_empty() || told.contains(&binding.name) {
                continue;
            }
            told.push(binding.name);
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            group.push(Line::from(vec![
                Span::styled(pad(&keys.join(" "), 18), theme.accent),
                Span::styled(binding.text, theme.text),
            ]));
        }
        if !group.is_empty() {
            lines.push(Line::default());
            lines.push(Line::styled(context.label(), theme.strong));
            lines.extend(group);
        }
    }
    lines
}

/// How many lines help has.
pub(crate) fn help_lines(model: &Model) -> usize {
    lines(model).len()
}

pub(super) fn draw(model: &Model, top: usize, frame: &mut Frame<'_>, area: Rect) {
    let lines = lines(model);
    let outer = middle(area, 76, area.height.saturating_sub(2).max(10));
    let inner = boxed(model, frame, outer, "Keys");
    for (y, line) in (inner.y..inner.bottom()).zip(lines.into_iter().skip(top)) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}
