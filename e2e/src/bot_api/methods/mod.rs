//! What the bot can call. A resource owns its file; names are compared without regard to case, as Telegram does.

mod chats;
mod delete;
mod edit;
mod files;
mod queries;
mod send;
mod text;

use serde_json::{Value, json};

use super::{
    message::MessageId,
    params::Params,
    profile,
    refusal::{Answer, Refusal},
    world::{Chat, Standing, World},
};

/// What Telegram has and this server hasn't: a bot that calls it must not think that it has mistyped the name.
const UNSUPPORTED: [&str; 24] = [
    "answerinlinequery",
    "banchatmember",
    "copymessage",
    "copymessages",
    "createchatinvitelink",
    "editmessagelivelocation",
    "editmessagemedia",
    "forwardmessage",
    "forwardmessages",
    "getchatadministrators",
    "getchatmember",
    "getchatmembercount",
    "sendanimation",
    "sendaudio",
    "sendcontact",
    "sendlocation",
    "sendmediagroup",
    "sendphoto",
    "sendpoll",
    "sendsticker",
    "sendvenue",
    "sendvideo",
    "sendvideonote",
    "sendvoice",
];

/// Carries out a call of anything that needs no waiting.
pub(crate) fn call(world: &mut World, method: &str, params: &Params) -> Answer {
    match method {
        "getme" => Ok(me(world)),
        "logout" | "close" => Ok(json!(true)),
        "sendmessage" => send::message(world, params),
        "senddocument" => send::document(world, params),
        "sendchataction" => chats::action(world, params),
        "editmessagetext" => edit::text(world, params),
        "editmessagecaption" => edit::caption(world, params),
        "editmessagereplymarkup" => edit::reply_markup(world, params),
        "deletemessage" => delete::one(world, params),
        "deletemessages" => delete::many(world, params),
        "answercallbackquery" => queries::answer(world, params),
        "getfile" => files::get(world, params),
        "getchat" => chats::get(world, params),
        "leavechat" => chats::leave(world, params),
        "pinchatmessage" => chats::pin(world, params),
        "unpinchatmessage" => chats::unpin(world, params),
        "unpinallchatmessages" => chats::unpin_all(world, params),
        "setmessagereaction" => chats::react(world, params),
        _ if UNSUPPORTED.contains(&method) => Err(Refusal::unsupported(method)),
        _ => profile::call(&mut world.profile, method, params)
            .unwrap_or_else(|| Err(Refusal::new(404, "Not Found: method not found"))),
    }
}

fn me(world: &World) -> Value {
    let mut me = world.me.wire();
    me["first_name"] = json!(world.profile.name());
    let abilities = [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
    ];
    for (name, can) in abilities {
        me[name] = json!(can);
    }
    me
}

/// The chat that a call is about, if it names one that exists.
pub(crate) fn chat_id(world: &World, params: &Params) -> Option<i64> {
    params.integer("chat_id").or_else(|| {
        let name = params.text("chat_id")?;
        let name = name.strip_prefix('@')?;
        let chat = world.chats.values().find(|chat| chat.username.as_deref() == Some(name))?;
        Some(chat.id)
    })
}

/// The chat that a call is about, blocked or not.
fn known_chat<'a>(world: &'a World, params: &Params) -> Result<&'a Chat, Refusal> {
    if params.text("chat_id").unwrap_or_default().is_empty() {
        return Err(Refusal::bad_request("chat_id is empty"));
    }
    chat_id(world, params)
        .and_then(|id| world.chats.get(&id))
        .filter(|chat| chat.standing != Standing::Stranger)
        .ok_or_else(|| Refusal::bad_request("chat not found"))
}

/// The chat that a call is about, where the bot may act.
fn open_chat<'a>(world: &'a World, params: &Params) -> Result<&'a Chat, Refusal> {
    let chat = known_chat(world, params)?;
    chat.refuses().map_or(Ok(chat), Err)
}

fn message_id(params: &Params) -> Result<MessageId, Refusal> {
    params
        .integer("message_id")
        .filter(|id| *id > 0)
        .ok_or_else(|| Refusal::bad_request("message identifier is not specified"))
}
