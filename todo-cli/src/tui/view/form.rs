//! The form of all fields.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    boxed, draw_input, month,
    text::{fit, safe, width},
};
use crate::tui::{
    layout::middle,
    model::{
        Model,
        form::{Field, Form},
    },
};

/// Columns of the names of fields.
const NAMES: u16 = 13;

pub(super) fn draw(model: &Model, form: &Form, frame: &mut Frame<'_>, area: Rect) {
    let area = middle(area, 84, 20);
    let title = if form.base.is_some() { "Edit the task" } else { "Add a task" };
    let inner = boxed(model, frame, area, title);
    for (offset, field) in (0..).zip(Field::ALL) {
        let y = inner.y + offset;
        if y >= inner.bottom() {
            break;
        }
        let row = Rect { y, height: 1, ..inner };
        draw_name(model, form, field, frame, row);
        let value = Rect { x: row.x + NAMES, width: row.width.saturating_sub(NAMES), ..row };
        match form.input(field) {
            Some(_) => draw_value(model, form, field, frame, value),
            None => draw_description(model, form, frame, Rect { height: inner.bottom() - y, ..value }),
        }
    }
    if let Some(picker) = form.picker {
        month::draw_picker(model, picker, frame, area);
    }
}

fn draw_name(model: &Model, form: &Form, field: Field, frame: &mut Frame<'_>, row: Rect) {
    let theme = &model.theme;
    let here = form.field == field && form.picker.is_none();
    let style = if here { theme.accent.patch(theme.strong) } else { theme.dim };
    frame.render_widget(Line::styled(field.label(), style), Rect { width: NAMES.min(row.width), ..row });
}

fn draw_value(model: &Model, form: &Form, field: Field, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let Some(input) = form.input(field) else { return };
    let focused = form.field == field && form.picker.is_none();
    let error = form.error.as_ref().filter(|(wrong, _)| *wrong == field).map(|(_, why)| Err(why.clone()));
    let echo = error.or_else(|| form.echo(field, &model.here()));
    let (note, style) = match echo {
        Some(Ok(words)) => (words, theme.calm),
        Some(Err(why)) => (why, theme.alarm),
        None if input.value().is_empty() && focused => (field.example().to_owned(), theme.dim),
        None => (String::new(), theme.dim),
    };
    let room = usize::from(area.width);
    let wanted = (width(input.value()) + 2).max(12).min(room.saturating_sub((width(&note) + 2).min(room / 2)));
    let value = Rect { width: u16::try_from(wanted).unwrap_or(area.width), ..area };
    draw_input(frame, value, input, theme.text, focused);
    if focused {
        frame.buffer_mut().set_style(value, theme.cursor_away);
    }
    let rest = Rect { x: value.right() + 1, width: area.width.saturating_sub(value.width + 1), ..area };
    let note = fit(&safe(&note), usize::from(rest.width)).into_owned();
    frame.render_widget(Line::from(Span::styled(note, style)), rest);
}

fn draw_description(model: &Model, form: &Form, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    if form.field == Field::Description && form.picker.is_none() {
        frame.render_widget(&form.description, area);
        return;
    }
    let text = form.description.lines().join("\n");
    let lines = super::text::wrap(&text, usize::from(area.width));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        frame.render_widget(Line::styled(line, theme.text), Rect { y, height: 1, ..area });
    }
}
