//! Chats.

use serde_json::{Value, json};

use super::{
    super::{
        params::Params,
        refusal::{Answer, Refusal},
        world::{Kind, Standing, World},
    },
    known_chat, message_id, open_chat,
};

/// What a bot can show that it is doing.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn action(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let action = params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(Refusal::bad_request("wrong parameter action in request"));
    }
    let chat = world.chat_mut(chat);
    chat.actions.push(action);
    chat.touch();
    Ok(json!(true))
}

pub(super) fn get(world: &mut World, params: &Params) -> Answer {
    let chat = known_chat(world, params)?;
    let mut wire = world.chat_wire(chat);
    wire["accent_color_id"] = json!(0);
    wire["max_reaction_count"] = json!(11);
    wire["accepted_gift_types"] = json!({
        "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
        "gifts_from_channels": true,
    });
    if let Some(pinned) = chat.pinned.last().and_then(|id| chat.message(*id)) {
        wire["pinned_message"] = world.message_wire(chat, pinned);
    }
    Ok(wire)
}

pub(super) fn leave(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?;
    if chat.kind == Kind::Private {
        return Err(Refusal::bad_request("chat member status can't be changed in private chats"));
    }
    let id = chat.id;
    world.chat_mut(id).standing = Standing::Left;
    Ok(json!(true))
}

pub(super) fn pin(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let id = message_id(params)?;
    let chat = world.chat_mut(chat);
    if chat.message(id).is_none() {
        return Err(Refusal::bad_request("message to pin not found"));
    }
    chat.pinned.retain(|pinned| *pinned != id);
    chat.pinned.push(id);
    chat.touch();
    Ok(json!(true))
}

/// Without a number, the last one that was pinned.
pub(super) fn unpin(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let chat = world.chat_mut(chat);
    let id = params.integer("message_id").or(chat.pinned.last().copied());
    let before = chat.pinned.len();
    chat.pinned.retain(|pinned| Some(*pinned) != id);
    if chat.pinned.len() == before {
        return Err(Refusal::bad_request("message to unpin not found"));
    }
    chat.touch();
    Ok(json!(true))
}

pub(super) fn unpin_all(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let chat = world.chat_mut(chat);
    chat.pinned.clear();
    chat.touch();
    Ok(json!(true))
}

pub(super) fn react(world: &mut World, params: &Params) -> Answer {
    let chat = open_chat(world, params)?.id;
    let id = message_id(params)?;
    let reaction = match params.json("reaction")? {
        Some(Value::Array(reactions)) if reactions.len() > 1 => {
            return Err(Refusal::bad_request("REACTIONS_TOO_MANY"));
        }
        Some(Value::Array(reactions)) => reactions.into_iter().next(),
        _ => None,
    };
    let chat = world.chat_mut(chat);
    let message = chat.message_mut(id).ok_or_else(|| Refusal::bad_request("message to react not found"))?;
    message.reaction = reaction;
    chat.touch();
    Ok(json!(true))
}
