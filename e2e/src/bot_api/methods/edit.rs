//! Editing.

use std::time::Instant;

use serde_json::Value;

use super::{
    super::{
        keyboard::Markup,
        message::{Message, MessageId, Version},
        params::Params,
        refusal::{Answer, Refusal},
        world::{Kind, World},
    },
    message_id, open_chat, text,
};

/// Telegram's words where an edit would change nothing.
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the same \
                            as a current content and reply markup of the message";

pub(super) fn text(world: &mut World, params: &Params) -> Answer {
    let (chat, id, message) = editable(world, params)?;
    if message.is_media() {
        return Err(Refusal::bad_request("there is no text in the message to edit"));
    }
    let mut version = text::message(params)?;
    version.keyboard = Markup::read(params)?.into_inline()?;
    replace(world, chat, id, version)
}

pub(super) fn caption(world: &mut World, params: &Params) -> Answer {
    let (chat, id, message) = editable(world, params)?;
    if !message.is_media() {
        return Err(Refusal::bad_request("there is no caption in the message to edit"));
    }
    let mut version = text::caption(params)?;
    version.keyboard = Markup::read(params)?.into_inline()?;
    replace(world, chat, id, version)
}

pub(super) fn reply_markup(world: &mut World, params: &Params) -> Answer {
    let (chat, id, message) = editable(world, params)?;
    let keyboard = Markup::read(params)?.into_inline()?;
    let version = Version { keyboard, ..message.now().clone() };
    replace(world, chat, id, version)
}

fn editable<'a>(world: &'a World, params: &Params) -> Result<(i64, MessageId, &'a Message), Refusal> {
    if params.text("inline_message_id").is_some() {
        return Err(Refusal::unsupported("editing what was sent inline"));
    }
    let chat = open_chat(world, params)?;
    let id = message_id(params)?;
    let message = chat.message(id).ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
    let own = message.is_bots() || (chat.kind == Kind::Channel && message.from.is_none());
    if !own || message.brought_keyboard {
        return Err(Refusal::bad_request("message can't be edited"));
    }
    Ok((chat.id, id, message))
}

fn replace(world: &mut World, chat: i64, id: MessageId, version: Version) -> Answer {
    let now = world.now();
    let chat = world.chat_mut(chat);
    let message = chat.message_mut(id).ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
    let current = message.now();
    let same_content = (&current.text, &current.entities) == (&version.text, &version.entities);
    if same_content && current.keyboard == version.keyboard {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    // A new keyboard alone does not mark a message as edited.
    if !same_content {
        message.edited_at = Some(now);
    }
    message.versions.push(version);
    chat.touch();
    let chat = chat.id;
    world.journal.answered(chat, Instant::now());
    let chat = world.chat(chat);
    Ok(chat.message(id).map_or(Value::Null, |message| world.message_wire(chat, message)))
}
