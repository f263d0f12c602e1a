//! Longer texts, questions and conflicts.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use todo_sdk::model::Task;

use super::{
    boxed, draw_area, due,
    text::{fit, pad, safe},
};
use crate::{
    output::{repeat, when},
    tui::{
        layout::middle,
        model::{
            Model,
            detail::differences,
            overlay::{About, Confirm, Conflict, Writing},
            queue::{Op, apply},
        },
    },
};

pub(super) fn draw_text(model: &Model, writing: &Writing, frame: &mut Frame<'_>, area: Rect) {
    let height = (area.height / 2).max(8);
    let area = middle(area, 84, height);
    let title = match writing.about {
        About::Comment(id) => {
            let task = model.store.get(id);
            let title = safe(task.map_or(&*writing.title, |task| &task.title)).into_owned();
            let gone = if task.is_some() { "" } else { ", which is gone" };
            let columns = usize::from(area.width).saturating_sub(20 + gone.len());
            format!("Comment on “{}”{gone}", fit(&title, columns))
        }
        About::Edit(_) => "Edit the comment; without text it is deleted".to_owned(),
    };
    let inner = boxed(model, frame, area, &title);
    draw_area(frame, inner, &writing.area);
}

pub(super) fn draw_confirm(model: &Model, confirm: &Confirm, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let (question, note) = match confirm {
        Confirm::Delete(ids) => {
            let what = match ids.as_slice() {
                [id] => model.store.get(*id).map(|task| format!("“{}”", safe(&task.title))).unwrap_or_default(),
                ids => format!("{} tasks", ids.len()),
            };
            (
                format!("Delete {what}?"),
                format!(
                    "Comments go with it. {} brings it back.",
                    model.keymap.key(crate::tui::keys::Context::List, crate::tui::keys::Action::Undo,)
                ),
            )
        }
        Confirm::Discard(_) => ("Discard what you wrote?".to_owned(), "Nothing of it is kept.".to_owned()),
        Confirm::Quit => {
            let waiting = match model.unsent() {
                1 => "1 change has".to_owned(),
                many => format!("{many} changes have"),
            };
            let note = if crate::tui::hand_over::keeps_all(model) {
                "What waits is kept, and goes out with the next `todo`."
            } else {
                "Quitting loses what waits; stay, and it goes out when the server is back."
            };
            (format!("Quit? {waiting} not reached the server."), note.to_owned())
        }
    };
    let columns = u16::try_from(super::text::width(&question).max(super::text::width(&note)) + 6).unwrap_or(60);
    let inner = boxed(model, frame, middle(area, columns.clamp(40, 90), 5), "Sure?");
    let columns = usize::from(inner.width);
    let lines = [
        Line::styled(fit(&question, columns).into_owned(), theme.strong),
        Line::styled(fit(&note, columns).into_owned(), theme.dim),
        Line::from(vec![
            Span::styled("y", theme.accent),
            Span::styled(" yes   ", theme.dim),
            Span::styled("n", theme.accent),
            Span::styled(" no", theme.dim),
        ]),
    ];
    for (y, line) in (inner.y..inner.bottom()).zip(lines) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

pub(super) fn draw_conflict(model: &Model, conflict: &Conflict, frame: &mut Frame<'_>, area: Rect) {
    let theme = &model.theme;
    let outer = middle(area, 100, 16);
    let half = usize::from(outer.width.saturating_sub(16) / 2);
    let mut mine = conflict.theirs.clone();
    let update = Op::Update { id: mine.id, changes: Box::new(conflict.changes.clone()), version: None, tags: None };
    apply(&update, &mut mine, model.now);
    let row = |name: &str, mine: &str, theirs: &str, styles: [ratatui::style::Style; 2]| {
        Line::from(vec![
            Span::styled(pad(name, 12), theme.dim),
            Span::styled(pad(mine, half), styles[0]),
            Span::styled(pad(theirs, half), styles[1]),
        ])
    };
    let mut lines = vec![
        Line::styled(safe(&conflict.theirs.title).into_owned(), theme.strong),
        Line::default(),
        row("", "Mine", "Theirs", [theme.accent, theme.accent]),
    ];
    let wanted_tags =
        conflict.tags.as_ref().map(|names| names.iter().map(|name| format!("@{name}")).collect::<Vec<_>>());
    for name in ["title", "description", "due", "reminder", "priority", "repeat", "tags"] {
        let theirs = shown(model, &conflict.theirs, name);
        let mine = match (&wanted_tags, name) {
            (Some(tags), "tags") => safe(&tags.join(" ")).into_owned(),
            _ => shown(model, &mine, name),
        };
        let changed = conflict.base.as_ref().is_some_and(|base| differences(base, &conflict.theirs).contains(&name));
        if mine == theirs && !changed {
            continue;
        }
        let styles = if mine == theirs { [theme.dim, theme.text] } else { [theme.warn, theme.calm] };
        lines.push(row(name, &mine, &theirs, styles));
    }
    lines.push(Line::default());
    lines.push(Line::styled("Keep mine, keep theirs, or edit theirs with mine filled in?", theme.dim));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inner = boxed(model, frame, middle(area, outer.width, height), "Changed by somebody else meanwhile");
    for (y, line) in (inner.y..inner.bottom()).zip(lines) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

fn shown(model: &Model, task: &Task, field: &str) -> String {
    let here = model.here();
    let at = |at| due::long(todo_sdk::model::Due::At(at), &here);
    let text = match field {
        "title" => task.title.clone(),
        "description" => task.description.clone(),
        "due" => task.due.map(|due| due::long(due, &here)).unwrap_or_default(),
        "reminder" => task.remind_time.map(at).unwrap_or_default() + &when::reminder_words(task),
        "priority" => format!("p{}", task.priority),
        "repeat" => task.repeat.as_ref().map(repeat::words).unwrap_or_default(),
        _ => task.tags.iter().map(|tag| format!("@{}", model.tag_name(*tag))).collect::<Vec<_>>().join(" "),
    };
    if text.is_empty() { "–".to_owned() } else { safe(&text).into_owned() }
}
