//! Reminders on the screen, in the lower right corner: the list is what people look at.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    boxed, due,
    text::{fit, safe, width},
};
use crate::tui::{
    keys::{Action, Context},
    model::{Model, overlay::Overlay},
};

const WIDTH: u16 = 50;
const HEIGHT: u16 = 5;

/// Where it is; `None` if there is none.
pub(crate) fn toast_area(model: &Model) -> Option<Rect> {
    let (width, height) = model.size;
    if model.toasts.is_empty() || height < 8 {
        return None;
    }
    let columns = WIDTH.min(width);
    // Above the line at the bottom.
    Some(Rect::new(width - columns, height - 1 - HEIGHT, columns, HEIGHT))
}

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>) {
    let (Some(area), Some(row)) = (toast_area(model), model.toasts.first()) else { return };
    let theme = &model.theme;
    let title = match model.toasts.len() {
        1 => "Reminder".to_owned(),
        many => format!("Reminder, and {} more", many - 1),
    };
    let inner = boxed(model, frame, area, &title);
    let Some(task) = model.store.get(row.task_id) else { return };
    let columns = usize::from(inner.width);
    let due = task.due.map(|due| format!("due {}", due::short(due, &model.here()))).unwrap_or_default();
    let lines = [
        Line::styled(fit(&safe(&task.title), columns).into_owned(), theme.strong),
        Line::styled(due, theme.warn),
        keys(model, columns),
    ];
    for (y, line) in (inner.y..inner.bottom()).zip(lines) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

fn keys(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    if !matches!(model.overlay, Overlay::Toast) {
        let key = model.keymap.key(Context::List, Action::Reminder);
        return Line::from(vec![Span::styled(key, theme.accent), Span::styled(" answers it: done, snooze", theme.dim)]);
    }
    let mut spans = Vec::new();
    let mut taken = 0;
    for (binding, keys) in model.keymap.of(Context::Toast).filter(|(binding, _)| !binding.hint.is_empty()) {
        let key = keys.first().map(ToString::to_string).unwrap_or_default();
        let wide = width(&key) + width(binding.hint) + 2;
        if taken + wide > columns {
            break;
        }
        taken += wide;
        spans.push(Span::styled(key, theme.accent));
        spans.push(Span::styled(format!(" {} ", binding.hint), theme.dim));
    }
    Line::from(spans)
}
