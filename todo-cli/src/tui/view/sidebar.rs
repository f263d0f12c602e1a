//! The views, and each tag with its count.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::text::{pad, width};
use crate::tui::model::{Focus, Model, scope::View};

/// A line of the sidebar: a view, or the gap before a group.
fn lines(views: &[View]) -> Vec<Option<View>> {
    let mut lines = vec![None];
    for (index, view) in views.iter().enumerate() {
        let begins = |kind: fn(&View) -> bool| kind(view) && index > 0 && !kind(&views[index - 1]);
        if begins(|view| matches!(view, View::Tag(_))) || begins(|view| matches!(view, View::Calendar)) {
            lines.push(None);
        }
        lines.push(Some(*view));
    }
    lines
}

/// The view on this line.
pub(crate) fn sidebar_view(views: &[View], line: usize) -> Option<View> {
    lines(views).get(line).copied().flatten()
}

/// The first line that is shown, so that the view one is in is among them.
pub(crate) fn sidebar_top(model: &Model, height: u16) -> usize {
    let here = lines(&model.views()).iter().position(|line| *line == Some(model.view())).unwrap_or_default();
    (here + 2).saturating_sub(usize::from(height))
}

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let focused = model.focus == Focus::Sidebar;
    let inner = Rect { width: area.width.saturating_sub(1), ..area };
    for y in area.y..area.bottom() {
        frame.render_widget(Span::styled("│", theme.line), Rect::new(inner.right(), y, 1, 1));
    }
    let top = sidebar_top(model, area.height);
    for (y, line) in (area.y..area.bottom()).zip(lines(&model.views()).into_iter().skip(top)) {
        let row = Rect { y, height: 1, ..inner };
        let Some(view) = line else {
            if y == area.y && top == 0 {
                frame.render_widget(
                    Line::styled(" todo", if focused { theme.accent.patch(theme.strong) } else { theme.dim }),
                    row,
                );
            }
            continue;
        };
        frame.render_widget(entry(model, view, usize::from(inner.width)), row);
        if view == model.view() {
            frame.buffer_mut().set_style(row, if focused { theme.cursor } else { theme.cursor_away });
        }
    }
}

fn entry(model: &Model, view: View, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let count =
        model.counts.of_view(view).filter(|count| *count > 0).map(|count| count.to_string()).unwrap_or_default();
    let label_style = match view {
        View::Tag(_) => theme.tag,
        view if view == model.view() => theme.strong,
        _ => theme.text,
    };
    let count_style = if view == View::Overdue { theme.alarm } else { theme.dim };
    let label = pad(&model.view_label(view), columns.saturating_sub(width(&count) + 3));
    Line::from(vec![
        Span::raw(" "),
        Span::styled(label, label_style),
        Span::raw(" "),
        Span::styled(count, count_style),
        Span::raw(" "),
    ])
}
