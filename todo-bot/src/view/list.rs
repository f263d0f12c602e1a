//! The list.

use std::collections::HashMap;

use todo_sdk::model::{Id, Task};

use super::{label, tags::TagPage, task::mark, when::Clock};
use crate::{
    action::Action,
    i18n::Words,
    session::{Filter, Place, Spot},
    telegram::{Button, Screen, html::escape},
};

/// Tasks on a page.
pub(crate) const PAGE: usize = 8;

/// A page of the list.
pub(crate) fn list(clock: Clock, place: &Place, tasks: &[Task], more: bool, tags: &HashMap<Id, String>) -> Screen {
    let (words, spot) = (clock.words, place.spot());
    let mut text = format!("<b>{}</b>", heading(clock, place.filter));
    if let Some(name) = place.tag.and_then(|tag| tags.get(&tag)) {
        text.push_str(&format!(" · 🏷 {}", escape(name)));
    }
    if let Some(search) = &place.search {
        text.push_str(&format!(" · 🔍 «{}»", escape(&label(&search.text, 60))));
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
            Action::OpenIn { task: task.id, spot },
        )
    };
    let at = |page: u16| Action::ListAt { spot: Spot { page, ..spot } };
    let mut turn = Vec::new();
    if let Some(before) = spot.page.checked_sub(1) {
        turn.push(Button::new("‹", at(before)));
    }
    if let Some(behind) = spot.page.checked_add(1).filter(|_| more) {
        turn.push(Button::new("›", at(behind)));
    }
    let choose = |filter: Filter| {
        let name = heading(clock, filter);
        let label = if filter == spot.filter { format!("✓ {name}") } else { name };
        Button::new(label, Action::ListAt { spot: Spot { filter, page: 0, ..spot } })
    };
    let search = match place.search {
        Some(_) => Button::new(words.say("clear-search"), Action::ListAt { spot: Spot { search: 0, page: 0, ..spot } }),
        None => Button::new(words.say("search"), Action::Search { spot }),
    };
    Screen::text(text)
        .grid(tasks.iter().map(open), 1)
        .row(turn)
        .row([Filter::Open, Filter::Done, Filter::All].map(choose))
        .row([Button::new(words.say("by-category"), Action::ListTags { spot, page: 0 }), search])
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

/// Categories to filter a list by.
pub(crate) fn by_category(words: Words, spot: Spot, tags: &HashMap<Id, String>, page: u32) -> Screen {
    let only = |tag: Id| Action::ListAt { spot: Spot { tag, page: 0, ..spot } };
    let page = TagPage::new(tags, page);
    Screen::text(words.say("filter-by"))
        .grid(page.choices(&[spot.tag], only), 2)
        .row(page.turns(|page| Action::ListTags { spot, page }))
        .row([Button::new(words.say("any-category"), only(0)), Button::new(words.say("back"), Action::ListAt { spot })])
}
