//! Sending.

use std::time::Instant;

use serde_json::{Value, json};

use super::{
    super::{
        keyboard::Markup,
        message::{Draft, MessageId},
        params::Params,
        refusal::{Answer, Refusal},
        world::{Chat, Kind, World},
    },
    open_chat, text,
};

pub(super) fn message(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let draft = Draft::of(text::message(params)?);
    send(world, chat, draft, params)
}

pub(super) fn document(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let version = text::caption(params)?;
    let mut draft = match params.file("document").cloned() {
        Some(upload) if upload.bytes.is_empty() => return Err(Refusal::bad_request("file must be non-empty")),
        Some(upload) => {
            let id = world.new_id("BQACAgIAAxkBAAI");
            let document = json!({
                "file_id": id,
                "file_unique_id": id[id.len() - 12..],
                "file_name": upload.name,
                "mime_type": upload.mime,
                "file_size": upload.bytes.len(),
            });
            world.files.insert(id, (upload.name.clone(), upload.bytes.clone()));
            let mut draft = Draft::media("document", document);
            draft.file = Some((upload.name, upload.bytes));
            draft
        }
        None => known_document(world, params)?,
    };
    draft.version = version;
    send(world, chat, draft, params)
}

/// A document that was sent before.
fn known_document(world: &World, params: &Params) -> Result<Draft, Refusal> {
    let id = params.text("document").unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::bad_request("there is no document in the request"));
    }
    if id.contains("://") {
        return Err(Refusal::unsupported("a document by its address"));
    }
    let (name, bytes) = world
        .files
        .get(&id)
        .cloned()
        .ok_or_else(|| Refusal::bad_request("wrong file identifier/HTTP URL specified"))?;
    let document = json!({
        "file_id": id,
        "file_unique_id": id[id.len().saturating_sub(12)..],
        "file_name": name,
        "file_size": bytes.len(),
    });
    let mut draft = Draft::media("document", document);
    draft.file = Some((name, bytes));
    Ok(draft)
}

/// What all ways of sending share.
fn send(world: &mut World, chat: i64, mut draft: Draft, params: &Params) -> Answer {
    let markup = Markup::read(params)?;
    draft.reply_to = reply_to(world.chat(chat), params)?;
    draft.silent = params.flag("disable_notification");
    draft.protected = params.flag("protect_content");
    draft.brought_keyboard = !matches!(markup, Markup::None | Markup::Inline(_));
    let now = Instant::now();
    let is_group = world.chat(chat).kind != Kind::Private;
    world.limits.take(chat, is_group, now)?;
    if let Markup::Inline(keyboard) = &markup {
        draft.version.keyboard = Some(keyboard.clone());
    }
    let from = (world.chat(chat).kind != Kind::Channel).then(|| world.me.clone());
    let id = world.add(chat, from, draft);
    match markup {
        Markup::Reply(keyboard) => world.chat_mut(chat).reply_keyboard = Some(keyboard),
        Markup::Remove => world.chat_mut(chat).reply_keyboard = None,
        _ => {}
    }
    world.journal.answered(chat, now);
    let chat = world.chat(chat);
    Ok(chat.message(id).map(|message| world.message_wire(chat, message)).unwrap_or_default())
}

/// What the message replies to, in the new way of saying it or in the old.
fn reply_to(chat: &Chat, params: &Params) -> Result<Option<MessageId>, Refusal> {
    let (id, anyway) = match params.json("reply_parameters")? {
        Some(reply) => {
            let elsewhere = reply.get("chat_id").and_then(Value::as_i64).is_some_and(|id| id != chat.id);
            if elsewhere {
                return Err(Refusal::unsupported("a reply to another chat"));
            }
            (reply["message_id"].as_i64(), reply["allow_sending_without_reply"] == true)
        }
        None => (params.integer("reply_to_message_id"), params.flag("allow_sending_without_reply")),
    };
    match id.filter(|id| *id > 0) {
        None => Ok(None),
        Some(id) if chat.message(id).is_some() => Ok(Some(id)),
        Some(_) if anyway => Ok(None),
        Some(_) => Err(Refusal::bad_request("message to be replied not found")),
    }
}
