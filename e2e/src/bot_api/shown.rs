//! What people see.

use bytes::Bytes;
use serde_json::Value;

use super::{
    entities::Entity,
    message::{Message, MessageId, User, Version},
    world::Chat,
};

/// A message on a person's screen.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its number.
    pub id: MessageId,
    /// When it was sent, in seconds since 1970.
    pub date: i64,
    /// Whether the bot wrote it.
    pub from_bot: bool,
    /// Who wrote it: the id of the person or the bot; none in channels.
    pub from: Option<i64>,
    /// Who wrote it, as people see it.
    pub from_name: String,
    /// Plain text, or the caption of a file.
    pub text: String,
    /// What stands in the text.
    pub entities: Vec<Entity>,
    /// The text as the bot sent it, markup and all.
    pub html: String,
    /// The inline keyboard, by rows.
    pub keyboard: Vec<Vec<Button>>,
    /// The texts and keyboards that it had before, oldest first.
    pub history: Vec<(String, Vec<Vec<Button>>)>,
    /// Whether people see "edited".
    pub edited: bool,
    /// Whether it is gone.
    pub deleted: bool,
    /// What it replies to.
    pub reply_to: Option<MessageId>,
    /// A file.
    pub document: Option<Document>,
    /// What else it is, by the Bot API's name, such as `location`.
    pub media: Option<String>,
    /// Whether it came without a sound.
    pub silent: bool,
    /// Whether it can't be forwarded.
    pub protected: bool,
    /// The bot's reaction to it: an emoji.
    pub reaction: Option<String>,
}

impl Shown {
    pub(crate) fn of(message: &Message) -> Self {
        let now = message.now();
        let before = &message.versions[..message.versions.len() - 1];
        let name = |from: &User| from.first_name.clone();
        Self {
            id: message.id,
            date: message.date,
            from_bot: message.is_bots(),
            from: message.from.as_ref().map(|from| from.id),
            from_name: message.from.as_ref().map(name).unwrap_or_default(),
            text: now.text.clone(),
            entities: now.entities.clone(),
            html: now.raw.clone(),
            keyboard: keyboard(now),
            history: before.iter().map(|version| (version.text.clone(), keyboard(version))).collect(),
            edited: message.edited_at.is_some(),
            deleted: message.deleted,
            reply_to: message.reply_to,
            document: message.file.as_ref().map(|(name, bytes)| Document { name: name.clone(), bytes: bytes.clone() }),
            media: message.media.keys().next().cloned(),
            silent: message.silent,
            protected: message.protected,
            reaction: message.reaction.as_ref().and_then(|one| one["emoji"].as_str()).map(ToOwned::to_owned),
        }
    }

    /// How often it was changed.
    #[must_use]
    pub fn edits(&self) -> usize {
        self.history.len()
    }

    /// The buttons in reading order.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.keyboard.iter().flatten()
    }

    /// What stands on the buttons, by rows.
    #[must_use]
    pub fn labels(&self) -> Vec<Vec<&str>> {
        self.keyboard.iter().map(|row| row.iter().map(|button| button.text.as_str()).collect()).collect()
    }

    /// What a button carries.
    ///
    /// # Panics
    ///
    /// If there is no such button, or it carries nothing.
    #[must_use]
    pub fn data(&self, button: &str) -> &str {
        match self.buttons().find(|shown| shown.text == button) {
            Some(Button { action: Action::Data(data), .. }) => data,
            _ => panic!("no button {button:?} with data under {:?}, only {:?}", self.text, self.labels()),
        }
    }
}

/// A button below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub text: String,
    /// What it does.
    pub action: Action,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Sends this to the bot.
    Data(String),
    /// Opens an address.
    Url(String),
    /// Something else, by the Bot API's name.
    Other(String),
}

/// A file in a message.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// The answer to a pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Which press it answers: what `presses` gave back.
    pub query: String,
    /// May be empty: then the button merely stops to turn.
    pub text: String,
    /// Whether it has to be clicked away.
    pub alert: bool,
}

fn keyboard(version: &Version) -> Vec<Vec<Button>> {
    let rows = version.keyboard.as_ref().and_then(|keyboard| keyboard["inline_keyboard"].as_array());
    let rows = rows.into_iter().flatten().filter_map(Value::as_array);
    rows.map(|row| row.iter().filter_map(button).collect()).collect()
}

fn button(wire: &Value) -> Option<Button> {
    let text = wire["text"].as_str()?.to_owned();
    let (name, value) = wire.as_object()?.iter().find(|(name, _)| *name != "text")?;
    let action = match (name.as_str(), value.as_str()) {
        ("callback_data", Some(data)) => Action::Data(data.to_owned()),
        ("url", Some(url)) => Action::Url(url.to_owned()),
        _ => Action::Other(name.clone()),
    };
    Some(Button { text, action })
}

/// The chat as text, for tests that fail.
pub(crate) fn transcript(chat: &Chat) -> String {
    let mut lines = vec![format!("--- chat {} ({:?}) ---", chat.id, chat.standing)];
    for message in chat.messages.values() {
        let shown = Shown::of(message);
        let mut marks = String::new();
        let mut mark = |is: bool, text: String| {
            if is {
                marks.push_str(&text);
            }
        };
        mark(shown.deleted, " [deleted]".to_owned());
        mark(shown.edits() > 0, format!(" [edited {}×]", shown.edits()));
        mark(shown.reply_to.is_some(), format!(" [reply to {}]", shown.reply_to.unwrap_or_default()));
        mark(shown.media.is_some(), format!(" [{}]", shown.media.clone().unwrap_or_default()));
        lines.push(format!("#{} {}:{marks} {}", shown.id, shown.from_name, shown.text));
        lines.extend(shown.keyboard.iter().map(|row| {
            let buttons: Vec<String> = row.iter().map(|button| format!("[{}]", button.text)).collect();
            format!("    {}", buttons.join(" "))
        }));
    }
    lines.extend(chat.toasts.iter().map(|(person, toast)| format!("toast for {person}: {}", toast.text)));
    lines.join("\n")
}
