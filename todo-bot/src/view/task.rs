//! A task.

use std::collections::HashMap;

use todo_sdk::model::{Id, PRIORITY_NONE, Task};

use super::{label, tags::TagPage, when::Clock};
use crate::{
    action::{Action, Target},
    i18n::Words,
    telegram::{
        Button, Screen,
        html::{cut, escape, parts},
    },
};

/// Most of a description that stands in the message of its task.
const DESCRIPTION_SHOWN: usize = 1500;
/// Most of the names of categories that stand in one line.
pub(crate) const TAGS_SHOWN: usize = 500;
/// Most UTF-16 code units of a part of a description.
const PART: usize = 3500;
/// Reminders that are offered, in minutes before a task is due.
const REMIND_BEFORE: [i64; 6] = [0, 10, 30, 60, 180, 1440];

/// The number of a task, by which an answer to the message finds it.
#[must_use]
pub(crate) fn number(task: Id) -> String {
    format!("<code>#{task}</code>")
}

/// A priority's mark; none for those that have none.
#[must_use]
pub(crate) fn mark(priority: i16) -> &'static str {
    match priority {
        1 => "🔴",
        2 => "🟠",
        3 => "🔵",
        _ => "",
    }
}

/// Its title, struck through if it is done.
#[must_use]
pub(crate) fn title(task: &Task) -> String {
    let title = escape(&task.title);
    if task.completed { format!("✅ <s>{title}</s>") } else { format!("<b>{title}</b>") }
}

/// When it is due, and what else there is to know, a line each.
#[must_use]
pub(crate) fn facts(clock: Clock, task: &Task, tags: &HashMap<Id, String>) -> Vec<String> {
    let words = clock.words;
    let mut facts = Vec::new();
    if let Some(at) = task.completed_at.filter(|_| task.completed) {
        facts.push(words.html("done-at", [("when", clock.moment(at).into())]));
    }
    if task.priority < PRIORITY_NONE {
        facts.push(format!("{} {}", mark(task.priority), priority(words, task.priority)));
    }
    if let Some(due) = task.due {
        let over = if clock.is_over(due) && !task.completed { " ❗" } else { "" };
        facts.push(format!("📅 {}{over}", clock.due(due)));
    }
    if let Some(at) = task.remind_time {
        let before = task.remind_before_seconds.map(|seconds| format!(" ({})", clock.before(seconds / 60)));
        facts.push(format!("🔔 {}{}", clock.moment(at), before.unwrap_or_default()));
    }
    if let Some(repeat) = &task.repeat {
        facts.push(format!("🔁 {}", escape(&super::repeat::words(clock, repeat))));
    }
    let names: Vec<&str> = task.tags.iter().filter_map(|tag| tags.get(tag)).map(String::as_str).collect();
    if !names.is_empty() {
        facts.push(format!("🏷 {}", escape(&label(&names.join(", "), TAGS_SHOWN))));
    }
    facts
}

/// A priority's name.
#[must_use]
pub(crate) fn priority(words: Words, priority: i16) -> String {
    match priority {
        1 => words.say("priority-1"),
        2 => words.say("priority-2"),
        3 => words.say("priority-3"),
        _ => words.say("priority-none"),
    }
}

/// A task with all there is to know, and what can be done with it; how many comments it has, if that is known.
pub(crate) fn card(clock: Clock, task: &Task, tags: &HashMap<Id, String>, comments: Option<usize>) -> Screen {
    let words = clock.words;
    let mut text = title(task);
    for fact in facts(clock, task, tags) {
        text.push('\n');
        text.push_str(&fact);
    }
    let (description, more) = cut(&task.description, DESCRIPTION_SHOWN);
    if !description.is_empty() {
        text.push_str(&format!("\n\n{}{}", escape(description), if more { "…" } else { "" }));
    }
    text.push_str(&format!("\n\n{}", number(task.id)));
    let id = task.id;
    let turn = match task.completed {
        false => Button::new(words.say("do"), Action::Done { task: id }),
        true => Button::new(words.say("reopen"), Action::Reopen { task: id }),
    };
    let mut screen = Screen::text(text);
    if more {
        screen = screen.button(words.say("whole-description"), Action::Description { task: id, part: 0 });
    }
    screen
        .row([turn, Button::new(words.say("edit"), Action::Edit { task: id })])
        .row([
            Button::new(comments_button(words, comments), Action::Comments { task: id, page: 0 }),
            Button::new(words.say("reminder-button"), Action::Reminders { task: id }),
        ])
        .row([
            Button::new(words.say("delete"), Action::AskDelete { task: id }),
            Button::new(words.say("back-to-list"), Action::Back),
        ])
}

fn comments_button(words: Words, count: Option<usize>) -> String {
    match count {
        Some(count) => words.plain("comments-button", [("n", count.into())]),
        None => words.say("comments-button-only"),
    }
}

/// A part of a description that is too long for one message.
pub(crate) fn description(words: Words, task: &Task, part: u32) -> Screen {
    let turn = |part| Action::Description { task: task.id, part };
    let (shown, buttons) = self::part(words, &task.description, part, turn);
    Screen::text(format!("{}\n{shown}\n\n{}", title(task), number(task.id)))
        .row(buttons)
        .button(words.say("back"), Action::Open { task: task.id })
}

/// A part of a text as HTML, and the buttons that lead to the others; all of it, where it is short.
#[must_use]
pub(crate) fn part(words: Words, text: &str, part: u32, turn: impl Fn(u32) -> Action) -> (String, Vec<Button>) {
    let all = parts(text, PART);
    let last = all.len().saturating_sub(1);
    let at = usize::try_from(part).unwrap_or(last).min(last);
    let shown = escape(all.get(at).copied().unwrap_or_default());
    if last == 0 {
        return (shown, Vec::new());
    }
    let heading = words.html("description-part", [("part", (at + 1).into()), ("of", all.len().into())]);
    let to = |label: &str, part: usize| Button::new(label, turn(u32::try_from(part).unwrap_or(0)));
    let before = at.checked_sub(1).map(|before| to("‹", before));
    let behind = (at < last).then(|| to("›", at + 1));
    (format!("{heading}\n\n{shown}"), before.into_iter().chain(behind).collect())
}

/// Its fields.
pub(crate) fn edit(words: Words, task: &Task) -> Screen {
    let id = task.id;
    let text = format!("{}\n{}\n\n{}", title(task), words.say("what-to-edit"), number(id));
    let target = Target::Due(id);
    Screen::text(text)
        .row([
            Button::new(words.say("field-title"), Action::EditTitle { task: id }),
            Button::new(words.say("field-description"), Action::EditDescription { task: id }),
        ])
        .row([
            Button::new(words.say("field-categories"), Action::TaskTags { task: id }),
            Button::new(words.say("field-priority"), Action::Priorities { task: id }),
        ])
        .row([
            Button::new(words.say("field-due"), Action::Month { target, year: 0, month: 0 }),
            Button::new(words.say("field-reminder"), Action::Reminders { task: id }),
        ])
        .button(words.say("field-repeat"), Action::Repeats { task: id })
        .button(words.say("back"), Action::Open { task: id })
}

/// Its priorities.
pub(crate) fn priorities(words: Words, task: &Task) -> Screen {
    let button = |priority: i16| {
        let chosen = if task.priority == priority { "✓ " } else { "" };
        let label = format!("{chosen}{} {}", mark(priority), self::priority(words, priority));
        Button::new(label.trim().to_owned(), Action::Priority { task: task.id, priority })
    };
    let text = format!("{}\n{}\n\n{}", title(task), words.say("which-priority"), number(task.id));
    Screen::text(text)
        .grid((1..=PRIORITY_NONE).map(button), 1)
        .button(words.say("back"), Action::Edit { task: task.id })
}

/// Its categories, to be chosen among all.
pub(crate) fn categories(words: Words, task: &Task, page: &TagPage<'_>) -> Screen {
    let text = format!("{}\n{}\n\n{}", title(task), words.say("which-categories"), number(task.id));
    let id = task.id;
    Screen::text(text)
        .grid(page.choices(&task.tags, |tag| Action::ToggleTag { task: id, tag }), 2)
        .row(page.turns(|page| Action::TaskTagsPage { task: id, page }))
        .row([
            Button::new(words.say("new-category"), Action::NewTaskTag { task: id }),
            Button::new(words.say("back"), Action::Open { task: id }),
        ])
}

/// When to remind of it.
pub(crate) fn reminders(clock: Clock, task: &Task) -> Screen {
    let words = clock.words;
    let now = match task.remind_time {
        Some(at) => words.html("reminder-is", [("when", clock.moment(at).into())]),
        None => words.say("reminder-none"),
    };
    let text = format!("{}\n{now}\n{}\n\n{}", title(task), words.say("reminder-ask"), number(task.id));
    let mut screen = Screen::text(text);
    if task.due.is_some() {
        let button = |minutes: i64| Button::new(clock.before(minutes), Action::RemindBefore { task: task.id, minutes });
        screen = screen.grid(REMIND_BEFORE.into_iter().map(button), 2);
    }
    let target = Target::Reminder(task.id);
    let mut last = vec![Button::new(words.say("choose-time"), Action::Month { target, year: 0, month: 0 })];
    if task.remind_time.is_some() {
        last.push(Button::new(words.say("no-reminder"), Action::NoReminder { task: task.id }));
    }
    screen.row(last).button(words.say("back"), Action::Open { task: task.id })
}

/// Whether to delete it.
pub(crate) fn ask_delete(words: Words, task: &Task) -> Screen {
    let text = format!("{}\n\n{}", words.html("ask-delete", [("title", (&task.title).into())]), number(task.id));
    Screen::text(text).row([
        Button::new(words.say("yes-delete"), Action::Delete { task: task.id }),
        Button::new(words.say("no"), Action::Open { task: task.id }),
    ])
}

/// It is gone, and may come back.
pub(crate) fn deleted(words: Words, task: &Task, seq: Option<i64>) -> Screen {
    let mut screen = Screen::text(words.html("deleted", [("title", (&task.title).into())]));
    if let Some(seq) = seq {
        screen = screen.button(words.say("undo"), Action::Undo { seq, task: task.id });
    }
    screen.button(words.say("back-to-list"), Action::Back)
}
