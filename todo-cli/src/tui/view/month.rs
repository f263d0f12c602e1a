//! Months: the calendar with the load of each day, and the page to choose a day on.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use todo_sdk::model::Task;

use super::{
    boxed, due,
    text::{fit, pad, safe},
};
use crate::tui::{
    layout::middle,
    model::{Focus, Model, picker::DayPicker, picker::weeks_of},
};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A task of a day.
const LOAD: &str = "▪";

/// Where the weeks of the calendar are.
struct Grid {
    area: Rect,
    column: u16,
    line: u16,
}

impl Grid {
    fn of(area: Rect, weeks: usize) -> Self {
        let weeks = u16::try_from(weeks).unwrap_or(6).max(1);
        // The tasks of the day stand below: they get at least a third.
        let line = ((area.height.saturating_sub(2) * 2 / 3) / weeks).clamp(1, 4);
        let column = (area.width.saturating_sub(2) / 7).clamp(5, 16);
        let area = Rect {
            x: area.x + 1,
            y: area.y + 2,
            width: column * 7,
            height: (line * weeks).min(area.height.saturating_sub(2)),
        };
        Self { area, column, line }
    }

    fn cell(&self, week: usize, day: usize) -> Rect {
        let (week, day) = (u16::try_from(week).unwrap_or(0), u16::try_from(day).unwrap_or(0));
        let cell = Rect::new(self.area.x + day * self.column, self.area.y + week * self.line, self.column, self.line);
        cell.intersection(self.area)
    }
}

/// The day at this place of the calendar.
pub(crate) fn calendar_day_at(model: &Model, area: Rect, at: Position) -> Option<NaiveDate> {
    let weeks = weeks_of(model.calendar.day);
    let grid = Grid::of(area, weeks.len());
    if !grid.area.contains(at) {
        return None;
    }
    let week = weeks.get(usize::from((at.y - grid.area.y) / grid.line))?;
    week.get(usize::from((at.x - grid.area.x) / grid.column)).copied()
}

/// Open tasks due on each of these days.
fn load(model: &Model, weeks: &[[NaiveDate; 7]]) -> HashMap<i32, usize> {
    let days: Vec<i32> = weeks.iter().flatten().map(Datelike::num_days_from_ce).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return HashMap::new() };
    let mut load = HashMap::new();
    for (_, slot) in model.store.iter() {
        if !slot.task.completed && (*first..=*last).contains(&slot.day) {
            *load.entry(slot.day).or_default() += 1;
        }
    }
    load
}

pub(super) fn draw_calendar(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let calendar = model.calendar;
    let weeks = weeks_of(calendar.day);
    let load = load(model, &weeks);
    let focused = model.focus != Focus::Sidebar;
    let title = if focused { theme.accent.patch(theme.strong) } else { theme.strong };
    let heading = format!(" {}", calendar.day.format("%B %Y"));
    frame.render_widget(Line::styled(heading, title), Rect { height: 1, ..area });
    let grid = Grid::of(area, weeks.len());
    for (day, name) in WEEKDAYS.iter().enumerate() {
        let cell = grid.cell(0, day);
        let name = pad(&format!(" {name}"), usize::from(grid.column));
        frame.render_widget(Line::styled(name, theme.dim), Rect { y: area.y + 1, height: 1, ..cell });
    }
    for (w, week) in weeks.iter().enumerate() {
        for (d, day) in week.iter().enumerate() {
            let count = load.get(&day.num_days_from_ce()).copied().unwrap_or_default();
            draw_day(model, *day, count, frame, grid.cell(w, d), focused);
        }
    }
    let below =
        Rect { y: grid.area.bottom() + 1, height: area.bottom().saturating_sub(grid.area.bottom() + 1), ..area };
    draw_tasks_of_day(model, frame, below);
}

fn draw_day(model: &Model, day: NaiveDate, count: usize, frame: &mut Frame<'_>, cell: Rect, focused: bool) {
    if cell.is_empty() {
        return;
    }
    let theme = &model.theme;
    let calendar = model.calendar;
    let style = match day {
        _ if day == calendar.today => theme.accent.patch(theme.strong),
        _ if day.month() != calendar.day.month() => theme.dim,
        _ => theme.text,
    };
    let columns = usize::from(cell.width);
    let number = Span::styled(format!(" {:>2}", day.day()), style);
    let load = load_style(model, day, count);
    // With a sign before it, so that nobody takes it for a day.
    let counted = if count > 0 { format!("{LOAD}{count}") } else { String::new() };
    if cell.height == 1 {
        let room = columns.saturating_sub(3);
        let counted = if room > 3 { format!(" {counted}") } else { counted };
        frame.render_widget(Line::from(vec![number, Span::styled(pad(&counted, room), load)]), cell);
    } else {
        frame.render_widget(Line::from(number), Rect { height: 1, ..cell });
        let more = LOAD.repeat(count.saturating_sub(1).min(columns.saturating_sub(7)));
        let bars = Line::styled(fit(&format!("  {more}{counted}"), columns - 1).into_owned(), load);
        frame.render_widget(bars, Rect { y: cell.y + 1, height: 1, width: cell.width - 1, ..cell });
    }
    if day == calendar.day {
        let marked = Rect { height: cell.height.min(2), width: cell.width - 1, ..cell };
        frame.buffer_mut().set_style(marked, if focused { theme.cursor } else { theme.cursor_away });
    }
}

fn load_style(model: &Model, day: NaiveDate, count: usize) -> Style {
    let theme = &model.theme;
    match count {
        _ if day < model.calendar.today => theme.alarm,
        0..=2 => theme.good,
        3..=5 => theme.warn,
        _ => theme.alarm,
    }
}

fn draw_tasks_of_day(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    let theme = &model.theme;
    let day = model.calendar.day;
    let mut tasks: Vec<(i64, &Task)> = model
        .store
        .iter()
        .filter(|(_, slot)| !slot.task.completed && slot.day == day.num_days_from_ce())
        .map(|(_, slot)| (slot.moment, &slot.task))
        .collect();
    tasks.sort_by_key(|(moment, task)| (*moment, task.priority, task.id));
    let rule = "─".repeat(usize::from(area.width));
    frame.render_widget(Line::styled(rule, theme.line), Rect { height: 1, ..area });
    let heading = format!(" {}  {}", day.format("%A, %-d %B"), tasks.len());
    frame.render_widget(Line::styled(heading, theme.strong), Rect { y: area.y + 1, height: 1, ..area });
    for (y, (_, task)) in (area.y + 2..area.bottom()).zip(tasks) {
        let words = task.due.map(|due| due::short(due, &model.here())).unwrap_or_default();
        let columns = usize::from(area.width).saturating_sub(due::COLUMNS + 6);
        let line = Line::from(vec![
            Span::styled(" ○ ", theme.dim),
            Span::styled(pad(&safe(&task.title), columns), theme.text),
            Span::styled(super::text::pad_left(&words, due::COLUMNS + 1), theme.dim),
        ]);
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
}

pub(super) fn draw_picker(model: &Model, picker: DayPicker, title: &str, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let weeks = picker.weeks();
    let height = u16::try_from(weeks.len()).unwrap_or(6) + 4;
    let inner = boxed(model, frame, middle(area, 34, height), title);
    let load = load(model, &weeks);
    let heading = picker.day.format("%B %Y").to_string();
    frame.render_widget(Line::styled(fit(&heading, 30).into_owned(), theme.strong), Rect { height: 1, ..inner });
    let names: String = WEEKDAYS.iter().map(|name| format!(" {name}")).collect();
    frame.render_widget(Line::styled(names, theme.dim), Rect { y: inner.y + 1, height: 1, ..inner });
    for (y, week) in (inner.y + 2..inner.bottom()).zip(&weeks) {
        for (x, day) in (inner.x..).step_by(4).zip(week) {
            let cell = Rect::new(x, y, 4, 1).intersection(inner);
            let busy = load.contains_key(&day.num_days_from_ce());
            let style = match *day {
                _ if *day == picker.today => theme.accent.patch(theme.strong),
                _ if day.month() != picker.day.month() => theme.dim,
                _ => theme.text,
            };
            let mark = if busy { "·" } else { " " };
            let line =
                Line::from(vec![Span::styled(format!(" {:>2}", day.day()), style), Span::styled(mark, theme.warn)]);
            frame.render_widget(line, cell);
            if *day == picker.day {
                frame.buffer_mut().set_style(cell, theme.cursor);
            }
        }
    }
}
