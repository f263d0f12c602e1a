//! Conversations with the real bot, through a local Bot API server, with the real servers behind it.

mod account;
mod away;
mod comments;
mod dialogue;
mod editing;
mod elsewhere;
mod faults;
mod list;
mod mistakes;
mod once;
mod pages;
mod redis;
mod reminders;
mod repeats;
mod slips;
mod tasks;
mod times;
mod updates;

use std::net::{SocketAddr, TcpListener};

use e2e::{
    Stack,
    bot_api::{Action, BotApi, MessageId, Person, PersonBuilder, Shown},
    private_dir,
    servers::{Backend, Server},
};
use tempfile::TempDir;

use crate::{
    access::{self, SECRET},
    api::Api,
};

/// By which Telegram proves itself to bots that it calls.
pub(super) const WEBHOOK_SECRET: &str = "its-secret";

/// The servers, Telegram, and the bot between them.
pub(super) struct World {
    pub(super) api: BotApi,
    pub(super) stack: Stack,
    pub(super) bots: Vec<Server>,
    // Last, so that the bots have stopped when their files go.
    home: TempDir,
}

impl World {
    /// A bot that asks for updates, as fast as it can.
    pub(super) async fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[]).await
    }

    pub(super) async fn start_with(backend: Backend, settings: &[(&str, &str)]) -> Self {
        let mut world = Self::without_bot(backend).await;
        let bot = settings.iter().fold(world.bot(), |bot, (name, value)| bot.setting(name, *value));
        world.bots.push(bot.started());
        world
    }

    pub(super) async fn without_bot(backend: Backend) -> Self {
        let home = private_dir("bot-").unwrap();
        Self { api: BotApi::start().await, stack: access::start(backend), bots: Vec::new(), home }
    }

    /// A bot that is not started yet.
    pub(super) fn bot(&self) -> Server {
        self.told(Server::bot(self.home.path()))
    }

    /// A bot that Telegram calls, not started yet.
    pub(super) fn webhook_bot(&self) -> Server {
        let address = free_address();
        self.told(Server::webhook_bot(self.home.path()))
            .at(address)
            .setting("BOT_WEBHOOK_URL", format!("http://{address}/telegram"))
            .setting("BOT_WEBHOOK_SECRET", WEBHOOK_SECRET)
    }

    fn told(&self, bot: Server) -> Server {
        let bot = bot
            .setting("BOT_TOKEN", self.api.token())
            .setting("BOT_API_URL", self.api.url())
            .setting("TODO_SERVER_URL", self.stack.todo_url())
            .setting("COMMENTS_SERVER_URL", self.stack.comments_url())
            .setting("SERVICE_SECRET", SECRET)
            // Nobody waits for what a test says.
            .setting("BOT_RATE", "10000")
            .setting("BOT_RATE_CHAT", "1000");
        match self.stack.redis() {
            Some(redis) => bot.setting("REDIS_URL", redis.url()),
            None => bot,
        }
    }

    /// Somebody new.
    pub(super) fn person(&self, id: i64, lang: Lang) -> Person {
        self.api.person(PersonBuilder::new(id, "Ann").language(lang.code()))
    }

    /// Somebody who has chosen their language.
    pub(super) async fn guest(&self, id: i64, lang: Lang) -> Person {
        let person = self.person(id, lang);
        person.says("/start");
        let asked = person.next().await;
        person.presses(asked.id, lang.of("English", "Русский"));
        person.edited(asked.id).await;
        person.toast().await;
        person
    }

    /// The same person at the servers.
    pub(super) async fn person_at_servers(&self, person: &Person) -> Api {
        access::in_chat(&self.stack, person.chat_id()).await
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

/// A language of the bot's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    En,
    Ru,
}

impl Lang {
    fn code(self) -> &'static str {
        self.of("en", "ru")
    }

    /// The text of this language.
    pub(super) fn of<'t>(self, en: &'t str, ru: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Ru => ru,
        }
    }
}

/// Presses these below a message, one after the other.
pub(super) async fn press(person: &Person, message: MessageId, buttons: &[&str]) {
    for button in buttons {
        person.presses(message, button);
        person.edited(message).await;
        person.toast().await;
    }
}

/// What a message says must contain this.
#[track_caller]
pub(super) fn says(shown: &Shown, text: &str) {
    assert!(shown.text.contains(text), "{text:?} is not in {:?}", shown.text);
}

/// What a button sends, whatever its message shows by the time it arrives.
#[track_caller]
pub(super) fn data_of(shown: &Shown, button: &str) -> String {
    match shown.buttons().find(|one| one.text == button).map(|one| &one.action) {
        Some(Action::Data(data)) => data.clone(),
        found => panic!("{button:?} is {found:?} in {:?}", shown.labels()),
    }
}

/// The number of the task that a message shows: `#12`.
#[track_caller]
pub(super) fn task_in(shown: &Shown) -> i64 {
    let number = shown.text.rsplit('#').next().and_then(|rest| rest.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no task in {:?}", shown.text))
}
