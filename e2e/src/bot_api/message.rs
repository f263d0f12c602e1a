//! Messages, and who writes them.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::entities::{self, Entity};

/// The number of a message, unique within a chat.
pub type MessageId = i64;

/// A person or a bot.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) is_bot: bool,
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) language_code: Option<String>,
}

impl User {
    pub(crate) fn wire(&self) -> Value {
        let mut wire = json!({"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name});
        let fields =
            [("last_name", &self.last_name), ("username", &self.username), ("language_code", &self.language_code)];
        for (name, value) in fields {
            if let Some(value) = value {
                wire[name] = json!(value);
            }
        }
        wire
    }
}

/// One state of a message; each edit adds one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Version {
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
    /// As the bot sent it, markup and all.
    pub(crate) raw: String,
    /// The inline keyboard.
    pub(crate) keyboard: Option<Value>,
}

/// A message, with its past.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    /// In seconds since 1970.
    pub(crate) date: i64,
    /// None in channels.
    pub(crate) from: Option<User>,
    pub(crate) versions: Vec<Version>,
    pub(crate) edited_at: Option<i64>,
    pub(crate) deleted: bool,
    pub(crate) reply_to: Option<MessageId>,
    /// What is no text: the fields that the Bot API shows, such as `document` or `location`.
    pub(crate) media: Map<String, Value>,
    pub(crate) file: Option<(String, Bytes)>,
    pub(crate) silent: bool,
    pub(crate) protected: bool,
    /// A message that brought a reply keyboard can't be edited.
    pub(crate) brought_keyboard: bool,
    pub(crate) reaction: Option<Value>,
}

impl Message {
    /// How it looks now.
    pub(crate) fn now(&self) -> &Version {
        // There is always a first one.
        &self.versions[self.versions.len() - 1]
    }

    pub(crate) fn is_bots(&self) -> bool {
        self.from.as_ref().is_some_and(|from| from.is_bot)
    }

    pub(crate) fn is_media(&self) -> bool {
        !self.media.is_empty()
    }
}

/// A message that is about to be sent.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) version: Version,
    pub(crate) reply_to: Option<MessageId>,
    pub(crate) media: Map<String, Value>,
    pub(crate) file: Option<(String, Bytes)>,
    pub(crate) silent: bool,
    pub(crate) protected: bool,
    pub(crate) brought_keyboard: bool,
}

impl Draft {
    pub(crate) fn text(text: &str) -> Self {
        let version = Version {
            text: text.to_owned(),
            entities: entities::with_found(text, vec![]),
            raw: text.to_owned(),
            keyboard: None,
        };
        Self::of(version)
    }

    pub(crate) fn of(version: Version) -> Self {
        Self {
            version,
            reply_to: None,
            media: Map::new(),
            file: None,
            silent: false,
            protected: false,
            brought_keyboard: false,
        }
    }

    pub(crate) fn media(name: &str, value: Value) -> Self {
        let mut draft = Self::text("");
        draft.media.insert(name.to_owned(), value);
        draft
    }
}
