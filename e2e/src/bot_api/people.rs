//! The people of a test: what they do, and what they wait to see.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};

use super::{
    act,
    message::{Draft, MessageId, User},
    shared::Shared,
    shown::{Action, Shown, Toast, transcript},
    world::{Chat, Standing},
};

/// Somebody in a chat: the one with the bot, or a group. Clones share what was already waited for.
#[derive(Debug, Clone)]
pub struct Person {
    shared: Arc<Shared>,
    id: i64,
    chat: i64,
    awaited: Arc<Mutex<Awaited>>,
}

/// What a test has already waited for.
#[derive(Debug, Default)]
struct Awaited {
    message: MessageId,
    edits: HashMap<MessageId, usize>,
    toasts: usize,
}

impl Person {
    pub(crate) fn new(shared: &Arc<Shared>, id: i64, chat: i64) -> Self {
        Self { shared: Arc::clone(shared), id, chat, awaited: Arc::default() }
    }

    /// The person's id, which is that of the chat with the bot as well.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The chat that this person is in here.
    #[must_use]
    pub fn chat_id(&self) -> i64 {
        self.chat
    }

    /// What people call this person.
    #[must_use]
    pub fn name(&self) -> String {
        self.user().first_name
    }

    /// The language of this person's client.
    #[must_use]
    pub fn language(&self) -> String {
        self.user().language_code.unwrap_or_default()
    }

    /// The same person in a group.
    #[must_use]
    pub fn in_group(&self, group: &super::groups::Group) -> Self {
        Self::new(&self.shared, self.id, group.id())
    }

    fn user(&self) -> User {
        self.shared.world().people[&self.id].clone()
    }

    /// Writes something; `/commands`, addresses and the like are marked as Telegram does.
    pub fn says(&self, text: &str) -> MessageId {
        self.sends(Draft::text(text))
    }

    /// Writes in reply to a message.
    ///
    /// # Panics
    ///
    /// If that message is gone.
    pub fn replies(&self, to: MessageId, text: &str) -> MessageId {
        self.must_see(to);
        self.sends(Draft { reply_to: Some(to), ..Draft::text(text) })
    }

    /// Changes what this person wrote.
    ///
    /// # Panics
    ///
    /// If it isn't there or somebody else wrote it.
    pub fn edits(&self, id: MessageId, text: &str) {
        act::edit(&self.shared, self.chat, Some(self.id), id, text);
    }

    /// Deletes a message for everyone, of which bots aren't told.
    ///
    /// # Panics
    ///
    /// If it is gone already.
    pub fn deletes(&self, id: MessageId) {
        self.must_see(id);
        let mut world = self.shared.world();
        let chat = world.chat_mut(self.chat);
        if let Some(message) = chat.message_mut(id) {
            message.deleted = true;
        }
        chat.touch();
        drop(world);
        self.shared.changed();
    }

    /// Presses the button with this text that is below the message now; answers the query that the bot has to answer.
    ///
    /// # Panics
    ///
    /// If there is no such button, or it sends nothing to the bot.
    pub fn presses(&self, message: MessageId, button: &str) -> String {
        let shown = self.must_see(message);
        let found = shown.buttons().find(|shown| shown.text == button).map(|button| &button.action);
        match found {
            Some(Action::Data(data)) => self.presses_data(message, data),
            Some(other) => self.fail(&format!("the button {button:?} of #{message} sends nothing: {other:?}")),
            None => self.fail(&format!("no button {button:?} below #{message}, only {:?}", shown.labels())),
        }
    }

    /// Sends what a button would, whether there is such a button or not: an old one, or a forged one.
    pub fn presses_data(&self, message: MessageId, data: &str) -> String {
        act::press(&self.shared, self.chat, &self.user(), message, data)
    }

    /// Taps a button of the keyboard that the bot has put in place of the letters.
    ///
    /// # Panics
    ///
    /// If it isn't there, or asks for a location or a number, for which there are other methods.
    pub fn taps(&self, button: &str) -> MessageId {
        let rows = self.reply_keyboard();
        if !rows.iter().flatten().any(|shown| shown == button) {
            self.fail(&format!("no button {button:?} on the keyboard, only {rows:?}"));
        }
        let id = self.says(button);
        let mut world = self.shared.world();
        let chat = world.chat_mut(self.chat);
        if chat.reply_keyboard.as_ref().is_some_and(|keyboard| keyboard["one_time_keyboard"] == true) {
            chat.reply_keyboard = None;
            chat.touch();
        }
        id
    }

    /// The keyboard that the bot has put in place of the letters, as it was sent.
    #[must_use]
    pub fn reply_markup(&self) -> Option<Value> {
        self.shared.world().chat(self.chat).reply_keyboard.clone()
    }

    /// What stands on that keyboard, by rows; empty if there is none.
    #[must_use]
    pub fn reply_keyboard(&self) -> Vec<Vec<String>> {
        let keyboard = self.reply_markup();
        let rows = keyboard.as_ref().and_then(|keyboard| keyboard["keyboard"].as_array()).into_iter().flatten();
        let text = |button: &Value| button["text"].as_str().map(ToOwned::to_owned);
        rows.map(|row| row.as_array().into_iter().flatten().filter_map(text).collect()).collect()
    }

    /// Shares a place.
    pub fn shares_location(&self, latitude: f64, longitude: f64) -> MessageId {
        self.sends_media("location", json!({"latitude": latitude, "longitude": longitude}))
    }

    /// Shares this person's own telephone number.
    pub fn shares_contact(&self, phone_number: &str) -> MessageId {
        let user = self.user();
        let contact = json!({"phone_number": phone_number, "first_name": user.first_name, "user_id": user.id});
        self.sends_media("contact", contact)
    }

    /// Sends a picture.
    pub fn sends_photo(&self) -> MessageId {
        let photo = json!({"width": 90, "height": 90, "file_size": 1000});
        let file = self.new_file();
        self.sends_media("photo", json!([merged(photo, file)]))
    }

    /// Sends a picture with words below it.
    pub fn sends_photo_saying(&self, caption: &str) -> MessageId {
        let photo = merged(json!({"width": 90, "height": 90, "file_size": 1000}), self.new_file());
        let mut draft = Draft::text(caption);
        draft.media.insert("photo".to_owned(), json!([photo]));
        self.sends(draft)
    }

    /// Sends a sticker.
    pub fn sends_sticker(&self) -> MessageId {
        let sticker = json!({
            "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": "👍",
        });
        self.sends_media("sticker", merged(sticker, self.new_file()))
    }

    /// Sends a spoken message.
    pub fn sends_voice(&self) -> MessageId {
        let voice = json!({"duration": 3, "mime_type": "audio/ogg", "file_size": 1000});
        self.sends_media("voice", merged(voice, self.new_file()))
    }

    fn new_file(&self) -> Value {
        let id = self.shared.world().new_id("AgACAgIAAxkBAAI");
        let unique = id[id.len() - 12..].to_owned();
        self.shared.world().files.insert(id.clone(), ("file".to_owned(), bytes::Bytes::from_static(b"file")));
        json!({"file_id": id, "file_unique_id": unique})
    }

    fn sends_media(&self, name: &str, value: Value) -> MessageId {
        self.sends(Draft::media(name, value))
    }

    fn sends(&self, draft: Draft) -> MessageId {
        act::say(&self.shared, self.chat, Some(self.user()), draft)
    }

    /// Blocks the bot.
    pub fn blocks_bot(&self) {
        act::set_standing(&self.shared, self.id, &self.user(), Standing::Blocked);
    }

    /// Unblocks the bot.
    pub fn unblocks_bot(&self) {
        act::set_standing(&self.shared, self.id, &self.user(), Standing::Open);
    }

    /// Whether this person has blocked the bot.
    #[must_use]
    pub fn has_blocked_bot(&self) -> bool {
        self.shared.world().chat(self.id).standing == Standing::Blocked
    }

    /// Deletes this person's account, of which bots aren't told.
    pub fn deletes_account(&self) {
        self.shared.world().chat_mut(self.id).standing = Standing::Deactivated;
        self.shared.changed();
    }

    /// All messages in order, the deleted ones among them.
    #[must_use]
    pub fn chat(&self) -> Vec<Shown> {
        self.shared.world().chat(self.chat).messages.values().map(Shown::of).collect()
    }

    /// One message, if it was ever there.
    #[must_use]
    pub fn message(&self, id: MessageId) -> Option<Shown> {
        self.shared.world().chat(self.chat).messages.get(&id).map(Shown::of)
    }

    /// What the bot shows that it is doing, such as `typing`, as often as it has said so.
    #[must_use]
    pub fn actions(&self) -> Vec<String> {
        self.shared.world().chat(self.chat).actions.clone()
    }

    /// The answers to this person's presses so far.
    #[must_use]
    pub fn toasts(&self) -> Vec<Toast> {
        toasts_for(self.shared.world().chat(self.chat), self.id).cloned().collect()
    }

    /// Waits for the next message of the bot after the last one that was waited for.
    ///
    /// # Panics
    ///
    /// If none comes; shows the chat.
    pub async fn next(&self) -> Shown {
        self.wait("a message", |chat, awaited| {
            let mut new = chat.messages.range(awaited.message + 1..).map(|(_, message)| message);
            let message = new.find(|message| message.from.as_ref().is_none_or(|from| from.is_bot))?;
            awaited.message = message.id;
            Some(Shown::of(message))
        })
        .await
    }

    /// Waits for the next change of a message after the last one that was waited for.
    ///
    /// # Panics
    ///
    /// If none comes; shows the chat.
    pub async fn edited(&self, id: MessageId) -> Shown {
        self.wait(&format!("#{id} to change"), |chat, awaited| {
            let shown = chat.messages.get(&id).map(Shown::of)?;
            let seen = awaited.edits.entry(id).or_default();
            (shown.edits() > *seen).then(|| {
                *seen += 1;
                shown
            })
        })
        .await
    }

    /// Waits until a message of the bot contains this text.
    ///
    /// # Panics
    ///
    /// If none does; shows the chat.
    pub async fn sees(&self, text: &str) -> Shown {
        self.wait(&format!("a message with {text:?}"), |chat, _| {
            let mut visible = chat.messages.values().rev().filter(|message| message.is_bots() && !message.deleted);
            visible.find(|message| message.now().text.contains(text)).map(Shown::of)
        })
        .await
    }

    /// Waits until a message is gone.
    ///
    /// # Panics
    ///
    /// If it stays; shows the chat.
    pub async fn loses(&self, id: MessageId) {
        self.wait(&format!("#{id} to go"), |chat, _| chat.message(id).is_none().then_some(())).await;
    }

    /// Waits for the next answer to a pressed button.
    ///
    /// # Panics
    ///
    /// If none comes; shows the chat.
    pub async fn toast(&self) -> Toast {
        self.wait("an answer to a pressed button", |chat, awaited| {
            let toast = toasts_for(chat, self.id).nth(awaited.toasts)?.clone();
            awaited.toasts += 1;
            Some(toast)
        })
        .await
    }

    async fn wait<T>(&self, what: &str, mut look: impl FnMut(&Chat, &mut Awaited) -> Option<T>) -> T {
        let (mut changed, patience) = {
            let world = self.shared.world();
            (world.chat(self.chat).changed.subscribe(), world.options.patience)
        };
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            changed.borrow_and_update();
            {
                let world = self.shared.world();
                let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(found) = look(world.chat(self.chat), &mut awaited) {
                    return found;
                }
            }
            if tokio::time::timeout_at(deadline, changed.changed()).await.is_err() {
                self.fail(&format!("{} waited {} s in vain for {what}", self.name(), patience.as_secs()));
            }
        }
    }

    fn must_see(&self, id: MessageId) -> Shown {
        match self.message(id) {
            Some(shown) if !shown.deleted => shown,
            _ => self.fail(&format!("{} sees no #{id}", self.name())),
        }
    }

    fn fail(&self, what: &str) -> ! {
        let transcript = transcript(self.shared.world().chat(self.chat));
        panic!("{what}\n{transcript}")
    }
}

fn toasts_for(chat: &Chat, person: i64) -> impl Iterator<Item = &Toast> {
    chat.toasts.iter().filter(move |(whose, _)| *whose == person).map(|(_, toast)| toast)
}

fn merged(mut to: Value, from: Value) -> Value {
    if let (Value::Object(to), Value::Object(from)) = (&mut to, from) {
        to.extend(from);
    }
    to
}
