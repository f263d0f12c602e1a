//! What menus offer, and what comes of it.

use todo_sdk::model::{Id, UpdateTask};

use super::{
    act,
    choose::pick_due,
    keys, navigate,
    palette::fuzzy,
    snooze::{self, postpone},
    writes::send,
};
use crate::{
    output::text,
    tui::{
        model::{
            Model,
            overlay::{About, Choice, Item, Menu, MenuKind, Overlay, Writing},
            queue::Op,
            scope::{Sort, View},
        },
        msg::Effect,
    },
};

/// The lines of a menu that fit what was typed.
pub(crate) fn menu_items(model: &Model, menu: &Menu) -> Vec<Item> {
    let typed = menu.chooser.input.value().trim();
    let item = |label: &str, choice: Choice, marked: bool| Item {
        label: label.to_owned(),
        note: String::new(),
        marked,
        choice,
    };
    let mut items: Vec<Item> = match &menu.kind {
        MenuKind::Sort => {
            Sort::ALL.into_iter().map(|sort| item(sort.label(), Choice::Sort(sort), sort == model.sort())).collect()
        }
        MenuKind::Filter => filter_items(model),
        MenuKind::Priority(ids) => {
            let now = ids.first().and_then(|id| model.store.get(*id)).map(|task| task.priority);
            [(1, "p1: highest"), (2, "p2"), (3, "p3"), (4, "none")]
                .map(|(priority, label)| item(label, Choice::Priority(priority), now == Some(priority)))
                .into()
        }
        MenuKind::Snooze(ids) => snooze::items(model, ids),
        MenuKind::Tags(ids) => tag_items(model, ids),
        MenuKind::Comments => model
            .details
            .comments
            .iter()
            .map(|comment| item(&text::line(&comment.content), Choice::Comment(comment.id), false))
            .collect(),
    };
    if typed.is_empty() {
        return items;
    }
    let exact = items.iter().any(|item| item.label.trim_start_matches('@').to_lowercase() == typed.to_lowercase());
    items = fuzzy(items, typed, |item| item.label.clone());
    if matches!(menu.kind, MenuKind::Tags(_)) && !exact {
        let name = typed.trim_start_matches('@').to_owned();
        items.push(Item {
            label: format!("@{name}"),
            note: "new tag".to_owned(),
            marked: false,
            choice: Choice::PutTag(name),
        });
    }
    items
}

fn filter_items(model: &Model) -> Vec<Item> {
    let filters = &model.filters;
    let item = |label: String, choice, marked| Item { label, note: String::new(), marked, choice };
    let mut items = Vec::new();
    if !filters.is_empty() {
        items.push(item("no filters".to_owned(), Choice::ClearFilters, false));
    }
    for priority in 1..=3 {
        let marked = filters.priority == Some(priority);
        items.push(item(format!("priority {priority}"), Choice::FilterPriority(priority), marked));
    }
    items.push(item("with a reminder".to_owned(), Choice::FilterReminder, filters.reminder));
    items.push(item("with a due date".to_owned(), Choice::FilterDated(true), filters.dated == Some(true)));
    items.push(item("without a due date".to_owned(), Choice::FilterDated(false), filters.dated == Some(false)));
    for view in model.views() {
        if let View::Tag(tag) = view {
            items.push(item(model.view_label(view), Choice::FilterTag(tag), filters.tag == Some(tag)));
        }
    }
    items
}

fn tag_items(model: &Model, ids: &[Id]) -> Vec<Item> {
    let tags = model.views().into_iter().filter_map(|view| if let View::Tag(tag) = view { Some(tag) } else { None });
    let has = |tag: &Id| ids.iter().filter_map(|id| model.store.get(*id)).all(|task| task.tags.contains(tag));
    tags.map(|tag| {
        let marked = has(&tag);
        let name = model.tags.get(&tag).cloned().unwrap_or_default();
        let choice = if marked { Choice::DropTag(tag) } else { Choice::PutTag(name) };
        Item { label: format!("@{}", model.tag_name(tag)), note: String::new(), marked, choice }
    })
    .collect()
}

pub(super) fn chosen(model: &mut Model) -> Vec<Effect> {
    let Overlay::Menu(menu) = &model.overlay else { return Vec::new() };
    let Some(item) = menu_items(model, menu).into_iter().nth(menu.chooser.cursor) else { return Vec::new() };
    let Overlay::Menu(menu) = std::mem::take(&mut model.overlay) else { return Vec::new() };
    let (MenuKind::Priority(ids) | MenuKind::Snooze(ids) | MenuKind::Tags(ids)) = menu.kind else {
        return chosen_for_list(model, item.choice);
    };
    chosen_for_tasks(model, ids, item.choice)
}

fn chosen_for_list(model: &mut Model, choice: Choice) -> Vec<Effect> {
    fn toggle<T: PartialEq>(field: &mut Option<T>, value: T) {
        *field = if field.as_ref() == Some(&value) { None } else { Some(value) };
    }
    match choice {
        Choice::Sort(sort) => {
            let view = model.view();
            model.state.set_sort(view, sort);
            model.refresh();
            return keys::remember(model);
        }
        Choice::FilterPriority(priority) => toggle(&mut model.filters.priority, priority),
        Choice::FilterTag(tag) => toggle(&mut model.filters.tag, tag),
        Choice::FilterDated(dated) => toggle(&mut model.filters.dated, dated),
        Choice::FilterReminder => model.filters.reminder = !model.filters.reminder,
        Choice::Comment(id) => {
            let content = model.details.comments.iter().find(|comment| comment.id == id).map(|c| c.content.clone());
            let writing = Writing::new(About::Edit(id), &content.unwrap_or_default());
            model.overlay = Overlay::Text(Box::new(writing));
            return Vec::new();
        }
        _ => return navigate::clear_filters(model),
    }
    model.refresh();
    Vec::new()
}

fn chosen_for_tasks(model: &mut Model, ids: Vec<Id>, choice: Choice) -> Vec<Effect> {
    let named = act::named(model, &ids);
    match choice {
        Choice::Priority(priority) => {
            let changes = UpdateTask { priority: Some(Some(priority)), ..UpdateTask::default() };
            let changes = ids.into_iter().map(|id| (id, changes.clone())).collect();
            let words = if priority == 4 { "no priority".to_owned() } else { format!("priority {priority}") };
            act::finish(model);
            send(model, Op::Each { changes }, format!("{named}: {words}"))
        }
        Choice::PutOff(to) => postpone(model, &ids, to),
        Choice::PutOffPick => {
            pick_due(model, ids);
            Vec::new()
        }
        Choice::PutTag(name) => {
            let said = format!("{named}: @{}", text::line(&name));
            act::finish(model);
            send(model, Op::Retag { ids, add: vec![name], remove: Vec::new() }, said)
        }
        Choice::DropTag(tag) => {
            let said = format!("{named}: no longer @{}", model.tag_name(tag));
            act::finish(model);
            send(model, Op::Retag { ids, add: Vec::new(), remove: vec![tag] }, said)
        }
        _ => Vec::new(),
    }
}
