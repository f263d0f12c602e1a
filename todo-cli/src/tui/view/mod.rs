//! Drawing: the model in, cells out. Nothing is changed here, and only what shows is looked at.

mod chooser;
mod detail;
mod dialogs;
pub(crate) mod due;
mod flags;
mod form;
mod help;
mod hints;
mod list;
mod month;
mod quick;
mod sidebar;
mod stats;
mod status;
pub(crate) mod text;
mod toast;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::Line,
    widgets::{Block, BorderType, Clear},
};
use ratatui_textarea::TextArea;

pub(crate) use self::{
    chooser::chooser_area,
    detail::{comments_end, detail_overflow},
    help::{help_overflow, help_page, help_section},
    month::calendar_day_at,
    sidebar::{sidebar_top, sidebar_view},
    toast::toast_area,
};
use super::{
    layout::Parts,
    model::{
        Model,
        overlay::{Confirm, Overlay},
        scope::View,
    },
};

/// Draws a frame.
pub(crate) fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, model.theme.text);
    let parts = Parts::of(model);
    if let Some(area) = parts.sidebar {
        sidebar::draw(model, frame, area);
    }
    if let Some(area) = parts.list {
        list::draw(model, frame, area);
    }
    if let Some(area) = parts.detail {
        detail::draw(model, frame, area, parts.beside);
    }
    if let Some(area) = parts.page {
        match model.view() {
            View::Calendar => month::draw_calendar(model, frame, area),
            _ => stats::draw(model, frame, area),
        }
    }
    status::draw(model, frame, parts.status);
    let body = Rect { height: parts.status.y, ..area };
    overlay(model, &model.overlay, frame, body);
    flags::spell(frame.buffer_mut());
}

fn overlay(model: &Model, over: &Overlay, frame: &mut Frame<'_>, area: Rect) {
    match over {
        // What else lies over the list would hide a part of it: then the line at the bottom tells of it.
        Overlay::None | Overlay::Toast => toast::draw(model, frame),
        Overlay::Quick(input) => quick::draw(model, input, frame, area),
        Overlay::Form(form) => form::draw(model, form, frame, area),
        Overlay::Text(writing) => dialogs::draw_text(model, writing, frame, area),
        Overlay::Menu(menu) => chooser::draw_menu(model, menu, frame, area),
        Overlay::Picker { picker, .. } => month::draw_picker(model, *picker, "Due: which day?", frame, area),
        Overlay::Palette(chooser) => chooser::draw_palette(model, chooser, frame, area),
        Overlay::Help(help) => help::draw(model, help.top, frame, area),
        Overlay::Confirm(confirm) => {
            if let Confirm::Discard(written) = confirm {
                overlay(model, written, frame, area);
            }
            dialogs::draw_confirm(model, confirm, frame, area);
        }
        Overlay::Conflict(conflict) => dialogs::draw_conflict(model, conflict, frame, area),
    }
}

/// A box over what is there, and the room inside of it.
fn boxed(model: &Model, frame: &mut Frame<'_>, area: Rect, title: &str) -> Rect {
    let theme = &model.theme;
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.accent)
        .title(Line::styled(format!(" {title} "), theme.accent.patch(theme.strong)));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    clear_halves(frame, area);
    frame.buffer_mut().set_style(area, Style::reset().patch(theme.text));
    frame.render_widget(block, area);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// A wide letter that the left border would halve is not drawn: it would hide the border.
fn clear_halves(frame: &mut Frame<'_>, area: Rect) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.y..area.bottom() {
        if let Some(cell) = frame.buffer_mut().cell_mut((x, y)).filter(|cell| text::width(cell.symbol()) > 1) {
            cell.set_symbol(" ");
        }
    }
}

/// How many lines more there are, on the lower edge of a box.
fn more_below(model: &Model, frame: &mut Frame<'_>, outer: Rect, lines: usize) {
    if lines == 0 || outer.height < 2 {
        return;
    }
    let more = format!(" {lines} more ↓ ");
    let columns = u16::try_from(text::width(&more)).unwrap_or(0).min(outer.width.saturating_sub(2));
    let edge = Rect::new(outer.right() - 1 - columns, outer.bottom() - 1, columns, 1);
    frame.render_widget(Line::styled(more, model.theme.accent), edge);
}

/// A longer text that is being written, with the terminal's cursor where letters go.
fn draw_area(frame: &mut Frame<'_>, area: Rect, text: &TextArea<'_>) {
    if area.is_empty() {
        return;
    }
    frame.render_widget(text, area);
    let (at, (top, left)) = (text.screen_cursor(), text.scroll_offset());
    let [x, y] = [at.col.saturating_sub(left.into()), at.row.saturating_sub(top.into())].map(u16::try_from);
    if let (Ok(x), Ok(y)) = (x, y) {
        frame.set_cursor_position((area.x + x.min(area.width - 1), area.y + y.min(area.height - 1)));
    }
}

/// A line of text with its cursor, scrolled so that the cursor shows.
fn draw_input(frame: &mut Frame<'_>, area: Rect, input: &tui_input::Input, style: Style, focused: bool) {
    if area.is_empty() {
        return;
    }
    let columns = usize::from(area.width).saturating_sub(1);
    let scroll = if focused { input.visual_scroll(columns) } else { 0 };
    let value = text::safe(input.value());
    let shown = skip_columns(&value, scroll);
    frame.render_widget(Line::styled(text::fit(shown, usize::from(area.width)).into_owned(), style), area);
    if focused {
        let x = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
        frame.set_cursor_position((area.x + x.min(area.width - 1), area.y));
    }
}

/// The text without what lies in its first columns.
fn skip_columns(value: &str, columns: usize) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    let mut skipped = 0;
    for (at, letter) in value.grapheme_indices(true) {
        if skipped >= columns {
            return &value[at..];
        }
        skipped += text::width(letter);
    }
    if skipped >= columns && columns == 0 { value } else { "" }
}
