//! What the page draws, as JSON. Texts go with their entities, and the page builds elements from them: nobody's text ever
//! becomes markup.

use e2e::bot_api::{Action, Button, Entity, Person, Shown};
use serde_json::{Value, json};

use crate::page::Page;

/// As much of a chat as is shown.
const MESSAGES: usize = 300;

/// Everybody, and one person's chat.
pub(crate) fn state(page: &Page, id: i64) -> Value {
    let people = page.api.people();
    let chat = people.iter().find(|person| person.id() == id).map(|person| chat(page, person));
    json!({
        "people": people.iter().map(person).collect::<Vec<_>>(),
        "bot": {"username": page.api.username(), "ended": page.bot_has_ended()},
        "chat": chat,
    })
}

fn person(person: &Person) -> Value {
    let chat = person.chat();
    let from_bot = |shown: &&Shown| shown.from_bot && !shown.deleted;
    let newest = chat.iter().rev().find(from_bot).map(|shown| shown.id);
    let last = chat.iter().rev().find(|shown| !shown.deleted).map(|shown| &shown.text);
    json!({
        "id": person.id(), "name": person.name(), "language": person.language(), "newest": newest, "last": last,
    })
}

fn chat(page: &Page, person: &Person) -> Value {
    let chat = person.chat();
    let visible: Vec<&Shown> = chat.iter().filter(|shown| !shown.deleted).collect();
    let recent = &visible[visible.len().saturating_sub(MESSAGES)..];
    let toasts: Vec<Value> =
        person.toasts().iter().map(|toast| json!({"text": toast.text, "alert": toast.alert})).collect();
    json!({
        "messages": recent.iter().map(|shown| message(shown, &visible)).collect::<Vec<_>>(),
        "keyboard": person.reply_markup(),
        "toasts": toasts,
        "actions": person.actions().len(),
        "blocked": person.has_blocked_bot(),
        "commands": page.api.commands_for(person),
        "description": page.api.description_for(person),
    })
}

fn message(shown: &Shown, visible: &[&Shown]) -> Value {
    // They are in order.
    let replied = shown.reply_to.and_then(|id| visible.binary_search_by_key(&id, |other| other.id).ok());
    let replied = replied.map(|index| visible[index]);
    json!({
        "id": shown.id,
        "date": shown.date,
        "bot": shown.from_bot,
        "name": shown.from_name,
        "text": shown.text,
        "entities": shown.entities.iter().map(entity).collect::<Vec<_>>(),
        "keyboard": shown.keyboard.iter().map(|row| row.iter().map(button).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "edited": shown.edited,
        "reply": replied.map(|replied| json!({"name": replied.from_name, "text": replied.text})),
        "document": shown.document.as_ref().map(|file| json!({"name": file.name, "size": file.bytes.len()})),
        "media": shown.media,
        "silent": shown.silent,
        "reaction": shown.reaction,
    })
}

fn entity(entity: &Entity) -> Value {
    json!({"kind": entity.kind, "offset": entity.offset, "length": entity.length, "value": entity.value})
}

fn button(button: &Button) -> Value {
    let (action, value) = match &button.action {
        Action::Data(data) => ("data", data),
        Action::Url(url) => ("url", url),
        Action::Other(name) => ("other", name),
    };
    json!({"text": button.text, "action": action, "value": value})
}
