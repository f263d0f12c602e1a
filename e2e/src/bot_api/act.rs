//! What people do, and what the bot is told of it.

use serde_json::{Value, json};

use super::{
    message::{Draft, Message, MessageId, User, Version},
    shared::Shared,
    world::{Chat, Kind, Query, Standing, World},
};

/// Puts a message into a chat, by a person or in a channel's own name.
pub(crate) fn say(shared: &Shared, chat: i64, from: Option<User>, draft: Draft) -> MessageId {
    let id = {
        let mut world = shared.world();
        open(&mut world, chat);
        let kind = if from.is_some() { "message" } else { "channel_post" };
        let id = world.add(chat, from, draft);
        tell(&mut world, chat, id, kind);
        id
    };
    shared.queue_changed();
    id
}

/// A first message makes a stranger's chat.
fn open(world: &mut World, chat: i64) {
    let chat = world.chat_mut(chat);
    match chat.standing {
        Standing::Stranger => chat.standing = Standing::Open,
        Standing::Blocked => panic!("chat {} has blocked the bot and can't write to it before unblocking", chat.id),
        _ => {}
    }
}

/// Tells the bot of a message, if it may read it.
fn tell(world: &mut World, chat: i64, id: MessageId, kind: &'static str) {
    let chat = world.chat(chat);
    let Some(message) = chat.message(id) else { return };
    if chat.standing != Standing::Open || !may_read(world, chat, message) {
        return;
    }
    let (chat, body) = (chat.id, world.message_wire(chat, message));
    happens(world, chat, kind, body);
}

fn happens(world: &mut World, chat: i64, kind: &'static str, body: Value) {
    let World { updates, journal, .. } = world;
    updates.push(chat, kind, body, journal);
}

/// In groups bots read commands and replies to them: <https://core.telegram.org/bots/features#privacy-mode>.
fn may_read(world: &World, chat: &Chat, message: &Message) -> bool {
    if chat.kind != Kind::Supergroup {
        return true;
    }
    let replies_to_bot = message.reply_to.and_then(|id| chat.message(id)).is_some_and(Message::is_bots);
    let text = &message.now().text;
    let command = text.split_whitespace().next().filter(|word| word.starts_with('/') && word.len() > 1);
    let addressed = command.is_some_and(|command| match command.split_once('@') {
        Some((_, name)) => world.me.username.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name)),
        None => true,
    });
    replies_to_bot || addressed
}

/// Changes a message of a person, or of a channel.
pub(crate) fn edit(shared: &Shared, chat: i64, person: Option<i64>, id: MessageId, text: &str) {
    {
        let mut world = shared.world();
        let now = world.now();
        let place = world.chat_mut(chat);
        let own = |message: &&mut Message| message.from.as_ref().map(|from| from.id) == person;
        let Some(message) = place.message_mut(id).filter(own) else {
            panic!("{person:?} can't edit #{id}\n{}", super::shown::transcript(place));
        };
        let draft: Version = Draft::text(text).version;
        message.versions.push(draft);
        message.edited_at = Some(now);
        place.touch();
        let kind = if person.is_some() { "edited_message" } else { "edited_channel_post" };
        tell(&mut world, chat, id, kind);
    }
    shared.queue_changed();
}

/// Sends what a button carries.
pub(crate) fn press(shared: &Shared, chat: i64, person: &User, message: MessageId, data: &str) -> String {
    let query = {
        let mut world = shared.world();
        let id = world.new_id("");
        let place = world.chat(chat);
        // Of what is gone, bots are told only that it was.
        let shown = match place.message(message) {
            Some(message) => world.message_wire(place, message),
            None => json!({"chat": world.chat_wire(place), "message_id": message, "date": 0}),
        };
        let body = json!({
            "id": id,
            "from": person.wire(),
            "message": shown,
            "chat_instance": format!("{}", chat.wrapping_mul(7_919)),
            "data": data,
        });
        let query = Query { person: person.id, chat, asked_at: world.now(), answered: false };
        world.queries.insert(id.clone(), query);
        happens(&mut world, chat, "callback_query", body);
        id
    };
    shared.queue_changed();
    query
}

/// Blocks, unblocks, adds or throws out the bot.
pub(crate) fn set_standing(shared: &Shared, chat: i64, by: &User, standing: Standing) {
    {
        let mut world = shared.world();
        let before = member_status(world.chat(chat).standing);
        world.chat_mut(chat).standing = standing;
        world.chat(chat).touch();
        let member = |status: &str| {
            let mut member = json!({"status": status, "user": world.me.wire()});
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            member
        };
        let body = json!({
            "chat": world.chat_wire(world.chat(chat)),
            "from": by.wire(),
            "date": world.now(),
            "old_chat_member": member(before),
            "new_chat_member": member(member_status(standing)),
        });
        happens(&mut world, chat, "my_chat_member", body);
    }
    shared.queue_changed();
}

fn member_status(standing: Standing) -> &'static str {
    match standing {
        Standing::Open | Standing::Stranger => "member",
        Standing::Blocked | Standing::Kicked => "kicked",
        Standing::Deactivated | Standing::Left => "left",
    }
}
