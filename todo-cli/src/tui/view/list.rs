//! The list of tasks.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use todo_sdk::model::{PRIORITY_NONE, Task};

use super::{
    due,
    text::{fit, pad, pad_left, safe, width},
};
use crate::tui::{
    keys::{Action, Context},
    layout::HEADING,
    model::{Focus, Link, Model, scope::View},
};

/// What repeats, and what has a reminder.
const REPEATS: &str = "↻";
pub(super) const REMINDS: &str = "◔";

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let heading = Rect { height: HEADING.min(area.height), ..area };
    frame.render_widget(heading_line(model, usize::from(area.width)), heading);
    let rows = Rect { y: area.y + heading.height, height: area.height - heading.height, ..area };
    if model.list.rows.is_empty() {
        draw_empty(model, frame, rows);
        return;
    }
    let height = usize::from(rows.height);
    let visible: Vec<&Task> = (model.list.rows.iter().skip(model.list.top).take(height))
        .filter_map(|index| model.store.slot(*index))
        .map(|slot| &slot.task)
        .collect();
    let columns = Columns::of(&visible, usize::from(rows.width));
    for (y, task) in (rows.y..).zip(&visible) {
        let here = usize::from(y - rows.y) + model.list.top == model.list.cursor;
        let row = Rect { y, height: 1, ..rows };
        frame.render_widget(columns.line(model, task), row);
        if here {
            let style = if model.focus == Focus::List { model.theme.cursor } else { model.theme.cursor_away };
            frame.buffer_mut().set_style(row, style);
        }
    }
}

fn heading_line(model: &Model, columns: usize) -> Line<'static> {
    let theme = &model.theme;
    let focused = model.focus == Focus::List;
    let name = if model.search.is_on() { "Found".to_owned() } else { model.view_label(model.view()) };
    let title = if focused { theme.accent.patch(theme.strong) } else { theme.strong };
    let mut spans = vec![Span::styled(format!(" {name}"), title)];
    spans.push(Span::styled(format!("  {}", model.list.rows.len()), theme.dim));
    if !model.list.marked.is_empty() {
        spans.push(Span::styled(format!("  {} selected", model.list.marked.len()), theme.accent));
    }
    for chip in chips(model) {
        spans.push(Span::raw(" "));
        spans.push(Span::styled(format!(" {chip} "), theme.chip));
    }
    let taken: usize = spans.iter().map(|span| width(&span.content)).sum();
    let order = if model.search.is_on() { "best first".to_owned() } else { format!("by {}", model.sort().label()) };
    let order = order.trim_start_matches("by newest").trim_start_matches("by last").to_owned();
    let order = if order.starts_with(' ') { model.sort().label().to_owned() } else { order };
    if taken + width(&order) + 2 <= columns {
        let space = columns - taken - width(&order) - 1;
        spans.push(Span::raw(" ".repeat(space)));
        spans.push(Span::styled(order, theme.dim));
    }
    Line::from(spans)
}

/// What narrows the list down.
fn chips(model: &Model) -> Vec<String> {
    let filters = &model.filters;
    let mut chips = Vec::new();
    if model.search.is_on() && !model.search.typing {
        chips.push(format!("/{}", safe(model.search.text())));
    }
    chips.extend(filters.tag.map(|tag| format!("@{}", model.tag_name(tag))));
    chips.extend(filters.priority.map(|priority| format!("p{priority}")));
    chips.extend(filters.reminder.then(|| "with a reminder".to_owned()));
    chips.extend(filters.dated.map(|dated| if dated { "with a due date" } else { "without a due date" }.to_owned()));
    chips.extend(filters.day.map(|day| day.format("%a %-d %b").to_string()));
    chips
}

fn draw_empty(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let key = |action| model.keymap.key(Context::List, action);
    let narrowed = model.search.is_on() || !model.filters.is_empty();
    let lines: Vec<String> = match (narrowed, model.view()) {
        _ if model.link == Link::Loading || model.link == Link::Connecting => vec!["Loading…".to_owned()],
        _ if model.search.is_running() => vec!["Searching…".to_owned()],
        (true, _) => {
            vec!["No task matches.".to_owned(), format!("{} removes search and filters.", key(Action::Back))]
        }
        (_, View::All) if model.counts.done > 0 => vec![
            "All done: nothing is left to do.".to_owned(),
            String::new(),
            format!("{} adds a task, {} shows what is done.", key(Action::Add), key(Action::DoneView)),
        ],
        (_, View::All) => vec![
            "Nothing to do yet.".to_owned(),
            String::new(),
            format!("Press {} and write, for example:", key(Action::Add)),
            "Call the bank tomorrow 10:00 @home p1 !30m".to_owned(),
            String::new(),
            format!("{} shows all keys.", key(Action::Help)),
        ],
        (_, View::Today) => vec!["Nothing is due today.".to_owned()],
        (_, View::Overdue) => vec!["Nothing is overdue.".to_owned()],
        (_, View::Done) => vec!["Nothing is done yet.".to_owned()],
        (..) => vec!["Nothing here.".to_owned(), format!("{} adds a task.", key(Action::Add))],
    };
    let top = area.y + area.height.saturating_sub(u16::try_from(lines.len()).unwrap_or(0)) / 3;
    for (y, text) in (top..area.bottom()).zip(lines) {
        let example = text.contains('@');
        let style = if example { theme.accent } else { theme.dim };
        frame.render_widget(Line::styled(text, style).centered(), Rect { y, height: 1, ..area });
    }
}

/// The columns that these tasks need.
struct Columns {
    priority: bool,
    tags: usize,
    marks: usize,
    due: usize,
    title: usize,
}

impl Columns {
    fn of(tasks: &[&Task], columns: usize) -> Self {
        let priority = tasks.iter().any(|task| task.priority != PRIORITY_NONE);
        let dated = tasks.iter().any(|task| task.due.is_some());
        let marked = tasks.iter().any(|task| task.repeat.is_some() || task.remind_time.is_some());
        let tagged = tasks.iter().any(|task| !task.tags.is_empty());
        let due = if dated { due::COLUMNS + 1 } else { 0 };
        let marks = if marked { 3 } else { 0 };
        let tags = if tagged && columns >= 50 { (columns / 5).min(24) } else { 0 };
        let fixed = 3 + if priority { 3 } else { 0 } + tags + marks + due + 1;
        Self { priority, tags, marks, due, title: columns.saturating_sub(fixed) }
    }

    fn line(&self, model: &Model, task: &Task) -> Line<'static> {
        let theme = &model.theme;
        let title_style = if task.completed { theme.dim } else { theme.text };
        let mut spans = vec![self.state(model, task)];
        if self.priority {
            let priority = if task.priority == PRIORITY_NONE { String::new() } else { format!("p{}", task.priority) };
            spans.push(Span::styled(pad(&priority, 3), due::priority_style(task.priority, theme)));
        }
        // Tags take what they need of their share, the title has the rest.
        let tags = fit(&tag_list(model, task), self.tags.saturating_sub(1)).into_owned();
        let title = self.title + self.tags - if tags.is_empty() { 0 } else { width(&tags) + 1 };
        spans.push(Span::styled(pad(&safe(&task.title), title), title_style));
        if !tags.is_empty() {
            spans.push(Span::raw(" "));
            spans.push(Span::styled(tags, theme.tag));
        }
        if self.marks > 0 {
            let mark = |on: bool, mark: &'static str| if on { mark } else { " " };
            let marks = format!(
                " {}{}",
                mark(task.repeat.is_some(), REPEATS),
                mark(task.remind_time.is_some() && !task.completed, REMINDS)
            );
            spans.push(Span::styled(marks, theme.dim));
        }
        if self.due > 0 {
            let (words, style): (String, Style) = match task.due {
                Some(due) => (due::short(due, &model.here()), due::style(task, due, model)),
                None => (String::new(), theme.dim),
            };
            spans.push(Span::styled(pad_left(&words, self.due), style));
        }
        spans.push(Span::raw(" "));
        Line::from(spans)
    }

    fn state(&self, model: &Model, task: &Task) -> Span<'static> {
        let theme = &model.theme;
        let (sign, style) = match () {
            () if model.list.marked.contains(&task.id) => ("◆", theme.accent),
            () if task.completed => ("✓", theme.good),
            () => ("○", theme.dim),
        };
        // What is done to it has not reached the server.
        Span::styled(format!(" {sign}{}", if model.waits(task.id) { "…" } else { " " }), style)
    }
}

fn tag_list(model: &Model, task: &Task) -> String {
    task.tags.iter().map(|tag| format!("@{}", model.tag_name(*tag))).collect::<Vec<_>>().join(" ")
}
