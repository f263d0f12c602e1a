//! Adding and editing: the quick line, the form, longer texts.

use crossterm::event::KeyEvent;
use todo_sdk::{
    model::{Due, TITLE_MAX},
    quick,
};
use tui_input::{Input, backend::crossterm::EventHandler};

use super::{over, refused::keep_as_new, writes::send};
use crate::{
    output::text,
    tui::{
        keys::Action,
        model::{
            Model,
            drafts::of_all_fields,
            form::{Field, Form, id_of, text_area},
            overlay::{About, Menu, MenuKind, Overlay, Writing},
            picker::DayPicker,
            queue::Op,
            scope::View,
            store::day_of,
        },
        msg::Effect,
        quick::{Chip, Understood, due_label, tag_in_progress, understand},
    },
};

pub(super) fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Add => model.overlay = Overlay::Quick(Input::new(std::mem::take(&mut model.drafts.line))),
        Action::AddForm => {
            if let Some(form) = refused_task(model) {
                model.overlay = Overlay::Form(Box::new(form));
                return Vec::new();
            }
            let mut form = Form::new(None, &[], &model.here());
            let defaults = defaults(model);
            form.set(Field::Tags, defaults.tags.join(" "));
            if let Some(due) = defaults.task.due {
                form.set(Field::Due, crate::output::when::absolute(due, &model.here()));
            }
            form.begin();
            model.overlay = Overlay::Form(Box::new(form));
        }
        Action::Edit | Action::Remind => {
            if let Some(task) = one(model) {
                let (tags, here) = (model.tag_names(&task), model.here());
                let refused = model.drafts.take_changes(task.id);
                let mut form = Form::new(Some(task), &tags, &here);
                if let Some(refused) = refused {
                    form.take_over(&refused.mine, &refused.changes, refused.tags.as_deref(), &here);
                }
                if action == Action::Remind {
                    form.field = Field::Remind;
                }
                model.overlay = Overlay::Form(Box::new(form));
            }
        }
        Action::Comment => {
            if let Some(task) = one(model) {
                let (tasks, about) = (&model.store, About::Comment(task.id));
                let refused = model.drafts.take_comment(task.id, |id| tasks.get(id).is_none());
                let writing = refused.map_or_else(|| Writing::new(about, ""), |text| Writing::refused(about, &text));
                model.overlay = Overlay::Text(Box::new(writing.titled(task.title)));
            }
        }
        _ => {
            if model.details.comments.is_empty() {
                model.say("There is no comment on this task");
            } else {
                model.overlay = Overlay::Menu(Menu::new(MenuKind::Comments));
            }
        }
    }
    Vec::new()
}

/// The form of a new task that was not made, to go on with.
fn refused_task(model: &mut Model) -> Option<Form> {
    let (tasks, here) = (&model.store, model.here());
    let refused = model.drafts.take_new(|id| tasks.get(id).is_none())?;
    let mut form = Form::new(None, &[], &here);
    form.take_over(&refused.mine, &of_all_fields(&refused.mine.task), Some(&refused.mine.tags), &here);
    Some(form)
}

/// The task under the cursor, whatever is marked.
fn one(model: &mut Model) -> Option<todo_sdk::model::Task> {
    let task = model.selected().cloned();
    if task.is_none() {
        model.complain("No task is selected");
    }
    task
}

/// What a new task gets from where it is made.
fn defaults(model: &Model) -> Understood {
    let mut defaults = Understood::default();
    match model.view() {
        View::Tag(tag) => defaults.tags.extend(model.tags.get(&tag).cloned()),
        View::Today => defaults.task.due = Some(Due::Day(model.here().date_naive())),
        View::Calendar => defaults.task.due = Some(Due::Day(model.calendar.day)),
        _ => {}
    }
    defaults
}

/// What the line for adding means, where it is typed.
pub(crate) fn quick_understood(model: &Model, text: &str) -> Understood {
    let mut understood = understand(text, &model.here());
    let defaults = defaults(model);
    for tag in defaults.tags {
        if !understood.tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            understood.chips.push((Chip::Field(quick::Field::Tag), format!("@{tag}")));
            understood.tags.push(tag);
        }
    }
    if let (None, Some(due)) = (understood.task.due, defaults.task.due) {
        understood.task.due = Some(due);
        understood.chips.push((Chip::Field(quick::Field::Due), due_label(due, &model.here())));
    }
    understood
}

pub(super) fn perform(model: &mut Model, action: Action) -> Vec<Effect> {
    match (&mut model.overlay, action) {
        (_, Action::Cancel) => {
            over::leave(model);
            Vec::new()
        }
        (Overlay::Quick(_), Action::Accept) => add(model),
        (Overlay::Quick(_), _) => {
            complete_tag(model);
            Vec::new()
        }
        (Overlay::Form(_), Action::Accept) => save(model),
        (Overlay::Form(form), Action::NextField) => {
            form.move_by(1);
            Vec::new()
        }
        (Overlay::Form(form), Action::PreviousField) => {
            form.move_by(-1);
            Vec::new()
        }
        (Overlay::Form(_), Action::PickDay) => {
            pick_day(model);
            Vec::new()
        }
        (Overlay::Form(form), Action::Editor) => {
            form.field = Field::Description;
            vec![Effect::Edit(form.description.lines().join("\n"))]
        }
        (Overlay::Text(writing), Action::Editor) => vec![Effect::Edit(writing.text())],
        (Overlay::Text(_), Action::Accept) => save_text(model),
        _ => Vec::new(),
    }
}

fn add(model: &mut Model) -> Vec<Effect> {
    let Overlay::Quick(input) = &model.overlay else { return Vec::new() };
    let line = input.value().trim().to_owned();
    if line.is_empty() {
        model.overlay = Overlay::None;
        return Vec::new();
    }
    let understood = quick_understood(model, &line);
    let title = &understood.task.title;
    let length = title.chars().count();
    if length > TITLE_MAX {
        model.complain(format!("The title is too long: {length} of at most {TITLE_MAX} characters"));
        return Vec::new();
    }
    model.overlay = Overlay::None;
    let said = format!("Added: “{}”", text::line(title));
    send(model, Op::Create { task: Box::new(understood.task), tags: understood.tags }, said)
}

/// Names of tags that begin like the one being typed, those with most tasks first.
pub(crate) fn tag_suggestions(model: &Model, text: &str) -> Vec<String> {
    let Some(begun) = tag_in_progress(text).map(str::to_lowercase) else { return Vec::new() };
    let mut fitting: Vec<_> = model
        .tags
        .iter()
        .filter(|(_, name)| name.to_lowercase().starts_with(&begun) && name.to_lowercase() != begun)
        .map(|(id, name)| (std::cmp::Reverse(model.counts.tags.get(id).copied().unwrap_or_default()), name.clone()))
        .collect();
    fitting.sort();
    fitting.into_iter().take(5).map(|(_, name)| name).collect()
}

fn complete_tag(model: &mut Model) {
    let Overlay::Quick(input) = &model.overlay else { return };
    let line = input.value().to_owned();
    let (Some(begun), Some(name)) = (tag_in_progress(&line), tag_suggestions(model, &line).into_iter().next()) else {
        return;
    };
    let name = if name.contains(char::is_whitespace) { format!("\"{name}\"") } else { name };
    let completed = format!("{}{name} ", &line[..line.len() - begun.len()]);
    model.overlay = Overlay::Quick(Input::new(completed));
}

pub(super) fn form_letter(model: &mut Model, key: KeyEvent) {
    let Overlay::Form(form) = &mut model.overlay else { return };
    form.error = None;
    let enter = key.code == crossterm::event::KeyCode::Enter;
    let field = form.field;
    match form.input_mut(field) {
        Some(_) if enter => form.move_by(1),
        Some(input) => {
            input.handle_event(&crossterm::event::Event::Key(key));
        }
        None => {
            form.description.input(key);
        }
    }
}

/// Opens the calendar for the field, on the day it has.
fn pick_day(model: &mut Model) {
    let here = model.here();
    let today = here.date_naive();
    let Overlay::Form(form) = &mut model.overlay else { return };
    if !matches!(form.field, Field::Due | Field::Remind) {
        form.field = Field::Due;
    }
    let due = crate::input::dates::parse_due(&form.text(form.field), &here).ok();
    let day = due.map_or(today, |due| day_of(due, here.timezone()));
    form.picker = Some(DayPicker::new(day, today));
}

/// The day was chosen: it goes into the field, and a time that was there stays.
pub(super) fn day_picked(model: &mut Model) {
    let here = model.here();
    let Overlay::Form(form) = &mut model.overlay else { return };
    let Some(picker) = form.picker.take() else { return };
    let field = form.field;
    let before = crate::input::dates::parse_due(&form.text(field), &here).ok();
    let time = match before {
        Some(Due::At(at)) => format!(" {}", at.with_timezone(&here.timezone()).format("%H:%M")),
        _ if field == Field::Remind => " 9:00".to_owned(),
        _ => String::new(),
    };
    form.set(field, format!("{}{time}", picker.day));
}

fn save(model: &mut Model) -> Vec<Effect> {
    let here = model.here();
    let Overlay::Form(form) = &mut model.overlay else { return Vec::new() };
    let filled = match form.read(&here) {
        Ok(filled) => filled,
        Err((field, why)) => {
            form.field = field;
            form.error = Some((field, why));
            model.complain(format!("Mend “{}” first", field.label()));
            return Vec::new();
        }
    };
    let title = text::line(&filled.task.title).into_owned();
    let Some(id) = id_of(form) else {
        model.overlay = Overlay::None;
        let said = format!("Added: “{title}”");
        return send(model, Op::Create { task: Box::new(filled.task), tags: filled.tags }, said);
    };
    let changes = form.changes(&filled);
    let base = form.base.clone();
    model.overlay = Overlay::None;
    let Some((changes, tags)) = changes else {
        model.say("Nothing was changed");
        return Vec::new();
    };
    let version = base.as_ref().map(|base| base.version);
    if let Some(base) = base.filter(|_| model.store.get(id).is_none()) {
        let said = keep_as_new(model, &base, &changes, tags.as_deref());
        model.complain(said);
        return Vec::new();
    }
    // What is on its way raises the version itself.
    let version = version.filter(|version| *version > 0 && !model.queue.changes(id));
    let said = format!("Changed: “{title}”");
    send(model, Op::Update { id, changes: Box::new(changes), version, tags }, said)
}

fn save_text(model: &mut Model) -> Vec<Effect> {
    let Overlay::Text(writing) = std::mem::take(&mut model.overlay) else { return Vec::new() };
    let text = writing.text().trim().to_owned();
    match (writing.about, text.is_empty()) {
        (About::Comment(_), true) => {
            model.say("Nothing was written");
            Vec::new()
        }
        (About::Comment(task), false) => {
            model.details.shows_comment = model.details.id == task;
            send(model, Op::Comment { task, text }, "Commented".to_owned())
        }
        (About::Edit(id), true) => send(model, Op::DeleteComment { id }, "Comment deleted".to_owned()),
        (About::Edit(id), false) => send(model, Op::EditComment { id, text }, "Comment changed".to_owned()),
    }
}

/// A text comes back from the editor.
pub(super) fn written(model: &mut Model, result: Result<Option<String>, String>) -> Vec<Effect> {
    match (result, &mut model.overlay) {
        (Ok(Some(text)), Overlay::Form(form)) => form.description = text_area(text.trim_end()),
        (Ok(Some(text)), Overlay::Text(writing)) => writing.area = text_area(text.trim_end()),
        (Err(why), _) => model.complain(why),
        _ => {}
    }
    Vec::new()
}
