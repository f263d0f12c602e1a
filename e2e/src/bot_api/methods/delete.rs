//! Deleting.

use serde_json::{Value, json};

use super::{
    super::{
        message::MessageId,
        params::Params,
        refusal::{Answer, Refusal},
        world::{Kind, World},
    },
    message_id, open_chat,
};

/// After so many seconds a message stays.
const DELETABLE: i64 = 48 * 60 * 60;
/// The most that one call deletes.
const BATCH: usize = 100;

pub(super) fn one(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    delete(world, chat, message_id(params)?)?;
    Ok(json!(true))
}

/// Those that can't be found or deleted are skipped.
pub(super) fn many(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let ids = match params.json("message_ids")? {
        Some(Value::Array(ids)) if !ids.is_empty() => ids,
        _ => return Err(Refusal::bad_request("message identifiers are not specified")),
    };
    if ids.len() > BATCH {
        return Err(Refusal::bad_request("too many message identifiers specified"));
    }
    for id in &ids {
        let id = id.as_i64().filter(|id| *id > 0);
        let id = id.ok_or_else(|| Refusal::bad_request("invalid message identifier specified"))?;
        // What can't be deleted is skipped.
        let _ = delete(world, chat, id);
    }
    Ok(json!(true))
}

fn delete(world: &mut World, chat: i64, id: MessageId) -> Result<(), Refusal> {
    let now = world.now();
    let chat = world.chat_mut(chat);
    let kind = chat.kind;
    let message = chat.message_mut(id).ok_or_else(|| Refusal::bad_request("message to delete not found"))?;
    // Among several people the bot, which is no administrator here, deletes only what it wrote.
    if kind == Kind::Supergroup && !message.is_bots() {
        return Err(Refusal::bad_request("message can't be deleted"));
    }
    if now - message.date > DELETABLE {
        return Err(Refusal::bad_request("message can't be deleted for everyone"));
    }
    message.deleted = true;
    chat.pinned.retain(|pinned| *pinned != id);
    chat.touch();
    Ok(())
}
