//! Who writes: each chat's person, as whom the bot calls the servers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono_tz::Tz;
use futures_util::TryStreamExt;
use moka::sync::Cache;
use todo_sdk::{
    Client, Error,
    model::{ExchangeChat, Id, Language, Task, TelegramUser},
};

use crate::i18n::Words;

/// How long what was read of a person is believed; other clients change it too.
const BELIEVED: Duration = Duration::from_secs(30);
/// How long a person's session is kept while they are silent: then the chat is exchanged for a new one.
const SESSION_TTL: Duration = Duration::from_secs(600);
/// Most sessions that are kept.
const SESSIONS_MAX: u64 = 100_000;

/// A person, as the bot knows them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// Calls as this person.
    pub(crate) client: Client,
    /// The chat.
    pub(crate) chat: Option<TelegramUser>,
    /// What is spoken.
    pub(crate) words: Words,
    /// Where days are reckoned.
    pub(crate) zone: Tz,
}

impl Person {
    /// Whether they ever chose a language.
    #[must_use]
    pub(crate) fn has_chosen(&self) -> bool {
        self.chat.as_ref().is_some_and(|chat| chat.language.is_some())
    }

    /// Their categories by id.
    ///
    /// # Errors
    ///
    /// As the SDK says.
    pub(crate) async fn tag_names(&self) -> Result<HashMap<Id, String>, Error> {
        self.client.tags().list().stream().map_ok(|tag| (tag.id, tag.name)).try_collect().await
    }
}

/// The people of all chats.
#[derive(Clone)]
pub(crate) struct People {
    bot: Client,
    sessions: Cache<i64, Client>,
    known: Cache<i64, Known>,
}

/// A person, as they were at one of their changes.
#[derive(Clone)]
struct Known {
    /// The update that made it.
    change: u32,
    person: Arc<Person>,
}

impl People {
    /// People whose chats the bot may speak for.
    #[must_use]
    pub(crate) fn new(bot: Client) -> Self {
        let sessions = Cache::builder().max_capacity(SESSIONS_MAX).time_to_idle(SESSION_TTL).build();
        let known = Cache::builder().max_capacity(SESSIONS_MAX).time_to_live(BELIEVED).build();
        Self { bot, sessions, known }
    }

    /// Who this is; an account is made at first sight. `change` is the update that last changed who they are: what is known
    /// from before is not believed, for another bot may have answered that one.
    ///
    /// # Errors
    ///
    /// As the SDK says.
    pub(crate) async fn find(&self, from: &teloxide::types::User, change: u32) -> Result<Arc<Person>, Error> {
        // In a private chat, the chat has the number of the person.
        let chat_id = i64::try_from(from.id.0).unwrap_or(i64::MAX);
        match self.known.get(&chat_id) {
            Some(known) if known.change == change => return Ok(known.person),
            Some(_) => self.forget(chat_id),
            None => {}
        }
        let client = self.sessions.get_with(chat_id, || {
            self.bot.for_chat(ExchangeChat {
                first_name: Some(from.first_name.clone()),
                last_name: from.last_name.clone(),
                username: from.username.clone(),
                ..ExchangeChat::of(chat_id)
            })
        });
        let account = client.users().me().await?;
        let chat = client.telegram().find(chat_id).await?;
        let chosen = chat.as_ref().and_then(|chat| chat.language).or(account.language);
        let words = Words(chosen.unwrap_or_else(|| Words::guess(from.language_code.as_deref())));
        let zone = account.timezone.parse().unwrap_or(Tz::UTC);
        let person = Arc::new(Person { client, chat, words, zone });
        self.known.insert(chat_id, Known { change, person: Arc::clone(&person) });
        Ok(person)
    }

    /// Somebody unblocked the bot: their reminders go on at once. An account that there is none of is not made.
    pub(crate) async fn welcome_back(&self, from: &teloxide::types::User) {
        let chat_id = i64::try_from(from.id.0).unwrap_or(i64::MAX);
        // A new session tells the servers.
        self.forget(chat_id);
        let found = match self.bot.telegram().find(chat_id).await {
            Ok(Some(_)) => self.find(from, 0).await.map(drop),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = found {
            tracing::warn!(chat = chat_id, %error, "cannot tell that a chat is open again; its next message does");
        }
    }

    /// A task of the person in that chat; none if it is gone, or the chat has no account.
    ///
    /// # Errors
    ///
    /// As the SDK says.
    pub(crate) async fn task(&self, chat_id: i64, task: Id) -> Result<Option<Task>, Error> {
        // To speak for a chat without an account would make one.
        if self.bot.telegram().find(chat_id).await?.is_none() {
            return Ok(None);
        }
        let client = self.sessions.get(&chat_id).unwrap_or_else(|| self.bot.for_chat(ExchangeChat::of(chat_id)));
        match client.tasks().get(task).await {
            Err(error) if error.status() == Some(404) => Ok(None),
            task => task.map(Some),
        }
    }

    /// A chat speaks another language now, or belongs to another account or to none, or it blocked the bot: its next message
    /// begins a new session.
    pub(crate) fn forget(&self, chat_id: i64) {
        self.known.invalidate(&chat_id);
        self.sessions.invalidate(&chat_id);
    }

    /// The bot itself.
    #[must_use]
    pub(crate) fn bot(&self) -> &Client {
        &self.bot
    }
}

/// The words for a person of whom only the account's language is known.
#[must_use]
pub(crate) fn words_of(language: Option<Language>) -> Words {
    Words(language.unwrap_or(Language::En))
}
