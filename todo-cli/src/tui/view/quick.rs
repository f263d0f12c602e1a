//! The line for adding, with what is understood of it.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use todo_sdk::quick::Field;
use tui_input::Input;

use super::{
    boxed, draw_input,
    text::{fit, safe, width},
};
use crate::tui::{
    model::Model,
    quick::Chip,
    update::{quick_understood, tag_suggestions},
};

/// Lines of chips at most.
const CHIP_LINES: usize = 3;

pub(super) fn draw(model: &Model, input: &Input, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    // Within the frame and its margins.
    let columns = usize::from(area.width.saturating_sub(4));
    let lines = if input.value().trim().is_empty() {
        let example = "Call the bank tomorrow 10:00 @home p1 !30m // ask about the card";
        let words = "when · @tag · p1 to p3 · every … · !30m or !14:00 reminds · // description";
        [example, words].map(|text| Line::styled(fit(text, columns).into_owned(), theme.dim)).to_vec()
    } else {
        let understood = quick_understood(model, input.value());
        let below = below(model, input.value(), &understood.task.title, columns);
        let mut lines = chips(model, understood.chips, columns);
        lines.push(below);
        lines
    };
    let height = u16::try_from(lines.len() + 3).unwrap_or(u16::MAX).min(area.height);
    let inner = boxed(model, frame, Rect { y: area.bottom() - height, height, ..area }, "Add a task");
    draw_input(frame, Rect { height: inner.height.min(1), ..inner }, input, theme.text, true);
    for (y, line) in (inner.y + 1..inner.bottom()).zip(lines) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// Tags that may be meant, else the title that is left.
fn below(model: &Model, text: &str, title: &str, columns: usize) -> Line<'static> {
    let suggestions = tag_suggestions(model, text);
    if suggestions.is_empty() {
        let text = format!("Title: {}", safe(title));
        return Line::styled(fit(&text, columns).into_owned(), model.theme.dim);
    }
    let names: Vec<String> = suggestions.iter().map(|name| format!("@{}", safe(name))).collect();
    let text = format!("tab: {}", names.join("  "));
    Line::styled(fit(&text, columns).into_owned(), model.theme.tag)
}

/// What is understood, in as many lines as it takes.
fn chips(model: &Model, chips: Vec<(Chip, String)>, columns: usize) -> Vec<Line<'static>> {
    let theme = &model.theme;
    if chips.is_empty() {
        return vec![Line::styled("No date, tag or reminder yet", theme.dim)];
    }
    let mut lines = vec![Line::default()];
    let mut taken = 0;
    for (chip, label) in chips {
        let label = fit(&format!(" {} ", safe(&label)), columns).into_owned();
        let wide = width(&label) + 1;
        if taken > 0 && taken + wide > columns + 1 {
            if lines.len() == CHIP_LINES {
                break;
            }
            lines.push(Line::default());
            taken = 0;
        }
        taken += wide;
        if let Some(line) = lines.last_mut() {
            line.push_span(Span::styled(label, theme.chip.patch(style(model, chip))));
            line.push_span(Span::raw(" "));
        }
    }
    lines
}

fn style(model: &Model, chip: Chip) -> Style {
    let theme = &model.theme;
    match chip {
        Chip::Field(Field::Due) => theme.warn,
        Chip::Field(Field::Remind | Field::Nag) => theme.calm,
        Chip::Field(Field::Priority) | Chip::Warning => theme.alarm,
        Chip::Field(Field::Tag) => theme.tag,
        Chip::Field(Field::Repeat) => theme.good,
        Chip::Field(_) => theme.dim,
    }
}
