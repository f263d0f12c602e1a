//! The line at the bottom: what was said or can be done, and how it stands with the server.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    draw_input,
    text::{fit, safe, width},
};
use crate::tui::{
    keys::{Action, Context},
    model::{Link, Model, overlay::Overlay},
};

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let right = link(model);
    let columns = width_of(&right);
    let room = usize::from(area.width).saturating_sub(columns + 2);
    let left = Rect { width: u16::try_from(room).unwrap_or(0), ..area };
    if model.context() == Context::Search {
        frame.render_widget(Span::styled(" /", theme.accent), left);
        let input = Rect { x: left.x + 2, width: left.width.saturating_sub(2), ..left };
        draw_input(frame, input, &model.search.input, theme.text, true);
        if model.search.input.value().is_empty() {
            let hint = "type to search; enter looks into descriptions and comments too";
            frame.render_widget(Line::styled(fit(hint, usize::from(input.width)).into_owned(), theme.dim), input);
        }
    } else if let Some(notice) = model.notice.as_ref().filter(|notice| notice.bad || !in_dialog(model)) {
        let style = if notice.bad { theme.alarm } else { theme.text };
        let text = format!(" {}", safe(&notice.text));
        frame.render_widget(Line::styled(fit(&text, room).into_owned(), style), left);
    } else {
        frame.render_widget(hints(model, room), left);
    }
    let right_area = Rect {
        x: area.right().saturating_sub(u16::try_from(columns).unwrap_or(0) + 1),
        width: u16::try_from(columns).unwrap_or(0).min(area.width),
        ..area
    };
    frame.render_widget(right, right_area);
}

/// Whether somebody is about something whose keys are not to be hidden by what was said before.
fn in_dialog(model: &Model) -> bool {
    !matches!(model.overlay, Overlay::None | Overlay::Toast)
}

fn width_of(line: &Line<'_>) -> usize {
    line.spans.iter().map(|span| width(&span.content)).sum()
}

/// What can be done here, as far as there is room; help comes first when room is short.
fn hints(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let context = model.context();
    let mut hints: Vec<(String, &str)> = model
        .keymap
        .of(context)
        .filter(|(binding, keys)| !binding.hint.is_empty() && !keys.is_empty() && applies(model, binding.action))
        .map(|(binding, keys)| (keys.first().map(ToString::to_string).unwrap_or_default(), binding.hint))
        .collect();
    let help = hints.iter().position(|(_, hint)| *hint == "help").map(|at| hints.remove(at));
    let reserved = help.as_ref().map_or(0, |(key, hint)| width(key) + width(hint) + 4);
    let mut spans = vec![Span::raw(" ")];
    let mut taken = 1;
    let mut push = |key: String, hint: &str, room: usize| {
        let wide = width(&key) + width(hint) + 3;
        if taken + wide > room {
            return false;
        }
        taken += wide;
        spans.push(Span::styled(key, theme.accent));
        spans.push(Span::styled(format!(" {hint}  "), theme.dim));
        true
    };
    for (key, hint) in hints {
        if !push(key, hint, columns.saturating_sub(reserved)) {
            break;
        }
    }
    if let Some((key, hint)) = help {
        push(key, hint, columns);
    }
    Line::from(spans)
}

/// Whether an action makes sense now.
fn applies(model: &Model, action: Action) -> bool {
    let narrowed = model.search.is_on() || !model.filters.is_empty();
    match action {
        Action::Complete
        | Action::Edit
        | Action::Delete
        | Action::Comment
        | Action::Snooze
        | Action::Tag
        | Action::Mark
        | Action::Open => model.selected().is_some() || !matches!(model.context(), Context::List | Context::Detail),
        Action::Back => narrowed,
        _ => true,
    }
}

fn link(model: &Model) -> Line<'static> {
    let theme = &model.theme;
    let mut spans = Vec::new();
    if model.shows_busy() {
        let frame = usize::try_from(model.now.timestamp_millis() / 100).unwrap_or(0) % SPINNER.len();
        spans.push(Span::styled(format!("{} ", SPINNER[frame]), theme.accent));
    }
    let away = matches!(model.link, Link::Away(_));
    if model.queue.len() > usize::from(model.queue.sending && !away) {
        spans.push(Span::styled(format!("{} waiting ", model.queue.len()), theme.warn));
    }
    spans.push(match &model.link {
        Link::Connecting if !model.shows_busy() => Span::raw(""),
        Link::Connecting => Span::styled("connecting", theme.dim),
        Link::Loading => Span::styled(format!("loading {}", model.store.len()), theme.dim),
        Link::Live => Span::styled("● live", theme.good),
        Link::Away(_) => Span::styled("○ offline, trying again", theme.alarm),
    });
    Line::from(spans)
}
