//! Everything about the task under the cursor.

use chrono::{DateTime, Utc};
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span, Text},
    widgets::Paragraph,
};
use todo_sdk::model::{Due, PRIORITY_NONE, ReminderRow, ReminderState, Task};

use super::{
    due,
    text::{fit, safe, width, wrap},
};
use crate::{
    output::{repeat, when},
    tui::{
        keys::{Action, Context},
        layout::Parts,
        model::{Focus, Model},
    },
};

/// Columns of the names of fields.
const NAMES: usize = 10;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, beside: bool) {
    let theme = &model.theme;
    let focused = model.focus == Focus::Detail;
    let line = if focused { theme.accent } else { theme.line };
    if beside {
        for y in area.y..area.bottom() {
            frame.render_widget(Span::styled("│", line), Rect::new(area.x, y, 1, 1));
        }
    } else {
        let rule = "─".repeat(usize::from(area.width));
        frame.render_widget(Line::styled(rule, line), Rect { height: 1, ..area });
    }
    let inner = inner(area, beside);
    let Some(task) = model.selected() else { return };
    let lines = lines(model, task, usize::from(inner.width));
    let overflow = lines.len().saturating_sub(usize::from(inner.height));
    let scroll = usize::from(model.details.scroll).min(overflow);
    frame.render_widget(Paragraph::new(Text::from(lines)).scroll((u16::try_from(scroll).unwrap_or(0), 0)), inner);
    if overflow > scroll && inner.height > 0 {
        let more = format!(" {} more ↓ ", overflow - scroll);
        let columns = u16::try_from(width(&more)).unwrap_or(0).min(inner.width);
        let corner = Rect::new(inner.right() - columns, inner.bottom() - 1, columns, 1);
        frame.render_widget(Line::styled(more, theme.dim.patch(theme.chip)), corner);
    }
}

fn inner(area: Rect, beside: bool) -> Rect {
    if beside {
        Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area }
    } else {
        Rect {
            x: area.x + 1,
            y: area.y + 1,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(1),
        }
    }
}

/// How far the details can be scrolled.
pub(crate) fn detail_overflow(model: &Model) -> u16 {
    let parts = Parts::of(model);
    let (Some(area), Some(task)) = (parts.detail, model.selected()) else { return 0 };
    let inner = inner(area, parts.beside);
    let lines = lines(model, task, usize::from(inner.width)).len();
    u16::try_from(lines.saturating_sub(usize::from(inner.height))).unwrap_or(u16::MAX)
}

/// How far to scroll at least so that the last comment shows, and nothing stands over it.
pub(crate) fn comments_end(model: &Model) -> u16 {
    let parts = Parts::of(model);
    let (Some(area), Some(task)) = (parts.detail, model.selected()) else { return 0 };
    let inner = inner(area, parts.beside);
    let columns = usize::from(inner.width);
    let end = up_to_comments(model, task, columns).len();
    let is_last = end == lines(model, task, columns).len();
    let shown = usize::from(inner.height).saturating_sub(usize::from(!is_last));
    u16::try_from(end.saturating_sub(shown)).unwrap_or(u16::MAX)
}

fn lines(model: &Model, task: &Task, columns: usize) -> Vec<Line<'static>> {
    let mut lines = up_to_comments(model, task, columns);
    if !model.details.reminders.is_empty() {
        heading(model, "Reminders", &mut lines);
        lines.extend(model.details.reminders.iter().map(|row| reminder(model, row, columns)));
    }
    if !model.details.history.is_empty() {
        heading(model, "History", &mut lines);
        for line in &model.details.history {
            let text = format!("{} · {}", line.what, safe(short_client(&line.client)));
            lines.push(dated(model, line.at, &text, model.theme.text, columns));
        }
    }
    lines
}

fn up_to_comments(model: &Model, task: &Task, columns: usize) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let mut lines: Vec<Line<'static>> =
        wrap(&task.title, columns).into_iter().map(|line| Line::styled(line, theme.strong)).collect();
    lines.extend(fields(model, task, columns));
    if !task.description.is_empty() {
        lines.push(Line::default());
        lines.extend(wrap(&task.description, columns).into_iter().map(|line| Line::styled(line, theme.text)));
    }
    comments(model, columns, &mut lines);
    lines
}

/// The name without the machine's: `todo-cli/0.1.0 (laptop)` is `todo-cli (laptop)`.
fn short_client(client: &str) -> &str {
    client.split('/').next().unwrap_or(client)
}

fn fields(model: &Model, task: &Task, columns: usize) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let here = model.here();
    let mut lines = Vec::new();
    let mut field = |name: &str, value: String, style: Style| {
        let names = std::iter::once(name).chain(std::iter::repeat(""));
        for (name, value) in names.zip(wrap(&value, columns.saturating_sub(NAMES))) {
            lines
                .push(Line::from(vec![Span::styled(format!("{name:<NAMES$}"), theme.dim), Span::styled(value, style)]));
        }
    };
    if let Some(at) = task.completed_at.filter(|_| task.completed) {
        field("Done", due::long(Due::At(at), &here), theme.good);
    }
    if let Some(due) = task.due {
        field("Due", due::long(due, &here), due::style(task, due, model));
    }
    if let Some(at) = task.remind_time {
        let words = when::reminder_words(task);
        field("Reminder", format!("{}{words}", due::long(Due::At(at), &here)), theme.text);
    }
    if let Some(repeat) = &task.repeat {
        field("Repeats", safe(&repeat::words(repeat)).into_owned(), theme.text);
    }
    if task.priority != PRIORITY_NONE {
        field("Priority", format!("p{}", task.priority), due::priority_style(task.priority, theme));
    }
    if !task.tags.is_empty() {
        let tags: Vec<String> = task.tags.iter().map(|tag| format!("@{}", model.tag_name(*tag))).collect();
        field("Tags", tags.join(" "), theme.tag);
    }
    let made = due::moment(task.date_created, &here);
    let number = if task.id > 0 { format!("number {}", task.id) } else { "waits for the server".to_owned() };
    field("Made", format!("{} · {number}", made.trim_start()), theme.dim);
    lines
}

fn heading(model: &Model, text: &str, lines: &mut Vec<Line<'static>>) {
    lines.push(Line::default());
    lines.push(Line::styled(text.to_owned(), model.theme.accent));
}

fn comments(model: &Model, columns: usize, lines: &mut Vec<Line<'static>>) {
    let theme = &model.theme;
    let remarks = model.remarks();
    if remarks.is_empty() {
        if model.details.loaded {
            let key = model.keymap.key(Context::List, Action::Comment);
            lines.push(Line::default());
            lines.push(Line::styled(format!("No comments. {key} writes one."), theme.dim));
        }
        return;
    }
    heading(model, &format!("Comments {}", remarks.len()), lines);
    for remark in remarks {
        let when = remark.posted.map(|at| due::short(Due::At(at), &model.here()));
        let waits = remark.waits.then(|| "… waiting".to_owned());
        let about: Vec<String> = when.into_iter().chain(waits).collect();
        lines.push(Line::styled(about.join(" "), if remark.waits { theme.warn } else { theme.dim }));
        let text = wrap(remark.text, columns.saturating_sub(2));
        lines.extend(text.into_iter().map(|line| Line::from(format!("  {line}"))));
    }
}

fn dated(model: &Model, at: DateTime<Utc>, text: &str, style: Style, columns: usize) -> Line<'static> {
    let when = due::moment(at, &model.here());
    let text = fit(text, columns.saturating_sub(width(&when) + 2)).into_owned();
    Line::from(vec![Span::styled(format!("{when}  "), model.theme.dim), Span::styled(text, style)])
}

fn reminder(model: &Model, row: &ReminderRow, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let (state, style) = match row.state {
        ReminderState::Queued => ("to come", theme.calm),
        ReminderState::Leased => ("being delivered", theme.calm),
        ReminderState::Sent => ("sent", theme.good),
        ReminderState::Acknowledged => ("seen", theme.good),
        ReminderState::Snoozed => ("put off", theme.dim),
        ReminderState::Failed => ("failed, tried again", theme.warn),
        ReminderState::Dead => ("given up", theme.alarm),
        _ => ("", theme.dim),
    };
    let late = row.late_by_seconds.filter(|late| *late > 60).map(|late| format!(", {} min late", late / 60));
    let by = row.channel.as_deref().map(|channel| format!(" by {}", safe(channel)));
    let why = row.reason.as_deref().map(|why| format!(": {}", safe(why)));
    let text = [Some(state.to_owned()), by, late, why].into_iter().flatten().collect::<String>();
    dated(model, row.due_at, &text, style, columns)
}
