//! The statistics: done per day, by tag, and how long one has kept at it.

use chrono::Days;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::{Bar, BarChart, BarGroup},
};

use super::text::{fit, pad, pad_left};
use crate::tui::model::{
    Focus, Model,
    stats::{DAYS, Statistics},
};

/// Tasks a day that fill the chart, where no day has more.
const SCALE_MIN: u64 = 5;

/// Bars of what is done and of what is open: they differ without colours too.
const DONE: &str = "█";
const OPEN: &str = "░";

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let Some(statistics) = &model.statistics else { return };
    let theme = &model.theme;
    let focused = model.focus != Focus::Sidebar;
    let title = if focused { theme.accent.patch(theme.strong) } else { theme.strong };
    frame.render_widget(Line::styled(" Statistics", title), Rect { height: 1, ..area });
    let inner = Rect {
        x: area.x + 1,
        y: area.y + 2,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let chart = (inner.height / 2).clamp(5, 14);
    let [numbers, _, days, _, tags] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Length(chart),
        Constraint::Length(1),
        Constraint::Min(0),
    ])
    .areas(inner);
    draw_numbers(model, statistics, frame, numbers);
    draw_days(model, statistics, frame, days);
    draw_tags(model, statistics, frame, tags);
}

fn draw_numbers(model: &Model, statistics: &Statistics, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let hours = statistics.median_hours.map_or("–".to_owned(), |hours| match hours {
        0 => "under 1 h".to_owned(),
        1..48 => format!("{hours} h"),
        _ => format!("{} days", hours / 24),
    });
    let days = |count: usize| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    let numbers = [
        ("Last 7 days", format!("{} done ({} before)", statistics.done_this_week, statistics.done_before)),
        ("Streak", format!("{} (longest {})", days(statistics.streak), statistics.longest_streak)),
        ("Open", model.counts.all.to_string()),
        ("Usually takes", hours),
    ];
    let columns =
        Layout::horizontal([Constraint::Fill(18), Constraint::Fill(19), Constraint::Length(6), Constraint::Length(14)])
            .areas::<4>(area);
    for ((name, number), area) in numbers.into_iter().zip(columns) {
        let columns = usize::from(area.width).saturating_sub(1);
        frame.render_widget(Line::styled(fit(name, columns).into_owned(), theme.dim), Rect { height: 1, ..area });
        let row = Rect { y: area.y + 1, height: area.height.min(1), ..area };
        frame.render_widget(Line::styled(fit(&number, columns).into_owned(), theme.strong), row);
    }
}

fn draw_days(model: &Model, statistics: &Statistics, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let per_day = &statistics.done_per_day;
    let wide = usize::from(area.width) >= DAYS * 4;
    let bar = if wide { 3 } else { 2 };
    let gap = usize::from(wide || usize::from(area.width) >= DAYS * 3);
    let shown = (usize::from(area.width) / (bar + gap)).clamp(1, DAYS);
    let most = per_day.iter().max().copied().unwrap_or_default();
    let heading = format!("Done per day, last {shown} days, at most {most}");
    frame.render_widget(Line::styled(heading, theme.accent), Rect { height: 1, ..area });
    let today = model.here().date_naive();
    let first = per_day.len().saturating_sub(shown);
    let bars: Vec<Bar<'_>> = (first..per_day.len())
        .map(|at| {
            let back = u64::try_from(per_day.len() - 1 - at).unwrap_or(0);
            let day = today.checked_sub_days(Days::new(back)).unwrap_or(today);
            let weekly = (per_day.len() - 1 - at).is_multiple_of(7);
            let label = if weekly || wide { day.format("%d").to_string() } else { String::new() };
            let value = per_day[at];
            let style = if back == 0 { theme.accent } else { theme.good };
            Bar::default().value(value).label(label).text_value(String::new()).style(style)
        })
        .collect();
    let chart = BarChart::default()
        .data(BarGroup::default().bars(&bars))
        .bar_width(u16::try_from(bar).unwrap_or(2))
        .bar_gap(u16::try_from(gap).unwrap_or(1))
        // A single task is no tower.
        .max(most.max(SCALE_MIN))
        .label_style(theme.dim);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    frame.render_widget(chart, below);
}

fn draw_tags(model: &Model, statistics: &Statistics, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    if area.height < 2 || statistics.by_tag.is_empty() {
        return;
    }
    let heading = Line::from(vec![
        Span::styled("By tag  ", theme.accent),
        Span::styled(DONE, theme.good),
        Span::styled(" done  ", theme.dim),
        Span::styled(OPEN, theme.calm),
        Span::styled(" open", theme.dim),
    ]);
    frame.render_widget(heading, Rect { height: 1, ..area });
    let most = statistics.by_tag.iter().map(|(_, open, done)| open + done).max().unwrap_or(1).max(1);
    let names = 16.min(usize::from(area.width) / 3);
    let room = usize::from(area.width).saturating_sub(names + 14).min(60);
    let part = |count: u64| usize::try_from(count * u64::try_from(room).unwrap_or(0) / most).unwrap_or(0);
    for (y, (tag, open, done)) in (area.y + 1..area.bottom()).zip(&statistics.by_tag) {
        let at_least = |count: u64| part(count).max(usize::from(count > 0));
        let bar = DONE.repeat(at_least(*done));
        let rest = OPEN.repeat(at_least(*open));
        let line = Line::from(vec![
            Span::styled(pad(&format!("@{}", model.tag_name(*tag)), names), theme.tag),
            Span::styled(pad_left(&format!("{} of {} ", done, open + done), 12), theme.dim),
            Span::styled(bar, theme.good),
            Span::styled(rest, theme.calm),
        ]);
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
}
