//! Menus and the palette: a line to type in, and what fits.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    boxed, draw_input, more_below,
    text::{fit, pad, safe, width},
};
use crate::tui::{
    layout::{Parts, middle},
    model::{
        Model,
        overlay::{Chooser, Menu, MenuKind, Overlay},
    },
    update::{menu_items, palette_items},
};

/// A line: what it is, and what stands at its end.
type Entry = (String, String);

pub(super) fn draw_menu(model: &Model, menu: &Menu, frame: &mut Frame<'_>, area: Rect) {
    draw(model, &menu.chooser, &title(model, &menu.kind), &entries(model), "type to narrow down", frame, area);
}

pub(super) fn draw_palette(model: &Model, chooser: &Chooser, frame: &mut Frame<'_>, area: Rect) {
    draw(model, chooser, "What to do", &entries(model), "type the name of an action", frame, area);
}

fn title(model: &Model, kind: &MenuKind) -> String {
    let about = |ids: &[i64]| match ids {
        [id] => model.store.get(*id).map(|task| format!("“{}”", safe(&task.title))).unwrap_or_default(),
        ids => format!("{} tasks", ids.len()),
    };
    let title = match kind {
        MenuKind::Sort => "Order by".to_owned(),
        MenuKind::Filter => "Show only".to_owned(),
        MenuKind::Priority(ids) => format!("Priority of {}", about(ids)),
        MenuKind::Snooze(ids) => format!("Put off {}", about(ids)),
        MenuKind::Tags(ids) => format!("Tags of {}", about(ids)),
        MenuKind::Comments => "Which comment?".to_owned(),
    };
    fit(&title, 44).into_owned()
}

fn entries(model: &Model) -> Vec<Entry> {
    match &model.overlay {
        Overlay::Menu(menu) => menu_items(model, menu)
            .into_iter()
            .map(|item| (format!("{} {}", if item.marked { "✓" } else { " " }, safe(&item.label)), item.note))
            .collect(),
        Overlay::Palette(_) => palette_items(model).into_iter().map(|(label, key, _)| (label, key)).collect(),
        _ => Vec::new(),
    }
}

fn frame_of(model: &Model, count: usize) -> Rect {
    let status = Parts::of(model).status;
    let area = Rect::new(0, 0, status.width, status.y);
    let height = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(4).min(area.height).min(22);
    let mut frame = middle(area, 52, height);
    // The lines below the cursor come and go as one types: the upper edge stays.
    frame.y = area.height / 8;
    frame.height = frame.height.min(area.height - frame.y);
    frame
}

/// The first line that is shown, so that the cursor is among them.
fn top(cursor: usize, height: u16) -> usize {
    (cursor + 1).saturating_sub(usize::from(height))
}

/// Where the lines are, and which one is the first.
pub(crate) fn chooser_area(model: &Model) -> Option<(Rect, usize)> {
    let (Overlay::Menu(Menu { chooser, .. }) | Overlay::Palette(chooser)) = &model.overlay else { return None };
    let count = entries(model).len();
    let outer = frame_of(model, count);
    let height = outer.height.saturating_sub(4);
    let lines = Rect { x: outer.x + 1, y: outer.y + 3, width: outer.width.saturating_sub(2), height };
    let lines = Rect { height: height.min(u16::try_from(count).unwrap_or(height)), ..lines };
    Some((lines, top(chooser.cursor, height)))
}

fn draw(
    model: &Model,
    chooser: &Chooser,
    title: &str,
    entries: &[Entry],
    hint: &str,
    frame: &mut Frame<'_>,
    _area: Rect,
) {
    let theme = &model.theme;
    let outer = frame_of(model, entries.len().max(1));
    let inner = boxed(model, frame, outer, title);
    let input = Rect { height: 1.min(inner.height), ..inner };
    draw_input(frame, input, &chooser.input, theme.text, true);
    if chooser.input.value().is_empty() {
        frame.render_widget(Line::styled(hint.to_owned(), theme.dim), input);
    }
    let lines = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    if entries.is_empty() {
        frame.render_widget(Line::styled("nothing fits", theme.dim), lines);
        return;
    }
    let first = top(chooser.cursor, lines.height);
    for (y, (at, (label, note))) in (lines.y..lines.bottom()).zip(entries.iter().enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..lines };
        let label = pad(label, usize::from(row.width).saturating_sub(width(note) + 1));
        let line = Line::from(vec![Span::styled(label, theme.text), Span::styled(format!(" {note}"), theme.dim)]);
        frame.render_widget(line, row);
        if at == chooser.cursor {
            frame.buffer_mut().set_style(row, theme.cursor);
        }
    }
    more_below(model, frame, outer, entries.len().saturating_sub(first + usize::from(lines.height)));
}
