//! The line at the bottom: what was said or can be done, and how it stands with the server.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    draw_input, hints,
    list::REMINDS,
    text::{fit, safe, width},
};
use crate::tui::{
    keys::Context,
    model::{Link, Model, overlay::Overlay},
};

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// What stands there while nobody is signed in.
const SIGNED_OUT: &str = "signed out; `todo login` signs in again, what waits is kept";

/// How much is told of how it stands with the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    Short,
    Sign,
}

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let columns = usize::from(area.width);
    if let Some(notice) = model.notice.as_ref().filter(|notice| notice.bad || !in_dialog(model)) {
        let (text, told) = fitting(model, &notice.text, &notice.more, columns);
        let style = if notice.bad { theme.alarm } else { theme.text };
        let room = left_of(&link(model, told), columns);
        draw_both(frame, area, Line::styled(fit(&text, room).into_owned(), style), link(model, told));
    } else if model.link == Link::SignedOut && !in_dialog(model) && model.context() != Context::Search {
        let waiting = model.queue.len() + model.earlier;
        let waits = if waiting == 0 { String::new() } else { format!(" ({waiting})") };
        let text = fit(&format!(" {SIGNED_OUT}{waits}"), columns).into_owned();
        draw_both(frame, area, Line::styled(text, theme.alarm), Line::default());
    } else if model.context() == Context::Search {
        draw_search(model, frame, area);
    } else {
        let right = link(model, Told::All);
        let mut room = left_of(&right, columns);
        let mut left = Line::default();
        if let Some(reminder) = reminder(model, room / 2) {
            room = room.saturating_sub(width(&reminder.content));
            left.push_span(reminder);
        }
        left.spans.extend(hints::line(model, room).spans);
        draw_both(frame, area, left, right);
    }
}

fn draw_both(frame: &mut Frame<'_>, area: Rect, left: Line<'_>, right: Line<'_>) {
    let columns = u16::try_from(width_of(&right)).unwrap_or(0);
    let rest = Rect { width: area.width.saturating_sub(columns + 2), ..area };
    frame.render_widget(left, if columns == 0 { area } else { rest });
    let x = area.right().saturating_sub(columns + 1);
    frame.render_widget(right, Rect { x, width: columns.min(area.width), ..area });
}

fn left_of(right: &Line<'_>, columns: usize) -> usize {
    columns.saturating_sub(width_of(right) + 2)
}

fn draw_search(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let right = link(model, Told::All);
    let room = left_of(&right, usize::from(area.width));
    draw_both(frame, area, Line::styled(" / ", theme.accent), right);
    let input =
        Rect { x: area.x + 3.min(area.width), width: u16::try_from(room).unwrap_or(0).saturating_sub(3), ..area };
    draw_input(frame, input, &model.search.input, theme.text, true);
    if model.search.input.value().is_empty() {
        let hint = "type to search; enter looks into descriptions and comments too";
        frame.render_widget(Line::styled(fit(hint, usize::from(input.width)).into_owned(), theme.dim), input);
    }
}

/// The words that were said with as much of what stands around them as there is room for: the less important goes first.
fn fitting(model: &Model, text: &str, more: &[String], columns: usize) -> (String, Told) {
    let with = |count: usize| {
        let more: String = more.iter().take(count).map(|more| format!(" · {more}")).collect();
        format!(" {}{}", safe(text), safe(&more))
    };
    let shorter = (0..=more.len()).rev().map(|count| (count, Told::Short));
    let ways = [(more.len(), Told::All)].into_iter().chain(shorter).chain([(0, Told::Sign)]);
    let mut ways = ways.map(|(count, told)| (with(count), told));
    ways.find(|(text, told)| width(text) <= left_of(&link(model, *told), columns)).unwrap_or((with(0), Told::Sign))
}

/// Whether somebody is about something whose keys are not to be hidden by what was said before.
fn in_dialog(model: &Model) -> bool {
    !matches!(model.overlay, Overlay::None | Overlay::Toast)
}

/// A reminder that shows only when what is open is closed.
fn reminder(model: &Model, columns: usize) -> Option<Span<'static>> {
    let row = model.toasts.first().filter(|_| in_dialog(model))?;
    let title = model.store.get(row.task_id).map(|task| safe(&task.title).into_owned()).unwrap_or_default();
    let text = fit(&format!(" {REMINDS} {title}"), columns).into_owned();
    Some(Span::styled(format!("{text} "), model.theme.warn))
}

fn width_of(line: &Line<'_>) -> usize {
    line.spans.iter().map(|span| width(&span.content)).sum()
}

fn link(model: &Model, told: Told) -> Line<'static> {
    let theme = &model.theme;
    let mut spans = Vec::new();
    if model.shows_busy() && told == Told::All {
        let frame = usize::try_from(model.now.timestamp_millis() / 100).unwrap_or(0) % SPINNER.len();
        spans.push(Span::styled(format!("{} ", SPINNER[frame]), theme.accent));
    }
    let away = matches!(model.link, Link::Away(_) | Link::SignedOut);
    let own = model.queue.len();
    let late = model.queue.answer_is_late(model.now);
    let waiting = if own > usize::from(model.queue.sending && !away && !late) { own } else { 0 } + model.earlier;
    if !model.conflicts.is_empty() && told != Told::Sign {
        let conflicts = if model.conflicts.len() == 1 { "conflict" } else { "conflicts" };
        spans.push(Span::styled(format!("{} {conflicts} ", model.conflicts.len()), theme.alarm));
    }
    if waiting > 0 && told != Told::Sign {
        spans.push(Span::styled(format!("{waiting} waiting "), theme.warn));
    }
    let of = |sign: &'static str, words: [&'static str; 2]| match told {
        Told::All => format!("{sign} {}", words[0]),
        Told::Short => format!("{sign} {}", words[1]),
        Told::Sign => sign.to_owned(),
    };
    spans.push(match &model.link {
        Link::Connecting if !model.shows_busy() => Span::raw(""),
        Link::Connecting => Span::styled("connecting", theme.dim),
        Link::Loading => Span::styled(format!("loading {}", model.store.len()), theme.dim),
        Link::Live if late => Span::styled(of("○", ["no answer yet", "no answer"]), theme.warn),
        Link::Live => Span::styled(of("●", ["live", "live"]), theme.good),
        Link::Away(_) => Span::styled(of("○", ["offline, trying again", "offline"]), theme.alarm),
        Link::SignedOut => Span::styled(of("○", ["signed out", "signed out"]), theme.alarm),
    });
    Line::from(spans)
}
