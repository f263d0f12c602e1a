//! Answers to pressed buttons.

use serde_json::json;

use super::super::{
    entities::utf16_len,
    params::Params,
    refusal::{Answer, Refusal},
    shown::Toast,
    world::World,
};

/// The most UTF-16 code units of an answer.
const TEXT: usize = 200;

pub(super) fn answer(world: &mut World, params: &Params) -> Answer {
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    if utf16_len(&text) > TEXT {
        return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
    }
    let (now, lifetime) = (world.now(), world.options.query_lifetime);
    let query = world
        .queries
        .get_mut(&id)
        .filter(|query| {
            !query.answered && now - query.asked_at <= i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)
        })
        .ok_or_else(|| Refusal::bad_request("query is too old and response timeout expired or query ID is invalid"))?;
    query.answered = true;
    let (person, chat) = (query.person, query.chat);
    let chat = world.chat_mut(chat);
    chat.toasts.push((person, Toast { query: id, text, alert: params.flag("show_alert") }));
    chat.touch();
    Ok(json!(true))
}
