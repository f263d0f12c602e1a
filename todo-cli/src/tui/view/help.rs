//! All keys, from their table.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    boxed, more_below,
    text::{fit, pad, width},
};
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

/// Columns of the box.
const WIDTH: u16 = 78;
/// Columns of keys at most.
const KEYS: usize = 24;

/// A line of help: the keys, and what they do; or a heading.
enum Entry {
    Text(&'static str),
    Heading(Context),
    Keys(String, &'static str),
}

fn entries(model: &Model) -> Vec<Entry> {
    let mut entries = vec![Entry::Text("The mouse works too: a click selects, on ○ it completes, twice it opens.")];
    let mut told = Vec::new();
    for context in GROUPS {
        let mut group = Vec::new();
        for (binding, keys) in model.keymap.of(context) {
            if keys.is_empty() || told.contains(&binding.name) {
                continue;
            }
            told.push(binding.name);
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            group.push(Entry::Keys(keys.join(" "), binding.text));
        }
        if !group.is_empty() {
            entries.extend([Entry::Text(""), Entry::Heading(context)]);
            entries.extend(group);
        }
    }
    entries
}

/// The line where the keys of `context` begin.
pub(crate) fn help_section(model: &Model, context: Context) -> usize {
    let is_here = |entry: &Entry| matches!(entry, Entry::Heading(of) if *of == context);
    // What comes first is shown with the line above it.
    entries(model).iter().position(is_here).filter(|_| context != Context::List).unwrap_or_default()
}

/// Lines of help that the screen has room for.
pub(crate) fn help_page(model: &Model) -> usize {
    usize::from(frame_of(model.size.0, model.size.1.saturating_sub(1)).height.saturating_sub(2)).max(1)
}

/// How far help can be scrolled.
pub(crate) fn help_overflow(model: &Model) -> usize {
    entries(model).len().saturating_sub(help_page(model))
}

fn frame_of(width: u16, height: u16) -> Rect {
    middle(Rect::new(0, 0, width, height), WIDTH, height.saturating_sub(2).max(10))
}

pub(super) fn draw(model: &Model, top: usize, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let entries = entries(model);
    let outer = frame_of(area.width, area.height);
    let inner = boxed(model, frame, outer, "Keys");
    let columns = usize::from(inner.width);
    let longest = entries.iter().map(|entry| if let Entry::Keys(keys, _) = entry { width(keys) + 2 } else { 0 }).max();
    let of_keys = longest.unwrap_or_default().min(KEYS).min(columns / 2);
    for (y, entry) in (inner.y..inner.bottom()).zip(entries.iter().skip(top)) {
        let line = match entry {
            Entry::Text(text) => Line::styled(fit(text, columns).into_owned(), theme.dim),
            Entry::Heading(context) => Line::styled(context.label(), theme.strong),
            Entry::Keys(keys, what) => Line::from(vec![
                Span::styled(pad(&fit(keys, of_keys.saturating_sub(1)), of_keys), theme.accent),
                Span::styled(fit(what, columns.saturating_sub(of_keys)).into_owned(), theme.text),
            ]),
        };
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
    more_below(model, frame, outer, entries.len().saturating_sub(top + usize::from(inner.height)));
}
