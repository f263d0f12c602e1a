//! The list.

use std::collections::HashMap;

use todo_sdk::model::{Id, Task};

use super::{label, task::mark, when::Clock};
use crate::{
    action::Action,
    session::{Filter, Place},
    telegram::{Button, Screen, html::escape},
};

/// Tasks on a page.
pub(crate) const PAGE: usize = 8;

/// A page of the list.
pub(crate) fn list(clock: Clock, place: &Place, tasks: &[Task], more: bool, tags: &HashMap<Id, String>) -> Screen {
    let words = clock.words;
    let mut text = format!("<b>{}</b>", heading(clock, place.filter));
    if let Some(name) = place.tag.and_then(|tag| tags.get(&tag)) {
        text.push_str(&format!(" · 🏷 {}", escape(name)));
    }
    if let Some(search) = &place.search {
        text.push_str(&format!(" · 🔍 «{}»", escape(&label(search, 60))));
    }
    let first = place.page as usize * PAGE;
    if tasks.is_empty() {
        text.push_str(&format!("\n\n{}", words.say(if place.search.is_none() { EMPTY } else { NOT_FOUND })));
    }
    for task in tasks {
        text.push_str(&format!("\n{}", line(clock, task)));
    }
    if more || place.page > 0 {
        let range = words.html("range", [("from", (first + 1).into()), ("to", (first + tasks.len()).into())]);
        text.push_str(&format!("\n\n{range}"));
    }
    let open = |task: &Task| {
        Button::new(
            format!("{} {}", mark(task.priority), label(&task.title, 40)).trim().to_owned(),
            Action::Open { task: task.id },
        )
    };
    let filter = place.filter;
    let mut turn = Vec::new();
    if place.page > 0 {
        turn.push(Button::new("‹", Action::List { filter, page: place.page - 1 }));
    }
    if more {
        turn.push(Button::new("›", Action::List { filter, page: place.page + 1 }));
    }
    let choose = |to: Filter| {
        let name = heading(clock, to);
        Button::new(if to == filter { format!("✓ {name}") } else { name }, Action::List { filter: to, page: 0 })
    };
    let search = match place.search {
        Some(_) => Button::new(words.say("clear-search"), Action::ClearSearch),
        None => Button::new(words.say("search"), Action::Search),
    };
    Screen::text(text)
        .grid(tasks.iter().map(open), 1)
        .row(turn)
        .row([Filter::Open, Filter::Done, Filter::All].map(choose))
        .row([Button::new(words.say("by-category"), Action::ListTags), search])
}

/// What an empty list says.
const EMPTY: &str = "list-empty";
/// What a search without a find says.
const NOT_FOUND: &str = "search-empty";

fn heading(clock: Clock, filter: Filter) -> String {
    match filter {
        Filter::Open => clock.words.say("list-open"),
        Filter::Done => clock.words.say("list-done"),
        Filter::All => clock.words.say("list-all"),
    }
}

fn line(clock: Clock, task: &Task) -> String {
    let done = if task.completed { "✅" } else { "▫️" };
    let mut line = format!("{done} {}", escape(&label(&task.title, 100)));
    if let Some(due) = task.due {
        let over = if clock.is_over(due) && !task.completed { " ❗" } else { "" };
        line.push_str(&format!(" — <i>{}{over}</i>", clock.due(due)));
    }
    if task.remind_time.is_some_and(|at| at > clock.now) && !task.completed {
        line.push_str(" 🔔");
    }
    line
}

/// Categories to filter by.
pub(crate) fn by_category(clock: Clock, place: &Place, tags: &HashMap<Id, String>) -> Screen {
    let chosen: Vec<Id> = place.tag.into_iter().collect();
    Screen::text(clock.words.say("filter-by"))
        .grid(super::task::choices(tags, &chosen, |tag| Action::ListTag { tag }), 2)
        .button(clock.words.say("any-category"), Action::ListTag { tag: 0 })
}
