//! The form of all fields.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{
    boxed, draw_area, draw_input, month,
    text::{fit, safe, width, wrap},
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
/// Lines of the description that show while one is in it.
const DESCRIPTION: usize = 3;
/// Lines at the end, for what is too long to stand beside its field.
const NOTES: usize = 3;

pub(super) fn draw(model: &Model, form: &Form, frame: &mut Frame<'_>, area: Rect) {
    let area = middle(area, 84, 20);
    let inner = boxed(model, frame, area, &title(model, form));
    let note = note_below(model, form, usize::from(inner.width.saturating_sub(NAMES)), usize::from(inner.width));
    let notes = u16::try_from(note.len()).unwrap_or(0).min(inner.height / 2);
    let rows = Rect { height: inner.height - notes, ..inner };
    let first = first_shown(form.field, usize::from(rows.height));
    for (y, field) in (rows.y..rows.bottom()).zip(Field::ALL.into_iter().skip(first)) {
        let row = Rect { y, height: 1, ..rows };
        draw_name(model, form, field, frame, row);
        let value = Rect { x: row.x + NAMES.min(row.width), width: row.width.saturating_sub(NAMES), ..row };
        match form.input(field) {
            Some(_) => draw_value(model, form, field, frame, value),
            None => draw_description(model, form, frame, Rect { height: rows.bottom() - y, ..value }),
        }
    }
    for (y, line) in (rows.bottom()..inner.bottom()).zip(note) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
    if let Some(picker) = form.picker {
        month::draw_picker(model, picker, &format!("{}: which day?", form.field.label()), frame, area);
    }
}

fn title(model: &Model, form: &Form) -> String {
    let Some(base) = &form.base else { return "Add a task".to_owned() };
    match model.store.get(base.id) {
        None => "Edit the task: somebody has deleted it meanwhile".to_owned(),
        Some(now) if now.version > base.version && base.version > 0 => {
            "Edit the task: it was changed meanwhile, saving compares".to_owned()
        }
        Some(_) => "Edit the task".to_owned(),
    }
}

/// The first field on the screen, so that the one that is written in is among them.
fn first_shown(field: Field, rows: usize) -> usize {
    let wanted = if field == Field::Description { DESCRIPTION.min(rows) } else { 1 };
    (field as usize + wanted).saturating_sub(rows)
}

fn is_here(form: &Form, field: Field) -> bool {
    form.field == field && form.picker.is_none()
}

fn draw_name(model: &Model, form: &Form, field: Field, frame: &mut Frame<'_>, row: Rect) {
    let theme = &model.theme;
    let style = if is_here(form, field) { theme.accent.patch(theme.strong) } else { theme.dim };
    frame.render_widget(Line::styled(field.label(), style), Rect { width: NAMES.min(row.width), ..row });
}

/// What is said about a field: how it is understood, what is wrong, or what could be written.
fn note_of(model: &Model, form: &Form, field: Field) -> (String, Style) {
    let theme = &model.theme;
    let error = form.error.as_ref().filter(|(wrong, _)| *wrong == field).map(|(_, why)| Err(why.clone()));
    let empty = form.input(field).is_some_and(|input| input.value().is_empty());
    match error.or_else(|| form.echo(field, &model.here())) {
        Some(Ok(words)) => (safe(&words).into_owned(), theme.calm),
        Some(Err(why)) => (safe(&why).into_owned(), theme.alarm),
        None if empty && is_here(form, field) => (field.example().to_owned(), theme.dim),
        None => (String::new(), theme.dim),
    }
}

/// Columns for the value of a field, of those for it and the note beside it.
fn value_columns(form: &Form, field: Field, note: &str, room: usize) -> usize {
    let value = form.input(field).map_or(0, |input| width(input.value()));
    (value + 2).max(12).min(room.saturating_sub((width(note) + 2).min(room / 2)))
}

/// The note of the field one is in, where it is too long to stand beside it.
fn note_below(model: &Model, form: &Form, room: usize, columns: usize) -> Vec<Line<'static>> {
    let (note, style) = note_of(model, form, form.field);
    let beside = room.saturating_sub(value_columns(form, form.field, &note, room) + 1);
    if form.picker.is_some() || width(&note) <= beside {
        return Vec::new();
    }
    wrap(&note, columns).into_iter().take(NOTES).map(|line| Line::styled(line, style)).collect()
}

fn draw_value(model: &Model, form: &Form, field: Field, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let Some(input) = form.input(field) else { return };
    let here = is_here(form, field);
    let (note, style) = note_of(model, form, field);
    let columns = value_columns(form, field, &note, usize::from(area.width));
    let value = Rect { width: u16::try_from(columns).unwrap_or(area.width), ..area };
    draw_input(frame, value, input, theme.text, here);
    if here {
        frame.buffer_mut().set_style(value, theme.cursor_away);
    }
    let rest = Rect { x: value.right() + 1, width: area.width.saturating_sub(value.width + 1), ..area };
    // What does not fit stands below.
    if !here || width(&note) <= usize::from(rest.width) {
        frame.render_widget(Line::styled(fit(&note, usize::from(rest.width)).into_owned(), style), rest);
    }
}

fn draw_description(model: &Model, form: &Form, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    if is_here(form, Field::Description) {
        draw_area(frame, area, &form.description);
        return;
    }
    let text = form.description.lines().join("\n");
    let lines = wrap(&text, usize::from(area.width));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        frame.render_widget(Line::styled(line, theme.text), Rect { y, height: 1, ..area });
    }
}
