//! Drawing: the model in, cells out. Nothing is changed here, and only what shows is looked at.

mod chooser;
mod detail;
mod dialogs;
mod due;
mod form;
mod help;
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

pub(crate) use self::{
    chooser::chooser_area,
    detail::detail_overflow,
    help::help_lines,
    month::calendar_day_at,
    sidebar::{sidebar_top, sidebar_view},
    toast::toast_area,
};
use super::{
    layout::Parts,
    model::{Model, overlay::Overlay, scope::View},
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
    toast::draw(model, frame);
    overlay(model, frame, body);
}

fn overlay(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    match &model.overlay {
        Overlay::None | Overlay::Toast => {}
        Overlay::Quick(input) => quick::draw(model, input, frame, area),
        Overlay::Form(form) => form::draw(model, form, frame, area),
        Overlay::Text(writing) => dialogs::draw_text(model, writing, frame, area),
        Overlay::Menu(menu) => chooser::draw_menu(model, menu, frame, area),
        Overlay::Picker { picker, .. } => month::draw_picker(model, *picker, frame, area),
        Overlay::Palette(chooser) => chooser::draw_palette(model, chooser, frame, area),
        Overlay::Help(top) => help::draw(model, *top, frame, area),
        Overlay::Confirm(confirm) => dialogs::draw_confirm(model, confirm, frame, area),
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
