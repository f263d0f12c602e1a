//! What the server knows: people, chats and their messages.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{
    Options,
    builder::PersonBuilder,
    faults::Faults,
    journal::Journal,
    limits::Limits,
    message::{Draft, Message, MessageId, User},
    profile::Profile,
    refusal::Refusal,
    updates::Updates,
};

/// What kind of chat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Private,
    Supergroup,
    Channel,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }
}

/// How the bot stands in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The person never wrote to the bot.
    Stranger,
    Open,
    Blocked,
    Deactivated,
    Kicked,
    Left,
}

/// A chat, with everything ever said in it.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) title: String,
    pub(crate) username: Option<String>,
    pub(crate) standing: Standing,
    pub(crate) messages: BTreeMap<MessageId, Message>,
    /// What the bot has put in place of the letters' keyboard.
    pub(crate) reply_keyboard: Option<Value>,
    pub(crate) pinned: Vec<MessageId>,
    /// Answers to pressed buttons: whose, what.
    pub(crate) toasts: Vec<(i64, super::shown::Toast)>,
    pub(crate) actions: Vec<String>,
    /// Counts up with each change.
    pub(crate) changed: watch::Sender<u64>,
}

impl Chat {
    pub(crate) fn new(id: i64, kind: Kind, title: &str, standing: Standing) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            username: None,
            standing,
            messages: BTreeMap::new(),
            reply_keyboard: None,
            pinned: Vec::new(),
            toasts: Vec::new(),
            actions: Vec::new(),
            changed: watch::channel(0).0,
        }
    }

    pub(crate) fn touch(&self) {
        self.changed.send_modify(|changes| *changes += 1);
    }

    /// A message that is still there.
    pub(crate) fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.get(&id).filter(|message| !message.deleted)
    }

    pub(crate) fn message_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        self.messages.get_mut(&id).filter(|message| !message.deleted)
    }

    /// Why the bot may not act here.
    pub(crate) fn refuses(&self) -> Option<Refusal> {
        let place = match self.kind {
            Kind::Supergroup => "supergroup",
            _ => "channel",
        };
        match self.standing {
            Standing::Open => None,
            Standing::Stranger => Some(Refusal::bad_request("chat not found")),
            Standing::Blocked => Some(Refusal::forbidden("bot was blocked by the user")),
            Standing::Deactivated => Some(Refusal::forbidden("user is deactivated")),
            Standing::Kicked => Some(Refusal::forbidden(format!("bot was kicked from the {place} chat"))),
            Standing::Left => Some(Refusal::forbidden(format!("bot is not a member of the {place} chat"))),
        }
    }
}

/// A pressed button that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) person: i64,
    pub(crate) chat: i64,
    pub(crate) asked_at: i64,
    pub(crate) answered: bool,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) me: User,
    /// How far the clock was put forward.
    pub(crate) ahead: Duration,
    pub(crate) people: HashMap<i64, User>,
    pub(crate) chats: HashMap<i64, Chat>,
    pub(crate) updates: Updates,
    pub(crate) queries: HashMap<String, Query>,
    pub(crate) files: HashMap<String, (String, Bytes)>,
    pub(crate) profile: Profile,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    last_message: MessageId,
    last_id: u64,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        let me = User {
            id: options.bot_id(),
            is_bot: true,
            first_name: "To-do".to_owned(),
            last_name: None,
            username: Some(options.username.clone()),
            language_code: None,
        };
        Self {
            limits: Limits::new(options.limits),
            profile: Profile::new(&me.first_name),
            me,
            ahead: Duration::ZERO,
            people: HashMap::new(),
            chats: HashMap::new(),
            updates: Updates::default(),
            queries: HashMap::new(),
            files: HashMap::new(),
            faults: Faults::default(),
            journal: Journal::default(),
            last_message: options.last_message,
            last_id: 0,
            options,
        }
    }

    /// In seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + self.ahead;
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    /// A new name for a file or a query.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}{:019}", self.last_id.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn meet(&mut self, person: PersonBuilder) {
        let user = person.user();
        let mut chat = Chat::new(user.id, Kind::Private, &user.first_name, Standing::Stranger);
        chat.username.clone_from(&user.username);
        self.chats.entry(user.id).or_insert(chat);
        self.people.insert(user.id, user);
    }

    /// The chat that a test or a call is known to be about.
    pub(crate) fn chat(&self, id: i64) -> &Chat {
        self.chats.get(&id).unwrap_or_else(|| panic!("there is no chat {id}"))
    }

    pub(crate) fn chat_mut(&mut self, id: i64) -> &mut Chat {
        self.chats.get_mut(&id).unwrap_or_else(|| panic!("there is no chat {id}"))
    }

    /// Chats with people count their messages together, as they are one account's; others each by themselves.
    pub(crate) fn next_message_id(&mut self, chat: i64) -> MessageId {
        match self.chats.get(&chat).filter(|chat| chat.kind != Kind::Private) {
            Some(chat) => chat.messages.keys().next_back().unwrap_or(&0) + 1,
            None => {
                self.last_message += 1;
                self.last_message
            }
        }
    }

    /// Puts a message into a chat, and answers its number.
    pub(crate) fn add(&mut self, chat: i64, from: Option<User>, draft: Draft) -> MessageId {
        let (id, date) = (self.next_message_id(chat), self.now());
        let message = Message {
            id,
            date,
            from,
            versions: vec![draft.version],
            edited_at: None,
            deleted: false,
            reply_to: draft.reply_to,
            media: draft.media,
            file: draft.file,
            silent: draft.silent,
            protected: draft.protected,
            brought_keyboard: draft.brought_keyboard,
            reaction: None,
        };
        let chat = self.chat_mut(chat);
        chat.messages.insert(id, message);
        chat.touch();
        id
    }

    pub(crate) fn chat_wire(&self, chat: &Chat) -> Value {
        let mut wire = json!({"id": chat.id, "type": chat.kind.name()});
        match self.people.get(&chat.id) {
            Some(person) => {
                wire["first_name"] = json!(person.first_name);
                if let Some(name) = &person.last_name {
                    wire["last_name"] = json!(name);
                }
            }
            None => wire["title"] = json!(chat.title),
        }
        if let Some(username) = &chat.username {
            wire["username"] = json!(username);
        }
        wire
    }

    /// A message as the Bot API writes it.
    pub(crate) fn message_wire(&self, chat: &Chat, message: &Message) -> Value {
        let mut wire = self.short_wire(chat, message);
        let replied = message.reply_to.and_then(|id| chat.message(id));
        if let Some(replied) = replied {
            wire["reply_to_message"] = self.short_wire(chat, replied);
        }
        wire
    }

    /// Without what it replies to: Telegram nests one level only.
    fn short_wire(&self, chat: &Chat, message: &Message) -> Value {
        let mut wire = Map::new();
        let mut set = |name: &str, value: Value| wire.insert(name.to_owned(), value);
        set("message_id", json!(message.id));
        set("date", json!(message.date));
        set("chat", self.chat_wire(chat));
        match &message.from {
            Some(from) => set("from", from.wire()),
            None => set("sender_chat", self.chat_wire(chat)),
        };
        if let Some(edited_at) = message.edited_at {
            set("edit_date", json!(edited_at));
        }
        let now = message.now();
        let (text, entities) = if message.is_media() { ("caption", "caption_entities") } else { ("text", "entities") };
        if !now.text.is_empty() {
            set(text, json!(now.text));
        }
        let marks: Vec<Value> = now.entities.iter().filter_map(|entity| entity.wire(&self.people)).collect();
        if !marks.is_empty() {
            set(entities, json!(marks));
        }
        if let Some(keyboard) = &now.keyboard {
            set("reply_markup", keyboard.clone());
        }
        if message.protected {
            set("has_protected_content", json!(true));
        }
        wire.extend(message.media.clone());
        Value::Object(wire)
    }
}
